"""Search and count rows by the features that both rows have.

Let x be a query, y a row, P the features that both have, n their number, D the number of all
features. The squared distance is D / n times the sum of (x_f - y_f)^2 over P, as in scikit-learn's
`nan_euclidean_distances`. If P is empty, the distance is infinite.

The screening of `screening` serves here with more columns. Let u and v be the scaled offsets of x
and y from the center of y's block, 0 where a value is missing, a_f = 1 if x lacks f, and b_f = 1 if
y does. Then the scaled sum over P is

    |u|^2 + |v|^2 - 2 u.v - sum b_f u_f^2 - sum a_f v_f^2.

So for each feature that some rows of the block lack, there is a column b_f with the coefficient
-u_f^2, and for each feature that some queries of the group lack, a column v_f^2 with the
coefficient -a_f. Rows of a class are ordered by the features that they lack, so there are few such
columns. A feature that all rows of a block lack needs no column, if u_f is 0 for that block. Nor
does a feature that no query of the group has: u_f = 0, and v_f^2 is subtracted from |v|^2.

x has at most D - m features in common with a row if it lacks m. So a row with a sum above
(D - m) / D times the last squared distance of x's list is too far. Gaps between x and a box are
summed over the features that all queries of the group and all rows of the box have.

The absolute values of the products sum to at most 2 (|u| + R)^2, so the error bound is twice that
of `screening`, with the number of columns in place of the number of features.
"""

import numpy as np

from fastsmote._kernels.heap import sift_down
from fastsmote._kernels.jit import inlined, kernel, outlined
from fastsmote._kernels.layout import BLOCK_PANELS, BLOCK_ROWS, GROUP_ROWS, PANEL_ROWS
from fastsmote._kernels.partial_screening import (
    NEAREST_BLOCKS,
    block_of,
    estimate,
    gather,
    measure_active,
    near_partial_panels,
    panel_of,
    partial_sq_distance,
    scale_reach,
    slots_of_active,
    start_partial,
)
from fastsmote._kernels.screening import (
    EPS32,
    NONE,
    ONE,
    TINY32,
    prefetch_passed,
    screen,
    start_group,
    tile_place,
)
from fastsmote._kernels.search import MOST_DISTANCE, limit_within
from fastsmote._kernels.simd import (
    bit,
    first_bits,
    fma,
    load64,
    load_splat64,
    lowest_bit,
    place_of_least,
    store,
)
from fastsmote._kernels.tile import load_panel
from fastsmote._kernels.tile_shape import LANES, TILE_ROWS


@outlined
def _expect(blocks, block, values, norms, slot, k, n_columns, metric, scale, tile, scratch):
    """Bound the screening of an empty list by the k-th nearest of the rows of a panel.

    As in `search`, one of k + 1 rows may be the query itself. A row of the block has at least
    n_counted features minus those that the query and any row lack in common with the query.
    """
    share, n_counted = scratch.shares[tile.active[slot]], metric.n_counted
    n_least = n_counted * share - blocks.n_most[block] - 0.5
    if k >= PANEL_ROWS or n_least <= 0.0:
        return
    at, panel, stride = tile_place(slot, n_columns), 0, LANES * n_columns
    least = load64(norms, 0)
    for _ in range(n_columns):
        least = fma(load_splat64(tile.coefs, at), load_panel(values, panel, stride), least)
        panel += LANES
        at += TILE_ROWS
    store(tile.values, 0, least)
    rest, lane = ~NONE, 0
    for _ in range(k + 1):
        lane = place_of_least(least, rest)
        rest &= ~bit(lane)
    norm = np.float64(tile.norms[slot])
    both = norm + blocks.radii[block]
    scale *= blocks.scales[block]
    error = 4 * (n_columns + 24) * EPS32 * both * both + len(scratch.boxed) * 1e-323 * scale * scale
    error += 2.0 * metric.codes.shape[1] * metric.penalty * scale * scale
    farthest = (tile.values[lane] + norm * norm + error) * (n_counted * share / n_least)
    limit = farthest + error - norm * norm
    limit = np.float32(limit + abs(limit) * 2.0**-23 + TINY32)
    huge = MOST_DISTANCE * scale
    if limit < tile.limits[slot] and farthest < huge * huge:
        tile.limits[slot] = limit


