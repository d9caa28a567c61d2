"""The nearest rows of all classes, for tables of which no worker holds all rows.

The rows of all partitions are exchanged into buckets. The rows of a bucket are near each other, so
most of them have their neighbors in the same bucket. A bucket first searches itself. The distances
found then bound the search of the other buckets, and most of the others need no search: the box
of the bucket, enlarged by its largest distance, does not meet theirs.

Neighbors are ordered by (distance, row number), so the result does not depend on the buckets.
"""

from functools import partial
from typing import NamedTuple

import numpy as np

from fastsmote._cluster.search import NotFinite
from fastsmote._kernels.layout import NO_ROW
from fastsmote._search.cuts import SAMPLED_ROWS, Box, are_sampled, find_cuts
from fastsmote._search.streaming import Block, PartialLists, RunningLists, join_partial_lists

MOST_BOXES = 16  # around the judged rows of a bucket: rows far from others enlarge only one


class NumberedRows(NamedTuple):
    """Some rows of a table."""

    X: np.ndarray  # (n, n_features)
    rows: np.ndarray  # (n,) row numbers, ascending

    def take(self, places):
        """Return some of the rows."""
        return NumberedRows(self.X[places], self.rows[places])

    @classmethod
    def join(cls, parts):
        """Concatenate rows, in the order of their numbers."""
        X, rows = (np.concatenate(column) for column in zip(*parts, strict=True))
        return cls(X, rows).take(np.argsort(rows))


# Cuts


def take_sample(rows, n_rows, n_sampled):
    """Return about n_sampled of the n_rows rows of the table that are in a partition."""
    if isinstance(rows, NotFinite):
        return rows
    return rows.take(are_sampled(rows.rows, n_rows, n_sampled))


def cut_sample(samples, n_buckets):
    """Return the `Cuts` of a sample; they have fewer buckets if the sample has fewer rows.

    Raises
    ------
    ValueError
        If a value is not finite.
    """
    NotFinite.raise_first(samples)
    X, rows = NumberedRows.join(samples)
    return find_cuts(X, rows, max(1, min(n_buckets, len(rows))))


def split(rows, cuts, n_buckets):
    """Return the rows of each bucket."""
    buckets = cuts.buckets_of(*rows)
    order = np.argsort(buckets, kind="stable")
    stops = np.cumsum(np.bincount(buckets, minlength=n_buckets))
    return [rows.take(places) for places in np.split(order, stops[:-1])]


# Buckets


def make_block(pieces):
    """Return the `Block` of the rows of a bucket."""
    return Block(*NumberedRows.join(pieces))


class Asking(NamedTuple):
    """The judged rows of a bucket, with their nearest rows in it."""

    first_row: int  # of the bucket, to recognize it; -1 if it has no rows
    rows: np.ndarray  # (n,) row numbers
    nearest: RunningLists


def _first_row(block):
    return int(block.rows[0]) if len(block.rows) else -1


def search_own(block, codes, judged, k):
    """Find the nearest rows of the judged rows of a bucket within the bucket.

    Parameters
    ----------
    block : Block
    codes : ndarray of shape (n_rows_of_the_table,), int
    judged : tuple of int
        The codes of the classes whose rows are judged.
    k : int >= 1

    Returns
    -------
    Asking
    """
    order = block.places_in_order()
    places = order[np.isin(codes[block.rows[order]], judged)]
    own = block.nearest_within(places, k).sort_by_row()
    places = own.query_rows
    nearest = RunningLists(block.X[places], k)
    is_found = own.neighbor_rows != NO_ROW
    if len(places):
        found = block.rows[np.where(is_found, own.neighbor_rows, 0)]
        nearest.give(own.sq_distances, np.where(is_found, found, NO_ROW))
    return Asking(_first_row(block), block.rows[places], nearest)


def search_other(asking, block):
    """Find the rows of a bucket that may belong in the lists of the judged rows of another.

    Returns
    -------
    PartialLists
        Its queries are row numbers. If both buckets are the same, these are the lists found.
    """
    nearest, k = asking.nearest, asking.nearest.neighbor_rows.shape[1]
    if asking.first_row == _first_row(block):
        return PartialLists(asking.rows, nearest.sq_distances, nearest.neighbor_rows)
    places = Box.around(block.X).places_near(nearest.X, nearest.sq_distances[:, -1])
    found = join_partial_lists([nearest.find(block, places)], k)
    return found._replace(queries=asking.rows[found.queries])


class Reach(NamedTuple):
    """Where the neighbors of the judged rows of a bucket may be."""

    first_row: int
    boxes: list


class Extent(NamedTuple):
    """Where the rows of a bucket are."""

    first_row: int
    box: Box


def reach_of(asking):
    """Return boxes around groups of judged rows, enlarged by their largest distances."""
    groups = np.array_split(asking.nearest.order, MOST_BOXES)
    X, sq_distances = asking.nearest.X, asking.nearest.sq_distances
    boxes = [
        Box.around(X[group]).enlarged(sq_distances[group, -1].max())
        for group in groups
        if len(group)
    ]
    return Reach(asking.first_row, boxes)


def extent_of(block):
    """Return the bounding box of a bucket."""
    return Extent(_first_row(block), Box.around(block.X))


def meet(reach, extent):
    """Whether a bucket may have neighbors of the judged rows of another, or is the same."""
    if reach.first_row == extent.first_row:
        return True
    return any(box.meets(extent.box) for box in reach.boxes)


# Plan


def exchange_into_buckets(engine, parts, n_rows, n_buckets):
    """Exchange all rows of a table into buckets that are near in space.

    Parameters
    ----------
    engine : Engine
    parts : Many of (NumberedRows or NotFinite)
    n_rows : int
        The number of all rows.
    n_buckets : int >= 1

    Returns
    -------
    Many of Block
    """
    n_sampled = SAMPLED_ROWS * n_buckets
    samples = engine.each(take_sample, parts, n_rows=n_rows, n_sampled=n_sampled)
    cuts = engine.one(cut_sample, samples, n_buckets=n_buckets)
    return engine.exchange(partial(split, n_buckets=n_buckets), parts, n_buckets, make_block, cuts)


def find_nearest(engine, blocks, codes, judged, k):
    """Find the k nearest rows of all rows for the rows of some classes.

    Parameters
    ----------
    engine : Engine
    blocks : Many of Block
        What `exchange_into_buckets` returned.
    codes : One of ndarray of shape (n_rows,), int
        The class of each row.
    judged : tuple of int
    k : int >= 1, < n_rows

    Returns
    -------
    Many of PartialLists
        The lists are complete, and the queries are row numbers.
    """
    asking = engine.each(search_own, blocks, codes, judged=judged, k=k)
    boxes = engine.each(reach_of, asking), engine.each(extent_of, blocks), meet
    join = partial(join_partial_lists, k=k)
    return engine.cross(search_other, asking, blocks, join, boxes)
