"""Nearest rows of categories under the value difference metric."""

import numpy as np

from fastsmote import _kernels as kernels
from fastsmote._search.class_index import copy_ranks
from fastsmote._threads import run_ranges

TASK_LOOKUPS = 2**22  # of category differences, per task


def _copy_ids(codes, n_categories):
    """A number for each row, equal for rows whose categories are all equal."""
    copy_ids, n_ids = np.zeros(len(codes), np.int64), 1
    for column, n in zip(codes.T, n_categories, strict=True):
        if n_ids * n >= 2**62:
            copy_ids = np.unique(copy_ids, return_inverse=True)[1]
            n_ids = int(copy_ids.max()) + 1
        copy_ids = copy_ids * n + column
        n_ids *= n
    return np.unique(copy_ids, return_inverse=True)[1]


def nearest_by_difference(codes, proba, k):
    """Find the k nearest rows of each row, itself included, by the value difference metric.

    For one feature, sum over classes the absolute difference between the class's shares of
    the two categories, and square the sum. The distance is the sum of these over features.

    Copies of a row have the same k nearest rows, and at most k copies of one row can be among
    them. So only one copy of each row is a query, and at most k of its copies are searched.

    Parameters
    ----------
    codes : ndarray of shape (n_rows, n_features), int
        The category of each row, as numbers from 0.
    proba : list of n_features ndarray of shape (n_categories, n_classes)
        The share of each class among the rows of a category.
    k : int >= 1, <= n_rows

    Returns
    -------
    copy_ids : ndarray of shape (n_rows,), int64
        Rows with the same number have the same neighbors.
    neighbors : ndarray of shape (n_ids, k), int64
        Ordered by distance, ties by row number.
    """
    n_categories = [len(shares) for shares in proba]
    bounds = np.cumsum([0, *n_categories])
    copy_ids = _copy_ids(codes, n_categories)
    ranks = copy_ranks(copy_ids)
    rows = np.flatnonzero(ranks < k)
    categories = codes[rows] + bounds[:-1]
    asking = np.flatnonzero(ranks[rows] == 0)
    asking = asking[np.argsort(copy_ids[rows[asking]])]
    distances = np.full((len(asking), k), np.inf)
    neighbors = np.empty((len(asking), k), np.int64)
    shares = np.concatenate(proba)

    def find_some(start, stop):
        differences = np.empty(len(shares))
        kernels.categories.nearest(
            categories,
            shares,
            bounds,
            rows,
            asking,
            start,
            stop,
            differences,
            distances,
            neighbors,
        )

    n_lookups = categories.size + shares.size
    step = max(1, TASK_LOOKUPS // n_lookups)
    run_ranges(find_some, len(asking), step, doing="searching neighbors")
    return copy_ids, neighbors
