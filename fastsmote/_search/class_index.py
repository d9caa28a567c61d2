"""The index of a dense table: one search tree per class, built at first use.

One index serves all steps of a `fit_resample` call. Each tree holds one class. A search within
a class, among the other classes or among all rows selects trees, and the distances found in
one tree bound the search of the next.
"""

import numpy as np
from scipy import sparse

from fastsmote import _kernels as kernels
from fastsmote._kernels.layout import (
    BLOCK_ROWS,
    EVERY_BLOCK,
    GROUP_ROWS,
    CountQueries,
    Queries,
    new_walk,
)
from fastsmote._search.inverted_index import InvertedIndex, canonical_rows, is_searched_dense
from fastsmote._search.kd_tree import build_tree, group_rows
from fastsmote._search.lists import Bounds, Counts, NeighborLists, is_search_array, search_array
from fastsmote._search.partial_index import PartialIndex
from fastsmote._search.projection import Projection
from fastsmote._search.self_join import join_within
from fastsmote._threads import get_n_threads, run_ranges

LEAST_PRODUCTS = 2**26  # fewer products: a thread costs more than it saves
TASKS_OF_A_THREAD = 3  # to balance the load; each task costs as much as a small search
COPIES_SAMPLE = 512  # sample size to test whether a class has many copies of a row
MANY_QUERIES = 2**13  # fewer queries: finding copies costs more than it saves
MOST_ROWS_TO_THIN = 2**16  # more rows: finding copies costs more than it saves
GROWING_VISITS = (1, 32)  # blocks per group before finished queries are dropped
FEW_ROWS_TO_ORDER = 2**16  # so few rows are ordered without building their tree
SELECTION_PRODUCTS = 2**17  # take as long as filling one list
TASK_PRODUCTS = 2**32  # maximum per task: 100 ms, or 1 s on a busy machine


def _slack(coords, nodes, roundoff):
    """Bound the error of each query's coordinate distances to the rows of a tree."""
    if roundoff == 0.0:
        return np.zeros(len(coords))
    with np.errstate(over="ignore", invalid="ignore"):
        extent = np.linalg.norm(np.maximum(np.abs(nodes.low[0]), np.abs(nodes.high[0])))
        return roundoff * (np.sqrt(np.einsum("ij,ij->i", coords, coords)) + extent)


