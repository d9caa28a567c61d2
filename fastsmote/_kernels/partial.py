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
from fastsmote._kernels.screening import (
    BALANCE,
    BOX_FEATURES,
    COST,
    EPS32,
    FAR,
    MOST_CREDIT,
    NONE,
    ONE,
    SIXTEEN,
    TINY32,
    all_panels,
    has_rows,
    prefetch_passed,
    screen,
    set_reach,
    start_group,
    tile_place,
)
from fastsmote._kernels.search import MOST_DISTANCE, limit_within
from fastsmote._kernels.simd import (
    add,
    bit,
    count_bits,
    first_bits,
    fma,
    larger,
    load16,
    load64,
    load_splat64,
    lowest_bit,
    mul,
    not_above,
    place_of_least,
    splat16,
    sqrt,
    store,
    sub,
)
from fastsmote._kernels.tile import (
    load_panel,
    load_scaled,
    splat_queries,
    store_tiles,
)
from fastsmote._kernels.tile_shape import LANES, MEASURED, TILE_ROWS

BOXED, LACKED, MIXED = 0, 1, 2  # places in the counts of a PartialScratch
NEAREST_BLOCKS = 8  # visited first, in order of their estimated distance; then the others
NO_GAP = np.float32(1e-30)


@inlined
def partial_sq_distance(Q, query, X, row, metric):
    """Return the squared distance by the features that both rows have; inf if there is none."""
    total, n_missing, codes = 0.0, 0, metric.codes
    for f in range(X.shape[1]):
        t = np.float64(Q[query, f]) - np.float64(X[row, f])
        if t == t:
            total += t * t
        else:
            n_missing += 1
    for c in range(codes.shape[1]):
        if codes[query, c] != codes[row, c]:
            total += metric.penalty
            total += metric.penalty
    if n_missing > 0:
        n_common = metric.n_counted - n_missing
        total = total * (metric.n_counted / n_common) if n_common > 0.0 else np.inf
    return total


@outlined
def _start_partial(first, n_members, queries_X, query_rows, metric, scratch):
    """Find the features that the queries of a group have."""
    present, shares, counts = scratch.present, scratch.shares, scratch.counts
    n_counted = metric.n_counted
    for q in range(n_members):
        shares[q] = n_counted
    counts[BOXED] = counts[LACKED] = counts[MIXED] = 0
    for place in range(queries_X.shape[1]):
        j, n_lacking = scratch.order[place], 0
        for q in range(n_members):
            value = queries_X[query_rows[first + q], j]
            is_missing = value != value
            present[j * GROUP_ROWS + q] = 0.0 if is_missing else 1.0
            n_lacking += is_missing
            shares[q] -= is_missing
        if n_lacking == 0:
            scratch.boxed[counts[BOXED]] = j
            counts[BOXED] += 1
        elif n_lacking == n_members:
            scratch.lacked[counts[LACKED]] = j
            counts[LACKED] += 1
        else:
            scratch.mixed[counts[MIXED]] = j
            counts[MIXED] += 1
    for q in range(n_members):
        shares[q] = max(0.0, shares[q] / n_counted) * (1.0 + 2.0**-50)


@outlined
def _estimate(blocks, middle, homes, first, last, n_counted, scratch):
    """Estimate the squared distance of the middle of a group from the rows of each block.

    The blocks that hold the first and the last query come first. The gap from the box would be no
    guide: where rows lack a feature, the box has no gap in it, and a block of rows that are far
    from each other has a small gap from every query.
    """
    boxed, n_boxed, estimates = scratch.boxed, scratch.counts[BOXED], scratch.estimates
    centers, is_lacked = blocks.centers, blocks.is_lacked
    for block in range(len(estimates)):
        total, n_common = blocks.spreads[block], 0
        for i in range(n_boxed):
            j = boxed[i]
            if not is_lacked[block, j]:
                offset = middle[j] - centers[block, j]
                total += offset * offset
                n_common += 1
        estimates[block] = total * (n_counted / max(1, n_common))
        scratch.is_seen[block] = False
    if len(homes) > 0:
        estimates[homes[last]] = -1.0
        estimates[homes[first]] = -2.0


