"""Exact search among the rows of one tree, each pair of blocks once for both of its sides.

`search` computes the value of a pair of rows twice: once with either row as the query. Here
64 rows of a block, the queries, meet the rows of a block with a higher number. A pair passes
the screening if the row may be needed by the query or the query by the row. Its float64
distance is then offered to the lists of both.

The error bound of the screening: let x be a query in block I, with center c', scale s' and
radius R', and let v' be s' (x - c') rounded to float32, as packed. Let c, s, R, y and v be
the same for a row of block J. Let r = s / s' and d = s (c' - c). The kernel computes
u ~ r v' + d in float32. Let eps = 2^-24 and b = |u| + r R' + R. Then
    |u - s (x - c)| <= eps (r |v'| + |d| + r |v'| + |u|) <= eps (2 |u| + 3 r R'),
so |u - v| differs from the scaled distance by at most 3 eps b. As in `screening`, the errors of
A ~ |v|^2 - 2 u.v and of |u|^2 sum to at most E = (n_features + 16) eps b^2. Let a be the reach
of either row in the units of J. Since
    (a + 3 eps b)^2 <= (1 + eps) a^2 + 9 (eps + eps^2) b^2,
    A > (1 + eps) a^2 + E + 10 eps b^2 - |u|^2
proves that the two rows are farther apart than a. The first term depends on the row that has
the reach, the others only on the query. The kernel adds 2 eps a^2 to the first term and
6 eps b^2 to the others, for rounding them and their sum to float32. It adds LEAST_RADIUS to R', for
coordinates of I that are denormal in float32.
"""

import math

import numpy as np

from fastsmote._kernels.heap import sift_down
from fastsmote._kernels.jit import inlined, kernel, outlined
from fastsmote._kernels.layout import BLOCK_ROWS, GROUP_PLACES, GROUP_ROWS, NO_ROW, PANEL_ROWS
from fastsmote._kernels.screening import (
    EPS32,
    FAR,
    LEAST_RADIUS,
    NONE,
    ONE,
    TINY32,
    prefetch_passed,
    reach_of,
    sq_distance,
)
from fastsmote._kernels.simd import first_bits, fma, lowest_bit, splat64, store
from fastsmote._kernels.tile import add_products, load, load_panel, mark_either, tile_of
from fastsmote._kernels.tile_shape import LANES, TILE_ROWS


@outlined
def _set_reach(place, sq_distance, row, join, n_features):
    """Set the search radius of a row, in coordinates, from the last neighbor in its list."""
    join.reach[place] = reach_of(sq_distance, n_features, join.scale, join.slack)
    join.last_rows[place] = row if sq_distance == 0.0 else NO_ROW


@inlined
def _limit(place, first_row, scale, join):
    """The first term of a row's screening limit, rounded up to float32.

    ``first_row`` is the lowest row number of the block with which the row is compared.
    """
    apart = join.reach[place] * scale
    limit = np.float32(apart * apart * (1.0 + 3.0 * EPS32) + TINY32)
    return np.float32(-np.inf) if join.last_rows[place] < first_row else limit


@kernel
def set_reaches(
    rows,  # IN  (n_places,) of a tree
    join,  # IN  lists that a search has filled; OUT reach, last_rows
    n_features,
):  # fmt: skip
    """Compute the search radius of each row of a tree."""
    for place in range(len(rows)):
        if rows[place] >= 0:
            i = join.lists[place]
            last_row = join.neighbor_rows[i, 0]
            _set_reach(place, join.sq_distances[i, 0], last_row, join, n_features)


@inlined
def _set_farthest(start, stop, join):
    """Set the largest reach in each of some blocks. A reach only shrinks, so it stays a bound."""
    for block in range(start, stop):
        farthest = 0.0
        for place in range(block * BLOCK_ROWS, (block + 1) * BLOCK_ROWS):
            farthest = max(farthest, join.reach[place])
        join.farthest[block] = farthest


@outlined
def _are_apart(tree, a, b, join):
    """Whether no row of two blocks is in reach of a row of the other block."""
    low, high = tree.nodes.low, tree.nodes.high
    leaf, other, sq_gap = join.leaves[a], join.leaves[b], 0.0
    farthest = max(join.farthest[a], join.farthest[b])
    for j in range(low.shape[1]):
        gap = max(0.0, low[leaf, j] - high[other, j], low[other, j] - high[leaf, j])
        sq_gap += gap * gap
    return sq_gap * (1.0 - 1e-9) > farthest * farthest


