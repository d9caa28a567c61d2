"""Convert X to the dtypes in which imbalanced-learn computes, and convert results back."""

import numpy as np
from scipy import sparse

from fastsmote._kernels.layout import dtype_ends
from fastsmote._rules.values import obeyed


def on_floats(run, X, y):
    """Call ``run(X, y)`` for a boolean X, on which imbalanced-learn's subtraction fails.

    X is converted to float64 and the result back to bool. This is also what happens to
    boolean columns of a dataframe that has other columns.
    """
    X_resampled, *others = run(X.astype(np.float64), y)
    return X_resampled.astype(bool), *others


def widened(X):
    """Convert integers to int64, or to float64 if a difference may overflow int64."""
    dtype = getattr(X, "dtype", None)
    if dtype is None or dtype.kind not in "iu":
        return X
    if dtype.itemsize == 8 and min(X.shape) > 0:
        least, most = int(X.min()), int(X.max())
        if most - least > np.iinfo(np.int64).max or most > np.iinfo(np.int64).max:
            return X.astype(np.float64)
    return X.astype(np.int64, copy=False)


def narrowed(wide, X):
    """Undo `widened`: convert a result to the dtype of X, clipped to the range of the dtype."""
    dtype = getattr(X, "dtype", None)
    if dtype is None or wide.dtype == dtype:
        return wide
    if dtype.kind == "b":
        return wide.astype(dtype)
    values = wide.data if sparse.issparse(wide) else wide
    least, most = dtype_ends(dtype)
    if values.dtype.kind == "f":  # float64 may not represent the limits of a 64-bit dtype
        narrow = np.where(values < float(most), values, 0.0)
        narrow = np.where(values > float(least), narrow, 0.0).astype(dtype)
        narrow[values >= float(most)], narrow[values <= float(least)] = most, least
    else:
        in_int64 = np.iinfo(np.int64)
        narrow = values.clip(max(int(least), in_int64.min), min(int(most), in_int64.max))
    narrow = narrow.astype(dtype)
    return _with_values(wide, narrow) if sparse.issparse(wide) else narrow


def as_floats(X):
    """Convert integers to float64; keep floats."""
    return X if X.dtype.kind == "f" else X.astype(np.float64)


def append_obeyed(X, X_resampled, rules):
    """Append new rows to X after applying rules to them.

    Parameters
    ----------
    X : {ndarray, CSR, CSC} of shape (n_rows, n_features)
    X_resampled : {ndarray, CSR, CSC} of shape (n_rows + n_new, n_features), of floats
        The rows of X, not read, and the new ones.
    rules : ValueRules
    """
    if not sparse.issparse(X):
        return np.vstack([X, narrowed(obeyed(X_resampled[len(X) :], rules), X)])
    made = narrowed(obeyed(X_resampled.tocsr()[X.shape[0] :], rules), X)
    return sparse.vstack([X, made], format=X.format)


def number_series(values, dtype):
    """Convert numbers to a pandas Series of a column's dtype; truncate integers toward zero.

    In a nullable dtype, NaN becomes null.
    """
    import pandas as pd

    if isinstance(dtype, np.dtype):
        is_integer = dtype.kind in "iu"
        return pd.Series(
            narrowed(values, np.empty(0, dtype)) if is_integer else values.astype(dtype)
        )
    is_null = np.isnan(values)
    if pd.api.types.is_bool_dtype(dtype):
        values = values != 0
    elif pd.api.types.is_integer_dtype(dtype):
        values = np.trunc(np.where(is_null, 0, values)).astype(np.int64)
    series = pd.Series(values).astype(dtype)
    return series.mask(is_null) if is_null.any() else series


def _with_values(X, values):
    """A copy of a sparse matrix with other values."""
    out = X.copy()
    out.data = values
    return out
