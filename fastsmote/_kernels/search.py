"""Exact k nearest rows: float32 tiles screen, float64 sums of squares decide.

The lists that a search fills are max-heaps by (squared distance, row number), so that
several trees can be searched one after the other into the same lists; `finish` sorts
them. An empty place holds (inf, NO_ROW).

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
from typing import NamedTuple

import numpy as np

from fastsmote._kernels.jit import bound, kernel, step
from fastsmote._kernels.kd_blocks import BLOCK_ROWS, PANEL_ROWS
from fastsmote._kernels.simd import (
    LANES,
    add,
    excess,
    fma,
    load,
    load_offsets,
    load_splat,
    lowest_bit,
    mul,
    not_above,
    splat,
    sqrt,
    store,
    sub,
)

GROUP_ROWS = 64
TILE_ROWS = 8  # queries against one panel in registers
NO_ROW = np.iinfo(np.int64).max
EPS32 = 2.0**-24 * 1.001  # and a little, for the float64 roundings of the bounds
FAR = 2.0**40  # a query this many block widths away is not screened


class Queries(NamedTuple):
    """Rows that look for neighbors, and the lists they fill."""

    X: np.ndarray  # (n_query_rows, n_features)
    rows: np.ndarray  # (n,) rows of X
    skip_self: bool  # X is the tree's: a row is not its own neighbor
    sq_distances: np.ndarray  # (n, k) max-heaps
    neighbors: np.ndarray  # (n, k) row numbers


class Walk(NamedTuple):
    """The queries of one task, in groups that walk the tree together, and scratch."""

    coords: np.ndarray  # (n_groups, n_features * GROUP_ROWS) of the queries
    slack: np.ndarray  # (n,) error of a distance from the query in coordinates
    low: np.ndarray  # (n_groups, n_features) corner of the group's box
    high: np.ndarray  # (n_groups, n_features) opposite corner
    middle: np.ndarray  # (n_groups, n_features)
    reach: np.ndarray  # (GROUP_ROWS,) no row farther than this is wanted
    active: np.ndarray  # (GROUP_ROWS,) the members that a block concerns
    coefs: np.ndarray  # float32 (n_features * GROUP_ROWS,) -2 u
    limits: np.ndarray  # float32 (GROUP_ROWS,) screening limit of each active member
    norms: np.ndarray  # float32 (GROUP_ROWS,) |u| of each active member
    values: np.ndarray  # float32 (TILE_ROWS * PANEL_ROWS,) a tile that has hits
    lanes: np.ndarray  # uint64 (TILE_ROWS,) which rows of the panel pass for each query
    nodes: np.ndarray  # (128,) nodes still to visit
    sq_gaps: np.ndarray  # (128,) their squared distances from the group's box


def new_walk(coords, slack):
    """Group a task's queries and allocate its scratch; kernels allocate nothing."""
    n_features = coords.shape[1]
    groups = np.arange(0, len(coords), GROUP_ROWS)
    grouped = np.zeros((len(groups) * GROUP_ROWS, n_features))
    grouped[: len(coords)] = coords
    grouped = grouped.reshape(len(groups), GROUP_ROWS, n_features).transpose(0, 2, 1)
    low, high = np.minimum.reduceat(coords, groups), np.maximum.reduceat(coords, groups)
    return Walk(
        coords=np.ascontiguousarray(grouped).reshape(len(groups), -1),
        slack=slack,
        low=low,
        high=high,
        middle=0.5 * low + 0.5 * high,
        reach=np.zeros(GROUP_ROWS),
        active=np.empty(GROUP_ROWS, np.int64),
        coefs=np.empty(GROUP_ROWS * n_features, np.float32),
        limits=np.empty(GROUP_ROWS, np.float32),
        norms=np.empty(GROUP_ROWS, np.float32),
        values=np.empty(TILE_ROWS * PANEL_ROWS, np.float32),
        lanes=np.empty(TILE_ROWS, np.uint64),
        nodes=np.empty(128, np.int64),
        sq_gaps=np.empty(128),
    )


@kernel
def _sq_distance(Q, query, X, row):
    """Plain sequential sum of squared differences: what decides the order."""
    total = 0.0
    for f in range(X.shape[1]):
        t = np.float64(Q[query, f]) - np.float64(X[row, f])
        total += t * t
    return total


@kernel
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


