"""Lists of the nearest rows found so far, and checks of the rows to search."""

from typing import NamedTuple

import numpy as np

from fastsmote import _kernels as kernels
from fastsmote._kernels.layout import (
    NO_ROW,
    kernel_input,
)
from fastsmote._threads import run_ranges

FINISHED_PLACES = 2**16  # per task; sorting them takes one or two milliseconds
COPY_BYTES = 2**20  # per task
SUMMED_VALUES = 2**19  # per task, in a third of a millisecond
# Of an F-ordered array, longer pieces of a column take up to a fifth less time.
TRANSPOSED_BYTES = 2**22
MANY_BYTES = 2**25  # enough for several such pieces per thread


class NeighborLists:
    """The nearest rows of each query row found so far, as max-heaps.

    Parameters
    ----------
    rows : ndarray of shape (n,), int64
        The query rows. The search is faster if rows near in space are near in this array.
    k : int >= 1
        The length of the lists.

    Attributes
    ----------
    query_rows : ndarray of shape (n,), int64
    sq_distances : ndarray of shape (n, k), float64
        inf in empty places.
    neighbor_rows : ndarray of shape (n, k), int64
        NO_ROW in empty places.
    """

    def __init__(self, rows, k):
        self.query_rows = rows
        self.sq_distances = np.full((len(rows), k), np.inf)
        self.neighbor_rows = np.full((len(rows), k), NO_ROW)

    @classmethod
    def given(cls, X, rows, neighbors):
        """Return lists of one known neighbor each, for a search to improve."""
        lists = cls(rows, 1)
        lists.neighbor_rows[:, 0] = neighbors
        sq_distances = np.zeros(len(rows))
        with np.errstate(all="ignore"):  # an infinite distance is valid
            for f in range(X.shape[1]):  # in feature order, as the search sums
                sq_distances += np.subtract(X[rows, f], X[neighbors, f], dtype=np.float64) ** 2
        lists.sq_distances[:, 0] = sq_distances
        return lists

    @classmethod
    def before(cls, limits, k):
        """Return lists that a search fills only with rows that come before the limits."""
        lists = cls(limits.query_rows, k)
        lists.sq_distances[:] = limits.sq_distances[:, None]
        lists.neighbor_rows[:] = limits.neighbor_rows[:, None]
        return lists

    @classmethod
    def merged(cls, rows, sq_distances, neighbor_rows):
        """Merge the lists of several parts of a table, of shape (n_parts, n, k), and sort them."""
        k = neighbor_rows.shape[2]
        lists = object.__new__(cls)
        lists.query_rows = rows
        lists.sq_distances = np.concatenate(sq_distances, axis=1)
        lists.neighbor_rows = np.concatenate(neighbor_rows, axis=1)
        lists.finish()
        lists.sq_distances = lists.sq_distances[:, :k]
        lists.neighbor_rows = lists.neighbor_rows[:, :k]
        return lists

    def put(self, chosen, others):
        """Replace the chosen lists."""
        self.sq_distances[chosen] = others.sq_distances
        self.neighbor_rows[chosen] = others.neighbor_rows

    def copy(self):
        """Return a copy of the lists."""
        other = self.take(slice(None))
        other.sq_distances, other.neighbor_rows = (
            self.sq_distances.copy(),
            self.neighbor_rows.copy(),
        )
        return other

    def finish(self):
        """Sort each list by (distance, row number), ascending."""
        n_rows, k = self.neighbor_rows.shape
        if k > 1:

            def finish_some(start, stop):
                kernels.heap.sort_lists(self.sq_distances, self.neighbor_rows, start, stop)

            run_ranges(finish_some, n_rows, max(1, FINISHED_PLACES // k), doing="sorting neighbors")
        return self

    def take(self, chosen):
        """Select some of the lists."""
        other = object.__new__(NeighborLists)
        other.query_rows = self.query_rows[chosen]
        other.sq_distances = self.sq_distances[chosen]
        other.neighbor_rows = self.neighbor_rows[chosen]
        return other

    def sort_by_row(self):
        """Put the lists in ascending order of their query rows."""
        order = np.argsort(self.query_rows)
        self.query_rows = self.query_rows[order]
        self.sq_distances, self.neighbor_rows = self.sq_distances[order], self.neighbor_rows[order]
        return self


class Limits(NamedTuple):
    """A neighbor of each query row. The rows that come before it are counted.

    A row comes before the neighbor if it is nearer, or if it is equally near and has a lower
    row number.
    """

    query_rows: np.ndarray  # (n,)
    sq_distances: np.ndarray  # (n,) from the query row to the neighbor; inf counts every row
    neighbor_rows: np.ndarray  # (n,) the neighbor's row number

    @classmethod
    def within(cls, query_rows, sq_distances):
        """Return limits within which no row has a neighbor yet."""
        return cls(query_rows, sq_distances, np.full(len(query_rows), NO_ROW))

    @classmethod
    def of_last(cls, lists):
        """Return the last neighbor in each list that a search has filled but not sorted."""
        last = np.ascontiguousarray(lists.neighbor_rows[:, 0])
        return cls(lists.query_rows, np.ascontiguousarray(lists.sq_distances[:, 0]), last)

    def take(self, chosen):
        """Select the limits of some queries."""
        return Limits(*(column[chosen] for column in self))


class Bounds(NamedTuple):
    """Upper bounds of the squared distances from rows to their k nearest rows of a class."""

    sq_distances: np.ndarray  # (n,) inf if no bound is known
    near_rows: np.ndarray  # (n, k) rows that are not farther than a finite bound

    @classmethod
    def unknown(cls, n_rows, k):
        """Return no bounds."""
        return cls(np.full(n_rows, np.inf), np.full((n_rows, k), NO_ROW))


class Counts(NamedTuple):
    """The number of rows that come before the limit of each query, up to n_wanted."""

    n_counted: np.ndarray  # (n,)
    witnesses: np.ndarray  # (n, n_wanted) rows that were counted, in any order; undefined beyond

    @classmethod
    def zeros(cls, n_queries, n_wanted):
        """Return counts of zero."""
        return cls(np.zeros(n_queries, np.int64), np.full((n_queries, n_wanted), NO_ROW))

    def are_enough(self):
        """Whether at least n_wanted rows come before each limit."""
        return self.n_counted == self.witnesses.shape[1]

    def put(self, chosen, others):
        """Replace the counts of some queries."""
        self.n_counted[chosen], self.witnesses[chosen] = others


SEARCHED_DTYPES = [np.float64, np.float32]


def check_enough_rows(n_neighbors, n_samples_fit, n_samples, sign="<="):
    """Raise scikit-learn's error if there are fewer rows than neighbors to find."""
    if n_neighbors > n_samples_fit - (sign == "<"):
        raise ValueError(
            f"Expected n_neighbors {sign} n_samples_fit, but "
            f"n_neighbors = {n_neighbors}, n_samples_fit = {n_samples_fit}, "
            f"n_samples = {n_samples}"
        )


def has_finite_sums(X):
    """Whether the sums of an array of floats, added up in parallel, are finite.

    If they are, so is every value. X is C- or F-contiguous.
    """
    values, are_finite = X.reshape(-1, order="A"), []

    def sum_some(start, stop):
        with np.errstate(over="ignore", invalid="ignore"):
            are_finite.append(np.isfinite(values[start:stop].sum()))

    run_ranges(sum_some, len(values), SUMMED_VALUES, doing="checking values")
    return all(are_finite)


def is_search_array(X):
    """Whether `search_array` returns X without copying it."""
    return X.flags.c_contiguous and X.dtype in SEARCHED_DTYPES


def search_array(X, rows=None):
    """Return X as a C-ordered float32 or float64 array; copy only if it is not one already.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_features)
    rows : ndarray of int64 or None, default=None
        The rows to copy. None means all rows.

    Returns
    -------
    X_search : ndarray of shape (n_rows or len(rows), n_features)
    """
    if rows is None and is_search_array(X):
        return kernel_input(X)
    n_rows = len(X) if rows is None else len(rows)
    dtype = X.dtype if X.dtype in SEARCHED_DTYPES else np.float64
    out = np.empty((n_rows, X.shape[1]), dtype)
    copy_in_order(X, out, rows)
    return out


def rows_to_copy(out, is_c_ordered):
    """Return how many rows a task copies to a C-ordered array."""
    is_transposed = not is_c_ordered and out.nbytes >= MANY_BYTES
    row_bytes = max(1, out.nbytes // max(1, len(out)))
    return max(1, (TRANSPOSED_BYTES if is_transposed else COPY_BYTES) // row_bytes)


def copy_in_order(X, out, rows=None, step=None):
    """Copy X, or some of its rows, to a C-ordered array, in parallel, ``step`` rows per task.

    NumPy's assignment of some MB at a time transposes an F-ordered X in 1.2 to 1.4 times the
    time of a plain copy. Tiles of 64 rows took up to 1.5 times as long as that, and a Numba loop
    no less.
    """

    def copy_some(start, stop):
        if rows is None:
            out[start:stop] = X[start:stop]
        elif X.flags.c_contiguous and X.dtype == out.dtype:
            np.take(X, rows[start:stop], axis=0, out=out[start:stop], mode="clip")
        elif X.flags.f_contiguous:  # twice as fast as X[rows]
            out[start:stop] = X.T.take(rows[start:stop], axis=-1, mode="clip").T
        else:  # np.take would copy all of X each time
            out[start:stop] = X[rows[start:stop]]

    step = step or rows_to_copy(out, X.flags.c_contiguous)
    run_ranges(copy_some, len(out), step, doing="copying rows")
