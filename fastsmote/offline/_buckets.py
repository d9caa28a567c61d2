"""Rows in buckets that are near in space, and the nearest rows of all rows.

The rows are written to one pair of temporary files for each bucket, in the staging folder. Then
each bucket is read once to search among its own rows, and again for each other bucket whose rows
may have neighbors in it. Two buckets are in memory at a time. If all rows fit into memory,
there is one bucket and no file.
"""

import errno
import os
import shutil
from contextlib import contextmanager

import numpy as np

from fastsmote._kernels.layout import NO_ROW
from fastsmote._search.cuts import SAMPLED_ROWS, Box, are_sampled, find_cuts
from fastsmote._search.lists import search_array
from fastsmote._search.streaming import Block, RunningLists
from fastsmote.offline._errors import OfflineError, named
from fastsmote.offline._options import size

BUCKET_FOLDER = "_buckets"
UNEQUAL = 1.15  # largest expected ratio of a bucket's rows to its share: the cuts are of a sample
ROW_BYTES = 8  # of a row number


class Sample:
    """Some rows of a table, from which the cuts of its buckets are found.

    Parameters
    ----------
    n_rows : int
        The number of rows of the table, new rows included.
    bucket_rows : int
        The number of rows that a bucket may have.
    """

    def __init__(self, n_rows, bucket_rows):
        self.n_rows, self.n_buckets = n_rows, 1
        if n_rows > bucket_rows:
            self.n_buckets = int(-(-n_rows * UNEQUAL // bucket_rows))
        self._n_sampled = 0
        if self.n_buckets > 1:  # twice the rows take less memory than a bucket that is searched
            self._n_sampled = min(SAMPLED_ROWS * self.n_buckets, 2 * bucket_rows)
        self._X, self._rows = [], []

    def are_chosen(self, rows):
        """Whether the rows of these numbers are in the sample."""
        if self._n_sampled == 0:
            return np.zeros(len(rows), bool)
        return are_sampled(rows, self.n_rows, self._n_sampled)

    def add(self, X, rows):
        """Add chosen rows."""
        self._X.append(X)
        self._rows.append(rows)

    def find_cuts(self, searched):
        """Return the cuts and free the rows; ``searched`` converts rows to those searched."""
        if self.n_buckets == 1:
            return find_cuts(np.zeros((1, 1)), np.zeros(1, np.int64), 1)
        X, rows = np.concatenate(self._X), np.concatenate(self._rows)
        self._X, self._rows = [], []
        X = searched(X)
        return find_cuts(X, rows, self.n_buckets)


class _Held:
    """All rows in one bucket, in memory."""

    def __init__(self, n_rows):
        self.sizes, self.boxes = [n_rows], [None]
        self._X, self._rows, self._n_held = None, np.empty(n_rows, np.int64), 0

    def write(self, X, rows):
        """Add rows; their numbers ascend from call to call."""
        if self._X is None:
            self._X = np.empty((len(self._rows), X.shape[1]), X.dtype)
        some = slice(self._n_held, self._n_held + len(rows))
        self._X[some], self._rows[some], self._n_held = X, rows, some.stop

    def read(self, number):
        """Return the rows of a bucket, X and row numbers."""
        return self._X, self._rows


class _Files:
    """Buckets in temporary files."""

    def __init__(self, folder, cuts):
        self._folder, self._cuts = folder, cuts
        self.sizes, self.boxes = [0] * cuts.n_buckets, [None] * cuts.n_buckets
        self._dtype = None

    def write(self, X, rows):
        """Add rows; their numbers ascend from call to call."""
        self._dtype, buckets = X.dtype, self._cuts.buckets_of(X, rows)
        order = np.argsort(buckets, kind="stable")
        stops = np.cumsum(np.bincount(buckets, minlength=len(self.sizes)))
        for number, places in enumerate(np.split(order, stops[:-1])):
            if len(places):
                self._append(number, X[places], rows[places])

    def _append(self, number, X, rows):
        box = Box.around(X)
        before = self.boxes[number]
        self.boxes[number] = box if before is None else Box.join([before, box])
        self.sizes[number] += len(rows)
        for path, values in zip(self._paths(number), (X, rows), strict=True):
            with open(path, "ab") as file:
                file.write(values.data)

    def read(self, number):
        """Return the rows of a bucket, X and row numbers."""
        values, rows = self._paths(number)
        X = np.fromfile(values, self._dtype).reshape(self.sizes[number], -1)
        return X, np.fromfile(rows, np.int64)

    def _paths(self, number):
        return [self._folder / f"{number:05d}.{kind}" for kind in ("values", "rows")]


@contextmanager
def opened_buckets(folder, cuts, n_rows, row_bytes):
    """Open buckets to write rows to; at the end, remove their files.

    Parameters
    ----------
    folder : Path
        The staging folder.
    cuts : Cuts
    n_rows : int
        The number of all rows.
    row_bytes : int
        The bytes of the values of a row.

    Raises
    ------
    OfflineError
        If the disk has no room for the rows.
    """
    inside = folder / BUCKET_FOLDER
    shutil.rmtree(inside, ignore_errors=True)  # of a run that was killed
    if cuts.n_buckets == 1:
        yield _Held(n_rows)
        return
    try:
        with named(inside, "cannot be written", OSError):
            inside.mkdir()
            _check_room(inside, n_rows * (row_bytes + ROW_BYTES))
            yield _Files(inside, cuts)
    finally:
        shutil.rmtree(inside, ignore_errors=True)


def _check_room(folder, n_bytes):
    free = shutil.disk_usage(folder).free
    if n_bytes > free:
        raise OfflineError(
            f"{folder.parent}: needs {size(n_bytes)} of disk space to search neighbors; "
            f"{size(free)} are free. Free some space, or raise --max-memory so that all rows fit."
        ) from OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # keeps the parts


def find_neighbors(buckets, is_judged, k, has_missing, progress):
    """Find the k nearest rows of all rows, for some rows.

    Parameters
    ----------
    buckets : buckets that hold more than k rows
    is_judged : callable
        ``is_judged(rows)`` returns a mask of the rows whose lists are needed.
    k : int >= 1
    has_missing : bool
    progress : Interruptible
        The pass has started, and advances by the rows of each bucket.

    Yields
    ------
    rows : ndarray of shape (n,), int64, ascending
    neighbor_rows : ndarray of shape (n, k), int64
        Nearest first, by (distance, row number), without the row itself.
    """
    for number in range(len(buckets.sizes)):
        if buckets.sizes[number] == 0:
            continue
        X, rows = buckets.read(number)
        places, own = _within(X, rows, is_judged, k, has_missing)
        if len(buckets.sizes) == 1:
            yield rows[places], own.neighbor_rows
        elif len(places):
            own_rows = rows[places]
            nearest = RunningLists(X[places], k, has_missing=has_missing)
            nearest.give(own.sq_distances, own.neighbor_rows)
            del X, rows, own  # free memory for another bucket
            _search_others(buckets, number, nearest, has_missing, progress)
            yield own_rows, nearest.neighbor_rows
        progress.advance(buckets.sizes[number])


def _within(X, rows, is_judged, k, has_missing):
    """Search a bucket for the neighbors of its judged rows; return their places and the lists."""
    block = Block(X, rows, has_missing=has_missing)
    order = block.places_in_order()
    own = block.nearest_within(order[is_judged(rows[order])], k).sort_by_row()
    is_found = own.neighbor_rows != NO_ROW  # False if the bucket has too few rows
    own.neighbor_rows = np.where(is_found, rows[np.where(is_found, own.neighbor_rows, 0)], NO_ROW)
    return own.query_rows, own


def _search_others(buckets, number, nearest, has_missing, progress):
    """Search the other buckets, the nearest first, for rows within the distances found so far."""
    box = buckets.boxes[number]
    others = [n for n, n_rows in enumerate(buckets.sizes) if n_rows and n != number]
    for other in sorted(others, key=lambda n: box.sq_distance(buckets.boxes[n])):
        progress.check()
        places = buckets.boxes[other].places_near(nearest.X, nearest.sq_distances[:, -1])
        if len(places):
            block = Block(*buckets.read(other), len(places), has_missing)
            nearest.add(nearest.find(block, places))


def fill_buckets(buckets, blocks):
    """Write blocks (X, rows) of all rows into buckets."""
    for X, rows in blocks:
        buckets.write(np.ascontiguousarray(search_array(X)), rows)
