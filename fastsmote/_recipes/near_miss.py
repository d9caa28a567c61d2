"""NearMiss-1: keep the rows with the smallest sums of distances to their nearest minority rows."""

import numpy as np


def distance_sums(sq_distances):
    """Sum the distances of each row, given as squares of shape (n, k)."""
    return np.sqrt(sq_distances).sum(axis=1)


def least_sums(sums, rows, n_kept):
    """Return the n_kept smallest sums and their rows, in order; of equal sums, the lower rows.

    The rows kept of a class do not depend on how it is split into parts: of each part only the
    n_kept smallest sums are needed.
    """
    if 0 < n_kept < len(sums):
        is_low = sums <= np.partition(sums, n_kept - 1)[n_kept - 1]
        sums, rows = sums[is_low], rows[is_low]
    order = np.lexsort((rows, sums))[:n_kept]
    return sums[order], rows[order]
