"""The range of each column, and whether its values are whole."""

import numpy as np

from fastsmote._kernels.jit import inlined, kernel


@inlined
def _is_whole(dtype, value):
    """Whether a number is whole; NaN, which is no number, does not count against a column."""
    if dtype(0.5) == 0.5:  # evaluated at compile time
        is_whole = value != value or np.rint(value) == value
    else:
        is_whole = True
    return is_whole


@kernel
def dense_ranges(
    X,  # IN  (n_rows, n_features)
    start, stop,  # IN  rows of X
    lows, highs,  # IN/OUT (n_features,) X's dtype; NaN is ignored
    are_whole,  # IN/OUT (n_features,) bool
):  # fmt: skip
    """Widen the ranges of columns by the values of some rows."""
    dtype = X.dtype.type
    for i in range(start, stop):
        for j in range(X.shape[1]):
            value = X[i, j]
            if value < lows[j]:
                lows[j] = value
            if value > highs[j]:
                highs[j] = value
            are_whole[j] &= _is_whole(dtype, value)


@kernel
def sparse_ranges(
    values,  # IN  (n_values,)
    features,  # IN  (n_values,)
    lows, highs,  # IN/OUT (n_features,) dtype of values; NaN is ignored
    are_whole,  # IN/OUT (n_features,) bool
    counts,  # IN/OUT (n_features,) values of each column
):  # fmt: skip
    """Widen the ranges of columns by stored values, and count these."""
    dtype = values.dtype.type
    for place in range(len(values)):
        j, value = features[place], values[place]
        if value < lows[j]:
            lows[j] = value
        if value > highs[j]:
            highs[j] = value
        are_whole[j] &= _is_whole(dtype, value)
        counts[j] += 1
