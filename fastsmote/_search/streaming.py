"""Search for the k nearest rows of some queries in blocks that are read one by one.

A search tree is built for each block. The distances found in earlier blocks bound its search.
New neighbors are merged by (distance, row number), so the lists do not depend on the size or
the order of the blocks.
"""

from typing import NamedTuple

import numpy as np

from fastsmote._kernels.layout import NO_ROW, kernel_input
from fastsmote._search.class_index import ClassIndex, improve
from fastsmote._search.kd_tree import group_rows
from fastsmote._search.lists import NeighborLists, search_array
from fastsmote._search.partial_index import PartialIndex


class Block:
    """Some rows of a table and their search tree.

    Parameters
    ----------
    X : ndarray of shape (n, n_features)
    rows : ndarray of shape (n,), int64, ascending
        The rows' numbers.
    n_queries : int, default=None
        The approximate number of query rows. None means n.
    has_missing : bool, default=False
        Whether values of the rows or of the queries may be missing.
    """

    def __init__(self, X, rows, n_queries=None, has_missing=False):
        self.X, self.rows, self._n_queries = X, rows, n_queries
        self._has_missing, self._built = has_missing, None
        self._index()

    def _index(self):
        if self._built is None and len(self.rows):
            X, rows = search_array(self.X), [np.arange(len(self.rows))]
            if self._has_missing:
                index = PartialIndex(X, rows)
                index.blocks(0)
            else:
                index = ClassIndex(X, rows, self._n_queries)
                index.tree(0)
            self._built = index
        return self._built

    def __getstate__(self):
        # The receiver of a block builds its tree at first use. Building takes less time than
        # sending, and it runs in the threads of a task, not in those that receive.
        return {**self.__dict__, "_built": None}

    def places_in_order(self):
        """Return the places of the rows in the block, ordered so that near rows are together."""
        index = self._index()
        return np.arange(0) if index is None else index.rows_in_order(0)

    def nearest_within(self, places, k):
        """Find the k nearest rows of the block for some of its rows, or all rows if fewer.

        Returns
        -------
        neighbors : NeighborLists
            In the order of ``places``. Rows are given by their places in the block; empty
            places hold (inf, NO_ROW).
        """
        lists, index = NeighborLists(kernel_input(places), k), self._index()
        return lists if index is None else index.within(0, lists).finish()

    def improve(self, neighbors, queries_X):
        """Improve the lists of other rows by the rows of the block, given by their places."""
        index = self._index()
        if index is None:
            return
        if index.has_missing:
            index.improve(0, neighbors, queries_X)
        else:
            improve(neighbors, [index.tree(0)], index.X, index.projection, queries_X)


def nearest_within(X, k, has_missing=False):
    """Find the k nearest rows of each row of a matrix, as `Block.nearest_within`, in row order."""
    block = Block(X, np.arange(len(X)), has_missing=has_missing)
    return block.nearest_within(block.places_in_order(), k).sort_by_row()


class PartialLists(NamedTuple):
    """Rows that may be among the nearest of some queries."""

    queries: np.ndarray  # (n,) places of the queries, each once
    sq_distances: np.ndarray  # (n, any) inf in empty places
    neighbor_rows: np.ndarray  # (n, any) row numbers, NO_ROW in empty places


def _nearest(sq_distances, rows, k):
    """Return the first k candidates of each query by (distance, row number)."""
    order = np.lexsort((rows, sq_distances), axis=1)[:, :k]
    return np.take_along_axis(sq_distances, order, axis=1), np.take_along_axis(rows, order, axis=1)


def join_partial_lists(parts, k):
    """Return the k nearest of the rows found in several blocks without a common row."""
    queries = np.unique(np.concatenate([part.queries for part in parts]))
    shape = len(queries), sum(part.neighbor_rows.shape[1] for part in parts)
    sq_distances, rows, start = np.full(shape, np.inf), np.full(shape, NO_ROW), 0
    for part in parts:
        places, stop = np.searchsorted(queries, part.queries), start + part.neighbor_rows.shape[1]
        sq_distances[places, start:stop], rows[places, start:stop] = (
            part.sq_distances,
            part.neighbor_rows,
        )
        start = stop
    return PartialLists(queries, *_nearest(sq_distances, rows, k))


