"""Search a table for a few queries, without an index.

A search among packed blocks takes most of its time to pack them if there are few queries. A scan
reads each row once. Its vectors hold the queries, so nothing is transposed, and their sums are the
distances that decide. No bound and no second computation are needed, whatever the scale of X.
"""

import numpy as np

from fastsmote._kernels.heap import sift_down
from fastsmote._kernels.jit import kernel, outlined
from fastsmote._kernels.layout import SCAN_QUERIES, SCAN_ROWS
from fastsmote._kernels.scan_tile import add_squares, store_sums, sums_below, zero_sums
from fastsmote._kernels.simd import first_bits, lowest_bit

BATCH_VALUES = 2**13  # of rows that stay in the cache while all queries meet them
NONE, ONE = np.uint64(0), np.uint64(1)


@outlined
def _take(hits, row, first_query, scratch, lists):
    """Offer rows of a tile to the lists of queries, where a bit is set."""
    while hits != NONE:
        bit = lowest_bit(hits)
        hits &= hits - ONE
        q, taken = first_query + bit % SCAN_QUERIES, row + bit // SCAN_QUERIES
        if q >= len(lists.neighbor_rows):
            continue
        distance = scratch.sums[bit]
        sq_distances, neighbors = lists.sq_distances[q], lists.neighbor_rows[q]
        if distance < sq_distances[0] or (distance == sq_distances[0] and taken < neighbors[0]):
            sift_down(sq_distances, neighbors, len(neighbors), 0, distance, taken)
            scratch.limits[q] = sq_distances[0]


@kernel
def scan(
    X,  # IN  (n_rows, n_features)
    panels,  # IN  (n_places * n_features,) queries: [SCAN_QUERIES queries][feature][query]
    start, stop,  # IN  which rows of X
    scratch,  # IN/OUT  ScanScratch
    lists,  # IN/OUT  ScanLists, empty
):  # fmt: skip
    """Fill the lists of all queries with the nearest of some rows."""
    n_features, (n_queries, k) = X.shape[1], lists.neighbor_rows.shape
    batch_rows = max(1, BATCH_VALUES // (n_features * SCAN_ROWS)) * SCAN_ROWS
    for first in range(start, stop, batch_rows):
        for first_query in range(0, n_queries, SCAN_QUERIES):
            for row in range(first, min(first + batch_rows, stop), SCAN_ROWS):
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
