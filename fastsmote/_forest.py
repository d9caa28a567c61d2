"""Who is near whom: one search tree a class, built when first asked for.

A forest serves every step of one `fit_resample` call. Trees are of one class each, so
a search within a class, among its enemies or among all rows is a choice of trees, and
what one search found bounds the next.
"""

import numpy as np

from fastsmote._kernels.kd_blocks import (
    BLOCK_ROWS,
    Subtree,
    Tree,
    build,
    join,
    project,
    project_on,
    select,
)
from fastsmote._kernels.search import GROUP_ROWS, NO_ROW, Queries, finish, new_walk, search
from fastsmote._threads import run_ranges

SUBTREE_BLOCKS = 64  # built by one task, in cache; rows of larger nodes stay where they are
SAMPLE_ROWS = 4096  # enough to find the axes, which only the speed depends on
MAX_ROTATED_FEATURES = 128  # a row's rotation costs the square of this
MAX_SPREAD_RATIO = 1e6  # of columns; beyond it a rotation would drown the narrow ones
TASK_PRODUCTS = 2**31  # coordinate products a task may need, so that it ends in 100 ms


class Frame:
    """Coordinates in which boxes are tight: the principal axes of a sample of rows.

    Distances are the same up to ``roundoff`` times the distance from the origin; only
    bounds are ever computed in a frame, so any axes give the same neighbors. Without
    axes coordinates are X itself and exact.
    """

    def __init__(self, X):
        n_features = X.shape[1]
        self.origin, self.axes, self.roundoff = np.zeros(n_features), np.empty((0, 0)), 0.0
        if not 2 <= n_features <= MAX_ROTATED_FEATURES or len(X) <= BLOCK_ROWS:
            return
        sample = X[:: -(-len(X) // SAMPLE_ROWS)].astype(np.float64)
        origin = sample[0] + (sample - sample[0]).mean(axis=0)
        sample -= origin
        spread = np.abs(sample).max(axis=0)
        if not spread.any() or spread.max() > MAX_SPREAD_RATIO * spread[spread > 0].min():
            return
        sample /= spread.max()
        self.axes = np.ascontiguousarray(np.linalg.eigh(sample.T @ sample)[1][:, ::-1])
        self.origin = origin
        # sqrt(d) gamma(d + 2) for the products, 8 d eps for the axes' orthonormality,
        # and twice that for the two ends of a distance.
        eps = np.finfo(np.float64).eps
        self.roundoff = 2 * eps * (n_features**0.5 * (n_features + 4) + 8 * n_features)

    def coords(self, X, rows):
        """Coordinates of some rows of X, float64 of shape (len(rows), n_features)."""
        if len(self.axes) == 0:
            return X[rows].astype(np.float64, copy=False)
        out = np.zeros((len(rows), X.shape[1]))
        project(X, rows, 0, len(rows), self.origin, self.axes, out)
        return out

    def coordinate(self, X, rows, start, stop, feature, out):
        """Write one coordinate of rows[start:stop] to out[start:stop]."""
        if len(self.axes) == 0:
            out[start:stop] = X[rows[start:stop], feature]
        else:
            axis = np.ascontiguousarray(self.axes[:, feature])
            project_on(X, rows, start, stop, self.origin, axis, out)


def _empty_tree(n_rows, n_features):
    n_blocks = -(-n_rows // BLOCK_ROWS)
    n_nodes = 2 * n_blocks - 1
    n_places = n_blocks * BLOCK_ROWS
    tree = Tree(
        rows=np.empty(n_places, np.int64),
        panels=np.empty(n_places * n_features, np.float32),
        norms=np.empty(n_places, np.float32),
        centers=np.empty((n_blocks, n_features)),
        scales=np.empty(n_blocks),
        radii=np.empty(n_blocks),
        is_pile=np.zeros(n_blocks, bool),
        low=np.empty((n_nodes, n_features)),
        high=np.empty((n_nodes, n_features)),
        right=np.empty(n_nodes, np.int64),
        first_rows=np.empty(n_nodes, np.int64),
    )
    tree.rows[n_rows:] = -1
    tree.norms[n_rows:] = np.inf
    tree.panels[(n_blocks - 1) * BLOCK_ROWS * n_features :] = 0.0
    return tree


def build_tree(X, rows, frame):
    """Order and pack some rows of X into a Tree, in parallel, the same for any threads."""
    tree = _empty_tree(len(rows), X.shape[1])
    n_blocks = len(tree.scales)
    rows = rows.copy()
    keys = np.empty(len(rows) if n_blocks > SUBTREE_BLOCKS else 0)
    level, subtrees = [(0, 0, n_blocks)], []
    while level:
        subtrees += [part for part in level if part[2] - part[1] <= SUBTREE_BLOCKS]
        level = [part for part in level if part[2] - part[1] > SUBTREE_BLOCKS]
        halves = [None] * len(level)

        def halve(start, stop, level=level, halves=halves):
            for i in range(start, stop):
                halves[i] = _halve(X, rows, frame, keys, tree, *level[i])

        run_ranges(halve, len(level), 1)
        level = [half for pair in halves for half in pair]

    def build_some(start, stop):
        for subtree in subtrees[start:stop]:
            _build_subtree(X, rows, frame, tree, *subtree)

    run_ranges(build_some, len(subtrees), 1)
    join(tree, np.arange(len(tree.right) - 1, -1, -1))
    return tree


def _halve(X, rows, frame, keys, tree, node, lo, hi):
    """Split a large node's rows at the coordinate that varies most; its two children."""
    mid = lo + (hi - lo) // 2
    start, stop = lo * BLOCK_ROWS, min(len(rows), hi * BLOCK_ROWS)
    sample = rows[start : stop : -(-(stop - start) // 512)]
    feature = int(np.argmax(frame.coords(X, sample).var(axis=0)))
    frame.coordinate(X, rows, start, stop, feature, keys)
    select(keys, rows, start, stop - 1, mid * BLOCK_ROWS)
    tree.right[node] = node + 2 * (mid - lo)
    return (node + 1, lo, mid), (tree.right[node], mid, hi)


def _build_subtree(X, rows, frame, tree, node, lo, hi):
    """Order, pack and box the rows of a node small enough for the cache."""
    start, stop = lo * BLOCK_ROWS, min(len(rows), hi * BLOCK_ROWS)
    part = np.sort(rows[start:stop])
    subtree = Subtree(
        coords=frame.coords(X, part),
        ids=np.arange(len(part)),
        keys=np.empty(len(part)),
        moments=np.empty((2, X.shape[1])),
        stack=np.empty((64, 3), np.int64),
    )
    build(subtree, lo, hi - lo, node, tree)
    part = part[subtree.ids]
    for block in lo + np.flatnonzero(tree.radii[lo:hi] == 0.0):
        pile = part[(block - lo) * BLOCK_ROWS : (block - lo + 1) * BLOCK_ROWS]
        tree.is_pile[block] = (X[pile] == X[pile[0]]).all()
        pile.sort()
    tree.rows[start:stop] = part
    nodes = np.arange(node, node + 2 * (hi - lo) - 1)
    leaves = nodes[tree.right[nodes] < 0]
    starts = (-1 - tree.right[leaves] - lo) * BLOCK_ROWS
    tree.first_rows[leaves] = np.minimum.reduceat(part, starts)


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

    def copy(self):
        """The same lists, to go on from."""
        other = object.__new__(Neighbors)
        other.rows = self.rows
        other.sq_distances, other.neighbors = self.sq_distances.copy(), self.neighbors.copy()
        return other

    def finish(self):
        """Sort each list: nearest first, then lower row number."""
        run_ranges(
            lambda start, stop: finish(start, stop, self.sq_distances, self.neighbors),
            len(self.rows),
            max(1, 2**20 // self.neighbors.shape[1]),
        )
        return self


def improve(neighbors, trees, X, frame, queries_X=None):
    """Let some trees improve the lists, each list in one task from tree to tree.

    ``queries_X`` holds the query rows where they are not rows of X; rows of X are not
    their own neighbors.
    """
    skip_self = queries_X is None
    queries_X = X if skip_self else queries_X
    queries = Queries(
        queries_X, neighbors.rows, skip_self, neighbors.sq_distances, neighbors.neighbors
    )
    n_reference = sum(len(tree.rows) for tree in trees)

    def task(start, stop):
        coords = frame.coords(queries_X, neighbors.rows[start:stop])
        norms = np.sqrt(np.einsum("ij,ij->i", coords, coords))
        for tree in trees:
            extent = np.linalg.norm(np.maximum(np.abs(tree.low[0]), np.abs(tree.high[0])))
            walk = new_walk(coords, frame.roundoff * (norms + extent))
            search(tree, X, queries, start, stop, walk)

    n_groups = TASK_PRODUCTS // (GROUP_ROWS * max(1, n_reference) * X.shape[1])
    n_groups = min(max(1, n_groups), max(1, len(neighbors.rows) // (64 * GROUP_ROWS)))
    run_ranges(task, len(neighbors.rows), n_groups * GROUP_ROWS)


class ClassForest:
    """The search trees of one table's classes.

    Parameters
    ----------
    X : C-contiguous ndarray of shape (n_rows, n_features), float32 or float64
    class_rows : list of ndarray, int64, ascending
        The row numbers of each class.
    """

    def __init__(self, X, class_rows):
        self.X, self.class_rows, self.frame = X, class_rows, Frame(X)
        self._trees = [None] * len(class_rows)

    def tree(self, code):
        """The tree of one class, built when first asked for."""
        if self._trees[code] is None:
            self._trees[code] = build_tree(self.X, self.class_rows[code], self.frame)
        return self._trees[code]

    def rows_in_order(self, code):
        """The rows of a class, those near in space near in the order."""
        return self.tree(code).rows[: len(self.class_rows[code])]

    def within(self, code, neighbors):
        """Improve the lists by the rows of one class."""
        improve(neighbors, [self.tree(code)], self.X, self.frame)
        return neighbors

    def among_others(self, code, neighbors):
        """Improve the lists by the rows of every other class."""
        others = [self.tree(c) for c in range(len(self.class_rows)) if c != code]
        improve(neighbors, others, self.X, self.frame)
        return neighbors
