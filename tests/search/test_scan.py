"""A scan finds the neighbors of a few queries as the definition says, without an index."""

import numpy as np
import pytest
from helpers.reference import k_nearest
from hypothesis import given, settings
from hypothesis import strategies as st

import fastsmote
from fastsmote import _kernels as kernels
from fastsmote._kernels.layout import NO_ROW, ScanLists, ScanScratch
from fastsmote._search import scan
from fastsmote.neighbors import NearestNeighbors

SCALES = [1e-320, 1e-300, 1e-200, 1e-160, 1e-8, 1.0, 1e8, 1e150, 1e200, 1e307]


def draw(rng, kind, n, d):
    if kind == "integers":
        return rng.randint(0, 3, (n, d)).astype(float)
    if kind == "copies":
        return rng.randn(5, d)[rng.randint(0, 5, n)]
    if kind == "sorted":
        return np.sort(rng.randn(n, d), axis=0)[::-1]
    if kind == "outliers":
        return rng.randn(n, d) * 10.0 ** rng.randint(-9, 10, (n, 1))
    if kind == "clusters":
        return 1e6 * rng.randn(3, d)[rng.randint(0, 3, n)] + rng.randn(n, d)
    return rng.randn(n, d)


def assert_is_exact(found, X, Q, k):
    """Compare lists with the reference; distances must be equal, bit for bit."""
    sq_distances, rows = k_nearest(X, Q, k)
    np.testing.assert_array_equal(found.neighbor_rows, rows)
    np.testing.assert_array_equal(found.sq_distances, sq_distances)


@settings(deadline=None, max_examples=100)
@given(
    kind=st.sampled_from(["normal", "integers", "copies", "sorted", "outliers", "clusters"]),
    seed=st.integers(0, 99),
    n=st.sampled_from([1, 2, 3, 4, 5, 64, 257, 700]),
    d=st.integers(1, 9) | st.sampled_from([30, 70]),
    n_queries=st.integers(1, 40),
    k=st.integers(1, 8) | st.just(700),
    scale=st.sampled_from(SCALES),
    dtypes=st.tuples(*[st.sampled_from([np.float32, np.float64])] * 2),
    least_scanned=st.sampled_from([1, 2**12, 2**22]),
    is_screened=st.booleans(),
)
def test_a_scan_is_exact(kind, seed, n, d, n_queries, k, scale, dtypes, least_scanned, is_screened):
    rng = np.random.RandomState(seed)
    parts = []
    for n_rows, dtype in zip((n, n_queries), dtypes, strict=True):
        with np.errstate(all="ignore"):
            part = (draw(rng, kind, n_rows, d) * scale).astype(dtype)
        ends = np.finfo(dtype).max / 4
        parts.append(np.clip(part, -ends, ends))
    with pytest.MonkeyPatch.context() as patch, fastsmote.threads(2):
        patch.setattr(scan, "LEAST_SCANNED", least_scanned)
        patch.setattr(scan, "LEAST_SCREENED_ROWS", 0 if is_screened else 10**9)
        patch.setattr(scan, "SCREENED_VALUES", 2**12)
        patch.setattr(scan, "BOUNDED_ROWS", 2)
        found = scan.scan(*parts, min(k, n))
    assert_is_exact(found, *parts, min(k, n))


@pytest.mark.parametrize("n_threads", [1, 2, 5])
@pytest.mark.parametrize("most_scanned", [2**10, 2**30])
def test_the_lists_of_all_tasks_are_merged(n_threads, most_scanned, monkeypatch):
    monkeypatch.setattr(scan, "LEAST_SCANNED", 1)
    monkeypatch.setattr(scan, "MOST_SCANNED", most_scanned)
    rng = np.random.RandomState(0)
    X, Q = rng.randint(0, 3, (1000, 3)).astype(float), rng.randint(0, 3, (10, 3)).astype(float)
    with fastsmote.threads(n_threads):
        assert_is_exact(scan.scan(X, Q, 40), X, Q, 40)


def test_of_rows_at_an_infinite_distance_the_first_are_found():
    X = np.full((100, 2), 1e200)
    X[90] = -1e200
    found = scan.scan(X, X[90:91], 3)
    assert found.neighbor_rows.tolist() == [[90, 0, 1]]
    assert found.sq_distances.tolist() == [[0.0, np.inf, np.inf]]


def test_only_the_first_queries_are_scanned_for(monkeypatch):
    monkeypatch.setattr(scan, "FEW_QUERIES", 100)
    rng = np.random.RandomState(0)
    X, Q = rng.randn(1000, 3), rng.randn(50, 3)
    neighbors, expected, has_index = NearestNeighbors().fit(X), k_nearest(X, Q, 5)[1], []
    for _ in range(4):
        found = neighbors.kneighbors(Q, return_distance=False)
        np.testing.assert_array_equal(found, expected)
        has_index.append(neighbors._index is not None)
    assert has_index == [False, False, True, True]
    neighbors.fit(X)
    assert (neighbors._index, neighbors._n_queries) == (None, 0)


