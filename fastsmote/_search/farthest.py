"""Sums of distances to the farthest of some points, computed for groups of rows."""

from threading import Lock

import numpy as np

from fastsmote._kernels.layout import TINY64
from fastsmote._search.kd_tree import group_rows
from fastsmote._search.projection import matmul_by_one_thread
from fastsmote._threads import run_ranges

BOX_ROWS = 128
SPARE = 8  # additional points to measure exactly, as they are chosen by rounded values
ROUNDED = 1e-9  # above the relative rounding error of box distances and sums
FLOOR_SAMPLE = 256  # the farthest points of these rows give the floors of all rows
SAMPLE_STEP = 32  # to measure at a time
FLOOR_POINTS = 64  # with 32, classification-20000 measures 1.7 times as many rows
FLOOR_ROWS = 2**12  # whose floors are computed at a time
MOST_COMPARED = 4  # for a longer sum, np.partition takes less time than comparing
LEAST_BATCH, MOST_BATCH = 2**9, 2**16  # rows to measure between two looks at the bound
LARGEST_SQUARE = 1e300  # a larger value may have overflowed


class FarthestSums:
    """Search for the rows with the smallest sums of distances to their farthest points.

    The sum of the k largest distances of a row is at least the sum of the k largest distances
    to some of the points. So a few points that are farthest from a sample of rows give a
    floor of each row's sum, which is often the sum itself. The rows with the lowest floors are
    measured first, and their sums bound the others.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_features), float32 or float64
    point_rows : ndarray of int64
        The row numbers of the points in X.
    k : int >= 1
        The number of farthest points in a sum; all points if there are fewer.
    projection : Projection
    """

    def __init__(self, X, point_rows, k, projection):
        self.X, self.k, self.projection = X, min(k, len(point_rows)), projection
        self.points = X[point_rows].astype(np.float64)
        self.center = np.median(self.points, axis=0)  # one far point would shift a mean
        self.offsets = self.points - self.center
        # The relative error of a squared distance computed by a matrix product, in shares of
        # the squared lengths of both offsets, is below (4 d + 64) eps.
        self.share = (4 * X.shape[1] + 64) * np.finfo(np.float64).eps

    def least(self, rows, n_kept):
        """Find every row whose sum may be one of the n_kept smallest.

        Parameters
        ----------
        rows : ndarray of shape (n,), int64
            Rows of X.
        n_kept : int

        Returns
        -------
        sums : ndarray of shape (n_found,), float64
        rows : ndarray of shape (n_found,), int64
        """
        floors = self._floors(rows) if n_kept < len(rows) else np.zeros(len(rows))
        order, best = np.argsort(floors, kind="stable"), _Best(n_kept)
        start, size = 0, min(n_kept, MOST_BATCH)
        while start < len(order) and n_kept > 0:
            batch = order[start : start + size]
            batch = batch[floors[batch] <= best.bound]
            if len(batch) == 0:
                break
            self._measure(np.sort(rows[batch]), best)
            start += size
            size = min(max(start // 4, LEAST_BATCH), MOST_BATCH)
        return best.all()

    def _floors(self, rows):
        """A lower bound on the sum of each row."""
        offsets, factor = self.offsets[self._far_points(rows)], 1.0 - self.share
        sq_lengths, floors = _sq_lengths(offsets)[:, None], np.empty(len(rows))

        def find_some(start, stop):
            with np.errstate(all="ignore"):  # infinite values give floors of zero
                others = self._offsets(rows[start:stop])
                values = _products(others, offsets)
                values += sq_lengths * factor
                values += _sq_lengths(others) * factor
                values[~(values < LARGEST_SQUARE)] = 0.0
                largest = np.maximum(_largest(values, self.k) - TINY64, 0.0)
                floors[start:stop] = np.sqrt(largest).sum(axis=0) * (1.0 - ROUNDED)

        run_ranges(find_some, len(rows), FLOOR_ROWS, doing="adding up distances")
        return floors

    def _far_points(self, rows):
        """The points that are most often among the farthest points of a sample of rows."""
        n_points, n_wanted = len(self.points), max(FLOOR_POINTS, 2 * self.k)
        if n_points <= n_wanted:
            return np.arange(n_points)
        sample, lock = rows[:: -(-len(rows) // FLOOR_SAMPLE)], Lock()
        n_times = np.zeros(n_points, np.int64)

        def count_some(start, stop):
            with np.errstate(all="ignore"):
                others = self._offsets(sample[start:stop])
                farthest = self._choose(others, self.offsets, self.k)[0]
            with lock:
                np.add(n_times, np.bincount(farthest.ravel(), minlength=n_points), out=n_times)

        run_ranges(count_some, len(sample), SAMPLE_STEP, doing="adding up distances")
        often = np.argsort(-n_times, kind="stable")[:n_wanted]
        return often[n_times[often] > 0]

    def _offsets(self, rows):
        return self.X[rows].astype(np.float64) - self.center

    def _measure(self, rows, best):
        """Measure the sums of some rows, in groups that are near each other."""
        rows = group_rows(self.X, rows, self.projection)
        groups = [rows[i : i + BOX_ROWS] for i in range(0, len(rows), BOX_ROWS)]
        low, high = _box(self.X[rows])
        with np.errstate(all="ignore"):  # infinite distances are valid
            candidates = self._candidates(low, high, np.arange(len(self.points)))[0]
        lock = Lock()

        def sum_some(start, stop):
            for group in groups[start:stop]:
                with np.errstate(all="ignore"):
                    sums = self._sums(group, candidates, best.bound)
                if sums is not None:
                    with lock:
                        best.add(sums, group)

        run_ranges(sum_some, len(groups), 4, doing="adding up distances")
        best.tighten()

    def _candidates(self, low, high, among):
        """The points that may be among the farthest points of a row in the box.

        Also return a lower bound on the sums of these rows.
        """
        points = self.points[among]
        below, above = low - points, points - high
        outside = np.maximum(np.maximum(below, above), 0.0)
        nearest = np.einsum("ij,ij->i", outside, outside)
        nearest.partition(len(nearest) - self.k)
        nearest = nearest[-self.k :]
        farthest = np.maximum(points - low, high - points)
        is_candidate = np.einsum("ij,ij->i", farthest, farthest) >= nearest[0] * (1.0 - ROUNDED)
        return among[is_candidate], np.sqrt(nearest).sum() * (1.0 - ROUNDED)

    def _sums(self, group, among, bound):
        """The sums of a group's rows, or None if all of them are above the bound.

        A matrix product, which rounds, selects a few more points than a sum needs. Their
        distances are then computed exactly. If rounding may have excluded a point that belongs
        to the sum, the distances of all points are computed.
        """
        rows = self.X[group].astype(np.float64)
        candidates, floor = self._candidates(*_box(rows), among)
        if floor > bound:
            return None
        points = self.points[candidates]
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

    def _choose(self, others, offsets, n_decided):
        """Choose the apparently farthest points of each row; also bound the other distances.

        Squared lengths are increased by a share, which makes the value by which a point is
        chosen an upper bound on its squared distance, despite rounding.
        """
        values = _products(offsets, others)
        values += _sq_lengths(offsets) * (1.0 + self.share)
        n_left = len(offsets) - n_decided
        order = np.argpartition(values, n_left, axis=1)[:, n_left:]
        limits = np.take_along_axis(values, order[:, :1], axis=1)[:, 0]
        return order, limits + _sq_lengths(others) * (1.0 + self.share)

    def _decide(self, rows, points, chosen):
        """The k largest squared distances of each row from its chosen points, ascending."""
        sq_distances = np.zeros(chosen.shape)
        for f in range(rows.shape[1]):  # in feature order, as in all searches
            sq_distances += (points[chosen, f] - rows[:, f, None]) ** 2
        sq_distances.sort(axis=1)
        return sq_distances[:, -self.k :]


def _products(A, B):
    """-2 B @ A.T, for a long A."""
    return np.ascontiguousarray(matmul_by_one_thread(A, -2.0 * B.T).T)


def _sq_lengths(A):
    return np.einsum("ij,ij->i", A, A)


def _box(values):
    """Two corners of the smallest box around some rows, float64."""
    return values.min(axis=0).astype(np.float64), values.max(axis=0).astype(np.float64)


def _largest(values, k):
    """The k largest values of each column, in any order."""
    if k > MOST_COMPARED or k == len(values):
        return np.partition(values, len(values) - k, axis=0)[-k:]
    largest = np.full((k, values.shape[1]), -np.inf)
    for value in values:
        for place in largest:
            lower = np.minimum(place, value)
            np.maximum(place, value, out=place)
            value = lower
    return largest


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
            self.tighten()

    def tighten(self):
        """Lower the bound to the largest sum that can be kept."""
        sums, rows = self.all()
        if len(sums) >= self.n_kept > 0:
            self.bound = np.partition(sums, self.n_kept - 1)[self.n_kept - 1]
        is_low = sums <= self.bound
        self.sums, self.rows, self.n_new = [sums[is_low]], [rows[is_low]], 0

    def all(self):
        """Return the sums collected so far and their rows."""
        if not self.sums:
            return np.empty(0), np.empty(0, np.int64)
        return np.concatenate(self.sums), np.concatenate(self.rows)
