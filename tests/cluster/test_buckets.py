"""Neighbors found in buckets, against a plain sort of all distances."""

from functools import partial

import numpy as np
import pytest
from helpers.fake_engine import FakeEngine
from hypothesis import given
from hypothesis import strategies as st

from fastsmote._cluster import buckets
from fastsmote._cluster.buckets import NumberedRows
from fastsmote._search.cuts import Cuts


def nearest_by_sorting(X, rows, k):
    """Row numbers by (distance, row number), all distances computed in float64."""
    differences = X[rows, None].astype(np.float64) - X[None].astype(np.float64)
    sq_distances = (differences**2).sum(axis=2)
    sq_distances[np.arange(len(rows)), rows] = np.inf
    return np.argsort(sq_distances, axis=1, kind="stable")[:, :k]


def cut_at_random(rng, n_buckets, n_features, values, n_rows):
    """Cuts at any values and row numbers."""
    n = n_buckets - 1
    return Cuts(rng.integers(0, n_features, n), rng.choice(values, n), rng.integers(0, n_rows, n))


def into_parts(X, rng, n_parts):
    """NumberedRows of consecutive partitions, some of them empty."""
    bounds = np.sort(rng.integers(0, len(X) + 1, n_parts - 1))
    numbers = np.split(np.arange(len(X)), bounds)
    return [NumberedRows(X[rows], rows) for rows in numbers]


def find(engine, blocks, codes, judged, k):
    """The lists of all judged rows, ascending."""
    codes = engine.one(np.asarray, engine.given(codes.tolist()))
    lists = engine.values(buckets.find_nearest(engine, blocks, codes, judged, k))
    queries = np.concatenate([part.queries for part in lists])
    order = np.argsort(queries)
    return queries[order], np.concatenate([part.neighbor_rows for part in lists])[order]


TABLES = {
    "n_rows": st.integers(5, 60),
    "n_features": st.integers(1, 3),
    "n_values": st.integers(1, 6),  # few values: copies of rows, and boxes that touch
    "n_buckets": st.integers(1, 9),
    "n_parts": st.integers(1, 5),
    "k": st.integers(1, 4),
    "dtype": st.sampled_from([np.float64, np.float32, np.int64, np.uint8]),
    "seed": st.integers(0, 2**16),
}


def draw_table(n_rows, n_features, n_values, dtype, seed):
    rng = np.random.default_rng(seed)
    X = rng.integers(0, n_values, (n_rows, n_features)).astype(dtype)
    return rng, X, rng.integers(0, 3, n_rows)


@given(**TABLES)
def test_lists_are_complete_for_any_cuts(
    n_rows, n_features, n_values, n_buckets, n_parts, k, dtype, seed
):
    rng, X, codes = draw_table(n_rows, n_features, n_values, dtype, seed)
    values = np.arange(n_values) + 0.5 * (seed % 2)
    cuts = cut_at_random(rng, n_buckets, n_features, values, n_rows)
    engine = FakeEngine(seed)
    blocks = engine.exchange(
        partial(buckets.split, n_buckets=n_buckets),
        engine.given(into_parts(X, rng, n_parts)),
        n_buckets,
        buckets.make_block,
        engine.one(cut_of, engine.given([cuts])),
    )
    queries, neighbor_rows = find(engine, blocks, codes, (0, 2), k)
    np.testing.assert_array_equal(queries, np.flatnonzero(codes != 1))
    np.testing.assert_array_equal(neighbor_rows, nearest_by_sorting(X, queries, k))


def cut_of(cuts):
    return cuts[0]


@given(**TABLES)
def test_lists_are_complete_in_buckets_of_a_table(
    n_rows, n_features, n_values, n_buckets, n_parts, k, dtype, seed
):
    rng, X, codes = draw_table(n_rows, n_features, n_values, dtype, seed)
    engine = FakeEngine(seed)
    parts = engine.given(into_parts(X, rng, n_parts))
    blocks = buckets.exchange_into_buckets(engine, parts, n_rows, n_buckets)
    queries, neighbor_rows = find(engine, blocks, codes, (1,), k)
    np.testing.assert_array_equal(queries, np.flatnonzero(codes == 1))
    np.testing.assert_array_equal(neighbor_rows, nearest_by_sorting(X, queries, k))


@pytest.mark.parametrize("n_buckets", [1, 2, 3, 7, 16])
@pytest.mark.parametrize("kind", ["normal", "one feature varies", "copies", "all equal"])
def test_buckets_have_similar_sizes(kind, n_buckets):
    X = np.random.default_rng(0).normal(size=(4000, 3))
    if kind == "one feature varies":
        X[:, [0, 2]] = 1.5
    elif kind == "copies":
        X = np.round(X[:, :1])
    elif kind == "all equal":
        X[:] = -2.0
    rows = NumberedRows(X, np.arange(len(X)))
    pieces = buckets.split(rows, buckets.cut_sample([rows], n_buckets), n_buckets)
    sizes = [len(piece.rows) for piece in pieces]
    assert sum(sizes) == len(X)
    assert max(sizes) <= len(X) / n_buckets + n_buckets


def test_a_row_is_in_the_same_bucket_as_part_of_any_partition():
    X = np.random.default_rng(0).integers(0, 5, (300, 2))
    rows = NumberedRows(X, np.arange(len(X)))
    cuts = buckets.cut_sample([rows], 6)
    whole = [piece.rows.tolist() for piece in buckets.split(rows, cuts, 6)]
    parts = [buckets.split(rows.take(slice(i, i + 50)), cuts, 6) for i in range(0, 300, 50)]
    assert [[row for part in parts for row in part[i].rows] for i in range(6)] == whole


def test_far_buckets_are_not_searched():
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(center, size=(200, 2)) for center in range(0, 8000, 1000)])
    engine, codes = FakeEngine(), np.zeros(len(X), int)
    parts = engine.given([NumberedRows(X, np.arange(len(X)))])
    blocks = buckets.exchange_into_buckets(engine, parts, len(X), 8)
    _, neighbor_rows = find(engine, blocks, codes, (0,), 5)
    np.testing.assert_array_equal(neighbor_rows, nearest_by_sorting(X, np.arange(len(X)), 5))
    assert engine.n_pairs == 8


def test_values_near_the_ends_of_a_dtype_are_searched_without_warnings():
    X = np.array([[1e308], [-1e308], [1.0], [2.0], [9e307], [0.0]])
    engine = FakeEngine()
    parts = engine.given([NumberedRows(X, np.arange(6))])
    blocks = buckets.exchange_into_buckets(engine, parts, 6, 3)
    _, neighbor_rows = find(engine, blocks, np.zeros(6, int), (0,), 2)
    assert neighbor_rows[2:4].tolist() == [[3, 5], [2, 5]]
