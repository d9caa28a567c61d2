"""Nearest rows of categories, by the value difference metric."""

import numpy as np

from fastsmote import _kernels as kernels
from fastsmote._search.class_index import copy_ranks
from fastsmote._threads import run_ranges

TASK_LOOKUPS = 2**22  # differences that one task looks up


def _copy_ids(codes, n_categories):
    """A number for each row, the same for rows of the same categories."""
    copy_ids, n_ids = np.zeros(len(codes), np.int64), 1
    for column, n in zip(codes.T, n_categories, strict=True):
        if n_ids * n >= 2**62:
            copy_ids = np.unique(copy_ids, return_inverse=True)[1]
            n_ids = int(copy_ids.max()) + 1
        copy_ids = copy_ids * n + column
        n_ids *= n
    return np.unique(copy_ids, return_inverse=True)[1]


def nearest_by_difference(codes, proba, k):
    """The k nearest rows of each row, itself among them, by the value difference metric.

    The distance is the sum over features of the squared sum over classes of the
    difference between the shares that the class has of the two categories.

    Copies of a row have the same k nearest, and of the copies of one row no more than k
    can be among them: so one of them asks, and k of them answer.

    Parameters
    ----------
    codes : ndarray of shape (n_rows, n_features), int
        The category of each row, from 0 on.
    proba : list of n_features ndarray of shape (n_categories, n_classes)
        Each class's share of the rows of a category.
    k : int >= 1, <= n_rows

    Returns
    -------
    copy_ids : ndarray of shape (n_rows,), int64
        Rows of the same number have the same neighbors.
    neighbors : ndarray of shape (n_ids, k), int64
        The rows with the least (distance, row number), in that order.
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