@kernel
def finish(
    start, stop,  # IN  which lists
    sq_distances,  # IN/OUT (n, k) heaps, ascending afterwards
    neighbors,  # IN/OUT (n, k)
):  # fmt: skip
    """Heapsort each list: nearest first, then lower row number."""
    for i in range(start, stop):
        for n in range(neighbors.shape[1] - 1, 0, -1):
            sq_distance, row = sq_distances[i, n], neighbors[i, n]
            sq_distances[i, n], neighbors[i, n] = sq_distances[i, 0], neighbors[i, 0]
            _sift_down(sq_distances[i], neighbors[i], n, sq_distance, row)


@kernel
def _reach(sq_distance, n_features, slack):
    """A distance, rounded up so far that no exact one can exceed it unseen."""
    roundoff = 1.0 + (2 * n_features + 8) * 2.0**-52
    return math.sqrt(sq_distance * roundoff + n_features * 1e-323) + slack


@step
def _tile(panels, panel, norms, norm, coefs, coef, limits, limit, n_features, values, lanes):
    """Eight queries against a panel of 32 rows; whether any value is not above its limit."""
    n0, n1 = load(norms, norm), load(norms, norm + LANES)
    a0, a1, a2, a3, a4, a5, a6, a7 = n0, n0, n0, n0, n0, n0, n0, n0
    b0, b1, b2, b3, b4, b5, b6, b7 = n1, n1, n1, n1, n1, n1, n1, n1
    for _ in range(n_features):
        x0, x1 = load(panels, panel), load(panels, panel + LANES)
        c = load_splat(coefs, coef)
        a0, b0 = fma(c, x0, a0), fma(c, x1, b0)
        c = load_splat(coefs, coef + 1)
        a1, b1 = fma(c, x0, a1), fma(c, x1, b1)
        c = load_splat(coefs, coef + 2)
        a2, b2 = fma(c, x0, a2), fma(c, x1, b2)
        c = load_splat(coefs, coef + 3)
        a3, b3 = fma(c, x0, a3), fma(c, x1, b3)
        c = load_splat(coefs, coef + 4)
        a4, b4 = fma(c, x0, a4), fma(c, x1, b4)
        c = load_splat(coefs, coef + 5)
        a5, b5 = fma(c, x0, a5), fma(c, x1, b5)
        c = load_splat(coefs, coef + 6)
        a6, b6 = fma(c, x0, a6), fma(c, x1, b6)
        c = load_splat(coefs, coef + 7)
        a7, b7 = fma(c, x0, a7), fma(c, x1, b7)
        panel += PANEL_ROWS
        coef += GROUP_ROWS
    t = load_splat(limits, limit)
    m0 = not_above(a0, b0, t, t)
    t = load_splat(limits, limit + 1)
    m1 = not_above(a1, b1, t, t)
    t = load_splat(limits, limit + 2)
    m2 = not_above(a2, b2, t, t)
    t = load_splat(limits, limit + 3)
    m3 = not_above(a3, b3, t, t)
    t = load_splat(limits, limit + 4)
    m4 = not_above(a4, b4, t, t)
    t = load_splat(limits, limit + 5)
    m5 = not_above(a5, b5, t, t)
    t = load_splat(limits, limit + 6)
    m6 = not_above(a6, b6, t, t)
    t = load_splat(limits, limit + 7)
    m7 = not_above(a7, b7, t, t)
    if m0 | m1 | m2 | m3 | m4 | m5 | m6 | m7 == np.uint64(0):
        return False
    lanes[0], lanes[1], lanes[2], lanes[3] = m0, m1, m2, m3
    lanes[4], lanes[5], lanes[6], lanes[7] = m4, m5, m6, m7
    store(values, 0 * PANEL_ROWS, a0)
    store(values, 0 * PANEL_ROWS + LANES, b0)
    store(values, 1 * PANEL_ROWS, a1)
    store(values, 1 * PANEL_ROWS + LANES, b1)
    store(values, 2 * PANEL_ROWS, a2)
    store(values, 2 * PANEL_ROWS + LANES, b2)
    store(values, 3 * PANEL_ROWS, a3)
    store(values, 3 * PANEL_ROWS + LANES, b3)
    store(values, 4 * PANEL_ROWS, a4)
    store(values, 4 * PANEL_ROWS + LANES, b4)
    store(values, 5 * PANEL_ROWS, a5)
    store(values, 5 * PANEL_ROWS + LANES, b5)
    store(values, 6 * PANEL_ROWS, a6)
    store(values, 6 * PANEL_ROWS + LANES, b6)
    store(values, 7 * PANEL_ROWS, a7)
    store(values, 7 * PANEL_ROWS + LANES, b7)
    return True


