"""Row numbers and places beyond 2^31: tables that are mostly holes in memory."""

import mmap
import os
import sys

import numpy as np
import pytest
from scipy import sparse

from fastsmote import _kernels as kernels
from fastsmote._kernels.layout import SparseRows, dtype_ends
from fastsmote._search.class_index import ClassIndex
from fastsmote._search.lists import Limits, NeighborLists
from fastsmote._synthesis.draws import Pairs, draw_pairs
from fastsmote._synthesis.provenance import Provenance, write_synthetic
from fastsmote._threads import run_ranges

BEYOND = 2**31 + 12_345  # more than an int32 holds
NORESERVE = 0x4000 if sys.platform.startswith("linux") else 0  # memory that is not promised
pytestmark = pytest.mark.skipif(os.name != "posix", reason="memory with holes is of POSIX")


@pytest.fixture
def holes():
    """``holes(shape, dtype)``: an array of zeros, of which only what is touched is memory."""

    def make(shape, dtype):
        n_bytes = int(np.prod(shape, dtype=object)) * np.dtype(dtype).itemsize
        flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | NORESERVE
        return np.frombuffer(mmap.mmap(-1, n_bytes, flags=flags), dtype).reshape(shape)

    return make


def small_table(n_rows, n_features, seed=0):
    return np.random.RandomState(seed).randn(n_rows, n_features).astype(np.float32)


@pytest.mark.parametrize("n", [300, 14_000])  # one part of a tree, and two
def test_neighbors_of_rows_beyond_2_31_are_those_of_the_same_rows_alone(n, holes):
    X, rows = holes((BEYOND + n, 2), np.float32), np.arange(BEYOND, BEYOND + n)
    few = small_table(n, 2)
    X[BEYOND:] = few
    got, expected = (
        index.within(0, NeighborLists(index.rows_in_order(0), 5)).finish().sort_by_row()
        for index in (ClassIndex(X, [rows], n), ClassIndex(few, [np.arange(n)]))
    )
    np.testing.assert_array_equal(got.query_rows, expected.query_rows + BEYOND)
    np.testing.assert_array_equal(got.neighbor_rows, expected.neighbor_rows + BEYOND)
    np.testing.assert_array_equal(got.sq_distances, expected.sq_distances)


def test_enough_rows_beyond_2_31_are_counted(holes):
    X, n = holes((BEYOND + 400, 2), np.float32), 400
    X[BEYOND:] = few = small_table(n, 2)
    is_enough = []
    for table, first in ((X, BEYOND), (few, 0)):
        index = ClassIndex(table, [np.arange(first, first + n)], n)
        rows = np.arange(first, first + n)
        counts = index.count_before(0, Limits(rows, np.full(n, 0.01), rows), 3)
        is_enough.append(counts.are_enough())
    np.testing.assert_array_equal(*is_enough)
    assert 0 < is_enough[0].sum() < n


def test_new_rows_are_written_beyond_2_31(holes):
    X, out = holes((BEYOND + 4, 2), np.float32), holes((BEYOND + 8, 2), np.float32)
    X[BEYOND:] = few = small_table(4, 2)
    bases, neighbors = holes(BEYOND + 8, np.int64), holes(BEYOND + 8, np.int64)
    gaps, start = holes(BEYOND + 8, np.float64), BEYOND + 2
    bases[start:], neighbors[start:], gaps[start:] = BEYOND + 1, BEYOND + 3, np.arange(6) / 6
    kernels.interpolation.interpolate(
        X, bases, neighbors, gaps, np.empty(0), dtype_ends(X.dtype), start, BEYOND + 8, out
    )
    expected = np.empty((6, 2), np.float32)
    write_synthetic(few, Provenance(np.full(6, 1), np.full(6, 3), np.arange(6) / 6), expected)
    np.testing.assert_array_equal(out[start:], expected)
    assert not out[BEYOND - 2 : start].any()
    assert not out[:64].any()
    assert not out[12_300:12_400].any()  # where it would be modulo 2^31


