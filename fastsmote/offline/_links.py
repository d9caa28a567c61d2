"""Tomek links of a table of which only the rows outside its largest class are in memory.

A link has an end outside the largest class. Those rows are asked for their nearest row
while the largest class streams by; where that is a row of the largest class, its features
are kept, and in a second pass it is asked whether any row is nearer to it.
"""

import numpy as np

from fastsmote._kernels.layout import NO_ROW
from fastsmote.offline._neighbors import RunningNearest, nearest_within


class _Small:
    """The rows that are in memory, ascending by row number."""

    def __init__(self, X, rows, codes):
        self.X, self.rows, self.codes = X, rows, codes
        nearest = nearest_within(X, 1)
        self.nearest = RunningNearest(X, 1)
        is_found = nearest.neighbors != NO_ROW
        found = rows[np.where(is_found, nearest.neighbors, 0)]
        self.nearest.give(nearest.sq_distances, np.where(is_found, found, NO_ROW))
        self.partners = np.empty_like(X)  # of those whose nearest row has streamed by

    def see(self, X, rows):
        """Let rows of the largest class go by; keep the features of those that are nearest."""
        before = self.nearest.rows[:, 0].copy()
        self.nearest.see(X, rows)
        changed = np.flatnonzero(self.nearest.rows[:, 0] != before)
        self.partners[changed] = X[np.searchsorted(rows, self.nearest.rows[changed, 0])]


def find_links(X, rows, codes, largest, stream):
    """The rows of a table that are ends of Tomek links.

    Parameters
    ----------
    X : ndarray of shape (n_small, n_features)
        Every row that does not stream by, in the order of their numbers.
    rows : ndarray of shape (n_small,), int64
        Their numbers in the table, ascending.
    codes : ndarray of shape (n_small,)
        Their classes.
    largest : int
        The class of the rows that stream by.
    stream : callable
        ``stream(task)`` yields (X, rows) blocks of those, the same at each of two calls.

    Returns
    -------
    ends : ndarray of shape (n_ends,), int64
        Row numbers, each once.
    """
    small = _Small(X, rows, codes)
    for block in stream("neighbors"):
        small.see(*block)
    nearest = small.nearest.rows[:, 0]
    places = np.minimum(np.searchsorted(rows, nearest), len(rows) - 1)
    is_small = rows[places] == nearest
    is_link = is_small & (codes[places] != codes) & (nearest[places] == rows)
    asked = np.flatnonzero(~is_small & (codes != largest) & (nearest != NO_ROW))
    is_link[asked] = _are_nearest(small, asked, stream)
    return np.unique(np.concatenate([rows[is_link], nearest[is_link]]))


def _are_nearest(small, asked, stream):
    """Whether rows in memory are the nearest of all to the rows that are nearest to them."""
    found = RunningNearest(small.partners[asked], 1, small.nearest.rows[asked, 0])
    found.give(small.nearest.sq_distances[asked], small.rows[asked][:, None])
    found.see(small.X, small.rows)
    for block in stream("links"):
        found.see(*block)
    return found.rows[:, 0] == small.rows[asked]
