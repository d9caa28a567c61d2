"""Who is near whom: one search tree a class, built when first asked for.

A forest serves every step of one `fit_resample` call. Trees are of one class each, so
a search within a class, among its enemies or among all rows is a choice of trees, and
what one search found bounds the next.
"""

import numpy as np

from fastsmote import _kernels as kernels
from fastsmote._kernels.layout import (
    BLOCK_ROWS,
    GROUP_ROWS,
    NO_ROW,
    Queries,
    Subtree,
    Tree,
    new_walk,
)
from fastsmote._threads import run_ranges

SUBTREE_BLOCKS = 48  # about what one task builds, in cache
SERIAL_PRODUCTS = 2**18  # a matrix product up to this size is computed by one thread
SAMPLE_ROWS = 1024  # enough to find the axes, which only the speed depends on
LEAST_QUERIES = 8  # a feature; for fewer the rotation costs more than a search of all blocks
MAX_ROTATED_FEATURES = 128  # a row's rotation costs the square of this
PILE_SIZE = 2.0**40  # blocks this small for where they are may be copies of one row
LARGEST_SPREAD = 1e150  # beyond it squares overflow
LARGEST_EXPONENT = 1000  # of two, with room below the largest float64
SCALED_EXPONENT = 30  # of the largest coordinate of a sample of rows
MAX_SPREAD_RATIO = 1e6  # of columns; beyond it a rotation would drown the narrow ones
LEAST_PRODUCTS = 2**26  # below this a thread costs more than it saves
TASK_PRODUCTS = 2**31  # coordinate products a task may need, so that it ends in 100 ms


