"""Rows on the segments between two rows."""

import numpy as np

from fastsmote._kernels.jit import inlined, kernel


@inlined
def _difference(dtype, base, neighbor):
    """neighbor - base as a float64.

    For floats the difference is rounded in their dtype, as NumPy does for imbalanced-learn.
    For integers it is exact, or rounded to float64 where it has more than 53 bits: in the
    dtype itself it could wrap, and the new row would lie outside its parents.
    """
    if dtype(0.5) == 0.5:  # each condition on a dtype is known when compiled
        difference = np.float64(dtype(neighbor - base))
    elif dtype(np.int64(-1)) > 0:
        if neighbor >= base:
            difference = np.float64(dtype(neighbor - base))
        else:
            difference = -np.float64(dtype(base - neighbor))
    else:
        exact = np.int64(neighbor) - np.int64(base)
        if (neighbor >= base) == (exact >= 0):
            difference = np.float64(exact)
        else:  # beyond int64
            difference = np.float64(neighbor) - np.float64(base)
    return difference


@inlined
def _shrunk(dtype, difference, shrink):
    """A difference times a factor, for floats rounded in their dtype as NumPy does."""
    shrunk = difference * shrink
    if dtype(0.5) == 0.5:
        shrunk = np.float64(dtype(shrunk))
    return shrunk


@inlined
def _in_dtype(dtype, ends, value):
    """A float64 in a dtype: integers are truncated toward zero, and stop at the dtype's ends.

    SVM-SMOTE's rows can lie beyond their parents, and so beyond the ends of their dtype.
    """
    if dtype(0.5) == 0.5:
        converted = dtype(value)
    elif value >= np.float64(ends[1]):
        converted = ends[1]
    elif value <= np.float64(ends[0]):
        converted = ends[0]
    else:
        converted = dtype(value)
    return converted


@kernel
def interpolate(
    X,  # IN  (n_rows, n_features)
    base_rows,  # IN  (n_new,) rows of X
    neighbor_rows,  # IN  (n_new,) rows of X
    gaps,  # IN  (n_new,) fraction of the way
    shrinks,  # IN  (n_new,) factor of the difference, or empty for none
    ends,  # IN  (2,) least and largest value of X's dtype
    start, stop,  # IN  rows of out to fill
    out,  # OUT (n_new, n_features), X's dtype
):  # fmt: skip
    """Place each synthetic row on the segment from its base to its neighbor.

    Rounded as NumPy does for imbalanced-learn: the difference of floats in X's dtype, the
    product and the sum in float64, once more on the way out.
    """
    dtype = X.dtype.type
    for i in range(start, stop):
        base, neighbor, gap = base_rows[i], neighbor_rows[i], gaps[i]
        for j in range(X.shape[1]):
            difference = _difference(dtype, X[base, j], X[neighbor, j])
            if len(shrinks) > 0:
                difference = _shrunk(dtype, difference, shrinks[i])
            out[i, j] = _in_dtype(dtype, ends, np.float64(X[base, j]) + gap * difference)


@kernel
def union_sizes(
    table,  # IN  SparseRows
    base_rows,  # IN  (n_new,) rows of it
    neighbor_rows,  # IN  (n_new,) rows of it
    start, stop,  # IN  which of them
    sizes,  # OUT (n_new,)
):  # fmt: skip
    """How many features a base or its neighbor has."""
    features, starts = table.features, table.starts
    for i in range(start, stop):
        a, a_stop = starts[base_rows[i]], starts[base_rows[i] + 1]
        b, b_stop = starts[neighbor_rows[i]], starts[neighbor_rows[i] + 1]
        n = a_stop - a + b_stop - b
        while a < a_stop and b < b_stop:
            feature, other = features[a], features[b]
            n -= feature == other
            a += feature <= other
            b += other <= feature
        sizes[i] = n


@kernel
def interpolate_sparse(
    table,  # IN  SparseRows
    base_rows,  # IN  (n_new,) rows of it
    neighbor_rows,  # IN  (n_new,) rows of it
    gaps,  # IN  (n_new,) fraction of the way
    shrinks,  # IN  (n_new,) factor of the difference, or empty for none
    ends,  # IN  (2,) least and largest value of the values' dtype
    start, stop,  # IN  rows of out to fill
    out,  # OUT SparseRows, of table's dtypes; its starts are given
):  # fmt: skip
    """Place each synthetic row on the segment from its base to its neighbor.

    Rounded as by `interpolate`.
    """
    values, features, starts = table.values, table.features, table.starts
    new_values, new_features, new_starts = out.values, out.features, out.starts
    dtype = values.dtype.type
    zero = dtype(0)
    for i in range(start, stop):
        a, a_stop = starts[base_rows[i]], starts[base_rows[i] + 1]
        b, b_stop = starts[neighbor_rows[i]], starts[neighbor_rows[i] + 1]
        for place in range(new_starts[i], new_starts[i + 1]):
            base = neighbor = zero
            has_base = a < a_stop and (b == b_stop or features[a] <= features[b])
            has_neighbor = b < b_stop and (a == a_stop or features[b] <= features[a])
            if has_base:
                base, new_features[place] = values[a], features[a]
            if has_neighbor:
                neighbor, new_features[place] = values[b], features[b]
            a += has_base
            b += has_neighbor
            difference = _difference(dtype, base, neighbor)
            if len(shrinks) > 0:
                difference = _shrunk(dtype, difference, shrinks[i])
            new_values[place] = _in_dtype(dtype, ends, np.float64(base) + gaps[i] * difference)


@kernel
def nearer_parent(
    X,  # IN  (n_rows, n_features) the last rows of which are synthetic
    base_rows,  # IN  (n_new,) rows of X
    neighbor_rows,  # IN  (n_new,) rows of X
    rows,  # IN  (n,) synthetic rows of X
    start, stop,  # IN  which of rows
    sq_distances,  # OUT (n, 1)
    parents,  # OUT (n, 1)
):  # fmt: skip
    """The nearer of the two rows that a synthetic row was made from."""
    first_new = len(X) - len(base_rows)
    for i in range(start, stop):
        row = rows[i]
        a, b = base_rows[row - first_new], neighbor_rows[row - first_new]
        to_a, to_b = 0.0, 0.0
        for j in range(X.shape[1]):
            value = np.float64(X[row, j])
            to_a += (value - X[a, j]) * (value - X[a, j])
            to_b += (value - X[b, j]) * (value - X[b, j])
        if to_b < to_a or (to_b == to_a and b < a):
            a, to_a = b, to_b
        sq_distances[i, 0], parents[i, 0] = to_a, a