@kernel
def _limit(reach, norm, radius, n_features):
    """The screening limit of the module's docstring, rounded up to float32."""
    if not norm <= FAR:
        return np.float32(np.inf)
    both = np.float64(norm) + radius
    apart = reach + EPS32 * both + 1e-30
    error = (n_features + 16) * EPS32 * both * both
    limit = apart * apart + error - np.float64(norm) * np.float64(norm)
    return np.float32(limit + abs(limit) * 2.0**-23 + 1e-37)


@step
def _measure(tree, node, block, coords, walk):
    """A group in a block's own units: coefficients, norms and screening limits.

    The result has a bit set for each member that the block's box is in reach of.
    """
    scale, center, low, high = tree.scales[block], tree.centers[block], tree.low, tree.high
    n_features = len(center)
    one, two = splat(np.float32(1.0 + 2.0**-21)), splat(np.float32(-2.0))
    radius, tiny = splat(np.float32(tree.radii[block])), splat(np.float32(1e-30))
    eps, eps_4 = splat(np.float32(EPS32)), splat(np.float32(4.0 * EPS32))
    error = splat(np.float32((n_features + 16) * EPS32))
    in_reach = np.uint64(0)
    for q in range(0, GROUP_ROWS, LANES):
        sq_norm = splat(np.float32(0.0))
        sq_gap = sq_norm
        for j in range(n_features):
            half = high[node, j] - center[j]
            other_half = center[j] - low[node, j]
            half = other_half if other_half > half else half
            u = load_offsets(coords, j * GROUP_ROWS + q, center[j], scale)
            gap = excess(u, splat(np.float32(half * scale * (1.0 + 2.0**-22))))
            sq_norm, sq_gap = fma(u, u, sq_norm), fma(gap, gap, sq_gap)
            store(walk.coefs, j * GROUP_ROWS + q, mul(two, u))
        norm, reach = sqrt(sq_norm), load_offsets(walk.reach, q, 0.0, scale)
        both = add(norm, radius)
        apart = fma(one, fma(eps, both, reach), tiny)
        limit = sub(fma(apart, apart, mul(error, mul(both, both))), sq_norm)
        apart = fma(one, fma(eps_4, norm, reach), mul(error, reach))
        bits = not_above(sq_gap, sq_gap, mul(apart, apart), splat(np.float32(-1.0)))
        in_reach |= bits << np.uint64(q)
        store(walk.norms, q, norm)
        store(walk.limits, q, limit)
    return in_reach


