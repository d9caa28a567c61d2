"""An index finds the same rows for few queries, many queries, and searches in turn."""

import numpy as np
import pytest
from helpers.reference import k_nearest
from hypothesis import given, settings
from hypothesis import strategies as st

import fastsmote
from fastsmote import neighbors as neighbors_module
from fastsmote._search import class_index, projection
from fastsmote.neighbors import NearestNeighbors

SCALES = [1e-200, 1e-160, 1e-8, 1.0, 1e8, 1e150]


@pytest.fixture(autouse=True, scope="module")
def without_scans():
    """Build an index also for few queries, as samplers do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbors_module, "is_scan_worth_it", lambda *args: False)
        yield


def draw(rng, kind, n, d):
    if kind == "integers":
        return rng.randint(0, 3, (n, d)).astype(float)
    if kind == "copies":
        return rng.randn(5, d)[rng.randint(0, 5, n)]
    return rng.randn(n, d)


def expected_of(X, Q, k):
    """The k nearest rows of each query, by the reference."""
    rows = np.arange(len(X), len(X) + len(Q))
    both = np.concatenate([X, Q])
    sq_distances, found = np.empty((len(Q), k)), np.empty((len(Q), k), np.int64)
    for i, row in enumerate(rows):
        table = np.concatenate([X, both[row : row + 1]])
        sq_distances[i], found[i] = (
            part[0] for part in k_nearest(table, [len(X)], k, exclude_self=True)
        )
    return np.sqrt(sq_distances), found


@settings(deadline=None)
@given(
    st.sampled_from(["normal", "integers", "copies"]),
    st.integers(0, 99),
    st.sampled_from([1, 3, 255, 256, 257, 700]),
    st.integers(1, 9),
    st.integers(1, 70),
    st.integers(1, 8),
    st.sampled_from(SCALES),
    st.sampled_from([np.float32, np.float64]),
)
def test_few_queries(kind, seed, n, d, n_queries, k, scale, dtype):
    rng = np.random.RandomState(seed)
    with np.errstate(all="ignore"):
        X, Q = (draw(rng, kind, m, d) * scale for m in (n, n_queries))
        X, Q = (np.nan_to_num(part.astype(dtype), posinf=1e30, neginf=-1e30) for part in (X, Q))
        distances, rows = NearestNeighbors(n_neighbors=min(k, n)).fit(X).kneighbors(Q)
        expected = expected_of(X, Q, min(k, n))
    np.testing.assert_array_equal(rows, expected[1])
    np.testing.assert_array_equal(distances, expected[0])


@pytest.mark.parametrize("n_queries", [2, 10, 65, 127])
def test_few_queries_are_split_among_threads(n_queries, monkeypatch):
    monkeypatch.setattr(class_index, "LEAST_PRODUCTS", 1)
    rng = np.random.RandomState(0)
    X, Q = rng.randn(600, 3), rng.randn(n_queries, 3)
    with fastsmote.threads(5):
        rows = NearestNeighbors().fit(X).kneighbors(Q, return_distance=False)
    np.testing.assert_array_equal(rows, expected_of(X, Q, 5)[1])


def test_rows_are_ordered_once_there_were_enough_queries(monkeypatch):
    monkeypatch.setattr(projection, "LEAST_PRODUCTS_TO_ROTATE", 16 * 100)
    monkeypatch.setattr(projection, "LEAST_ROWS_TO_ORDER", 300)
    rng = np.random.RandomState(0)
    X, Q = rng.randn(600, 3), rng.randn(40, 3)
    neighbors, expected = NearestNeighbors().fit(X), expected_of(X, Q, 5)[1]
    are_ordered = []
    for _ in range(4):
        np.testing.assert_array_equal(neighbors.kneighbors(Q, return_distance=False), expected)
        are_ordered.append(neighbors._index.projection.orders_rows)
    assert are_ordered == [False, False, True, True]
    assert neighbors.fit(X)._n_queries == 0


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_value_that_is_not_finite_is_refused(value, dtype):
    X = np.zeros((300, 4), dtype)
    neighbors = NearestNeighbors().fit(X)
    X[-1, -1] = value
    for call in (neighbors.fit, neighbors.kneighbors):
        with pytest.raises(ValueError, match=r"contains (NaN|infinity)"):
            call(X)


def test_a_sum_that_overflows_is_accepted():
    X = np.full((10, 2), 1e308)
    X[0] = -1e308
    with np.errstate(over="ignore"):
        rows = NearestNeighbors(n_neighbors=1).fit(X).kneighbors(X[1:2], return_distance=False)
    assert rows.tolist() == [[1]]


def test_queries_of_another_width_are_refused():
    neighbors = NearestNeighbors().fit(np.zeros((9, 2)))
    with pytest.raises(ValueError, match="X has 3 features, but NearestNeighbors is expecting 2"):
        neighbors.kneighbors(np.zeros((4, 3)))
