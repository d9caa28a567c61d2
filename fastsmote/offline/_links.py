"""Tomek links of a table that streams by, asked for by a part of its rows at a time.

A link has an end outside the largest class. Those rows, as many as fit, are asked for
their nearest row while all rows stream by. Where that is of another class its features
are kept, and while all rows stream by again it is asked whether any is nearer to it.
"""

import numpy as np

from fastsmote.offline._neighbors import RunningNearest, nearest_within


def find_links(parts, classes, stream):
    """The rows of a table that are ends of Tomek links.

    Parameters
    ----------
    parts : iterable of (X, rows)
        Every row outside one class, X of shape (n, n_features) and the row numbers,
        ascending in each part. A part without links is one pass over the table, others two.
    classes : ndarray of shape (n_rows,)
        The class of every row of the table.
    stream : callable
        ``stream(task)`` yields (X, rows) blocks of the whole table.

    Returns
    -------
    is_end : ndarray of shape (n_rows,), bool
    """
    is_end = np.zeros(len(classes), bool)
    for X, rows in parts:
        nearest, partners = _nearest_of_all(X, rows, stream)
        is_asked = classes[nearest.rows[:, 0]] != classes[rows]
        if is_asked.any():
            others, partners = nearest.rows[is_asked, 0], partners[is_asked]
            found = RunningNearest(partners, 1, others)
            found.give(nearest.sq_distances[is_asked], rows[is_asked][:, None])
            for block in stream("links"):
                found.see(*block)
            is_link = found.rows[:, 0] == rows[is_asked]
            is_end[rows[is_asked][is_link]] = is_end[others[is_link]] = True
    return is_end


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
