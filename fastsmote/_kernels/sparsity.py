"""How far apart the rows of a cluster are, for k-means SMOTE."""

import math

from fastsmote._kernels.jit import kernel


@kernel
def to_distances(
    products,  # IN  (n, m) of n rows by m others; OUT their distances
    sq_norms,  # IN  (n,) the rows' squared lengths
    other_sq_norms,  # IN  (m,) the others'
):
    """Make distances of products, rounded as by scikit-learn's `euclidean_distances`.

    They are the roots of -2 x.y + |x|^2 + |y|^2, or of zero.
    """
    n, m = products.shape
    for i in range(n):
        row, own = products[i], sq_norms[i]
        for j in range(m):
            sq_distance = -2.0 * row[j] + own + other_sq_norms[j]
            row[j] = math.sqrt(0.0 if sq_distance < 0.0 else sq_distance)