@step
def _aim(tree, node, in_reach, first, n_members, queries, walk):
    """List the members that the block concerns, their coefficients in front."""
    n_features, n_active = tree.low.shape[1], 0
    if n_members < GROUP_ROWS:
        in_reach &= (np.uint64(1) << np.uint64(n_members)) - np.uint64(1)
    while in_reach != np.uint64(0):
        q = lowest_bit(in_reach)
        in_reach &= in_reach - np.uint64(1)
        i = first + q
        if queries.sq_distances[i, 0] == 0.0 and tree.first_rows[node] > queries.neighbors[i, 0]:
            continue
        is_far = not walk.norms[q] <= FAR
        if q != n_active or is_far:
            for j in range(0, n_features * GROUP_ROWS, GROUP_ROWS):
                walk.coefs[j + n_active] = np.float32(0.0) if is_far else walk.coefs[j + q]
            walk.norms[n_active] = walk.norms[q]
            walk.limits[n_active] = np.float32(np.inf) if is_far else walk.limits[q]
        walk.active[n_active] = q
        n_active += 1
    for slot in range(n_active, -(-n_active // TILE_ROWS) * TILE_ROWS):
        walk.limits[slot] = -np.inf
    return n_active


@step
def _nearest_lane(values, at, lanes):
    """The lane, of those set, with the least value; NaN counts as least."""
    best, least = np.int64(-1), np.float32(np.inf)
    while lanes != np.uint64(0):
        lane = lowest_bit(lanes)
        lanes &= lanes - np.uint64(1)
        if best < 0 or not values[at + lane] >= least:
            best, least = lane, values[at + lane]
    return best


@step
def _take(tree, block, place, slot, in_tile, X, queries, first, start, walk):
    """Decide the rows of a panel that passed one query's screening, likely ones first."""
    q = walk.active[slot]
    i = first + q
    query, n_features = queries.rows[i], X.shape[1]
    sq_distances, neighbors = queries.sq_distances[i], queries.neighbors[i]
    passed, at = walk.lanes[in_tile], in_tile * PANEL_ROWS
    while passed != np.uint64(0):
        lane = _nearest_lane(walk.values, at, passed)
        passed &= ~(np.uint64(1) << np.uint64(lane))
        if walk.values[at + lane] > walk.limits[slot]:
            break
        row = tree.rows[place + lane]
        if row < 0 or (queries.skip_self and row == query):
            continue
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
        walk.reach[q] = _reach(sq_distances[0], n_features, walk.slack[first - start + q])
        walk.limits[slot] = _limit(
            walk.reach[q] * tree.scales[block],
            walk.norms[slot],
            tree.radii[block],
            n_features,
        )


@step
def _visit(tree, node, first, start, n_members, X, queries, walk):
    """Search one block for the members of a group that it concerns."""
    block, n_features = -1 - tree.right[node], X.shape[1]
    in_reach = _measure(tree, node, block, walk.coords[(first - start) // GROUP_ROWS], walk)
    n_active = _aim(tree, node, in_reach, first, n_members, queries, walk)
    for place in range(block * BLOCK_ROWS, (block + 1) * BLOCK_ROWS, PANEL_ROWS):
        if tree.rows[place] < 0:
            break
        for slot in range(0, n_active, TILE_ROWS):
            has_hits = _tile(
                tree.panels, place * n_features, tree.norms, place,
                walk.coefs, slot, walk.limits, slot,
                n_features, walk.values, walk.lanes,
            )  # fmt: skip
            if has_hits:
                for t in range(min(TILE_ROWS, n_active - slot)):
                    if walk.lanes[t] != np.uint64(0):
                        _take(tree, block, place, slot + t, t, X, queries, first, start, walk)


@bound
def _sq_gap(low, high, other_low, other_high):
    """Squared distance between two boxes."""
    total = 0.0
    for j in range(len(low)):
        t = other_low[j] - high[j]
        s = low[j] - other_high[j]
        t = s if s > t else t
        total += t * t if t > 0.0 else 0.0
    return total


@kernel
def search(
    tree,  # IN
    X,  # IN  (n_rows, n_features) what the tree's rows are rows of
    queries,  # IN, its lists IN/OUT
    start, stop,  # IN  which queries
    walk,  # IN  their coordinates and groups, and scratch
):  # fmt: skip
    """Improve the lists of some queries by the rows of a tree, nearer boxes first."""
    nodes, sq_gaps, reach = walk.nodes, walk.sq_gaps, walk.reach
    for first in range(start, stop, GROUP_ROWS):
        n_members = GROUP_ROWS if stop - first > GROUP_ROWS else stop - first
        g = (first - start) // GROUP_ROWS
        low, high, middle = walk.low[g], walk.high[g], walk.middle[g]
        for q in range(n_members):
            slack = walk.slack[first - start + q]
            reach[q] = _reach(queries.sq_distances[first + q, 0], X.shape[1], slack)
        nodes[0], sq_gaps[0] = 0, 0.0
        depth = 1
        while depth > 0:
            depth -= 1
            node, farthest = nodes[depth], 0.0
            for q in range(n_members):
                farthest = reach[q] if reach[q] > farthest else farthest
            if sq_gaps[depth] > farthest * farthest:
                continue
            if tree.right[node] < 0:
                _visit(tree, node, first, start, n_members, X, queries, walk)
                continue
            near, far = node + 1, tree.right[node]
            near_gap = _sq_gap(middle, middle, tree.low[near], tree.high[near])
            if near_gap > _sq_gap(middle, middle, tree.low[far], tree.high[far]):
                near, far = far, near
            nodes[depth], nodes[depth + 1] = far, near
            sq_gaps[depth] = _sq_gap(low, high, tree.low[far], tree.high[far])
            sq_gaps[depth + 1] = _sq_gap(low, high, tree.low[near], tree.high[near])
            depth += 2
