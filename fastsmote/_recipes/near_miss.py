"""NearMiss-1: keep the rows with the smallest sums of distances to their nearest minority rows."""

import numpy as np

from fastsmote._kernels.layout import NO_ROW

ROUNDED_UP = 1.0 + 1e-12  # above the rounding error of a sum of distances


def distance_sums(sq_distances):
    """Sum the distances of each row, given as squares of shape (n, k)."""
    return np.sqrt(sq_distances).sum(axis=1)


def least_sums(sums, rows, n_kept):
    """Return the n_kept smallest sums and their rows, in order; of equal sums, the lower rows.

    The rows kept of a class do not depend on how it is split into parts: of each part only the
    n_kept smallest sums are needed.
    """
    if 0 < n_kept < len(sums):
        is_low = sums <= np.partition(sums, n_kept - 1)[n_kept - 1]
        sums, rows = sums[is_low], rows[is_low]
    order = np.lexsort((rows, sums))[:n_kept]
    return sums[order], rows[order]


class LeastSums:
    """The rows with the least sums of distances, of lists that are given in parts.

    Parameters
    ----------
    n_kept : int
        The number of rows to keep.

    Attributes
    ----------
    sums : ndarray of shape (n,), float64, ascending
        n is n_kept, or the number of rows seen if it is less.
    rows : ndarray of shape (n,), int64
        Of equal sums, the lower row comes first.
    """

    def __init__(self, n_kept):
        self._n_kept, self.sums, self.rows = n_kept, np.empty(0), np.empty(0, np.int64)

    @property
    def most_sq_distance(self):
        """A bound of the squares of all distances in a sum that may still be kept."""
        is_full = 0 < self._n_kept == len(self.sums)
        with np.errstate(over="ignore"):  # an infinite bound is valid
            return self.sums[-1] ** 2 * ROUNDED_UP if is_full else np.inf

    def add(self, lists, rows):
        """Take in the lists of some rows; a list with an empty place is above the bound.

        Parameters
        ----------
        lists : object with ``sq_distances`` and ``neighbor_rows`` of shape (n, k)
        rows : ndarray of shape (n,), int64
        """
        is_found = lists.neighbor_rows[:, -1] != NO_ROW
        sums, rows = distance_sums(lists.sq_distances[is_found]), rows[is_found]
        sums, rows = np.concatenate([self.sums, sums]), np.concatenate([self.rows, rows])
        self.sums, self.rows = least_sums(sums, rows, self._n_kept)
