"""Cut a table into buckets of rows that are near each other.

The cuts are those of a kd-tree of a sample of the rows. They depend only on the sample, so the
parts of a table can be distributed independently. A cut compares (value of the
cut feature, row number), so copies of one row do not all fall into one bucket.

A query skips another bucket if its list of neighbors is complete and the farthest of them is
nearer than the bounding box of that bucket.
"""

from typing import NamedTuple

import numpy as np

SAMPLED_ROWS = 1_024  # per bucket, to find the cuts
ROUNDOFF = 1e-6  # generous relative bound for a sum of squares and its square root
UNDERFLOW = 1e-150  # above every distance whose square is not a normal number


def are_sampled(rows, n_rows, n_sampled):
    """Choose about n_sampled of n_rows rows by their numbers alone.

    Parameters
    ----------
    rows : ndarray of shape (n,), int64
        Row numbers below n_rows.
    n_rows, n_sampled : int

    Returns
    -------
    is_chosen : ndarray of shape (n,), bool

    References
    ----------
    G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators", OOPSLA
    2014, figure 16 (the mixing function, with the constants of SplitMix64).
    """
    if n_sampled >= n_rows:
        return np.ones(len(rows), bool)
    mixed = (rows.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed < np.uint64(n_sampled * 2**64 // n_rows)


class Cuts(NamedTuple):
    """The inner nodes of a kd-tree in preorder; its leaves are the buckets.

    A node over n buckets has n // 2 of them on its left. They hold the rows whose (value, row
    number) is less than that of the cut.
    """

    features: np.ndarray  # (n_buckets - 1,) int64
    values: np.ndarray  # (n_buckets - 1,) float64; inf stands for a missing value
    rows: np.ndarray  # (n_buckets - 1,) int64

    @property
    def n_buckets(self):
        """The number of buckets."""
        return len(self.features) + 1

    def buckets_of(self, X, rows):
        """Return the bucket of each row.

        Parameters
        ----------
        X : ndarray of shape (n, n_features)
            Finite values, or NaN.
        rows : ndarray of shape (n,), int64

        Returns
        -------
        buckets : ndarray of shape (n,), int64
        """
        buckets = np.zeros(len(X), np.int64)
        waiting = [(0, 0, self.n_buckets, np.arange(len(X)))]
        while waiting:
            node, first, n, places = waiting.pop()
            if n == 1 or len(places) == 0:
                buckets[places] = first
                continue
            values = _keys(X[places, self.features[node]])
            is_left = values < self.values[node]
            is_left |= (values == self.values[node]) & (rows[places] < self.rows[node])
            waiting.append((node + 1, first, n // 2, places[is_left]))
            waiting.append((node + n // 2, first + n // 2, n - n // 2, places[~is_left]))
        return buckets


def _keys(values):
    """Return values that can be compared: missing values are greater than all others."""
    values = values.astype(np.float64)
    values[np.isnan(values)] = np.inf
    return values


def find_cuts(X, rows, n_buckets):
    """Find cuts that distribute the rows of a sample equally.

    Each node cuts the feature with the largest mean absolute deviation from the median.

    Parameters
    ----------
    X : ndarray of shape (n, n_features)
        Finite values, or NaN, of at least n_buckets rows.
    rows : ndarray of shape (n,), int64
        Row numbers. The cuts do not depend on the order of the rows.
    n_buckets : int >= 1

    Returns
    -------
    Cuts
    """
    features = np.zeros(n_buckets - 1, np.int64)
    values, cut_rows = np.zeros(n_buckets - 1), np.zeros(n_buckets - 1, np.int64)
    places = np.argsort(rows)
    X, rows, waiting = X[places], rows[places], [(0, n_buckets, np.arange(len(X)))]
    while waiting:
        node, n, places = waiting.pop()
        if n == 1:
            continue
        feature = _widest(X, places)
        keys = _keys(X[places, feature])
        order, n_left = np.lexsort((rows[places], keys)), len(places) * (n // 2) // n
        features[node], values[node] = feature, keys[order[n_left]]
        cut_rows[node] = rows[places[order[n_left]]]
        waiting.append((node + 1, n // 2, np.sort(places[order[:n_left]])))
        waiting.append((node + n // 2, n - n // 2, np.sort(places[order[n_left:]])))
    return Cuts(features, values, cut_rows)


def _widest(X, places):
    """Return the feature of some rows that deviates most from its median, without missing values.

    One column is copied at a time.
    """
    spreads = np.zeros(X.shape[1])
    with np.errstate(over="ignore"):
        for feature in range(X.shape[1]):
            column = X[places, feature]
            values = column[~np.isnan(column)].astype(np.float64)
            if len(values):
                median = np.partition(values, len(values) // 2)[len(values) // 2]
                spreads[feature] = np.abs(values - median).mean()
    return int(np.argmax(spreads))


class Box(NamedTuple):
    """A box with edges parallel to the axes that contains some rows.

    The box has no ends (-inf and inf) in a feature that one of the rows lacks. A distance is not
    less than the difference in any feature that both rows have.
    """

    low: np.ndarray  # (n_features,), float64
    high: np.ndarray  # (n_features,), float64

    @classmethod
    def of_nothing(cls, n_features):
        """Return the box of no rows."""
        return cls(np.full(n_features, np.inf), np.full(n_features, -np.inf))

    @classmethod
    def around(cls, X):
        """Return the bounding box of some rows."""
        if len(X) == 0:
            return cls.of_nothing(X.shape[1])
        low, high = X.min(axis=0).astype(np.float64), X.max(axis=0).astype(np.float64)
        return cls(np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high))

    @classmethod
    def join(cls, boxes):
        """Return the box around several boxes."""
        low, high = (np.stack(ends) for ends in zip(*boxes, strict=True))
        return cls(low.min(axis=0), high.max(axis=0))

    def enlarged(self, sq_distance):
        """Return a box that contains every row within a distance of a row of the box."""
        reach, margins = np.sqrt(sq_distance) + UNDERFLOW, []
        for ends in self:
            margins.append(reach + ROUNDOFF * (reach + np.where(np.isinf(ends), 0.0, abs(ends))))
        margin = np.maximum(*margins)
        with np.errstate(invalid="ignore"):  # inf - inf of a box of nothing
            return Box(self.low - margin, self.high + margin)

    def meets(self, other):
        """Return whether the boxes have a point in common."""
        return bool((self.low <= other.high).all() and (other.low <= self.high).all())

    def places_in(self, X):
        """Return the places of the rows of X that are in the box; NaN is not outside."""
        places = np.arange(len(X))
        for column, low, high in zip(X.T, self.low, self.high, strict=True):
            values = column[places]  # of the remaining rows
            places = places[~((values < low) | (values > high))]
        return places

    def sq_distance(self, other):
        """Return the squared distance of two boxes."""
        with np.errstate(over="ignore", invalid="ignore"):  # inf - inf of boxes of nothing
            gaps = np.maximum(self.low - other.high, other.low - self.high)
            return float((np.fmax(gaps, 0.0) ** 2).sum())

    def places_near(self, X, sq_distances):
        """Return the places of the rows of X within given distances of the box.

        Parameters
        ----------
        X : ndarray of shape (n, n_features)
        sq_distances : ndarray of shape (n,), float64
            One squared distance for each row.

        Returns
        -------
        places : ndarray of int64, ascending
        """
        places, limits = np.arange(len(X)), sq_distances * (1 + ROUNDOFF)
        found = np.zeros(len(X))
        with np.errstate(over="ignore"):
            for column, low, high in zip(X.T, self.low, self.high, strict=True):
                values = column[places].astype(np.float64)
                gaps = np.fmax(np.maximum(low - values, values - high), 0.0)  # NaN counts as 0
                found += gaps * gaps
                is_near = found <= limits
                places, limits, found = places[is_near], limits[is_near], found[is_near]
        return places
