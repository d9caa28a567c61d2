"""Output arrays: the original rows and, below them, the new rows."""

from contextlib import contextmanager

import numpy as np
from scipy import sparse

from fastsmote import _kernels as kernels
from fastsmote._search.lists import COPY_BYTES, NeighborLists, copy_in_order
from fastsmote._synthesis.provenance import Provenance, write_synthetic
from fastsmote._synthesis.sparse import append_interpolated
from fastsmote._threads import meanwhile, run_ranges

@contextmanager
def copied_meanwhile(X, n_new):
    """Context manager: copy X to an array with room for n_new more rows during the block.

    It yields the array, which is complete at the end of the block, or None for sparse X.
    """
    if sparse.issparse(X):
        yield None
        return
    out = np.empty((len(X) + n_new, X.shape[1]), X.dtype)

    def copy_some(start, stop):
        out[start:stop] = X[start:stop]

    row_bytes = max(1, X.nbytes // max(1, len(X)))
    with meanwhile(copy_some, len(X), max(1, COPY_BYTES // row_bytes)):
        yield out


def take_rows(X, rows):
    """X[rows], computed in parallel."""
    if sparse.issparse(X):
        taken = X[rows]
        taken.sort_indices()
        return taken
    out = np.empty((len(rows), *X.shape[1:]), X.dtype)
    copy_in_order(X, out, rows)
    return out


class Output:
    """The original rows and labels, for appending new ones.

    Parameters
    ----------
    X : {ndarray, CSR, CSC} of shape (n_rows, n_features)
    y : ndarray of shape (n_rows,)
    array : ndarray or None, default=None
        The array from `copied_meanwhile`, after its block.
    """

    def __init__(self, X, y, array=None):
        self._X, self._y, self._array = X, y, array

    def append(self, made):
        """Append the new rows of each class.

        Parameters
        ----------
        made : list of (label, Provenance)
            The label and the provenance of the new rows, group by group.

        Returns
        -------
        X_resampled : {ndarray, CSR, CSC} of shape (n_rows + n_new, n_features)
            C-contiguous, or in canonical format. A sparse matrix has the format of X.
        y_resampled : ndarray of shape (n_rows + n_new,)
        provenance : Provenance
            The provenance of all new rows.
        """
        joined = Provenance.join([provenance for _, provenance in made])
        n_rows = len(self._y)
        y_resampled = np.empty(n_rows + len(joined), self._y.dtype)
        y_resampled[:n_rows] = self._y
        start = n_rows
        for label, provenance in made:
            y_resampled[start : start + len(provenance)] = label
            start += len(provenance)
        if sparse.issparse(self._X):
            return append_interpolated(self._X, joined), y_resampled, joined
        array = self._array
        if array is None or len(array) != len(y_resampled):
            with copied_meanwhile(self._X, len(joined)) as array:
                pass
        # The kernel needs C order, in which the output has the original rows.
        X = self._X if self._X.flags.c_contiguous else array[:n_rows]
        write_synthetic(X, joined, array[n_rows:])
        return array, y_resampled, joined


@contextmanager
def opened_output(X, y, n_new=None):
    """Context manager: an `Output` whose original rows are copied during the block.

    If ``n_new`` is None, they are copied when new rows are appended.
    """
    if n_new is None:
        yield Output(X, y)
        return
    with copied_meanwhile(X, n_new) as array:
        yield Output(X, y, array)


def append_synthetic(X, y, made):
    """Append new rows to X and y, as in `Output.append`."""
    return Output(X, y).append(made)


def nearer_parents(X, provenance, rows):
    """For some synthetic rows, find the nearer of the two parents of each.

    The synthetic rows are the last rows of X.
    """
    nearest = NeighborLists(rows, 1)

    def find_some(start, stop):
        kernels.interpolation.nearer_parent(
            X,
            provenance.base_rows,
            provenance.neighbor_rows,
            rows,
            start,
            stop,
            nearest.sq_distances,
            nearest.neighbor_rows,
        )

    run_ranges(find_some, len(rows), 2**16, doing="measuring distances")
    return nearest
