"""The code shared by searching and counting: groups of queries, the tree walk, and tiles.

A group of queries walks a tree together and visits nearer boxes first. It skips a box that is
out of reach of every member. The rows of each visited block are screened in float32: a tile
compares a few queries with a panel of rows. `search` and `count` compute the distances of the
rows that pass the screening in float64.

The error bound of the screening: let x be a query, y a row, and c the center of y's block. Let
u and v be scale (x - c) and scale (y - c), rounded to float32. The tile computes
A ~ |v|^2 - 2 u.v. Let eps = 2^-24 and R >= |v|. Then |u - scale (x - c)| <= eps |u|, and the
same holds for v. In any order, the float32 sum of n_features products has an error of at most
(n_features + 16) eps (R^2 + 2 |u| R), and |u|^2 in float32 one of at most
(n_features + 16) eps |u|^2. The sum of both is at most E = (n_features + 16) eps (|u| + R)^2.
Let `reach` be the scaled distance within which the query still needs rows. Then
    A > (reach + eps (|u| + R))^2 + E - |u|^2
proves that y is farther than reach. All other rows are decided in float64.
"""

import math

import numpy as np

from fastsmote._kernels.jit import inlined, outlined
from fastsmote._kernels.layout import BLOCK_PANELS, GROUP_ROWS, PANEL_ROWS
from fastsmote._kernels.simd import (
    add,
    bit,
    count_bits,
    first_bits,
    fma,
    larger,
    load16,
    load64,
    load_offsets8,
    load_splat16,
    load_splat64,
    lowest_bit,
    mul,
    nonzero64,
    not_above,
    prefetch,
    prefetch_at,
    splat16,
    sqrt,
    store,
    sub,
)
from fastsmote._kernels.tile import (
    add_products,
    load,
    load_panel,
    load_scaled,
    mark_not_above,
    query_bits,
    splat_queries,
    store_tiles,
    tile_of,
)
from fastsmote._kernels.tile_shape import LANES, MEASURED, TILE_ROWS

LOW_NODE = 4  # nodes with a left half this small are tested only if such tests often prune
TESTS_A_PRUNED = 4  # tests of low nodes that pay off if they prune one node
# A box test ends if every member is out of reach in the coordinates tested so far. The first
# ones have the largest variance. Measured, majority rows among SMOTE's rows, 1.7 M x 15: 22 %
# less time than with all coordinates at once; 3, 4 or 8 at a time gain less. It tests 16 members
# at a time and skips those of which none is left. Ordering a group's rows, each 16 near each
# other, made no difference. Compiled as a function of its own, the test makes a search a sixth
# slower: a call copies the fields of all arrays. Prefetching boxes and panels gained nothing.
BOX_FEATURES = 5
EPS32 = 2.0**-24 * 1.001  # the factor covers float64 rounding of the bounds
TINY32 = 1e-36  # above the error of a sum of squares from float32 denormals
LEAST_RADIUS = 1e-30  # above the error that denormals cause in a packed row
NONE, ONE, SIXTEEN = np.uint64(0), np.uint64(1), np.uint64(2**16 - 1)
OF_TILE = np.uint64(2**TILE_ROWS - 1)
FAR = 2.0**40  # a query this many block widths away is not screened
DEPTH, N_TESTED, N_PRUNED, BALANCE = 0, 1, 2, 3  # places in the state of a walk
# The time of one test of a panel's box is that of comparing COST members with the panel. A group
# starts with a credit of CREDIT members, which each test spends and each dropped member refills; a
# group without credit tests no more panels. Measured, on the table above and on
# make_classification, 300,000 x 30: with such tests, a search of the majority among SMOTE's rows
# takes 0.55 and 0.65 of the time. 7 of 64 members have a visited panel in reach, 12 a visited
# block. Costs of 1 and 6 made no difference.
COST = 3
CREDIT, MOST_CREDIT = 32 * COST, 512 * COST


@inlined
def sq_distance(Q, query, X, row):
    """Sum squared differences sequentially in float64; this distance decides the order."""
    total = 0.0
    for f in range(X.shape[1]):
        t = np.float64(Q[query, f]) - np.float64(X[row, f])
        total += t * t
    return total


@inlined
def reach_of(sq_distance, n_features, scale, slack):
    """Convert a squared distance to a distance in coordinates, rounded up."""
    roundoff = 1.0 + (2 * n_features + 8) * 2.0**-52
    return math.sqrt(sq_distance * roundoff + n_features * 1e-323) * scale + slack


