"""Tomek links of a table that streams by, asked for by a part of its rows at a time.

A link has an end outside the largest class. Those rows, as many as fit, are asked for
their nearest row while all rows stream by. Where that is of another class its features
are kept, and while all rows stream by again it is asked whether any is nearer to it.

`find_links` does so for one stream; the parts below it are for blocks in any order, too.
"""

from typing import NamedTuple

import numpy as np

from fastsmote._kernels.layout import NO_ROW
from fastsmote._running import RunningNearest, join_found, nearest_within


def find_links(parts, classes, stream):
    """The rows of a table that are ends of Tomek links.

    Parameters
    ----------
    parts : iterable of (X, rows)
        Every row outside one class, X of shape (n, n_features) and the row numbers,
        ascending in each part. Each is a pass over the table; as many rows as a part has
        are verified in one more.
    classes : ndarray of shape (n_rows,)
        The class of every row of the table.
    stream : callable
        ``stream(task)`` yields (X, rows) blocks of the whole table.

    Returns
    -------
    is_end : ndarray of shape (n_rows,), bool
    """
    is_end, pairs = np.zeros(len(classes), bool), []
    for X, rows in parts:
        pairs.append(_nearest_enemies(X, rows, classes, stream))
        if sum(len(pair.rows) for pair in pairs) >= len(rows):
            _mark_ends(pairs, stream, is_end)
            pairs = []
    _mark_ends(pairs, stream, is_end)
    return is_end


class Pairs(NamedTuple):
    """Rows whose nearest of all is of another class."""

    rows: np.ndarray  # (n,)
    others: np.ndarray  # (n,) the nearest of each
    sq_distances: np.ndarray  # (n, 1) between them
    others_X: np.ndarray  # (n, n_features) features of the nearest

    @classmethod
    def join(cls, parts):
        """One after the other."""
        return cls(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def others_nearest(self):
        """What the others know of their nearest row: they have met the one they are nearest to."""
        nearest = RunningNearest(self.others_X, 1, self.others)
        nearest.give(self.sq_distances, self.rows[:, None])
        return nearest

    def are_mutual(self, nearest):
        """Which pairs are links, by the nearest rows of the others."""
        return nearest.rows[:, 0] == self.rows


def _nearest_enemies(X, rows, classes, stream):
    nearest, partners = _nearest_of_all(X, rows, stream)
    is_enemy = classes[nearest.rows[:, 0]] != classes[rows]
    return Pairs(
        rows[is_enemy],
        nearest.rows[is_enemy, 0],
        nearest.sq_distances[is_enemy],
        partners[is_enemy],
    )


def _mark_ends(pairs, stream, is_end):
    """Mark both rows of each pair that is mutual."""
    if sum(len(pair.rows) for pair in pairs) == 0:
        return
    joined = Pairs.join(pairs)
    found = joined.others_nearest()
    for block in stream("links"):
        found.see(*block)
    is_link = joined.are_mutual(found)
    is_end[joined.rows[is_link]] = is_end[joined.others[is_link]] = True


def _nearest_of_all(X, rows, stream):
    """The nearest row of each of some rows, and its features."""
    nearest, within = RunningNearest(X, 1, rows), nearest_within(X, 1)
    is_found = np.isfinite(within.sq_distances)  # not where the part is one row
    places = np.where(is_found, within.neighbors, 0)
    nearest.give(within.sq_distances, np.where(is_found, rows[places], nearest.rows))
    partners = X[places[:, 0]]
    for block_X, block_rows in stream("neighbors"):
        before = nearest.rows[:, 0].copy()
        nearest.see(block_X, block_rows)
        changed = np.flatnonzero(nearest.rows[:, 0] != before)
        partners[changed] = block_X[np.searchsorted(block_rows, nearest.rows[changed, 0])]
    return nearest, partners


class Partners(NamedTuple):
    """Rows that may be the nearest of some queries, with their features."""

    queries: np.ndarray  # (n,) places of the queries, none twice
    sq_distances: np.ndarray  # (n,)
    rows: np.ndarray  # (n,) row numbers
    X: np.ndarray  # (n, n_features)


def find_partners(nearest, block):
    """The rows of a block that may be the nearest, of what is asked for one neighbor."""
    queries, sq_distances, rows = join_found([nearest.find(block)], 1)
    is_found = rows[:, 0] != NO_ROW  # not where a query met itself only
    rows = rows[is_found, 0]
    partners = block.X[np.searchsorted(block.rows, rows)]
    return Partners(queries[is_found], sq_distances[is_found, 0], rows, partners)


def join_partners(parts):
    """The nearest of what several blocks found."""
    joined = Partners(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    order = np.lexsort((joined.rows, joined.sq_distances, joined.queries))
    queries = joined.queries[order]
    first = order[np.diff(queries, prepend=-1) != 0]
    return Partners(*(column[first] for column in joined))
