"""Exact search of the k nearest rows: float32 screens, float64 sums of squares decide.

The search fills max-heaps, so several trees can be searched one after the other with the same
lists. `NeighborLists.finish` sorts the lists.
"""

import numpy as np

from fastsmote._kernels.heap import sift_down
from fastsmote._kernels.jit import inlined, kernel, outlined
from fastsmote._kernels.layout import BLOCK_PANELS, BLOCK_ROWS, GROUP_ROWS, PANEL_ROWS
from fastsmote._kernels.screening import (
    EPS32,
    FAR,
    NONE,
    ONE,
    TINY32,
    all_panels,
    compact,
    has_rows,
    measure,
    near_panels,
    next_block,
    panel_values,
    prefetch_passed,
    screen,
    set_reach,
    slots_of,
    sq_distance,
    start_group,
)  # fmt: skip
from fastsmote._kernels.simd import (
    bit,
    lowest_bit,
    place_of_least,
    smaller,
    splat64,
    store,
)  # fmt: skip

MOST_DISTANCE = 1e154  # its square does not overflow, in any order of the sum


@inlined
def limit_within(reach, norm, radius, n_features):
    """Return the screening limit derived in `screening`, rounded up to float32."""
    if not norm <= FAR:
        return np.float32(np.inf)
    both = np.float64(norm) + radius
    apart = reach + EPS32 * both
    error = (n_features + 16) * EPS32 * both * both
    limit = apart * apart + error - np.float64(norm) * np.float64(norm)
    return np.float32(limit + abs(limit) * 2.0**-23 + TINY32)


@outlined
def _expect(blocks, block, slot, k, scale, group, tile):
    """Bound the screening of an empty list by the k-th nearest of some rows of the block.

    Let A and B be the values of two rows, see `screening`. If A > B + 2 (E + 8 eps (|u| + R)^2),
    the first row is farther than the second, with two exceptions: the squares of both may
    underflow, and the difference may be within the slack of the coordinates. Two more terms of
    the limit cover these. The function computes the lowest value in each of 64 parts of the
    block. The (k + 1)-th lowest of them bounds the k nearest rows; one of the k + 1 rows may be
    the query itself.
    """
    first, n_features = block * BLOCK_ROWS, len(group.middle)
    if k >= PANEL_ROWS:
        return
    least = splat64(np.float32(np.inf))
    for place in range(first, first + BLOCK_ROWS, PANEL_ROWS):
        if not has_rows(blocks, place // PANEL_ROWS):
            break
        least = smaller(panel_values(blocks, place, slot, n_features, tile), least)
    store(tile.values, 0, least)
    rest, lane = ~NONE, 0
    for _ in range(k + 1):
        lane = place_of_least(least, rest)
        rest &= ~bit(lane)
    both = np.float64(tile.norms[slot]) + blocks.radii[block]
    slack = group.slack[tile.active[slot]] * blocks.scales[block]
    scale *= blocks.scales[block]
    error = 2 * (n_features + 24) * EPS32 * both * both + 4.0 * slack * (both + slack)
    limit = tile.values[lane] + error + n_features * 1e-323 * scale * scale
    limit = np.float32(limit + abs(limit) * 2.0**-23 + TINY32)
    norm, huge = np.float64(tile.norms[slot]), MOST_DISTANCE * scale
    if limit < tile.limits[slot] and limit + norm * norm < huge * huge:
        tile.limits[slot] = limit


@inlined
def _lower_rows(rows, place, lanes, row):
    """Return the lanes that are set and have a row number of at most ``row``."""
    rest = lanes
    while rest != NONE:
        lane = lowest_bit(rest)
        rest &= rest - ONE
        if rows[place + lane] > row:
            lanes &= ~bit(lane)
    return lanes


@outlined
def _take(blocks, block, place, slot, X, queries, first, group, tile):
    """Measure the rows of a panel that pass one query's screening, and update its list."""
    q = tile.active[slot]
    i = first + q
    query, n_features = queries.rows[i], X.shape[1]
    sq_distances, neighbors = queries.sq_distances[i], queries.neighbor_rows[i]
    passed = tile.lanes[slot]
    while passed != NONE:
        lane = lowest_bit(passed)
        passed &= passed - ONE
        row = blocks.rows[place + lane]
        if row < 0 or (queries.skip_self and row == query):
            continue
        if sq_distances[0] == 0.0 and row > neighbors[0]:
            passed = _lower_rows(blocks.rows, place, passed, neighbors[0])
            continue
        distance = sq_distance(queries.X, query, X, row)
        if distance > sq_distances[0] or (distance == sq_distances[0] and row >= neighbors[0]):
            if blocks.is_pile[block]:
                break
            continue
        sift_down(sq_distances, neighbors, len(neighbors), 0, distance, row)
        if sq_distances[0] == np.inf:  # a place is still empty
            continue
        set_reach(sq_distances[0], neighbors[0], q, queries.scale, group)
        limit = limit_within(
            group.reach[q] * blocks.scales[block],
            tile.norms[slot],
            blocks.radii[block],
            n_features,
        )
        if limit < tile.limits[slot]:
            tile.limits[slot] = limit


@kernel
def search(
    tree,  # IN
    X,  # IN  (n_rows, n_features) the table that the tree indexes
    queries,  # IN  Queries; its lists IN/OUT
    start, stop,  # IN  which queries
    most_blocks,  # IN  maximum number of blocks that a group visits
    walk,  # IN  the coordinates of the queries, and scratch
):  # fmt: skip
    """Improve the lists of some queries by the rows of a tree."""
    nodes, blocks, group, tile = tree.nodes, tree.blocks, walk.group, walk.tile
    to_visit, concerned, state = walk.nodes, walk.members, walk.state
    near, n_features, k = walk.near, X.shape[1], queries.neighbor_rows.shape[1]
    for first in range(start, stop, GROUP_ROWS):
        for q in range(start_group(first, start, stop, walk)):
            i = first + q
            limit, last_row = queries.sq_distances[i, 0], queries.neighbor_rows[i, 0]
            set_reach(limit, last_row, q, queries.scale, group)
        has_empty, n_blocks = True, 0
        while n_blocks < most_blocks:
            block, members = next_block(nodes, group, to_visit, concerned, state)
            if block < 0:
                break
            if has_empty:
                all_panels(blocks, block, members, near)
            else:
                members = near_panels(blocks, block, members, group, state, near)
                if members == NONE:
                    continue
            n_blocks += 1
            measure(blocks, block, members, group, tile)
            n_active = compact(members, n_features, tile)
            if has_empty:
                has_empty = False
                for slot in range(n_active):
                    if queries.sq_distances[first + tile.active[slot], 0] == np.inf:
                        has_empty = True
                        _expect(blocks, block, slot, k, queries.scale, group, tile)
            for panel in range(BLOCK_PANELS):
                place = block * BLOCK_ROWS + panel * PANEL_ROWS
                if near[panel] == NONE:
                    continue
                wanted = slots_of(near[panel], n_active, tile.active)
                hits = screen(
                    blocks.panels, blocks.norms, place,
                    tile.coefs, tile.limits, n_active, n_features, wanted, tile.lanes,
                )  # fmt: skip
                prefetch_passed(blocks.rows, place, hits, tile.lanes, X)
                while hits != NONE:
                    slot = lowest_bit(hits)
                    hits &= hits - ONE
                    _take(blocks, block, place, slot, X, queries, first, group, tile)
