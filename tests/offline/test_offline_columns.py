"""Columns of a file: those that pass through, features by name, categories, new rows alone."""

import imblearn.over_sampling
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from helpers.offline.runs import MADE, SAMPLERS, check_same, run, write
from helpers.tables import FEATURES, make_table

import fastsmote
from fastsmote.over_sampling import SMOTENC, RandomOverSampler

# Columns that are no features


def test_other_columns_pass_through_and_are_null_in_synthetic_rows(tmp_path):
    frame = make_table()
    got = run(write(frame, tmp_path / "in.parquet"), tmp_path / "out", part_rows=1_100)
    others = ["id", "time", "text"]
    pd.testing.assert_frame_equal(got.iloc[: len(frame)][others], frame[others], check_dtype=False)
    assert got.iloc[len(frame) :][others].isna().all(axis=None)
    assert got["text"].dtype == "category"


def test_repeated_rows_are_whole(tmp_path):
    frame = make_table()
    got = run(write(frame, tmp_path / "in.parquet"), tmp_path / "out", sampler="random-over")
    sampler = RandomOverSampler(random_state=0)
    sampler.fit_resample(frame[FEATURES], frame["y"])
    expected = frame.iloc[sampler.sample_indices_].reset_index(drop=True)
    pd.testing.assert_frame_equal(got, expected, check_dtype=False)


def test_features_may_be_named(tmp_path):
    frame = make_table()
    src = write(frame, tmp_path / "in.parquet")
    got = run(src, tmp_path / "out", features=["b", "a"], exclude=[])
    X, _ = SAMPLERS["smote"].fit_resample(frame[["b", "a"]], frame["y"])
    pd.testing.assert_frame_equal(got[["b", "a"]], X)
    assert got["c"].isna().sum() == len(got) - len(frame)


def test_an_index_of_pandas_is_no_feature(tmp_path):
    frame = make_table().set_index("id")
    frame.index.name = None
    frame.index = frame.index.to_series().sample(frac=1.0, random_state=0).to_numpy()
    frame.to_parquet(tmp_path / "in.parquet")
    assert "__index_level_0__" in pq.read_schema(tmp_path / "in.parquet").names
    got = run(tmp_path / "in.parquet", tmp_path / "out", exclude=["time", "text"])
    assert got.index[: len(frame)].tolist() == frame.index.tolist()
    assert got.index[len(frame) :].isna().all()
    check_same(got.reset_index(drop=True), frame.reset_index(drop=True), SAMPLERS["smote"])


# Categories


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("kind", ["text", "category", "integer"])
def test_categories_are_voted_as_in_memory(kind, n_classes, tmp_path):
    frame = make_table(n_classes=n_classes)
    rng = np.random.RandomState(1)
    frame["many"] = [f"shop {number}" for number in rng.randint(0, 200, len(frame))]
    if kind == "integer":
        frame["many"] = frame["many"].str[5:].astype(int)
    elif kind == "category":
        frame["many"] = frame["many"].astype("category")
    features = [*FEATURES, "text", "many"]
    src = write(frame, tmp_path / "in.parquet")
    options = {"sampler": "smotenc", "exclude": ["id", "time"], "categorical": ["text", "many"]}
    got = run(src, tmp_path / "out", **options)
    X, y = SMOTENC(["text", "many"], random_state=0).fit_resample(frame[features], frame["y"])
    # What is drawn among categories with as many votes is the same code: so not that alone.
    stock = imblearn.over_sampling.SMOTENC(["text", "many"], random_state=0)
    stock_X, _ = stock.fit_resample(frame[features], frame["y"])
    for name in features:
        np.testing.assert_array_equal(got[name].to_numpy(), X[name].to_numpy())
        np.testing.assert_array_equal(got[name].to_numpy(), stock_X[name].to_numpy())
    np.testing.assert_array_equal(got["y"], y)
    assert got["id"].isna().sum() == len(got) - len(frame)
    again = run(src, tmp_path / "again", batch_rows=91, part_rows=1_234, **options)
    for name in features:
        np.testing.assert_array_equal(again[name].to_numpy(), got[name].to_numpy())


def test_categories_decide_by_all_of_a_class_and_not_by_a_batch(tmp_path):
    """A column of one category more in a batch of the majority changes no vote."""
    frame = make_table()
    options = {"sampler": "smotenc", "exclude": ["id", "time"], "categorical": ["text"]}
    one = run(write(frame, tmp_path / "one.parquet"), tmp_path / "one", **options)
    frame["text"] = frame["text"].cat.add_categories("only here")
    frame.loc[np.flatnonzero(frame["y"] == 0)[-1], "text"] = "only here"
    other = run(write(frame, tmp_path / "other.parquet"), tmp_path / "other", **options)
    new = slice(len(frame), None)
    np.testing.assert_array_equal(
        one["text"].to_numpy()[new].astype(str), other["text"].to_numpy()[new].astype(str)
    )


@pytest.mark.parametrize("name", ["a.b", "a b", "a,b", '"'])
def test_any_name_of_a_column_will_do(name, tmp_path):
    frame = make_table(1_000).rename(columns={"b": name})
    src = write(frame, tmp_path / "in.parquet")
    features = ["a", name, "c", "n"]
    check_same(run(src, tmp_path / "out"), frame, SAMPLERS["smote"], features)


# What else can be asked for


def test_only_synthetic_writes_no_original(tmp_path):
    frame = make_table()
    src = write(frame, tmp_path / "in.parquet")
    whole, new = run(src, tmp_path / "whole"), run(src, tmp_path / "new", only_synthetic=True)
    expected = whole.iloc[len(frame) :].reset_index(drop=True)
    others = ["id", "time", "text"]
    pd.testing.assert_frame_equal(new.drop(columns=others), expected.drop(columns=others))
    assert new[others].isna().all(axis=None)


def test_provenance_makes_the_rows_again(tmp_path):
    frame = make_table()
    got = run(write(frame, tmp_path / "in.parquet"), tmp_path / "out", provenance=True)
    new = got.iloc[len(frame) :]
    assert got.iloc[: len(frame)]["fastsmote_gap"].isna().all()
    provenance = fastsmote.Provenance(
        new["fastsmote_base_row"].to_numpy(np.int64),
        new["fastsmote_neighbor_row"].to_numpy(np.int64),
        new["fastsmote_gap"].to_numpy(),
    )
    again = fastsmote.regenerate(frame[["a", "b", "c"]].to_numpy(), provenance)
    np.testing.assert_array_equal(again, new[["a", "b", "c"]].to_numpy())


@pytest.mark.parametrize("name", MADE)
def test_standardized_columns_decide_distances_and_not_units(name, tmp_path):
    frame = make_table()
    frame["b"] *= 1e4
    frame["c"] = 3.0  # a constant stays what it is
    src = write(frame, tmp_path / "in.parquet")
    options = {"sampler": name, "dtype": "float64", "scale": "standard"}
    got = run(src, tmp_path / "out", **options)
    X, y = frame[FEATURES].to_numpy(np.float64), frame["y"].to_numpy()
    deviations = np.where(X.std(axis=0) == 0, 1.0, X.std(axis=0))
    sampler = SAMPLERS[name]
    sampler.fit_resample((X - X.mean(axis=0)) / deviations, y)
    expected = fastsmote.regenerate(X, sampler.provenance_)
    np.testing.assert_array_equal(got[FEATURES].to_numpy()[len(X) :], expected)
    again = run(src, tmp_path / "again", batch_rows=33, **options)
    pd.testing.assert_frame_equal(again, got)
    assert (got["c"] == 3.0).all()