@inlined
def set_reach(
    sq_distance, row,  # IN  the member needs only rows that come before this neighbor
    q,  # IN  place of the member in the group
    scale,  # IN
    group,  # OUT reach, last_rows, box_limits, done
):  # fmt: skip
    """Convert a member's squared distance to its reach in coordinates, rounded up."""
    n_features = len(group.middle)
    reach = reach_of(sq_distance, n_features, scale, group.slack[q])
    apart = reach + 4 * EPS32 * group.spreads[q]
    group.reach[q], group.last_rows[q] = reach, row
    group.box_limits[q] = apart * apart * (1.0 + (n_features + 12) * EPS32) + TINY32
    if sq_distance == 0.0:
        group.done[0] |= bit(q)


@inlined
def tile_place(q, n_features):
    """Return where a member's coefficients start; those of a tile are contiguous."""
    return q // TILE_ROWS * TILE_ROWS * n_features + q % TILE_ROWS


@outlined
def screen(
    panels, norms, place,  # IN  64 rows
    coefs, limits, n_active, n_features,  # IN  the queries
    wanted,  # IN  the queries, one bit each, that have the panel in reach
    lanes,  # OUT (n_active,) the rows that are not above the query's limit, one bit each
):  # fmt: skip
    """Screen a panel for a group, tile by tile; return the queries that any row passes for."""
    n_tiles = (n_active + TILE_ROWS - 1) // TILE_ROWS
    ahead = (LANES * n_features // n_tiles | 15) + 1  # each tile prefetches its share
    for slot in range(n_active + TILE_ROWS - 1):
        lanes[slot] = NONE
    for part in range(0, PANEL_ROWS, LANES):
        first, start = load(norms, place + part), (place + part) * n_features
        after = stop = start + LANES * n_features
        for slot in range(0, n_active, TILE_ROWS):
            if wanted >> np.uint64(slot) & OF_TILE == NONE:
                continue
            sums, at = tile_of(first), slot * n_features
            # Two features at a time: 1 % to 5 % faster with AVX2, within the noise of one run.
            for panel in range(start, stop - LANES, 2 * LANES):
                sums = add_products(sums, coefs, at, load(panels, panel))
                sums = add_products(sums, coefs, at + TILE_ROWS, load(panels, panel + LANES))
                at += 2 * TILE_ROWS
            if n_features & 1:
                sums = add_products(sums, coefs, at, load(panels, stop - LANES))
            # Without this, a search with AVX2 waits a seventh of its time for the next rows.
            for line in range(after, after + ahead, 16):
                prefetch_at(panels, line)
            after += ahead
            # A branch here would be taken once in a hundred times and then cost 50 cycles.
            mark_not_above(sums, limits, slot, lanes, part)
    return nonzero64(lanes) & first_bits(n_active)


@inlined
def prefetch_passed(rows, place, hits, lanes, X):
    """Prefetch the rows of a panel that pass the screening of any query."""
    passed = NONE
    while hits != NONE:
        passed |= lanes[lowest_bit(hits)]
        hits &= hits - ONE
    while passed != NONE:
        row = rows[place + lowest_bit(passed)]
        passed &= passed - ONE
        if row >= 0:
            prefetch(X, row)


@inlined
def panel_values(blocks, place, slot, n_features, tile):
    """Return the value A of each row of a panel, which screening compares with a limit."""
    panels, coefs = blocks.panels, tile.coefs
    at, panel = tile_place(slot, n_features), place * n_features
    values, stride = load64(blocks.norms, place), LANES * n_features
    for _ in range(n_features):
        values = fma(load_splat64(coefs, at), load_panel(panels, panel, stride), values)
        panel += LANES
        at += TILE_ROWS
    return values


@inlined
def _set_box(low, high, box, group):
    """Compute the corners of a box relative to the middle of the group, rounded to float32."""
    below, above, middle, n_features = group.low, group.high, group.middle, len(group.middle)
    if n_features < 8:
        for j in range(n_features):
            below[j] = np.float32(low[box, j] - middle[j])
            above[j] = np.float32(high[box, j] - middle[j])
        return
    start = box * n_features
    for first in range(0, n_features, 8):
        j = min(first, n_features - 8)
        store(below, j, load_offsets8(low, start + j, middle, j))
        store(above, j, load_offsets8(high, start + j, middle, j))


@inlined
def in_reach(low, high, box, members, group):
    """Return the members, one bit each, that have a box in reach."""
    offsets, limits, sq_gaps = group.offsets, group.box_limits, group.sq_gaps
    below, above, n_features = group.low, group.high, len(group.middle)
    _set_box(low, high, box, group)
    # The square of no_gap is 0. LLVM compiles the maximum with 0 itself to two instructions.
    no_gap, first = splat16(np.float32(1e-30)), 0
    while members != NONE and first < n_features:
        stop = min(first + BOX_FEATURES, n_features)
        for q in range(0, GROUP_ROWS, 16):
            part = SIXTEEN << np.uint64(q)
            if members & part == NONE:
                continue
            sq_gap = splat16(np.float32(0.0)) if first == 0 else load16(sq_gaps, q)
            for j in range(first, stop):
                x = load16(offsets, j * GROUP_ROWS + q)
                gap = larger(sub(load_splat16(below, j), x), no_gap)
                gap = larger(sub(x, load_splat16(above, j)), gap)
                sq_gap = fma(gap, gap, sq_gap)
            store(sq_gaps, q, sq_gap)
            members &= ~part | not_above(sq_gap, load16(limits, q)) << np.uint64(q)
        first = stop
    return members


@inlined
def has_rows(blocks, panel):
    """Whether a panel has rows. All of them may have been removed since; its box may be NaN."""
    return not blocks.low[panel, 0] > blocks.high[panel, 0]


@inlined
def all_panels(blocks, block, members, near):
    """Let the members visit every panel of a block."""
    for panel in range(BLOCK_PANELS):
        near[panel] = members if has_rows(blocks, block * BLOCK_PANELS + panel) else NONE


@outlined
def near_panels(blocks, block, members, group, state, near):
    """Find the members that have each panel of a block in reach; return those with any.

    A group stops testing panels if this costs more than it saves.
    """
    if state[BALANCE] < 0:
        all_panels(blocks, block, members, near)
        return members
    of_any, n_dropped = NONE, -BLOCK_PANELS * COST
    for panel in range(BLOCK_PANELS):
        place = block * BLOCK_PANELS + panel
        near[panel] = NONE
        if has_rows(blocks, place):
            near[panel] = in_reach(blocks.low, blocks.high, place, members, group)
            n_dropped += count_bits(members & ~near[panel])
        of_any |= near[panel]
    state[BALANCE] = min(state[BALANCE] + n_dropped, MOST_CREDIT)
    return of_any


@inlined
def slots_of(members, n_active, active):
    """Return the places of some members among the active ones, one bit each."""
    if n_active == GROUP_ROWS:
        return members
    slots = NONE
    for slot in range(n_active):
        slots |= (members >> np.uint64(active[slot]) & ONE) << np.uint64(slot)
    return slots


@inlined
def without_done(first_row, members, group):
    """Drop members whose list cannot improve, or whose count has reached the maximum."""
    members &= ~group.full[0]
    rest = members & group.done[0]
    while rest != NONE:
        q = lowest_bit(rest)
        rest &= rest - ONE
        if first_row > group.last_rows[q]:
            members &= ~bit(q)
    return members


@outlined
def measure(blocks, block, members, group, tile):
    """Compute a group's coefficients, norms and screening limits in the units of a block."""
    scale, center, n_features = blocks.scales[block], blocks.centers[block], len(group.middle)
    coords, coefs, stride = group.coords, tile.coefs, TILE_ROWS * n_features
    one, quarter = splat_queries(np.float32(1.0 + 2.0**-21)), splat_queries(np.float32(0.25))
    eps = splat_queries(np.float32(EPS32))
    error = splat_queries(np.float32((n_features + 16) * EPS32))
    radius, tiny = splat_queries(np.float32(blocks.radii[block])), splat_queries(np.float32(TINY32))
    for q in range(0, GROUP_ROWS, MEASURED):
        if members & query_bits(q) == NONE:
            continue
        sq_norm = splat_queries(np.float32(0.0))
        for j in range(n_features):
            # -2 u. The scale is a power of two, so only the difference is rounded.
            coef = load_scaled(coords, j * GROUP_ROWS + q, -2.0 * scale, 2.0 * scale * center[j])
            sq_norm = fma(coef, coef, sq_norm)
            store_tiles(coefs, q * n_features + j * TILE_ROWS, stride, coef)
        sq_norm = mul(quarter, sq_norm)
        norm, reach = sqrt(sq_norm), load_scaled(group.reach, q, scale, 0.0)
        both = add(norm, radius)
        apart = mul(one, fma(eps, both, reach))
        limit = sub(fma(apart, apart, fma(error, mul(both, both), tiny)), sq_norm)
        store(tile.norms, q, norm)
        store(tile.limits, q, limit)


@outlined
def compact(members, n_features, tile):
    """Move the members' coefficients to the front, and fill the last tile."""
    active, coefs, norms, limits = tile.active, tile.coefs, tile.norms, tile.limits
    n_active = 0
    if members == ~NONE:
        is_far = False
        for q in range(GROUP_ROWS):
            active[q] = q
            is_far |= not norms[q] <= FAR
        if not is_far:
            return GROUP_ROWS
    while members != NONE:
        q = lowest_bit(members)
        members &= members - ONE
        is_far = not norms[q] <= FAR
        if q != n_active or is_far:
            to, source = tile_place(n_active, n_features), tile_place(q, n_features)
            for j in range(0, n_features * TILE_ROWS, TILE_ROWS):
                coefs[to + j] = np.float32(0.0) if is_far else coefs[source + j]
            norms[n_active] = norms[q]
            limits[n_active] = np.float32(np.inf) if is_far else limits[q]
        active[n_active] = q
        n_active += 1
    for slot in range(n_active, -(-n_active // TILE_ROWS) * TILE_ROWS):
        limits[slot] = -np.inf
    return n_active


@outlined
def start_group(first, start, stop, walk):
    """Load a group's coordinates and return its size; then call `set_reach` for each member."""
    group, all_coords, all_slack = walk.group, walk.coords, walk.slack
    coords, offsets, middle, spreads = group.coords, group.offsets, group.middle, group.spreads
    n_members = GROUP_ROWS if stop - first > GROUP_ROWS else stop - first
    group.done[0] = group.full[0] = NONE
    for q in range(n_members):
        spreads[q] = 0.0
    for j in range(len(middle)):
        middle[j] = all_coords[first - start + n_members // 2, j]
        for q in range(n_members):
            value = all_coords[first - start + q, j]
            offset = value - middle[j]
            coords[j * GROUP_ROWS + q] = value
            offsets[j * GROUP_ROWS + q] = offset
            spreads[q] += offset * offset
    for q in range(n_members):
        spreads[q] = math.sqrt(spreads[q])
        group.slack[q] = all_slack[first - start + q]
    walk.nodes[0], walk.members[0] = 0, first_bits(n_members)
    walk.state[DEPTH], walk.state[N_TESTED], walk.state[N_PRUNED] = 1, 0, 0
    walk.state[BALANCE] = CREDIT
    return n_members


@outlined
def next_block(
    nodes,  # IN
    group,  # IN
    to_visit, concerned,  # IN/OUT (128,) stack of nodes to visit, and the members that visit them
    state,  # IN/OUT depth of the stack, low nodes tested, low nodes pruned
):  # fmt: skip
    """Return the next block of a walk and the members that visit it; -1 at the end."""
    depth, n_tested, n_pruned = state[DEPTH], state[N_TESTED], state[N_PRUNED]
    block, members = -1, NONE
    while depth > 0 and block < 0:
        depth -= 1
        node, members = to_visit[depth], concerned[depth]
        right = nodes.right[node]
        is_low = 0 < right <= node + LOW_NODE
        if not is_low or n_tested <= TESTS_A_PRUNED * n_pruned + TESTS_A_PRUNED:
            members = without_done(
                nodes.first_rows[node], in_reach(nodes.low, nodes.high, node, members, group), group
            )
            n_tested += is_low
            if members == NONE:
                n_pruned += is_low
                continue
        if right <= 0:
            block = -1 - right
            continue
        near, far = node + 1, right
        key, split = group.middle[nodes.features[node]], nodes.keys[node]
        # Among copies of one row, visit the lower row numbers first: they end the search.
        is_higher = nodes.first_rows[near] > nodes.first_rows[far]
        if key > split or (key == split and is_higher):
            near, far = far, near
        to_visit[depth], to_visit[depth + 1] = far, near
        concerned[depth] = concerned[depth + 1] = members
        depth += 2
    state[DEPTH], state[N_TESTED], state[N_PRUNED] = depth, n_tested, n_pruned
    return block, members
