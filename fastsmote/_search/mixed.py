"""Nearest rows by numbers and categories, where each differing category adds a fixed distance.

SMOTE-NC's one-hot matrix contains `weight` at a row's category. So a differing category adds
2 weight^2 to the squared distance. Columns with few categories are searched as these one-hot
columns. A column with many categories would need hundreds of them. It is left out of the
search, as if its category always differed, and pairs of rows that share a category of it are
then compared one by one. This is exact: rows that do not share a category are all farther by
the same amount, so the nearest of them are those found without these columns. If that amount
is so large that different distances become equal by rounding, all rows are compared.
"""

import numpy as np

from fastsmote._kernels.layout import Metric
from fastsmote._search.class_index import ClassIndex
from fastsmote._search.lists import NeighborLists
from fastsmote._search.partial_index import PartialIndex
from fastsmote._threads import run_ranges

FEW_CATEGORIES = 16  # up to which a column is always searched as one-hot columns
MOST_CATEGORIES = 128  # up to which it is, if so many rows share a category that it is faster
MANY_PAIRS = 2000  # per row, of rows that share a category
CHUNK_PAIRS = 2**16  # compared at a time, at 100 bytes each


def _searched_as_columns(codes, n_categories):
    if n_categories <= FEW_CATEGORIES:
        return True
    sizes = np.bincount(codes, minlength=n_categories)
    return n_categories <= MOST_CATEGORIES and (sizes**2).sum() > MANY_PAIRS * len(codes)


def _with_columns(X, codes, n_categories, weight):
    """Append to X one column per category, which is `weight` in the rows of the category."""
    columns = np.zeros((len(X), X.shape[1] + sum(n_categories)), X.dtype)
    columns[:, : X.shape[1]] = X
    start = X.shape[1]
    for j, n in enumerate(n_categories):
        columns[np.arange(len(X)), start + codes[:, j]] = weight
        start += n
    return columns


