"""Rules for the values of new rows in files."""

import decimal
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from helpers.offline.runs import FEATURES, OTHERS, run, split, write
from helpers.tables import make_table

from fastsmote._commands import main as cli
from fastsmote.combine import SMOTEENN, SMOTETomek
from fastsmote.offline import OfflineError, resample
from fastsmote.over_sampling import ADASYN, SMOTE, SMOTENC, BorderlineSMOTE

RULES = {"a": "integer", "b": (-0.5, 1.25), "c": [-1, 0, 0.5, 2], "n": "integer"}
ARGUMENTS = ["a=integer", "b=-0.5:1.25", "c=-1,0,0.5,2", "n=integer"]
SAMPLERS = {
    "smote": SMOTE,
    "borderline-smote": BorderlineSMOTE,
    "adasyn": ADASYN,
    "smote-tomek": SMOTETomek,
    "smote-enn": SMOTEENN,
    "borderline-2": partial(BorderlineSMOTE, kind="borderline-2"),
}


def assert_is_of(got, frame, sampler):
    X, y = sampler.fit_resample(frame[FEATURES], frame["y"])
    pd.testing.assert_frame_equal(got[FEATURES], X.reset_index(drop=True), check_exact=True)
    np.testing.assert_array_equal(got["y"], y)


@pytest.mark.parametrize("values", [RULES, "infer"], ids=["rules", "infer"])
@pytest.mark.parametrize("name", SAMPLERS)
def test_values_of_new_rows_are_those_in_memory(name, values, tmp_path):
    frame = make_table(2_000)
    frame["c"] = frame["c"].round()
    files = split(frame, tmp_path / "in", [700, 1, 900])
    got = run(files, tmp_path / "out", sampler=name, values=values, batch_rows=300)
    assert_is_of(got, frame, SAMPLERS[name](random_state=0, values=values))


def test_the_command_reads_rules(tmp_path):
    frame = make_table(2_000)
    src = write(frame, tmp_path / "in.parquet")
    values = [argument for rule in ARGUMENTS for argument in ("--values", rule)]
    command = ["resample", str(src), str(tmp_path / "out"), "--target", "y", "-q", *values]
    assert cli.main([*command, "--exclude", ",".join(OTHERS)]) == 0
    got = pq.read_table(tmp_path / "out").to_pandas()
    assert_is_of(got, frame, SMOTE(random_state=0, values=RULES))


def test_rules_are_inferred_from_all_classes_and_beside_missing_values(tmp_path):
    frame = make_table(2_000)
    frame["a"] = frame["a"].round().mask(np.arange(2_000) % 4 == 0)
    src = write(frame, tmp_path / "in.parquet")
    got = run(src, tmp_path / "out", values="infer", missing="partial")
    assert_is_of(got, frame, SMOTE(random_state=0, values="infer", missing="partial"))
    new = got["a"][2_000:].dropna()
    assert (new == new.round()).all()


def test_smotenc_rounds_numbers(tmp_path):
    frame = make_table(2_000)
    frame["text"] = frame["text"].astype(str)
    options = {"categorical": ["text"], "exclude": ["id", "time"], "values": "infer"}
    src = write(frame, tmp_path / "in.parquet")
    got = run(src, tmp_path / "out", sampler="smotenc", **options)
    names = [*FEATURES, "text"]
    sampler = SMOTENC(["text"], random_state=0, values="infer")
    X, _ = sampler.fit_resample(frame[names], frame["y"])
    pd.testing.assert_frame_equal(got[names], X, check_exact=True)


def test_decimals_stay_in_the_observed_range(tmp_path):
    frame = make_table(2_000)
    cents = [decimal.Decimal(int(100 * value)) / 100 for value in frame["a"]]
    table = pa.Table.from_pandas(frame, preserve_index=False)
    table = table.set_column(0, "a", pa.array(cents, pa.decimal128(9, 2)))
    pq.write_table(table, tmp_path / "in.parquet")
    run(tmp_path / "in.parquet", tmp_path / "out", values="infer")
    new = pq.read_table(tmp_path / "out").column("a").to_pylist()[2_000:]
    assert min(cents) <= min(new) <= max(new) <= max(cents)


# What is refused


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a=whole"], "--values: column 'a' has the rule 'whole'. A rule is integer, nonnegative"),
        (["a"], "--values: must be infer or COLUMN=RULE. Got 'a'."),
        (["infer", "a=integer"], "--values: must be infer alone or COLUMN=RULE. Got 'infer'."),
        (["a=integer", "a=1:2"], "--values: there are two rules for column 'a'."),
        (["a=2:1"], "--values: column 'a': no number is in the range (2, 1)."),
        (["id=integer"], "--values: 'id' is not a feature. The features are a, b, c, n."),
        (["n=0.2:0.7"], "--values: column 'n': its dtype int32 holds no number from 0.2 to 0.7."),
    ],
)
def test_a_wrong_rule_is_named(arguments, message, refused, src):
    values = [argument for rule in arguments for argument in ("--values", rule)]
    assert message in refused(src, *values)


def test_a_rule_for_a_category_is_an_error(refused, src):
    options = ["--sampler", "smotenc", "--categorical", "text", "--values", "text=integer"]
    line = refused(src, *options, exclude=["--exclude", "id,time"])
    assert "--values: column 'text' is categorical" in line


def test_a_run_with_other_rules_is_not_resumed(tmp_path):
    src, options = write(make_table(), tmp_path / "in.parquet"), {"target": "y", "exclude": OTHERS}
    resample(src, tmp_path / "out", values={"a": (0, 1)}, **options)
    again = resample(src, tmp_path / "out", values={"a": (0, 1.0)}, resume=True, **options)
    assert again["was_complete"]
    with pytest.raises(OfflineError, match="belongs to a run with another values"):
        resample(src, tmp_path / "out", values={"a": [0, 1]}, resume=True, **options)
