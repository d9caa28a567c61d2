"""Parameters as people pass them: callables, whole floats, NumPy scalars, arrays of columns."""

from collections import OrderedDict, UserDict
from types import MappingProxyType

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from helpers.tables import X, Y
from imblearn import combine as stock_combine
from imblearn import over_sampling as stock_over
from imblearn import under_sampling as stock_under

from fastsmote import combine, over_sampling, under_sampling

OVER = ["SMOTE", "BorderlineSMOTE", "ADASYN", "SVMSMOTE", "KMeansSMOTE", "RandomOverSampler"]
STOCK = {**vars(stock_over), **vars(stock_under), **vars(stock_combine)}
OURS = {**vars(over_sampling), **vars(under_sampling), **vars(combine)}
NEEDED = {"SMOTENC": {"categorical_features": [2]}, "KMeansSMOTE": {"kmeans_estimator": 1}}


def with_category(X):
    X = X.copy()
    X[:, 2] = X[:, 2] > 0
    return X


def outcome(classes, name, params, X=X, y=Y):
    """The rows that a sampler gives, or the class of its error."""
    sampler = classes[name](**{**NEEDED.get(name, {}), **params})
    try:
        return sampler.fit_resample(with_category(X) if name == "SMOTENC" else X, y)
    except Exception as error:
        return type(error)


def assert_as_imblearn(name, params):
    got, expected = outcome(OURS, name, params), outcome(STOCK, name, params)
    if isinstance(expected, type):
        assert got is expected
    else:
        np.testing.assert_allclose(got[0], expected[0], rtol=1e-13)
        np.testing.assert_array_equal(got[1], expected[1])


# A callable for sampling_strategy


def test_a_callable_may_select_from_y():
    strategy = lambda y: {k: 50 for k in np.unique(y[y > 0])}  # noqa: C420, E731
    _, y = over_sampling.SMOTE(sampling_strategy=strategy).fit_resample(X, Y)
    assert np.bincount(y).tolist() == [60, 50]


@pytest.mark.parametrize("name", [*OVER, "SMOTENC", "SMOTETomek", "SMOTEENN"])
def test_a_callable_of_an_over_sampler_gets_a_plain_array_of_its_own(name):
    seen = []

    def strategy(y):
        seen.append((type(y), y.copy()))
        y[:] = 0  # nobody else sees it
        return {1: 50}

    before = Y.copy()
    got = outcome(OURS, name, {"sampling_strategy": strategy, "random_state": 0})
    expected = outcome(OURS, name, {"sampling_strategy": {1: 50}, "random_state": 0})
    assert seen
    for kind, y in seen:  # a combined sampler and its first step both ask
        assert kind is np.ndarray
        np.testing.assert_array_equal(y, Y)
    np.testing.assert_array_equal(Y, before)
    np.testing.assert_array_equal(got[0], expected[0])


@pytest.mark.parametrize(
    "name", ["RandomUnderSampler", "NearMiss", "ClusterCentroids", "InstanceHardnessThreshold"]
)
def test_a_callable_of_an_under_sampler_gets_a_plain_array_of_its_own(name):
    def strategy(y):
        assert type(y) is np.ndarray
        assert not np.shares_memory(y, Y)
        y[:] = 7
        return {0: 30}

    _, y = OURS[name](sampling_strategy=strategy).fit_resample(X, Y)
    assert np.bincount(y)[1] == 20
    assert np.bincount(y)[0] == 30 or name == "InstanceHardnessThreshold"


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow", "list", "text", "one-hot"])
def test_a_callable_gets_a_plain_array_whatever_y_is(kind):
    text = np.where(Y == 1, "yes", "no")
    y, rare = {
        "pandas": (pd.Series(Y), 1),
        "polars": (pl.Series(Y), 1),
        "pyarrow": (pa.array(Y), 1),
        "list": (Y.tolist(), 1),
        "text": (text, "yes"),
        "one-hot": (np.eye(2, dtype=int)[Y], 1),
    }[kind]

    def strategy(labels):
        assert type(labels) is np.ndarray
        assert (labels == rare).sum() == 20
        return {rare: 45}

    _, y_resampled = over_sampling.SMOTE(sampling_strategy=strategy).fit_resample(X, y)
    assert len(y_resampled) == 105


def test_a_callable_that_returns_no_dict_is_an_error_that_shows_it():
    sampler = over_sampling.SMOTE(sampling_strategy=lambda y: [1, 2])
    with pytest.raises(TypeError, match=r"returned \[1, 2\]"):
        sampler.fit_resample(X, Y)


# Whole floats and NumPy scalars


@pytest.mark.parametrize("n_rows", [40.0, 40.5, np.float32(40), np.uint8(40), np.array(40)])
@pytest.mark.parametrize("name", ["ADASYN", "SVMSMOTE", "SMOTE", "BorderlineSMOTE", "SMOTENC"])
def test_numbers_of_rows_are_taken_where_imblearn_takes_them(name, n_rows):
    assert_as_imblearn(name, {"sampling_strategy": {1: n_rows}, "random_state": 0})


@pytest.mark.parametrize("name", ["KMeansSMOTE", "ADASYN"])
def test_a_whole_float_is_that_integer(name):
    got = outcome(OURS, name, {"sampling_strategy": {1: 40.0}, "random_state": 0})
    expected = outcome(OURS, name, {"sampling_strategy": {1: 40}, "random_state": 0})
    np.testing.assert_array_equal(got[0], expected[0])


