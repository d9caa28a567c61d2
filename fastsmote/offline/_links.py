"""Tomek links of a table that streams by, asked for by a part of its rows at a time.

A link has an end outside the largest class. Those rows, as many as fit, are asked for
their nearest row while all rows stream by. Where that is of another class its features
are kept, and while all rows stream by again it is asked whether any is nearer to it.
"""

from typing import NamedTuple

import numpy as np

from fastsmote.offline._neighbors import RunningNearest, nearest_within


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


class _Pairs(NamedTuple):
    """Rows whose nearest of all is of another class."""

    rows: np.ndarray  # (n,)
    others: np.ndarray  # (n,) the nearest of each
    sq_distances: np.ndarray  # (n, 1) between them
    others_X: np.ndarray  # (n, n_features) features of the nearest


def _nearest_enemies(X, rows, classes, stream):
    nearest, partners = _nearest_of_all(X, rows, stream)
    is_enemy = classes[nearest.rows[:, 0]] != classes[rows]
    return _Pairs(
        rows[is_enemy],
        nearest.rows[is_enemy, 0],
        nearest.sq_distances[is_enemy],
        partners[is_enemy],
    )


def _mark_ends(pairs, stream, is_end):
    """Mark both rows of each pair that is mutual."""
    if sum(len(pair.rows) for pair in pairs) == 0:
        return
    joined = _Pairs(*(np.concatenate(column) for column in zip(*pairs, strict=True)))
    found = RunningNearest(joined.others_X, 1, joined.others)
    found.give(joined.sq_distances, joined.rows[:, None])
    for block in stream("links"):
        found.see(*block)
    is_link = found.rows[:, 0] == joined.rows
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
