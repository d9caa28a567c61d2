"""Who is near whom: one search tree a class, built when first asked for.

A forest serves every step of one `fit_resample` call. Trees are of one class each, so
a search within a class, among its enemies or among all rows is a choice of trees, and
what one search found bounds the next.
"""

import numpy as np

from fastsmote import _kernels as kernels
from fastsmote._axes import Frame
from fastsmote._kernels.layout import BLOCK_ROWS, GROUP_ROWS, NO_ROW, Queries, new_walk
from fastsmote._threads import get_n_threads, run_ranges
from fastsmote._tree import build_tree, group_rows

LEAST_PRODUCTS = 2**26  # below this a thread costs more than it saves
TASKS_OF_A_THREAD = 3  # to even out; each costs as much as a small search
COPIES_SAMPLE = 512  # rows that show whether a class has many copies of the same row
MANY_QUERIES = 2**13  # with fewer a look for copies is not worth it
MOST_ROWS_TO_THIN = 2**16  # beyond it finding the copies takes longer than meeting them
GROWING_VISITS = (32,)  # blocks a group visits before those that are done are left out
FEW_ROWS = 2**16  # brought into order without building their tree
EVERY_BLOCK = 2**40
FINISHED_PLACES = 2**16  # of lists that are sorted in a millisecond or two
SELECTION_PRODUCTS = 2**17  # that take as long as the filling of one list
TASK_PRODUCTS = 2**32  # coordinate products a task may need: 100 ms, or 1 s on a crowded machine


