"""SMOTE-NC: what a category weighs beside numbers."""

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