def _run_groups(task, n_queries, n_reference, n_features, extra_products=0, *, doing):
    """Run ``task(start, stop)`` over ranges of queries in parallel, in whole groups."""
    products = max(1, n_reference) * n_features + extra_products
    n_groups = -(-n_queries // GROUP_ROWS)
    total = n_groups * GROUP_ROWS * products
    n_tasks = total // LEAST_PRODUCTS
    if n_tasks > 1:
        n_tasks = max(min(n_tasks, TASKS_OF_A_THREAD * get_n_threads()), total // TASK_PRODUCTS)
    step = -(-n_groups // max(1, n_tasks)) * GROUP_ROWS
    if 1 < n_tasks and n_groups < get_n_threads():  # half a group on each of two threads
        step = -(-n_queries // min(n_tasks, get_n_threads()))
    run_ranges(task, n_queries, step, doing=doing)


def improve(lists, trees, X, projection, queries_X=None, most_blocks=EVERY_BLOCK):
    """Improve neighbor lists by the rows of some trees, one tree after the other.

    The queries are rows of ``queries_X``. If it is None, they are rows of X, and a row is not its
    own neighbor. Each group of queries visits at most ``most_blocks`` blocks of a tree.
    """
    skip_self = queries_X is None
    queries_X = X if skip_self else queries_X
    queries = Queries(
        queries_X,
        lists.query_rows,
        skip_self,
        projection.scale,
        lists.sq_distances,
        lists.neighbor_rows,
    )

    def task(start, stop):
        coords = projection.coords(queries_X, lists.query_rows[start:stop])
        for tree in trees:
            walk = new_walk(coords, _slack(coords, tree.nodes, projection.roundoff))
            kernels.search.search(tree, X, queries, start, stop, most_blocks, walk)

    n_queries, most_rows = len(lists.query_rows), most_blocks * BLOCK_ROWS
    n_reference = sum(min(len(tree.blocks.rows), most_rows) for tree in trees)
    is_empty = n_queries > 0 and np.isinf(lists.sq_distances[0, 0])
    extra = SELECTION_PRODUCTS if is_empty else 0
    _run_groups(task, n_queries, n_reference, X.shape[1], extra, doing="searching neighbors")


def _copy_ids(X):
    """Number the rows of X, so that bit-identical rows have the same number."""
    X = np.ascontiguousarray(X)
    rows = X.view(f"V{X.dtype.itemsize * X.shape[1]}").ravel()
    return np.unique(rows, return_inverse=True)[1]


def copy_ranks(copy_ids):
    """For each row, count the earlier rows with the same id."""
    order = np.argsort(copy_ids, kind="stable")
    starts = np.flatnonzero(np.diff(copy_ids[order], prepend=-1))
    sizes = np.diff(starts, append=len(copy_ids))
    ranks = np.empty(len(copy_ids), np.int64)
    ranks[order] = np.arange(len(copy_ids)) - np.repeat(starts, sizes)
    return ranks


class ClassIndex:
    """The search trees of one table's classes.

    Parameters
    ----------
    X : C-contiguous ndarray of shape (n_rows, n_features), float32 or float64
    class_rows : list of ndarray, int64, ascending
        The row numbers of each class.
    n_queries : int, default=None
        The approximate number of query rows. None means all rows.
    """

    has_missing = False

    def __init__(self, X, class_rows, n_queries=None):
        self.X = self.table = X
        self.class_rows = class_rows
        self.projection = Projection(X, len(X) if n_queries is None else n_queries)
        self._trees = [None] * len(class_rows)
        self._thin_trees = {}

    def tree(self, code):
        """Return the tree of one class, built at first use."""
        if self._trees[code] is None:
            self._trees[code] = build_tree(self.X, self.class_rows[code], self.projection)
        return self._trees[code]

    def thin_tree(self, code, k, n_queries):
        """Return a tree of a class that suffices to find k neighbors of each query.

        If X contains copies of a row, only the k copies with the lowest row numbers can be
        among the k nearest rows of another row. The tree holds only these if a sample shows many
        copies, and if the numbers of rows and queries make this pay off.
        """
        rows = self.class_rows[code]
        if n_queries < MANY_QUERIES or len(rows) > MOST_ROWS_TO_THIN:
            return self.tree(code)
        sample = rows[:: -(-len(rows) // COPIES_SAMPLE)]
        if _copy_ids(self.X[sample]).max() + 1 > len(sample) // 2:
            return self.tree(code)
        if (code, k) not in self._thin_trees:
            ranks = copy_ranks(_copy_ids(self.X[rows]))
            self._thin_trees[code, k] = build_tree(self.X, rows[ranks < k], self.projection)
        return self._thin_trees[code, k]

    def keep(self, code, rows):
        """Remove all rows of a class but some.

        The tree of the class keeps its boxes, which become a little too large.

        Parameters
        ----------
        code : int
        rows : ndarray of shape (n,), int64, ascending
            Rows of the class.
        """
        if len(rows) == len(self.class_rows[code]):
            return
        tree = self._trees[code]
        if tree is not None:
            is_kept = np.zeros(len(self.X), bool)
            is_kept[rows] = True
            tree_rows = tree.blocks.rows
            is_removed = (tree_rows >= 0) & ~is_kept[tree_rows]
            tree_rows[is_removed], tree.blocks.norms[is_removed] = -1, np.inf
        # A row that is left may have been left out as a copy of one that is removed.
        self._thin_trees = {key: thin for key, thin in self._thin_trees.items() if key[0] != code}
        self.class_rows = [*self.class_rows[:code], rows, *self.class_rows[code + 1 :]]

    def rows_in_order(self, code, is_chosen=None):
        """Return the rows of a class, ordered so that consecutive rows are near each other.

        ``is_chosen``, a mask over all rows of X, selects some of them.
        """
        is_small = len(self.class_rows[code]) <= FEW_ROWS_TO_ORDER
        if self._trees[code] is None and (is_small or not self.projection.orders_rows):
            rows = self.class_rows[code]
        else:
            panels = self.tree(code).blocks.rows.reshape(-1, GROUP_ROWS)
            if is_chosen is None and self.projection.orders_rows:
                is_full = (panels >= 0).all(axis=1)
                rest = panels[~is_full]
                rest = group_rows(self.X, rest[rest >= 0], self.projection)
                return np.concatenate([panels[is_full].ravel(), rest])
            rows = panels[panels >= 0]
        if is_chosen is not None:
            rows = rows[is_chosen[rows]]
        return group_rows(self.X, rows, self.projection)

    def copy_ids(self, rows):
        """Number some rows, so that rows whose features are equal have the same number."""
        return _copy_ids(self.X[rows] + 0.0)  # which turns -0.0 into 0.0

    def given(self, rows, others):
        """Return lists of one known neighbor each, for a search to improve."""
        return NeighborLists.given(self.X, rows, others)

    def within(self, code, neighbors):
        """Improve the lists by the rows of one class."""
        tree = self.tree(code)
        if not join_within(neighbors, tree, self.X, self.projection):
            improve(neighbors, [tree], self.X, self.projection)
        return neighbors

    def bound_within(self, code, rows, k):
        """Bound the distances from rows of a class to their k nearest rows of the class.

        The bound comes from the rows of one block, the query's own.

        Parameters
        ----------
        code : int
        rows : ndarray of shape (n,), int64
            Rows of the class.
        k : int >= 1

        Returns
        -------
        Bounds
        """
        (nodes, blocks), n_features = self.tree(code), self.X.shape[1]
        all_places = np.empty(len(self.X), np.int64)
        is_row = blocks.rows >= 0
        all_places[blocks.rows[is_row]] = np.flatnonzero(is_row)
        places, bounds = all_places[rows], Bounds.unknown(len(rows), k)
        scale, slack = self.projection.scale, self.projection.slack_within(nodes)

        def bound_some(start, stop):
            values = np.empty(BLOCK_ROWS, np.float32)
            kernels.bounding.bound_by_blocks(
                blocks, n_features, places, start, stop,
                scale, slack, values, bounds.near_rows, bounds.sq_distances,
            )  # fmt: skip

        _run_groups(bound_some, len(rows), BLOCK_ROWS, n_features, doing="searching neighbors")
        return bounds

    def count_before(self, code, limits, n_wanted, are_bounded=False):
        """For each query row, count the rows of one class that come before a given neighbor.

        Most queries find enough rows in the first blocks, or have no other block in reach. The
        other queries are regrouped, start again, and visit more blocks.

        Parameters
        ----------
        code : int
            The class whose rows are counted. A row does not count itself.
        limits : Limits
        n_wanted : int >= 1
            The count at which counting stops.
        are_bounded : bool, default=False
            Whether the limits are known to be nearer than the bounds of `bound_within`, so that
            one block rarely has enough rows.

        Returns
        -------
        Counts
        """
        tree = self.thin_tree(code, n_wanted + 1, len(limits.query_rows))
        first, *growing = (*GROWING_VISITS[are_bounded:], EVERY_BLOCK)
        counts, is_cut = self._count(tree, limits, n_wanted, first)
        left = np.flatnonzero(is_cut & ~counts.are_enough())
        for most_blocks in growing:
            again, is_cut = self._count(tree, limits.take(left), n_wanted, most_blocks)
            counts.put(left, again)
            left = left[is_cut & ~again.are_enough()]
        return counts

    def _count(self, tree, limits, n_wanted, most_blocks):
        """Count in at most ``most_blocks`` blocks per group.

        Also return which queries have more blocks in reach.
        """
        X, n_queries = self.X, len(limits.query_rows)
        counts, is_cut = Counts.zeros(n_queries, n_wanted), np.zeros(n_queries, bool)
        scale = self.projection.scale
        queries = CountQueries(X, limits.query_rows, True, scale, *limits[1:], *counts)

        def task(start, stop):
            coords = self.projection.coords(X, limits.query_rows[start:stop])
            walk = new_walk(coords, _slack(coords, tree.nodes, self.projection.roundoff))
            kernels.count.count_before(tree, X, queries, start, stop, most_blocks, is_cut, walk)

        n_reference = min(len(tree.blocks.rows), most_blocks * BLOCK_ROWS)
        _run_groups(task, n_queries, n_reference, X.shape[1], doing="counting neighbors")
        return counts, is_cut

    def _other_trees(self, code, neighbors):
        n_queries, k = neighbors.neighbor_rows.shape
        others = [c for c in range(len(self.class_rows)) if c != code]
        return [self.thin_tree(c, k, n_queries) for c in others]

    def among_others(self, code, neighbors):
        """Improve the lists by the rows of every class but one."""
        improve(neighbors, self._other_trees(code, neighbors), self.X, self.projection)
        return neighbors

    def among_all(self, code, neighbors):
        """Improve the lists of rows of one class, by that class first and then the others."""
        trees = [self.tree(code), *self._other_trees(code, neighbors)]
        improve(neighbors, trees, self.X, self.projection)
        return neighbors

    def among_class(self, code, neighbors):
        """Improve the lists by the rows of one class, including the query row itself."""
        n_queries, k = neighbors.neighbor_rows.shape
        trees = [self.thin_tree(code, k, n_queries)]
        improve(neighbors, trees, self.X, self.projection, self.X)
        return neighbors


def build_index(X, class_rows, n_queries=None, has_missing=False):
    """Return the index for a dense or sparse table, or for a dense one with missing values."""
    if has_missing:
        index = PartialIndex(search_array(X), class_rows)
    elif not sparse.issparse(X):
        index = ClassIndex(search_array(X), class_rows, n_queries)
    else:
        rows = canonical_rows(X)
        if is_searched_dense(rows):
            index = ClassIndex(search_array(rows.toarray()), class_rows, n_queries)
        else:
            index = InvertedIndex(rows, class_rows)
    index.table, index.numbers = X, None
    return index


def _index_copied(X, class_rows, has_missing):
    """Return an index of a copy of the rows of some classes, and of no other rows.

    Its row numbers are places in the copy; ``index.numbers`` has their row numbers in X.
    """
    stops = np.cumsum([len(rows) for rows in class_rows])
    numbers = np.concatenate([np.empty(0, np.int64), *class_rows])
    places = np.split(np.arange(len(numbers)), stops[:-1]) if class_rows else []
    index = (PartialIndex if has_missing else ClassIndex)(search_array(X, numbers), places)
    index.table, index.numbers = X, numbers
    return index


def index_classes(X, y, labels, with_others=True, has_missing=False):
    """Return an index with a class for each label, in order, and one for all other rows.

    If ``with_others`` is False and X must be copied to be searched, only the rows of the labels
    are copied, and ``index.numbers`` is not None.
    """
    class_rows = [np.flatnonzero(y == label) for label in labels]
    n_queries = sum(map(len, class_rows))
    if not (with_others or sparse.issparse(X) or is_search_array(X)) and n_queries:
        return _index_copied(X, class_rows, has_missing)
    if with_others and n_queries < len(y):
        is_other = np.ones(len(y), bool)
        for rows in class_rows:
            is_other[rows] = False
        class_rows.append(np.flatnonzero(is_other))
    return build_index(X, class_rows, n_queries, has_missing)
