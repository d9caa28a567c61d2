"""The index of a table with missing values finds what the definition says."""

from functools import partial

import numpy as np
from helpers.reference import k_nearest, partial_sq_distances
from hypothesis import given, settings
from hypothesis import strategies as st

from fastsmote._kernels.layout import NO_ROW
from fastsmote._search.lists import Limits, NeighborLists
from fastsmote._search.mixed import nearest_mixed
from fastsmote._search.partial_index import PartialIndex
from fastsmote._search.partial_order import find_missing

EXPONENTS = {np.float64: [-150, -20, 0, 20, 150], np.float32: [-18, 0, 18]}


@st.composite
def tables(draw, most_rows=300):
    """A table with missing values and the code, 0 or 1, of each row."""
    n_rows, n_features = (
        draw(st.integers(8, most_rows)),
        draw(st.sampled_from([1, 2, 3, 7, 20, 70])),
    )
    rng = np.random.RandomState(draw(st.integers(0, 10**6)))
    X = rng.randn(n_rows, n_features)
    if draw(st.booleans()):
        X = np.round(2 * X)  # ties
    dtype = draw(st.sampled_from([np.float64, np.float32]))
    X = (X * 10.0 ** draw(st.sampled_from(EXPONENTS[dtype]))).astype(dtype)
    is_missing = rng.uniform(size=X.shape) < draw(st.sampled_from([0, 0.01, 0.1, 0.5, 0.9, 1]))
    if draw(st.booleans()):  # a few features, or the same ones in many rows
        is_missing &= rng.uniform(size=n_features) < 0.3
        is_missing[: n_rows // 2] = is_missing[0]
    if draw(st.booleans()):
        is_missing[:, rng.randint(n_features)] = True
    X[is_missing] = np.nan
    if draw(st.booleans()):
        X[rng.uniform(size=n_rows) < 0.5] = X[0]  # copies
    codes = (rng.uniform(size=n_rows) < 0.4).astype(int)
    codes[:8] = [0, 0, 0, 0, 1, 1, 1, 1]
    return X, codes


def class_rows_of(codes):
    return [np.flatnonzero(codes == code) for code in (0, 1)]


def nearest_of(X, queries, rows, k):
    """The k nearest of some rows to each query row, which may be one of them."""
    distances, found = np.empty((len(queries), k)), np.empty((len(queries), k), np.int64)
    for i, query in enumerate(queries):
        others = rows[rows != query]
        sq_distances, places = k_nearest(X[others], X[[query]], k, measure=partial_sq_distances)
        distances[i], found[i] = sq_distances[0], others[places[0]]
    return distances, found


def assert_lists(lists, expected):
    np.testing.assert_array_equal(lists.neighbor_rows, expected[1])
    np.testing.assert_array_equal(lists.sq_distances, expected[0])


# Answers to be seen


def test_a_distance_is_by_the_features_that_both_rows_have():
    nan = np.nan
    X = np.array([[0.0, 0.0, nan], [3.0, nan, nan], [1.0, 1.0, 5.0], [nan, nan, 7.0]])
    lists = PartialIndex(X, [np.arange(4)]).within(0, NeighborLists(np.arange(4), 3)).finish()
    expected_rows = [[2, 1, 3], [2, 0, 3], [0, 1, 3], [2, 0, 1]]
    expected = [[3, 27, np.inf], [12, 27, np.inf], [3, 12, 12], [12, np.inf, np.inf]]
    np.testing.assert_array_equal(lists.neighbor_rows, expected_rows)
    np.testing.assert_array_equal(lists.sq_distances, expected)


def test_a_row_without_values_is_infinitely_far():
    X = np.array([[np.nan, np.nan], [0.0, 1.0], [5.0, np.nan]])
    lists = PartialIndex(X, [np.arange(3)]).within(0, NeighborLists(np.arange(3), 2)).finish()
    np.testing.assert_array_equal(lists.neighbor_rows, [[1, 2], [2, 0], [1, 0]])
    np.testing.assert_array_equal(lists.sq_distances, [[np.inf] * 2, [50, np.inf], [50, np.inf]])


def test_find_missing_gives_a_bit_for_each_missing_value():
    X = np.zeros((3, 70), np.float32)
    X[0, [0, 69]] = X[2, [1, 63, 64]] = np.nan
    patterns, n_lacking = find_missing(X)
    np.testing.assert_array_equal(n_lacking, [2, 0, 3])
    expected = [[1, 1 << 5], [0, 0], [(1 << 1) | (1 << 63), 1]]
    np.testing.assert_array_equal(patterns, np.array(expected, np.uint64))
    np.testing.assert_array_equal(find_missing(X, np.array([2, 1]))[1], [3, 0])


# Lists


@given(table=tables(), k=st.integers(1, 3))
def test_rows_within_a_class_are_those_of_the_definition(table, k):
    X, codes = table
    index, class_rows = PartialIndex(X, class_rows_of(codes)), class_rows_of(codes)
    for code, rows in enumerate(class_rows):
        lists = index.within(code, NeighborLists(index.rows_in_order(code), k)).finish()
        assert_lists(lists.sort_by_row(), nearest_of(X, rows, rows, k))


@given(table=tables(), k=st.integers(1, 4))
def test_rows_among_others_are_those_of_the_definition(table, k):
    X, codes = table
    index, (rows, others) = PartialIndex(X, class_rows_of(codes)), class_rows_of(codes)
    lists = index.among_others(0, NeighborLists(index.rows_in_order(0), k)).finish()
    assert_lists(lists.sort_by_row(), nearest_of(X, rows, others, k))


@given(table=tables(), k=st.integers(1, 7))
def test_rows_among_all_are_those_of_the_definition(table, k):
    X, codes = table
    index, rows = PartialIndex(X, class_rows_of(codes)), np.flatnonzero(codes == 1)
    lists = index.among_all(1, NeighborLists(index.rows_in_order(1), k)).finish()
    assert_lists(lists.sort_by_row(), nearest_of(X, rows, np.arange(len(X)), k))


@given(table=tables(), k=st.integers(1, 4))
def test_points_of_another_table_find_the_rows_of_the_definition(table, k):
    X, half = table[0], len(table[0]) // 2
    index = PartialIndex(X[half:], [np.arange(len(X) - half)])
    lists = NeighborLists(np.arange(half), k)
    index.improve(0, lists, queries_X=X[:half])
    expected = k_nearest(X[half:], X[:half], k, measure=partial_sq_distances)
    assert_lists(lists.finish(), expected)


@given(table=tables(), seed=st.integers(0, 99))
def test_given_lists_hold_the_distance_of_their_row(table, seed):
    X, codes = table
    rows = np.arange(len(X))
    others = (rows + np.random.RandomState(seed).randint(1, len(X), len(X))) % len(X)
    lists = PartialIndex(X, class_rows_of(codes)).given(rows, others)
    columns = X.T.astype(np.float64)
    expected = [
        partial_sq_distances(columns, columns[:, i])[other] for i, other in enumerate(others)
    ]
    np.testing.assert_array_equal(lists.neighbor_rows[:, 0], others)
    np.testing.assert_array_equal(lists.sq_distances[:, 0], expected)


# Counts and bounds


@given(table=tables(), n_wanted=st.integers(1, 30), seed=st.integers(0, 99))
def test_counts_are_those_of_the_definition(table, n_wanted, seed):
    X, codes = table
    index, (rows, others) = PartialIndex(X, class_rows_of(codes)), class_rows_of(codes)
    distances, found = nearest_of(X, rows, others, min(4, len(others)))
    place = np.random.RandomState(seed).randint(distances.shape[1])
    limits = Limits(rows, distances[:, place].copy(), found[:, place].copy())
    counts = index.count_before(0, limits, n_wanted)
    own_distances, own = nearest_of(X, rows, rows, len(rows) - 1)
    is_tied = own_distances == limits.sq_distances[:, None]
    is_before = (own_distances < limits.sq_distances[:, None]) | (
        is_tied & (own < limits.neighbor_rows[:, None])
    )
    expected = np.minimum(n_wanted, is_before.sum(axis=1))
    np.testing.assert_array_equal(counts.n_counted, expected)
    for i, n_counted in enumerate(expected):
        witnesses = counts.witnesses[i, :n_counted]
        assert len(set(witnesses)) == n_counted
        assert set(witnesses) <= set(own[i][is_before[i]])


@given(table=tables(), k=st.integers(1, 3))
def test_bounds_are_never_below_the_distance_of_the_kth_row(table, k):
    X, codes = table
    rows = np.flatnonzero(codes == 0)
    bounds = PartialIndex(X, class_rows_of(codes)).bound_within(0, rows, k)
    distances = nearest_of(X, rows, rows, k)[0]
    assert (bounds.sq_distances >= distances[:, -1]).all()
    columns = X.T.astype(np.float64)
    for row, bound, near in zip(rows, *bounds, strict=True):
        if bound < np.inf:
            assert len(set(near) - {row}) == k
            assert partial_sq_distances(columns, columns[:, row])[near].max() <= bound


def test_a_class_without_rows_changes_nothing():
    X = np.array([[0.0, np.nan], [1.0, 2.0], [3.0, 4.0]])
    index = PartialIndex(X, [np.arange(3), np.empty(0, np.int64)])
    lists = index.among_others(0, NeighborLists(np.arange(3), 1))
    assert (lists.neighbor_rows == NO_ROW).all()
    limits = Limits.within(np.arange(3), np.full(3, np.inf))
    np.testing.assert_array_equal(index.count_before(1, limits, 2).n_counted, 0)


# Numbers beside categories


@settings(max_examples=30)
@given(
    n_rows=st.integers(10, 200),
    sizes=st.lists(st.sampled_from([2, 5, 40, 200]), min_size=1, max_size=3),
    share=st.sampled_from([0.05, 0.3, 0.8, 1.0]),
    weight=st.sampled_from([1e-3, 0.7, 1e3]),
    dtype=st.sampled_from([np.float64, np.float32]),
    is_whole=st.booleans(),
    seed=st.integers(0, 999),
)
def test_rows_of_numbers_and_categories_are_those_of_the_definition(
    n_rows, sizes, share, weight, dtype, is_whole, seed
):
    rng = np.random.RandomState(seed)
    numbers = rng.randn(n_rows, 4)
    numbers = (np.round(2 * numbers) if is_whole else numbers).astype(dtype)
    numbers[rng.uniform(size=numbers.shape) < share] = np.nan
    codes = np.column_stack([rng.randint(size, size=n_rows) for size in sizes])
    weight = float(dtype(weight))
    got = nearest_mixed(numbers, codes, sizes, weight, 5, has_missing=True)
    measure = partial(partial_sq_distances, n_categories=len(sizes), weight=weight)
    X = np.column_stack([numbers.astype(np.float64), codes])
    expected = k_nearest(X, np.arange(n_rows), 5, exclude_self=True, measure=measure)[1]
    np.testing.assert_array_equal(got, expected)
