"""The index of a dense table with missing values: distances by the features that both rows have.

The rows of a class are ordered by the features that they lack, so that the rows of a block lack
nearly the same ones. Many rows that lack exactly the same features are also ordered in space. The
blocks hold the float32 offsets of the present values; no value is imputed.

The distance is that of J. K. Dixon, "Pattern recognition with partly missing data", IEEE
Transactions on Systems, Man, and Cybernetics 9, 617-621, 1979.
"""

import numpy as np

from fastsmote import _kernels as kernels
from fastsmote._kernels.layout import (
    BLOCK_PANELS,
    BLOCK_ROWS,
    EVERY_BLOCK,
    GROUP_ROWS,
    CountQueries,
    Metric,
    PartialBlocks,
    Queries,
    new_partial_walk,
)
from fastsmote._search.kd_tree import aligned_zeros
from fastsmote._search.lists import Bounds, Counts, NeighborLists
from fastsmote._search.partial_order import Coordinates, ordered
from fastsmote._threads import get_n_threads, run_ranges

PACKED_BLOCKS = 16  # per task
MEASURED_PAIRS = 2**12  # per task
FAR_LIMIT = 16.0  # times the median of the squared limits
COUNTED_BLOCKS = 16  # after which queries that have enough rows are dropped; then doubled
LEAST_PRODUCTS = 2**26  # as in `class_index`
PARTS_OF_A_THREAD = 8  # the rows of a class differ in how many blocks they visit

NO_HOMES = np.empty(0, np.int64)


def _blocks_of(X, rows, scale):
    """Pack rows, in order and padded, into `PartialBlocks`."""
    n_blocks, n_features = len(rows) // BLOCK_ROWS, X.shape[1]
    blocks = PartialBlocks(
        rows=rows,
        panels=np.empty(0, np.float32),
        starts=np.zeros(n_blocks, np.int64),
        partial=np.zeros((n_blocks, n_features), np.int64),
        n_partial=np.zeros(n_blocks, np.int64),
        is_lacked=np.zeros((n_blocks, n_features), bool),
        n_most=np.zeros(n_blocks, np.int64),
        norms=np.full(len(rows), np.inf, np.float32),
        centers=np.empty((n_blocks, n_features)),
        scales=np.empty(n_blocks),
        radii=np.empty(n_blocks),
        spreads=np.empty(n_blocks),
        low=np.empty((n_blocks * BLOCK_PANELS, n_features)),
        high=np.empty((n_blocks * BLOCK_PANELS, n_features)),
        block_low=np.empty((n_blocks, n_features)),
        block_high=np.empty((n_blocks, n_features)),
    )

    def describe_some(start, stop):
        kernels.partial_blocks.describe(X, scale, start, stop, blocks)

    run_ranges(describe_some, n_blocks, PACKED_BLOCKS, doing="building the index")
    sizes = BLOCK_ROWS * (n_features + blocks.n_partial)
    blocks.starts[:] = np.cumsum(sizes) - sizes
    blocks = blocks._replace(panels=aligned_zeros(int(sizes.sum())))

    def pack_some(start, stop):
        kernels.partial_blocks.pack(X, scale, start, stop, blocks)

    run_ranges(pack_some, n_blocks, PACKED_BLOCKS, doing="building the index")
    return blocks


