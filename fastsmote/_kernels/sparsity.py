"""How far apart the rows of a cluster are, for k-means SMOTE."""

import math

from fastsmote._kernels.jit import kernel


@kernel
def sum_distances(
    products,  # IN  (n, m) of n rows by m others
    sq_norms,  # IN  (n,) the rows' squared lengths
    other_sq_norms,  # IN  (m,) the others'
    offset,  # IN  the others begin so far below the first of the rows
    sums,  # scratch (m,)
):  # fmt: skip
    """The sum of the distances from each of n rows to those of m others that are below it.

    A distance is what scikit-learn's `euclidean_distances` takes it for, the root of
    -2 x.y + |x|^2 + |y|^2 or of zero. Each column has a sum of its own, so that LLVM makes
    vectors of the inner loop without changing the order of a sum.
    """
    n, m = products.shape
    for c in range(m):
        sums[c] = 0.0
    for i in range(n):
        start = min(m, max(0, i + 1 - offset))
        below, of_below, own = products[i, start:], other_sq_norms[start:], sq_norms[i]
        for c in range(len(below)):
            sq_distance = -2.0 * below[c] + own + of_below[c]
            sums[c] += math.sqrt(0.0 if sq_distance < 0.0 else sq_distance)
    total = 0.0
    for c in range(m):
        total += sums[c]
    return total
