"""The index of a table with missing values, of more rows than fit in a block or a window."""

import numpy as np
import pytest
from helpers.reference import k_nearest, partial_sq_distances
from sklearn.metrics.pairwise import nan_euclidean_distances

import fastsmote
from fastsmote._kernels.layout import BLOCK_ROWS
from fastsmote._search.lists import Limits, NeighborLists
from fastsmote._search.partial_index import PartialIndex
from fastsmote._search.partial_order import LEAST_WINDOW_ROWS


def make_many(kind, dtype=np.float64, seed=0):
    rng = np.random.RandomState(seed)
    n_rows = {"one pattern": LEAST_WINDOW_ROWS + 90, "blocks": 2 * BLOCK_ROWS + 7}.get(kind, 1800)
    X = rng.randn(n_rows, 70 if kind == "wide" else 6) + rng.randint(3, size=(n_rows, 1))
    is_missing = rng.uniform(size=X.shape) < (0.1 if kind == "wide" else 0.2)
    if kind == "one pattern":
        is_missing[:] = [False, True, False, False, True, False]
        is_missing[-20:, 0] = True
    elif kind == "patterns":
        few = rng.uniform(size=(3, X.shape[1])) < 0.4
        is_missing = few[rng.randint(3, size=n_rows)]
    elif kind == "whole numbers":
        X = np.round(X)
    elif kind == "copies":
        X[rng.uniform(size=n_rows) < 0.5], is_missing[1:50] = X[0], is_missing[0]
    X[is_missing] = np.nan
    return X.astype(dtype)


KINDS = ["blocks", "one pattern", "patterns", "wide", "whole numbers", "copies"]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("kind", KINDS)
def test_lists_of_many_rows_are_those_of_the_definition(kind, dtype):
    X = make_many(kind, dtype)
    rows, queries = np.arange(len(X)), np.arange(0, len(X), 7)
    index = PartialIndex(X, [rows])
    lists = index.within(0, NeighborLists(index.rows_in_order(0), 5)).finish().sort_by_row()
    expected = k_nearest(X, queries, 5, exclude_self=True, measure=partial_sq_distances)
    np.testing.assert_array_equal(lists.neighbor_rows[queries], expected[1])
    np.testing.assert_array_equal(lists.sq_distances[queries], expected[0])


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_of_a_class_comes_once_in_order(kind):
    X = make_many(kind)
    class_rows = [np.arange(0, len(X), 2), np.arange(1, len(X), 2)]
    index = PartialIndex(X, class_rows)
    for code, rows in enumerate(class_rows):
        np.testing.assert_array_equal(np.sort(index.rows_in_order(code)), rows)
    is_chosen = np.arange(len(X)) % 3 == 0
    chosen = np.sort(index.rows_in_order(1, is_chosen))
    np.testing.assert_array_equal(chosen, class_rows[1][is_chosen[class_rows[1]]])


@pytest.mark.parametrize("kind", KINDS)
def test_threads_change_no_list_and_no_count(kind):
    X, results = make_many(kind), []
    class_rows = [np.arange(0, len(X), 2), np.arange(1, len(X), 2)]
    for n_threads in (1, 2):
        with fastsmote.threads(n_threads):
            index = PartialIndex(X, class_rows)
            lists = index.among_all(0, NeighborLists(index.rows_in_order(0), 4)).finish()
            limits = Limits(
                lists.query_rows,
                lists.sq_distances[:, -1].copy(),
                lists.neighbor_rows[:, -1].copy(),
            )
            counts = index.count_before(0, limits, 3)
            results.append((lists.query_rows, lists.neighbor_rows, lists.sq_distances, *counts[:1]))
    for one, two in zip(*results, strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("kind", KINDS)
def test_distances_are_those_of_scikit_learn_to_rounding(kind):
    X = make_many(kind)
    index = PartialIndex(X, [np.arange(len(X))])
    lists = index.within(0, NeighborLists(index.rows_in_order(0), 5)).finish().sort_by_row()
    # scikit-learn has NaN where two rows have no feature in common.
    expected = np.nan_to_num(nan_euclidean_distances(X), nan=np.inf)
    np.fill_diagonal(expected, np.inf)
    # It subtracts products, so that small distances lose digits.
    np.testing.assert_allclose(
        np.sqrt(lists.sq_distances), np.sort(expected, axis=1)[:, :5], rtol=1e-7, atol=1e-6
    )