@pytest.mark.parametrize("name", ["RandomOverSampler", "RandomUnderSampler", "NearMiss"])
def test_a_float_that_is_refused_is_named(name):
    sampler = OURS[name](sampling_strategy={0: 60.0})
    with pytest.raises(TypeError, match=r"class 0 is (60|0)\.0, it must be an integer"):
        sampler.fit_resample(X, Y)


@pytest.mark.parametrize("k", [True, np.int8(3), np.int64(2), np.bool_(True), 5.0])
@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        *[(name, "k_neighbors") for name in ("SMOTE", "BorderlineSMOTE", "SVMSMOTE", "SMOTENC")],
        ("BorderlineSMOTE", "m_neighbors"),
        ("KMeansSMOTE", "k_neighbors"),
        ("ADASYN", "n_neighbors"),
        ("NearMiss", "n_neighbors"),
        ("EditedNearestNeighbours", "n_neighbors"),
    ],
)
def test_numbers_of_neighbors_are_what_they_are_to_imblearn(name, parameter, k):
    seed = {} if name in ("NearMiss", "EditedNearestNeighbours") else {"random_state": 0}
    assert_as_imblearn(name, {parameter: k, **seed})


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("NearMiss", {"version": 3, "n_neighbors_ver3": True}),
        ("RepeatedEditedNearestNeighbours", {"max_iter": True}),
        ("AllKNN", {"n_neighbors": np.int16(2)}),
        ("CondensedNearestNeighbour", {"n_seeds_S": True, "random_state": np.int8(1)}),
        ("OneSidedSelection", {"n_seeds_S": np.int8(5), "random_state": 0}),
        ("SMOTE", {"sampling_strategy": np.float32(0.5), "random_state": np.uint32(7)}),
        ("SMOTE", {"sampling_strategy": True, "random_state": 0}),
    ],
)
def test_other_numpy_scalars_are_what_they_are_to_imblearn(name, params):
    assert_as_imblearn(name, params)


def test_a_parameter_is_kept_as_it_was_given():
    sampler = over_sampling.SMOTE(k_neighbors=np.int8(3))
    sampler.fit_resample(X, Y)
    assert type(sampler.k_neighbors) is np.int8
    sampler = over_sampling.SMOTENC(np.array([False, False, True]))
    sampler.fit_resample(with_category(X), Y)
    assert isinstance(sampler.categorical_features, np.ndarray)


# Columns of categories


@pytest.mark.parametrize(
    "features",
    [
        np.array([False, False, True]),
        np.array([2]),
        np.array([2], np.uint8),
        (False, False, True),
        np.array([-1]),
        range(2, 3),
        pl.Series([2]),
        pd.Series([False, False, True]),
    ],
    ids=repr,
)
def test_categorical_features_of_any_array_are_those_of_a_list(features):
    table = with_category(X)
    got = over_sampling.SMOTENC(features, random_state=0).fit_resample(table, Y)
    expected = over_sampling.SMOTENC([2], random_state=0).fit_resample(table, Y)
    np.testing.assert_array_equal(got[0], expected[0])


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
@pytest.mark.parametrize(
    "features",
    [pd.Index(["c"]), np.array(["c"]), np.array(["c"], object), ("c",), pd.Series(["c"])],
    ids=repr,
)
def test_categorical_features_by_name_may_be_an_index(features, kind):
    columns = dict(zip("abc", with_category(X).T, strict=True))
    table = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}[kind](columns)
    got, _ = over_sampling.SMOTENC(features, random_state=0).fit_resample(table, Y)
    expected, _ = over_sampling.SMOTENC([2], random_state=0).fit_resample(with_category(X), Y)
    assert type(got) is type(table)
    got = np.column_stack([np.asarray(got[name]) for name in "abc"])
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("frame", [pl.DataFrame, pa.table])
def test_a_name_that_is_no_column_is_an_error_that_names_the_columns(frame):
    table = frame({"a": X[:, 0], "b": X[:, 1] > 0})
    with pytest.raises(ValueError, match=r"'color'.*'a', 'b'"):
        over_sampling.SMOTENC(["color"]).fit_resample(table, Y)


@pytest.mark.parametrize("features", [np.array(2), np.array([[2]]), [np.int64(2)]], ids=repr)
@pytest.mark.parametrize("frame", [pl.DataFrame, pd.DataFrame, None])
def test_categorical_features_of_any_shape_are_those_of_a_list(features, frame):
    table = with_category(X)
    given = table if frame is None else frame(dict(zip("abc", table.T, strict=True)))
    got, _ = over_sampling.SMOTENC(features, random_state=0).fit_resample(given, Y)
    expected, _ = over_sampling.SMOTENC([2], random_state=0).fit_resample(table, Y)
    np.testing.assert_array_equal(np.asarray(got), expected)


def test_a_column_that_is_named_twice_is_an_error():
    table = pl.DataFrame(dict(zip("abc", with_category(X).T, strict=True)))
    with pytest.raises(ValueError, match="more than once"):
        over_sampling.SMOTENC(["c", 2]).fit_resample(table, Y)


@pytest.mark.parametrize("kind", [MappingProxyType, UserDict, OrderedDict])
def test_a_callable_may_return_any_mapping(kind):
    sampler = over_sampling.SMOTE(sampling_strategy=lambda y: kind({1: 50}))
    assert np.bincount(sampler.fit_resample(X, Y)[1]).tolist() == [60, 50]


@pytest.mark.parametrize("n_rows", [float("nan"), float("inf")])
def test_a_number_of_rows_that_is_none_is_named(n_rows):
    with pytest.raises(TypeError, match=r"class 1 is (nan|inf), it must be an integer"):
        over_sampling.SMOTE(sampling_strategy={1: n_rows}).fit_resample(X, Y)
