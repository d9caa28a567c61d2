"""Order rows by a k-d split and pack them into blocks that a CPU can stream.

The leaves of a tree are its blocks. Nodes are numbered in preorder: the left child of
``node`` is ``node + 1``, the right one ``right[node]``; ``right[node] = -1 - block``
marks a leaf. Nodes are split at multiples of the block size, so that within a subtree
every block but the last is full.
"""

import math

import numpy as np

from fastsmote._kernels.jit import kernel, step
from fastsmote._kernels.layout import BLOCK_ROWS, PANEL_ROWS


@kernel
def select(
    keys,  # IN/OUT (n,)
    ids,  # IN/OUT (n,) distinct; moved along with keys
    left, right,  # IN first and last place to order
    nth,  # IN place that must hold what a full sort would put there
):  # fmt: skip
    """Quickselect by (key, id), which no run of equal keys can slow down."""
    state = np.uint64(88172645463325252)
    while right > left:
        state ^= state << np.uint64(13)
        state ^= state >> np.uint64(7)
        state ^= state << np.uint64(17)
        width = np.uint64(right - left + 1)
        a = left + np.int64(state % width)
        b = left + np.int64((state >> np.uint64(21)) % width)
        c = left + np.int64((state >> np.uint64(42)) % width)
        if keys[a] > keys[b]:
            a, b = b, a
        if keys[b] > keys[c]:
            b = c if keys[c] > keys[a] else a
        pivot, pivot_id = keys[b], ids[b]
        i, j = left, right
        while i <= j:
            while keys[i] < pivot or (keys[i] == pivot and ids[i] < pivot_id):
                i += 1
            while keys[j] > pivot or (keys[j] == pivot and ids[j] > pivot_id):
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


@step
def _widest_feature(coords, ids, start, stop, moments):
    """The coordinate with the largest variance, by a sample of 128 rows or more."""
    n_features, stride = coords.shape[1], (stop - start) // 128 + 1
    total, squares = moments[0], moments[1]
    total[:] = 0.0
    squares[:] = 0.0
    first = ids[start]
    for i in range(start, stop, stride):
        for j in range(n_features):
            t = coords[ids[i], j] - coords[first, j]
            total[j] += t
            squares[j] += t * t
    widest, most, n_sampled = 0, -1.0, (stop - start - 1) // stride + 1
    for j in range(n_features):
        variance = squares[j] - total[j] * total[j] / n_sampled
        if variance > most:
            widest, most = j, variance
    return widest


@kernel
def order(
    subtree,  # IN  coords; IN/OUT ids
    block_rows,  # IN
    first_block, n_blocks,  # IN  what the subtree covers
    first_node,  # IN
    tree,  # OUT right, features, keys, key_rows
):  # fmt: skip
    """Order a subtree's rows into blocks and number its nodes."""
    coords, ids, keys, stack = subtree.coords, subtree.ids, subtree.keys, subtree.stack
    stack[0, 0], stack[0, 1], stack[0, 2] = first_node, 0, n_blocks
    depth = 1
    while depth > 0:
        depth -= 1
        node, lo, hi = stack[depth, 0], stack[depth, 1], stack[depth, 2]
        if hi - lo == 1:
            tree.right[node] = -1 - (first_block + lo)
            continue
        mid = lo + (hi - lo) // 2
        start, middle, stop = lo * block_rows, mid * block_rows, hi * block_rows
        if stop > len(ids):
            stop = len(ids)
        feature = _widest_feature(coords, ids, start, stop, subtree.moments)
        for i in range(start, stop):
            keys[i] = coords[ids[i], feature]
        select(keys, ids, start, stop - 1, middle)
        tree.features[node] = feature
        tree.keys[node], tree.key_rows[node] = keys[middle], ids[middle]
        right = node + 2 * (mid - lo)
        tree.right[node] = right
        stack[depth, 0], stack[depth, 1], stack[depth, 2] = right, mid, hi
        depth += 1
        stack[depth, 0], stack[depth, 1], stack[depth, 2] = node + 1, lo, mid
        depth += 1


