"""Rows on the segments between two rows."""

import numpy as np

from fastsmote._kernels.jit import kernel, step

WIDE = np.int64(2**20)  # no integer of 8 or 16 bits
HALF = 2.0**63


@step
def _in_dtype_of(X, value):
    """A float64 in X's dtype, as NumPy converts an array of them, overflow included.

    What LLVM makes of an integer that overflows is its own choice: lanes of a vector stop at
    the ends of int8 and of uint32, a number alone wraps. So integers of 8 and 16 bits are cut
    out of one of 32, which holds all that X's values can give, and those without a sign out of
    one of 64. Without a compiler an assignment would raise.
    """
    dtype = X.dtype.type
    if dtype(WIDE) != WIDE:  # each known when compiled
        converted = dtype(np.int32(value))
    elif dtype(0.5) != 0.5 and dtype(np.int64(-1)) > 0:
        if value >= 2.0 * HALF:  # of 64 bits, as all that follow: more than they can hold
            converted = dtype(np.int64(0))
        elif value >= HALF:
            converted = dtype(np.int64(value - HALF) ^ np.int64(-(2**63)))
        else:
            converted = dtype(np.int64(max(value, -HALF)))
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
    start, stop,  # IN  rows of out to fill
    out,  # OUT (n_new, n_features), X's dtype
):  # fmt: skip
    """Place each synthetic row on the segment from its base to its neighbor.

    Rounded as NumPy does for imbalanced-learn: the difference in X's dtype, the product
    and the sum in float64, once more on the way out.
    """
    for i in range(start, stop):
        base, neighbor, gap = base_rows[i], neighbor_rows[i], gaps[i]
        for j in range(X.shape[1]):
            difference = X.dtype.type(X[neighbor, j] - X[base, j])
            if len(shrinks) > 0:
                difference = X.dtype.type(difference * shrinks[i])
            out[i, j] = _in_dtype_of(X, X[base, j] + gap * np.float64(difference))


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
    start, stop,  # IN  rows of out to fill
    out,  # OUT SparseRows, of table's dtypes; its starts are given
):  # fmt: skip
    """Place each synthetic row on the segment from its base to its neighbor.

    Rounded as by `interpolate`.
    """
    values, features, starts = table.values, table.features, table.starts
    new_values, new_features, new_starts = out.values, out.features, out.starts
    zero = values.dtype.type(0)
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
            difference = values.dtype.type(neighbor - base)
            if len(shrinks) > 0:
                difference = values.dtype.type(difference * shrinks[i])
            new_values[place] = _in_dtype_of(values, base + gaps[i] * np.float64(difference))


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
