"""Find the neighbors of a few queries without an index: each row is read once."""

import numpy as np

from fastsmote import _kernels as kernels
from fastsmote._kernels.layout import NO_ROW, SCAN_QUERIES, SCAN_ROWS, ScanLists, ScanScratch
from fastsmote._search.lists import NeighborLists
from fastsmote._threads import get_n_threads, run_ranges

# More queries are searched in less time among packed blocks. Fewer features pay for more queries,
# because packing a row takes a time of its own. So do small tables, because an index does.
MOST_SCAN_QUERIES, MORE_QUERIES = 80, 256
INDEX_PRODUCTS = 2**21  # scanned in the time that an index of a small table takes
MOST_NEIGHBORS = 64  # so that the lists of all tasks are small
LEAST_SCANNED = 2**22  # fewer products: a thread costs more than it saves
MOST_SCANNED = 2**30  # maximum per task: 100 ms, or 1 s on a busy machine
TASKS_OF_A_THREAD = 3  # to balance the load


def is_scan_worth_it(shape, n_queries, k):
    """Whether a scan of a table takes less time than building an index and searching it."""
    n_rows, n_features = shape
    most_queries = MOST_SCAN_QUERIES + 128 // n_features + INDEX_PRODUCTS // (n_rows * n_features)
    return n_queries <= min(most_queries, MORE_QUERIES) and k <= MOST_NEIGHBORS


def _task_rows(n_rows, n_products):
    """The number of rows of a task."""
    n_tasks = n_products // LEAST_SCANNED
    if n_tasks > 1:
        n_tasks = min(n_tasks, TASKS_OF_A_THREAD * get_n_threads())
        n_tasks = max(n_tasks, -(-n_products // MOST_SCANNED))
    return -(-n_rows // max(1, n_tasks))


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
    n_places = -(-n_queries // SCAN_QUERIES) * SCAN_QUERIES
    panels = np.zeros((n_places, n_features))
    panels[:n_queries] = queries_X
    panels = panels.reshape(-1, SCAN_QUERIES, n_features).transpose(0, 2, 1).ravel()
    task_rows = _task_rows(n_rows, n_rows * n_features * n_places)
    n_tasks = -(-n_rows // task_rows)
    sq_distances = np.full((n_tasks, n_queries, k), np.inf)
    neighbor_rows = np.full((n_tasks, n_queries, k), NO_ROW)
    limits = np.full((n_tasks, n_places), -np.inf)
    limits[:, :n_queries] = np.inf

    def scan_some(start, stop):
        task = start // task_rows
        scratch = ScanScratch(limits[task], np.empty(SCAN_ROWS * SCAN_QUERIES))
        lists = ScanLists(sq_distances[task], neighbor_rows[task])
        kernels.scan.scan(X, panels, start, stop, scratch, lists)

    run_ranges(scan_some, n_rows, task_rows, doing="searching neighbors")
    return NeighborLists.merged(np.arange(n_queries), sq_distances, neighbor_rows)
