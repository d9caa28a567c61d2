"""Build a search tree over some rows of a table, in parts that are ordered in parallel."""

from functools import lru_cache

import numpy as np

from fastsmote import _kernels as kernels
from fastsmote._kernels.layout import (
    BLOCK_PANELS,
    BLOCK_ROWS,
    GROUP_ROWS,
    NO_ROW,
    Blocks,
    Nodes,
    Subtree,
    Tree,
)
from fastsmote._threads import run_ranges

SUBTREE_BLOCKS = 48  # about the size that one task builds in cache
PACKED_VALUES = 2**17  # that one task packs without ordering them, in a third of a millisecond
PILE_SIZE = 2.0**40  # distance from the origin, in block sizes, above which rows may be copies


def _empty_nodes(n_blocks, n_features):
    n_nodes = 2 * n_blocks - 1
    return Nodes(
        low=np.empty((n_nodes, n_features)),
        high=np.empty((n_nodes, n_features)),
        right=np.empty(n_nodes, np.int64),
        first_rows=np.empty(n_nodes, np.int64),
        features=np.zeros(n_nodes, np.int64),
        keys=np.zeros(n_nodes),
        key_rows=np.zeros(n_nodes, np.int64),
    )


def aligned_zeros(n):
    """A float32 array of zeros, aligned to a line of the CPU's cache."""
    zeros = np.zeros(n + 16, np.float32)
    start = -zeros.ctypes.data // 4 % 16
    return zeros[start : start + n]


def _empty_blocks(n_blocks, n_features):
    n_places = n_blocks * BLOCK_ROWS
    return Blocks(
        rows=np.full(n_places, -1),
        panels=aligned_zeros(n_places * n_features),
        norms=np.full(n_places, np.inf, np.float32),
        centers=np.empty((n_blocks, n_features)),
        scales=np.empty(n_blocks),
        radii=np.empty(n_blocks),
        is_pile=np.zeros(n_blocks, bool),
        low=np.full((n_blocks * BLOCK_PANELS, n_features), np.inf),
        high=np.full((n_blocks * BLOCK_PANELS, n_features), -np.inf),
    )


def _subtree(coords):
    n = len(coords)
    return Subtree(
        coords=coords,
        unit=1.0,
        ids=np.arange(n),
        keys=np.empty(n),
    )


@lru_cache(maxsize=64)
def _spans(n_blocks):
    """The first block of each node of a tree, and one past its last block, in preorder."""
    spans = np.empty((2 * n_blocks - 1, 2), np.int64)
    nodes, starts, stops = np.array([0]), np.array([0]), np.array([n_blocks])
    while len(nodes):
        spans[nodes, 0], spans[nodes, 1] = starts, stops
        is_inner = stops - starts > 1
        nodes, starts, stops = nodes[is_inner], starts[is_inner], stops[is_inner]
        middles = (starts + stops) // 2
        nodes = np.concatenate([nodes + 1, nodes + 2 * (middles - starts)])
        starts, stops = np.concatenate([starts, middles]), np.concatenate([middles, stops])
    return spans


def _number(nodes, first_node, first_block, n_blocks):
    """Number the right children and blocks of a subtree; return its leaves in block order."""
    spans = _spans(n_blocks)
    numbers = np.arange(len(spans))
    n_left = (spans[:, 0] + spans[:, 1]) // 2 - spans[:, 0]
    is_leaf = n_left == 0
    right = np.where(is_leaf, -1 - first_block - spans[:, 0], first_node + numbers + 2 * n_left)
    nodes.right[first_node : first_node + len(spans)] = right
    return first_node + np.flatnonzero(is_leaf)


