"""Order rows with missing values: by the features that they lack, then in space.

Rows of a block then lack nearly the same features, and are near each other in the others.
"""

import numpy as np

from fastsmote import _kernels as kernels
from fastsmote._kernels.layout import BLOCK_ROWS, GROUP_ROWS
from fastsmote._search.kd_tree import build_tree
from fastsmote._search.projection import LARGEST_EXPONENT, SAMPLE_ROWS, SCALED_EXPONENT
from fastsmote._threads import run_ranges

FOUND_ROWS = 2**14  # per task, whose missing values are found
LEAST_WINDOW_ROWS = 2 * BLOCK_ROWS  # of rows that lack similar features and are ordered in space
WORD = 64  # features of one word of a pattern


class Coordinates:
    """Coordinates that order rows in space; the mean of a sample stands for a missing value."""

    orders_rows = True

    def __init__(self, X):
        sample = X[:: -(-len(X) // SAMPLE_ROWS)].astype(np.float64)
        is_present = ~np.isnan(sample)
        with np.errstate(all="ignore"):
            sample = np.where(is_present, sample, 0.0)
            means = sample.sum(axis=0) / np.maximum(1, is_present.sum(axis=0))
            largest = np.abs(sample).max(initial=0.0)
            squares = np.where(is_present, (sample - means) ** 2, 0.0).sum(axis=0)
        self.scale = 1.0
        if 0.0 < largest < np.inf:
            exponent = SCALED_EXPONENT - int(np.frexp(largest)[1])
            self.scale = 2.0 ** min(exponent, LARGEST_EXPONENT)
        variances = np.nan_to_num(squares / np.maximum(1, is_present.sum(axis=0)))
        self.order = np.argsort(-variances, kind="stable")
        self._means = np.where(np.isfinite(means), means, 0.0) * self.scale

    def coords(self, X, rows):
        """Coordinates of some rows of X, float64 of shape (len(rows), n_features)."""
        coords = np.take(X, rows, axis=0, mode="clip").astype(np.float64, copy=False)
        with np.errstate(over="ignore"):  # infinite bounds exclude nothing
            coords *= self.scale
        np.copyto(coords, self._means, where=np.isnan(coords))
        return coords


class CommonCoordinates:
    """Coordinates of the features that all of some rows have; of the others if there is none."""

    orders_rows = True

    def __init__(self, coordinates, patterns, n_features):
        self.scale, self._coordinates = coordinates.scale, coordinates
        words = np.bitwise_or.reduce(patterns, axis=0).view(np.uint8)
        is_lacked = np.unpackbits(words, bitorder="little", count=n_features).astype(bool)
        self._is_left_out = np.zeros(n_features, bool) if is_lacked.all() else is_lacked

    def coords(self, X, rows):
        """Coordinates of some rows of X, float64 of shape (len(rows), n_features)."""
        coords = self._coordinates.coords(X, rows)
        coords[:, self._is_left_out] = 0.0
        return coords


def find_missing(X, rows=None):
    """Find the values that rows lack.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_features), float32 or float64
    rows : ndarray of shape (n,), int64, or None
        None means all rows.

    Returns
    -------
    patterns : ndarray of shape (n, ceil(n_features / 64)), uint64
        The features that each row lacks, one bit each.
    n_lacking : ndarray of shape (n,), int64
        The number of these features.
    """
    rows = np.arange(len(X)) if rows is None else rows
    patterns = np.empty((len(rows), -(-X.shape[1] // 64)), np.uint64)
    n_lacking = np.empty(len(rows), np.int64)

    def find_some(start, stop):
        kernels.partial_blocks.find_missing(X, rows, start, stop, patterns, n_lacking)

    run_ranges(find_some, len(rows), FOUND_ROWS, doing="finding missing values")
    return patterns, n_lacking


def ordered(X, rows, coordinates):
    """Order rows by what they lack, and cut them into blocks; -1 fills the last places.

    Rows that lack most come first: of them, more are near a row than of others.
    """
    patterns, n_lacking = find_missing(X, rows)
    windows = _windows(patterns)
    windows.sort(key=lambda window: -n_lacking[window].mean())
    parts = [_near_together(X, rows[part], patterns[part], coordinates) for part in windows]
    return np.concatenate([_padded(part) for part in parts])


def _windows(patterns):
    """Group rows that lack similar features, into windows of enough rows.

    Rows that lack exactly the same features make a window if they are many. The others are grouped
    by the pairs of adjacent features of which they lack any, the rest by fours, and so on.
    """
    windows, left, coarse = [], np.arange(len(patterns)), patterns.copy()
    for width in (0, 1, 2, 4, 8, 16, 32):
        if width > 0:
            coarse |= coarse >> np.uint64(width)
            coarse &= np.uint64(sum(1 << at for at in range(0, WORD, 2 * width)))
        left = left[np.lexsort(coarse[left].T[::-1])]
        is_first = np.ones(len(left), bool)
        is_first[1:] = (coarse[left[1:]] != coarse[left[:-1]]).any(axis=1)
        starts = np.flatnonzero(is_first)
        sizes = np.diff(starts, append=len(left))
        is_large = sizes >= LEAST_WINDOW_ROWS
        spans = zip(starts[is_large], sizes[is_large], strict=True)
        windows += [np.sort(left[start : start + size]) for start, size in spans]
        left = left[~np.repeat(is_large, sizes)]
    if len(left):
        windows.append(left)
    return windows


def _near_together(X, rows, patterns, coordinates):
    if len(rows) <= GROUP_ROWS:
        return rows
    in_common = CommonCoordinates(coordinates, patterns, X.shape[1])
    places = build_tree(X, rows, in_common).blocks.rows
    return places[places >= 0]


def _padded(rows):
    """Fill the last block of some rows with -1."""
    out = np.full(-(-len(rows) // BLOCK_ROWS) * BLOCK_ROWS, -1)
    out[: len(rows)] = rows
    return out
