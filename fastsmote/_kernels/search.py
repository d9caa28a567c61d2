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

from fastsmote._kernels.jit import kernel, step
from fastsmote._kernels.layout import BLOCK_ROWS, GROUP_ROWS, PANEL_ROWS, TILE_ROWS
from fastsmote._kernels.simd import (
    add,
    bit,
    bit_if,
    first_bits,
    fma,
    larger,
    load,
    load_offsets,
    load_splat,
    lowest_bit,
    mul,
    not_above,
    place_of_least,
    prefetch,
    sixteen_bits,
    smaller,
    splat,
    splat64,
    sqrt,
    store,
    store_fours,
    sub,
)

LANES = 16  # members of a group that are measured together
EPS32 = 2.0**-24 * 1.001  # and a little, for the float64 roundings of the bounds
TINY = 1e-36  # more than the float32 denormals that a sum of squares can lose or gain
NONE, ONE = np.uint64(0), np.uint64(1)
FAR = 2.0**40  # a query this many block widths away is not screened


@step
def _sq_distance(Q, query, X, row):
    """Plain sequential sum of squared differences: what decides the order."""
    total = 0.0
    for f in range(X.shape[1]):
        t = np.float64(Q[query, f]) - np.float64(X[row, f])
        total += t * t
    return total


@step
def _sift_down(sq_distances, rows, n, sq_distance, row):
    """Put (sq_distance, row) in the place of the heap's root."""
    place = 0
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


@step
def _set_reach(
    sq_distance, slack,  # IN  how far a query still looks; error of its distances
    q,  # IN  its place in the group
    n_features,  # IN
    walk,  # OUT reach, box_limits, done
):  # fmt: skip
    """A distance in coordinates, rounded up so far that no exact one exceeds it unseen."""
    roundoff = 1.0 + (2 * n_features + 8) * 2.0**-52
    reach = math.sqrt(sq_distance * roundoff + n_features * 1e-323) * walk.scale + slack
    apart = reach + 4 * EPS32 * walk.spreads[q]
    walk.reach[q] = reach
    walk.box_limits[q] = apart * apart * (1.0 + (n_features + 12) * EPS32) + TINY
    if sq_distance == 0.0:
        walk.done[0] |= bit(q)


@step
def _tile_place(q, n_features):
    """Where the coefficients of a group's member start: a tile's lie together."""
    return q // TILE_ROWS * TILE_ROWS * n_features + q % TILE_ROWS


@kernel
def _screen(
    panels, norms, place,  # IN  64 rows
    coefs, limits, n_active, n_features,  # IN  the queries
    lanes,  # OUT (n_active,) which rows pass, not being above the query's limit, a bit each
):  # fmt: skip
    """A group against a panel, four queries at a time; the queries that a row passes for."""
    hits = NONE
    for slot in range(0, n_active, TILE_ROWS):
        a0 = load(norms, place)
        a1 = a2 = a3 = a0
        at, panel = slot * n_features, place * n_features
        for _ in range(n_features):
            x = load(panels, panel)
            a0 = fma(load_splat(coefs, at), x, a0)
            a1 = fma(load_splat(coefs, at + 1), x, a1)
            a2 = fma(load_splat(coefs, at + 2), x, a2)
            a3 = fma(load_splat(coefs, at + 3), x, a3)
            panel += PANEL_ROWS
            at += TILE_ROWS
        lanes[slot] = m0 = not_above(a0, load_splat(limits, slot))
        lanes[slot + 1] = m1 = not_above(a1, load_splat(limits, slot + 1))
        lanes[slot + 2] = m2 = not_above(a2, load_splat(limits, slot + 2))
        lanes[slot + 3] = m3 = not_above(a3, load_splat(limits, slot + 3))
        # No branch here: one in a hundred would stop the multiplications for 50 cycles.
        hits |= (
            bit_if(m0, slot) | bit_if(m1, slot + 1) | bit_if(m2, slot + 2) | bit_if(m3, slot + 3)
        )
    return hits & first_bits(n_active)


@step
def _prefetch(tree, place, hits, walk, X):
    """Ask for the rows of a panel that passed any query's screening."""
    passed = NONE
    while hits != NONE:
        passed |= walk.lanes[lowest_bit(hits)]
        hits &= hits - ONE
    while passed != NONE:
        row = tree.rows[place + lowest_bit(passed)]
        passed &= passed - ONE
        if row >= 0:
            prefetch(X, row)


