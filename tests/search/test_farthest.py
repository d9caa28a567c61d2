"""FarthestSums finds the smallest sums of distances to the farthest points, whatever the rows."""

import numpy as np
import pytest
from helpers.reference import near_miss_sums
from hypothesis import given, settings
from hypothesis import strategies as st

from fastsmote._search import farthest
from fastsmote._search.farthest import FarthestSums
from fastsmote._search.projection import Projection

TABLES = {
    "normal": lambda rng, n, d: rng.randn(n, d),
    "integers": lambda rng, n, d: rng.randint(0, 3, (n, d)).astype(float),
    "copies": lambda rng, n, d: rng.randn(7, d)[rng.randint(0, 7, n)],
    "equal": lambda rng, n, d: np.ones((n, d)),
    "clusters": lambda rng, n, d: rng.randn(n, d) + 1e8 * rng.randint(0, 2, (n, 1)),
    "powers": lambda rng, n, d: 10.0 ** rng.uniform(-150, 150, (n, d)),
}


def check(X, rows, points, k, n_kept):
    """The n_kept smallest sums are among those found, with all rows of the largest of them."""
    with np.errstate(all="ignore"):
        sums = near_miss_sums(X, rows, points, min(k, len(points)), is_farthest=True)
    got_sums, got_rows = FarthestSums(X, points, k, Projection(X, len(X))).least(rows, n_kept)
    got, expected = np.lexsort((got_rows, got_sums))[:n_kept], np.lexsort((rows, sums))[:n_kept]
    np.testing.assert_array_equal(got_rows[got], rows[expected])
    np.testing.assert_array_equal(got_sums[got], sums[expected])


def split(rng, n, n_points):
    shuffled = rng.permutation(n)
    return np.sort(shuffled[n_points:]), np.sort(shuffled[:n_points])


@settings(deadline=None)
@given(
    st.sampled_from(sorted(TABLES)),
    st.integers(0, 99),
    st.integers(1, 7),
    st.integers(1, 90),
    st.integers(1, 12),
    st.sampled_from([0, 1, 5, 40, 10**6]),
    st.sampled_from([1e-200, 1e-160, 1e-8, 1.0, 1e100, 1e160]),
)
def test_the_smallest_sums(name, seed, d, n_points, k, n_kept, scale):
    rng = np.random.RandomState(seed)
    with np.errstate(over="ignore"):
        X = np.clip(TABLES[name](rng, 300, d) * scale, -1e200, 1e200)
    check(X, *split(rng, 300, n_points), k, n_kept)


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("k", [1, 3, 6])
def test_floors_of_few_points_change_no_sum(name, k, monkeypatch):
    for constant in ("FLOOR_POINTS", "FLOOR_SAMPLE", "LEAST_BATCH", "BOX_ROWS", "FLOOR_ROWS"):
        monkeypatch.setattr(farthest, constant, 8)
    monkeypatch.setattr(farthest, "MOST_BATCH", 50)
    rng = np.random.RandomState(1)
    X = TABLES[name](rng, 600, 4)
    for n_kept in (1, 30, 120):
        check(X, *split(rng, 600, 100), k, n_kept)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_most_rows_are_not_measured(dtype, monkeypatch):
    n_measured = []
    measure = FarthestSums._measure
    monkeypatch.setattr(
        FarthestSums,
        "_measure",
        lambda self, rows, best: n_measured.append(len(rows)) or measure(self, rows, best),
    )
    rng = np.random.RandomState(2)
    X = rng.randn(5000, 6).astype(dtype)
    check(X, *split(rng, 5000, 200), 3, 100)
    assert 100 <= sum(n_measured) < 500


@pytest.mark.parametrize("far", [1e6, 1e12, 1e200, 1e300])
def test_a_far_point_hides_no_other(far):
    rng = np.random.RandomState(3)
    X = rng.randn(400, 3)
    X[:2] *= far
    rows, points = np.arange(120, 400), np.arange(120)
    check(X, rows, points, 2, 50)
    X[200] = far
    check(X, rows, points, 2, 50)