@outlined
def _measure(tree, a, b, group, join, scratch):
    """Compute the coefficients, limits and shifts of 64 rows of block a in the units of b.

    Return the number of these rows.
    """
    blocks, first_row = tree.blocks, tree.nodes.first_rows[join.leaves[b]]
    panels, n_features = blocks.panels, blocks.centers.shape[1]
    scale, place = blocks.scales[b], a * BLOCK_ROWS + group
    ratio = scale / blocks.scales[a]
    spread = ratio * (blocks.radii[a] + LEAST_RADIUS) + blocks.radii[b]
    at, stride = place * n_features, LANES * n_features
    factor = splat64(np.float32(-2.0 * ratio))
    sq_norms = splat64(np.float32(0.0))
    for j in range(n_features):
        apart = -2.0 * scale * (blocks.centers[a, j] - blocks.centers[b, j])
        coefs = fma(load_panel(panels, at, stride), factor, splat64(np.float32(apart)))
        sq_norms = fma(coefs, coefs, sq_norms)
        store(scratch.coefs, j * GROUP_PLACES, coefs)
        at += LANES
    store(scratch.shifts, 0, sq_norms)
    error = (n_features + 32) * EPS32
    n_queries = 0
    for q in range(GROUP_ROWS):
        if blocks.rows[place + q] < 0:
            scratch.limits[q] = scratch.shifts[q] = -np.inf
            continue
        n_queries += 1
        sq_norm = 0.25 * np.float64(scratch.shifts[q])
        norm = math.sqrt(sq_norm)
        if not norm <= FAR:  # every row passes
            scratch.limits[q] = scratch.shifts[q] = np.inf
            continue
        both = norm + spread
        scratch.shifts[q] = shift = np.float32(error * both * both - sq_norm)
        limit = _limit(place + q, first_row, scale, join)
        scratch.limits[q] = limit + shift
    return n_queries


@outlined
def _screen(panels, norms, place, n_features, first, scratch):
    """Screen a panel for 64 queries; return the queries, one bit each, that any row passes for."""
    coefs, limits, shifts, lanes = scratch.coefs, scratch.limits, scratch.shifts, scratch.lanes
    row_limits, hits = scratch.row_limits, NONE
    for slot in range(GROUP_PLACES):
        lanes[slot] = NONE
    for part in range(0, PANEL_ROWS, LANES):
        of_norms, start = load(norms, place + part), (place + part) * n_features
        of_rows = load(row_limits, first + part)
        for slot in range(0, GROUP_ROWS, TILE_ROWS):
            sums, at = tile_of(of_norms), slot
            for panel in range(start, start + LANES * n_features, LANES):
                sums = add_products(sums, coefs, at, load(panels, panel))
                at += GROUP_PLACES
            hits |= mark_either(sums, limits, shifts, of_rows, slot, lanes, part)
    return hits


@outlined
def _offer(join, place, distance, row, n_features):
    """Offer a row to the list of another; return whether this changed the other's reach."""
    i = join.lists[place]
    sq_distances, neighbors = join.sq_distances[i], join.neighbor_rows[i]
    if distance > sq_distances[0] or (distance == sq_distances[0] and row >= neighbors[0]):
        return False
    sift_down(sq_distances, neighbors, len(neighbors), 0, distance, row)
    _set_reach(place, sq_distances[0], neighbors[0], join, n_features)
    return True


@outlined
def _take(blocks, b, place, q, query_place, X, join, scratch):
    """Measure the rows of a panel that pass with one query; update both lists of each pair."""
    rows, scale, n_features = blocks.rows, blocks.scales[b], X.shape[1]
    query, passed = rows[query_place], scratch.lanes[q]
    while passed != NONE:
        lane = lowest_bit(passed)
        passed &= passed - ONE
        row = rows[place + lane]
        if row < 0:
            continue
        other = place + lane
        if row > join.last_rows[query_place] and query > join.last_rows[other]:
            continue
        distance = sq_distance(X, query, X, row)
        if _offer(join, query_place, distance, row, n_features):
            limit = _limit(query_place, 0, scale, join) + scratch.shifts[q]
            scratch.limits[q] = min(limit, scratch.limits[q])
        if _offer(join, other, distance, query, n_features):
            scratch.row_limits[other - b * BLOCK_ROWS] = _limit(other, 0, scale, join)


@kernel
def join_parts(
    tree,  # IN
    X,  # IN  (n_rows, n_features) the table that the tree indexes
    join,  # IN/OUT the lists of the rows of both parts
    first_a, stop_a,  # IN  the blocks of a part
    first_b, stop_b,  # IN  the blocks of another part or of the same
    scratch,
):  # fmt: skip
    """Search each pair of a block of one part and a block with a higher number of another."""
    blocks, first_rows, n_features = tree.blocks, tree.nodes.first_rows, X.shape[1]
    rows, panels, norms = blocks.rows, blocks.panels, blocks.norms
    _set_farthest(first_a, stop_a, join)
    _set_farthest(first_b, stop_b, join)
    for a in range(first_a, stop_a):
        for b in range(max(a + 1, first_b), stop_b):
            if join.cells[a] == join.cells[b] or _are_apart(tree, a, b, join):
                continue
            first_row, first_place = first_rows[join.leaves[a]], b * BLOCK_ROWS
            for r in range(BLOCK_ROWS):
                limit = np.float32(-np.inf)
                if rows[first_place + r] >= 0:
                    limit = _limit(first_place + r, first_row, blocks.scales[b], join)
                scratch.row_limits[r] = limit
            for group in range(0, BLOCK_ROWS, GROUP_ROWS):
                query_place = a * BLOCK_ROWS + group
                if rows[query_place] < 0:
                    break
                n_queries = _measure(tree, a, b, group, join, scratch)
                for first in range(0, BLOCK_ROWS, PANEL_ROWS):
                    place = first_place + first
                    if rows[place] < 0:
                        break
                    hits = _screen(panels, norms, place, n_features, first, scratch)
                    hits &= first_bits(n_queries)
                    prefetch_passed(rows, place, hits, scratch.lanes, X)
                    while hits != NONE:
                        q = lowest_bit(hits)
                        hits &= hits - ONE
                        _take(blocks, b, place, q, query_place + q, X, join, scratch)
