"""Distances between the rows of a cluster, for k-means SMOTE."""

import math

from fastsmote._kernels.jit import kernel


@kernel
def to_distances(
    products,  # IN  (n, m) dot products of n rows and m others; OUT their distances
    sq_norms,  # IN  (n,) squared lengths of the rows
    other_sq_norms,  # IN  (m,) squared lengths of the others
):
    """Convert dot products to distances, rounded as by scikit-learn's `euclidean_distances`.

    A distance is the square root of -2 x.y + |x|^2 + |y|^2, or 0 if that is negative.
    """
    n, m = products.shape
    for i in range(n):
        row, own = products[i], sq_norms[i]
        for j in range(m):
            sq_distance = -2.0 * row[j] + own + other_sq_norms[j]
            row[j] = math.sqrt(0.0 if sq_distance < 0.0 else sq_distance)