@step
def _values(tree, place, slot, n_features, walk):
    """What the screening compares with the limit of one query, for each row of a panel."""
    at, panel = _tile_place(slot, n_features), place * n_features
    values = load(tree.norms, place)
    for _ in range(n_features):
        values = fma(load_splat(walk.coefs, at), load(tree.panels, panel), values)
        panel += PANEL_ROWS
        at += TILE_ROWS
    return values


@step
def _limit(reach, norm, radius, n_features):
    """The screening limit of the module's docstring, rounded up to float32."""
    if not norm <= FAR:
        return np.float32(np.inf)
    both = np.float64(norm) + radius
    apart = reach + EPS32 * both
    error = (n_features + 16) * EPS32 * both * both
    limit = apart * apart + error - np.float64(norm) * np.float64(norm)
    return np.float32(limit + abs(limit) * 2.0**-23 + TINY)


@step
def _expect(tree, block, slot, k, n_features, walk):
    """Limit an empty list's screening by the block itself: k rows are as near as this.

    The least value of each of 64 parts of the block is known. The k + 1 lowest of them,
    one of which may be the query's own, bound the k nearest: if A and B are the values of
    two rows and A > B + 2 (E + 8 eps (|u| + R)^2), the first is farther than the second.
    """
    first = block * BLOCK_ROWS
    if k >= PANEL_ROWS:
        return
    least = splat64(np.float32(np.inf))
    for place in range(first, first + BLOCK_ROWS, PANEL_ROWS):
        if tree.rows[place] < 0:
            break
        least = smaller(_values(tree, place, slot, n_features, walk), least)
    store(walk.values, 0, least)
    rest, lane = ~NONE, 0
    for _ in range(k + 1):
        lane = place_of_least(least, rest)
        rest &= ~bit(lane)
    both = np.float64(walk.norms[slot]) + tree.radii[block]
    limit = walk.values[lane] + 2 * (n_features + 24) * EPS32 * both * both
    limit = np.float32(limit + abs(limit) * 2.0**-23 + TINY)
    if limit < walk.limits[slot]:
        walk.limits[slot] = limit


@step
def _in_reach(tree, node, members, walk):
    """The members, a bit each, that a node's box is in reach of."""
    sq_gap = no_gap = splat64(np.float32(0.0))
    for j in range(len(walk.middle)):
        middle, x = walk.middle[j], load(walk.offsets, j * GROUP_ROWS)
        low, high = tree.low[node, j] - middle, tree.high[node, j] - middle
        below, above = sub(splat64(np.float32(low)), x), sub(x, splat64(np.float32(high)))
        gap = larger(above, larger(below, no_gap))
        sq_gap = fma(gap, gap, sq_gap)
    return members & not_above(sq_gap, load(walk.box_limits, 0))


@step
def _without_done(tree, node, members, first, queries, walk):
    """Members less those whose list cannot get better, or need not."""
    members &= ~walk.full[0]
    rest = members & walk.done[0]
    while rest != NONE:
        q = lowest_bit(rest)
        rest &= rest - ONE
        if tree.first_rows[node] > queries.neighbors[first + q, 0]:
            members &= ~bit(q)
    return members


@step
def _measure(tree, block, members, walk):
    """A group in a block's own units: coefficients, norms and screening limits."""
    scale, center, n_features = tree.scales[block], tree.centers[block], tree.low.shape[1]
    one, minus_two = splat(np.float32(1.0 + 2.0**-21)), splat(np.float32(-2.0))
    eps, error = splat(np.float32(EPS32)), splat(np.float32((n_features + 16) * EPS32))
    radius, tiny = splat(np.float32(tree.radii[block])), splat(np.float32(TINY))
    for q in range(0, GROUP_ROWS, LANES):
        if members & sixteen_bits(q) == NONE:
            continue
        sq_norm = splat(np.float32(0.0))
        for j in range(n_features):
            u = load_offsets(walk.group, j * GROUP_ROWS + q, center[j], scale)
            sq_norm = fma(u, u, sq_norm)
            store_fours(walk.coefs, q * n_features + j * TILE_ROWS, n_features, mul(minus_two, u))
        norm, reach = sqrt(sq_norm), load_offsets(walk.reach, q, 0.0, scale)
        both = add(norm, radius)
        apart = mul(one, fma(eps, both, reach))
        limit = sub(fma(apart, apart, fma(error, mul(both, both), tiny)), sq_norm)
        store(walk.norms, q, norm)
        store(walk.limits, q, limit)