@outlined
def _take(blocks, block, place, slot, X, queries, first, n_columns, metric, group, tile, scratch):
    """Measure the rows of a panel that pass one query's screening, and update its list."""
    q = tile.active[slot]
    i = first + q
    query = queries.rows[i]
    sq_distances, neighbors = queries.sq_distances[i], queries.neighbor_rows[i]
    passed = tile.lanes[slot]
    while passed != NONE:
        lane = lowest_bit(passed)
        passed &= passed - ONE
        row = blocks.rows[place + lane]
        if row < 0 or (queries.skip_self and row == query):
            continue
        if sq_distances[0] == 0.0 and row > neighbors[0]:
            continue
        distance = partial_sq_distance(queries.X, query, X, row, metric)
        if distance > sq_distances[0] or (distance == sq_distances[0] and row >= neighbors[0]):
            continue
        sift_down(sq_distances, neighbors, len(neighbors), 0, distance, row)
        if sq_distances[0] == np.inf:
            continue
        scale_reach(sq_distances[0], neighbors[0], q, queries.scale, group, scratch)
        limit = limit_within(
            group.reach[q] * blocks.scales[block],
            tile.norms[slot],
            blocks.radii[block],
            2 * n_columns + 16,
        )
        if limit < tile.limits[slot]:
            tile.limits[slot] = limit


@inlined
def _is_witness(row, witnesses, n_counted):
    """Whether a row has been counted already."""
    is_found = False
    for place in range(n_counted):
        is_found |= witnesses[place] == row
    return is_found


@outlined
def _count(blocks, place, slot, X, queries, first, metric, group, tile):
    """Count the rows of a panel that come before one query's limit, up to the maximum."""
    q = tile.active[slot]
    i = first + q
    query, limit, limit_row = queries.rows[i], queries.limits[i], queries.limit_rows[i]
    witnesses, passed, n_counted = queries.witnesses[i], tile.lanes[slot], queries.n_counted[i]
    while passed != NONE and n_counted < len(witnesses):
        lane = lowest_bit(passed)
        passed &= passed - ONE
        row = blocks.rows[place + lane]
        if row < 0 or (queries.skip_self and row == query):
            continue
        if limit == 0.0 and row > limit_row:
            continue
        distance = partial_sq_distance(queries.X, query, X, row, metric)
        is_before = distance < limit or (distance == limit and row < limit_row)
        if is_before and not _is_witness(row, witnesses, n_counted):
            witnesses[n_counted] = row
            n_counted += 1
    queries.n_counted[i] = n_counted
    if n_counted == len(witnesses):
        group.full[0] |= bit(q)


@kernel
def search(
    blocks,  # IN  PartialBlocks
    X,  # IN  (n_rows, n_features) the table that the blocks index
    metric,  # IN  Metric
    queries,  # IN  Queries; its lists IN/OUT
    homes,  # IN  (n,) the block that holds each query, or empty if the blocks hold none
    start, stop,  # IN  which queries
    most_blocks,  # IN  maximum number of blocks that a group visits
    walk,  # IN  the coordinates of the queries, finite, and scratch
    scratch,  # IN  PartialScratch
):  # fmt: skip
    """Improve the lists of some queries by the rows of the blocks."""
    group, tile, near = walk.group, walk.tile, walk.near
    n_features, k, n_blocks = X.shape[1], queries.neighbor_rows.shape[1], len(blocks.scales)
    for first in range(start, stop, GROUP_ROWS):
        n_members, n_visited, has_empty = start_group(first, start, stop, walk), 0, True
        start_partial(first, n_members, queries.X, queries.rows, metric, scratch)
        last = first + n_members - 1
        estimate(blocks, group.middle, homes, first, last, metric.n_counted, scratch)
        for q in range(n_members):
            limit, last_row = (
                queries.sq_distances[first + q, 0],
                queries.neighbor_rows[first + q, 0],
            )
            scale_reach(limit, last_row, q, queries.scale, group, scratch)
        for turn in range(NEAREST_BLOCKS + n_blocks):
            block = block_of(turn, scratch)
            if block < 0:
                continue
            if n_visited == most_blocks:
                break
            members = near_partial_panels(
                blocks, block, first_bits(n_members), group, scratch, walk.state, near
            )
            if members == NONE:
                continue
            n_visited += 1
            n_active = gather(members, group, tile, near, scratch)
            n_columns = measure_active(blocks, block, n_active, tile, scratch)
            for panel in range(BLOCK_PANELS):
                if near[panel] == NONE:
                    continue
                place = block * BLOCK_ROWS + panel * PANEL_ROWS
                values, norms = panel_of(blocks, block, panel, n_features, scratch)
                wanted = slots_of_active(near[panel], n_active, tile.active)
                if has_empty:
                    has_empty = False
                    for slot in range(n_active):
                        if queries.sq_distances[first + tile.active[slot], 0] == np.inf:
                            has_empty = True
                            _expect(
                                blocks, block, values, norms, slot, k, n_columns, metric,
                                queries.scale, tile, scratch,
                            )  # fmt: skip
                hits = screen(
                    values, norms, 0, tile.coefs, tile.limits, n_active, n_columns, wanted,
                    tile.lanes,
                )  # fmt: skip
                prefetch_passed(blocks.rows, place, hits, tile.lanes, X)
                while hits != NONE:
                    slot = lowest_bit(hits)
                    hits &= hits - ONE
                    _take(
                        blocks, block, place, slot, X, queries, first, n_columns, metric,
                        group, tile, scratch,
                    )  # fmt: skip


