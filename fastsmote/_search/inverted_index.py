"""The index of a sparse table, which finds neighbors without a dense copy.

Each class has an inverted index, from a feature to the rows that have it. The index gives the
products of a query with all rows of a class; the number of steps is the number of features
that the query shares with these rows. The products exclude most rows; exact sums decide the
others.
"""

from itertools import pairwise

import numpy as np
from scipy import sparse
from sklearn.utils.extmath import row_norms

from fastsmote import _kernels as kernels
from fastsmote._kernels.layout import TINY64, Postings, SparseRows, kernel_input
from fastsmote._search.lists import Bounds, Counts, NeighborLists
from fastsmote._threads import run_ranges

FEW_FEATURES = 64  # a dense copy takes at most 512 bytes per row
TIMES_SPARSE = 2  # a dense copy at most this many times as large is faster to search
TASK_POSTINGS = 2**24  # products per task, in about 20 ms
MEASURED_VALUES = 2**19  # per task
MOST_SQ_LENGTH = 1e300  # rows with a larger squared length are not screened


def canonical_rows(X):
    """Return X in canonical CSR format, without modifying X."""
    rows = X.tocsr()
    if not rows.has_canonical_format:
        rows = rows.copy() if rows is X else rows
        rows.sum_duplicates()
    return rows


def is_searched_dense(X):
    """Whether a dense copy of a sparse table is small, and therefore faster to search.

    This holds if X has at most 64 features, or if the copy takes at most twice the bytes of X.
    """
    item_bytes = X.dtype.itemsize if X.dtype.kind == "f" else 8
    dense_bytes = X.shape[0] * X.shape[1] * item_bytes
    sparse_bytes = X.data.nbytes + X.indices.nbytes + X.indptr.nbytes
    return X.shape[1] <= FEW_FEATURES or dense_bytes <= TIMES_SPARSE * sparse_bytes


def kernel_rows(X, values, features):
    starts = X.indptr.astype(np.int64, copy=False)
    return SparseRows(kernel_input(values), kernel_input(features), kernel_input(starts))


def _numbered(X):
    """Return the features of X as int32, renumbered if there are more features than values."""
    if X.shape[1] > min(len(X.indices), np.iinfo(np.int32).max):
        used, features = np.unique(X.indices, return_inverse=True)
        return features.astype(np.int32), max(1, len(used))
    return X.indices.astype(np.int32, copy=False), X.shape[1]


class InvertedIndex:
    """The inverted indexes of the classes of a sparse table, with the methods of `ClassIndex`.

    Parameters
    ----------
    X : canonical CSR matrix or array of shape (n_rows, n_features)
    class_rows : list of ndarray, int64, ascending
        The row numbers of each class.
    """

    has_missing = False

    def __init__(self, X, class_rows):
        self.X = self.table = X
        self.class_rows = class_rows
        values = X.data.astype(np.float64, copy=False)
        features, n_features = _numbered(X)
        self._table = kernel_rows(X, values, features)
        self._rows = sparse.csr_matrix(
            (values, features, X.indptr), shape=(X.shape[0], n_features), copy=False
        )
        self._share = (8.0 * np.diff(X.indptr).max(initial=0) + 64.0) * 2.0**-53
        self._low_norms = self._find_low_norms()
        self._postings = [None] * len(class_rows)

    def _find_low_norms(self):
        """Return the squared lengths of all rows, reduced as the screening needs it."""
        norms = row_norms(self._rows, squared=True)
        low_norms = norms * (1.0 - self._share) - TINY64
        low_norms[~(norms <= MOST_SQ_LENGTH)] = -np.inf
        return low_norms

    def postings(self, code):
        """Return the inverted index of one class, built at first use."""
        if self._postings[code] is None:
            rows = self.class_rows[code]
            by_feature = self._rows[rows].tocsc()
            self._postings[code] = Postings(
                by_feature.data,
                by_feature.indices.astype(np.uint32, copy=False),
                by_feature.indptr.astype(np.int64, copy=False),
                rows,
                self._low_norms[rows],
                float(np.abs(self._low_norms[rows]).max()),
                self._share,
            )
        return self._postings[code]

    def _run(self, task, code, n_queries, *, doing):
        """Run ``task(start, stop, postings, dots)`` over ranges of queries of one class."""
        postings = self.postings(code)
        n_rows = len(postings.rows)
        n_having = np.diff(postings.starts)  # of each feature; as frequent in queries
        products = n_rows + int((n_having * (n_having / n_rows)).sum())
        step = max(1, TASK_POSTINGS // products)

        def run_some(start, stop):
            task(start, stop, postings, np.zeros(n_rows))

        run_ranges(run_some, n_queries, step, doing=doing)

    def _improve(self, code, lists):
        """Improve the lists by the rows of one class."""
        if len(self.class_rows[code]) == 0:
            return
        k = lists.neighbor_rows.shape[1]

        def improve_some(start, stop, postings, dots):
            kernels.csr.nearest(
                self._table,
                self._low_norms,
                postings,
                lists.query_rows,
                start,
                stop,
                dots,
                np.empty(k),
                np.empty(k, np.int64),
                lists.sq_distances,
                lists.neighbor_rows,
            )

        self._run(improve_some, code, len(lists.query_rows), doing="searching neighbors")

    def rows_in_order(self, code, is_chosen=None):
        """Return the rows of a class; ``is_chosen``, a mask over all rows, selects some."""
        rows = self.class_rows[code]
        return rows if is_chosen is None else rows[is_chosen[rows]]

    def copy_ids(self, rows):
        """Number some rows, so that rows whose features are equal have the same number."""
        X, ids = self._rows[rows], {}
        X.eliminate_zeros()
        keys = [
            (X.indices[start:stop].tobytes(), X.data[start:stop].tobytes())
            for start, stop in pairwise(X.indptr)
        ]
        return np.array([ids.setdefault(key, len(ids)) for key in keys], np.int64)

    def given(self, rows, others):
        """Return lists of one known neighbor each, for a search to improve."""
        lists = NeighborLists(rows, 1)
        lists.neighbor_rows[:, 0] = others

        def measure_some(start, stop):
            kernels.csr.sq_distances(self._table, rows, others, start, stop, lists.sq_distances)

        run_ranges(measure_some, len(rows), MEASURED_VALUES, doing="measuring distances")
        return lists

    def within(self, code, neighbors):
        """Improve the lists by the rows of one class."""
        self._improve(code, neighbors)
        return neighbors

    def bound_within(self, code, rows, k):
        """Return no bounds: this index has no blocks that hold near rows."""
        return Bounds.unknown(len(rows), k)

    def count_before(self, code, limits, n_wanted, are_bounded=False):
        """Count the rows of one class before each limit, as in `ClassIndex.count_before`."""
        counts = Counts.zeros(len(limits.query_rows), n_wanted)
        if len(self.class_rows[code]) == 0:
            return counts

        def count_some(start, stop, postings, dots):
            kernels.csr.count_before(
                self._table,
                self._low_norms,
                postings,
                limits.query_rows,
                start,
                stop,
                limits.sq_distances,
                limits.neighbor_rows,
                dots,
                *counts,
            )

        self._run(count_some, code, len(limits.query_rows), doing="counting neighbors")
        return counts

    def among_others(self, code, neighbors):
        """Improve the lists by the rows of every class but one."""
        for other in range(len(self.class_rows)):
            if other != code:
                self._improve(other, neighbors)
        return neighbors

    def among_all(self, code, neighbors):
        """Improve the lists of rows of one class, by that class first and then the others."""
        self._improve(code, neighbors)
        return self.among_others(code, neighbors)
