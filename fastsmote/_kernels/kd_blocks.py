"""Order rows by k-d splits and pack them into blocks that a CPU can stream.

Most of these loops wait for memory. Vectorizing them would make them little faster and would
double their compile time.
"""

import math

import numpy as np

from fastsmote._kernels.jit import inlined, kernel
from fastsmote._kernels.layout import BLOCK_PANELS, BLOCK_ROWS, PANEL_ROWS
from fastsmote._kernels.tile_shape import LANES


@kernel
def select(
    keys,  # IN/OUT (n,)
    ids,  # IN/OUT (n,) distinct, moved along with keys
    left, right,  # IN  first and last place to order
    nth,  # IN  place that must hold the same element as after a full sort
):  # fmt: skip
    """Quickselect by (key, id). Ids are distinct, so equal keys do not slow it down."""
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


@inlined
def _widest_feature(coords, ids, start, stop):
    """The coordinate with the largest variance, estimated from a sample of about 64 rows."""
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
    spans,  # IN  (n_nodes, 2) first block of each node, and one past its last
    first_node,  # IN  number in nodes of the first node of spans
    nodes,  # OUT features, keys, key_rows
):  # fmt: skip
    """Order a subtree's rows into blocks, splitting each node before its children."""
    coords, ids, keys = subtree.coords, subtree.ids, subtree.keys
    features, split_keys, split_rows = nodes.features, nodes.keys, nodes.key_rows
    for node in range(len(spans)):
        lo, hi = spans[node, 0], spans[node, 1]
        if hi - lo == 1:
            continue
        start, middle, stop = lo * block_rows, (lo + hi) // 2 * block_rows, hi * block_rows
        if stop > len(ids):
            stop = len(ids)
        feature = _widest_feature(coords, ids, start, stop)
        for i in range(start, stop):
            keys[i] = coords[ids[i], feature]
        select(keys, ids, start, stop - 1, middle)
        features[first_node + node] = feature
        split_keys[first_node + node], split_rows[first_node + node] = keys[middle], ids[middle]


@kernel
def order_panels(
    subtree,  # IN  coords; IN/OUT ids, ordered into blocks
):  # fmt: skip
    """Order the rows of each block, so that those of a panel are near each other."""
    coords, ids, keys, n_rows = subtree.coords, subtree.ids, subtree.keys, BLOCK_ROWS
    while n_rows > PANEL_ROWS:
        half = n_rows // 2
        for start in range(0, len(ids) - half, n_rows):
            stop = min(start + n_rows, len(ids))
            feature = _widest_feature(coords, ids, start, stop)
            for i in range(start, stop):
                keys[i] = coords[ids[i], feature]
            select(keys, ids, start, stop - 1, start + half)
        n_rows = half


@kernel
def route(
    coords,  # IN  (stop - start, n_features)
    rows,  # IN  (n,) row numbers
    start, stop,  # IN  range of rows to which coords belong
    nodes,  # IN  right, features, keys, key_rows
    leaves,  # OUT (n,) leaf of each row, as a block number
):  # fmt: skip
    """Find the leaf of each row in a tree that was built from a sample of the rows."""
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
    starts,  # IN/OUT (n_leaves,) first place in out of each leaf's rows; OUT one past the last
    out,  # OUT (n,)
):  # fmt: skip
    """Group rows by leaf, keeping their order within each leaf."""
    for i in range(len(rows)):
        leaf = leaves[i]
        out[starts[leaf]] = rows[i]
        starts[leaf] += 1


