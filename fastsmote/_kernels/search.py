"""Exact k nearest rows: float32 tiles screen, float64 sums of squares decide.

The lists that a search fills are max-heaps by (squared distance, row number), so that
several trees can be searched one after the other into the same lists; `Neighbors.finish`
sorts them. An empty place holds (inf, NO_ROW). To count the rows that come before some
(distance, row) up to k, a list is filled with k times that: it is full when each place
has been taken once, as the root is the last of them until then. A row that is counted
unseen enters it with the distance 0.

What the screening may skip. Let x be a query, y a row, c the center of y's block, u
and v the float32 roundings of scale (x - c) and scale (y - c). The tile computes
A ~ |v|^2 - 2 u.v. With eps = 2^-24, |u - scale (x - c)| <= eps |u| and the same for v,
the float32 sum of n_features products is off by at most
(n_features + 16) eps (R^2 + 2 |u| R) where R >= |v|, whatever its order, and |u|^2 in
float32 by (n_features + 16) eps |u|^2: together E = (n_features + 16) eps (|u| + R)^2.
So with `reach`, the scaled distance that the query still looks for,
    A > (reach + eps (|u| + R))^2 + E - |u|^2
proves that y is farther than reach. Everything else is decided in float64.
"""

import math

import numpy as np

from fastsmote._kernels.jit import inlined, kernel, outlined
from fastsmote._kernels.layout import BLOCK_ROWS, GROUP_ROWS, PANEL_ROWS
from fastsmote._kernels.simd import (
    add,
    bit,
    first_bits,
    fma,
    larger,
    load64,
    load_splat64,
    lowest_bit,
    mul,
    not_above,
    place_of_least,
    prefetch,
    smaller,
    splat64,
    sqrt,
    store,
    sub,
)
from fastsmote._kernels.tile import (
    add_products,
    load,
    load_offsets,
    load_panel,
    mark_not_above,
    query_bits,
    splat,
    splat_queries,
    store_tiles,
    tile_of,
)
from fastsmote._kernels.tile_shape import LANES, TILE_ROWS

LOW_NODE = 4  # nodes of the left half of a box that is skipped where looks at such do not pay
LOOKS_A_SPARED = 4  # boxes that are looked at for one that spares the look at its halves
EPS32 = 2.0**-24 * 1.001  # and a little, for the float64 roundings of the bounds
MOST_DISTANCE = 1e154  # a distance whose square float64 has, whatever the order of the sum
TINY32 = 1e-36  # more than the float32 denormals that a sum of squares can lose or gain
NONE, ONE = np.uint64(0), np.uint64(1)
FAR = 2.0**40  # a query this many block widths away is not screened


@inlined
def _sq_distance(Q, query, X, row):
    """Plain sequential sum of squared differences: what decides the order."""
    total = 0.0
    for f in range(X.shape[1]):
        t = np.float64(Q[query, f]) - np.float64(X[row, f])
        total += t * t
    return total


@inlined
def _sift_down(sq_distances, rows, n, place, sq_distance, row):
    """Put (sq_distance, row) in a place of a heap, below which all is in order."""
    while True:
        child = 2 * place + 1
        if child >= n:
            break
        if child + 1 < n and (
            sq_distances[child + 1] > sq_distances[child]
            or (sq_distances[child + 1] == sq_distances[child] and rows[child + 1] > rows[child])
        ):
            child += 1
        if sq_distances[child] < sq_distance or (
            sq_distances[child] == sq_distance and rows[child] < row
        ):
            break
        sq_distances[place], rows[place] = sq_distances[child], rows[child]
        place = child
    sq_distances[place], rows[place] = sq_distance, row