@kernel
def route(
    coords,  # IN  (stop - start, n_features)
    rows,  # IN  (n,) row numbers
    start, stop,  # IN  whose coordinates these are
    tree,  # IN  right, features, keys, key_rows
    leaves,  # OUT (n,) the leaf, by block number, that each row belongs to
):  # fmt: skip
    """Walk rows down a tree that was ordered on a sample of them."""
    for i in range(start, stop):
        node = 0
        while tree.right[node] > 0:
            key, split = coords[i - start, tree.features[node]], tree.keys[node]
            if key < split or (key == split and rows[i] < tree.key_rows[node]):
                node += 1
            else:
                node = tree.right[node]
        leaves[i] = -1 - tree.right[node]


@kernel
def bring_together(
    rows,  # IN  (n,)
    leaves,  # IN  (n,)
    starts,  # IN  (n_leaves,) where each leaf's rows go, moved to where they end
    out,  # OUT (n,)
):  # fmt: skip
    """Rows of the same leaf next to each other, in the order they had."""
    for i in range(len(rows)):
        leaf = leaves[i]
        out[starts[leaf]] = rows[i]
        starts[leaf] += 1


@step
def _box(coords, ids, start, stop, low, high):
    """The smallest box around some rows."""
    for j in range(len(low)):
        low[j] = high[j] = coords[ids[start], j]
    for i in range(start, stop):
        for j in range(len(low)):
            value = coords[ids[i], j]
            low[j] = value if value < low[j] else low[j]
            high[j] = value if value > high[j] else high[j]


@kernel
def pack(
    subtree,  # IN
    first_block,  # IN  where the subtree starts
    block, node,  # IN  which block, and its leaf
    tree,  # OUT the block's panels, norms and the rest, the leaf's box
):  # fmt: skip
    """Write one block: float32 offsets from its center, a panel of rows at a time."""
    coords, ids = subtree.coords, subtree.ids
    low, high, center = tree.low[node], tree.high[node], tree.centers[block]
    n_features = len(center)
    start = (block - first_block) * BLOCK_ROWS
    stop = start + BLOCK_ROWS if start + BLOCK_ROWS < len(ids) else len(ids)
    _box(coords, ids, start, stop, low, high)
    half_width, farthest = 0.0, 0.0
    for j in range(n_features):
        center[j] = 0.5 * low[j] + 0.5 * high[j]
        if high[j] - low[j] > half_width:
            half_width = high[j] - low[j]
    exponent = 0
    if 1e-290 < half_width < 1e290:
        exponent = 1 - math.frexp(half_width)[1]
    scale = math.ldexp(1.0, exponent)
    for i in range(start, stop):
        place = block * BLOCK_ROWS + i - start
        at = (place // PANEL_ROWS) * n_features * PANEL_ROWS + place % PANEL_ROWS
        norm = 0.0
        for j in range(n_features):
            offset = np.float32((coords[ids[i], j] - center[j]) * scale)
            tree.panels[at] = offset
            at += PANEL_ROWS
            norm += np.float64(offset) * np.float64(offset)
        tree.norms[place] = norm
        if norm > farthest:
            farthest = norm
    tree.scales[block] = scale
    tree.radii[block] = math.sqrt(farthest)


@kernel
def join(tree, nodes):
    """Boxes and lowest row numbers of inner nodes, children before parents."""
    low, high, first_rows = tree.low, tree.high, tree.first_rows
    for node in nodes:
        a, b = node + 1, tree.right[node]
        if b < 0:
            continue
        first_rows[node] = first_rows[a] if first_rows[a] < first_rows[b] else first_rows[b]
        for j in range(low.shape[1]):
            low[node, j] = low[a, j] if low[a, j] < low[b, j] else low[b, j]
            high[node, j] = high[a, j] if high[a, j] > high[b, j] else high[b, j]


@kernel
def build(
    subtree,  # IN  coords, and ids counting up
    first_block, n_blocks, first_node,  # IN  what the subtree covers
    tree,  # OUT all but rows, first_rows and is_pile
):  # fmt: skip
    """Order the rows of a subtree and pack its blocks."""
    order(subtree, BLOCK_ROWS, first_block, n_blocks, first_node, tree)
    for node in range(first_node, first_node + 2 * n_blocks - 1):
        if tree.right[node] < 0:
            pack(subtree, first_block, -1 - tree.right[node], node, tree)
