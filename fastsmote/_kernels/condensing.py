"""Hart's rule: keep a row that the rows kept so far would take for another class."""

import numpy as np

from fastsmote._kernels.jit import kernel

STRIDE = 8  # features between two looks at whether the distance is too large already


@kernel
def condense(
    X,  # IN  (n_rows, n_features)
    rows,  # IN  (n,) rows of a class, in the order they are looked at
    sq_distances,  # IN  (n,) how near the deciding row of the other class is
    others,  # IN  (n,) that row
    n_needed,  # IN  kept rows that must come before it
    start, stop,  # IN  which of rows to look at
    is_passed,  # IN/OUT (n_rows,) row numbers that, as places in rows, are not looked at
    kept,  # IN/OUT (n_kept + n,) rows of the class that are kept
    n_kept,  # IN  how many they are before
):  # fmt: skip
    """Go through some rows of a class; the number of rows kept after them."""
    n_features = X.shape[1]
    for i in range(start, stop):
        if is_passed[i]:
            continue
        row, limit, n_before = rows[i], sq_distances[i], 0
        for j in range(n_kept - 1, -1, -1):  # the last ones are as good as any
            total, f = 0.0, 0
            while f < n_features and total <= limit:
                stop = min(f + STRIDE, n_features)
                while f < stop:
                    t = np.float64(X[row, f]) - np.float64(X[kept[j], f])
                    total += t * t
                    f += 1
            if total < limit or (total == limit and kept[j] < others[i]):
                n_before += 1
                if n_before == n_needed:
                    break
        if n_before < n_needed:
            kept[n_kept] = row
            n_kept += 1
            is_passed[row] = True
    return n_kept
