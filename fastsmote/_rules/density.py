"""ADASYN: compute the number of new rows for each base row."""

import numpy as np


def rows_by_density(is_other_class, n_new):
    """Distribute new rows over base rows, in proportion to the share of other-class neighbors.

    Parameters
    ----------
    is_other_class : ndarray of shape (n_rows, n_neighbors), bool
        Whether each of the nearest rows belongs to another class.
    n_new : int
        The requested number of rows. The sum of the result may differ, because each count is
        rounded.

    Returns
    -------
    counts : ndarray of shape (n_rows,), int64

    Raises
    ------
    RuntimeError
        If no neighbor belongs to another class.
    ValueError
        If every count rounds to zero.

    References
    ----------
    H. He, Y. Bai, E. A. Garcia, S. Li, "ADASYN", IJCNN 2008, algorithm, steps 2 to 5.
    """
    ratios = np.sum(is_other_class, axis=1) / is_other_class.shape[1]
    if not np.sum(ratios):
        raise RuntimeError(
            "Not any neigbours belong to the majority"
            " class. This case will induce a NaN case"
            " with a division by zero. ADASYN is not"
            " suited for this specific dataset."
            " Use SMOTE instead."
        )
    ratios /= np.sum(ratios)
    counts = np.rint(ratios * n_new).astype(int)
    if not counts.sum():
        raise ValueError("No samples will be generated with the provided ratio settings.")
    return counts
