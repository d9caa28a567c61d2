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
    ids,  # IN/OUT (n,) distinct, moved along with keys
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
def _widest_feature(coords, ids, start, stop):
    """The coordinate with the largest variance, by a sample of 64 rows or more."""
    stride, first = (stop - start) // 64 + 1, ids[start]
    widest, most, n_sampled = 0, -1.0, (stop - start - 1) // stride + 1
    for j in range(coords.shape[1]):
        total, squares = 0.0, 0.0
        for i in range(start, stop, stride):
            t = coords[ids[i], j] - coords[first, j]
            total += t
            squares += t * t
        variance = squares - total * total / n_sampled
        if variance > most:
            widest, most = j, variance
    return widest


@kernel
def order(
    subtree,  # IN  coords; IN/OUT ids
    block_rows,  # IN
    first_block, n_blocks,  # IN  what the subtree covers
    first_node,  # IN
    is_ordered,  # IN  leave the rows as they are
    nodes,  # OUT right, features, keys, key_rows
):  # fmt: skip
    """Order a subtree's rows into blocks and number its nodes."""
    coords, ids, keys, stack = subtree.coords, subtree.ids, subtree.keys, subtree.stack
    stack[0, 0], stack[0, 1], stack[0, 2] = first_node, 0, n_blocks
    depth = 1
    while depth > 0:
        depth -= 1
        node, lo, hi = stack[depth, 0], stack[depth, 1], stack[depth, 2]
        if hi - lo == 1:
            nodes.right[node] = -1 - (first_block + lo)
            continue
        mid = lo + (hi - lo) // 2
        start, middle, stop = lo * block_rows, mid * block_rows, hi * block_rows
        if stop > len(ids):
            stop = len(ids)
        if not is_ordered:
            feature = _widest_feature(coords, ids, start, stop)
            for i in range(start, stop):
                keys[i] = coords[ids[i], feature]
            select(keys, ids, start, stop - 1, middle)
            nodes.features[node] = feature
            nodes.keys[node], nodes.key_rows[node] = keys[middle], ids[middle]
        right = node + 2 * (mid - lo)
        nodes.right[node] = right
        stack[depth, 0], stack[depth, 1], stack[depth, 2] = right, mid, hi
        depth += 1
        stack[depth, 0], stack[depth, 1], stack[depth, 2] = node + 1, lo, mid
        depth += 1


@kernel
def route(
    coords,  # IN  (stop - start, n_features)
    rows,  # IN  (n,) row numbers
    start, stop,  # IN  whose coordinates these are
    nodes,  # IN  right, features, keys, key_rows
    leaves,  # OUT (n,) the leaf, by block number, that each row belongs to
):  # fmt: skip
    """Walk rows down a tree that was ordered on a sample of them."""
    for i in range(start, stop):
        node = 0
        while nodes.right[node] > 0:
            key, split = coords[i - start, nodes.features[node]], nodes.keys[node]
            if key < split or (key == split and rows[i] < nodes.key_rows[node]):
                node += 1
            else:
                node = nodes.right[node]
        leaves[i] = -1 - nodes.right[node]


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
    row = coords[ids[start]]
    for j in range(len(low)):
        low[j] = high[j] = row[j]
    for i in range(start, stop):
        row = coords[ids[i]]
        for j in range(len(low)):
            value = row[j]
            low[j] = value if value < low[j] else low[j]
            high[j] = value if value > high[j] else high[j]


@step
def _pack_block(subtree, start, stop, block, node, nodes, blocks):
    """Write one block: float32 offsets from its center, a panel of rows at a time."""
    coords, ids = subtree.coords, subtree.ids
    offsets, sq_norms = subtree.offsets, subtree.sq_norms
    low, high, center = nodes.low[node], nodes.high[node], blocks.centers[block]
    n_features = len(center)
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
    place = block * BLOCK_ROWS
    for first in range(start, stop, PANEL_ROWS):
        n_rows = PANEL_ROWS if stop - first > PANEL_ROWS else stop - first
        for r in range(n_rows):
            row = coords[ids[first + r]]
            sq_norms[r] = 0.0
            for j in range(n_features):
                offsets[r * n_features + j] = np.float32((row[j] - center[j]) * scale)
        for j in range(n_features):
            at = place * n_features + j * PANEL_ROWS
            for r in range(n_rows):
                blocks.panels[at + r] = offsets[r * n_features + j]
            for r in range(n_rows):
                offset = np.float64(blocks.panels[at + r])
                sq_norms[r] += offset * offset
        for r in range(n_rows):
            blocks.norms[place + r] = sq_norms[r]
            if sq_norms[r] > farthest:
                farthest = sq_norms[r]
        place += PANEL_ROWS
    blocks.scales[block] = scale
    blocks.radii[block] = math.sqrt(farthest)


@kernel
def pack(
    subtree,  # IN  coords, and ids in order
    first_block, first_node, n_nodes,  # IN  what the subtree covers
    nodes,  # IN  right; OUT the leaves' low and high
    blocks,  # OUT panels, norms, centers, scales, radii
):  # fmt: skip
    """Write the blocks of a subtree."""
    for node in range(first_node, first_node + n_nodes):
        if nodes.right[node] < 0:
            block = -1 - nodes.right[node]
            start = (block - first_block) * BLOCK_ROWS
            stop = start + BLOCK_ROWS
            if stop > len(subtree.ids):
                stop = len(subtree.ids)
            _pack_block(subtree, start, stop, block, node, nodes, blocks)
