"""The compiled loops alone, on one thread. Skipped unless pytest gets --benchmark-only."""

import numpy as np
import pytest
from scipy import sparse

from fastsmote import threads
from fastsmote._search.class_index import ClassIndex
from fastsmote._search.inverted_index import InvertedIndex
from fastsmote._search.kd_tree import build_tree
from fastsmote._search.lists import Limits, NeighborLists
from fastsmote._search.value_difference import nearest_by_difference
from fastsmote._synthesis.provenance import Provenance, write_synthetic

N_ROWS, N_FEATURES, N_MINORITY, K = 20_000, 20, 1_000, 5


@pytest.fixture(autouse=True)
def one_thread():
    with threads(1):
        yield


@pytest.fixture(scope="module")
def table():
    """X, the rows of the minority and the others."""
    X = np.random.RandomState(0).randn(N_ROWS, N_FEATURES)
    return X, np.arange(N_MINORITY), np.arange(N_MINORITY, N_ROWS)


@pytest.fixture(scope="module")
def index(table):
    X, rows, others = table
    index = ClassIndex(X, [rows, others])
    index.tree(0), index.tree(1)
    return index


@pytest.fixture(scope="module")
def provenance():
    """Which rows 10,000 new ones stand between."""
    rng = np.random.RandomState(0)
    bases, neighbors = rng.randint(N_MINORITY, size=(2, 10_000))
    return Provenance(bases, neighbors, rng.uniform(size=10_000))


def nearest_by_numpy(X, row, k):
    sq_distances = ((X - X[row]) ** 2).sum(axis=1)
    sq_distances[row] = np.inf
    return np.argsort(sq_distances)[:k]


def test_build_tree(benchmark, index):
    rows = index.class_rows[1]
    tree = benchmark(build_tree, index.X, rows, index.projection)
    assert np.array_equal(np.sort(tree.blocks.rows[tree.blocks.rows >= 0]), rows)


@pytest.mark.parametrize("k", [1, K, 50])
def test_search(benchmark, index, k):
    rows = index.rows_in_order(0)
    found = benchmark(lambda: index.among_all(0, NeighborLists(rows, k))).finish().sort_by_row()
    assert found.neighbor_rows[7].tolist() == nearest_by_numpy(index.X, 7, k).tolist()


def test_count(benchmark, index):
    """Whether K rows of the own class come before the nearest of the other."""
    nearest = index.among_others(0, NeighborLists(index.rows_in_order(0), 1))
    limits = Limits.of_last(nearest)
    is_enough = benchmark(lambda: index.count_before(0, limits, K)).are_enough()
    row = nearest.query_rows[0]
    own = ((index.X[:N_MINORITY] - index.X[row]) ** 2).sum(axis=1) < limits.sq_distances[0]
    assert is_enough[0] == (own.sum() - 1 >= K)  # the row itself is none


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_interpolate(benchmark, table, provenance, dtype):
    X = table[0].astype(dtype)
    out = np.empty((len(provenance), N_FEATURES), dtype)
    benchmark(write_synthetic, X, provenance, out)
    base, neighbor = X[provenance.base_rows[3]], X[provenance.neighbor_rows[3]]
    expected = base + provenance.gaps[3] * (neighbor - base).astype(np.float64)
    assert np.array_equal(out[3], expected.astype(dtype))


def test_sparse_search(benchmark):
    X = sparse.random(4_000, 300, 0.05, "csr", np.float64, np.random.RandomState(0))
    index = InvertedIndex(X, [np.arange(400), np.arange(400, 4_000)])
    rows = index.rows_in_order(0)
    found = benchmark(lambda: index.among_all(0, NeighborLists(rows, K))).finish().sort_by_row()
    assert found.neighbor_rows[7].tolist() == nearest_by_numpy(X.toarray(), 7, K).tolist()


def test_categorical_search(benchmark):
    rng = np.random.RandomState(0)
    codes = rng.randint(8, size=(2_000, 10))
    proba = [rng.dirichlet([1, 1], size=8) for _ in range(10)]
    kinds, found = benchmark(nearest_by_difference, codes, proba, K)
    differences = [np.abs(p[:, None] - p).sum(axis=2) ** 2 for p in proba]
    to_row_7 = sum(d[codes[7, f], codes[:, f]] for f, d in enumerate(differences))
    assert np.array_equal(np.sort(to_row_7[found[kinds[7]]]), np.sort(to_row_7)[:K])
