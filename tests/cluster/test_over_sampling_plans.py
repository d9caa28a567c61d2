"""Plans of over-samplers that interpolate against the samplers in memory."""

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
from helpers.tables import tied_table
from sklearn.base import clone

from fastsmote._cluster import search
from fastsmote._cluster.over_sampling import ADASYN, SMOTE, BorderlineSMOTE

SAMPLERS = {
    "smote": SMOTE(random_state=0),
    "adasyn": ADASYN(random_state=0),
    "borderline-1": BorderlineSMOTE(random_state=0),
    "borderline-2": BorderlineSMOTE(random_state=0, kind="borderline-2"),
    "borderline-2, more partners": BorderlineSMOTE(
        random_state=0, kind="borderline-2", k_neighbors=9, m_neighbors=4
    ),
}
BORDERLINE_2 = [name for name in SAMPLERS if "2" in name]


def assert_made(name, X, y, bounds, parameters=(), **options):
    sampler = clone(SAMPLERS[name]).set_params(**dict(parameters))
    assert_rows_of_memory(sampler, X, y, bounds, **options)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("n_parts", PARTS)
@pytest.mark.parametrize("name", SAMPLERS)
def test_rows_are_those_in_memory(name, n_parts, n_classes, dtype):
    X, y = make_partitioned(n_classes, dtype)
    assert_made(name, X, y, bounds_of(len(X), n_parts))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", SAMPLERS)
def test_ties_and_copies_are_decided_by_row_numbers(name, seed):
    X, y = tied_table(seed, 150, 5, 3)
    y[::2] = 0
    assert_made(name, X, y, bounds_of(150, 11), seed=seed)


@pytest.mark.parametrize("only_needed", [False, True])
@pytest.mark.parametrize("name", SAMPLERS)
def test_a_class_may_be_in_one_partition_only(name, only_needed):
    X, y = make_partitioned(3)
    order = np.argsort(y, kind="stable")
    labels = np.array(["zebra", "ant", "mouse"], object)[y[order]]
    assert_made(name, X[order], labels, bounds_of(len(X), 11), only_needed=only_needed)


@pytest.mark.parametrize("name", SAMPLERS)
def test_rows_do_not_depend_on_the_shards(name, monkeypatch):
    monkeypatch.setattr(search, "SHARD_ROWS", 37)
    X, y = make_partitioned(3)
    assert_made(name, X, y, bounds_of(len(X), 3))


@pytest.mark.parametrize("name", SAMPLERS)
def test_columns_of_frames_keep_their_dtypes(name):
    X, y = make_partitioned()
    frame = pd.DataFrame(X, columns=list("abcd")).astype({"d": np.int32, "a": np.float32})
    assert_made(name, frame, y, bounds_of(len(X), 3), {"values": "infer"})


@pytest.mark.parametrize("name", BORDERLINE_2)
def test_an_instance_continues_from_class_to_class(name):
    X, y = make_partitioned(3)
    sampler = clone(SAMPLERS[name]).set_params(random_state=np.random.RandomState(3))
    expected = clone(sampler)
    got, _, _ = run_plan(sampler, X, y, bounds_of(len(X), 3))
    np.testing.assert_array_equal(got, in_memory(expected).fit_resample(X, y)[0])


@pytest.mark.parametrize("name", BORDERLINE_2)
def test_a_class_without_rows_in_danger_gets_no_new_rows(name):
    X, y = make_partitioned(3)
    X[y == 1] += 1000
    assert_made(name, X, y, bounds_of(len(X), 3))


def test_a_class_may_be_smaller_than_its_lists_among_all_rows():
    X, y = make_partitioned()
    y[np.flatnonzero(y)[4:]] = 0
    assert_made("borderline-2", X, y, bounds_of(len(X), 11))


class Subclass(SMOTE):
    """A class outside the package."""


def test_errors_of_subclasses_name_the_class_in_memory():
    X, y = make_partitioned()
    with pytest.raises(ValueError, match=r"use fastsmote\.over_sampling\.SMOTE\."):
        run_plan(Subclass(missing="partial"), X, y, [0, len(X)])


def test_too_few_rows_are_refused():
    X, y = np.arange(16.0).reshape(8, 2), np.repeat([0, 1], [6, 2])
    for name, parameters in (("m_neighbors", {}), ("k_neighbors", {"k_neighbors": 8})):
        sampler = BorderlineSMOTE(kind="borderline-2", **parameters)
        with pytest.raises(ValueError, match=rf"the table has 8 rows, {name}=.* needs .* or more"):
            run_plan(sampler, X, y, [0, 8])