@kernel
def count_before(
    blocks,  # IN  PartialBlocks
    X,  # IN  (n_rows, n_features) the table that the blocks index
    metric,  # IN  Metric
    queries,  # IN  CountQueries; n_counted and witnesses IN/OUT
    homes,  # IN  (n,) as in `search`
    start, stop,  # IN  which queries
    first_block, stop_block,  # IN  which blocks; NEAREST_BLOCKS of all blocks if the first is -1
    walk,  # IN  the coordinates of the queries, finite, and scratch
    scratch,  # IN  PartialScratch
):  # fmt: skip
    """Go on counting the rows of some blocks that come before each query's limit."""
    group, tile, near = walk.group, walk.tile, walk.near
    n_features, is_nearest = X.shape[1], first_block < 0
    n_turns = min(NEAREST_BLOCKS, len(blocks.scales)) if is_nearest else stop_block - first_block
    for first in range(start, stop, GROUP_ROWS):
        n_members = start_group(first, start, stop, walk)
        start_partial(first, n_members, queries.X, queries.rows, metric, scratch)
        if is_nearest:
            last = first + n_members - 1
            estimate(blocks, group.middle, homes, first, last, metric.n_counted, scratch)
        for q in range(n_members):
            i = first + q
            scale_reach(queries.limits[i], queries.limit_rows[i], q, queries.scale, group, scratch)
        for turn in range(n_turns):
            block = block_of(turn, scratch) if is_nearest else first_block + turn
            left = first_bits(n_members) & ~group.full[0]
            if left == NONE:
                break
            members = near_partial_panels(blocks, block, left, group, scratch, walk.state, near)
            if members == NONE:
                continue
            n_active = gather(members, group, tile, near, scratch)
            n_columns = measure_active(blocks, block, n_active, tile, scratch)
            for panel in range(BLOCK_PANELS):
                if near[panel] == NONE:
                    continue
                place = block * BLOCK_ROWS + panel * PANEL_ROWS
                values, norms = panel_of(blocks, block, panel, n_features, scratch)
                wanted = slots_of_active(near[panel], n_active, tile.active)
                hits = screen(
                    values, norms, 0, tile.coefs, tile.limits, n_active, n_columns, wanted,
                    tile.lanes,
                )  # fmt: skip
                while hits != NONE:
                    slot = lowest_bit(hits)
                    hits &= hits - ONE
                    _count(blocks, place, slot, X, queries, first, metric, group, tile)


@kernel
def sq_distances(
    X,  # IN  (n_rows, n_features)
    rows,  # IN  (n,)
    others,  # IN  (n,)
    metric,  # IN  Metric
    start, stop,  # IN  which pairs
    out,  # OUT (n, 1)
):  # fmt: skip
    """Compute the squared distance of each pair rows[i], others[i]."""
    for i in range(start, stop):
        out[i, 0] = partial_sq_distance(X, rows[i], X, others[i], metric)