@step
def _compact(members, n_features, walk):
    """Move the members' coefficients to the front, fill up the last tile."""
    n_active = 0
    while members != NONE:
        q = lowest_bit(members)
        members &= members - ONE
        is_far = not walk.norms[q] <= FAR
        if q != n_active or is_far:
            to, source = _tile_place(n_active, n_features), _tile_place(q, n_features)
            for j in range(0, n_features * TILE_ROWS, TILE_ROWS):
                walk.coefs[to + j] = np.float32(0.0) if is_far else walk.coefs[source + j]
            walk.norms[n_active] = walk.norms[q]
            walk.limits[n_active] = np.float32(np.inf) if is_far else walk.limits[q]
        walk.active[n_active] = q
        n_active += 1
    for slot in range(n_active, -(-n_active // TILE_ROWS) * TILE_ROWS):
        walk.limits[slot] = -np.inf
    return n_active


@step
def _lower_rows(rows, place, lanes, row):
    """The lanes, of those set, with a lower row number."""
    rest = lanes
    while rest != NONE:
        lane = lowest_bit(rest)
        rest &= rest - ONE
        if rows[place + lane] > row:
            lanes &= ~bit(lane)
    return lanes


@step
def _take(tree, block, place, slot, X, queries, first, start, walk):
    """Decide the rows of a panel that passed one query's screening."""
    q = walk.active[slot]
    i = first + q
    query, n_features = queries.rows[i], X.shape[1]
    sq_distances, neighbors = queries.sq_distances[i], queries.neighbors[i]
    passed = walk.lanes[slot]
    while passed != NONE:
        lane = lowest_bit(passed)
        passed &= passed - ONE
        row = tree.rows[place + lane]
        if row < 0 or (queries.skip_self and row == query):
            continue
        if sq_distances[0] == 0.0 and row > neighbors[0]:
            passed = _lower_rows(tree.rows, place, passed, neighbors[0])
            continue
        sq_distance = _sq_distance(queries.X, query, X, row)
        if sq_distance > sq_distances[0] or (
            sq_distance == sq_distances[0] and row >= neighbors[0]
        ):
            if tree.is_pile[block]:
                break
            continue
        _sift_down(sq_distances, neighbors, len(neighbors), sq_distance, row)
        if sq_distances[0] == np.inf:  # a place is still empty
            continue
        _set_reach(sq_distances[0], walk.slack[first - start + q], q, n_features, walk)
        limit = _limit(
            walk.reach[q] * tree.scales[block],
            walk.norms[slot],
            tree.radii[block],
            n_features,
        )
        if limit < walk.limits[slot]:
            walk.limits[slot] = limit


@step
def _surely_nearer(tree, block, place, slot, sq_distance, slack, n_features, walk):
    """The rows of a panel that are nearer than that, as sure as those left out are farther."""
    norm = np.float64(walk.norms[slot])
    both = norm + tree.radii[block]
    roundoff = 1.0 + (2 * n_features + 8) * 2.0**-52
    reach = math.sqrt(sq_distance / roundoff) * walk.scale - slack
    reach = reach * tree.scales[block] - EPS32 * both
    if not (norm <= FAR and reach > 0.0 and sq_distance > 1e-300):
        return NONE
    error = (n_features + 16) * EPS32 * both * both
    limit = reach * reach * (1.0 - 2.0**-20) - error - norm * norm
    limit = splat64(np.float32(limit - abs(limit) * 2.0**-23 - TINY))
    return not_above(_values(tree, place, slot, n_features, walk), limit)


@step
def _count(tree, block, place, slot, X, queries, first, start, walk):
    """Count the rows of a panel that come before one query's bound, until there are enough.

    Rows that are surely nearer are not looked up in X: most of the time that would take.
    """
    q = walk.active[slot]
    i = first + q
    query, n_features = queries.rows[i], X.shape[1]
    sq_distances, neighbors = queries.sq_distances[i], queries.neighbors[i]
    passed = walk.lanes[slot]
    slack = walk.slack[first - start + q]
    sure = passed & _surely_nearer(
        tree, block, place, slot, sq_distances[0], slack, n_features, walk
    )
    while passed != NONE and walk.full[0] & bit(q) == NONE:
        is_sure = sure != NONE
        lane = lowest_bit(sure if is_sure else passed)
        passed &= ~bit(lane)
        sure &= ~bit(lane)
        row = tree.rows[place + lane]
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
                if tree.is_pile[block]:
                    break
                continue
        _sift_down(sq_distances, neighbors, len(neighbors), sq_distance, row)
        walk.n_taken[q] += 1
        if walk.n_taken[q] == len(neighbors):
            walk.full[0] |= bit(q)


@step
def _start(queries, first, start, stop, walk):
    """Load a group's coordinates and reaches; its members, a bit each."""
    n_features = len(walk.middle)
    n_members = GROUP_ROWS if stop - first > GROUP_ROWS else stop - first
    walk.done[0] = walk.full[0] = NONE
    for q in range(n_members):
        walk.spreads[q] = 0.0
        walk.n_taken[q] = 0
    for j in range(n_features):
        walk.middle[j] = walk.coords[first - start + n_members // 2, j]
        for q in range(n_members):
            value = walk.coords[first - start + q, j]
            offset = value - walk.middle[j]
            walk.group[j * GROUP_ROWS + q] = value
            walk.offsets[j * GROUP_ROWS + q] = offset
            walk.spreads[q] += offset * offset
    for q in range(n_members):
        walk.spreads[q] = math.sqrt(walk.spreads[q])
        sq_distance, slack = queries.sq_distances[first + q, 0], walk.slack[first - start + q]
        _set_reach(sq_distance, slack, q, n_features, walk)
    return first_bits(n_members)


@kernel
def search(
    tree,  # IN
    X,  # IN  (n_rows, n_features) what the tree's rows are rows of
    queries,  # IN, its lists IN/OUT
    start, stop,  # IN  which queries
    is_count,  # IN  True, or None, for which Numba leaves the code that counts out:
    #                a list is done when each of its places has been taken once
    most_blocks,  # IN  that a group may visit
    walk,  # IN  their coordinates and groups, and scratch
):  # fmt: skip
    """Improve the lists of some queries by the rows of a tree, nearer boxes first."""
    n_features, k = X.shape[1], queries.neighbors.shape[1]
    for first in range(start, stop, GROUP_ROWS):
        members = _start(queries, first, start, stop, walk)
        walk.nodes[0], walk.members[0], depth, n_blocks = 0, members, 1, 0
        while depth > 0 and n_blocks < most_blocks:
            depth -= 1
            node = walk.nodes[depth]
            members = walk.members[depth]
            members = _in_reach(tree, node, members, walk)
            members = _without_done(tree, node, members, first, queries, walk)
            if members == NONE:
                continue
            if tree.right[node] > 0:
                near, far = node + 1, tree.right[node]
                key, split = walk.middle[tree.features[node]], tree.keys[node]
                # Among copies of one point the lower rows first: they end the search.
                is_higher = tree.first_rows[near] > tree.first_rows[far]
                if key > split or (key == split and is_higher):
                    near, far = far, near
                walk.nodes[depth], walk.nodes[depth + 1] = far, near
                walk.members[depth] = walk.members[depth + 1] = members
                depth += 2
                continue
            block = -1 - tree.right[node]
            n_blocks += 1
            _measure(tree, block, members, walk)
            n_active = _compact(members, n_features, walk)
            if is_count is None:
                for slot in range(n_active):
                    if queries.sq_distances[first + walk.active[slot], 0] == np.inf:
                        _expect(tree, block, slot, k, n_features, walk)
            for place in range(block * BLOCK_ROWS, (block + 1) * BLOCK_ROWS, PANEL_ROWS):
                if tree.rows[place] < 0:
                    break
                hits = _screen(
                    tree.panels, tree.norms, place,
                    walk.coefs, walk.limits, n_active, n_features, walk.lanes,
                )  # fmt: skip
                if is_count is None:
                    _prefetch(tree, place, hits, walk, X)
                while hits != NONE:
                    slot = lowest_bit(hits)
                    hits &= hits - ONE
                    if is_count is None:
                        _take(tree, block, place, slot, X, queries, first, start, walk)
                    else:
                        _count(tree, block, place, slot, X, queries, first, start, walk)
