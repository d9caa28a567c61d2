"""Find the neighbors of a few queries without an index: each row is read once."""

import numpy as np

from fastsmote import _kernels as kernels
from fastsmote._kernels.layout import (
    NO_ROW,
    ROUGH_QUERIES,
    SCAN_QUERIES,
    SCAN_ROWS,
    ScanLists,
    ScanScratch,
    ScanScreen,
)
from fastsmote._search.lists import NeighborLists
from fastsmote._search.projection import LARGEST_EXPONENT, LARGEST_SPREAD
from fastsmote._threads import get_n_threads, run_ranges

# More queries take less time among packed blocks. Measured on 1,000 to 200,000 rows: both ways
# take the same time for 100 to 300 queries, and the more features the more queries.
FEW_QUERIES, FEW_QUERIES_OF_WIDE = 128, 256
LEAST_WIDE, LEAST_ROWS_OF_WIDE = 32, 2**12
MOST_NEIGHBORS = 64  # so that the lists of all tasks are small
LEAST_SCANNED = 2**25  # fewer products: a thread costs more than it saves
MOST_SCANNED = 2**30  # maximum per task: 100 ms, or 1 s on a busy machine
LEAST_SCREENED_ROWS = 512  # of a task, for each neighbor; with fewer, most tiles pass
SCREENED_VALUES = 2**14  # of rows in float32 that stay in the cache while all queries meet them
BOUNDING_ROWS, BOUNDED_ROWS = 512, 32  # in the sample, and for each row of the sample
SCALE_ROWS = 16  # of X, to find the scale
# More tasks balance the load, but each must find near rows before it can rule out others.
TASKS_OF_A_THREAD, BALANCED_PRODUCTS = 3, 2**28


def is_scan_worth_it(shape, n_queries, k):
    """Whether a scan of a table takes less time than building an index and searching it."""
    is_wide = shape[1] >= LEAST_WIDE and shape[0] >= LEAST_ROWS_OF_WIDE
    few = FEW_QUERIES_OF_WIDE if is_wide else FEW_QUERIES
    return n_queries <= few and k <= MOST_NEIGHBORS


def _task_rows(n_rows, n_products):
    """The number of rows of a task."""
    n_tasks = min(n_products // LEAST_SCANNED, get_n_threads()) if n_products > LEAST_SCANNED else 1
    n_tasks *= max(1, min(TASKS_OF_A_THREAD, n_products // (n_tasks * BALANCED_PRODUCTS)))
    n_tasks = max(n_tasks, -(-n_products // MOST_SCANNED))
    return -(-n_rows // n_tasks)


def _panels(queries, width):
    """Arrange queries for the tiles of a scan: [width queries][feature][query], flat."""
    return queries.reshape(-1, width, queries.shape[1]).transpose(0, 2, 1).ravel()


def _new_screen(X, queries, n_queries):
    """Return the ScanScreen of some queries, or None if float32 cannot hold them.

    The bound of the screening depends on how far the queries are from the center, not on X. So
    their mean is the center. A few rows of X affect only the scale.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        center = queries[:n_queries].mean(axis=0)
        offsets = queries - center
        offsets[n_queries:] = 0.0
        sample = X[:: -(-len(X) // SCALE_ROWS)] - center
        spread = max(np.abs(offsets).max(), np.abs(sample).max())
    if not 0.0 < spread < LARGEST_SPREAD:
        return None
    scale = 2.0 ** min(-int(np.frexp(spread)[1]), LARGEST_EXPONENT)
    offsets *= scale
    with np.errstate(over="ignore", under="ignore"):
        panels = _panels(offsets.astype(np.float32), ROUGH_QUERIES)
    norms = np.sqrt(np.einsum("ij,ij->i", offsets, offsets))[:n_queries] * (1.0 + 2.0**-20)
    return ScanScreen(center, scale, panels, norms)


def _new_scratch(lists, n_places, n_screened):
    """Return the ScanScratch of lists without neighbors."""
    n_queries = len(lists.sq_distances)
    limits, rough_limits = np.full(n_places, -np.inf), np.full(n_places, -np.inf, np.float32)
    limits[:n_queries], rough_limits[:n_queries] = lists.sq_distances[:, 0], np.inf
    sums, rows = np.empty(SCAN_ROWS * SCAN_QUERIES), np.zeros(n_screened, np.float32)
    return ScanScratch(limits, sums, rough_limits, rows)


def _bounds(X, panels, n_queries, k):
    """For each query, return a squared distance that k rows of a sample are within.

    Without these bounds, a scan among 100,000 x 10 sorted values takes three times as long as an
    index, because most rows are nearer than all rows before them.
    """
    n_sample = max(1, min(BOUNDING_ROWS, len(X) // BOUNDED_ROWS))
    sample = np.ascontiguousarray(X[:: -(-len(X) // n_sample)])
    lists = ScanLists(np.full((n_queries, k), np.inf), np.full((n_queries, k), NO_ROW))
    scratch = _new_scratch(lists, len(panels) // X.shape[1], 0)
    kernels.scan.scan(sample, panels, 0, len(sample), scratch, lists)
    return np.nextafter(lists.sq_distances[:, 0], np.inf)  # k rows are strictly nearer


def scan(X, queries_X, k):
    """Find the k nearest rows of X for each row of queries_X.

    Parameters
    ----------
    X : C-contiguous ndarray of shape (n_rows, n_features), float32 or float64
    queries_X : ndarray of shape (n_queries, n_features)
    k : int >= 1

    Returns
    -------
    lists : NeighborLists
        Finished.
    """
    (n_rows, n_features), n_queries = X.shape, len(queries_X)
    n_places = -(-n_queries // ROUGH_QUERIES) * ROUGH_QUERIES
    queries = np.zeros((n_places, n_features))
    queries[:n_queries] = queries_X
    panels = _panels(queries, SCAN_QUERIES)
    # A row and a value cost something for any number of queries.
    task_rows = _task_rows(n_rows, n_rows * (n_features + 8) * (n_places + 48))
    n_tasks = -(-n_rows // task_rows)
    screen, n_screened = None, 0
    if task_rows >= LEAST_SCREENED_ROWS * k:
        screen = _new_screen(X, queries, n_queries)
        tile_values = SCAN_ROWS * n_features
        n_screened = max(1, SCREENED_VALUES // tile_values) * tile_values
    sq_distances = np.full((n_tasks, n_queries, k), np.inf)
    if screen is not None:
        sq_distances[:] = _bounds(X, panels, n_queries, k)[:, None]
    neighbor_rows = np.full((n_tasks, n_queries, k), NO_ROW)

    def scan_some(start, stop):
        task = start // task_rows
        lists = ScanLists(sq_distances[task], neighbor_rows[task])
        scratch = _new_scratch(lists, n_places, n_screened)
        if screen is None:
            kernels.scan.scan(X, panels, start, stop, scratch, lists)
        else:
            kernels.scan.scan_screened(X, panels, screen, start, stop, scratch, lists)

    run_ranges(scan_some, n_rows, task_rows, doing="searching neighbors")
    return NeighborLists.merged(np.arange(n_queries), sq_distances, neighbor_rows)
