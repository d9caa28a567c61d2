"""Count the rows that come before a given neighbor, up to a maximum.

Counting needs no list of the nearest rows. A row that the screening proves to be nearer is
counted without computing its distance. A query that has reached the maximum leaves the walk.
"""

import math

import numpy as np

from fastsmote._kernels.jit import inlined, kernel, outlined
from fastsmote._kernels.layout import BLOCK_PANELS, BLOCK_ROWS, GROUP_ROWS, PANEL_ROWS
from fastsmote._kernels.screening import (
    DEPTH,
    EPS32,
    FAR,
    NONE,
    ONE,
    TINY32,
    compact,
    measure,
    near_panels,
    next_block,
    panel_values,
    screen,
    set_reach,
    slots_of,
    sq_distance,
    start_group,
)  # fmt: skip
from fastsmote._kernels.simd import bit, lowest_bit, not_above, splat64


@inlined
def _surely_nearer(blocks, block, place, slot, reach, n_features, tile):
    """Return the rows of a panel that the screening proves to be nearer than ``reach``."""
    norm = np.float64(tile.norms[slot])
    both = norm + blocks.radii[block]
    reach = reach * blocks.scales[block] - EPS32 * both
    if not (norm <= FAR and reach > 0.0):
        return NONE
    error = (n_features + 16) * EPS32 * both * both
    limit = reach * reach * (1.0 - 2.0**-20) - error - norm * norm
    limit = splat64(np.float32(limit - abs(limit) * 2.0**-23 - TINY32))
    return not_above(panel_values(blocks, place, slot, n_features, tile), limit)


@outlined
def _count(blocks, block, place, slot, X, queries, first, group, tile):
    """Count the rows of a panel that come before one query's limit, up to the maximum.

    Rows that are surely nearer are counted first and are not read from X, because reading
    them would take most of the time.
    """
    q = tile.active[slot]
    i = first + q
    query, n_features = queries.rows[i], X.shape[1]
    limit, limit_row, witnesses = queries.limits[i], queries.limit_rows[i], queries.witnesses[i]
    roundoff, reach = 1.0 + (2 * n_features + 8) * 2.0**-52, 0.0
    if 1e-300 < limit < np.inf:
        reach = math.sqrt(limit / roundoff) * queries.scale - group.slack[q]
    passed, n_counted = tile.lanes[slot], queries.n_counted[i]
    sure = passed & _surely_nearer(blocks, block, place, slot, reach, n_features, tile)
    while passed != NONE and n_counted < len(witnesses):
        is_sure = sure != NONE
        lane = lowest_bit(sure if is_sure else passed)
        passed &= ~bit(lane)
        sure &= ~bit(lane)
        row = blocks.rows[place + lane]
        if row < 0 or (queries.skip_self and row == query):
            continue
        if not is_sure:
            if limit == 0.0 and row > limit_row:
                continue
            distance = sq_distance(queries.X, query, X, row)
            if distance > limit or (distance == limit and row >= limit_row):
                if blocks.is_pile[block]:
                    break
                continue
        witnesses[n_counted] = row
        n_counted += 1
    queries.n_counted[i] = n_counted
    if n_counted == len(witnesses):
        group.full[0] |= bit(q)


@kernel
def count_before(
    tree,  # IN
    X,  # IN  (n_rows, n_features) the table that the tree indexes
    queries,  # IN  CountQueries; n_counted and witnesses OUT
    start, stop,  # IN  which queries
    most_blocks,  # IN  maximum number of blocks that a group visits
    is_cut,  # OUT (n,) whether a query has more blocks in reach
    walk,  # IN  the coordinates of the queries, and scratch
):  # fmt: skip
    """Count the rows of a tree that come before each query's limit."""
    nodes, blocks, group, tile = tree.nodes, tree.blocks, walk.group, walk.tile
    to_visit, concerned, state = walk.nodes, walk.members, walk.state
    near, n_features = walk.near, X.shape[1]
    for first in range(start, stop, GROUP_ROWS):
        n_members, n_blocks = start_group(first, start, stop, walk), 0
        for q in range(n_members):
            i = first + q
            queries.n_counted[i] = 0
            set_reach(queries.limits[i], queries.limit_rows[i], q, queries.scale, group)
        while n_blocks < most_blocks:
            block, members = next_block(nodes, group, to_visit, concerned, state)
            if block < 0:
                break
            members = near_panels(blocks, block, members, group, state, near)
            if members == NONE:
                continue
            n_blocks += 1
            measure(blocks, block, members, group, tile)
            n_active = compact(members, n_features, tile)
            for panel in range(BLOCK_PANELS):
                place = block * BLOCK_ROWS + panel * PANEL_ROWS
                if near[panel] == NONE:
                    continue
                wanted = slots_of(near[panel], n_active, tile.active)
                hits = screen(
                    blocks.panels, blocks.norms, place,
                    tile.coefs, tile.limits, n_active, n_features, wanted, tile.lanes,
                )  # fmt: skip
                while hits != NONE:
                    slot = lowest_bit(hits)
                    hits &= hits - ONE
                    _count(blocks, block, place, slot, X, queries, first, group, tile)
        for i in range(first, first + n_members):
            is_cut[i] = state[DEPTH] > 0
