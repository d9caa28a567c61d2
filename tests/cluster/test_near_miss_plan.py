"""The plan of NearMiss, version 1, against the sampler in memory."""

import numpy as np
import pytest
from helpers.plans import (
    DTYPES,
    PARTS,
    assert_error_of_memory,
    assert_rows_of_memory,
    bounds_of,
    make_partitioned,
    run_plan,
)
from helpers.tables import tied_table

from fastsmote._cluster.near_miss import NearMiss


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("n_parts", PARTS)
@pytest.mark.parametrize("n_neighbors", [1, 3])
def test_rows_are_those_in_memory(n_neighbors, n_parts, n_classes, dtype):
    X, y = make_partitioned(n_classes, dtype)
    assert_rows_of_memory(NearMiss(n_neighbors=n_neighbors), X, y, bounds_of(len(X), n_parts))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("n_classes", [2, 3])
def test_of_equal_sums_the_lower_row_is_first(n_classes, seed):
    X, y = tied_table(seed, 120, 4, n_classes)
    assert_rows_of_memory(NearMiss(), X, y, bounds_of(120, 11), seed=seed)


def test_a_class_may_be_in_one_partition_only():
    X, y = make_partitioned(3)
    order = np.argsort(y, kind="stable")
    assert_rows_of_memory(NearMiss(), X[order], y[order], bounds_of(len(X), 11))


@pytest.mark.parametrize("strategy", ["all", {"ant": 30, "zebra": 200}, {"ant": 0, "zebra": 1}])
def test_any_classes_are_targeted(strategy):
    X, y = make_partitioned(3)
    labels = np.array(["zebra", "mouse", "ant"], object)[y]
    n_ants = np.count_nonzero(y == 2)
    if isinstance(strategy, dict):
        strategy = {label: min(n, n_ants) if label == "ant" else n for label, n in strategy.items()}
    assert_rows_of_memory(NearMiss(sampling_strategy=strategy), X, labels, bounds_of(len(X), 3))


def test_parameters_and_values_that_are_refused():
    X, y = make_partitioned()
    with pytest.raises(ValueError, match="version is 2; for tables of tests it must be 1"):
        run_plan(NearMiss(version=2), X, y, [0, len(X)])
    sampler = NearMiss(n_neighbors=np.count_nonzero(y) + 1)
    assert_error_of_memory(sampler, X, y, [0, len(X)], "Expected n_neighbors <= n_samples_fit")
    X[[70, 300], 1] = np.inf
    with pytest.raises(ValueError, match="row 70, column 1: inf"):
        run_plan(NearMiss(), X, y, bounds_of(len(X), 11))


def test_the_first_value_that_is_not_finite_is_named_if_it_is_not_beside_the_minority():
    X, y = make_partitioned()
    order = np.argsort(y, kind="stable")
    X[order[[70, 100, 300]], 1] = np.inf
    with pytest.raises(ValueError, match="row 70, column 1: inf"):
        run_plan(NearMiss(), X[order], y[order], bounds_of(len(X), 11), only_needed=True)
