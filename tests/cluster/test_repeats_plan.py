"""The plan of RandomOverSampler against the sampler in memory."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from helpers.plans import PARTS, assert_plan_is_sampler, bounds_of, make_partitioned, run_plan
from helpers.tables import make_labeled_frame

from fastsmote._cluster.repeats import repeat_rows
from fastsmote.over_sampling import RandomOverSampler


def assert_repeated(X, y, bounds, random_state=0, **parameters):
    sampler = RandomOverSampler(random_state=random_state, **parameters)
    plan = partial(repeat_rows, random_state=random_state)
    assert_plan_is_sampler(plan, sampler, X, y, bounds)


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
    expected, expected_y = sampler.fit_resample(frame, y)
    plan = partial(repeat_rows, random_state=1)
    X, got_y, rows = run_plan(plan, sampler, frame, y, bounds_of(500, 11), features=["a", "b"])
    np.testing.assert_array_equal(rows, sampler.sample_indices_)
    np.testing.assert_array_equal(got_y, expected_y)
    pd.testing.assert_frame_equal(X.reset_index(drop=True), expected)


def test_an_instance_advances_as_in_memory():
    X, y = make_partitioned()
    ours, theirs = np.random.RandomState(3), np.random.RandomState(3)
    for _ in range(2):
        sampler = RandomOverSampler(random_state=theirs)
        expected = sampler.fit_resample(X, y)[0]
        plan = partial(repeat_rows, random_state=ours)
        got = run_plan(plan, sampler, X, y, bounds_of(len(X), 3))[0]
        np.testing.assert_array_equal(got, expected)


def test_noise_is_refused():
    X, y = make_partitioned()
    plan = partial(repeat_rows, random_state=0, shrinkage=0.5)
    with pytest.raises(ValueError, match=r"shrinkage is 0\.5, it must be None"):
        run_plan(plan, RandomOverSampler(), X, y, [0, len(X)])
    sampler = RandomOverSampler(sampling_strategy={1: 200.5})
    with pytest.raises(TypeError, match="must be an integer"):
        run_plan(partial(repeat_rows, random_state=0), sampler, X, y, [0, len(X)])