class Neighbors:
    """The nearest rows found so far of some query rows, as max-heaps.

    Parameters
    ----------
    rows : ndarray of shape (n,), int64
        The query rows, neighbors in space next to each other for speed.
    k : int >= 1
        The length of the lists.
    """

    def __init__(self, rows, k):
        self.rows = rows
        self.sq_distances = np.full((len(rows), k), np.inf)
        self.neighbors = np.full((len(rows), k), NO_ROW)

    @classmethod
    def given(cls, X, rows, neighbors):
        """One neighbor each, already known, to be improved on."""
        lists = cls(rows, 1)
        lists.neighbors[:, 0] = neighbors
        sq_distances = np.zeros(len(rows))
        with np.errstate(all="ignore"):  # an infinite distance is one
            for f in range(X.shape[1]):  # in feature order, as the search sums
                sq_distances += np.subtract(X[rows, f], X[neighbors, f], dtype=np.float64) ** 2
        lists.sq_distances[:, 0] = sq_distances
        return lists

    @classmethod
    def before(cls, rows, sq_distances, neighbors, k):
        """Up to k rows that come before a given neighbor of each row, still to be found."""
        lists = object.__new__(cls)
        lists.rows = rows
        lists.sq_distances = np.repeat(sq_distances[:, None], k, axis=1)
        lists.neighbors = np.repeat(neighbors[:, None], k, axis=1)
        return lists

    def are_full(self, sq_distances, neighbors):
        """Which of the lists that `before` made hold none of the given neighbors any more."""
        are_nearer = self.sq_distances[:, 0] != sq_distances
        are_nearer |= self.neighbors[:, 0] != neighbors
        return are_nearer

    def put(self, chosen, others):
        """Write other lists in the places that are chosen."""
        self.sq_distances[chosen] = others.sq_distances
        self.neighbors[chosen] = others.neighbors

    def copy(self):
        """The same lists, to go on from."""
        other = self.take(slice(None))
        other.sq_distances, other.neighbors = self.sq_distances.copy(), self.neighbors.copy()
        return other

    def finish(self):
        """Sort each list: nearest first, then lower row number."""
        n_rows, k = self.neighbors.shape
        if k > 1:

            def finish_some(start, stop):
                kernels.search.sort_lists(self.sq_distances, self.neighbors, start, stop)

            run_ranges(finish_some, n_rows, max(1, FINISHED_PLACES // k), doing="sorting neighbors")
        return self

    def take(self, chosen):
        """Some of the lists."""
        other = object.__new__(Neighbors)
        other.rows = self.rows[chosen]
        other.sq_distances = self.sq_distances[chosen]
        other.neighbors = self.neighbors[chosen]
        return other

    def sort_by_row(self):
        """Put the lists in ascending order of their query rows."""
        order = np.argsort(self.rows)
        self.rows = self.rows[order]
        self.sq_distances, self.neighbors = self.sq_distances[order], self.neighbors[order]
        return self


def _slack(coords, nodes, roundoff):
    """How far off a distance of coordinates from a tree's rows may be, for each query."""
    if roundoff == 0.0:
        return np.zeros(len(coords))
    with np.errstate(over="ignore", invalid="ignore"):
        extent = np.linalg.norm(np.maximum(np.abs(nodes.low[0]), np.abs(nodes.high[0])))
        return roundoff * (np.sqrt(np.einsum("ij,ij->i", coords, coords)) + extent)


def improve(neighbors, trees, X, frame, queries_X=None, most_blocks=EVERY_BLOCK, is_cut=None):
    """Let some trees improve the lists, each list in one task from tree to tree.

    ``queries_X`` holds the query rows where they are not rows of X; rows of X are not
    their own neighbors. Where lists of `Neighbors.before` are to be filled there may be one
    tree only; a group of rows visits no more than ``most_blocks`` of it, and ``is_cut``
    tells then for which lists another block might have counted.
    """
    skip_self = queries_X is None
    queries_X = X if skip_self else queries_X
    queries = Queries(
        queries_X,
        neighbors.rows,
        skip_self,
        frame.scale,
        neighbors.sq_distances,
        neighbors.neighbors,
    )
    n_reference = min(sum(len(tree.blocks.rows) for tree in trees), most_blocks * BLOCK_ROWS)

    def task(start, stop):
        coords = frame.coords(queries_X, neighbors.rows[start:stop])
        for tree in trees:
            walk = new_walk(coords, _slack(coords, tree.nodes, frame.roundoff))
            kernels.search.search(tree, X, queries, start, stop, most_blocks, is_cut, walk)

    products = max(1, n_reference) * X.shape[1]
    if len(neighbors.rows) and np.isinf(neighbors.sq_distances[0, 0]):
        products += SELECTION_PRODUCTS
    n_groups = -(-len(neighbors.rows) // GROUP_ROWS)
    total = n_groups * GROUP_ROWS * products
    n_tasks = total // LEAST_PRODUCTS
    if n_tasks > 1:
        n_tasks = max(min(n_tasks, TASKS_OF_A_THREAD * get_n_threads()), total // TASK_PRODUCTS)
    step = -(-n_groups // max(1, n_tasks)) * GROUP_ROWS
    run_ranges(task, len(neighbors.rows), step, doing="searching neighbors")


def _kinds(X):
    """A number for each row of X, the same for copies of one row, bit for bit."""
    X = np.ascontiguousarray(X)
    rows = X.view(f"V{X.dtype.itemsize * X.shape[1]}").ravel()
    return np.unique(rows, return_inverse=True)[1]


def copy_ranks(kinds):
    """How many rows of the same kind stand above each row."""
    order = np.argsort(kinds, kind="stable")
    starts = np.flatnonzero(np.diff(kinds[order], prepend=-1))
    sizes = np.diff(starts, append=len(kinds))
    ranks = np.empty(len(kinds), np.int64)
    ranks[order] = np.arange(len(kinds)) - np.repeat(starts, sizes)
    return ranks


class ClassForest:
    """The search trees of one table's classes.

    Parameters
    ----------
    X : C-contiguous ndarray of shape (n_rows, n_features), float32 or float64
    class_rows : list of ndarray, int64, ascending
        The row numbers of each class.
    n_queries : int, default=None
        About how many rows will look for neighbors. None means all.
    """

    def __init__(self, X, class_rows, n_queries=None):
        self.X, self.class_rows = X, class_rows
        self.frame = Frame(X, len(X) if n_queries is None else n_queries)
        self._trees = [None] * len(class_rows)
        self._thin_trees = {}

    def tree(self, code):
        """The tree of one class, built when first asked for."""
        if self._trees[code] is None:
            self._trees[code] = build_tree(self.X, self.class_rows[code], self.frame)
        return self._trees[code]

    def thin_tree(self, code, k, n_queries):
        """A tree of a class that does for lists of k neighbors of so many rows.

        Of a row that stands in X many times only the k lowest numbers can be among the k
        nearest of another; the others would only be looked at.
        """
        rows = self.class_rows[code]
        if n_queries < MANY_QUERIES or len(rows) > MOST_ROWS_TO_THIN:
            return self.tree(code)
        sample = rows[:: -(-len(rows) // COPIES_SAMPLE)]
        if _kinds(self.X[sample]).max() + 1 > len(sample) // 2:
            return self.tree(code)
        if (code, k) not in self._thin_trees:
            ranks = copy_ranks(_kinds(self.X[rows]))
            self._thin_trees[code, k] = build_tree(self.X, rows[ranks < k], self.frame)
        return self._thin_trees[code, k]

    def rows_in_order(self, code, is_chosen=None):
        """The rows of a class, those near in space near in the order.

        ``is_chosen``, a mask over all rows of X, takes some of them.
        """
        if self._trees[code] is None and len(self.class_rows[code]) <= FEW_ROWS:
            rows = self.class_rows[code]
        else:
            rows = self.tree(code).blocks.rows
            rows = rows[rows >= 0]
        if is_chosen is not None:
            rows = rows[is_chosen[rows]]
        return group_rows(self.X, rows, self.frame)

    def given(self, rows, others):
        """One neighbor each, already known, to be improved on."""
        return Neighbors.given(self.X, rows, others)

    def within(self, code, neighbors):
        """Improve the lists by the rows of one class."""
        improve(neighbors, [self.tree(code)], self.X, self.frame)
        return neighbors

    def fill_within(self, code, neighbors):
        """Fill lists of `Neighbors.before` by rows of one class, in any order.

        Most rows find enough of them in their own block, or none in reach; the others,
        closed up, start anew.

        Returns
        -------
        is_full : ndarray of shape (len(neighbors.rows),), bool
            Whether there are as many rows as places. The other lists are left undefined.
        """
        n_queries, k = neighbors.neighbors.shape
        tree = self.thin_tree(code, k + 1, n_queries)  # a row does not count itself
        sq_distances, rows = neighbors.sq_distances[:, 0].copy(), neighbors.neighbors[:, 0].copy()
        is_full, left = self._fill(tree, neighbors, sq_distances, rows, 1)
        for most_blocks in (*GROWING_VISITS, EVERY_BLOCK):
            lists = Neighbors.before(neighbors.rows[left], sq_distances[left], rows[left], k)
            is_full[left], still = self._fill(
                tree, lists, sq_distances[left], rows[left], most_blocks
            )
            neighbors.put(left, lists)
            left = left[still]
        return is_full

    def _fill(self, tree, lists, sq_distances, rows, most_blocks):
        """Count rows that come before the given ones; which lists are full, which still open."""
        is_cut = np.zeros(len(lists.rows), bool)
        improve(lists, [tree], self.X, self.frame, most_blocks=most_blocks, is_cut=is_cut)
        is_full = lists.are_full(sq_distances, rows)
        return is_full, np.flatnonzero(is_cut & ~is_full)

    def _other_trees(self, code, neighbors):
        n_queries, k = neighbors.neighbors.shape
        others = [c for c in range(len(self.class_rows)) if c != code]
        return [self.thin_tree(c, k, n_queries) for c in others]

    def among_others(self, code, neighbors):
        """Improve the lists by the rows of every class but one."""
        improve(neighbors, self._other_trees(code, neighbors), self.X, self.frame)
        return neighbors

    def among_all(self, code, neighbors):
        """Improve the lists, of rows of one class, by that class first, then the others."""
        trees = [self.tree(code), *self._other_trees(code, neighbors)]
        improve(neighbors, trees, self.X, self.frame)
        return neighbors

    def among(self, code, neighbors):
        """Improve the lists by the rows of one class, the query row itself included."""
        n_queries, k = neighbors.neighbors.shape
        trees = [self.thin_tree(code, k, n_queries)]
        improve(neighbors, trees, self.X, self.frame, self.X)
        return neighbors
