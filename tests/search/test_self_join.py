"""Joining pairs of blocks finds the neighbors that the definition gives."""

import numpy as np
import pytest
from helpers.comparison import assert_own_neighbors
from helpers.reference import k_nearest
from hypothesis import given
from hypothesis import strategies as st
from search.test_neighbors import LARGE, TABLES

import fastsmote
from fastsmote._search import class_index, self_join
from fastsmote._search.class_index import ClassIndex
from fastsmote._search.lists import NeighborLists
from fastsmote.neighbors import NearestNeighbors


@pytest.fixture
def joins(monkeypatch):
    """Join small tables, one block a part; the list says of each search whether it joined."""
    joins, join_within = [], self_join.join_within

    def spy(*args):
        joins.append(join_within(*args))
        return joins[-1]

    monkeypatch.setattr(class_index, "join_within", spy)
    monkeypatch.setattr(self_join, "pays_off", lambda *args: True)
    monkeypatch.setattr(self_join, "CELL_BLOCKS", 1)
    monkeypatch.setattr(self_join, "PAIR_PRODUCTS", 1)
    return joins


# Which rows are found


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
@pytest.mark.parametrize("k", [1, 6, 300])
def test_neighbors_are_those_of_the_definition(table, k, joins):
    assert_own_neighbors(table(np.random.RandomState(0)), k, n_checked=100)
    assert all(joins)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_rows", [2, 3, 63, 64, 65, 255, 256, 257, 511, 512, 513, 769])
def test_neighbors_in_tables_around_the_size_of_a_block(n_rows, dtype, joins):
    rng = np.random.RandomState(n_rows)
    assert_own_neighbors(rng.randn(n_rows, 3).astype(dtype), 1)
    assert_own_neighbors(rng.randn(n_rows, 30).astype(dtype), min(5, n_rows - 1))
    assert_own_neighbors(rng.randint(4, size=(n_rows, 2)).astype(dtype), min(5, n_rows - 1))
    assert joins == [True] * 3


@pytest.mark.parametrize("n_rows", [300, 700])
def test_all_other_rows_are_neighbors_if_asked_for(n_rows, joins):
    rng = np.random.RandomState(0)
    assert_own_neighbors(rng.randn(n_rows, 3), n_rows - 1)
    assert_own_neighbors(rng.randint(3, size=(n_rows, 3)), n_rows - 2)
    assert all(joins)


def blocks_of_very_different_sizes(exponents):
    """A pile of rows for each exponent, spread by that power of ten around its own center."""
    rng = np.random.RandomState(0)
    return np.concatenate([rng.randn(300, 4) * 10.0**e + 2 * 10.0**e for e in exponents])


@pytest.mark.parametrize(
    "exponents",
    [(0, -5, -10, -20), (0, 5, 12, 30), (-100, -120, -140, 0), (-149, -160, -300, -305), (100, 0)],
)
def test_neighbors_among_blocks_of_very_different_sizes(exponents, joins):
    assert_own_neighbors(blocks_of_very_different_sizes(exponents), 5, n_checked=300)
    assert all(joins)


@given(
    seed=st.integers(0, 2**31),
    n_rows=st.integers(257, 1500),
    n_features=st.integers(1, 40),
    n_values=st.sampled_from([2, 5, 100, 10**6]),
    magnitudes=st.sampled_from([0, 3, 12]),
    offset=st.sampled_from([0, 10**4, 10**7]),
    k=st.integers(1, 12),
)
def test_neighbors_of_any_table(seed, n_rows, n_features, n_values, magnitudes, offset, k):
    rng = np.random.RandomState(seed)
    X = rng.randint(n_values, size=(n_rows, n_features)) + offset
    X = X * 10.0 ** rng.uniform(-magnitudes, magnitudes, n_features)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(self_join, "pays_off", lambda *args: True)
        monkeypatch.setattr(self_join, "CELL_BLOCKS", 1 + seed % 3)
        assert_own_neighbors(X, k, n_checked=20)


@pytest.mark.parametrize("table", LARGE.values(), ids=LARGE)
def test_threads_do_not_change_a_neighbor(table, joins, monkeypatch):
    monkeypatch.setattr(self_join, "PAIR_PRODUCTS", 2**25)
    monkeypatch.setattr(self_join, "CELL_BLOCKS", 4)
    X = table(np.random.RandomState(0))
    monkeypatch.setattr(self_join, "pays_off", lambda *args: False)
    expected = NearestNeighbors().fit(X).kneighbors()
    monkeypatch.setattr(self_join, "pays_off", lambda *args: True)
    for n_threads in (1, 2, 3, 7):
        with fastsmote.threads(n_threads):
            found = NearestNeighbors().fit(X).kneighbors()
        np.testing.assert_array_equal(found[1], expected[1])
        np.testing.assert_array_equal(found[0], expected[0])
    assert joins == [False, True, True, True, True]


# Which searches are joined