class _Sharers:
    """For each row, the rows that share its category in one column."""

    def __init__(self, codes):
        self.rows = np.argsort(codes, kind="stable")
        sizes = np.bincount(codes)
        self.sizes = sizes[codes]
        self.starts = (np.cumsum(sizes) - sizes)[codes]

    def pairs(self, start, stop):
        """All pairs of a row of a range and a row that shares its category, itself included."""
        sizes = self.sizes[start:stop]
        queries = np.repeat(np.arange(start, stop), sizes)
        offsets = np.arange(len(queries)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return queries, self.rows[self.starts[queries] + offsets]


def _distances_beyond_copies(X, nearest, has_copies):
    """For rows whose lists hold only copies, the squared distance to the nearest other row."""
    lowest = np.minimum(nearest.query_rows, nearest.neighbor_rows.min(axis=1))[has_copies]
    places, place_of = np.unique(lowest, return_inverse=True)
    is_place, is_searched = np.zeros(len(X), bool), ~has_copies
    is_place[places] = is_searched[places] = True  # one row for all copies of it
    if np.count_nonzero(is_searched) == 1:
        return np.full(len(lowest), np.inf)
    index = ClassIndex(X, [np.flatnonzero(is_searched)])
    lists = NeighborLists(index.rows_in_order(0, is_place), 1)
    return index.within(0, lists).finish().sort_by_row().sq_distances[place_of, 0]


def _are_drowned(X, nearest, k, penalty, n_times):
    """Whether adding the penalties may make a row beyond a list's kth as near as the kth."""
    if nearest.sq_distances.shape[1] == k:
        return np.zeros(len(X), bool)
    ends, beyond = nearest.sq_distances[:, k - 1], nearest.sq_distances[:, k].copy()
    is_level, has_copies = beyond == ends, beyond == 0.0
    with np.errstate(over="ignore"):
        # If the next row already ties with the kth, the one after it may be this much farther.
        beyond[is_level] *= 1.0 + 2.0**-20
        if has_copies.any():
            beyond[has_copies] = _distances_beyond_copies(X, nearest, has_copies)
        for _ in range(n_times):
            ends, beyond = ends + penalty, beyond + penalty
    return beyond == ends


def _nearest_by_common_numbers(X, many, metric, k):
    """Find the k nearest rows of each row, some of whose numbers are missing."""
    index = PartialIndex(X, [np.arange(len(X))], metric._replace(codes=many))
    lists = NeighborLists(index.rows_in_order(0), k)
    return index.within(0, lists).finish().sort_by_row().neighbor_rows


def nearest_mixed(X, codes, n_categories, weight, k, has_missing=False):
    """Find the k nearest rows of each row, nearest first.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_numbers), float32 or float64
    codes : ndarray of shape (n_rows, n_columns), int64
        The category of each row, as numbers from 0.
    n_categories : list of int
        The number of categories of each column.
    weight : float
        The entry of the one-hot matrix, in the dtype of X.
    k : int >= 1, < n_rows
    has_missing : bool, default=False
        Whether X contains NaN.

    Returns
    -------
    neighbors : ndarray of shape (n_rows, k), int64
        Ordered by squared distance, ties by row number. A squared distance is the sum over
        the columns of X in order, plus weight^2 twice for each differing category. If numbers
        are missing, it is the sum over the numbers that both rows have, plus the same for
        categories, times the number of all columns over that of the columns that counted.
    """
    metric = Metric(float(X.shape[1] + codes.shape[1]), codes, np.float64(weight) ** 2)
    is_few = [_searched_as_columns(codes[:, j], n) for j, n in enumerate(n_categories)]
    few = [j for j, short in enumerate(is_few) if short]
    many = codes[:, [j for j, short in enumerate(is_few) if not short]]
    X = _with_columns(X, codes[:, few], [n_categories[j] for j in few], weight)
    if has_missing:
        return _nearest_by_common_numbers(X, np.ascontiguousarray(many), metric, k)
    index, n_sought = ClassIndex(X, [np.arange(len(X))]), k
    if many.shape[1] > 0 and k + 1 < len(X):
        n_sought = k + 1  # one more, as a bound on the distance of all others
    lists = NeighborLists(index.rows_in_order(0), n_sought)
    nearest = index.within(0, lists).finish().sort_by_row()
    if many.shape[1] == 0:
        return nearest.neighbor_rows
    sharers = [_Sharers(column) for column in many.T]
    penalty = np.float64(weight) ** 2
    is_drowned = _are_drowned(X, nearest, k, penalty, 2 * many.shape[1])
    out = np.empty((len(X), k), np.int64)

    def decide_some(start, stop):
        pairs = [sharer.pairs(start, stop) for sharer in sharers]
        found = nearest.neighbor_rows[start:stop]
        pairs.append((np.repeat(np.arange(start, stop), found.shape[1]), found.ravel()))
        drowned = start + np.flatnonzero(is_drowned[start:stop])
        pairs.append((np.repeat(drowned, len(X)), np.tile(np.arange(len(X)), len(drowned))))
        queries, others = map(np.concatenate, zip(*pairs, strict=True))
        queries, others = np.divmod(np.unique(queries * len(X) + others), len(X))
        queries, others = queries[queries != others], others[queries != others]
        sq_distances = np.zeros(len(queries))
        with np.errstate(all="ignore"):  # infinite distances are valid
            for f in range(X.shape[1]):  # in feature order, as in the search
                sq_distances += np.subtract(X[queries, f], X[others, f], dtype=np.float64) ** 2
        for column in many.T:
            penalties = np.where(column[queries] != column[others], penalty, 0.0)
            sq_distances += penalties
            sq_distances += penalties
        order = np.lexsort((others, sq_distances, queries))
        firsts = np.searchsorted(queries, np.arange(start, stop))
        out[start:stop] = others[order[firsts[:, None] + np.arange(k)]]

    # Rows of a frequent category may be adjacent, so ranges are split by pairs, not by rows.
    n_pairs = np.where(is_drowned, len(X), 0) + n_sought + sum(s.sizes for s in sharers)
    starts = np.flatnonzero(np.diff(np.cumsum(n_pairs) // CHUNK_PAIRS, prepend=-1))
    ends = np.append(starts, len(X))

    def decide_chunks(first, last):
        for chunk in range(first, last):
            decide_some(ends[chunk], ends[chunk + 1])

    run_ranges(decide_chunks, len(starts), 1, doing="searching neighbors")
    return out
