"""Ray Datasets: the order of rows, the roles and types of columns, and what is refused."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from helpers.dask import dying_once
from helpers.engines import (
    PAYMENT_FEATURES,
    SAMPLERS,
    assert_is_resampled,
    make_payments_table,
    sampler_in_memory,
)
from helpers.pages import examples_of, examples_with, text_of
from helpers.ray import MARKS, as_dataset, ray, rows_of, running_ray
from sklearn.base import clone

from fastsmote import ray as room
from fastsmote._cluster import cleaning, over_sampling
from fastsmote.ray import _output

pytestmark = MARKS
OTHERS = [n for n in make_payments_table(1).schema.names if n not in (*PAYMENT_FEATURES, "kind")]


@pytest.fixture(scope="module", autouse=True)
def workers():
    with running_ray(2):
        yield


def resampled(name, dataset, **choice):
    choice = choice or {"exclude": OTHERS}
    return getattr(room, name)(**SAMPLERS[name]).fit_resample(dataset, "kind", **choice)


def make_dataset(n_rows=600):
    return as_dataset(make_payments_table(n_rows), (n_rows // 3, n_rows - n_rows // 3))


# Order


@pytest.mark.parametrize("name", ["SMOTE", "RandomUnderSampler"])
def test_files_are_written_in_the_order_of_the_rows(name, tmp_path):
    table = make_payments_table()
    (tmp_path / "in").mkdir()
    for i in range(4):
        pq.write_table(table.slice(500 * i, 500), tmp_path / "in" / f"{i}.parquet")
    dataset = ray.data.read_parquet(str(tmp_path / "in"))
    before = dataset.context.execution_options.preserve_order
    resampled(name, dataset).write_parquet(str(tmp_path / "out"))
    assert dataset.context.execution_options.preserve_order == before
    files = sorted((tmp_path / "out").glob("*.parquet"))
    written = pa.concat_tables(map(pq.read_table, files)).cast(table.schema)
    assert_is_resampled(name, table, written)


def test_order_by_columns_and_then_by_position():
    table = make_payments_table(600)
    shuffled = table.take(pa.array(np.random.RandomState(0).permutation(600)))
    dataset = as_dataset(shuffled, (100, 0, 350, 150))
    by_items = resampled("SMOTE", dataset, exclude=OTHERS, order_by=["is_new", "items"])
    order = [("is_new", "ascending"), ("items", "ascending"), ("position", "ascending")]
    numbered = shuffled.append_column("position", pa.array(np.arange(600)))
    expected = numbered.sort_by(order).drop_columns(["position"])
    assert_is_resampled("SMOTE", expected, rows_of(by_items))


@pytest.mark.parametrize("name", ["SMOTE", "TomekLinks", "RandomUnderSampler"])
def test_row_numbers_are_those_of_the_result(name):
    out = rows_of(resampled(name, make_dataset(), exclude=OTHERS, row_number="number"))
    assert out.schema.names[-1] == "number"
    assert out["number"].to_pylist() == list(range(len(out)))
    assert_is_resampled(name, make_payments_table(600), out.drop_columns(["number"]))


def test_parameters_of_the_class_in_memory():
    out = room.BorderlineSMOTE(kind="borderline-2", k_neighbors=3, random_state=1).fit_resample(
        make_dataset(), "kind", exclude=OTHERS
    )
    parameters = {"kind": "borderline-2", "k_neighbors": 3, "random_state": 1}
    assert_is_resampled("BorderlineSMOTE", make_payments_table(600), rows_of(out), **parameters)


# Blocks


def test_blocks_of_pandas():
    frame = make_payments_table(600).select([*PAYMENT_FEATURES, "kind", "note"]).to_pandas()
    frame["note"] = [None] * 300 + ["a note"] * 300  # the first block has no value of it
    dataset = ray.data.from_pandas([frame.iloc[:250], frame.iloc[250:250], frame.iloc[250:]])
    out = rows_of(resampled("SMOTE", dataset, features=PAYMENT_FEATURES))
    X, y = sampler_in_memory("SMOTE").fit_resample(frame[PAYMENT_FEATURES], frame["kind"])
    got = out.select(PAYMENT_FEATURES).to_pandas()
    pd.testing.assert_frame_equal(got, X, check_exact=True)
    assert out["kind"].to_pylist() == y.tolist()
    notes = [None if pd.isna(note) else note for note in frame["note"]]
    assert out["note"].to_pylist() == notes + [None] * (len(y) - 600)


def test_a_dataset_that_is_computed_again_keeps_its_rows():
    out = resampled("SMOTE", make_dataset())
    assert rows_of(out).equals(rows_of(out))


@pytest.mark.parametrize(
    ("name", "searching", "writing"),
    [
        ("BorderlineSMOTE", (over_sampling, "find_nearest"), "_make"),
        ("EditedNearestNeighbours", (cleaning, "judge"), "_keep"),
        ("SMOTEENN", (cleaning, "judge"), "_make"),
    ],
)
def test_rows_after_workers_were_killed(name, searching, writing, tmp_path, monkeypatch):
    for module, function in (searching, (_output, writing)):
        dying = dying_once(getattr(module, function), str(tmp_path / function))
        monkeypatch.setattr(module, function, dying)
    out = rows_of(resampled(name, make_dataset()))
    assert (tmp_path / searching[1]).exists()
    assert (tmp_path / writing).exists()
    assert_is_resampled(name, make_payments_table(600), out)


@pytest.mark.parametrize("page", ["cluster.md", "../README.md"])
def test_the_example_in_the_docs_gives_the_rows_in_memory(page, tmp_path, monkeypatch):
    (make, _), *_ = examples_of(text_of("files.md"))
    (example,) = examples_with(page, "import ray\n")
    monkeypatch.chdir(tmp_path)
    exec(make, {})
    for name in ("payments.parquet", "balanced_ray"):  # workers are in another folder
        assert f'"{name}"' in example
        example = example.replace(f'"{name}"', repr(str(tmp_path / name)))
    exec(example, {})
    table = pd.read_parquet("payments.parquet")
    features = ["amount", "hour", "age"]
    X, y = sampler_in_memory("SMOTE").fit_resample(table[features], table["fraud"])
    written = pd.concat(map(pd.read_parquet, sorted(Path("balanced_ray").glob("*.parquet"))))
    np.testing.assert_array_equal(written[features], X)
    np.testing.assert_array_equal(written["fraud"], y)
    assert written["id"][: len(table)].tolist() == table["id"].tolist()
    assert written["id"][len(table) :].isna().all()


# Estimators


@pytest.mark.parametrize("name", SAMPLERS)
def test_attributes(name):
    frame = make_payments_table(600).to_pandas()
    reference, sampler = sampler_in_memory(name), getattr(room, name)(**SAMPLERS[name])
    reference.fit_resample(frame[PAYMENT_FEATURES], frame["kind"])
    sampler.fit_resample(make_dataset(), "kind", exclude=OTHERS)
    assert sampler.sampling_strategy_ == reference.sampling_strategy_
    assert sampler.n_features_in_ == 3
    assert sampler.feature_names_in_.tolist() == PAYMENT_FEATURES
    assert sampler.get_params().items() <= reference.get_params().items()
    assert clone(sampler).fit(make_dataset(), "kind", exclude=OTHERS).n_features_in_ == 3


# What is refused


@pytest.mark.parametrize("value", [None, np.nan, -np.inf])
@pytest.mark.parametrize("name", ["SMOTE", "TomekLinks"])
def test_values_that_are_not_finite_are_named(name, value):
    table = make_payments_table(600)
    amounts = table["amount"].to_pylist()
    amounts[450] = value
    table = table.set_column(1, "amount", pa.array(amounts, pa.float64()))
    shown = np.nan if value is None else value
    with pytest.raises(ValueError, match=f"^X, row 450, column 'amount': {shown}"):
        resampled(name, as_dataset(table, (200, 400)))


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"features": ["amout"]}, "features: no column matches 'amout'"),
        ({"exclude": ["*_ids"]}, r"exclude: no column matches '\*_ids'"),
        ({"features": ["amount"], "exclude": ["note"]}, "give only one of them"),
        ({"features": ["amount", "kind"]}, "'kind' is the target"),
        ({"features": ["amount", "price", "shop"]}, r"'price' \(Decimal.*'shop' \(Categorical"),
        ({"exclude": OTHERS[1:]}, "look like identifiers, .* are different: 'card_id'"),
        ({"exclude": OTHERS, "order_by": "when"}, "order_by: there is no column 'when'"),
        ({"exclude": OTHERS, "row_number": "note"}, "row_number is 'note'; it must be a name"),
        ({"exclude": OTHERS, "row_number": 3}, "row_number is 3; it must be a name"),
        ({"exclude": OTHERS, "order_by": "tags"}, r"order_by contains 'tags' \(list.*cannot sort"),
    ],
)
def test_wrong_columns_are_named(choice, message):
    table = make_payments_table(600)
    if "order_by" in choice:
        table = table.append_column("tags", pa.array([[1]] * 600))
        choice = {**choice, "exclude": [*OTHERS, "tags"]}
    with pytest.raises(ValueError, match=message):
        resampled("SMOTE", as_dataset(table, (200, 400)), **choice)


def test_a_wrong_target_is_named():
    sampler = room.SMOTE()
    with pytest.raises(ValueError, match="'fraud'; it must be the name of a column"):
        sampler.fit_resample(make_dataset(), "fraud")
    with pytest.raises(TypeError, match="target is a list; it must be the name of a column of ds"):
        sampler.fit_resample(make_dataset(), ["kind"])
    table = make_payments_table(600)
    for column, message in (
        (pa.array([None] * 3 + ["a", "b", "c"] * 199), "has 3 missing values"),
        (table["price"], r"has values of decimal128\(12, 2\)"),
        (table["amount"], "Unknown label type: continuous"),
    ):
        with pytest.raises(ValueError, match=f"^the target, partition 0: {message}"):
            resampled("SMOTE", as_dataset(table.set_column(4, "kind", column), (200, 400)))


def test_what_is_not_a_dataset_is_refused():
    frame = make_payments_table(600).to_pandas()
    message = "ds is pandas's DataFrame.*use fastsmote.over_sampling.SMOTE"
    with pytest.raises(TypeError, match=message):
        room.SMOTE().fit_resample(frame, "kind")
    empty = make_dataset().limit(0)
    with pytest.raises(ValueError, match="has no rows"):
        resampled("SMOTE", empty)


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("SMOTE", {"k_neighbors": 0}, "k_neighbors"),
        ("SMOTE", {"missing": "partial"}, "missing is 'partial'; for Ray Datasets it must be"),
        ("SMOTE", {"sampling_strategy": dict}, "Pass a dict of labels"),
        ("TomekLinks", {"sampling_strategy": ["no"]}, re.escape("target class")),
        ("BorderlineSMOTE", {"m_neighbors": 600}, "m_neighbors=600 needs 601"),
    ],
)
def test_parameters_that_cannot_be_served(name, parameters, message):
    with pytest.raises(ValueError, match=message):
        getattr(room, name)(**parameters).fit_resample(make_dataset(), "kind", exclude=OTHERS)
