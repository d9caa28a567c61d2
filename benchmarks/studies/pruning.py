"""Two bounds of the share of distances that a search skipped, for `studies.neighbors`."""

import numpy as np

from benchmarks.studies.sgemm import tile_products
from fastsmote import get_n_threads
from fastsmote._kernels.layout import BLOCK_ROWS

SAMPLE_QUERIES = 1000


def share_of_far_boxes(index, found):
    """The share of blocks whose box is farther away than the last neighbor of a query.

    This share is an upper bound of the pruned share, from a sample of the queries. A real
    search knows the distance of the last neighbor only at its end, and until then it visits
    more blocks.

    Parameters
    ----------
    index : ClassIndex
    found : NeighborLists
        The finished lists of each query among all rows.
    """
    some = np.linspace(
        0, len(found.query_rows) - 1, min(SAMPLE_QUERIES, len(found.query_rows))
    ).astype(int)
    coords = index.projection.coords(index.X, found.query_rows[some])
    sq_reach = found.sq_distances[some, -1] * index.projection.scale**2
    n_needed = n_blocks = 0
    for code in range(len(index.class_rows)):
        nodes = index.tree(code).nodes
        is_leaf = nodes.right < 0
        low, high = nodes.low[is_leaf], nodes.high[is_leaf]
        n_blocks += len(low)
        for x, limit in zip(coords, sq_reach, strict=True):
            apart = np.maximum(0, np.maximum(low - x, x - high))
            n_needed += (np.einsum("ij,ij->i", apart, apart) <= limit).sum()
    return 1 - n_needed / (n_blocks * len(some))


def share_of_saved_time(n_queries, X, seconds):
    """The share of products that do not fit into the time of the search.

    This share is a lower bound of the pruned share. In its seconds, which include building
    the trees, a search cannot compute more products than the tile alone on all threads.
    """
    n_blocks = -(-len(X) // BLOCK_ROWS)
    products = n_queries * n_blocks * BLOCK_ROWS * X.shape[1]
    at_most = tile_products(X.shape[1]) * get_n_threads() * seconds
    return max(0.0, 1 - at_most / products)
