"""Screening by the features that both rows have; see `partial` for the sums and their bounds."""

import numpy as np

from fastsmote._kernels.jit import inlined, outlined
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
    set_reach,
    tile_place,
)
from fastsmote._kernels.simd import (
    add,
    count_bits,
    fma,
    larger,
    load16,
    lowest_bit,
    mul,
    not_above,
    splat16,
    sqrt,
    store,
    sub,
)
from fastsmote._kernels.tile import (
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
def start_partial(first, n_members, queries_X, query_rows, metric, scratch):
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
def estimate(blocks, middle, homes, first, last, n_counted, scratch):
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
def block_of(turn, scratch):
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
def scale_reach(sq_distance, row, q, scale, group, scratch):
    """Convert a member's last squared distance to its reach, as `set_reach`."""
    share = scratch.shares[q] if sq_distance < np.inf else 1.0
    set_reach(sq_distance * share, row, q, scale, group)


@outlined
def in_partial_reach(low, high, box, members, group, scratch):
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
def near_partial_panels(blocks, block, members, group, scratch, state, near):
    """Find the members that have each panel of a block in reach; return those with any.

    As in `near_panels`, a group stops testing panels if this costs more than it saves.
    """
    members = in_partial_reach(blocks.block_low, blocks.block_high, block, members, group, scratch)
    if members == NONE or state[BALANCE] < 0:
        all_panels(blocks, block, members, near)
        return members
    of_any, n_dropped = NONE, -BLOCK_PANELS * COST
    for panel in range(BLOCK_PANELS):
        place = block * BLOCK_PANELS + panel
        near[panel] = NONE
        if has_rows(blocks, place):
            near[panel] = in_partial_reach(blocks.low, blocks.high, place, members, group, scratch)
            n_dropped += count_bits(members & ~near[panel])
        of_any |= near[panel]
    state[BALANCE] = min(state[BALANCE] + n_dropped, MOST_CREDIT)
    return of_any


@outlined
def gather(members, group, tile, near, scratch):
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
def slots_of_active(members, n_active, active):
    """Return the places of some members among the active ones, one bit each."""
    slots = NONE
    for slot in range(n_active):
        slots |= (members >> np.uint64(active[slot]) & ONE) << np.uint64(slot)
    return slots


@outlined
def measure_active(blocks, block, n_active, tile, scratch):
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
def compose(blocks, block, panel, n_features, scratch):
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


@inlined
def panel_of(blocks, block, panel, n_features, scratch):
    """Return the columns and the squared lengths of a panel, as a group needs them."""
    n_stored, n_mixed = n_features + blocks.n_partial[block], scratch.counts[MIXED]
    place = block * BLOCK_ROWS + panel * PANEL_ROWS
    values = blocks.panels[blocks.starts[block] + panel * PANEL_ROWS * n_stored :]
    norms = blocks.norms[place : place + PANEL_ROWS]
    if scratch.counts[LACKED] + n_mixed > 0:
        compose(blocks, block, panel, n_features, scratch)
        norms = scratch.norms
        if n_mixed > 0:
            values = scratch.panel
    return values, norms
