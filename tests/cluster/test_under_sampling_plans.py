"""Plans of Tomek links and random under-sampling against the samplers in memory."""

import numpy as np
import pandas as pd
import pytest
from helpers.plans import (
    DTYPES,
    PARTS,
    assert_rows_of_memory,
    bounds_of,
    in_memory,
    make_partitioned,
    run_plan,
)
from helpers.tables import make_labeled_frame, tied_table
from sklearn.base import clone

from fastsmote._cluster.under_sampling import RandomUnderSampler, TomekLinks

SAMPLERS = {
    "tomek": TomekLinks(),
    "all ends": TomekLinks(sampling_strategy="all"),
    "random": RandomUnderSampler(random_state=0),
    "repeated": RandomUnderSampler(random_state=0, replacement=True, sampling_strategy="all"),
}


def assert_kept(name, X, y, bounds, **options):
    assert_rows_of_memory(clone(SAMPLERS[name]), X, y, bounds, **options)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("n_parts", PARTS)
@pytest.mark.parametrize("name", SAMPLERS)
def test_rows_are_those_in_memory(name, n_parts, n_classes, dtype):
    X, y = make_partitioned(n_classes, dtype)
    assert_kept(name, X, y, bounds_of(len(X), n_parts))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", SAMPLERS)
def test_ties_and_copies_are_decided_by_row_numbers(name, seed):
    X, y = tied_table(seed, 120, 4, 3)
    assert_kept(name, X, y, bounds_of(120, 11), seed=seed)


@pytest.mark.parametrize("only_needed", [False, True])
@pytest.mark.parametrize("name", SAMPLERS)
def test_a_class_may_be_in_one_partition_only(name, only_needed):
    X, y = make_partitioned(3)
    order = np.argsort(y, kind="stable")
    labels = np.array(["zebra", "ant", "mouse"], object)[y[order]]
    assert_kept(name, X[order], labels, bounds_of(len(X), 11), only_needed=only_needed)


def test_whole_rows_of_frames_are_picked():
    frame = make_labeled_frame(500)
    sampler, y = RandomUnderSampler(random_state=1), frame["y"].to_numpy(object)
    expected, _ = in_memory(sampler).fit_resample(frame, y)
    X, _, _ = run_plan(sampler, frame, y, bounds_of(500, 11), features=["a", "b"])
    pd.testing.assert_frame_equal(X.reset_index(drop=True), expected.reset_index(drop=True))


def test_an_instance_advances_as_in_memory():
    X, y = make_partitioned()
    ours, theirs = np.random.RandomState(3), np.random.RandomState(3)
    for _ in range(2):
        got = run_plan(RandomUnderSampler(random_state=ours), X, y, bounds_of(len(X), 3))[0]
        expected = in_memory(RandomUnderSampler(random_state=theirs)).fit_resample(X, y)[0]
        np.testing.assert_array_equal(got, expected)


def test_a_value_that_is_not_finite_is_named():
    X, y = make_partitioned()
    X[[70, 300], 1] = np.inf
    with pytest.raises(ValueError, match="column 1: inf"):
        run_plan(TomekLinks(), X, y, bounds_of(len(X), 11))
