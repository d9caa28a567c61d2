"""Neighbors of rows that stream by, against a plain sort of all distances."""

from itertools import pairwise

import numpy as np
import pytest
from helpers.marks import slow
from hypothesis import given
from hypothesis import strategies as st

from fastsmote._rules.tomek import find_links
from fastsmote._search.streaming import RunningLists
from fastsmote.under_sampling import TomekLinks


def nearest_by_sorting(queries, X, k, own_rows):
    """Row numbers by (distance, row number), all distances computed in float64."""
    sq_distances, n_common = np.zeros((2, len(queries), len(X)))
    for f in range(X.shape[1]):
        difference = queries[:, f, None].astype(np.float64) - X[:, f].astype(np.float64)
        sq_distances += np.nan_to_num(difference**2)
        n_common += ~np.isnan(difference)
    factors = np.divide(
        X.shape[1], n_common, out=np.full(n_common.shape, np.inf), where=n_common > 0
    )
    sq_distances = np.where(n_common > 0, sq_distances * np.where(n_common > 0, factors, 0), np.inf)
    is_self = np.zeros(sq_distances.shape, bool)
    if own_rows is not None:
        is_self[np.arange(len(queries)), own_rows] = True  # after rows at an infinite distance
    return np.lexsort((sq_distances, is_self), axis=1)[:, :k]


def cut(n_rows, cuts):
    """Slices of [0, n_rows) between some of its places."""
    bounds = sorted({0, n_rows, *(cut for cut in cuts if cut < n_rows)})
    return [slice(start, stop) for start, stop in pairwise(bounds)]


@given(
    n_rows=st.integers(8, 400),
    k=st.integers(1, 7),
    n_values=st.sampled_from([2, 5, 10_000]),
    cuts=st.lists(st.integers(1, 400), max_size=5),
    dtype=st.sampled_from([np.float64, np.float32]),
    share=st.sampled_from([None, 0.0, 0.2, 0.8]),
    are_in_table=st.booleans(),
    seed=st.integers(0, 100),
)
def test_lists_are_those_of_a_sort(n_rows, k, n_values, cuts, dtype, share, are_in_table, seed):
    """Values may be missing, unless the share of missing values is None."""
    rng = np.random.RandomState(seed)
    X = rng.randint(0, n_values, (n_rows, 3)).astype(dtype)
    own_rows = rng.choice(n_rows, 6, replace=False) if are_in_table else None
    queries = X[own_rows] if are_in_table else rng.randint(0, n_values, (6, 3)).astype(dtype)
    if share is not None:
        X[rng.uniform(size=X.shape) < share] = np.nan
        queries = X[own_rows] if are_in_table else queries
        queries[0, 1] = X[own_rows[0], 1] if are_in_table else np.nan
    nearest = RunningLists(queries, k, own_rows, has_missing=share is not None)
    for some in cut(n_rows, cuts):
        nearest.see(X[some], np.arange(n_rows)[some])
    expected = nearest_by_sorting(queries, X, k, own_rows)
    np.testing.assert_array_equal(nearest.neighbor_rows, expected)


def test_order_of_blocks_does_not_matter():
    rng = np.random.RandomState(0)
    X, queries = rng.randint(0, 4, (900, 3)).astype(float), rng.randint(0, 4, (50, 3)).astype(float)
    nearest = RunningLists(queries, 4)
    for some in [slice(600, 900), slice(0, 300), slice(300, 600)]:
        nearest.see(X[some], np.arange(900)[some])
    np.testing.assert_array_equal(nearest.neighbor_rows, nearest_by_sorting(queries, X, 4, None))


@pytest.mark.parametrize("has_missing", [False, True])
@pytest.mark.parametrize("n_values", [3, *slow(30, 10_000)])
@pytest.mark.parametrize("part_rows", [1, 7, 1_000])
@pytest.mark.parametrize("block_rows", [50, 1_000])
@pytest.mark.parametrize("are_near", [False, True])
def test_links_are_those_in_memory(are_near, block_rows, part_rows, n_values, has_missing):
    """Rows of a part that are near each other see the rows around them only."""
    rng = np.random.RandomState(n_values)
    X = rng.randint(0, n_values, (600, 2)).astype(float)
    y = rng.choice(3, 600, p=[0.8, 0.15, 0.05])
    if has_missing:
        X[rng.permutation(600)[:100], rng.randint(0, 2, 100)] = np.nan
    tomek = TomekLinks(sampling_strategy="all", missing="partial")
    tomek.fit_resample(X, y)
    expected = np.ones(600, bool)
    expected[tomek.sample_indices_] = False
    n_passes = {"neighbors": 0, "links": 0}

    def stream(task, without):
        n_passes[task] += 1
        for start in range(0, 600, block_rows):
            rows = np.arange(600)[start : start + block_rows]
            rows = rows[y[rows] != without]
            yield X[rows], rows

    of_classes = [np.flatnonzero(y == 1), np.flatnonzero(y == 2)]
    if are_near:
        of_classes = [rows[np.argsort(X[rows, 0], kind="stable")] for rows in of_classes]
    cuts = range(0, 600, part_rows)
    parts = [np.sort(rows[some]) for rows in of_classes for some in cut(len(rows), cuts)]
    is_end = find_links(((X[rows], rows) for rows in parts), y, stream, has_missing)
    np.testing.assert_array_equal(is_end, expected)
    assert expected.any()
    assert n_passes["neighbors"] == len(parts)
    assert 1 <= n_passes["links"] <= len(parts)
