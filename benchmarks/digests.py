"""Whether two results are the same, row by row and bit by bit, as 8 bytes a row.

Two cells run in two processes; what they send each other are these numbers.
"""

import hashlib

import numpy as np
from scipy import sparse

_START = np.uint64(0xCBF29CE484222325)
_ODD = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)


def _mix(hashes, bits):
    """Add a column to the rows' numbers: the order of the columns matters."""
    hashes = (hashes ^ bits) * _ODD
    return hashes ^ (hashes >> _HALF)


def _bits(column):
    """A column's values as uint64, different for different values."""
    column = np.asarray(column)
    if column.dtype.kind in "OUST":
        import pandas as pd

        return pd.util.hash_array(column.astype(object), categorize=True)
    if column.dtype.kind == "f":
        return np.ascontiguousarray(column).view(f"u{column.dtype.itemsize}").astype(np.uint64)
    return column.astype(np.int64).view(np.uint64)


def _sparse_hashes(X):
    """A number for each row of a CSR matrix, whatever the order of its values."""
    X = X.tocsr(copy=True)
    X.sum_duplicates()
    X.eliminate_zeros()
    hashes = np.full(X.nnz, _START)
    for bits in (X.indices.astype(np.uint64), _bits(X.data)):
        hashes = _mix(hashes, bits)
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(hashes)])
    return sums[X.indptr[1:]] - sums[X.indptr[:-1]]


def row_hashes(X, y):
    """A number for each row of a result, ndarray, pandas or sparse, with its label."""
    hashes = np.full(X.shape[0], _START)
    if sparse.issparse(X):
        hashes = _mix(hashes, _sparse_hashes(X))
    else:
        for j in range(X.shape[1]):
            hashes = _mix(hashes, _bits(X.iloc[:, j] if hasattr(X, "iloc") else X[:, j]))
    return _mix(hashes, _bits(y))


def digest(hashes):
    """The rows' numbers as one text."""
    return hashlib.sha256(hashes.tobytes()).hexdigest()[:16]


def share_identical(hashes, expected):
    """The share of rows that are the same in place; 0 if there are more or fewer rows."""
    return float((hashes == expected).mean()) if len(hashes) == len(expected) else 0.0


def share_in_common(hashes, expected):
    """The share of rows that are in both results, whatever their places.

    A row that one of them left out shifts all that follow, so this and not
    `share_identical` says how far apart two cleaned tables are.
    """
    rows, counts = np.unique(hashes, return_counts=True)
    expected_rows, expected_counts = np.unique(expected, return_counts=True)
    _, i, j = np.intersect1d(rows, expected_rows, assume_unique=True, return_indices=True)
    n_common = np.minimum(counts[i], expected_counts[j]).sum()
    return float(n_common / max(1, len(hashes), len(expected)))


def share_equal(got, expected):
    """The share of rows that are the same in place, of two pairs of X and y."""
    return share_identical(row_hashes(*got), row_hashes(*expected))
