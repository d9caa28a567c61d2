"""Order rows by a k-d split and pack them into blocks that a CPU can stream.

A tree over ``n_rows`` rows has ``n_blocks = ceil(n_rows / BLOCK_ROWS)`` leaves. Nodes
are numbered in preorder: the left child of ``node`` is ``node + 1``, the right one
``right[node]``; ``right[node] = -1 - block`` marks a leaf. Every leaf but the last is
full, as nodes are split at multiples of the block size.
"""

import math
from typing import NamedTuple

import numpy as np

from fastsmote._kernels.jit import kernel

BLOCK_ROWS = 256
PANEL_ROWS = 32
BLOCK_PANELS = BLOCK_ROWS // PANEL_ROWS


class Tree(NamedTuple):
    """The packed rows of one class, in the coordinates of a Frame."""

    rows: np.ndarray  # (n_blocks * BLOCK_ROWS,) row numbers, -1 past the last
    panels: np.ndarray  # float32, [block][panel][feature][PANEL_ROWS], flat
    norms: np.ndarray  # float32, (n_blocks * BLOCK_ROWS,) squared, inf past the last
    centers: np.ndarray  # (n_blocks, n_features) what a block's panels are relative to
    scales: np.ndarray  # (n_blocks,) power of two that a block's panels are times
    radii: np.ndarray  # (n_blocks,) largest scaled distance from the center
    is_pile: np.ndarray  # (n_blocks,) all rows of the block are the same point
    low: np.ndarray  # (n_nodes, n_features) corner of the node's box
    high: np.ndarray  # (n_nodes, n_features) opposite corner
    right: np.ndarray  # (n_nodes,) right child, or -1 - block
    first_rows: np.ndarray  # (n_nodes,) lowest row number below the node
    extent: float  # largest distance of a row from the frame's origin
    roundoff: float  # relative error of a coordinate, see Frame


@kernel
def project(
    X,  # IN  (n_rows, n_features)
    rows,  # IN  (n,) rows of X
    start, stop,  # IN  which of rows
    origin,  # IN  (n_features,)
    axes,  # IN  (n_features, n_features) orthonormal columns, or empty for none
    coords,  # OUT (stop - start, n_features)
):  # fmt: skip
    """Coordinates of some rows in the frame (origin, axes)."""
    n_features = X.shape[1]
    for i in range(start, stop):
        row = rows[i]
        if axes.shape[0] == 0:
            for j in range(n_features):
                coords[i - start, j] = X[row, j]
            continue
        for j in range(n_features):
            coords[i - start, j] = 0.0
        for f in range(n_features):
            t = X[row, f] - origin[f]
            for j in range(n_features):
                coords[i - start, j] += t * axes[f, j]


@kernel
def _select(
    keys,  # IN/OUT (n,)
    ids,  # IN/OUT (n,) distinct; moved along with keys
    left, right,  # IN first and last place to order
    nth,  # IN place that must hold what a full sort would put there
):  # fmt: skip
    """Quickselect by (key, id), which no run of equal keys can slow down."""
    state = np.uint64(88172645463325252)
    while right > left:
        width = np.uint64(right - left + 1)
        state ^= state << np.uint64(13)
        state ^= state >> np.uint64(7)
        state ^= state << np.uint64(17)
        a = left + np.int64(state % width)
        b = left + np.int64((state >> np.uint64(21)) % width)
        c = left + np.int64((state >> np.uint64(42)) % width)
        if keys[a] > keys[b] or (keys[a] == keys[b] and ids[a] > ids[b]):
            a, b = b, a
        if keys[b] > keys[c] or (keys[b] == keys[c] and ids[b] > ids[c]):
            b = c
        if keys[a] > keys[b] or (keys[a] == keys[b] and ids[a] > ids[b]):
            b = a
        pivot_key, pivot_id = keys[b], ids[b]
        i, j = left, right
        while i <= j:
            while keys[i] < pivot_key or (keys[i] == pivot_key and ids[i] < pivot_id):
                i += 1
            while keys[j] > pivot_key or (keys[j] == pivot_key and ids[j] > pivot_id):
                j -= 1
            if i <= j:
                keys[i], keys[j] = keys[j], keys[i]
                ids[i], ids[j] = ids[j], ids[i]
                i += 1
                j -= 1
        if nth <= j:
            right = j
        elif nth >= i:
            left = i
        else:
            return


