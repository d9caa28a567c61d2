"""How far apart the rows of a cluster are, for k-means SMOTE."""

import math

from fastsmote._kernels.jit import kernel


@kernel
def sum_distances(
    X,  # IN  (n_rows, n_features), the features filled up to a multiple of four by zeros
    columns,  # IN  (n_features, n_rows) X.T, contiguous
    sq_norms,  # IN  (n_rows,) the rows' squared lengths
    start, stop,  # IN  which rows
    products,  # scratch (n,) of one row and n others
    sums,  # scratch (n,)
):  # fmt: skip
    """The sum of the distances from each of some rows to all rows below it.

    A distance is what scikit-learn's `euclidean_distances` takes it for, the root of
    |x|^2 - 2 x.y + |y|^2 or of zero. Every loop over others is one that LLVM makes vectors
    of without changing the order of a sum.
    """
    n_rows, width = len(X), len(products)
    for c in range(width):
        sums[c] = 0.0
    for i in range(start, stop):
        for first in range(i + 1, n_rows, width):
            last = min(first + width, n_rows)
            for c in range(last - first):
                products[c] = 0.0
            for f in range(0, X.shape[1], 4):
                x0, x1, x2, x3 = X[i, f], X[i, f + 1], X[i, f + 2], X[i, f + 3]
                y0, y1 = columns[f, first:last], columns[f + 1, first:last]
                y2, y3 = columns[f + 2, first:last], columns[f + 3, first:last]
                for c in range(last - first):
                    product = products[c] + x0 * y0[c] + x1 * y1[c]
                    products[c] = product + x2 * y2[c] + x3 * y3[c]
            others = sq_norms[first:last]
            for c in range(last - first):
                sq_distance = sq_norms[i] - 2.0 * products[c] + others[c]
                sums[c] += math.sqrt(0.0 if sq_distance < 0.0 else sq_distance)
    total = 0.0
    for c in range(width):
        total += sums[c]
    return total
