"""Plans that remove rows by their neighbors, against the samplers in memory."""

import numpy as np
import pytest
from helpers.plans import (
    DTYPES,
    PARTS,
    assert_error_of_memory,
    assert_rows_of_memory,
    bounds_of,
    in_memory,
    make_partitioned,
    run_plan,
)
from helpers.tables import tied_table
from sklearn.base import clone

from fastsmote._cluster.cleaning import EditedNearestNeighbours, NeighbourhoodCleaningRule
from fastsmote.neighbors import NearestNeighbors

SAMPLERS = {
    "all": EditedNearestNeighbours(),
    "mode": EditedNearestNeighbours(kind_sel="mode", n_neighbors=4, sampling_strategy="all"),
    "cleaning": NeighbourhoodCleaningRule(),
    "cleaning much": NeighbourhoodCleaningRule(
        n_neighbors=5, threshold_cleaning=0.1, sampling_strategy="all"
    ),
}


def assert_cleaned(name, X, y, bounds, **options):
    assert_rows_of_memory(clone(SAMPLERS[name]), X, y, bounds, **options)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("n_parts", PARTS)
@pytest.mark.parametrize("name", SAMPLERS)
def test_rows_are_those_in_memory(name, n_parts, n_classes, dtype):
    X, y = make_partitioned(n_classes, dtype)
    assert_cleaned(name, X, y, bounds_of(len(X), n_parts))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("name", SAMPLERS)
def test_ties_and_copies_are_decided_by_row_numbers(name, n_classes, seed):
    X, y = tied_table(seed, 120, 4, n_classes)
    assert_cleaned(name, X, y, bounds_of(120, 11), seed=seed)


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_class_may_be_in_one_partition_only(name):
    X, y = make_partitioned(3)
    order = np.argsort(y, kind="stable")
    assert_cleaned(name, X[order], y[order], bounds_of(len(X), 11))


@pytest.mark.parametrize("name", SAMPLERS)
def test_labels_may_be_text(name):
    X, y = make_partitioned(3)
    labels = np.array(["zebra", "ant", "mouse"], object)[y]
    assert_cleaned(name, X, labels, bounds_of(len(X), 3))


@pytest.mark.parametrize("name", SAMPLERS)
def test_all_rows_may_be_equal(name):
    y = np.repeat([0, 1, 0], [20, 8, 6])
    assert_cleaned(name, np.ones((34, 2)), y, bounds_of(34, 3))


def test_of_classes_of_equal_size_the_minority_is_the_one_that_comes_first():
    X, y = make_partitioned(3, n_rows=300)
    y = np.array([2, 0, 1])[np.argsort(np.argsort(X[:, 0])) * 3 // 300]
    for first in range(3):
        order = np.argsort(y != first, kind="stable")
        for n_parts in PARTS:
            assert_cleaned("cleaning", X[order], y[order], bounds_of(300, n_parts))


@pytest.mark.parametrize("name", SAMPLERS)
def test_too_few_rows_are_the_error_of_memory(name):
    X, y = np.arange(6.0).reshape(3, 2), np.array([0, 0, 1])
    assert_error_of_memory(clone(SAMPLERS[name]), X, y, [0, 2, 3], "Expected n_neighbors")


@pytest.mark.parametrize("name", SAMPLERS)
def test_the_first_value_that_is_not_finite_is_named(name):
    X, y = make_partitioned()
    X[[70, 300], 1] = np.nan
    with pytest.raises(ValueError, match=r"row 70, column 1: nan; this is row .* of partition"):
        run_plan(clone(SAMPLERS[name]), X, y, bounds_of(len(X), 11))


@pytest.mark.parametrize("strategy", [[], [1], [0, 2], "majority"])
@pytest.mark.parametrize("name", SAMPLERS)
def test_any_classes_are_targeted(name, strategy):
    X, y = make_partitioned(3)
    sampler = clone(SAMPLERS[name]).set_params(sampling_strategy=strategy)
    assert_rows_of_memory(sampler, X, y, bounds_of(len(X), 3))


def test_classes_to_clean_are_those_in_memory():
    X, y = make_partitioned(3)
    for threshold in (0.5, 1.0, 5.0):
        sampler = NeighbourhoodCleaningRule(threshold_cleaning=threshold)
        run_plan(sampler, X, y, [0, len(X)])
        expected = in_memory(sampler)
        expected.fit_resample(X, y)
        assert sampler.classes_to_clean_ == expected.classes_to_clean_


def test_parameters_that_are_refused():
    X, y = make_partitioned()
    sampler = NeighbourhoodCleaningRule(edited_nearest_neighbours=EditedNearestNeighbours())
    with pytest.raises(ValueError, match=r"edited_nearest_neighbours is Edit.* must be None"):
        run_plan(sampler, X, y, [0, len(X)])
    sampler = EditedNearestNeighbours(n_neighbors=NearestNeighbors(n_neighbors=4))
    with pytest.raises(ValueError, match="n_neighbors is a NearestNeighbors"):
        run_plan(sampler, X, y, [0, len(X)])
    with pytest.raises(ValueError, match="missing is 'partial'"):
        run_plan(EditedNearestNeighbours(missing="partial"), X, y, [0, len(X)])
