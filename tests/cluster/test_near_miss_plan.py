"""The plan of NearMiss, version 1, against the sampler in memory."""

from functools import partial

import numpy as np
import pytest
from helpers.plans import (
    DTYPES,
    PARTS,
    assert_plan_is_sampler,
    bounds_of,
    make_partitioned,
    run_plan,
)
from helpers.tables import tied_table

from fastsmote._cluster.near_miss import select_near
from fastsmote.under_sampling import NearMiss


def assert_selected(sampler, X, y, bounds, **options):
    plan = partial(select_near, n_neighbors=sampler.n_neighbors)
    assert_plan_is_sampler(plan, sampler, X, y, bounds, **options)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("n_parts", PARTS)
@pytest.mark.parametrize("n_neighbors", [1, 3])
def test_rows_are_those_in_memory(n_neighbors, n_parts, n_classes, dtype):
    X, y = make_partitioned(n_classes, dtype)
    assert_selected(NearMiss(n_neighbors=n_neighbors), X, y, bounds_of(len(X), n_parts))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("n_classes", [2, 3])
def test_of_equal_sums_the_lower_row_is_first(n_classes, seed):
    X, y = tied_table(seed, 120, 4, n_classes)
    assert_selected(NearMiss(), X, y, bounds_of(120, 11), seed=seed)


def test_a_class_may_be_in_one_partition_only():
    X, y = make_partitioned(3)
    order = np.argsort(y, kind="stable")
    assert_selected(NearMiss(), X[order], y[order], bounds_of(len(X), 11))


@pytest.mark.parametrize("strategy", ["all", {"ant": 30, "zebra": 200}, {"ant": 0, "zebra": 1}])
def test_any_classes_are_targeted(strategy):
    X, y = make_partitioned(3)
    labels = np.array(["zebra", "mouse", "ant"], object)[y]
    n_ants = np.count_nonzero(y == 2)
    if isinstance(strategy, dict):
        strategy = {label: min(n, n_ants) if label == "ant" else n for label, n in strategy.items()}
    assert_selected(NearMiss(sampling_strategy=strategy), X, labels, bounds_of(len(X), 3))


def test_parameters_and_values_that_are_refused():
    X, y = make_partitioned()
    plan = partial(select_near, n_neighbors=3, version=2)
    with pytest.raises(ValueError, match="version is 2, it must be 1"):
        run_plan(plan, NearMiss(), X, y, [0, len(X)])
    n_minority = np.count_nonzero(y)
    plan = partial(select_near, n_neighbors=n_minority + 1)
    sampler = NearMiss(n_neighbors=n_minority + 1)
    with pytest.raises(ValueError, match="Expected n_neighbors <= n_samples_fit") as in_memory:
        sampler.fit_resample(X, y)
    with pytest.raises(ValueError, match="Expected n_neighbors") as of_plan:
        run_plan(plan, sampler, X, y, [0, len(X)])
    assert str(of_plan.value) == str(in_memory.value)
    X[[70, 300], 1] = np.inf
    with pytest.raises(ValueError, match="row 70, column 1: inf"):
        run_plan(partial(select_near, n_neighbors=3), NearMiss(), X, y, bounds_of(len(X), 11))
