"""Categories: their weight in a distance, and the vote that gives a new row its category."""

import numpy as np
from scipy import sparse
from sklearn.utils.sparsefuncs_fast import csr_mean_variance_axis0

from fastsmote import _kernels as kernels
from fastsmote._threads import run_ranges

LEAST_WEIGHT = 2e-8  # below it, imbalanced-learn's vote treats unequal counts as equal
FOUND_VOTERS = 2**15  # per task


def median_deviation(X):
    """Return the median of the columns' standard deviations, rounded as in imbalanced-learn.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_features)
        The numbers of one class. NaN does not count, nor does a column of NaN.

    Returns
    -------
    median : float
        NaN or infinite if the deviations that it is taken of overflow.

    References
    ----------
    N. V. Chawla, K. W. Bowyer, L. O. Hall, W. P. Kegelmeyer, "SMOTE", JAIR 16, 2002,
    section 6.1.
    """
    variances = csr_mean_variance_axis0(sparse.csr_matrix(X))[1]
    deviations = np.sqrt(variances)
    is_left_out = np.isnan(deviations)  # without a value, or because squares overflow
    is_left_out[is_left_out] = np.isnan(X[:, is_left_out]).all(axis=0)
    return 0.0 if is_left_out.all() else np.median(deviations[~is_left_out])


def category_weight(median, dtype):
    """Return the one-hot value of a category: the median deviation over sqrt(2).

    With this value, a different category adds the median deviation to the distance.
    """
    return dtype.type(median / np.sqrt(2))


def hardly_varies(median, weight):
    """Whether numbers vary so little that imbalanced-learn counts the votes differently."""
    return median > 0 and weight < LEAST_WEIGHT


def reason_not_compiled(median, weight):
    """Return why compiled code cannot use a median deviation and its weight, or None."""
    if hardly_varies(median, weight):
        return "the numbers hardly vary"
    return None if np.isfinite(weight) else "the numbers vary too much"


def tied_categories(codes):
    """Find all categories with the most votes in each row of votes.

    Returns
    -------
    tied : ndarray, int64
        The categories of all rows, one row after the other, ascending within a row.
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
    """Find the category with the most votes in each row of votes; of several, the lowest.

    SMOTEN takes the lowest, whereas SMOTE-NC draws among the tied categories.
    """
    tied, n_tied = tied_categories(codes)
    return tied[np.cumsum(n_tied) - n_tied]


def first_voters(codes, neighbors, places, new_codes, rows):
    """Find a row that voted for each new category: the first one of the neighbor list.

    Parameters
    ----------
    codes : ndarray of shape (n_rows, n_columns), int
        The categories of the rows of one class.
    neighbors : ndarray of shape (n_lists, k), int64
        Places in the class.
    places : ndarray of shape (n_new,), int
        The list whose rows voted on each new row.
    new_codes : ndarray of shape (n_new, n_columns), int
        The categories that won.
    rows : ndarray of shape (n_rows,), int64
        The row numbers of the class.

    Returns
    -------
    voters : ndarray of shape (n_new, n_columns), int64
        Row numbers.
    """
    voters = np.empty(new_codes.shape, np.int64)
    # In one dtype, so that the kernel is compiled once.
    codes, new_codes = (np.ascontiguousarray(each, np.int32) for each in (codes, new_codes))
    places = places.astype(np.int64, copy=False)

    def find_some(start, stop):
        kernels.categories.find_voters(
            codes, neighbors, places, new_codes, rows, start, stop, voters
        )

    step = max(1, FOUND_VOTERS // max(1, new_codes.shape[1]))
    run_ranges(find_some, len(voters), step, doing="making rows")
    return voters