@kernel
def sort_lists(
    sq_distances, neighbors,  # IN/OUT (n, k), in any order
    start, stop,  # IN  which lists
):  # fmt: skip
    """Sort each list by (squared distance, row number), ascending: heapsort."""
    k = neighbors.shape[1]
    for i in range(start, stop):
        distances, rows = sq_distances[i], neighbors[i]
        for place in range(k // 2 - 1, -1, -1):
            _sift_down(distances, rows, k, place, distances[place], rows[place])
        for last in range(k - 1, 0, -1):
            distance, row = distances[last], rows[last]
            distances[last], rows[last] = distances[0], rows[0]
            _sift_down(distances, rows, last, 0, distance, row)


@inlined
def _set_reach(
    sq_distance,  # IN  how far a member still looks
    q,  # IN  which one
    scale,  # IN
    group,  # OUT reach, box_limits, done
):  # fmt: skip
    """A distance in coordinates, rounded up so far that no exact one exceeds it unseen."""
    n_features = len(group.middle)
    roundoff = 1.0 + (2 * n_features + 8) * 2.0**-52
    reach = math.sqrt(sq_distance * roundoff + n_features * 1e-323) * scale + group.slack[q]
    apart = reach + 4 * EPS32 * group.spreads[q]
    group.reach[q] = reach
    group.box_limits[q] = apart * apart * (1.0 + (n_features + 12) * EPS32) + TINY32
    if sq_distance == 0.0:
        group.done[0] |= bit(q)


@inlined
def _tile_place(q, n_features):
    """Where the coefficients of a group's member start: a tile's lie together."""
    return q // TILE_ROWS * TILE_ROWS * n_features + q % TILE_ROWS


@kernel
def _screen(
    panels, norms, place,  # IN  64 rows
    coefs, limits, n_active, n_features,  # IN  the queries
    lanes,  # OUT (n_active,) which rows pass, not being above the query's limit, a bit each
):  # fmt: skip
    """A group against a panel, a tile at a time; the queries that a row passes for."""
    hits = NONE
    for slot in range(n_active + TILE_ROWS - 1):
        lanes[slot] = NONE
    for part in range(0, PANEL_ROWS, LANES):
        first, start = load(norms, place + part), (place + part) * n_features
        for slot in range(0, n_active, TILE_ROWS):
            sums, at = tile_of(first), slot * n_features
            for panel in range(start, start + LANES * n_features, LANES):
                sums = add_products(sums, coefs, at, load(panels, panel))
                at += TILE_ROWS
            # No branch here: one in a hundred would stop the multiplications for 50 cycles.
            hits |= mark_not_above(sums, limits, slot, lanes, part)
    return hits & first_bits(n_active)


@inlined
def _prefetch(rows, place, hits, lanes, X):
    """Ask for the rows of a panel that passed any query's screening."""
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
def _values(blocks, place, slot, n_features, tile):
    """What the screening compares with the limit of one query, for each row of a panel."""
    panels, coefs = blocks.panels, tile.coefs
    at, panel = _tile_place(slot, n_features), place * n_features
    values, stride = load64(blocks.norms, place), LANES * n_features
    for _ in range(n_features):
        values = fma(load_splat64(coefs, at), load_panel(panels, panel, stride), values)
        panel += LANES
        at += TILE_ROWS
    return values


@inlined
def _limit(reach, norm, radius, n_features):
    """The screening limit of the module's docstring, rounded up to float32."""
    if not norm <= FAR:
        return np.float32(np.inf)
    both = np.float64(norm) + radius
    apart = reach + EPS32 * both
    error = (n_features + 16) * EPS32 * both * both
    limit = apart * apart + error - np.float64(norm) * np.float64(norm)
    return np.float32(limit + abs(limit) * 2.0**-23 + TINY32)


@outlined
def _expect(blocks, block, slot, k, scale, group, tile):
    """Limit an empty list's screening by the block itself: k rows are as near as this.

    The least value of each of 64 parts of the block is known. The k + 1 lowest of them,
    one of which may be the query's own, bound the k nearest: if A and B are the values of
    two rows and A > B + 2 (E + 8 eps (|u| + R)^2), the first is farther than the second,
    unless float64's squares of both are too small to tell, or the difference is within the
    slack of the coordinates: distances of b + 2 slack and b have squares that far apart.
    """
    first, n_features = block * BLOCK_ROWS, len(group.middle)
    if k >= PANEL_ROWS:
        return
    least = splat64(np.float32(np.inf))
    for place in range(first, first + BLOCK_ROWS, PANEL_ROWS):
        if blocks.rows[place] < 0:
            break
        least = smaller(_values(blocks, place, slot, n_features, tile), least)
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


@outlined
def _in_reach(nodes, node, members, group):
    """The members, a bit each, that a node's box is in reach of."""
    low, high, middle, offsets = nodes.low, nodes.high, group.middle, group.offsets
    reached, no_gap = NONE, splat(np.float32(0.0))
    for q in range(0, GROUP_ROWS, LANES):
        sq_gap = no_gap
        for j in range(len(middle)):
            x = load(offsets, j * GROUP_ROWS + q)
            below = sub(splat(np.float32(low[node, j] - middle[j])), x)
            above = sub(x, splat(np.float32(high[node, j] - middle[j])))
            gap = larger(above, larger(below, no_gap))
            sq_gap = fma(gap, gap, sq_gap)
        reached |= not_above(sq_gap, load(group.box_limits, q)) << np.uint64(q)
    return members & reached


@inlined
def _without_done(first_row, members, first, neighbors, group):
    """Members less those whose list cannot get better, or need not."""
    members &= ~group.full[0]
    rest = members & group.done[0]
    while rest != NONE:
        q = lowest_bit(rest)
        rest &= rest - ONE
        if first_row > neighbors[first + q, 0]:
            members &= ~bit(q)
    return members


@outlined
def _measure(blocks, block, members, group, tile):
    """A group in a block's own units: coefficients, norms and screening limits."""
    scale, center, n_features = blocks.scales[block], blocks.centers[block], len(group.middle)
    coords, coefs, stride = group.coords, tile.coefs, TILE_ROWS * n_features
    one, minus_two = splat_queries(np.float32(1.0 + 2.0**-21)), splat_queries(np.float32(-2.0))
    eps = splat_queries(np.float32(EPS32))
    error = splat_queries(np.float32((n_features + 16) * EPS32))
    radius, tiny = splat_queries(np.float32(blocks.radii[block])), splat_queries(np.float32(TINY32))
    for q in range(0, GROUP_ROWS, 4 * TILE_ROWS):
        if members & query_bits(q) == NONE:
            continue
        sq_norm = splat_queries(np.float32(0.0))
        for j in range(n_features):
            u = load_offsets(coords, j * GROUP_ROWS + q, center[j], scale)
            sq_norm = fma(u, u, sq_norm)
            store_tiles(coefs, q * n_features + j * TILE_ROWS, stride, mul(minus_two, u))
        norm, reach = sqrt(sq_norm), load_offsets(group.reach, q, 0.0, scale)
        both = add(norm, radius)
        apart = mul(one, fma(eps, both, reach))
        limit = sub(fma(apart, apart, fma(error, mul(both, both), tiny)), sq_norm)
        store(tile.norms, q, norm)
        store(tile.limits, q, limit)


@outlined
def _compact(members, n_features, tile):
    """Move the members' coefficients to the front, fill up the last tile."""
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
            to, source = _tile_place(n_active, n_features), _tile_place(q, n_features)
            for j in range(0, n_features * TILE_ROWS, TILE_ROWS):
                coefs[to + j] = np.float32(0.0) if is_far else coefs[source + j]
            norms[n_active] = norms[q]
            limits[n_active] = np.float32(np.inf) if is_far else limits[q]
        active[n_active] = q
        n_active += 1
    for slot in range(n_active, -(-n_active // TILE_ROWS) * TILE_ROWS):
        limits[slot] = -np.inf
    return n_active


@inlined
def _lower_rows(rows, place, lanes, row):
    """The lanes, of those set, with a lower row number."""
    rest = lanes
    while rest != NONE:
        lane = lowest_bit(rest)
        rest &= rest - ONE
        if rows[place + lane] > row:
            lanes &= ~bit(lane)
    return lanes


@outlined
def _take(blocks, block, place, slot, X, queries, first, group, tile):
    """Decide the rows of a panel that passed one query's screening."""
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
        sq_distance = _sq_distance(queries.X, query, X, row)
        if sq_distance > sq_distances[0] or (
            sq_distance == sq_distances[0] and row >= neighbors[0]
        ):
            if blocks.is_pile[block]:
                break
            continue
        _sift_down(sq_distances, neighbors, len(neighbors), 0, sq_distance, row)
        if sq_distances[0] == np.inf:  # a place is still empty
            continue
        _set_reach(sq_distances[0], q, queries.scale, group)
        limit = _limit(
            group.reach[q] * blocks.scales[block],
            tile.norms[slot],
            blocks.radii[block],
            n_features,
        )
        if limit < tile.limits[slot]:
            tile.limits[slot] = limit


@inlined
def _surely_nearer(blocks, block, place, slot, reach, n_features, tile):
    """The rows of a panel that are nearer than that, as sure as those left out are farther."""
    norm = np.float64(tile.norms[slot])
    both = norm + blocks.radii[block]
    reach = reach * blocks.scales[block] - EPS32 * both
    if not (norm <= FAR and reach > 0.0):
        return NONE
    error = (n_features + 16) * EPS32 * both * both
    limit = reach * reach * (1.0 - 2.0**-20) - error - norm * norm
    limit = splat64(np.float32(limit - abs(limit) * 2.0**-23 - TINY32))
    return not_above(_values(blocks, place, slot, n_features, tile), limit)


@outlined
def _count(blocks, block, place, slot, X, queries, first, group, tile):
    """Count the rows of a panel that come before one query's bound, until there are enough.

    Rows that are surely nearer are not looked up in X: most of the time that would take.
    """
    q = tile.active[slot]
    i = first + q
    query, n_features = queries.rows[i], X.shape[1]
    sq_distances, neighbors = queries.sq_distances[i], queries.neighbor_rows[i]
    roundoff, reach = 1.0 + (2 * n_features + 8) * 2.0**-52, 0.0
    if 1e-300 < sq_distances[0] < np.inf:
        reach = math.sqrt(sq_distances[0] / roundoff) * queries.scale - group.slack[q]
    passed = tile.lanes[slot]
    sure = passed & _surely_nearer(blocks, block, place, slot, reach, n_features, tile)
    while passed != NONE and group.full[0] & bit(q) == NONE:
        is_sure = sure != NONE
        lane = lowest_bit(sure if is_sure else passed)
        passed &= ~bit(lane)
        sure &= ~bit(lane)
        row = blocks.rows[place + lane]
        if row < 0 or (queries.skip_self and row == query):
            continue
        sq_distance = 0.0
        if not is_sure:
            if sq_distances[0] == 0.0 and row > neighbors[0]:
                continue
            sq_distance = _sq_distance(queries.X, query, X, row)
            if sq_distance > sq_distances[0] or (
                sq_distance == sq_distances[0] and row >= neighbors[0]
            ):
                if blocks.is_pile[block]:
                    break
                continue
        _sift_down(sq_distances, neighbors, len(neighbors), 0, sq_distance, row)
        group.n_taken[q] += 1
        if group.n_taken[q] == len(neighbors):
            group.full[0] |= bit(q)


@outlined
def _start(queries, first, start, stop, walk):
    """Load a group's coordinates and reaches; its members, a bit each."""
    group, all_coords, all_slack = walk.group, walk.coords, walk.slack
    coords, offsets, middle, spreads = group.coords, group.offsets, group.middle, group.spreads
    n_members = GROUP_ROWS if stop - first > GROUP_ROWS else stop - first
    group.done[0] = group.full[0] = NONE
    for q in range(n_members):
        spreads[q] = 0.0
        group.n_taken[q] = 0
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
        _set_reach(queries.sq_distances[first + q, 0], q, queries.scale, group)
    return first_bits(n_members)


@kernel
def search(
    tree,  # IN
    X,  # IN  (n_rows, n_features) what the tree's rows are rows of
    queries,  # IN, its lists IN/OUT
    start, stop,  # IN  which queries
    most_blocks,  # IN  that a group may visit
    is_cut,  # OUT (n,) whether more blocks might have counted: a list is done when each of
    #             its places has been taken once. Or None, for which Numba leaves the code
    #             that counts out
    walk,  # IN  their coordinates, and scratch
):  # fmt: skip
    """Improve the lists of some queries by the rows of a tree, nearer boxes first."""
    nodes, blocks, group, tile = tree.nodes, tree.blocks, walk.group, walk.tile
    to_visit, concerned = walk.nodes, walk.members
    n_features, k = X.shape[1], queries.neighbor_rows.shape[1]
    for first in range(start, stop, GROUP_ROWS):
        members = _start(queries, first, start, stop, walk)
        to_visit[0], concerned[0], depth, n_blocks = 0, members, 1, 0
        n_looked, n_spared, has_empty = 0, 0, True
        while depth > 0 and n_blocks < most_blocks:
            depth -= 1
            node, members = to_visit[depth], concerned[depth]
            right = nodes.right[node]
            is_low = 0 < right <= node + LOW_NODE
            if not is_low or n_looked <= LOOKS_A_SPARED * n_spared + LOOKS_A_SPARED:
                members = _in_reach(nodes, node, members, group)
                first_row = nodes.first_rows[node]
                members = _without_done(first_row, members, first, queries.neighbor_rows, group)
                n_looked += is_low
                if members == NONE:
                    n_spared += is_low
                    continue
            if right > 0:
                near, far = node + 1, right
                key, split = group.middle[nodes.features[node]], nodes.keys[node]
                # Among copies of one point the lower rows first: they end the search.
                is_higher = nodes.first_rows[near] > nodes.first_rows[far]
                if key > split or (key == split and is_higher):
                    near, far = far, near
                to_visit[depth], to_visit[depth + 1] = far, near
                concerned[depth] = concerned[depth + 1] = members
                depth += 2
                continue
            block = -1 - right
            n_blocks += 1
            _measure(blocks, block, members, group, tile)
            n_active = _compact(members, n_features, tile)
            if is_cut is None and has_empty:
                has_empty = False
                for slot in range(n_active):
                    if queries.sq_distances[first + tile.active[slot], 0] == np.inf:
                        has_empty = True
                        _expect(blocks, block, slot, k, queries.scale, group, tile)
            for place in range(block * BLOCK_ROWS, (block + 1) * BLOCK_ROWS, PANEL_ROWS):
                if blocks.rows[place] < 0:
                    break
                hits = _screen(
                    blocks.panels, blocks.norms, place,
                    tile.coefs, tile.limits, n_active, n_features, tile.lanes,
                )  # fmt: skip
                if is_cut is None:
                    _prefetch(blocks.rows, place, hits, tile.lanes, X)
                while hits != NONE:
                    slot = lowest_bit(hits)
                    hits &= hits - ONE
                    if is_cut is None:
                        _take(blocks, block, place, slot, X, queries, first, group, tile)
                    else:
                        _count(blocks, block, place, slot, X, queries, first, group, tile)
        if is_cut is not None:
            for i in range(first, min(first + GROUP_ROWS, stop)):
                is_cut[i] = depth > 0
