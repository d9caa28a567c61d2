"""Exact k nearest rows: float32 tiles screen, float64 sums of squares decide.

The lists that a search fills are max-heaps by (squared distance, row number), so that
several trees can be searched one after the other into the same lists; `finish` sorts
them. An empty place holds (inf, NO_ROW).

What the screening may skip. Let x be a query, y a row, c the center of y's block, u
and v the float32 roundings of scale (x - c) and scale (y - c). The tile computes
A ~ |v|^2 - 2 u.v. With eps = 2^-24, |u - scale (x - c)| <= eps |u| and the same for v,
the float32 sum of n_features products is off by at most
E = (n_features + 4) eps (R^2 + 2 |u| R) where R >= |v|, whatever its order. So with
`reach`, the scaled distance that the query still looks for,
    A > (reach + eps (|u| + R))^2 + E - |u|^2
proves that y is farther than reach. Everything else is decided in float64.
"""

import math
from typing import NamedTuple

import numpy as np

from fastsmote._kernels.jit import kernel
from fastsmote._kernels.kd_blocks import BLOCK_PANELS, BLOCK_ROWS, PANEL_ROWS
from fastsmote._kernels.simd import LANES, fma, load, lowest_bit, not_above, splat, store

GROUP_ROWS = 32  # queries that walk the tree together
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


class Group(NamedTuple):
    """Scratch for the queries that walk the tree together."""

    coords: np.ndarray  # (GROUP_ROWS, n_features)
    low: np.ndarray  # (n_features,) corner of their box
    high: np.ndarray  # (n_features,)
    reach: np.ndarray  # (GROUP_ROWS,) no row farther than this is wanted
    slack: np.ndarray  # (GROUP_ROWS,) error of a distance between coordinates
    active: np.ndarray  # (GROUP_ROWS,) the members that a block concerns
    coefs: np.ndarray  # float32 (GROUP_ROWS * n_features,) -2 u, a tile at a time
    limits: np.ndarray  # float32 (GROUP_ROWS,) screening limit of each active member
    sq_norms: np.ndarray  # (GROUP_ROWS,) |u|^2
    values: np.ndarray  # float32 (TILE_ROWS * PANEL_ROWS,) a tile that has hits
    lanes: np.ndarray  # (TILE_ROWS,) which rows of the panel pass for each query


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
def _offer(sq_distances, rows, sq_distance, row):
    """Insert a row if it is nearer than the farthest in the list; say whether it was."""
    if sq_distance > sq_distances[0] or (sq_distance == sq_distances[0] and row >= rows[0]):
        return False
    _sift_down(sq_distances, rows, len(rows), sq_distance, row)
    return True


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


@kernel
def _tile(panels, panel, norms, norm, coefs, coef, limits, limit, n_features, values, lanes):
    """Eight queries against a panel of 32 rows; whether any value is not above its limit."""
    n0, n1 = load(norms, norm), load(norms, norm + LANES)
    a0, a1, a2, a3, a4, a5, a6, a7 = n0, n0, n0, n0, n0, n0, n0, n0
    b0, b1, b2, b3, b4, b5, b6, b7 = n1, n1, n1, n1, n1, n1, n1, n1
    for _ in range(n_features):
        x0, x1 = load(panels, panel), load(panels, panel + LANES)
        c = splat(coefs[coef])
        a0, b0 = fma(c, x0, a0), fma(c, x1, b0)
        c = splat(coefs[coef + 1])
        a1, b1 = fma(c, x0, a1), fma(c, x1, b1)
        c = splat(coefs[coef + 2])
        a2, b2 = fma(c, x0, a2), fma(c, x1, b2)
        c = splat(coefs[coef + 3])
        a3, b3 = fma(c, x0, a3), fma(c, x1, b3)
        c = splat(coefs[coef + 4])
        a4, b4 = fma(c, x0, a4), fma(c, x1, b4)
        c = splat(coefs[coef + 5])
        a5, b5 = fma(c, x0, a5), fma(c, x1, b5)
        c = splat(coefs[coef + 6])
        a6, b6 = fma(c, x0, a6), fma(c, x1, b6)
        c = splat(coefs[coef + 7])
        a7, b7 = fma(c, x0, a7), fma(c, x1, b7)
        panel += PANEL_ROWS
        coef += TILE_ROWS
    t = splat(limits[limit])
    m0 = not_above(a0, t) | (not_above(b0, t) << np.uint64(LANES))
    t = splat(limits[limit + 1])
    m1 = not_above(a1, t) | (not_above(b1, t) << np.uint64(LANES))
    t = splat(limits[limit + 2])
    m2 = not_above(a2, t) | (not_above(b2, t) << np.uint64(LANES))
    t = splat(limits[limit + 3])
    m3 = not_above(a3, t) | (not_above(b3, t) << np.uint64(LANES))
    t = splat(limits[limit + 4])
    m4 = not_above(a4, t) | (not_above(b4, t) << np.uint64(LANES))
    t = splat(limits[limit + 5])
    m5 = not_above(a5, t) | (not_above(b5, t) << np.uint64(LANES))
    t = splat(limits[limit + 6])
    m6 = not_above(a6, t) | (not_above(b6, t) << np.uint64(LANES))
    t = splat(limits[limit + 7])
    m7 = not_above(a7, t) | (not_above(b7, t) << np.uint64(LANES))
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
def _limit(reach, sq_norm, radius, n_features):
    """The screening limit of the module's docstring, rounded up to float32."""
    norm = math.sqrt(sq_norm)
    if norm > FAR:
        return np.float32(np.inf)
    apart = reach + EPS32 * (norm + radius) + 1e-30
    error = (n_features + 4) * EPS32 * (radius * radius + 2.0 * norm * radius)
    limit = apart * apart + error - sq_norm
    return np.float32(limit + abs(limit) * 2.0**-23 + sq_norm * 2.0**-48 + 1e-37)