@inlined
def _block_of(turn, scratch):
    """Return the block to visit in a turn of a group; -1 if there is none."""
    estimates, is_seen, block = scratch.estimates, scratch.is_seen, -1
    if turn < NEAREST_BLOCKS:
        for other in range(len(estimates)):
            if not is_seen[other] and (block < 0 or estimates[other] < estimates[block]):
                block = other
    elif not is_seen[turn - NEAREST_BLOCKS]:
        block = turn - NEAREST_BLOCKS
    if block >= 0:
        is_seen[block] = True
    return block


@inlined
def _scale_reach(sq_distance, row, q, scale, group, scratch):
    """Convert a member's last squared distance to its reach, as `set_reach`."""
    share = scratch.shares[q] if sq_distance < np.inf else 1.0
    set_reach(sq_distance * share, row, q, scale, group)


@outlined
def _in_reach(low, high, box, members, group, scratch):
    """Return the members, one bit each, that have a box in reach in the features of all."""
    offsets, limits, sq_gaps, middle = group.offsets, group.box_limits, group.sq_gaps, group.middle
    boxed, n_boxed, first = scratch.boxed, scratch.counts[BOXED], 0
    no_gap, zero = splat16(NO_GAP), splat16(np.float32(0.0))
    while members != NONE and first < n_boxed:
        stop = min(first + BOX_FEATURES, n_boxed)
        for q in range(0, GROUP_ROWS, 16):
            if members & (SIXTEEN << np.uint64(q)) == NONE:
                continue
            sq_gap = zero if first == 0 else load16(sq_gaps, q)
            for i in range(first, stop):
                j = boxed[i]
                if low[box, j] == -np.inf:
                    continue
                x = load16(offsets, j * GROUP_ROWS + q)
                gap = larger(sub(splat16(np.float32(low[box, j] - middle[j])), x), no_gap)
                gap = larger(sub(x, splat16(np.float32(high[box, j] - middle[j]))), gap)
                sq_gap = fma(gap, gap, sq_gap)
            store(sq_gaps, q, sq_gap)
            outside = not_above(sq_gap, load16(limits, q)) ^ SIXTEEN
            members &= ~(outside << np.uint64(q))
        first = stop
    return members


@outlined
def _near_panels(blocks, block, members, group, scratch, state, near):
    """Find the members that have each panel of a block in reach; return those with any.

    As in `near_panels`, a group stops testing panels if this costs more than it saves.
    """
    members = _in_reach(blocks.block_low, blocks.block_high, block, members, group, scratch)
    if members == NONE or state[BALANCE] < 0:
        all_panels(blocks, block, members, near)
        return members
    of_any, n_dropped = NONE, -BLOCK_PANELS * COST
    for panel in range(BLOCK_PANELS):
        place = block * BLOCK_PANELS + panel
        near[panel] = NONE
        if has_rows(blocks, place):
            near[panel] = _in_reach(blocks.low, blocks.high, place, members, group, scratch)
            n_dropped += count_bits(members & ~near[panel])
        of_any |= near[panel]
    state[BALANCE] = min(state[BALANCE] + n_dropped, MOST_CREDIT)
    return of_any


@outlined
def _gather(members, group, tile, near, scratch):
    """Bring the members of a group together, panel by panel; return their number.

    Members that have the same panel in reach come into the same tiles.
    """
    active, n_features, n_active, rest = tile.active, len(group.middle), 0, members
    for panel in range(BLOCK_PANELS):
        some = near[panel] & rest
        rest &= ~some
        while some != NONE:
            active[n_active] = lowest_bit(some)
            some &= some - ONE
            n_active += 1
    for j in range(n_features):
        first = j * GROUP_ROWS
        for slot in range(n_active):
            scratch.coords[first + slot] = group.coords[first + active[slot]]
        if scratch.counts[LACKED] + scratch.counts[MIXED] > 0:
            for slot in range(n_active):
                scratch.present_here[first + slot] = scratch.present[first + active[slot]]
    for slot in range(n_active):
        scratch.reach[slot] = group.reach[active[slot]]
    return n_active


