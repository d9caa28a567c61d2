"""Tomek links of a table that streams by, asked for by a part of its rows at a time.

A link has an end outside the largest class. Those rows, as many as fit, are asked for the
nearest row of another class while the rows of other classes stream by. What the part itself
does not rule out, as a row of it is nearer to one of the two, is a candidate, of which the
features of both ends are kept; and while all rows stream by it is asked whether any is
nearer to one of them.

`find_links` does so for one stream; the parts below it are for blocks in any order, too.
"""

from typing import NamedTuple

import numpy as np

from fastsmote._kernels.layout import NO_ROW
from fastsmote._search.streaming import Block, RunningLists, join_partial_lists

KEPT_SHARE = 4  # candidates are verified when they are one for so many rows of a part
ROUNDOFF = 1e-6  # of a sum of squares and of its root, amply


def find_links(parts, classes, stream):
    """The rows of a table that are ends of Tomek links.

    Parameters
    ----------
    parts : iterable of (X, rows)
        Every row outside one class, X of shape (n, n_features) and the row numbers,
        ascending in each part, which is of one class. Each is a pass over the rows of
        other classes. The nearer the rows of a part are to each other, the fewer
        candidates there are; these are verified, as many as fit, in one more pass.
    classes : ndarray of shape (n_rows,)
        The class of every row of the table.
    stream : callable
        ``stream(task, without)`` yields (X, rows) blocks of the whole table, or of the rows
        that are not of the class ``without``.

    Returns
    -------
    is_end : ndarray of shape (n_rows,), bool
    """
    is_end, candidates = np.zeros(len(classes), bool), []
    for X, rows in parts:
        candidates.append(_find_candidates(X, rows, classes, stream))
        if KEPT_SHARE * sum(len(X) for X, _ in candidates) >= len(rows):
            _mark_ends(candidates, stream, is_end)
            candidates = []
    _mark_ends(candidates, stream, is_end)
    return is_end


class EnemyPairs(NamedTuple):
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
        nearest = RunningLists(self.others_X, 1, self.others)
        nearest.give(self.sq_distances, self.rows[:, None])
        return nearest

    def are_mutual(self, nearest):
        """Which pairs are links, by the nearest rows of the others."""
        return nearest.neighbor_rows[:, 0] == self.rows


class _Box(NamedTuple):
    """Where a row must be to be as near to a row of a part as the part's rows are."""

    low: np.ndarray  # (n_features,), float64
    high: np.ndarray  # (n_features,), float64

    @classmethod
    def around(cls, X, sq_distances):
        """The box of some rows, wider by the largest of their distances."""
        low, high = X.min(axis=0).astype(np.float64), X.max(axis=0).astype(np.float64)
        reach = np.sqrt(sq_distances.max())
        margin = reach + ROUNDOFF * (reach + np.maximum(np.abs(low), np.abs(high)))
        return cls(low - margin, high + margin)

    def cut_out(self, blocks):
        """What is in it, in blocks of about as many rows: each is searched by the whole part."""
        held, n_held = [], 0
        for X, rows in blocks:
            places = self._rows_in(X)
            held.append((X[places], rows[places]))
            n_held += len(places)
            if n_held >= len(X) > 0:
                yield [np.concatenate(column) for column in zip(*held, strict=True)]
                held, n_held = [], 0
        if held:
            yield [np.concatenate(column) for column in zip(*held, strict=True)]

    def _rows_in(self, X):
        places = np.arange(len(X))
        for column, low, high in zip(X.T, self.low, self.high, strict=True):
            values = column[places]  # of those that are left
            places = places[(values >= low) & (values <= high)]
        return places


def _find_candidates(X, rows, classes, stream):
    """Rows of a part, and their nearest of another class, that may be links.

    Returns
    -------
    X : ndarray of shape (n, n_features)
        Of the rows.
    pairs : EnemyPairs
    """
    code, block = classes[rows[0]], Block(X, rows)
    within = block.nearest_within(block.places_in_order(), 1).sort_by_row()
    is_found = within.neighbor_rows != NO_ROW  # not where the part is one row
    nearest = RunningLists(X, 1)
    own_rows = rows[np.where(is_found, within.neighbor_rows, 0)]
    nearest.give(within.sq_distances, np.where(is_found, own_rows, NO_ROW))
    partners, box = np.empty_like(X), _Box.around(X, within.sq_distances)
    for block_X, block_rows in box.cut_out(stream("neighbors", without=code)):
        before = nearest.neighbor_rows[:, 0].copy()
        nearest.see(block_X, block_rows)
        changed = np.flatnonzero(nearest.neighbor_rows[:, 0] != before)
        partners[changed] = block_X[np.searchsorted(block_rows, nearest.neighbor_rows[changed, 0])]
    is_enemy = classes[nearest.neighbor_rows[:, 0]] != code
    pairs = EnemyPairs(
        rows[is_enemy],
        nearest.neighbor_rows[is_enemy, 0],
        nearest.sq_distances[is_enemy],
        partners[is_enemy],
    )
    others = pairs.others_nearest()
    others.add(others.find(block))
    is_candidate = pairs.are_mutual(others)
    return X[is_enemy][is_candidate], EnemyPairs(*(column[is_candidate] for column in pairs))


def _mark_ends(candidates, stream, is_end):
    """Mark both rows of each pair that are the nearest of all rows to each other."""
    if sum(len(X) for X, _ in candidates) == 0:
        return
    X, pairs = (
        np.concatenate([X for X, _ in candidates]),
        EnemyPairs.join([p for _, p in candidates]),
    )
    ends, others = RunningLists(X, 1, pairs.rows), pairs.others_nearest()
    ends.give(pairs.sq_distances, pairs.others[:, None])
    for block_X, block_rows in stream("links", without=None):
        block = Block(block_X, block_rows, 2 * len(X))
        for nearest in (ends, others):
            nearest.add(nearest.find(block))
    is_link = (ends.neighbor_rows[:, 0] == pairs.others) & pairs.are_mutual(others)
    is_end[pairs.rows[is_link]] = is_end[pairs.others[is_link]] = True


class Partners(NamedTuple):
    """Rows that may be the nearest of some queries, with their features."""

    queries: np.ndarray  # (n,) places of the queries, none twice
    sq_distances: np.ndarray  # (n,)
    rows: np.ndarray  # (n,) row numbers
    X: np.ndarray  # (n, n_features)


def find_partners(nearest, block):
    """The rows of a block that may be the nearest, of what is asked for one neighbor."""
    queries, sq_distances, rows = join_partial_lists([nearest.find(block)], 1)
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