@inlined
def _boxes(coords, ids, unit, panel_low, panel_high, low, high, center):
    """Compute the boxes of a block and its panels, and its center; return its largest width.

    The box of a panel without rows has its low corner above the high one. That of a panel whose
    first row is NaN is NaN, which excludes nothing.
    """
    n_features, widest = len(center), 0.0
    for panel in range(BLOCK_PANELS):
        first, stop = panel * PANEL_ROWS, min((panel + 1) * PANEL_ROWS, len(ids))
        for j in range(n_features):
            panel_low[panel, j], panel_high[panel, j] = np.inf, -np.inf
            if first < stop:
                panel_low[panel, j] = panel_high[panel, j] = coords[ids[first], j] * unit
        for i in range(first + 1, stop):
            row = ids[i]
            for j in range(n_features):
                value = coords[row, j] * unit
                if value < panel_low[panel, j]:
                    panel_low[panel, j] = value
                if value > panel_high[panel, j]:
                    panel_high[panel, j] = value
        for j in range(n_features):
            if panel == 0 or panel_low[panel, j] < low[j]:
                low[j] = panel_low[panel, j]
            if panel == 0 or panel_high[panel, j] > high[j]:
                high[j] = panel_high[panel, j]
    for j in range(n_features):
        center[j] = 0.5 * low[j] + 0.5 * high[j]
        if high[j] - low[j] > widest:
            widest = high[j] - low[j]
    return widest


@inlined
def _pack_two(coords, a, b, unit, center, scale, panels, at):
    """Write two rows' float32 offsets from a block's center; return their squared lengths.

    With one row at a time, each addition would wait for the one before. With four, the kernel
    would take 0.2 s longer to compile.
    """
    sum_a = sum_b = 0.0
    for j in range(len(center)):
        offset_a = np.float32((coords[a, j] * unit - center[j]) * scale)
        offset_b = np.float32((coords[b, j] * unit - center[j]) * scale)
        panels[at], panels[at + 1] = offset_a, offset_b
        at += LANES
        sum_a += np.float64(offset_a) * np.float64(offset_a)
        sum_b += np.float64(offset_b) * np.float64(offset_b)
    return sum_a, sum_b


@kernel
def pack(
    subtree,  # IN  coords, unit, and ids in order
    first_block,  # IN  number of the subtree's first block
    leaves,  # IN  (n_blocks,) node of each block
    low, high,  # OUT (n_nodes, n_features) the leaves' boxes
    blocks,  # OUT panels, norms, centers, scales, radii, low, high
):  # fmt: skip
    """Write the blocks of a subtree and the boxes of its leaves."""
    coords, unit, all_ids = subtree.coords, subtree.unit, subtree.ids
    panels, norms, centers = blocks.panels, blocks.norms, blocks.centers
    scales, radii, n_features = blocks.scales, blocks.radii, coords.shape[1]
    panel_low, panel_high = blocks.low, blocks.high
    for i in range(len(leaves)):
        block, leaf = first_block + i, leaves[i]
        ids, center = all_ids[i * BLOCK_ROWS : (i + 1) * BLOCK_ROWS], centers[block]
        of_block = slice(block * BLOCK_PANELS, (block + 1) * BLOCK_PANELS)
        width = _boxes(
            coords, ids, unit,
            panel_low[of_block], panel_high[of_block], low[leaf], high[leaf], center,
        )  # fmt: skip
        exponent, farthest = 0, 0.0
        if 1e-290 < width < 1e290:
            exponent = 1 - math.frexp(width)[1]
        scale = math.ldexp(1.0, exponent)
        for r in range(0, len(ids), 2):
            place, lane = block * BLOCK_ROWS + r, r % LANES
            at = (place - lane) * n_features + lane
            other = min(r + 1, len(ids) - 1)  # an unpaired last row is written twice
            sq_norm, sq_norm_other = _pack_two(
                coords, ids[r], ids[other], unit, center, scale, panels, at
            )
            norms[place + other - r] = sq_norm_other
            norms[place] = sq_norm
            if sq_norm >= 0.0 and sq_norm_other >= 0.0:
                farthest = max(farthest, sq_norm, sq_norm_other)
            else:  # NaN: then the screening of the block excludes nothing
                farthest = np.inf
        scales[block] = scale
        radii[block] = math.sqrt(farthest)
