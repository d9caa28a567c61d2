"""The bounds of the nearest rows that come from one block."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastsmote._kernels.layout import BLOCK_ROWS, PANEL_ROWS
from fastsmote._search.class_index import ClassIndex
from fastsmote._search.inverted_index import InvertedIndex
from fastsmote._search.projection import Projection
from fastsmote.under_sampling import RepeatedEditedNearestNeighbours


def _bounds(X, k, n_queries=None):
    rows = np.arange(len(X))
    return ClassIndex(X, [rows], n_queries).bound_within(0, rows, k)


def _check(X, bounds, k):
    """No bound is below the distance of a row that it covers, nor of the k-th nearest row."""
    for row in range(len(X)):
        sq_distances = np.zeros(len(X))
        for column in X.T.astype(np.float64):
            sq_distances += (column[row] - column) ** 2
        sq_distances[row] = np.inf
        near = bounds.near_rows[row]
        if bounds.sq_distances[row] < np.inf:
            assert row not in near
            assert len(set(near)) == k
            assert sq_distances[near].max() <= bounds.sq_distances[row]
        assert (
            k > len(X) - 1 or np.partition(sq_distances, k - 1)[k - 1] <= bounds.sq_distances[row]
        )


@settings(max_examples=30)
@given(
    n_rows=st.integers(2, 600),
    n_features=st.integers(1, 20),
    k=st.integers(1, 5),
    exponent=st.sampled_from([-250, -150, -20, 0, 20, 150]),
    offset=st.sampled_from([0.0, 1.0, 1e6]),
    n_values=st.sampled_from([None, 2, 9]),
    dtype=st.sampled_from([np.float32, np.float64]),
    is_ordered=st.booleans(),
    seed=st.integers(0, 999),
)
def test_bounds_cover_the_nearest_rows(
    n_rows, n_features, k, exponent, offset, n_values, dtype, is_ordered, seed
):
    X = np.random.RandomState(seed).randn(n_rows, n_features)
    if n_values is not None:
        X = np.floor(X * n_values / 3)
    if dtype is np.float32:
        exponent = np.clip(exponent, -18, 18)
    X = ((X + offset) * 10.0**exponent).astype(dtype)
    _check(X, _bounds(X, k, None if is_ordered else 1), k)


@pytest.mark.parametrize("n_lost", [1, 5, 90])
def test_rows_without_coordinates_get_no_finite_bound(n_lost, monkeypatch):
    """Coordinates may overflow to inf - inf where X and its distances in float64 do not."""
    X, exact = np.random.RandomState(n_lost).randn(5000, 3), Projection.coords
    is_lost = np.zeros(5000, bool)
    is_lost[np.random.RandomState(0).choice(600, n_lost, replace=False)] = True
    X[is_lost] *= 1e120

    def coords(self, X, rows):
        found = exact(self, X, rows)
        found[is_lost[rows]] = np.nan
        return found

    monkeypatch.setattr(Projection, "coords", coords)
    bounds = _bounds(X, 2)
    _check(X, bounds, 2)
    assert np.isinf(bounds.sq_distances[is_lost]).all()


def test_bounds_are_nearly_the_distances_in_the_block():
    X = np.random.RandomState(0).randn(20_000, 5)
    rows = np.arange(len(X))
    index = ClassIndex(X, [rows])
    bounds = index.bound_within(0, rows, 3)
    places = index.tree(0).blocks.rows
    for first in range(0, len(places), 16 * BLOCK_ROWS):
        block = places[first : first + BLOCK_ROWS]
        block = block[block >= 0]
        sq_distances = ((X[block, None] - X[block]) ** 2).sum(axis=2)
        exact = np.sort(sq_distances, axis=1)[:, 3]
        ratios = bounds.sq_distances[block] / exact
        assert ratios.min() >= 1.0
        # Two of the nearest rows at the same place of their panels count as one.
        assert np.median(ratios) < 1.001
        assert np.quantile(ratios, 0.9) < 1.5


def test_bounds_are_infinite_if_a_block_has_too_few_rows():
    X = np.random.RandomState(0).randn(3 * BLOCK_ROWS + 2, 4)
    rows = np.arange(len(X))
    index = ClassIndex(X, [rows], 1)
    assert not index.projection.orders_rows
    bounds = index.bound_within(0, rows, 2)
    assert np.isinf(bounds.sq_distances[-2:]).all()
    assert np.isfinite(bounds.sq_distances[:-2]).all()
    assert np.isinf(_bounds(X, PANEL_ROWS).sq_distances).all()


def test_bounds_of_some_rows_are_those_of_all_rows():
    X = np.random.RandomState(0).randn(5000, 4)
    rows = np.arange(0, 5000, 2)
    index = ClassIndex(X, [rows, rows + 1])
    every, some = index.bound_within(0, rows, 3), index.bound_within(0, rows[::7], 3)
    np.testing.assert_array_equal(every.sq_distances[::7], some.sq_distances)
    np.testing.assert_array_equal(every.near_rows[::7], some.near_rows)


def test_an_inverted_index_has_no_bounds():
    from scipy import sparse

    X = sparse.random(30, 200, 0.05, format="csr", random_state=0)
    bounds = InvertedIndex(X, [np.arange(30)]).bound_within(0, np.arange(4), 2)
    assert np.isinf(bounds.sq_distances).all()
    assert bounds.near_rows.shape == (4, 2)


@pytest.mark.parametrize("kind", ["all", "mode"])
def test_rows_without_a_bound_get_witnesses(kind):
    """A row alone in its block, with fewer other rows than could outvote its class."""
    X = np.random.RandomState(0).randn(BLOCK_ROWS + 3, 2)
    y = np.repeat([0, 1], [BLOCK_ROWS + 1, 2])
    sampler = RepeatedEditedNearestNeighbours(n_neighbors=5, kind_sel=kind)
    X_new, _ = sampler.fit_resample(X, y)
    if kind == "mode":
        assert len(X_new) == len(X)
    else:
        assert 2 < len(X_new) < len(X)
