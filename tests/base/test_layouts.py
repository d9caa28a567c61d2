"""X in any memory layout: the same rows, attributes and errors as in C order."""

import imblearn.over_sampling as stock
import numpy as np
import pytest
from helpers.comparison import assert_same_arrays
from helpers.samplers import COMPILED
from helpers.tables import make_arrays

import fastsmote
from fastsmote._base.checks import SUMMED_VALUES, is_surely_finite
from fastsmote._search.lists import copy_in_order, search_array
from fastsmote._synthesis.output import take_rows
from fastsmote._synthesis.regeneration import regenerate
from fastsmote.over_sampling import SMOTE, RandomOverSampler
from fastsmote.under_sampling import TomekLinks

WITHOUT_SEED = {"AllKNN", "EditedNearestNeighbours", "NearMiss", "NeighbourhoodCleaningRule"}
WITHOUT_SEED |= {"RepeatedEditedNearestNeighbours", "TomekLinks"}
PARAMETERS = {
    "KMeansSMOTE": {"kmeans_estimator": 1, "cluster_balance_threshold": 0.0},
    "SMOTENC": {"categorical_features": [3]},
}


def make_sampler(name):
    sampler = COMPILED[name](**PARAMETERS.get(name, {}))
    return sampler if name in WITHOUT_SEED else sampler.set_params(random_state=0)


def strided(X):
    wide = np.zeros((2 * len(X), 2 * X.shape[1]), X.dtype)
    wide[::2, ::2] = X
    return wide[::2, ::2]


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int32])
@pytest.mark.parametrize("name", sorted(COMPILED))
def test_every_sampler_gives_the_rows_of_c_order(name, dtype):
    X, y = make_arrays(1_000)
    X = (100 * X).astype(dtype)
    expected = make_sampler(name).fit_resample(X, y)
    for same in (np.asfortranarray(X), strided(X)):
        before = same.copy()
        assert_same_arrays(make_sampler(name).fit_resample(same, y), expected)
        np.testing.assert_array_equal(same, before)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
def test_many_rows_of_several_classes_are_those_of_c_order_with_their_provenance(dtype):
    X, y = make_arrays(60_000)
    X = (100 * X).astype(dtype)
    expected, got = SMOTE(random_state=0), SMOTE(random_state=0)
    rows, F = expected.fit_resample(X, y), np.asfortranarray(X)
    assert_same_arrays(got.fit_resample(F, y), rows)
    for column in ("base_rows", "neighbor_rows", "gaps"):
        np.testing.assert_array_equal(
            getattr(got.provenance_, column), getattr(expected.provenance_, column)
        )
    assert (y[got.provenance_.base_rows] == rows[1][len(y) :]).all()
    assert (y[got.provenance_.neighbor_rows] == rows[1][len(y) :]).all()
    np.testing.assert_array_equal(regenerate(F, got.provenance_), rows[0][len(y) :])
    for a, b in zip(got.nn_k_.kneighbors(X[:50]), expected.nn_k_.kneighbors(X[:50]), strict=True):
        np.testing.assert_array_equal(a, b)


def test_nothing_to_make_is_nothing_to_search():
    X, y = np.asfortranarray(np.arange(40.0).reshape(20, 2)), np.repeat([0, 1], 10)
    assert_same_arrays(SMOTE().fit_resample(X, y), (X, y))


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("place", [(0, 0), (39_999, 19), (20_000, 7)])
def test_a_value_that_is_not_finite_is_the_error_of_imbalanced_learn(value, place):
    X = np.asfortranarray(np.zeros((40_000, 20)))
    assert X.size > SUMMED_VALUES
    y = np.arange(len(X)) % 10 == 0
    X[place] = value
    with pytest.raises(ValueError, match="Input X contains") as expected:
        stock.SMOTE().fit_resample(X, y)
    for sampler in (SMOTE(), TomekLinks()):
        with pytest.raises(ValueError, match="Input X contains") as got:
            sampler.fit_resample(X, y)
        assert str(got.value) == str(expected.value).replace("SMOTE", type(sampler).__name__)
    assert not hasattr(sampler, "sampling_strategy_")


def test_values_of_any_contiguous_array_are_summed():
    X = np.ones((2, SUMMED_VALUES))
    assert is_surely_finite(X)
    assert is_surely_finite(np.asfortranarray(X))
    assert not is_surely_finite(X[:, ::-1])
    X[1, -2] = np.inf
    assert not is_surely_finite(np.asfortranarray(X))


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int16, np.bool_, object])
def test_rows_are_taken_from_any_layout(dtype):
    X = np.random.RandomState(0).randint(0, 2, (30_000, 9)).astype(dtype)
    rows = np.random.RandomState(1).randint(0, len(X), 40_000)
    for same in (X, np.asfortranarray(X), strided(X)):
        with fastsmote.threads(3):
            got = take_rows(same, rows)
        assert got.flags.c_contiguous
        np.testing.assert_array_equal(got, X[rows])


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int16])
def test_what_is_searched_is_in_c_order_and_of_floats(dtype):
    X = np.random.RandomState(0).randint(0, 9, (30_000, 9)).astype(dtype)
    for same in (X, np.asfortranarray(X), strided(X)):
        got, some = search_array(same), search_array(same, np.arange(5, 20_000, 2))
        assert got.flags.c_contiguous
        assert got.dtype == (np.float64 if dtype == np.int16 else dtype)
        assert (got is X) == (same is X and dtype != np.int16)
        np.testing.assert_array_equal(got, X)
        np.testing.assert_array_equal(some, X[5:20_000:2])


def test_a_copy_of_no_rows_is_empty():
    X, out = np.asfortranarray(np.ones((3, 2))), np.empty((0, 2))
    copy_in_order(X, out, np.empty(0, np.int64))
    assert len(out) == 0


def test_rows_that_are_drawn_again_do_not_depend_on_the_layout():
    X, y = make_arrays(60_000)
    expected = RandomOverSampler(random_state=0).fit_resample(X, y)
    assert_same_arrays(
        RandomOverSampler(random_state=0).fit_resample(np.asfortranarray(X), y), expected
    )