class PartialIndex:
    """The blocks of one table's classes, with the interface of `ClassIndex`.

    Parameters
    ----------
    X : C-contiguous ndarray of shape (n_rows, n_features), float32 or float64
        NaN where a value is missing.
    class_rows : list of ndarray, int64, ascending
        The row numbers of each class.
    metric : Metric, default=None
        What a distance counts. None means the features of X and nothing else.
    """

    has_missing = True

    def __init__(self, X, class_rows, metric=None):
        self.X = self.table = X
        self.class_rows, self.numbers = class_rows, None
        no_codes = np.empty((0, 0), np.int64)
        self._metric = metric or Metric(float(X.shape[1]), no_codes, 0.0)
        self._coordinates = Coordinates(X)
        self._scale = self._coordinates.scale
        self._blocks, self._places = [None] * len(class_rows), [None] * len(class_rows)

    def blocks(self, code):
        """Return the blocks of one class, built at first use."""
        if self._blocks[code] is None:
            rows = ordered(self.X, self.class_rows[code], self._coordinates)
            self._blocks[code] = _blocks_of(self.X, rows, self._scale)
        return self._blocks[code]

    def places(self, code, rows):
        """Return the place of some rows of a class in its blocks."""
        if self._places[code] is None:
            all_places, in_blocks = np.zeros(len(self.X), np.int64), self.blocks(code).rows
            is_row = in_blocks >= 0
            all_places[in_blocks[is_row]] = np.flatnonzero(is_row)
            self._places[code] = all_places
        return self._places[code][rows]

    def rows_in_order(self, code, is_chosen=None):
        """Return the rows of a class, so that consecutive rows lack nearly the same features."""
        rows = self.blocks(code).rows
        rows = rows[rows >= 0]
        return rows if is_chosen is None else rows[is_chosen[rows]]

    def given(self, rows, others):
        """Return lists of one known neighbor each, for a search to improve."""
        lists = NeighborLists(rows, 1)
        lists.neighbor_rows[:, 0] = others

        def measure_some(start, stop):
            kernels.partial.sq_distances(
                self.X, rows, others, self._metric, start, stop, lists.sq_distances
            )

        run_ranges(measure_some, len(rows), MEASURED_PAIRS, doing="measuring distances")
        return lists

    def _walk(self, X, rows, n_blocks):
        """Return the scratch arrays for some queries; a missing value has any coordinate."""
        coordinates = self._coordinates
        return new_partial_walk(coordinates.coords(X, rows), coordinates.order, n_blocks)

    def _run(self, task, n_queries, n_blocks, *, doing):
        """Run ``task(start, stop)`` over ranges of whole groups of queries."""
        n_groups = -(-n_queries // GROUP_ROWS)
        products = n_groups * GROUP_ROWS * n_blocks * BLOCK_ROWS * self.X.shape[1]
        n_tasks = min(products // LEAST_PRODUCTS, PARTS_OF_A_THREAD * get_n_threads())
        run_ranges(task, n_queries, -(-n_groups // max(1, n_tasks)) * GROUP_ROWS, doing=doing)

    def improve(self, code, lists, queries_X=None, most_blocks=EVERY_BLOCK, is_own=False):
        """Improve the lists by the rows of one class.

        The queries are rows of ``queries_X``. If it is None, they are rows of X, and a row is not
        its own neighbor. Each group of queries visits at most ``most_blocks`` blocks, and first
        those that hold its rows if they are of the class (``is_own``).
        """
        if len(self.class_rows[code]) == 0 or len(lists.query_rows) == 0:
            return
        skip_self = queries_X is None
        queries_X = self.X if skip_self else queries_X
        blocks, rows = self.blocks(code), lists.query_rows
        found, n_blocks = (lists.sq_distances, lists.neighbor_rows), len(blocks.scales)
        queries = Queries(queries_X, rows, skip_self, self._scale, *found)
        homes = self.places(code, rows) // BLOCK_ROWS if is_own else NO_HOMES

        def search_some(start, stop):
            walk, scratch = self._walk(queries_X, rows[start:stop], n_blocks)
            kernels.partial.search(
                blocks,
                self.X,
                self._metric,
                queries,
                homes,
                start,
                stop,
                most_blocks,
                walk,
                scratch,
            )

        self._run(search_some, len(rows), min(n_blocks, most_blocks), doing="searching neighbors")

    def within(self, code, neighbors):
        """Improve the lists by the rows of one class."""
        self.improve(code, neighbors, is_own=True)
        return neighbors

    def bound_within(self, code, rows, k):
        """Bound the distances from rows of a class to their k nearest rows, as `ClassIndex`."""
        lists = NeighborLists(rows, k)
        self.improve(code, lists, most_blocks=2, is_own=True)
        return Bounds(np.ascontiguousarray(lists.sq_distances[:, 0]), lists.neighbor_rows)

    def count_before(self, code, limits, n_wanted, are_bounded=False):
        """Count the rows of one class before each limit, as in `ClassIndex.count_before`.

        The blocks that are nearest to each group of queries come first. Then queries that have not
        enough rows are regrouped, and go on with more and more of all blocks.
        """
        counts = Counts.zeros(len(limits.query_rows), n_wanted)
        if len(self.class_rows[code]) == 0:
            return counts
        n_blocks, left = len(self.blocks(code).scales), np.arange(len(limits.query_rows))
        first, stop = -1, COUNTED_BLOCKS
        while first < n_blocks and len(left):
            again = Counts(counts.n_counted[left], counts.witnesses[left])
            self._count(code, limits.take(left), again, first, min(stop, n_blocks))
            counts.put(left, again)
            left = left[~again.are_enough()]
            first, stop = (0, stop) if first < 0 else (stop, 2 * stop)
        return counts

    def _count(self, code, limits, counts, first, stop):
        """Go on counting in a range of blocks, or in the nearest ones if the first is -1."""
        blocks, rows = self.blocks(code), limits.query_rows
        queries = CountQueries(self.X, rows, True, self._scale, *limits[1:], *counts)
        homes = self.places(code, rows) // BLOCK_ROWS

        def count_some(begin, end):
            walk, scratch = self._walk(self.X, rows[begin:end], len(blocks.scales))
            kernels.partial.count_before(
                blocks, self.X, self._metric, queries, homes, begin, end, first, stop, walk, scratch
            )

        self._run(count_some, len(rows), stop - max(0, first), doing="counting neighbors")

    def among_others(self, code, neighbors):
        """Improve the lists by the rows of every class but one.

        A query that is far from its own class visits most blocks, and its group with it. If there
        are some such queries, they are searched in groups of their own.
        """
        limits = neighbors.sq_distances[:, 0]
        is_far = limits > FAR_LIMIT * np.median(limits) if len(limits) else np.zeros(0, bool)
        for chosen in (np.flatnonzero(~is_far), np.flatnonzero(is_far)):
            part = neighbors.take(chosen)
            for other in range(len(self.class_rows)):
                if other != code:
                    self.improve(other, part)
            neighbors.put(chosen, part)
        return neighbors

    def among_all(self, code, neighbors):
        """Improve the lists of rows of one class, by that class first and then the others."""
        # Queries that lack the same features should be in the same groups.
        order = np.argsort(self.places(code, neighbors.query_rows), kind="stable")
        in_order = neighbors.take(order)
        self.improve(code, in_order, is_own=True)
        neighbors.put(order, self.among_others(code, in_order))
        return neighbors
