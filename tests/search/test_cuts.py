"""Buckets of rows that are near each other, and which buckets a search can leave out."""

import numpy as np
import pytest

from fastsmote._search.cuts import Box, are_sampled, find_cuts


def make_cuts(X, n_buckets, n_sampled=None):
    """The cuts of a sample of X, the bucket of each row, and the row numbers."""
    rows = np.arange(len(X))
    chosen = are_sampled(rows, len(X), n_sampled or len(X))
    cuts = find_cuts(X[chosen], rows[chosen], n_buckets)
    return cuts, cuts.buckets_of(X, rows), rows


@pytest.mark.parametrize("n_buckets", [1, 2, 3, 7, 16])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_buckets_hold_about_equally_many_rows(n_buckets, dtype):
    X = np.random.RandomState(0).randn(1_000, 3).astype(dtype)
    cuts, buckets, _ = make_cuts(X, n_buckets)
    sizes = np.bincount(buckets, minlength=n_buckets)
    assert cuts.n_buckets == len(sizes) == n_buckets
    assert sizes.max() - sizes.min() <= 5


def test_copies_of_one_row_are_distributed():
    _, buckets, _ = make_cuts(np.zeros((1_000, 2)), 4)
    assert np.bincount(buckets).tolist() == [250] * 4


def test_rows_that_lack_values_are_distributed():
    X = np.random.RandomState(0).randn(1_000, 2)
    X[np.random.RandomState(1).uniform(size=X.shape) < 0.7] = np.nan
    _, buckets, _ = make_cuts(X, 5)
    assert np.bincount(buckets).max() <= 205


def test_cuts_do_not_depend_on_the_order_of_the_sample():
    X = np.random.RandomState(0).randint(0, 3, (500, 3)) / 2
    rows = np.random.RandomState(1).permutation(5_000)[:500]
    expected = find_cuts(X, rows, 9)
    order = np.random.RandomState(2).permutation(500)
    for got, column in zip(find_cuts(X[order], rows[order], 9), expected, strict=True):
        np.testing.assert_array_equal(got, column)


def test_bucket_of_a_row_does_not_depend_on_the_other_rows():
    X = np.random.RandomState(0).randint(0, 4, (900, 3)) / 2
    cuts, buckets, rows = make_cuts(X, 11, n_sampled=300)
    parts = [cuts.buckets_of(X[some], rows[some]) for some in np.array_split(rows, 7)]
    np.testing.assert_array_equal(np.concatenate(parts), buckets)


def test_cuts_make_the_boxes_of_buckets_smaller():
    X = np.random.RandomState(0).uniform(size=(4_000, 2))
    _, buckets, _ = make_cuts(X, 16)
    boxes = [Box.around(X[buckets == bucket]) for bucket in range(16)]
    areas = [np.prod(box.high - box.low) for box in boxes]
    assert 0.8 < sum(areas) <= 1.0


@pytest.mark.parametrize("n_rows", [10_000, 10**6])
def test_sample_has_about_the_wanted_size(n_rows):
    rows = np.arange(n_rows)
    assert abs(are_sampled(rows, n_rows, 1_000).sum() - 1_000) < 150
    assert are_sampled(rows, n_rows, n_rows).all()


# Distances of which float64 has no squares, tiny ones, and rows that lack values.
@pytest.mark.parametrize("scale", [1.0, 1e-170, 1e200])
@pytest.mark.parametrize("share_missing", [0.0, 0.4])
def test_no_row_within_a_distance_is_left_out(scale, share_missing):
    rng = np.random.RandomState(0)
    X, others = rng.randn(60, 3) * scale, (rng.randn(40, 3) + 2) * scale
    X[rng.uniform(size=X.shape) < share_missing] = np.nan
    with np.errstate(over="ignore"):
        squares = (X[:, None] - others) ** 2
        sq_distances = np.nansum(squares, axis=2)
    for limit in [0.0, *np.sort(sq_distances, axis=None)[[0, 24, 720]], np.inf]:
        is_reached = (sq_distances <= limit).any(axis=1)
        box = Box.around(others)
        places = box.places_near(X, np.full(len(X), limit))
        assert np.isin(np.flatnonzero(is_reached), places).all()
        if is_reached.any():
            assert Box.around(X).enlarged(limit).meets(box)
        near = box.enlarged(limit).places_in(X)
        assert np.isin(np.flatnonzero(is_reached), near).all()


def test_rows_far_from_a_box_are_left_out():
    box = Box.around(np.array([[0.0, 0.0], [1.0, 1.0]]))
    X = np.array([[1.5, 0.5], [1.4, 1.4], [0.5, 0.5], [np.nan, 3.0]])
    assert box.places_near(X, np.full(4, 0.25)).tolist() == [0, 2]
    assert Box.around(X[:2]).sq_distance(box) == pytest.approx(0.16)
    assert not box.enlarged(0.01).meets(Box.around(X[:2]))


def test_box_has_no_ends_in_a_feature_that_a_row_lacks():
    box = Box.around(np.array([[0.0, np.nan], [1.0, 1.0]]))
    assert (box.low.tolist(), box.high.tolist()) == ([0.0, -np.inf], [1.0, np.inf])


def test_box_of_several_parts_is_that_of_all_rows():
    X = np.random.RandomState(0).randn(50, 3)
    X[3, 1] = np.nan
    parts = [Box.around(X[:10]), Box.of_nothing(3), Box.around(X[10:])]
    for got, ends in zip(Box.join(parts), Box.around(X), strict=True):
        np.testing.assert_array_equal(got, ends)
    assert not Box.of_nothing(3).meets(Box.around(X))