class RunningLists:
    """The nearest rows of some queries in the blocks searched so far.

    Parameters
    ----------
    X : ndarray of shape (n_queries, n_features)
    k : int >= 1
    own_rows : ndarray of shape (n_queries,), int64, default=None
        The row numbers of the queries, if the blocks contain the queries. A row is not its
        own neighbor.
    has_missing : bool, default=False
        Whether values of the queries or of the blocks may be missing.

    Attributes
    ----------
    X : ndarray of shape (n_queries, n_features)
        The queries in the dtype of the search.
    order : ndarray of shape (n_queries,), int64
        The places of the queries, ordered so that near queries are together.
    sq_distances : ndarray of shape (n_queries, k), float64
        Ascending; inf in empty places.
    neighbor_rows : ndarray of shape (n_queries, k), int64
        Row numbers, by (distance, row number); NO_ROW in empty places.
    """

    def __init__(self, X, k, own_rows=None, has_missing=False):
        self.X, self._own_rows, self._has_missing = search_array(X), own_rows, has_missing
        self.sq_distances = np.full((len(X), k), np.inf)
        self.neighbor_rows = np.full((len(X), k), NO_ROW)
        self.order = np.arange(len(X))
        if len(X) and has_missing:
            self.order = PartialIndex(self.X, [self.order]).rows_in_order(0)
        elif len(X):
            projection = ClassIndex(self.X, [self.order]).projection
            self.order = group_rows(self.X, self.order, projection)

    def give(self, sq_distances, rows):
        """Set the neighbors that are already known."""
        self.sq_distances[:], self.neighbor_rows[:] = sq_distances, rows

    def see(self, X, rows):
        """Search a block of rows.

        Parameters
        ----------
        X : ndarray of shape (n, n_features), of the queries' dtype
        rows : ndarray of shape (n,), int64, ascending
            The row numbers. If k > 1, no row may be in two blocks.
        """
        if len(rows) and len(self.order):
            self.add(self.find(Block(X, rows, len(self.order), self._has_missing)))

    def find(self, block, places=None):
        """Find the rows of a block that may belong in the lists, without changing the lists.

        If ``places`` is given, only these queries are searched.
        """
        order = self.order
        if places is not None:
            is_chosen = np.zeros(len(order), bool)
            is_chosen[places] = True
            order = order[is_chosen[order]]
        # A query may find itself, which takes one more place.
        n_places = self.neighbor_rows.shape[1] + (self._own_rows is not None)
        # kernel_input: a worker may receive read-only arrays.
        found = NeighborLists(kernel_input(order), n_places)
        # The lists keep NO_ROW, the highest row number, so that the search also finds rows at
        # exactly this distance. The merge then decides ties by row number.
        found.sq_distances[:] = self.sq_distances[order, -1:]
        if len(order):
            block.improve(found, kernel_input(self.X))
        is_new = found.neighbor_rows != NO_ROW
        changed = is_new.any(axis=1)
        is_new, found = is_new[changed], found.take(changed)
        places = np.where(is_new, found.neighbor_rows, 0)
        rows = np.where(is_new, block.rows[places], NO_ROW) if len(places) else found.neighbor_rows
        sq_distances = np.where(is_new, found.sq_distances, np.inf)
        if self._own_rows is not None:
            is_self = rows == self._own_rows[found.query_rows][:, None]
            sq_distances[is_self], rows[is_self] = np.inf, NO_ROW
        return PartialLists(found.query_rows, sq_distances, rows)

    def add(self, found):
        """Merge the result of `find` into the lists."""
        queries, k = found.queries, self.neighbor_rows.shape[1]
        sq_distances = np.concatenate([self.sq_distances[queries], found.sq_distances], axis=1)
        rows = np.concatenate([self.neighbor_rows[queries], found.neighbor_rows], axis=1)
        self.sq_distances[queries], self.neighbor_rows[queries] = _nearest(sq_distances, rows, k)
