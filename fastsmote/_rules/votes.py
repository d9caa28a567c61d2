"""Categories of new rows: what a category weighs beside numbers, and who wins a vote."""

import numpy as np
from scipy import sparse
from sklearn.utils.sparsefuncs_fast import csr_mean_variance_axis0

LEAST_WEIGHT = 2e-8  # below it imbalanced-learn's vote takes unequal counts for equal


def median_deviation(X):
    """The median of the standard deviations of the columns, computed as imbalanced-learn does.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_features)
        The numbers of one class.

    References
    ----------
    N. V. Chawla, K. W. Bowyer, L. O. Hall, W. P. Kegelmeyer, "SMOTE", JAIR 16, 2002,
    section 6.1.
    """
    variances = csr_mean_variance_axis0(sparse.csr_matrix(X))[1]
    return np.median(np.sqrt(variances))


def category_weight(median, dtype):
    """The one-hot entry of a category: the median deviation over sqrt(2).

    Two rows that differ in a category are then the median deviation apart in it.
    """
    return dtype.type(median / np.sqrt(2))


def hardly_varies(median, weight):
    """Whether numbers vary, but so little that imbalanced-learn counts the votes differently."""
    return median > 0 and weight < LEAST_WEIGHT


def tied_categories(codes):
    """The categories with the most votes in each row of votes.

    Returns
    -------
    tied : ndarray, int64
        The categories, ascending for each row, row after row.
    n_tied : ndarray of shape (n_rows,), int64
    """
    codes = np.sort(codes, axis=1)
    counts = np.zeros(codes.shape, np.int64)
    for vote in codes.T:
        counts += codes == vote[:, None]
    is_tied = counts == counts.max(axis=1, keepdims=True)
    is_tied[:, 1:] &= codes[:, 1:] != codes[:, :-1]
    return codes[is_tied], is_tied.sum(axis=1)


def most_voted(codes):
    """The category with the most votes in each row of votes, and the lowest of several.

    SMOTEN does not draw among tied categories, as SMOTE-NC does.
    """
    tied, n_tied = tied_categories(codes)
    return tied[np.cumsum(n_tied) - n_tied]