def test_a_search_of_some_rows_is_not_joined(joins):
    X = np.random.RandomState(0).randn(900, 5)
    index, rows = ClassIndex(X, [np.arange(900)]), np.arange(0, 900, 3)
    found = index.within(0, NeighborLists(rows, 4)).finish()
    np.testing.assert_array_equal(found.neighbor_rows, k_nearest(X, rows, 4, exclude_self=True)[1])
    assert joins == [False]


def test_lists_that_hold_rows_are_not_joined(joins):
    X = np.random.RandomState(0).randn(900, 5)
    rows = np.arange(900)
    index = ClassIndex(X, [rows])
    found = index.within(0, index.given(rows, np.roll(rows, 1)))
    expected = k_nearest(X, rows, 1, exclude_self=True)[1]
    np.testing.assert_array_equal(found.neighbor_rows, expected)
    assert joins == [False]


def test_lists_that_are_not_full_are_not_joined(joins):
    X = np.random.RandomState(0).randn(900, 5)
    index = ClassIndex(X, [np.arange(3), np.arange(3, 900)])
    found = index.among_class(0, NeighborLists(np.arange(3, 900), 4))
    found = index.within(1, found).finish()
    expected = k_nearest(X, np.arange(3, 900), 4, exclude_self=True)[1]
    np.testing.assert_array_equal(found.neighbor_rows, expected)
    assert joins == [False]


def test_rows_of_a_class_are_joined_in_any_order(joins):
    rng = np.random.RandomState(0)
    X, y = rng.randn(1500, 6), rng.randint(2, size=1500)
    rows = np.flatnonzero(y == 1)
    index = ClassIndex(X, [np.flatnonzero(y == 0), rows])
    found = index.within(1, NeighborLists(rng.permutation(rows), 4)).finish().sort_by_row()
    expected = k_nearest(X[rows], np.arange(len(rows)), 4, exclude_self=True)
    np.testing.assert_array_equal(found.neighbor_rows, rows[expected[1]])
    np.testing.assert_array_equal(found.sq_distances, expected[0])
    assert joins == [True]


def does_pay_off(X, monkeypatch, least_products=0):
    monkeypatch.setattr(self_join, "LEAST_PRODUCTS_TO_JOIN", least_products)
    monkeypatch.setattr(self_join, "LEAST_PAIR_PRODUCTS", 0)
    index = ClassIndex(X, [np.arange(len(X))])
    lists = NeighborLists(index.rows_in_order(0), 5)
    return self_join.join_within(lists, index.tree(0), X, index.projection)


def test_tables_without_structure_are_joined(monkeypatch):
    assert does_pay_off(np.random.RandomState(0).randn(3000, 30), monkeypatch)


@pytest.mark.parametrize("scale", [1e-310, 1e-160, 1e150, 1e160, 1e305])
def test_choosing_warns_of_no_overflow(scale, monkeypatch):
    does_pay_off(np.random.RandomState(0).randn(3000, 30) * scale, monkeypatch)


def test_tables_of_which_a_walk_skips_most_are_not_joined(monkeypatch):
    rng = np.random.RandomState(0)
    assert not does_pay_off(rng.randn(3000, 3), monkeypatch)
    far_apart = 1000.0 * rng.randint(20, size=(6000, 1))
    assert not does_pay_off(rng.randn(6000, 30) + far_apart, monkeypatch)
    with_copies = rng.randn(3000, 30)
    with_copies[:600] = 0.0
    assert not does_pay_off(rng.permutation(with_copies), monkeypatch)


def test_small_tables_are_not_joined(monkeypatch):
    X = np.random.RandomState(0).randn(3000, 30)
    assert not does_pay_off(X, monkeypatch, self_join.LEAST_PRODUCTS_TO_JOIN)


# Which tasks there are


@pytest.mark.parametrize("n_threads", [1, 2, 3, 7, 40])
@pytest.mark.parametrize("n_blocks", [1, 2, 7, 391, 4000])
@pytest.mark.parametrize("n_features", [1, 30, 20_000])
def test_a_plan_has_each_pair_of_parts_once_in_rounds_of_disjoint_pairs(
    n_blocks, n_features, n_threads
):
    bounds, pairs = self_join.plan(n_blocks, n_features, n_threads)
    n_parts = len(bounds) - 1
    assert bounds[0] == 0
    assert bounds[-1] == n_blocks
    assert sorted(pairs) == [(a, b) for a in range(n_parts) for b in range(a, n_parts)]
    for start in range(n_parts, len(pairs), n_parts // 2):
        parts = [part for pair in pairs[start : start + n_parts // 2] for part in pair]
        assert len(set(parts)) == n_parts


@pytest.mark.parametrize("n_features", [1, 30, 1000, 15_000])
def test_a_task_is_short(n_features):
    bounds, _ = self_join.plan(5000, n_features, 2)
    part_rows = np.diff(bounds).max() * 256
    assert part_rows * part_rows * n_features <= self_join.PAIR_PRODUCTS
