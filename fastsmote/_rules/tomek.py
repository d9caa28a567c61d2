"""Find the Tomek links of a table that is read as a stream of blocks.

At least one end of every link is outside the largest class. `find_links` takes these rows in
parts that fit into memory. For each row of a part, a first pass over the rows of other classes
finds the nearest row of another class. If a row of the part is nearer to one of the two, the
pair is not a link. Otherwise the pair is a candidate, and the features of both ends are kept.
A second pass over all rows checks that no row is nearer to one of the ends.

`find_links` reads one stream. The other functions also work on blocks in any order.
"""

from typing import NamedTuple

import numpy as np

from fastsmote._kernels.layout import NO_ROW
from fastsmote._search.cuts import Box
from fastsmote._search.streaming import Block, RunningLists, join_partial_lists

KEPT_SHARE = 4  # verify once there is one candidate per this many rows of a part


def find_links(parts, classes, stream, has_missing=False):
    """Find the rows of a table that are ends of Tomek links.

    Parameters
    ----------
    parts : iterable of (X, rows)
        All rows outside one class, as X of shape (n, n_features) and ascending row numbers.
        The rows of a part are of one class. Each part takes one pass over the rows of
        other classes. The nearer the rows of a part are to each other, the fewer candidates
        there are. One more pass verifies the candidates that are held in memory.
    classes : ndarray of shape (n_rows,)
        The class of every row of the table.
    stream : callable
        ``stream(task, without)`` yields blocks (X, rows) of the rows that are not of class
        ``without``, or of all rows if it is None.
    has_missing : bool, default=False
        Whether values of any rows may be missing.

    Returns
    -------
    is_end : ndarray of shape (n_rows,), bool
    """
    is_end, candidates = np.zeros(len(classes), bool), []
    for X, rows in parts:
        candidates.append(_find_candidates(X, rows, classes, stream, has_missing))
        if KEPT_SHARE * sum(len(X) for X, _ in candidates) >= len(rows):
            _mark_ends(candidates, stream, is_end, has_missing)
            candidates = []
    _mark_ends(candidates, stream, is_end, has_missing)
    return is_end


class EnemyPairs(NamedTuple):
    """Rows whose nearest row belongs to another class."""

    rows: np.ndarray  # (n,)
    others: np.ndarray  # (n,) the nearest row of each
    sq_distances: np.ndarray  # (n, 1) between them
    others_X: np.ndarray  # (n, n_features) features of the nearest rows

    @classmethod
    def join(cls, parts):
        """Concatenate pairs."""
        return cls(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def others_nearest(self, has_missing=False):
        """Return a list of the nearest row for each of ``others``; it starts with ``rows``."""
        nearest = RunningLists(self.others_X, 1, self.others, has_missing)
        nearest.give(self.sq_distances, self.rows[:, None])
        return nearest

    def are_mutual(self, nearest):
        """Whether each pair is a link, given the nearest rows of the others."""
        return nearest.neighbor_rows[:, 0] == self.rows


def _cut_out(box, blocks):
    """Yield the rows in a box, joined to blocks of about the size of the input blocks.

    Smaller blocks would take longer, because the whole part searches each block.
    """
    held, n_held = [], 0
    for X, rows in blocks:
        places = box.places_in(X)
        held.append((X[places], rows[places]))
        n_held += len(places)
        if n_held >= len(X) > 0:
            yield [np.concatenate(column) for column in zip(*held, strict=True)]
            held, n_held = [], 0
    if held:
        yield [np.concatenate(column) for column in zip(*held, strict=True)]


def _find_candidates(X, rows, classes, stream, has_missing):
    """Find pairs of a row of a part and its nearest row of another class that may be links.

    Returns
    -------
    X : ndarray of shape (n, n_features)
        The features of the rows of the part.
    pairs : EnemyPairs
    """
    code, block = classes[rows[0]], Block(X, rows, has_missing=has_missing)
    own = block.nearest_within(block.places_in_order(), 1).sort_by_row()
    is_found = own.neighbor_rows != NO_ROW  # False if the part has one row only
    nearest = RunningLists(X, 1, has_missing=has_missing)
    own_rows = rows[np.where(is_found, own.neighbor_rows, 0)]
    nearest.give(own.sq_distances, np.where(is_found, own_rows, NO_ROW))
    # The box contains every row that may be nearer to a row of the part than its own rows.
    partners, box = np.empty_like(X), Box.around(X).enlarged(own.sq_distances.max())
    for block_X, block_rows in _cut_out(box, stream("neighbors", without=code)):
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
    others = pairs.others_nearest(has_missing)
    others.add(others.find(block))
    is_candidate = pairs.are_mutual(others)
    return X[is_enemy][is_candidate], EnemyPairs(*(column[is_candidate] for column in pairs))


def _mark_ends(candidates, stream, is_end, has_missing):
    """Mark both rows of each pair whose rows are the nearest of all rows to each other."""
    if sum(len(X) for X, _ in candidates) == 0:
        return
    X, pairs = (
        np.concatenate([X for X, _ in candidates]),
        EnemyPairs.join([p for _, p in candidates]),
    )
    ends = RunningLists(X, 1, pairs.rows, has_missing)
    others = pairs.others_nearest(has_missing)
    ends.give(pairs.sq_distances, pairs.others[:, None])
    for block_X, block_rows in stream("links", without=None):
        block = Block(block_X, block_rows, 2 * len(X), has_missing)
        for nearest in (ends, others):
            nearest.add(nearest.find(block))
    is_link = (ends.neighbor_rows[:, 0] == pairs.others) & pairs.are_mutual(others)
    is_end[pairs.rows[is_link]] = is_end[pairs.others[is_link]] = True


class Partners(NamedTuple):
    """Rows that may be the nearest rows of some queries, with their features."""

    queries: np.ndarray  # (n,) places of the queries, each once
    sq_distances: np.ndarray  # (n,)
    rows: np.ndarray  # (n,) row numbers
    X: np.ndarray  # (n, n_features)


def find_partners(nearest, block):
    """Find the rows of a block that may be the nearest rows of the queries."""
    queries, sq_distances, rows = join_partial_lists([nearest.find(block)], 1)
    is_found = rows[:, 0] != NO_ROW  # False if a query found only itself
    rows = rows[is_found, 0]
    partners = block.X[np.searchsorted(block.rows, rows)]
    return Partners(queries[is_found], sq_distances[is_found, 0], rows, partners)


def join_partners(parts):
    """Return the nearest of the rows that were found in several blocks."""
    joined = Partners(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    order = np.lexsort((joined.rows, joined.sq_distances, joined.queries))
    queries = joined.queries[order]
    first = order[np.diff(queries, prepend=-1) != 0]
    return Partners(*(column[first] for column in joined))
