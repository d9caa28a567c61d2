"""Output arrays: the original rows and, below them, the new rows."""

from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from scipy import sparse

from fastsmote._search.lists import COPY_BYTES, copy_in_order, rows_to_copy
from fastsmote._synthesis.provenance import Provenance, write_synthetic
from fastsmote._synthesis.sparse import append_interpolated
from fastsmote._threads import meanwhile, run_ranges

# Up to this size one thread takes the rows. Starting a second one takes 0.5 ms, in which one
# thread takes 1 MB of a C-ordered X. 1.3 MB of an F-ordered X took 1.5 ms on one thread and 1.3 to
# 2 ms on two. Taking half of the rows while `RandomUnderSampler` draws the others made drawing
# slower.
FEW_BYTES = 2**21


@contextmanager
def copied_meanwhile(X, y, n_new):
    """Context manager: copy X and y to arrays with room for n_new more rows during the block.

    It yields the two arrays and a function. The arrays are complete at the end of the block, or
    once the function has been called. For sparse X, it yields None three times.
    """
    if sparse.issparse(X):
        yield None, None, None
        return
    out, y_out = np.empty((len(X) + n_new, X.shape[1]), X.dtype), np.empty(len(X) + n_new, y.dtype)

    def copy_some(start, stop):
        out[start:stop], y_out[start:stop] = X[start:stop], y[start:stop]

    with meanwhile(copy_some, len(X), rows_to_copy(out, X.flags.c_contiguous)) as complete:
        yield out, y_out, complete


def take_rows(X, rows):
    """X[rows], computed in parallel."""
    if sparse.issparse(X):
        taken = X[rows]
        taken.sort_indices()
        return taken
    out = np.empty((len(rows), *X.shape[1:]), X.dtype)
    copy_in_order(X, out, rows, len(out) if out.nbytes <= FEW_BYTES else None)
    return out


class Output:
    """The original rows and labels, for appending new ones.

    Parameters
    ----------
    X : {ndarray, CSR, CSC} of shape (n_rows, n_features)
    y : ndarray of shape (n_rows,)
    copied : tuple, default=(None, None, None)
        What `copied_meanwhile` yields. Rows are appended in its block, on its threads. After
        the block, starting threads again would take half a millisecond or more.
    **changes
        Fields of `Provenance` that hold for all new rows: `rules` and `has_missing`.
    """

    def __init__(self, X, y, copied=(None, None, None), **changes):
        self._X, self._y, self._copied, self._changes = X, y, copied, changes

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
        joined = replace(joined, **self._changes)
        X, n_rows = self._X, len(self._y)
        if sparse.issparse(X):
            y_resampled = np.empty(n_rows + len(joined), self._y.dtype)
            y_resampled[:n_rows] = self._y
            _fill(y_resampled, n_rows, made)
            return append_interpolated(X, joined), y_resampled, joined
        array, y_resampled, complete = self._copied
        if array is None or len(array) != n_rows + len(joined):
            with copied_meanwhile(X, self._y, len(joined)) as copied:
                return Output(X, self._y, copied, **self._changes).append(made)
        _fill(y_resampled, n_rows, made)
        if not X.flags.c_contiguous:  # the kernel needs C order, which the output has
            complete()
            X = array[:n_rows]
        write_synthetic(X, joined, array[n_rows:])
        return array, y_resampled, joined


@contextmanager
def opened_output(X, y, n_new=None, **changes):
    """Context manager: an `Output` whose original rows are copied during the block.

    If ``n_new`` is None, they are copied when new rows are appended.
    """
    if n_new is None:
        yield Output(X, y, **changes)
        return
    with copied_meanwhile(X, y, n_new) as copied:
        yield Output(X, y, copied, **changes)


def _fill(labels, start, made):
    """Set the labels of the new rows, group by group, from a start on."""
    for label, provenance in made:
        some = labels[start : start + len(provenance)]

        def fill_some(first, last, some=some, label=label):
            some[first:last] = label

        run_ranges(fill_some, len(some), COPY_BYTES // 4)
        start += len(provenance)


def append_synthetic(X, y, made, **changes):
    """Append new rows to X and y, as in `Output.append`."""
    return Output(X, y, **changes).append(made)