def _top(X, rows, projection, n_parts):
    """Build the top of the tree by ordering a sample of the rows into n_parts blocks."""
    top = _empty_nodes(n_parts, X.shape[1])
    _number(top, 0, 0, n_parts)
    if n_parts > 1:
        sample = rows[:: len(rows) // (n_parts * BLOCK_ROWS)][: n_parts * BLOCK_ROWS]
        subtree = _subtree(projection.coords(X, sample))
        kernels.kd_blocks.order(subtree, BLOCK_ROWS, _spans(n_parts), 0, top)
        inner = top.right > 0
        top.key_rows[inner] = sample[top.key_rows[inner]]
    return top


def _part(X, rows, projection, top, n_parts):
    """Split the rows into parts that can be ordered independently; also return their sizes."""
    if n_parts == 1:
        return rows, np.array([len(rows)])
    parts, parted = np.empty(len(rows), np.int32), np.empty_like(rows)

    def route_some(start, stop):
        coords = projection.coords(X, rows[start:stop])
        kernels.kd_blocks.route(coords, rows, start, stop, top, parts)

    run_ranges(route_some, len(rows), 2**14, doing="building the tree")
    sizes = np.bincount(parts, minlength=n_parts)
    kernels.kd_blocks.bring_together(rows, parts, np.cumsum(sizes) - sizes, parted)
    return parted, sizes


def build_tree(X, rows, projection):
    """Order and pack some rows of X into a Tree; the result is the same for any threads."""
    if not projection.orders_rows:
        return _tree_without_order(X, rows, projection)
    n_parts = -(-len(rows) // (SUBTREE_BLOCKS * BLOCK_ROWS))
    top = _top(X, rows, projection, n_parts)
    rows, sizes = _part(X, rows, projection, top, n_parts)
    n_blocks = np.maximum(1, -(-sizes // BLOCK_ROWS))
    nodes = _empty_nodes(n_blocks.sum(), X.shape[1])
    blocks = _empty_blocks(n_blocks.sum(), X.shape[1])
    # Replace each leaf of the top by the subtree of its part.
    is_leaf = top.right < 0
    n_nodes = np.ones(len(top.right), np.int64)
    n_nodes[is_leaf] = 2 * n_blocks[-1 - top.right[is_leaf]] - 1
    new_nodes = np.cumsum(n_nodes) - n_nodes
    nodes.right[new_nodes[~is_leaf]] = new_nodes[top.right[~is_leaf]]
    nodes.features[new_nodes], nodes.keys[new_nodes] = top.features, top.keys
    first_nodes = np.empty(n_parts, np.int64)
    first_nodes[-1 - top.right[is_leaf]] = new_nodes[is_leaf]
    tree = Tree(nodes, blocks)
    first_blocks, stops = np.cumsum(n_blocks) - n_blocks, np.cumsum(sizes)

    def build_some(start, stop):
        for i in range(start, stop):
            part = rows[stops[i] - sizes[i] : stops[i]]
            _build_subtree(X, part, projection, tree, first_nodes[i], first_blocks[i], n_blocks[i])

    run_ranges(build_some, n_parts, 1, doing="building the tree")
    _join_boxes(nodes)
    return tree


def _tree_without_order(X, rows, projection):
    """Pack some rows of X into a Tree, in the order that they have."""
    n_blocks, n_features = -(-len(rows) // BLOCK_ROWS), X.shape[1]
    tree = Tree(_empty_nodes(n_blocks, n_features), _empty_blocks(n_blocks, n_features))
    leaves = _number(tree.nodes, 0, 0, n_blocks)

    def pack_some(start, stop):
        part = rows[start * BLOCK_ROWS : stop * BLOCK_ROWS]
        # Each row is read once, so no copy of coordinates is made.
        subtree = Subtree(X, projection.scale, part, np.empty(0))
        _pack(X, subtree, part, tree, leaves[start:stop], start)

    step = max(1, PACKED_VALUES // (BLOCK_ROWS * n_features))
    run_ranges(pack_some, n_blocks, step, doing="building the tree")
    _join_boxes(tree.nodes)
    return tree


def _join_boxes(nodes):
    """Compute boxes and lowest row numbers of inner nodes from their children, bottom up."""
    levels, inner = [], np.zeros(1, np.int64)
    while len(inner):
        inner = inner[nodes.right[inner] > 0]
        levels.append(inner)
        inner = np.concatenate([inner + 1, nodes.right[inner]])
    for inner in levels[::-1]:
        left, right = inner + 1, nodes.right[inner]
        nodes.low[inner] = np.minimum(nodes.low[left], nodes.low[right])
        nodes.high[inner] = np.maximum(nodes.high[left], nodes.high[right])
        nodes.first_rows[inner] = np.minimum(nodes.first_rows[left], nodes.first_rows[right])


def _build_subtree(X, rows, projection, tree, first_node, first_block, n_blocks):
    """Order and pack one part of the rows, and compute its boxes.

    Splitting this work among threads for a single part costs as much time as it saves.
    """
    nodes = tree.nodes
    if len(rows) == 0:  # parts come from a sample, so one may be empty
        nodes.right[first_node], nodes.first_rows[first_node] = -1 - first_block, NO_ROW
        nodes.low[first_node], nodes.high[first_node] = np.inf, -np.inf
        return
    leaves = _number(nodes, first_node, first_block, n_blocks)
    subtree = _subtree(projection.coords(X, rows))
    kernels.kd_blocks.order(subtree, BLOCK_ROWS, _spans(n_blocks), first_node, nodes)
    kernels.kd_blocks.order_panels(subtree)
    _pack(X, subtree, rows[subtree.ids], tree, leaves, first_block)


def _pack(X, subtree, rows, tree, leaves, first_block):
    """Pack the rows of some blocks, and compute the boxes of their leaves."""
    (nodes, blocks), n_blocks = tree, len(leaves)
    kernels.kd_blocks.pack(subtree, first_block, leaves, nodes.low, nodes.high, blocks)
    # Equal rows may have coordinates that differ by rounding.
    covered = slice(first_block, first_block + n_blocks)
    sizes = np.abs(blocks.centers[covered]).max(axis=1) * blocks.scales[covered]
    for block in np.flatnonzero((blocks.radii[covered] == 0.0) | (sizes > PILE_SIZE)):
        pile = rows[block * BLOCK_ROWS : (block + 1) * BLOCK_ROWS]
        blocks.is_pile[first_block + block] = is_pile = (X[pile] == X[pile[:1]]).all()
        if is_pile or blocks.radii[first_block + block] == 0.0:
            pile.sort()  # sorting distinct rows would separate them from their coordinates
    place = first_block * BLOCK_ROWS
    blocks.rows[place : place + len(rows)] = rows
    nodes.first_rows[leaves] = np.minimum.reduceat(rows, np.arange(n_blocks) * BLOCK_ROWS)


def group_rows(X, rows, projection):
    """Refine rows in tree order, so that each GROUP_ROWS consecutive rows are near each other."""
    if len(rows) <= GROUP_ROWS or not projection.orders_rows:
        return rows
    rows = rows.copy()

    def order_some(start, stop):
        part = rows[start:stop]
        subtree = _subtree(projection.coords(X, part))
        n_groups = -(-len(part) // GROUP_ROWS)
        nodes = _empty_nodes(n_groups, X.shape[1])
        kernels.kd_blocks.order(subtree, GROUP_ROWS, _spans(n_groups), 0, nodes)
        part[:] = part[subtree.ids]

    run_ranges(order_some, len(rows), SUBTREE_BLOCKS * BLOCK_ROWS, doing="ordering rows")
    return rows
