"""Synthetic rows on the segments between pairs of rows."""

import numpy as np

from fastsmote._kernels.jit import inlined, kernel


@inlined
def _difference(dtype, base, neighbor):
    """neighbor - base as a float64.

    For floats the difference is rounded to their dtype, as NumPy does for imbalanced-learn.
    For integers it is exact, or rounded to float64 if it has more than 53 bits. In an integer
    dtype it could overflow, and the new row would not lie between its parents.
    """
    if dtype(0.5) == 0.5:  # conditions on a dtype are evaluated at compile time
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
    """A difference times a factor; for floats rounded to their dtype, as NumPy does."""
    shrunk = difference * shrink
    if dtype(0.5) == 0.5:
        shrunk = np.float64(dtype(shrunk))
    return shrunk


@inlined
def _in_dtype(dtype, ends, value):
    """Convert a float64 to a dtype: for integers, truncate toward zero and clip to the range.

    Rows of SVM-SMOTE can lie beyond their parents, and so outside the range of their dtype.
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


@inlined
def _nearest_allowed(allowed, start, stop, value):
    """The place of the allowed value nearest to a value; of two as near, that of the lower one."""
    first, last = start, stop  # of the first allowed value that is not below the value
    while first < last:
        middle = (first + last) // 2
        if np.float64(allowed[middle]) < value:
            first = middle + 1
        else:
            last = middle
    if first == stop:
        first -= 1
    elif first > start:
        below = value - np.float64(allowed[first - 1])
        first -= below <= np.float64(allowed[first]) - value
    return first


@inlined
def _obeying(dtype, ends, rules, j, value):
    """Convert a float64 to a dtype by the rule of a column; NaN stays NaN."""
    start, stop = rules.starts[j], rules.starts[j + 1]
    if rules.is_rounded[j]:
        value = np.rint(value) + 0.0  # no -0.0
    if start < stop and value == value:
        converted = rules.allowed[_nearest_allowed(rules.allowed, start, stop, value)]
    else:
        converted = _in_dtype(dtype, ends, value)
    if converted < rules.lows[j]:
        converted = rules.lows[j]
    elif converted > rules.highs[j]:
        converted = rules.highs[j]
    return converted


@inlined
def _between(dtype, base, neighbor, gap, shrinks, i, has_missing):
    """The float64 value of a new row; between a number and NaN, that number."""
    if has_missing and base != base:
        value = np.float64(neighbor)
    elif has_missing and neighbor != neighbor:
        value = np.float64(base)
    else:
        difference = _difference(dtype, base, neighbor)
        if len(shrinks) > 0:
            difference = _shrunk(dtype, difference, shrinks[i])
        value = np.float64(base) + gap * difference
    return value


@kernel
def interpolate(
    X,  # IN  (n_rows, n_features)
    base_rows,  # IN  (n_new,) rows of X
    neighbor_rows,  # IN  (n_new,) rows of X
    gaps,  # IN  (n_new,) fraction of the way
    shrinks,  # IN  (n_new,) factor of the difference, or empty to apply no factor
    ends,  # IN  (2,) least and largest value of X's dtype
    start, stop,  # IN  rows of out to fill
    out,  # OUT (n_new, n_features), X's dtype
):  # fmt: skip
    """Place each synthetic row on the segment from its base to its neighbor.

    Values are rounded as NumPy does for imbalanced-learn: a difference of floats to the dtype
    of X, the product and the sum to float64, and the result to the dtype of out.
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
def interpolate_by_rules(
    X,  # IN  (n_rows, n_features)
    base_rows,  # IN  (n_new,) rows of X
    neighbor_rows,  # IN  (n_new,) rows of X
    gaps,  # IN  (n_new,) fraction of the way
    shrinks,  # IN  (n_new,) factor of the difference, or empty to apply no factor
    ends,  # IN  (2,) least and largest value of X's dtype
    has_missing,  # IN  whether X may contain NaN
    rules,  # IN  ValueRules
    start, stop,  # IN  rows of out to fill
    out,  # OUT (n_new, n_features), X's dtype
):  # fmt: skip
    """Place each synthetic row as `interpolate` does, and apply the rules to its values.

    A rule gets the float64 value, before the conversion to X's dtype.
    """
    dtype = X.dtype.type
    for i in range(start, stop):
        base, neighbor, gap = base_rows[i], neighbor_rows[i], gaps[i]
        for j in range(X.shape[1]):
            value = _between(dtype, X[base, j], X[neighbor, j], gap, shrinks, i, has_missing)
            out[i, j] = _obeying(dtype, ends, rules, j, value)


@kernel
def obey(
    values,  # IN  (n_values,) numbers of rows
    features,  # IN  (n_values,) the column of each, or empty if each row has a number per column
    ends,  # IN  (2,) least and largest value of the values' dtype
    rules,  # IN  ValueRules
    start, stop,  # IN  values to change
    out,  # OUT (n_values,) values' dtype
):  # fmt: skip
    """Apply the rules to numbers."""
    dtype, n_features = values.dtype.type, len(rules.lows)
    for place in range(start, stop):
        j = features[place] if len(features) > 0 else place % n_features
        out[place] = _obeying(dtype, ends, rules, j, np.float64(values[place]))


@kernel
def union_sizes(
    table,  # IN  SparseRows
    base_rows,  # IN  (n_new,) rows of table
    neighbor_rows,  # IN  (n_new,) rows of table
    start, stop,  # IN  range of new rows
    sizes,  # OUT (n_new,)
):  # fmt: skip
    """Count the features that are present in a base or its neighbor."""
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
    base_rows,  # IN  (n_new,) rows of table
    neighbor_rows,  # IN  (n_new,) rows of table
    gaps,  # IN  (n_new,) fraction of the way
    shrinks,  # IN  (n_new,) factor of the difference, or empty to apply no factor
    ends,  # IN  (2,) least and largest value of the values' dtype
    start, stop,  # IN  rows of out to fill
    out,  # OUT SparseRows of the dtypes of table; its starts are IN
):  # fmt: skip
    """Place each synthetic row on the segment from its base to its neighbor.

    Values are rounded as by `interpolate`.
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
def interpolate_sparse_by_rules(
    table,  # IN  SparseRows
    base_rows,  # IN  (n_new,) rows of table
    neighbor_rows,  # IN  (n_new,) rows of table
    gaps,  # IN  (n_new,) fraction of the way
    shrinks,  # IN  (n_new,) factor of the difference, or empty to apply no factor
    ends,  # IN  (2,) least and largest value of the values' dtype
    has_missing,  # IN  whether the table may contain NaN
    rules,  # IN  ValueRules
    start, stop,  # IN  rows of out to fill
    out,  # OUT SparseRows of the dtypes of table; its starts are IN
):  # fmt: skip
    """Place each synthetic row as `interpolate_sparse` does, and apply the rules to its values.

    The rules do not change the zeros that neither parent stores.
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
            value = _between(dtype, base, neighbor, gaps[i], shrinks, i, has_missing)
            new_values[place] = _obeying(dtype, ends, rules, new_features[place], value)
