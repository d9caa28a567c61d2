"""The k nearest rows of some queries, over blocks of rows that stream by.

Each block becomes a search tree, asked with what the queries have found so far as their
limit; what it finds is merged by (distance, row number), so that the lists do not depend
on how the rows were cut into blocks.
"""

import numpy as np

from fastsmote._forest import ClassForest, Neighbors, improve
from fastsmote._kernels.layout import NO_ROW
from fastsmote._tree import group_rows
from fastsmote.neighbors import search_array


def nearest_within(X, k):
    """The k nearest rows of each row of a matrix, fewer where there are no more.

    Returns
    -------
    neighbors : Neighbors
        In the order of the rows; empty places hold (inf, NO_ROW).
    """
    forest = ClassForest(search_array(X), [np.arange(len(X))])
    return forest.within(0, Neighbors(forest.rows_in_order(0), k)).finish().sort_by_row()


class RunningNearest:
    """The nearest rows that some queries have met.

    Parameters
    ----------
    X : ndarray of shape (n_queries, n_features)
    k : int >= 1
    own_rows : ndarray of shape (n_queries,), int64, default=None
        The queries' own row numbers, where they are among the rows that stream by: a row
        is not its own neighbor.

    Attributes
    ----------
    sq_distances : ndarray of shape (n_queries, k), float64
        Ascending; inf in empty places.
    rows : ndarray of shape (n_queries, k), int64
        Row numbers, by (distance, row number); NO_ROW in empty places.
    """

    def __init__(self, X, k, own_rows=None):
        self._X, self._own_rows = search_array(X), own_rows
        self.sq_distances = np.full((len(X), k), np.inf)
        self.rows = np.full((len(X), k), NO_ROW)
        self._order = np.arange(len(X))
        if len(X):
            frame = ClassForest(self._X, [self._order]).frame
            self._order = group_rows(self._X, self._order, frame)

    def give(self, sq_distances, rows):
        """What is known already."""
        self.sq_distances[:], self.rows[:] = sq_distances, rows

    def see(self, X, rows):
        """Let a block of rows go by.

        Parameters
        ----------
        X : ndarray of shape (n, n_features), of the queries' dtype
        rows : ndarray of shape (n,), int64, ascending
            The rows' numbers. For k above 1 no row may come twice.
        """
        if len(rows) == 0 or len(self._order) == 0:
            return
        forest = ClassForest(search_array(X), [np.arange(len(rows))], len(self._order))
        # One more place where a query may find itself.
        found = Neighbors(self._order, self.rows.shape[1] + (self._own_rows is not None))
        # With the highest of row numbers: one at the very distance may have a lower number
        # than the row it ties with, which only the merge can tell.
        found.sq_distances[:] = self.sq_distances[self._order, -1:]
        improve(found, [forest.tree(0)], forest.X, forest.frame, self._X)
        is_new = found.neighbors != NO_ROW
        changed = is_new.any(axis=1)
        is_new, found = is_new[changed], found.take(changed)
        self._merge(
            found.rows,
            np.where(is_new, found.sq_distances, np.inf),
            np.where(is_new, rows[np.where(is_new, found.neighbors, 0)], NO_ROW),
        )

    def _merge(self, queries, sq_distances, rows):
        if self._own_rows is not None:
            is_self = rows == self._own_rows[queries][:, None]
            sq_distances[is_self], rows[is_self] = np.inf, NO_ROW
        sq_distances = np.concatenate([self.sq_distances[queries], sq_distances], axis=1)
        rows = np.concatenate([self.rows[queries], rows], axis=1)
        order = np.lexsort((rows, sq_distances), axis=1)[:, : self.rows.shape[1]]
        self.sq_distances[queries] = np.take_along_axis(sq_distances, order, axis=1)
        self.rows[queries] = np.take_along_axis(rows, order, axis=1)
