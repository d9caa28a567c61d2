"""The plan of RandomOverSampler against the sampler in memory."""

import numpy as np
import pandas as pd
import pytest
from helpers.plans import (
    PARTS,
    assert_rows_of_memory,
    bounds_of,
    in_memory,
    make_partitioned,
    run_plan,
)
from helpers.tables import make_labeled_frame

from fastsmote._cluster.repeats import RandomOverSampler


def assert_repeated(X, y, bounds, **parameters):
    assert_rows_of_memory(RandomOverSampler(random_state=0, **parameters), X, y, bounds)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("n_parts", PARTS)
def test_rows_are_those_in_memory(n_parts, n_classes):
    X, y = make_partitioned(n_classes, np.float32)
    X[5, 2] = np.nan  # which is copied
    assert_repeated(X, y, bounds_of(len(X), n_parts))


def test_a_class_may_be_in_one_partition_only():
    X, y = make_partitioned(3, object)
    order = np.argsort(y, kind="stable")
    labels = np.array(["zebra", "ant", "mouse"], object)[y[order]]
    assert_repeated(X[order], labels, bounds_of(len(X), 11))


def test_a_strategy_may_name_classes_in_any_order():
    X, y = make_partitioned(3)
    assert_repeated(X, y, bounds_of(len(X), 3), sampling_strategy={2: 500, 0: 700, 1: 600})
    sizes = np.bincount(y)
    strategy = {1: 600, 2: int(sizes[2])}  # no new row of class 2
    assert_repeated(X, y, bounds_of(len(X), 3), sampling_strategy=strategy)


def test_whole_rows_of_frames_are_repeated():
    frame = make_labeled_frame(500)
    y = frame["y"].to_numpy(object)
    sampler = RandomOverSampler(random_state=1)
    expected, expected_y = in_memory(sampler).fit_resample(frame, y)
    X, got_y, _ = run_plan(sampler, frame, y, bounds_of(500, 11), features=["a", "b"])
    np.testing.assert_array_equal(got_y, expected_y)
    pd.testing.assert_frame_equal(X.reset_index(drop=True), expected)


def test_an_instance_advances_as_in_memory():
    X, y = make_partitioned()
    ours, theirs = np.random.RandomState(3), np.random.RandomState(3)
    for _ in range(2):
        got = run_plan(RandomOverSampler(random_state=ours), X, y, bounds_of(len(X), 3))[0]
        expected = in_memory(RandomOverSampler(random_state=theirs)).fit_resample(X, y)[0]
        np.testing.assert_array_equal(got, expected)


def test_parameters_that_are_refused():
    X, y = make_partitioned()
    with pytest.raises(ValueError, match=r"shrinkage is 0\.5; for .* must be None"):
        run_plan(RandomOverSampler(shrinkage=0.5), X, y, [0, len(X)])
    with pytest.raises(TypeError, match="must be an integer"):
        run_plan(RandomOverSampler(sampling_strategy={1: 200.5}), X, y, [0, len(X)])