@inlined
def _slots_of(members, n_active, active):
    """Return the places of some members among the active ones, one bit each."""
    slots = NONE
    for slot in range(n_active):
        slots |= (members >> np.uint64(active[slot]) & ONE) << np.uint64(slot)
    return slots


@outlined
def _measure(blocks, block, n_active, tile, scratch):
    """Compute coefficients, norms and limits of the active members; return the column number."""
    scale, center, n_features = blocks.scales[block], blocks.centers[block], len(scratch.boxed)
    coords, coefs, present = scratch.coords, tile.coefs, scratch.present_here
    partial, n_partial, n_mixed = blocks.partial, blocks.n_partial[block], scratch.counts[MIXED]
    n_columns, is_lacked = n_features + n_partial + n_mixed, blocks.is_lacked
    is_complete = n_mixed + scratch.counts[LACKED] == 0
    stride, quarter = TILE_ROWS * n_columns, splat_queries(np.float32(0.25))
    one, minus = splat_queries(np.float32(1.0 + 2.0**-21)), splat_queries(np.float32(-0.25))
    eps = splat_queries(np.float32(EPS32))
    error = splat_queries(np.float32(2 * (n_columns + 16) * EPS32))
    radius, tiny = splat_queries(np.float32(blocks.radii[block])), splat_queries(np.float32(TINY32))
    for q in range(0, n_active, MEASURED):
        sq_norm, at = splat_queries(np.float32(0.0)), q * n_columns
        for j in range(n_features):
            factor = 0.0 if is_lacked[block, j] else 2.0 * scale
            coef = load_scaled(coords, j * GROUP_ROWS + q, -factor, factor * center[j])
            if not is_complete:
                coef = mul(coef, load_scaled(present, j * GROUP_ROWS + q, 1.0, 0.0))
            sq_norm = fma(coef, coef, sq_norm)
            store_tiles(coefs, at, stride, coef)
            at += TILE_ROWS
        for i in range(n_partial):
            j = partial[block, i]
            coef = load_scaled(coords, j * GROUP_ROWS + q, -2.0 * scale, 2.0 * scale * center[j])
            if not is_complete:
                coef = mul(coef, load_scaled(present, j * GROUP_ROWS + q, 1.0, 0.0))
            store_tiles(coefs, at, stride, mul(minus, mul(coef, coef)))
            at += TILE_ROWS
        for i in range(n_mixed):
            coef = load_scaled(present, scratch.mixed[i] * GROUP_ROWS + q, 1.0, -1.0)
            store_tiles(coefs, at, stride, coef)
            at += TILE_ROWS
        sq_norm = mul(quarter, sq_norm)
        norm, reach = sqrt(sq_norm), load_scaled(scratch.reach, q, scale, 0.0)
        both = add(norm, radius)
        apart = mul(one, fma(eps, both, reach))
        limit = sub(fma(apart, apart, fma(error, mul(both, both), tiny)), sq_norm)
        store(tile.norms, q, norm)
        store(tile.limits, q, limit)
    for slot in range(n_active):
        if not tile.norms[slot] <= FAR:
            tile.limits[slot], to = np.inf, tile_place(slot, n_columns)
            for j in range(0, n_columns * TILE_ROWS, TILE_ROWS):
                coefs[to + j] = 0.0
    for slot in range(n_active, -(-n_active // TILE_ROWS) * TILE_ROWS):
        tile.limits[slot] = -np.inf
    return n_columns


@outlined
def _compose(blocks, block, panel, n_features, scratch):
    """Copy a panel, append the squares of mixed features, and leave out lacked ones."""
    panels, out, norms, counts = blocks.panels, scratch.panel, scratch.norms, scratch.counts
    n_stored, n_mixed = n_features + blocks.n_partial[block], counts[MIXED]
    first = blocks.starts[block] + panel * PANEL_ROWS * n_stored
    place = block * BLOCK_ROWS + panel * PANEL_ROWS
    for part in range(0, PANEL_ROWS, LANES):
        source, to = first + part * n_stored, part * (n_stored + n_mixed)
        if n_mixed > 0:
            for i in range(LANES * n_stored):
                out[to + i] = panels[source + i]
            to += LANES * n_stored
        for i in range(n_mixed):
            column = source + scratch.mixed[i] * LANES
            for lane in range(LANES):
                out[to + lane] = panels[column + lane] * panels[column + lane]
            to += LANES
        for lane in range(part, part + LANES):
            norms[lane] = blocks.norms[place + lane]
        for i in range(counts[LACKED]):
            column = source + scratch.lacked[i] * LANES
            for lane in range(LANES):
                norms[part + lane] -= panels[column + lane] * panels[column + lane]


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
        _scale_reach(sq_distances[0], neighbors[0], q, queries.scale, group, scratch)
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
        _start_partial(first, n_members, queries.X, queries.rows, metric, scratch)
        last = first + n_members - 1
        _estimate(blocks, group.middle, homes, first, last, metric.n_counted, scratch)
        for q in range(n_members):
            limit, last_row = (
                queries.sq_distances[first + q, 0],
                queries.neighbor_rows[first + q, 0],
            )
            _scale_reach(limit, last_row, q, queries.scale, group, scratch)
        for turn in range(NEAREST_BLOCKS + n_blocks):
            block = _block_of(turn, scratch)
            if block < 0:
                continue
            if n_visited == most_blocks:
                break
            members = _near_panels(
                blocks, block, first_bits(n_members), group, scratch, walk.state, near
            )
            if members == NONE:
                continue
            n_visited += 1
            n_active = _gather(members, group, tile, near, scratch)
            n_columns = _measure(blocks, block, n_active, tile, scratch)
            n_stored = n_features + blocks.n_partial[block]
            for panel in range(BLOCK_PANELS):
                if near[panel] == NONE:
                    continue
                place = block * BLOCK_ROWS + panel * PANEL_ROWS
                values = blocks.panels[blocks.starts[block] + panel * PANEL_ROWS * n_stored :]
                norms = blocks.norms[place : place + PANEL_ROWS]
                if scratch.counts[LACKED] + scratch.counts[MIXED] > 0:
                    _compose(blocks, block, panel, n_features, scratch)
                    norms = scratch.norms
                    if scratch.counts[MIXED] > 0:
                        values = scratch.panel
                wanted = _slots_of(near[panel], n_active, tile.active)
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
        _start_partial(first, n_members, queries.X, queries.rows, metric, scratch)
        if is_nearest:
            last = first + n_members - 1
            _estimate(blocks, group.middle, homes, first, last, metric.n_counted, scratch)
        for q in range(n_members):
            i = first + q
            _scale_reach(queries.limits[i], queries.limit_rows[i], q, queries.scale, group, scratch)
        for turn in range(n_turns):
            block = _block_of(turn, scratch) if is_nearest else first_block + turn
            left = first_bits(n_members) & ~group.full[0]
            if left == NONE:
                break
            members = _near_panels(blocks, block, left, group, scratch, walk.state, near)
            if members == NONE:
                continue
            n_active = _gather(members, group, tile, near, scratch)
            n_columns = _measure(blocks, block, n_active, tile, scratch)
            n_stored = n_features + blocks.n_partial[block]
            for panel in range(BLOCK_PANELS):
                if near[panel] == NONE:
                    continue
                place = block * BLOCK_ROWS + panel * PANEL_ROWS
                values = blocks.panels[blocks.starts[block] + panel * PANEL_ROWS * n_stored :]
                norms = blocks.norms[place : place + PANEL_ROWS]
                if scratch.counts[LACKED] + scratch.counts[MIXED] > 0:
                    _compose(blocks, block, panel, n_features, scratch)
                    norms = scratch.norms
                    if scratch.counts[MIXED] > 0:
                        values = scratch.panel
                wanted = _slots_of(near[panel], n_active, tile.active)
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