def test_rows_beyond_2_31_are_condensed(holes):
    X, n = holes((BEYOND + 200, 2), np.float32), 200
    X[BEYOND:] = few = small_table(n, 2)
    kept = []
    for table, first in ((X, BEYOND), (few, 0)):
        rows, is_passed = np.arange(first, first + n), holes(len(table), np.bool_)
        places = np.concatenate([rows[:1], np.empty(n, np.int64)])
        n_kept = kernels.condensing.condense(
            table, rows, np.full(n, 0.3), rows - 1, 1, 0, n, is_passed, places, 1
        )
        assert is_passed[first + n - 50 :].any()
        kept.append(places[:n_kept] - first)
    np.testing.assert_array_equal(*kept)
    assert 1 < len(kept[0]) < n


def sparse_rows_beyond(holes, few):
    """A SparseRows with the rows of a matrix behind one row of 2^31 values and more."""
    values, features = holes(BEYOND + few.nnz, few.dtype), holes(BEYOND + few.nnz, np.int32)
    values[BEYOND:], features[BEYOND:] = few.data, few.indices
    return SparseRows(values, features, np.concatenate([[0], BEYOND + few.indptr.astype(np.int64)]))


def test_sparse_rows_of_values_beyond_2_31_are_measured_and_interpolated(holes):
    few = sparse.random(30, 40, 0.2, format="csr", random_state=0)
    few.sort_indices()
    table = sparse_rows_beyond(holes, few)
    bases, neighbors, gaps = np.arange(30), np.arange(30)[::-1].copy(), np.full(30, 0.25)
    sq_distances = np.empty((30, 1))
    kernels.csr.sq_distances(table, bases + 1, neighbors + 1, 0, 30, sq_distances)
    dense = few.toarray()
    expected = ((dense[bases] - dense[neighbors]) ** 2).sum(axis=1)
    np.testing.assert_allclose(sq_distances[:, 0], expected, rtol=1e-12)

    sizes = np.empty(30, np.int64)
    kernels.interpolation.union_sizes(table, bases + 1, neighbors + 1, 0, 30, sizes)
    starts = BEYOND + np.concatenate([[0], np.cumsum(sizes)])
    out = SparseRows(holes(starts[-1], np.float64), holes(starts[-1], np.int32), starts)
    kernels.interpolation.interpolate_sparse(
        table, bases + 1, neighbors + 1, gaps, np.empty(0), dtype_ends(few.dtype), 0, 30, out
    )
    new = sparse.csr_matrix(
        (out.values[BEYOND:], out.features[BEYOND:], starts - BEYOND), shape=few.shape
    )
    np.testing.assert_array_equal(
        new.toarray(), dense[bases] + 0.25 * (dense[neighbors] - dense[bases])
    )


def test_places_of_pairs_beyond_2_31_are_drawn_and_taken(holes):
    n_bases, k = 3 * BEYOND, 7
    pairs = draw_pairs(0, n_bases, k, 1000)
    drawn = np.random.RandomState(0).randint(0, n_bases * k, 1000)
    np.testing.assert_array_equal(pairs.bases * k + pairs.ranks, drawn)
    assert pairs.bases.max() > 2**31 - 1
    rows, neighbors = holes(n_bases, np.int64), holes((n_bases, k), np.int64)
    rows[pairs.bases] = BEYOND + pairs.bases
    neighbors[pairs.bases, pairs.ranks] = BEYOND + drawn
    provenance = Provenance.of_pairs(rows, neighbors, Pairs(pairs.bases, pairs.ranks, pairs.gaps))
    np.testing.assert_array_equal(provenance.base_rows, BEYOND + drawn // k)
    np.testing.assert_array_equal(provenance.neighbor_rows, BEYOND + drawn)


def test_ranges_reach_beyond_2_32():
    ranges = []
    run_ranges(lambda *ends: ranges.append(ends), 2**33 + 5, 2**32, 1)
    assert ranges == [(0, 2**32), (2**32, 2**33), (2**33, 2**33 + 5)]
