"""Tables in files with missing values: the rows are those in memory."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest
from helpers.offline.runs import FEATURES, run, split, write
from helpers.tables import make_table

from fastsmote.combine import SMOTEENN, SMOTETomek
from fastsmote.offline import OfflineError, resample
from fastsmote.over_sampling import ADASYN, SMOTE, SMOTENC, BorderlineSMOTE
from fastsmote.under_sampling import EditedNearestNeighbours, TomekLinks

PARTIAL = {"missing": "partial"}
SAMPLERS = {
    "smote": SMOTE(random_state=0, **PARTIAL),
    "borderline-smote": BorderlineSMOTE(random_state=0, **PARTIAL),
    "adasyn": ADASYN(random_state=0, **PARTIAL),
    "tomek-links": TomekLinks(**PARTIAL),
    "smote-tomek": SMOTETomek(random_state=0, **PARTIAL),
    "borderline-2": BorderlineSMOTE(random_state=0, kind="borderline-2", **PARTIAL),
    "enn": EditedNearestNeighbours(**PARTIAL),
    "smote-enn": SMOTEENN(random_state=0, **PARTIAL),
}


def make_holes(n_rows=1_500, share=0.2, dtype=np.float64):
    """A table of floats in which values are missing, but not those of column n."""
    frame = make_table(n_rows, dtype=dtype)
    frame["n"] = frame["n"].astype(dtype)
    is_missing = np.random.RandomState(1).rand(n_rows, 3) < share
    frame[FEATURES[:3]] = frame[FEATURES[:3]].mask(is_missing)
    return frame


def resampled(name, frame, **options):
    """What the sampler in memory makes of the features, as a frame."""
    X, y = SAMPLERS[name].fit_resample(frame[FEATURES].to_numpy(), frame["y"].to_numpy())
    return pd.DataFrame(X, columns=FEATURES).assign(y=y)


def assert_is(got, expected):
    pd.testing.assert_frame_equal(got[[*FEATURES, "y"]], expected, check_exact=True)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", SAMPLERS)
def test_rows_with_missing_values_are_those_in_memory(name, dtype, tmp_path):
    frame = make_holes(dtype=dtype)
    got = run(write(frame, tmp_path / "in.parquet"), tmp_path / "out", sampler=name, **PARTIAL)
    assert_is(got, resampled(name, frame))


@pytest.mark.parametrize("name", SAMPLERS)
def test_they_do_not_depend_on_how_they_are_read(name, tmp_path):
    """Values are missing only in a part of the table, so some batches have none."""
    frame = make_holes()
    frame.loc[500:1_100, FEATURES] = frame.loc[500:1_100, FEATURES].fillna(0.5)
    expected = resampled(name, frame)
    files = split(frame, tmp_path / "in", [1, 10, 600, 300])
    for number, options in enumerate(
        [{"batch_rows": 77}, {"batch_rows": 10_000, "threads": 1}, {"max_memory": "500MiB"}]
    ):
        dst = tmp_path / f"out-{number}"
        assert_is(run(files, dst, sampler=name, **PARTIAL, **options), expected)


def test_without_a_missing_value_integers_are_searched_as_integers(tmp_path):
    """SMOTE with Tomek links searches new rows after integers were truncated."""
    rng = np.random.RandomState(0)
    y = (rng.rand(800) < 0.1).astype(int)
    frame = pd.DataFrame(rng.randint(0, 30, (800, 4)) + 8 * y[:, None], columns=FEATURES)
    frame["y"] = y
    src = write(frame, tmp_path / "in.parquet")
    got = run(src, tmp_path / "out", sampler="smote-tomek", exclude=[], **PARTIAL)
    assert_is(got, resampled("smote-tomek", frame))


@pytest.mark.parametrize("name", SAMPLERS)
def test_nulls_and_integers_are_those_of_an_arrow_table_in_memory(name, tmp_path):
    frame = make_holes()
    frame["n"] = frame["n"].astype("Int32").mask(frame["a"].notna())
    frame["b"] = (frame["b"] * 100).round().astype("Int64")
    src = write(frame, tmp_path / "in.parquet")
    run(src, tmp_path / "out", sampler=name, batch_rows=100, **PARTIAL)
    got, given = pq.read_table(tmp_path / "out"), pq.read_table(src)
    X, _ = SAMPLERS[name].fit_resample(given.select(FEATURES), frame["y"].to_numpy())
    for column in FEATURES:
        assert got.schema.field(column).type == given.schema.field(column).type
        assert got.column(column).to_pylist() == X.column(column).to_pylist()


def test_nulls_are_written_in_new_rows_and_nan_stays_in_original_rows(tmp_path):
    frame = make_holes(share=0.5)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    nan = pa.array(frame["a"].to_numpy())  # not null
    table = table.set_column(0, pa.field("a", pa.float64(), nullable=False), nan)
    pq.write_table(table, tmp_path / "in.parquet")
    run(tmp_path / "in.parquet", tmp_path / "out", **PARTIAL)
    column = pq.read_table(tmp_path / "out").column("a")
    assert column[: len(frame)].null_count == 0
    new = column[len(frame) :]
    assert new.null_count == np.isnan(new.to_numpy()).sum() > 0


@pytest.mark.parametrize("ending", ["csv", "arrow", "npy"])
def test_every_format_has_the_rows_in_memory(ending, tmp_path):
    frame = make_holes()[[*FEATURES, "y"]]
    src, dst = tmp_path / f"in.{ending}", tmp_path / f"out.{ending}"
    options, expected = {"target": "y", **PARTIAL}, resampled("smote", frame)
    if ending == "npy":
        np.save(src, frame[FEATURES].to_numpy())
        np.save(tmp_path / "y.npy", frame["y"].to_numpy())
        resample(src, dst, **{**options, "target": "y.npy"})
        np.testing.assert_array_equal(np.load(dst), expected[FEATURES].to_numpy())
        return
    if ending == "csv":
        frame.to_csv(src, index=False)
        resample(src, dst, **options)
        got = pyarrow.csv.read_csv(dst).to_pandas()
        assert dst.read_text().splitlines()[: len(frame) + 1] == src.read_text().splitlines()
    else:
        table = pa.Table.from_pandas(frame, preserve_index=False)
        with pa.ipc.new_file(str(src), table.schema) as writer:
            writer.write_table(table)
        resample(src, dst, **options)
        with pa.ipc.open_file(str(dst)) as reader:
            got = reader.read_pandas()
    assert_is(got, expected)


def test_booleans_of_csv_are_spelled_as_the_first_that_is_there(tmp_path):
    frame = make_holes()[[*FEATURES, "y"]]
    frame["n"] = np.where(frame["n"] > 20, "True", "False")
    frame.loc[frame["a"].notna(), "n"] = ""
    frame.loc[0, ["a", "n"]] = [0.5, ""]  # the first is missing
    frame.to_csv(tmp_path / "in.csv", index=False)
    resample(tmp_path / "in.csv", tmp_path / "out.csv", target="y", **PARTIAL)
    new = pd.read_csv(tmp_path / "out.csv", dtype=str, keep_default_na=False)["n"][len(frame) :]
    assert set(new) == {"True", "False", ""}


def test_standardized_columns_ignore_missing_values(tmp_path):
    frame = make_holes()
    src = write(frame, tmp_path / "in.parquet")
    got = run(src, tmp_path / "out", scale="standard", **PARTIAL)
    X, y = frame[FEATURES].to_numpy(), frame["y"].to_numpy()
    sampler = SMOTE(random_state=0, **PARTIAL)
    sampler.fit_resample((X - np.nanmean(X, axis=0)) / np.nanstd(X, axis=0), y)
    of, new = sampler.provenance_, got[FEATURES].to_numpy()[len(X) :]
    low, high = (
        np.fmin(X[of.base_rows], X[of.neighbor_rows]),
        np.fmax(X[of.base_rows], X[of.neighbor_rows]),
    )
    assert (np.isnan(new) == np.isnan(low)).all()
    assert ((new >= low) & (new <= high))[~np.isnan(new)].all()
    again = run(src, tmp_path / "again", scale="standard", batch_rows=33, **PARTIAL)
    pd.testing.assert_frame_equal(again, got)


def test_smotenc_takes_missing_numbers(tmp_path):
    frame = make_holes(share=0.4)
    frame["n"] = np.nan  # rows may have categories only
    frame["text"] = frame["text"].astype(str)
    names = [*FEATURES[:3], "text"]
    options = {"sampler": "smotenc", "categorical": ["text"], "exclude": ["id", "time", "n"]}
    got = run(write(frame, tmp_path / "in.parquet"), tmp_path / "out", **options, **PARTIAL)
    X, y = SMOTENC(["text"], random_state=0, **PARTIAL).fit_resample(frame[names], frame["y"])
    pd.testing.assert_frame_equal(got[names], X, check_exact=True)
    np.testing.assert_array_equal(got["y"], y)


# What is refused


def test_a_row_without_any_value_is_named(refused, tmp_path):
    frame = make_table()
    frame["n"] = frame["n"].astype(float)
    frame.loc[1_234, FEATURES] = np.nan
    src = write(frame, tmp_path / "in.parquet", row_group_size=1_000)
    line = refused(src, "--missing", "partial")
    assert "row group 1, row 234: all 4 features are missing" in line


def test_an_infinite_value_is_still_an_error(refused, tmp_path):
    frame = make_holes()
    frame.loc[7, "b"] = -np.inf
    line = refused(write(frame, tmp_path / "in.parquet"), "--missing", "partial")
    assert "row 7, column b: -inf" in line


def test_check_counts_only_what_cannot_be_used(refused, tmp_path):
    frame = make_holes()
    src = write(frame, tmp_path / "in.parquet")
    run(src, tmp_path / "fine", check=True, **PARTIAL)
    frame.loc[3, "c"] = np.inf
    line = refused(write(frame, src), "--missing", "partial", "--check")
    assert "c: 1 infinite." in line
    assert "null" not in line


def test_a_run_with_missing_values_is_not_resumed_without(tmp_path):
    src = write(make_table(), tmp_path / "in.parquet")
    run(src, tmp_path / "out", **PARTIAL)
    with pytest.raises(OfflineError, match='belongs to a run with another missing: "partial"'):
        run(src, tmp_path / "out", resume=True)
