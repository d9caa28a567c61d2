"""What the compiled samplers share: the classes, the forest, the new rows."""

from contextlib import contextmanager
from numbers import Integral

import numpy as np
from scipy import sparse
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors

from fastsmote import _kernels as kernels
from fastsmote._forest import ClassForest, Neighbors
from fastsmote._provenance import Provenance, write_synthetic
from fastsmote._shell import count_classes
from fastsmote._sparse import (
    SparseForest,
    append_interpolated,
    canonical_rows,
    is_searched_dense,
)
from fastsmote._threads import meanwhile, run_ranges
from fastsmote.neighbors import NearestNeighbors, search_array

COPY_BYTES = 2**20  # what one task copies


def rows_to_make(sampling_strategy, takes_floats=False):
    """The classes of which rows are to be made, and how many, in order.

    Raises
    ------
    TypeError
        If a number of rows is not an integer, unless ``takes_floats``.
    """
    if not takes_floats:
        check_are_integers(sampling_strategy, "new rows")
    return [(label, n_new) for label, n_new in sampling_strategy.items() if n_new > 0]


def check_are_integers(sampling_strategy, what):
    """Raise if a number of rows by class is not an integer. ``what`` names the rows."""
    for label, n_rows in sampling_strategy.items():
        if not isinstance(n_rows, Integral):
            raise TypeError(
                f"The number of {what} of class {label} is {n_rows}, it must be an integer. Pass "
                "integers as sampling_strategy."
            )


def fits_alike(estimator):
    """Whether a second fit would find the same model and draw from no stream of numbers."""
    return isinstance(estimator.get_params().get("random_state"), Integral)


def encode_classes(y):
    """The labels of y, sorted, and each row's place among them.

    Returns
    -------
    labels : ndarray of shape (n_classes,)
    codes : ndarray of shape (n_rows,), int64
    class_rows : list of ndarray, int64, ascending
        The row numbers of each class.
    """
    labels, _ = count_classes(y)
    if y.dtype.kind in "OU":
        code_of = {label: code for code, label in enumerate(labels.tolist())}
        codes = np.fromiter(map(code_of.__getitem__, y.tolist()), np.int64, len(y))
    else:
        codes = y == labels[1] if len(labels) == 2 else np.searchsorted(labels, y)
    codes = codes.astype(np.int64, copy=False)
    return labels, codes, [np.flatnonzero(codes == code) for code in range(len(labels))]


def on_codes(sampler, run, X, y):
    """What ``run(X, y)`` gives where it needs 0, 1, ... for the labels of y, in their order."""
    labels, codes, _ = encode_classes(y)
    code_of = {label: code for code, label in enumerate(labels.tolist())}
    targeted, given = sampler.sampling_strategy_, sampler.sampling_strategy
    sampler.sampling_strategy_ = {code_of[label]: n for label, n in targeted.items()}
    if isinstance(given, list):
        sampler.sampling_strategy = [code_of[label] for label in given]
    X_resampled, codes = run(X, codes)
    sampler.sampling_strategy_, sampler.sampling_strategy = targeted, given
    return X_resampled, labels[codes]


def name_classes(step, sampling_strategy, labels):
    """Name the classes of a step that ran on codes by their labels."""
    step.sampling_strategy = sampling_strategy
    step.sampling_strategy_ = {labels[code]: n for code, n in step.sampling_strategy_.items()}


def split_classes(y):
    """The labels of y, sorted, and the row numbers of each class, as `encode_classes` does."""
    if y.dtype.kind in "OU":
        labels, _, class_rows = encode_classes(y)
        return labels, class_rows
    labels, _ = count_classes(y)
    return labels, [np.flatnonzero(y == label) for label in labels]


def smallest_class(class_rows):
    """The class with the fewest rows; of several, the one that is met first."""
    sizes = [(len(rows), rows[0]) for rows in class_rows]
    return min(range(len(sizes)), key=sizes.__getitem__)