def test_long_lists_are_searched_with_an_index():
    X = np.random.RandomState(0).randn(300, 3)
    neighbors = NearestNeighbors().fit(X)
    rows = neighbors.kneighbors(X[:2], 300, return_distance=False)
    np.testing.assert_array_equal(rows, k_nearest(X, X[:2], 300)[1])
    assert neighbors._index is not None


def test_a_scan_is_for_few_queries():
    assert scan.is_scan_worth_it((10**6, 2), 128, 5)
    assert not scan.is_scan_worth_it((10**6, 2), 129, 5)
    assert scan.is_scan_worth_it((10**6, 100), 256, 5)
    assert not scan.is_scan_worth_it((1000, 100), 256, 5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("offset", [0.0, 1e5])
def test_screening_limits_follow_the_last_distances(dtype, offset):
    rng = np.random.RandomState(0)
    X, queries = (rng.randn(n, 20).astype(dtype) + dtype(offset) for n in (4000, 16))
    queries = queries.astype(np.float64)
    screen = scan._new_screen(X, queries, 16)
    scratch = ScanScratch(
        np.full(16, np.inf), np.empty(32), np.full(16, np.inf, np.float32), np.zeros(1600, "f4")
    )
    lists = ScanLists(np.full((16, 5), np.inf), np.full((16, 5), NO_ROW))
    panels = scan._panels(queries, 8)
    kernels.scan.scan_screened(X, panels, screen, 0, 4000, scratch, lists)
    needed = k_nearest(X, queries, 5)[0][:, -1] * screen.scale**2
    assert (scratch.rough_limits > needed).all()
    np.testing.assert_allclose(scratch.rough_limits, needed, rtol=1e-4)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rough_distances_are_within_their_bound(dtype):
    rng = np.random.RandomState(0)
    X, queries = (1000.0 * rng.standard_cauchy((n, 20)).astype(dtype) for n in (4000, 16))
    queries = queries.astype(np.float64)
    screen = scan._new_screen(X, queries, 16)
    rows = ((X - screen.center) * screen.scale).astype(np.float32).astype(np.float64)
    of_queries = screen.panels.reshape(20, 16).T.astype(np.float64)
    gaps = np.sqrt(((of_queries[:, None] - rows) ** 2).sum(axis=2))
    exact = np.sqrt(((queries[:, None] - X) ** 2).sum(axis=2)) * screen.scale
    errors, eps = np.abs(gaps - exact), 2.0**-24 * 1.001
    assert (errors <= eps * (2 * screen.norms[:, None] + gaps)).all()
    assert errors.max() > 0.0


@pytest.mark.parametrize("seed", range(3))
def test_rows_that_differ_by_less_than_float32_resolves_are_told_apart(seed):
    rng = np.random.RandomState(seed)
    far = np.array([[1.0, 1.0, 1.0], [-1.0, -1.0, -1.0]])
    near_the_first = far[0] + 1e-6 * rng.randn(4000, 3)
    assert_is_exact(scan.scan(near_the_first, far, 5), near_the_first, far, 5)
    sphere = rng.randn(4000, 70)
    sphere *= (1.0 + 1e-8 * rng.uniform(size=(4000, 1))) / np.linalg.norm(sphere, axis=1)[:, None]
    center = np.zeros((1, 70))
    assert_is_exact(scan.scan(sphere, center, 5), sphere, center, 5)


def test_a_sample_bounds_the_last_distances():
    X = np.sort(np.random.RandomState(0).randint(0, 999, (4000, 2)), axis=0).astype(float)
    queries = np.zeros((16, 2))
    queries[:3] = X[[5, 2000, 3999]]
    bounds = scan._bounds(X, scan._panels(queries, 8), 3, 5)
    assert (bounds > k_nearest(X, queries[:3], 5)[0][:, -1]).all()
    np.testing.assert_array_less(bounds, k_nearest(X[::32], queries[:3], 5)[0][:, -1] + 1e-9)


def test_queries_far_from_the_origin_and_near_each_other_are_screened():
    rng = np.random.RandomState(0)
    X, Q = (1e140 + 1e125 * rng.randint(0, 9, (n, 3)) for n in (4000, 3))
    assert scan._new_screen(X, np.concatenate([Q, np.zeros((13, 3))]), 3) is not None
    assert_is_exact(scan.scan(X, Q, 5), X, Q, 5)


@pytest.mark.parametrize("value", [0.0, 1e200, -1e308])
def test_rows_of_no_spread_or_too_much_are_not_screened(value):
    X = np.full((100, 3), value)
    assert scan._new_screen(X, X[:16], 16) is None
    X[0] = 1e308
    assert scan._new_screen(X, X[:16], 16) is None


def test_the_table_and_the_queries_may_be_read_only():
    X = np.random.RandomState(0).randn(50, 3)
    X.flags.writeable = False
    rows = NearestNeighbors().fit(X).kneighbors(X[:3], return_distance=False)
    np.testing.assert_array_equal(rows, k_nearest(X, X[:3], 5)[1])


def test_a_task_of_many_products_is_split():
    rows = scan._task_rows(10**7, 10**7 * 100 * 64)
    assert rows * 100 * 64 <= 1.01 * scan.MOST_SCANNED
    assert scan._task_rows(1000, 1000 * 2 * 16) == 1000
