"""Compare two results row by row and bit by bit, by a hash of 8 bytes for each row.

The cells of a contest run in separate processes and send these hashes instead of the rows.
"""

import hashlib

import numpy as np
from scipy import sparse

_START = np.uint64(0xCBF29CE484222325)
_ODD = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)


def _mix(hashes, bits):
    """Add a column to the hashes of the rows. The order of the columns matters."""
    hashes = (hashes ^ bits) * _ODD
    return hashes ^ (hashes >> _HALF)


def _bits(column):
    """The values of a column as uint64. Different values give different numbers."""
    column = np.asarray(column)
    if column.dtype.kind in "OUST":
        import pandas as pd

        return pd.util.hash_array(column.astype(object), categorize=True)
    if column.dtype.kind == "f":
        return np.ascontiguousarray(column).view(f"u{column.dtype.itemsize}").astype(np.uint64)
    return column.astype(np.int64).view(np.uint64)


def _sparse_hashes(X):
    """A hash for each row of a CSR matrix. The order of stored values does not matter."""
    X = X.tocsr(copy=True)
    X.sum_duplicates()
    X.eliminate_zeros()
    hashes = np.full(X.nnz, _START)
    for bits in (X.indices.astype(np.uint64), _bits(X.data)):
        hashes = _mix(hashes, bits)
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(hashes)])
    return sums[X.indptr[1:]] - sums[X.indptr[:-1]]


def row_hashes(X, y):
    """A hash for each row and its label. X may be an ndarray, a DataFrame or sparse."""
    hashes = np.full(X.shape[0], _START)
    if sparse.issparse(X):
        hashes = _mix(hashes, _sparse_hashes(X))
    else:
        for j in range(X.shape[1]):
            hashes = _mix(hashes, _bits(X.iloc[:, j] if hasattr(X, "iloc") else X[:, j]))
    return _mix(hashes, _bits(y))


def digest(hashes):
    """One text for the hashes of all rows."""
    return hashlib.sha256(hashes.tobytes()).hexdigest()[:16]


def share_identical(hashes, expected):
    """The share of rows that are equal in place; 0 if the numbers of rows differ."""
    return float((hashes == expected).mean()) if len(hashes) == len(expected) else 0.0


def share_in_common(hashes, expected):
    """The share of rows that are in both results, in any place.

    If one result lacks a row, all rows after it move up by one place. So this function, and
    not `share_identical`, shows how much two cleaned tables differ.
    """
    rows, counts = np.unique(hashes, return_counts=True)
    expected_rows, expected_counts = np.unique(expected, return_counts=True)
    _, i, j = np.intersect1d(rows, expected_rows, assume_unique=True, return_indices=True)
    n_common = np.minimum(counts[i], expected_counts[j]).sum()
    return float(n_common / max(1, len(hashes), len(expected)))


def share_equal(got, expected):
    """The share of rows that are equal in place, for two pairs (X, y)."""
    return share_identical(row_hashes(*got), row_hashes(*expected))