def _second_moments(X):
    """X.T @ X by products so small that BLAS keeps to one thread.

    BLAS threads that wait for a busy core cost 50 ms where the work takes one.
    """
    n_rows, n_features = X.shape
    width = max(1, int((SERIAL_PRODUCTS / n_rows) ** 0.5))
    n_strips = -(-n_features // width)
    strips = np.zeros((n_rows, n_strips * width))
    strips[:, :n_features] = X
    strips = np.ascontiguousarray(strips.reshape(n_rows, n_strips, width).transpose(1, 0, 2))
    blocks = np.matmul(strips.transpose(0, 2, 1)[:, None], strips[None])
    products = blocks.transpose(0, 2, 1, 3).reshape(n_strips * width, n_strips * width)
    return products[:n_features, :n_features]


class Frame:
    """Coordinates in which boxes are tight: the principal axes of a sample of rows.

    Distances are ``scale`` times those of X, up to ``roundoff`` times the distance from
    the origin; only bounds are ever computed in a frame, so any axes give the same
    neighbors. The scale, a power of two, keeps bounds in float32's range. Without axes
    coordinates are scale times X itself and exact.
    """

    def __init__(self, X, n_queries):
        n_features = X.shape[1]
        self.scale, self.roundoff = 1.0, 0.0
        self.origin, self.axes = np.zeros(n_features), None
        sample = X[:: -(-len(X) // SAMPLE_ROWS)].astype(np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            origin = sample.mean(axis=0)
            sample -= origin
            spread = np.abs(sample).max(axis=0)
        if not 0.0 < spread.max() < LARGEST_SPREAD:
            return
        exponent = SCALED_EXPONENT - int(np.frexp(spread.max())[1])
        self.scale = 2.0 ** min(exponent, LARGEST_EXPONENT)
        is_narrow = spread.max() <= MAX_SPREAD_RATIO * spread[spread > 0].min()
        is_worth_it = len(X) > BLOCK_ROWS and n_queries >= LEAST_QUERIES * n_features
        if not (2 <= n_features <= MAX_ROTATED_FEATURES and is_narrow and is_worth_it):
            return
        axes = np.linalg.eigh(_second_moments(sample / spread.max()))[1][:, ::-1]
        self.origin, self.axes = origin, np.ascontiguousarray(axes) * self.scale
        # sqrt(d) gamma(d + 2) for the products, 8 d eps for the axes' orthonormality,
        # and twice that for the two ends of a distance.
        eps = np.finfo(np.float64).eps
        self.roundoff = 2 * eps * (n_features**0.5 * (n_features + 4) + 8 * n_features)

    def coords(self, X, rows):
        """Coordinates of some rows of X, float64 of shape (len(rows), n_features)."""
        with np.errstate(over="ignore", invalid="ignore"):  # infinite bounds rule nothing out
            return self._coords(X, rows)

    def _coords(self, X, rows):
        if self.axes is None:
            coords = X[rows].astype(np.float64, copy=False)
            return np.multiply(coords, self.scale, out=coords)
        offsets = X[rows].astype(np.float64, copy=False)
        offsets -= self.origin
        n, n_features = offsets.shape
        # Products so small that BLAS leaves the threads to us.
        step = max(1, SERIAL_PRODUCTS // n_features**2)
        whole = n - n % step
        coords = np.empty_like(offsets)
        stack = (-1, step, n_features)
        np.matmul(offsets[:whole].reshape(stack), self.axes, out=coords[:whole].reshape(stack))
        np.matmul(offsets[whole:], self.axes, out=coords[whole:])
        return coords


def _empty_tree(n_blocks, n_features, block_rows=BLOCK_ROWS):
    n_nodes = 2 * n_blocks - 1
    n_places = n_blocks * block_rows
    return Tree(
        rows=np.full(n_places, -1),
        panels=np.zeros(n_places * n_features, np.float32),
        norms=np.full(n_places, np.inf, np.float32),
        centers=np.empty((n_blocks, n_features)),
        scales=np.empty(n_blocks),
        radii=np.empty(n_blocks),
        is_pile=np.zeros(n_blocks, bool),
        low=np.empty((n_nodes, n_features)),
        high=np.empty((n_nodes, n_features)),
        right=np.empty(n_nodes, np.int64),
        first_rows=np.empty(n_nodes, np.int64),
        features=np.zeros(n_nodes, np.int64),
        keys=np.zeros(n_nodes),
        key_rows=np.zeros(n_nodes, np.int64),
    )


def _subtree(coords):
    n = len(coords)
    return Subtree(
        coords=coords,
        ids=np.arange(n),
        keys=np.empty(n),
        stack=np.empty((64, 3), np.int64),
    )


def _top(X, rows, frame, n_parts):
    """Order a sample of the rows into n_parts blocks: the top of the tree to be."""
    top = _empty_tree(n_parts, X.shape[1], block_rows=0)
    top.right[0] = -1
    if n_parts > 1:
        sample = rows[:: len(rows) // (n_parts * BLOCK_ROWS)][: n_parts * BLOCK_ROWS]
        kernels.kd_blocks.order(_subtree(frame.coords(X, sample)), BLOCK_ROWS, 0, n_parts, 0, top)
        inner = top.right > 0
        top.key_rows[inner] = sample[top.key_rows[inner]]
    return top


def _part(X, rows, frame, top, n_parts):
    """Sort the rows into parts that can be ordered apart; also the parts' sizes."""
    if n_parts == 1:
        return rows, np.array([len(rows)])
    parts, parted = np.empty(len(rows), np.int32), np.empty_like(rows)

    def route_some(start, stop):
        coords = frame.coords(X, rows[start:stop])
        kernels.kd_blocks.route(coords, rows, start, stop, top, parts)

    run_ranges(route_some, len(rows), 2**14)
    sizes = np.bincount(parts, minlength=n_parts)
    kernels.kd_blocks.bring_together(rows, parts, np.cumsum(sizes) - sizes, parted)
    return parted, sizes


def build_tree(X, rows, frame):
    """Order and pack some rows of X into a Tree, in parallel, the same for any threads."""
    n_parts = -(-len(rows) // (SUBTREE_BLOCKS * BLOCK_ROWS))
    top = _top(X, rows, frame, n_parts)
    rows, sizes = _part(X, rows, frame, top, n_parts)
    n_blocks = np.maximum(1, -(-sizes // BLOCK_ROWS))
    tree = _empty_tree(n_blocks.sum(), X.shape[1])
    # Put each part's subtree in the place of the leaf that the part is of the top.
    is_leaf = top.right < 0
    n_nodes = np.ones(len(top.right), np.int64)
    n_nodes[is_leaf] = 2 * n_blocks[-1 - top.right[is_leaf]] - 1
    new_nodes = np.cumsum(n_nodes) - n_nodes
    tree.right[new_nodes[~is_leaf]] = new_nodes[top.right[~is_leaf]]
    tree.features[new_nodes], tree.keys[new_nodes] = top.features, top.keys
    first_nodes = np.empty(n_parts, np.int64)
    first_nodes[-1 - top.right[is_leaf]] = new_nodes[is_leaf]
    first_blocks, stops = np.cumsum(n_blocks) - n_blocks, np.cumsum(sizes)

    def build_some(start, stop):
        for i in range(start, stop):
            part = rows[stops[i] - sizes[i] : stops[i]]
            _build_subtree(X, part, frame, tree, first_nodes[i], first_blocks[i], n_blocks[i])

    run_ranges(build_some, n_parts, 1)
    _join_boxes(tree)
    return tree


def _join_boxes(tree):
    """Boxes and lowest row numbers of inner nodes from their children's, level by level."""
    levels, nodes = [], np.zeros(1, np.int64)
    while len(nodes):
        nodes = nodes[tree.right[nodes] > 0]
        levels.append(nodes)
        nodes = np.concatenate([nodes + 1, tree.right[nodes]])
    for nodes in levels[::-1]:
        left, right = nodes + 1, tree.right[nodes]
        tree.low[nodes] = np.minimum(tree.low[left], tree.low[right])
        tree.high[nodes] = np.maximum(tree.high[left], tree.high[right])
        tree.first_rows[nodes] = np.minimum(tree.first_rows[left], tree.first_rows[right])


def _build_subtree(X, rows, frame, tree, first_node, first_block, n_blocks):
    """Order, pack and box one part of the rows."""
    if len(rows) == 0:  # a sampled part may turn out so
        tree.right[first_node], tree.first_rows[first_node] = -1 - first_block, NO_ROW
        tree.low[first_node], tree.high[first_node] = np.inf, -np.inf
        return
    subtree = _subtree(frame.coords(X, rows))
    kernels.kd_blocks.order(subtree, BLOCK_ROWS, first_block, n_blocks, first_node, tree)
    kernels.kd_blocks.pack(subtree, first_block, first_node, 2 * n_blocks - 1, tree)
    rows = rows[subtree.ids]
    # Rows that are the same may differ in coordinates by a rounding.
    blocks = slice(first_block, first_block + n_blocks)
    sizes = np.abs(tree.centers[blocks]).max(axis=1) * tree.scales[blocks]
    for block in np.flatnonzero((tree.radii[blocks] == 0.0) | (sizes > PILE_SIZE)):
        pile = rows[block * BLOCK_ROWS : (block + 1) * BLOCK_ROWS]
        tree.is_pile[first_block + block] = (X[pile] == X[pile[:1]]).all()
        pile.sort()
    place = first_block * BLOCK_ROWS
    tree.rows[place : place + len(rows)] = rows
    nodes = np.arange(first_node, first_node + 2 * n_blocks - 1)
    leaves = nodes[tree.right[nodes] < 0]
    starts = (-1 - tree.right[leaves] - first_block) * BLOCK_ROWS
    tree.first_rows[leaves] = np.minimum.reduceat(rows, starts)


def group_rows(X, rows, frame):
    """Rows in a tree's order, made finer: each GROUP_ROWS of them near each other."""
    if len(rows) <= GROUP_ROWS:
        return rows
    rows = rows.copy()

    def order_some(start, stop):
        part = rows[start:stop]
        subtree = _subtree(frame.coords(X, part))
        n_groups = -(-len(part) // GROUP_ROWS)
        tree = _empty_tree(n_groups, X.shape[1], block_rows=0)
        kernels.kd_blocks.order(subtree, GROUP_ROWS, 0, n_groups, 0, tree)
        part[:] = part[subtree.ids]

    run_ranges(order_some, len(rows), SUBTREE_BLOCKS * BLOCK_ROWS)
    return rows


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
        for f in range(X.shape[1]):  # in feature order, as the search sums
            sq_distances += np.subtract(X[rows, f], X[neighbors, f], dtype=np.float64) ** 2
        lists.sq_distances[:, 0] = sq_distances
        return lists

    def put(self, chosen, others):
        """Write other lists in the places that are chosen by a mask."""
        self.sq_distances[chosen] = others.sq_distances
        self.neighbors[chosen] = others.neighbors

    def copy(self):
        """The same lists, to go on from."""
        return self.take(slice(None)).own()

    def own(self):
        """Lists of their own, where they may be another's."""
        self.sq_distances, self.neighbors = self.sq_distances.copy(), self.neighbors.copy()
        return self

    def finish(self):
        """Sort each list: nearest first, then lower row number."""

        if self.neighbors.shape[1] > 1:

            def finish_some(start, stop):
                some = slice(start, stop)
                order = np.lexsort((self.neighbors[some], self.sq_distances[some]), axis=1)
                for lists in (self.neighbors, self.sq_distances):
                    lists[some] = np.take_along_axis(lists[some], order, axis=1)

            run_ranges(finish_some, len(self.rows), max(1, 2**18 // self.neighbors.shape[1]))
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


def _slack(coords, tree, roundoff):
    """How far off a distance of coordinates from a tree's rows may be, for each query."""
    if roundoff == 0.0:
        return np.zeros(len(coords))
    with np.errstate(over="ignore", invalid="ignore"):
        extent = np.linalg.norm(np.maximum(np.abs(tree.low[0]), np.abs(tree.high[0])))
        return roundoff * (np.sqrt(np.einsum("ij,ij->i", coords, coords)) + extent)


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
        for tree in trees:
            walk = new_walk(coords, frame.scale, _slack(coords, tree, frame.roundoff))
            kernels.search.search(tree, X, queries, start, stop, walk)

    group_products = GROUP_ROWS * max(1, n_reference) * X.shape[1]
    n_groups = max(LEAST_PRODUCTS // group_products, len(neighbors.rows) // (64 * GROUP_ROWS))
    n_groups = max(1, min(n_groups, TASK_PRODUCTS // group_products))
    run_ranges(task, len(neighbors.rows), n_groups * GROUP_ROWS)


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

    def tree(self, code):
        """The tree of one class, built when first asked for."""
        if self._trees[code] is None:
            self._trees[code] = build_tree(self.X, self.class_rows[code], self.frame)
        return self._trees[code]

    def rows_in_order(self, code):
        """The rows of a class, those near in space near in the order."""
        rows = self.tree(code).rows
        return group_rows(self.X, rows[rows >= 0], self.frame)

    def within(self, code, neighbors):
        """Improve the lists by the rows of one class."""
        improve(neighbors, [self.tree(code)], self.X, self.frame)
        return neighbors

    def among_others(self, code, neighbors):
        """Improve the lists by the rows of every other class."""
        others = [self.tree(c) for c in range(len(self.class_rows)) if c != code]
        improve(neighbors, others, self.X, self.frame)
        return neighbors
