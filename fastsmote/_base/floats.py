"""dtypes in which imbalanced-learn computes, there and back."""

import numpy as np
from scipy import sparse

from fastsmote._kernels.layout import dtype_ends


def on_floats(run, X, y):
    """What ``run(X, y)`` gives for booleans, which imbalanced-learn fails to subtract.

    They become numbers, and the result booleans again, as columns of booleans do in a
    dataframe that has other columns too.
    """
    X_resampled, *others = run(X.astype(np.float64), y)
    return X_resampled.astype(bool), *others


def widened(X):
    """Integers as int64, or as float64 where a difference may need more bits."""
    dtype = getattr(X, "dtype", None)
    if dtype is None or dtype.kind not in "iu":
        return X
    if dtype.itemsize == 8 and min(X.shape) > 0:
        least, most = int(X.min()), int(X.max())
        if most - least > np.iinfo(np.int64).max or most > np.iinfo(np.int64).max:
            return X.astype(np.float64)
    return X.astype(np.int64, copy=False)


def narrowed(wide, X):
    """What `widened` was before, in X's dtype: values beyond its ends become the ends."""
    dtype = getattr(X, "dtype", None)
    if dtype is None or wide.dtype == dtype:
        return wide
    values = wide.data if sparse.issparse(wide) else wide
    least, most = dtype_ends(dtype)
    if values.dtype.kind == "f":  # the ends of 64 bits need not be float64
        narrow = np.where(values < float(most), values, 0.0)
        narrow = np.where(values > float(least), narrow, 0.0).astype(dtype)
        narrow[values >= float(most)], narrow[values <= float(least)] = most, least
    else:
        in_int64 = np.iinfo(np.int64)
        narrow = values.clip(max(int(least), in_int64.min), min(int(most), in_int64.max))
    narrow = narrow.astype(dtype)
    return _with_values(wide, narrow) if sparse.issparse(wide) else narrow


def _with_values(X, values):
    """A sparse matrix of other values."""
    out = X.copy()
    out.data = values
    return out