@kernel
def _aim(tree, block, group, n_active):
    """Write the tile coefficients and limits of the group's active members."""
    n_features = group.coords.shape[1]
    scale, center = tree.scales[block], tree.centers[block]
    n_slots = -(-n_active // TILE_ROWS) * TILE_ROWS
    for slot in range(n_slots):
        coef = (slot // TILE_ROWS) * TILE_ROWS * n_features + slot % TILE_ROWS
        if slot >= n_active:
            for j in range(n_features):
                group.coefs[coef + j * TILE_ROWS] = 0.0
            group.limits[slot] = -np.inf
            continue
        q = group.active[slot]
        sq_norm = 0.0
        for j in range(n_features):
            u = np.float32((group.coords[q, j] - center[j]) * scale)
            group.coefs[coef + j * TILE_ROWS] = np.float32(-2.0) * u
            sq_norm += np.float64(u) * np.float64(u)
        if not sq_norm <= FAR * FAR:
            sq_norm = np.inf
            for j in range(n_features):
                group.coefs[coef + j * TILE_ROWS] = 0.0
        group.sq_norms[slot] = sq_norm
        group.limits[slot] = _limit(
            group.reach[q] * scale, sq_norm, tree.radii[block], n_features
        )
    return n_slots


@kernel
def _take(tree, block, panel, slot, in_tile, X, queries, first, group):
    """Decide the rows of a panel that passed one query's screening, likely ones first."""
    q = group.active[slot]
    i = first + q
    query = queries.rows[i]
    sq_distances, neighbors = queries.sq_distances[i], queries.neighbors[i]
    place = block * BLOCK_ROWS + panel * PANEL_ROWS
    passed = group.lanes[in_tile]
    while passed != np.uint64(0):
        rest, best, least = passed, np.int64(-1), np.float32(np.inf)
        while rest != np.uint64(0):
            lane = lowest_bit(rest)
            rest &= rest - np.uint64(1)
            value = group.values[in_tile * PANEL_ROWS + lane]
            if best < 0 or not value >= least:
                best, least = lane, value
        passed &= ~(np.uint64(1) << np.uint64(best))
        if least > group.limits[slot]:
            break
        row = tree.rows[place + best]
        if row < 0 or (queries.skip_self and row == query):
            continue
        if sq_distances[0] == 0.0 and row > neighbors[0]:
            continue
        if _offer(sq_distances, neighbors, _sq_distance(queries.X, query, X, row), row):
            group.reach[q] = _reach(sq_distances[0], X.shape[1], group.slack[q])
            group.limits[slot] = _limit(
                group.reach[q] * tree.scales[block],
                group.sq_norms[slot],
                tree.radii[block],
                X.shape[1],
            )


@kernel
def _take_pile(tree, block, n_active, X, queries, first, group):
    """Decide a block whose rows are one point: all at one distance, rows ascending."""
    for slot in range(n_active):
        q = group.active[slot]
        i = first + q
        query = queries.rows[i]
        place = block * BLOCK_ROWS
        sq_distance = _sq_distance(queries.X, query, X, tree.rows[place])
        for lane in range(BLOCK_ROWS):
            row = tree.rows[place + lane]
            if row < 0:
                break
            if queries.skip_self and row == query:
                continue
            if not _offer(queries.sq_distances[i], queries.neighbors[i], sq_distance, row):
                break
        group.reach[q] = _reach(queries.sq_distances[i, 0], X.shape[1], group.slack[q])


@kernel
def _visit(tree, block, n_active, X, queries, first, group):
    """Search one block for the group's active members."""
    n_features = X.shape[1]
    if tree.is_pile[block]:
        _take_pile(tree, block, n_active, X, queries, first, group)
        return
    n_slots = _aim(tree, block, group, n_active)
    for panel in range(BLOCK_PANELS):
        norm = block * BLOCK_ROWS + panel * PANEL_ROWS
        if tree.rows[norm] < 0:
            break
        for slot in range(0, n_slots, TILE_ROWS):
            has_hits = _tile(
                tree.panels, norm * n_features, tree.norms, norm,
                group.coefs, slot * n_features, group.limits, slot,
                n_features, group.values, group.lanes,
            )  # fmt: skip
            if not has_hits:
                continue
            for in_tile in range(min(TILE_ROWS, n_active - slot)):
                if group.lanes[in_tile] != np.uint64(0):
                    _take(tree, block, panel, slot + in_tile, in_tile, X, queries, first, group)


@kernel
def _sq_gap(low, high, other_low, other_high):
    """Squared distance between two boxes."""
    total = 0.0
    for j in range(len(low)):
        t = max(0.0, max(low[j] - other_high[j], other_low[j] - high[j]))
        total += t * t
    return total


@kernel
def _sq_middle_gap(low, high, other_low, other_high):
    """Four times the squared distance between two boxes' middles."""
    total = 0.0
    for j in range(len(low)):
        t = (low[j] + high[j]) - (other_low[j] + other_high[j])
        total += t * t
    return total


@kernel
def _gather(tree, node, n_members, queries, first, group):
    """List the members for which the node can still hold a nearer row."""
    n_active = 0
    for q in range(n_members):
        sq_gap = _sq_gap(group.coords[q], group.coords[q], tree.low[node], tree.high[node])
        if sq_gap > group.reach[q] * group.reach[q]:
            continue
        if (
            queries.sq_distances[first + q, 0] == 0.0
            and tree.first_rows[node] > queries.neighbors[first + q, 0]
        ):
            continue
        group.active[n_active] = q
        n_active += 1
    return n_active


@kernel
def _start_group(tree, coords, start, first, n_members, queries, group):
    """Load a group's coordinates, box and reaches."""
    n_features = coords.shape[1]
    for j in range(n_features):
        group.low[j], group.high[j] = np.inf, -np.inf
    for q in range(n_members):
        sq_norm = 0.0
        for j in range(n_features):
            value = coords[first - start + q, j]
            group.coords[q, j] = value
            group.low[j], group.high[j] = min(group.low[j], value), max(group.high[j], value)
            sq_norm += value * value
        group.slack[q] = tree.roundoff * (tree.extent + math.sqrt(sq_norm))
        sq_distance = queries.sq_distances[first + q, 0]
        group.reach[q] = _reach(sq_distance, n_features, group.slack[q])


@kernel
def _new_group(n_features):
    return Group(
        np.empty((GROUP_ROWS, n_features)),
        np.empty(n_features),
        np.empty(n_features),
        np.empty(GROUP_ROWS),
        np.empty(GROUP_ROWS),
        np.empty(GROUP_ROWS, np.int64),
        np.empty(GROUP_ROWS * n_features, np.float32),
        np.empty(GROUP_ROWS, np.float32),
        np.empty(GROUP_ROWS),
        np.empty(TILE_ROWS * PANEL_ROWS, np.float32),
        np.empty(TILE_ROWS, np.uint64),
    )


@kernel
def search(
    tree,  # IN
    X,  # IN  (n_rows, n_features) what the tree's rows are rows of
    queries,  # IN, its lists IN/OUT
    coords,  # IN  (stop - start, n_features) of the queries, in the tree's frame
    start, stop,  # IN  which queries
):  # fmt: skip
    """Improve the lists of some queries by the rows of a tree, nearer boxes first."""
    group = _new_group(X.shape[1])
    nodes, gaps = np.empty(128, np.int64), np.empty(128)
    low, high = tree.low, tree.high
    for first in range(start, stop, GROUP_ROWS):
        n_members = min(GROUP_ROWS, stop - first)
        _start_group(tree, coords, start, first, n_members, queries, group)
        nodes[0], gaps[0] = 0, _sq_gap(group.low, group.high, low[0], high[0])
        depth = 1
        while depth > 0:
            depth -= 1
            node = nodes[depth]
            farthest = 0.0
            for q in range(n_members):
                farthest = max(farthest, group.reach[q])
            if gaps[depth] > farthest * farthest:
                continue
            right = tree.right[node]
            if right < 0:
                n_active = _gather(tree, node, n_members, queries, first, group)
                if n_active > 0:
                    _visit(tree, -1 - right, n_active, X, queries, first, group)
                continue
            near, far = node + 1, right
            near_gap = _sq_gap(group.low, group.high, low[near], high[near])
            far_gap = _sq_gap(group.low, group.high, low[far], high[far])
            if near_gap > far_gap or (
                near_gap == far_gap
                and _sq_middle_gap(group.low, group.high, low[near], high[near])
                > _sq_middle_gap(group.low, group.high, low[far], high[far])
            ):
                near, far, near_gap, far_gap = far, near, far_gap, near_gap
            nodes[depth], gaps[depth] = far, far_gap
            nodes[depth + 1], gaps[depth + 1] = near, near_gap
            depth += 2
