"""Hart's rule: keep a row that the rows kept so far misclassify."""

import numpy as np

from fastsmote._kernels.jit import kernel

STRIDE = 8  # features between two checks whether the distance exceeds the limit


@kernel
def condense(
    X,  # IN  (n_rows, n_features)
    rows,  # IN  (n,) rows of a class, in the order of the scan
    sq_distances,  # IN  (n,) squared distance to the deciding row of the other class
    others,  # IN  (n,) row number of that deciding row
    n_needed,  # IN  number of kept rows that must be nearer than it
    start, stop,  # IN  range of rows to scan
    is_passed,  # IN/OUT (n_rows,) positions in rows to skip; kept row numbers are added
    kept,  # IN/OUT (n_kept + n,) kept rows of the class
    n_kept,  # IN  number of rows kept before
):  # fmt: skip
    """Scan some rows of a class; return the number of rows kept afterwards."""
    n_features = X.shape[1]
    for i in range(start, stop):
        if is_passed[i]:
            continue
        row, limit, n_before = rows[i], sq_distances[i], 0
        for j in range(n_kept - 1, -1, -1):  # any order gives the same result
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