@kernel
def split(
    X,  # IN  (n_rows, n_features)
    rows,  # IN/OUT (n,) rows of X
    start, middle, stop,  # IN  rows[start:middle] go left of rows[middle:stop]
    origin, axes,  # IN  the frame
    feature,  # IN  the coordinate to split at
    keys,  # scratch (n,)
):  # fmt: skip
    """Move the rows with the lower coordinate to the front."""
    for i in range(start, stop):
        row = rows[i]
        if axes.shape[0] == 0:
            keys[i] = X[row, feature]
            continue
        key = 0.0
        for f in range(X.shape[1]):
            key += (X[row, f] - origin[f]) * axes[f, feature]
        keys[i] = key
    _select(keys, rows, start, stop - 1, middle)


@kernel
def _widest_feature(
    coords,  # IN  (n, n_features)
    ids,  # IN  rows of coords
    start, stop,  # IN  which of ids
    total, squares,  # scratch (n_features,)
):  # fmt: skip
    """The coordinate with the largest variance, by a sample of 128 rows or more."""
    n_features = coords.shape[1]
    step = max(1, (stop - start) // 128)
    first = ids[start]
    for j in range(n_features):
        total[j] = 0.0
        squares[j] = 0.0
    n_sampled = 0
    for i in range(start, stop, step):
        n_sampled += 1
        for j in range(n_features):
            t = coords[ids[i], j] - coords[first, j]
            total[j] += t
            squares[j] += t * t
    widest, most = 0, -1.0
    for j in range(n_features):
        variance = squares[j] - total[j] * total[j] / n_sampled
        if variance > most:
            widest, most = j, variance
    return widest


@kernel
def _order(
    coords,  # IN  (n, n_features)
    ids,  # IN/OUT (n,) rows of coords, to be ordered
    first_block, n_blocks,  # IN  what the subtree covers
    first_node,  # IN
    right,  # OUT (n_nodes,) of the tree
):  # fmt: skip
    """Order a subtree's rows into blocks and number its nodes."""
    n, n_features = coords.shape
    keys = np.empty(n)
    total, squares = np.empty(n_features), np.empty(n_features)
    stack = np.empty((64, 3), np.int64)
    stack[0, 0], stack[0, 1], stack[0, 2] = first_node, 0, n_blocks
    depth = 1
    while depth > 0:
        depth -= 1
        node, lo, hi = stack[depth, 0], stack[depth, 1], stack[depth, 2]
        if hi - lo == 1:
            right[node] = -1 - (first_block + lo)
            continue
        mid = lo + (hi - lo) // 2
        start, middle, stop = lo * BLOCK_ROWS, mid * BLOCK_ROWS, min(n, hi * BLOCK_ROWS)
        feature = _widest_feature(coords, ids, start, stop, total, squares)
        for i in range(start, stop):
            keys[i] = coords[ids[i], feature]
        _select(keys, ids, start, stop - 1, middle)
        right[node] = node + 2 * (mid - lo)
        stack[depth, 0], stack[depth, 1], stack[depth, 2] = right[node], mid, hi
        stack[depth + 1, 0] = node + 1
        stack[depth + 1, 1], stack[depth + 1, 2] = lo, mid
        depth += 2


@kernel
def _is_one_point(X, rows, start, stop):
    """Whether some rows of X are all the same."""
    for i in range(start + 1, stop):
        for f in range(X.shape[1]):
            if X[rows[i], f] != X[rows[start], f]:
                return False
    return True


@kernel
def _sort(values, start, stop):
    """Insertion sort of values[start:stop], a block at most."""
    for i in range(start + 1, stop):
        value, j = values[i], i - 1
        while j >= start and values[j] > value:
            values[j + 1] = values[j]
            j -= 1
        values[j + 1] = value


@kernel
def _pack(
    coords,  # IN  (n, n_features)
    ids,  # IN  rows of coords
    start, stop,  # IN  which of ids are in the block
    block, node,  # IN
    tree,  # OUT the block's panels, norms and the rest, the node's box
):  # fmt: skip
    """Write one block: float32 offsets from its center, a panel of rows at a time."""
    n_features = coords.shape[1]
    low, high, center = tree.low[node], tree.high[node], tree.centers[block]
    half_width = 0.0
    for j in range(n_features):
        low[j] = high[j] = coords[ids[start], j]
    for i in range(start, stop):
        for j in range(n_features):
            low[j] = min(low[j], coords[ids[i], j])
            high[j] = max(high[j], coords[ids[i], j])
    for j in range(n_features):
        center[j] = 0.5 * low[j] + 0.5 * high[j]
        half_width = max(half_width, high[j] - center[j], center[j] - low[j])
    exponent = 0
    if 0.0 < half_width < np.inf:
        exponent = min(1000, max(-1000, -math.frexp(half_width)[1]))
    scale = math.ldexp(1.0, exponent)
    farthest = 0.0
    for i in range(BLOCK_ROWS):
        place = block * BLOCK_ROWS + i
        panel = (place // PANEL_ROWS) * n_features * PANEL_ROWS + place % PANEL_ROWS
        if i >= stop - start:
            tree.norms[place] = np.inf
            for j in range(n_features):
                tree.panels[panel + j * PANEL_ROWS] = 0.0
            continue
        norm = 0.0
        for j in range(n_features):
            offset = np.float32((coords[ids[start + i], j] - center[j]) * scale)
            tree.panels[panel + j * PANEL_ROWS] = offset
            norm += np.float64(offset) * np.float64(offset)
        tree.norms[place] = norm
        farthest = max(farthest, norm)
    tree.scales[block] = scale
    tree.radii[block] = math.sqrt(farthest)


@kernel
def _join(node, tree):
    """A node's box and lowest row number from its children's."""
    left, right = node + 1, tree.right[node]
    tree.first_rows[node] = min(tree.first_rows[left], tree.first_rows[right])
    for j in range(tree.low.shape[1]):
        tree.low[node, j] = min(tree.low[left, j], tree.low[right, j])
        tree.high[node, j] = max(tree.high[left, j], tree.high[right, j])


@kernel
def build_subtree(
    X,  # IN  (n_rows, n_features)
    rows,  # IN/OUT (n,) rows of X, the subtree's ascending
    first_block, n_blocks, first_node,  # IN  what the subtree covers
    origin, axes,  # IN  the frame
    tree,  # OUT
):  # fmt: skip
    """Order the rows of a subtree and pack its blocks and boxes."""
    start = first_block * BLOCK_ROWS
    n = min(len(rows) - start, n_blocks * BLOCK_ROWS)
    coords = np.empty((n, X.shape[1]))
    project(X, rows, start, start + n, origin, axes, coords)
    ids = np.arange(n)
    _order(coords, ids, first_block, n_blocks, first_node, tree.right)
    for i in range(n):
        tree.rows[start + i] = rows[start + ids[i]]
    for node in range(first_node + 2 * n_blocks - 2, first_node - 1, -1):
        if tree.right[node] > 0:
            _join(node, tree)
            continue
        block = -1 - tree.right[node]
        lo, hi = block * BLOCK_ROWS, min(start + n, (block + 1) * BLOCK_ROWS)
        _pack(coords, ids, lo - start, hi - start, block, node, tree)
        tree.is_pile[block] = _is_one_point(X, tree.rows, lo, hi)
        if tree.is_pile[block]:
            _sort(tree.rows, lo, hi)
        first_row = tree.rows[lo]
        for i in range(lo, hi):
            first_row = min(first_row, tree.rows[i])
        tree.first_rows[node] = first_row


@kernel
def join_nodes(nodes, tree):
    """Close the boxes of some nodes, children before parents."""
    for node in nodes:
        _join(node, tree)
