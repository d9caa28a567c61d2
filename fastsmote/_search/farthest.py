"""Sums of distances to the farthest of some points, computed for groups of rows."""

from threading import Lock

import numpy as np

from fastsmote._search.projection import matmul_by_one_thread
from fastsmote._threads import run_ranges

BOX_ROWS = 128
SPARE = 8  # additional points to measure exactly, as they are chosen by rounded values
ROUNDED = 1e-9  # above the relative rounding error of box distances and sums


class FarthestSums:
    """Search for the rows with the smallest sums of distances to their farthest points.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_features), float32 or float64
    point_rows : ndarray of int64
        The row numbers of the points in X.
    k : int >= 1
        The number of farthest points in a sum; all points if there are fewer.
    """

    def __init__(self, X, point_rows, k):
        self.X, self.k = X, min(k, len(point_rows))
        self.points = X[point_rows].astype(np.float64)
        self.center = np.median(self.points, axis=0)  # one far point would shift a mean
        self.offsets = self.points - self.center

    def least(self, rows, n_kept):
        """Find every row whose sum may be one of the n_kept smallest.

        Parameters
        ----------
        rows : ndarray of shape (n,), int64
            Rows of X, ordered so that consecutive rows are near each other.
        n_kept : int

        Returns
        -------
        sums : ndarray of shape (n_found,), float64
        rows : ndarray of shape (n_found,), int64
        """
        groups = [rows[i : i + BOX_ROWS] for i in range(0, len(rows), BOX_ROWS)]
        boxes = [self._box(group) for group in groups]
        floors = np.empty(len(groups))

        def floor_some(start, stop):
            with np.errstate(all="ignore"):  # infinite distances are valid
                for i in range(start, stop):
                    floors[i] = self._floor(*boxes[i])

        run_ranges(floor_some, len(groups), 16, doing="adding up distances")
        best, lock, order = _Best(n_kept), Lock(), np.argsort(floors, kind="stable")

        def sum_some(start, stop):
            for i in order[start:stop]:
                if floors[i] > best.bound:
                    return
                with np.errstate(all="ignore"):
                    sums = self._sums(groups[i], *boxes[i])
                with lock:
                    best.add(sums, groups[i])

        run_ranges(sum_some, len(groups), 4, doing="adding up distances")
        return best.all()

    def _box(self, group):
        values = self.X[group].astype(np.float64)
        return values.min(axis=0), values.max(axis=0)

    def _nearest_in_box(self, low, high):
        """The squared distance of each point from a box."""
        outside = np.maximum(low - self.points, self.points - high)
        np.maximum(outside, 0.0, out=outside)
        return np.einsum("ij,ij->i", outside, outside)

    def _floor(self, low, high):
        """A lower bound on the sums of the rows in a box."""
        sq_distances = self._nearest_in_box(low, high)
        farthest = np.partition(sq_distances, len(sq_distances) - self.k)[-self.k :]
        return np.sqrt(farthest).sum() * (1.0 - ROUNDED)

    def _sums(self, group, low, high):
        """The sums of a group's rows.

        A matrix product, which rounds, selects a few more points than a sum needs. Their
        distances are then computed exactly. If rounding may have excluded a point that belongs
        to the sum, the distances of all points are computed.
        """
        candidates = self._candidates(low, high)
        points, rows = self.points[candidates], self.X[group].astype(np.float64)
        n_decided = min(self.k + SPARE, len(points))
        if n_decided == len(points):
            chosen = np.broadcast_to(np.arange(len(points)), (len(rows), len(points)))
            return np.sqrt(self._decide(rows, points, chosen)).sum(axis=1)
        chosen, limits = self._choose(rows - self.center, self.offsets[candidates], n_decided)
        sq_distances = self._decide(rows, points, chosen)
        for i in np.flatnonzero(~(sq_distances[:, 0] >= limits)):
            everything = np.arange(len(points))[np.newaxis]
            sq_distances[i] = self._decide(rows[i : i + 1], points, everything)
        return np.sqrt(sq_distances).sum(axis=1)

    def _choose(self, offsets, others, n_decided):
        """Choose the apparently farthest points of each row; also bound the other distances.

        Squared lengths are increased by a share of (4 d + 64) eps. This makes the value by
        which a point is chosen an upper bound on its squared distance, despite rounding.
        """
        share = 1.0 + (4 * offsets.shape[1] + 64) * np.finfo(np.float64).eps
        values = matmul_by_one_thread(others, -2.0 * offsets.T)
        values += np.einsum("ij,ij->i", others, others)[:, None] * share
        values = np.ascontiguousarray(values.T)
        n_left = len(others) - n_decided
        order = np.argpartition(values, n_left, axis=1)[:, n_left:]
        limits = np.take_along_axis(values, order[:, :1], axis=1)[:, 0]
        return order, limits + np.einsum("ij,ij->i", offsets, offsets) * share

    def _decide(self, rows, points, chosen):
        """The k largest squared distances of each row from its chosen points, ascending."""
        sq_distances = np.zeros(chosen.shape)
        for f in range(rows.shape[1]):  # in feature order, as in all searches
            sq_distances += (points[chosen, f] - rows[:, f, None]) ** 2
        sq_distances.sort(axis=1)
        return sq_distances[:, -self.k :]

    def _candidates(self, low, high):
        """The points that may be among the farthest points of a row in the box."""
        nearest = self._nearest_in_box(low, high)
        least = np.partition(nearest, len(nearest) - self.k)[-self.k]
        farthest = np.maximum(self.points - low, high - self.points)
        is_candidate = np.einsum("ij,ij->i", farthest, farthest) >= least * (1.0 - ROUNDED)
        return np.flatnonzero(is_candidate)


class _Best:
    """Collects sums and drops those that cannot be among the n_kept smallest."""

    def __init__(self, n_kept):
        self.n_kept, self.bound = n_kept, np.inf
        self.sums, self.rows, self.n_new = [], [], 0

    def add(self, sums, rows):
        is_low = sums <= self.bound
        self.sums.append(sums[is_low])
        self.rows.append(rows[is_low])
        self.n_new += len(self.sums[-1])
        if self.n_new > 2 * self.n_kept:
            self._tighten()

    def _tighten(self):
        sums, rows = self.all()
        if len(sums) > self.n_kept > 0:
            self.bound = np.partition(sums, self.n_kept - 1)[self.n_kept - 1]
        is_low = sums <= self.bound
        self.sums, self.rows, self.n_new = [sums[is_low]], [rows[is_low]], 0

    def all(self):
        if not self.sums:
            return np.empty(0), np.empty(0, np.int64)
        return np.concatenate(self.sums), np.concatenate(self.rows)
