"""Synthetic rows of sparse matrices."""

import numpy as np
from scipy import sparse

from fastsmote import _kernels as kernels
from fastsmote._kernels.layout import SparseRows, dtype_ends
from fastsmote._rules.values import in_dtype, no_rules
from fastsmote._search.inverted_index import (
    canonical_rows,
    kernel_rows,
)
from fastsmote._threads import run_ranges

NO_SHRINKS = np.empty(0)
WRITE_VALUES = 2**19  # per task


def kernel_rules(provenance, X):
    """The rules of a provenance for a kernel that reads X."""
    rules, n_features = provenance.rules, X.shape[1]
    if rules is None:
        return no_rules(n_features, X.dtype)
    if len(rules.lows) != n_features:  # a kernel does not check its arguments
        raise ValueError(
            f"provenance.rules are for {len(rules.lows)} columns, but X has {n_features}. Pass the "
            "X that was passed to fit_resample."
        )
    return in_dtype(rules, X.dtype)


def interpolated(X, provenance):
    """Make the synthetic rows of a provenance.

    Parameters
    ----------
    X : canonical CSR matrix or array of shape (n_rows, n_features)
    provenance : Provenance

    Returns
    -------
    X_new : canonical CSR matrix or array, as X, of shape (len(provenance), n_features)
    """
    table = kernel_rows(X, X.data, X.indices)
    base_rows, neighbor_rows = provenance.base_rows, provenance.neighbor_rows
    n_new = len(provenance)
    sizes = np.empty(n_new, np.int64)

    def count_some(start, stop):
        kernels.interpolation.union_sizes(table, base_rows, neighbor_rows, start, stop, sizes)

    step = max(1, WRITE_VALUES * X.shape[0] // max(1, 2 * X.nnz))
    run_ranges(count_some, n_new, step, doing="making rows")
    starts = np.concatenate([[0], np.cumsum(sizes)])
    # SciPy chooses the index dtype of a matrix, but keeps that of an array.
    is_short = max(starts[-1], *X.shape, n_new) <= np.iinfo(np.int32).max
    index_dtype = np.int32 if is_short else np.int64
    features = np.empty(starts[-1], X.indices.dtype)
    new = SparseRows(np.empty(starts[-1], X.dtype), features, starts)
    shrinks = NO_SHRINKS if provenance.shrinks is None else provenance.shrinks
    ends = dtype_ends(X.dtype)
    rules = None if provenance.is_plain else kernel_rules(provenance, X)

    def write_some(start, stop):
        pairs = table, base_rows, neighbor_rows, provenance.gaps, shrinks, ends
        if rules is None:
            kernels.interpolation.interpolate_sparse(*pairs, start, stop, new)
        else:
            kernels.interpolation.interpolate_sparse_by_rules(
                *pairs, provenance.has_missing, rules, start, stop, new
            )

    run_ranges(write_some, n_new, step, doing="making rows")
    features, starts = (part.astype(index_dtype, copy=False) for part in (features, starts))
    return type(X)((new.values, features, starts), shape=(n_new, X.shape[1]))


def append_interpolated(X, provenance):
    """Append the synthetic rows to X, in the format of X."""
    rows = canonical_rows(X)
    return sparse.vstack([rows, interpolated(rows, provenance)], format="csr").asformat(X.format)
