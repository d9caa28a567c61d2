"""Search a table for a few queries, without an index.

A search among packed blocks takes most of its time to pack them if there are few queries. A scan
reads each row once. Its vectors hold the queries, so nothing is transposed, and its sums in float64
are the distances that decide. Rough sums in float32 rule out most rows of a wide table before.

The error bound of the screening: let x be a query, y a row, and c the center. Let u and v be
scale (x - c) and scale (y - c), rounded to float32, and eps = 2^-24. Both are computed with a
relative error of at most eps, so
    | |u - v| - scale |x - y| | <= eps (|u| + |v|) <= eps (2 |u| + |u - v|).
The float32 sum A of n_features squares, none negative, has a relative error of at most
(n_features + 3) eps in any order. Let `reach` be the scaled distance within which the query still
needs rows. Then
    A > ((reach + 2 eps |u|) (1 + 2 eps))^2 (1 + (n_features + 4) eps)
proves that y is farther than reach, for each row alone: the bound does not depend on other rows.
Denormals add at most LEAST_RADIUS to a distance. If v or A overflows, A exceeds every finite limit.
"""

import numpy as np

from fastsmote._kernels.heap import sift_down
from fastsmote._kernels.jit import inlined, kernel, outlined
from fastsmote._kernels.layout import ROUGH_QUERIES, SCAN_QUERIES, SCAN_ROWS
from fastsmote._kernels.scan_tile import (
    add_rough_squares,
    add_squares,
    rough_not_above,
    rough_zeros,
    store_sums,
    sums_below,
    zero_sums,
)
from fastsmote._kernels.screening import EPS32, LEAST_RADIUS, NONE, ONE, TINY32, reach_of
from fastsmote._kernels.simd import first_bits, lowest_bit

BATCH_VALUES = 2**13  # of rows that stay in the cache while all queries meet them


@inlined
def _take(hits, row, first_query, scratch, lists):
    """Offer rows of a tile to the lists of queries, where a bit is set."""
    while hits != NONE:
        place = lowest_bit(hits)
        hits &= hits - ONE
        q, taken = first_query + place % SCAN_QUERIES, row + place // SCAN_QUERIES
        if q >= len(lists.neighbor_rows):
            continue
        distance = scratch.sums[place]
        sq_distances, neighbors = lists.sq_distances[q], lists.neighbor_rows[q]
        if distance < sq_distances[0] or (distance == sq_distances[0] and taken < neighbors[0]):
            sift_down(sq_distances, neighbors, len(neighbors), 0, distance, taken)
            scratch.limits[q] = sq_distances[0]


@outlined
def _search_tile(X, panels, row, first_query, start, stop, scratch, lists):
    """Search a tile of rows for a tile of queries; return whether a list was full or changed."""
    n_features, k = X.shape[1], lists.neighbor_rows.shape[1]
    sums, at = zero_sums(), first_query * n_features
    # Several features at a time, or prefetching the next rows: no gain.
    for feature in range(n_features):
        sums = add_squares(sums, X, row, stop - 1, feature, panels, at)
        at += SCAN_QUERIES
    hits = sums_below(sums, scratch.limits, first_query)
    if row < start + k:  # fill the lists, also at infinite distances
        hits = ~NONE
    # In a full list, a later row at the distance of the last one changes nothing.
    hits &= first_bits(min(SCAN_ROWS, stop - row) * SCAN_QUERIES)
    if hits != NONE:
        store_sums(sums, scratch.sums)
        _take(hits, row, first_query, scratch, lists)
    return hits != NONE


@kernel
def scan(
    X,  # IN  (n_rows, n_features)
    panels,  # IN  (n_places * n_features,) queries: [SCAN_QUERIES queries][feature][query]
    start, stop,  # IN  which rows of X
    scratch,  # IN/OUT  ScanScratch
    lists,  # IN/OUT  ScanLists, without neighbors
):  # fmt: skip
    """Fill the lists of all queries with the nearest of some rows."""
    n_queries, n_features = len(lists.neighbor_rows), X.shape[1]
    batch_rows = max(1, BATCH_VALUES // (n_features * SCAN_ROWS)) * SCAN_ROWS
    for first in range(start, stop, batch_rows):
        for first_query in range(0, n_queries, SCAN_QUERIES):
            for row in range(first, min(first + batch_rows, stop), SCAN_ROWS):
                _search_tile(X, panels, row, first_query, start, stop, scratch, lists)


@outlined
def _set_limits(first_query, screen, scratch, lists):
    """Compute the screening limits of SCAN_QUERIES queries, with room to round to float32."""
    n_features = len(screen.center)
    for q in range(first_query, min(first_query + SCAN_QUERIES, len(lists.neighbor_rows))):
        reach = reach_of(scratch.limits[q], n_features, screen.scale, LEAST_RADIUS)
        apart = (reach + 2.0 * EPS32 * screen.norms[q]) * (1.0 + 2.0 * EPS32)
        limit = apart * apart * (1.0 + (n_features + 8) * EPS32) + TINY32
        scratch.rough_limits[q] = np.float32(limit)


@kernel
def scan_screened(
    X,  # IN  (n_rows, n_features)
    panels,  # IN  (n_places * n_features,) queries: [SCAN_QUERIES queries][feature][query]
    screen,  # IN  ScanScreen
    start, stop,  # IN  which rows of X
    scratch,  # IN/OUT  ScanScratch
    lists,  # IN/OUT  ScanLists, without neighbors
):  # fmt: skip
    """Like `scan`, but skip the tiles whose rough distances rule them out."""
    n_queries, k = lists.neighbor_rows.shape
    n_features, center, scale = X.shape[1], screen.center, screen.scale
    rows, batch_rows = scratch.rows, len(scratch.rows) // n_features
    half = first_bits(SCAN_QUERIES)
    half |= half << np.uint64(ROUGH_QUERIES)
    half |= half << np.uint64(2 * ROUGH_QUERIES)
    for first in range(start, stop, batch_rows):
        end = min(first + batch_rows, stop)
        for row in range(first, end):
            place = (row - first) * n_features
            for f in range(n_features):
                rows[place + f] = np.float32((np.float64(X[row, f]) - center[f]) * scale)
        for first_query in range(0, n_queries, ROUGH_QUERIES):
            for row in range(first, end, SCAN_ROWS):
                sums, at = rough_zeros(), first_query * n_features
                place = (row - first) * n_features
                for f in range(place, place + n_features):
                    sums = add_rough_squares(sums, rows, f, n_features, screen.panels, at)
                    at += ROUGH_QUERIES
                hits = rough_not_above(sums, scratch.rough_limits, first_query)
                if row < start + k:
                    hits = ~NONE
                for q in range(first_query, first_query + ROUGH_QUERIES, SCAN_QUERIES):
                    if hits & half != NONE and q < n_queries:
                        if _search_tile(X, panels, row, q, start, stop, scratch, lists):
                            _set_limits(q, screen, scratch, lists)
                    hits >>= np.uint64(SCAN_QUERIES)
