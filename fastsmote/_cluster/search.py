"""Search for neighbors, for each shard of the query rows in each partition.

The query rows are the rows of the smaller classes. One task gathers them, and other tasks split
them into shards. A search tree is built once for each partition. Each shard searches
each tree. The results are joined by (distance, row number), a few at a time, so that no task
holds all of them.
"""

from functools import partial
from typing import NamedTuple

import numpy as np

from fastsmote._base.dataframes import as_frame
from fastsmote._kernels.layout import NO_ROW
from fastsmote._search.streaming import Block, RunningLists, join_partial_lists

SHARD_ROWS = 2**14  # query rows per task: enough to make a walk through a tree pay off


# Tasks


class NotFinite(NamedTuple):
    """A problem with the numbers of a partition, returned in place of the numbers.

    The task that joins the results of the partitions raises it, because a worker logs every
    error of a task. So only one error is logged, even if many partitions have such values.
    """

    row: int
    problem: str

    @classmethod
    def raise_first(cls, results):
        """Raise ValueError with the first problem among the results, if there is one."""
        for result in results:
            if isinstance(result, cls):
                raise ValueError(result.problem)


def read_partition(partition, classes, place, rows, names):
    """Return the numbers of a partition, or `NotFinite`.

    Parameters
    ----------
    partition : native partition of features
    classes : PartClasses
    place : Place
    rows : RowsWriter
        The result of `Table.numbers`.
    names : list or None
        The names of the features.

    Raises
    ------
    ValueError
        If the partitions of X and y have different numbers of rows.
    """
    classes.check_rows_of(partition, place.first_row)
    X = rows.read(partition)
    with np.errstate(over="ignore", invalid="ignore"):
        if X.dtype.kind != "f" or np.isfinite(X.sum()) or np.isfinite(X).all():
            return X
    row, column = np.argwhere(~np.isfinite(X))[0].tolist()
    name = column if names is None else repr(names[column])
    return NotFinite(
        place.first_row + row,
        f"X, row {place.first_row + row}, column {name}: {X[row, column]}; this is row {row} of "
        f"partition {place.number}. Features must be finite: fill the value (fillna), drop the "
        f"row (dropna), or leave out the column.",
    )


class Rows(NamedTuple):
    """Some rows of a table."""

    X: np.ndarray  # (n, n_features), X's dtype
    rows: np.ndarray  # (n,) row numbers, ascending
    labels: np.ndarray  # (n,) object


def _take(partition, classes, place, label, is_wanted, **reading):
    """Return the rows of a class, or those of all other classes, in one partition."""
    places = classes.places_of(label) if is_wanted else classes.places_of_others(label)
    if len(places) == 0:
        return None
    X = read_partition(partition, classes, place, **reading)
    if isinstance(X, NotFinite):
        return X
    return Rows(X[places], place.first_row + places, classes.of(places))


class GatheredRows:
    """All query rows."""

    def __init__(self, X, rows, labels):
        self.labels, self._block = labels, Block(np.ascontiguousarray(X), rows)
        # If the rows of a shard are near each other, it visits fewer blocks.
        self._order = self._block.places_in_order()

    X = property(lambda self: self._block.X)
    rows = property(lambda self: self._block.rows)

    def shard(self, number, n_shards, k):
        """Find the nearest of all queries for the queries of one shard."""
        bounds = np.linspace(0, len(self._order), n_shards + 1).astype(np.int64)
        places = self._order[bounds[number] : bounds[number + 1]]
        return self._block.nearest_within(places, k)

    def rows_at(self, places):
        """Return the row numbers of queries given by place; NO_ROW stays NO_ROW."""
        is_found = places != NO_ROW
        return np.where(is_found, self.rows[np.where(is_found, places, 0)], NO_ROW)

    def are_among(self, rows):
        """Whether each row number belongs to a query; also return the places of the queries."""
        places = np.minimum(np.searchsorted(self.rows, rows), len(self.rows) - 1)
        return self.rows[places] == rows, places


def _gather(results):
    """Concatenate the rows from all partitions."""
    NotFinite.raise_first(results)
    results = [rows for rows in results if rows is not None]
    return GatheredRows(*(np.concatenate(column) for column in zip(*results, strict=True)))


def _shard(number, queries, n_shards, k):
    return queries.shard(number, n_shards, k)


def _ask(own, queries, k):
    """Return the lists with which a shard searches the partitions, filled with near queries."""
    nearest = RunningLists(queries.X[own.query_rows], k, queries.rows[own.query_rows])
    nearest.give(own.sq_distances[:, :k], queries.rows_at(own.neighbor_rows[:, :k]))
    return nearest


def _block(partition, classes, place, n_queries, **reading):
    X = read_partition(partition, classes, place, **reading)
    if isinstance(X, NotFinite):
        return X
    return Block(X, np.arange(place.first_row, place.first_row + len(X)), n_queries)


def find_nearest(nearest, block):
    """Find the k nearest rows of a block.

    The neighbors already in the lists only bound the search, so they are found again.
    """
    return join_partial_lists([nearest.find(block)], nearest.neighbor_rows.shape[1])


def _find_in(asking, block, find):
    """Apply ``find`` to a block; raise an error if the block has values that are not finite."""
    NotFinite.raise_first([block])
    return find(asking, block)


# Plans


class Search:
    """The part of a plan that searches for neighbors in the partitions of a table."""

    def __init__(self, table):
        self._table = table
        rows = table.numbers()
        names = None if table.named is None else list(as_frame(table.named).columns)
        self.reading = {"rows": rows, "names": names}

    def gather(self, label, is_wanted=True):
        """Gather the rows of a class, or of all others; also return their number.

        Returns
        -------
        queries : One of GatheredRows
        n_queries : int
        """
        engine, survey = self._table.engine, self._table.survey
        counts = survey.counts[:, survey.code_of(label)]
        counts = counts if is_wanted else survey.lengths - counts
        parts = self._table.parts(np.flatnonzero(counts).tolist())
        rows = engine.each(_take, parts, label=label, is_wanted=is_wanted, **self.reading)
        return engine.one(_gather, rows), int(counts.sum())

    def blocks(self, n_queries):
        """Build a search tree for each partition.

        Returns
        -------
        Many of Block
        """
        parts = self._table.parts(self._table.survey.with_rows)
        return self._table.engine.each(_block, parts, n_queries=n_queries, **self.reading)

    def shards(self, queries, n_queries, k):
        """Find, for the queries of each shard, their nearest rows among all queries.

        Returns
        -------
        Many of NeighborLists
        """
        n_shards = -(-n_queries // SHARD_ROWS)
        return self._table.engine.numbered(n_shards, _shard, queries, n_shards=n_shards, k=k)

    def ask(self, queries, shards, k):
        """Prepare the lists of each shard.

        Returns
        -------
        Many of RunningLists
        """
        return self._table.engine.each(_ask, shards, queries, k=k)

    def among_all(self, asking, blocks, find, join):
        """Search every partition for each shard, and join the results.

        Returns
        -------
        Many
            One value for each shard.
        """
        return self._table.engine.cross(partial(_find_in, find=find), asking, blocks, join)