def build_forest(X, class_rows, n_queries=None):
    """The forest that serves a table, sparse or not."""
    if not sparse.issparse(X):
        return ClassForest(search_array(X), class_rows, n_queries)
    rows = canonical_rows(X)
    if is_searched_dense(rows):
        return ClassForest(search_array(rows.toarray()), class_rows, n_queries)
    return SparseForest(rows, class_rows)


def fitted_neighbors(X, forest, n_neighbors, rows=None):
    """What a sampler's attribute finds neighbors with, among some rows of X or all.

    It is scikit-learn's where X is sparse.
    """
    if sparse.issparse(X):
        X = X if rows is None else X[rows]
        return StockNearestNeighbors(n_neighbors=n_neighbors).fit(X)
    return NearestNeighbors._of(forest.X if rows is None else forest.X[rows], n_neighbors)


def forest_of(X, y, labels, with_others=True):
    """A forest with a tree for each label, in that order, and one for all other rows."""
    class_rows = [np.flatnonzero(y == label) for label in labels]
    n_queries = sum(map(len, class_rows))
    if with_others and n_queries < len(y):
        is_other = np.ones(len(y), bool)
        for rows in class_rows:
            is_other[rows] = False
        class_rows.append(np.flatnonzero(is_other))
    return build_forest(X, class_rows, n_queries)


@contextmanager
def copied_meanwhile(X, n_new):
    """An array with room for n_new rows below those of X, which a ``with`` block sees copied.

    None stands for a sparse X.
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
    """X[rows], in parallel."""
    if sparse.issparse(X):
        taken = X[rows]
        taken.sort_indices()
        return taken
    out = np.empty((len(rows), *X.shape[1:]), X.dtype)
    row_bytes = max(1, out.nbytes // max(1, len(rows)))

    def take_some(start, stop):
        if X.flags.c_contiguous:
            np.take(X, rows[start:stop], axis=0, out=out[start:stop], mode="clip")
        else:  # of which np.take makes a copy each time
            out[start:stop] = X[rows[start:stop]]

    run_ranges(take_some, len(rows), max(1, COPY_BYTES // row_bytes), doing="copying rows")
    return out


def append_synthetic(X, y, parts, out=None):
    """The original rows and, below them, the new ones of each part.

    Parameters
    ----------
    X : {ndarray, CSR, CSC} of shape (n_rows, n_features)
    y : ndarray of shape (n_rows,)
    parts : list of (label, Provenance)
    out : ndarray or None, default=None
        From `copied_meanwhile`, whose block has ended. Another is made if it is of other
        length than the output.

    Returns
    -------
    X_resampled : of shape (n_rows + n_new, n_features)
        A C-contiguous ndarray, or a canonical matrix of the format of X.
    y_resampled : ndarray of shape (n_rows + n_new,)
    provenance : Provenance of all parts
    """
    joined = Provenance.join([part for _, part in parts])
    y_resampled = np.empty(len(y) + len(joined), y.dtype)
    y_resampled[: len(y)] = y
    start = len(y)
    for label, provenance in parts:
        y_resampled[start : start + len(provenance)] = label
        start += len(provenance)
    if sparse.issparse(X):
        return append_interpolated(X, joined), y_resampled, joined
    if out is None or len(out) != len(y_resampled):
        with copied_meanwhile(X, len(joined)) as out:
            pass
    write_synthetic(X, joined, out[len(y) :])
    return out, y_resampled, joined


def nearer_parents(X, provenance, rows):
    """For some synthetic rows, the nearer of the two rows that each was made from.

    X holds the synthetic rows last.
    """
    nearest = Neighbors(rows, 1)

    def find_some(start, stop):
        kernels.interpolation.nearer_parent(
            X,
            provenance.base_rows,
            provenance.neighbor_rows,
            rows,
            start,
            stop,
            nearest.sq_distances,
            nearest.neighbors,
        )

    run_ranges(find_some, len(rows), 2**16, doing="measuring distances")
    return nearest
