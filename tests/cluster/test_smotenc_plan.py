"""The plan of SMOTE-NC against the sampler in memory."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from helpers.plans import (
    PARTS,
    assert_error_of_memory,
    assert_rows_of_memory,
    bounds_of,
    in_memory,
    run_plan,
)
from helpers.tables import make_coded, make_coded_frame
from sklearn.base import clone

from fastsmote._cluster.smotenc import SMOTENC

COLUMNS = [2, 5, 6]


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, object])
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("n_parts", PARTS)
def test_rows_are_those_in_memory(n_parts, n_classes, dtype):
    X, y = make_coded(n_classes=n_classes, n_rows=400)
    X[:, [0, 1, 3, 4]] *= 20
    assert_rows_of_memory(
        SMOTENC(COLUMNS, random_state=0), X.astype(dtype), y, bounds_of(400, n_parts)
    )


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("n_parts", PARTS)
def test_frames_keep_their_dtypes(n_parts, n_classes):
    frame, y = make_coded_frame(n_classes)
    sampler = SMOTENC(["c6", "c2", "c5"], random_state=0)
    assert_rows_of_memory(sampler, frame, y.to_numpy(), bounds_of(len(frame), n_parts))


def test_categorical_columns_are_found_by_their_dtype():
    frame, y = make_coded_frame()
    sampler = SMOTENC("auto", random_state=0)
    assert_rows_of_memory(sampler, frame[["c0", "c2", "c3"]], y.to_numpy(), bounds_of(600, 3))


def test_ties_and_copies_are_decided_by_row_numbers():
    rng = np.random.default_rng(0)
    X = rng.integers(0, 3, (150, 4)).astype(float)
    y = (rng.random(150) < 0.3).astype(int)
    for columns in ([0, 3], [3, 0], [True, False, False, True]):
        assert_rows_of_memory(SMOTENC(columns, random_state=0), X, y, bounds_of(150, 11))


@pytest.mark.parametrize("only_needed", [False, True])
def test_a_class_may_be_in_one_partition_only(only_needed):
    X, y = make_coded(n_classes=3, n_rows=400)
    order = np.argsort(y, kind="stable")
    labels = np.array(["zebra", "ant", "mouse"], object)[y[order]]
    sampler = SMOTENC(COLUMNS, random_state=0)
    assert_rows_of_memory(sampler, X[order], labels, bounds_of(400, 11), only_needed=only_needed)


def test_an_instance_continues_from_class_to_class():
    X, y = make_coded(n_classes=3, n_rows=400)
    sampler = SMOTENC(COLUMNS, random_state=np.random.RandomState(3))
    expected = clone(sampler)
    got, _, _ = run_plan(sampler, X, y, bounds_of(400, 3))
    np.testing.assert_array_equal(got, in_memory(expected).fit_resample(X, y)[0])
    again, _, _ = run_plan(sampler, X, y, bounds_of(400, 3))
    assert not np.array_equal(got, again)


@pytest.mark.parametrize("values", ["infer", {0: "integer", 4: (-1, 1)}, {3: [-2, 0.5, 2]}])
def test_numbers_obey_rules(values):
    X, y = make_coded(n_rows=400)
    sampler = SMOTENC(COLUMNS, random_state=0, values=values)
    assert_rows_of_memory(sampler, X, y, bounds_of(400, 3))
    names = [f"c{i}" for i in range(7)]
    frame = pd.DataFrame(X, columns=names).astype({"c0": np.int64, "c1": np.float32})
    sampler.categorical_features = ["c2", "c5", "c6"]
    assert_rows_of_memory(sampler, frame, y, bounds_of(400, 3))


NAMED = {
    "pandas": pd.DataFrame({"a": [1.0], "b": pd.Categorical(["x"]), "c": ["u"]}),
    "pyarrow": pa.table({"a": [1.0], "b": pa.array(["x"]).dictionary_encode(), "c": ["u"]}),
    "polars": pl.DataFrame({"a": [1.0], "b": pl.Series(["x"], dtype=pl.Categorical), "c": ["u"]}),
}


@pytest.mark.parametrize("kind", NAMED)
def test_columns_of_any_frame_are_found(kind):
    table = SimpleNamespace(named=NAMED[kind][:0], n_features=3)
    for columns, expected in (
        ("auto", [1]),
        (["c", "b"], [2, 1]),
        ([-1], [2]),
        (np.array([1, 2]), [1, 2]),
        (np.array([False, True, True]), [1, 2]),
        ([False, True, True], [1, 2]),
    ):
        sampler = SMOTENC(columns)
        sampler._fitted(table, {})
        assert sampler.categorical_features is columns
        assert sampler.categorical_features_.tolist() == expected
        assert sampler.continuous_features_[0] == 0


def test_there_may_be_no_new_row():
    X, y = make_coded(n_rows=400)
    sampler = SMOTENC(COLUMNS, sampling_strategy={1: int(y.sum())})
    assert_rows_of_memory(sampler, X, y, bounds_of(400, 3))


@pytest.mark.parametrize(
    ("columns", "match"),
    [([], "only with numerical features"), (list(range(7)), "only with categorical features")],
)
def test_errors_are_those_of_memory(columns, match):
    X, y = make_coded(n_rows=200)
    assert_error_of_memory(SMOTENC(columns), X, y, [0, 200], match)


def test_too_few_rows_are_the_error_of_memory():
    X, y = make_coded(n_rows=200)
    n_rows = np.count_nonzero(y)
    assert_error_of_memory(SMOTENC(COLUMNS, k_neighbors=n_rows), X, y, [0, 200], "n_neighbors")


def assert_refused(X, y, match, columns=COLUMNS):
    with pytest.raises(ValueError, match=match):
        run_plan(SMOTENC(columns), X, y, bounds_of(len(X), 3))


def test_values_that_are_refused():
    X, y = make_coded(n_rows=300)
    X[[70, 200], 3] = np.nan
    assert_refused(X, y, "row 70, column 3: nan")
    X, y = make_coded(n_rows=300)
    X[:, [0, 1, 3, 4]] *= 1e-10
    assert_refused(X, y, "class 1: the numbers hardly vary; the median of their deviations is")
    X[:, [0, 1, 3, 4]] *= 1e170
    assert_refused(X, y, "class 1: the numbers vary too much")
    X, y = make_coded(n_rows=300)
    X[9, 5] = np.nan
    assert_refused(X, y, "the categorical column 5 has missing values")
    frame, y = make_coded_frame()
    for column, value in (("c5", None), ("c2", None), ("c5", np.nan)):
        broken = frame.copy()
        broken.loc[9, column] = value
        assert_refused(broken, y.to_numpy(), f"column '{column}' has", ["c2", "c5"])
    frame["c5"] = pd.Series([1, "one"] * 300, dtype=object)
    assert_refused(frame, y.to_numpy(), "'c5' has values that cannot be sorted", ["c2", "c5"])


def test_columns_that_are_refused():
    X, y = make_coded(n_rows=100)
    sampler = SMOTENC(COLUMNS, values={5: "integer"})
    assert_error_of_memory(sampler, X, y, [0, 100], "column 5, which is categorical")
    assert_refused(X, y, "names a column more than once", [2, 5, 2])
    assert_refused(X, y, "is 'auto', but X has no columns with a dtype", "auto")
