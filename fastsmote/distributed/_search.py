"""Search for neighbors with tasks, for each shard of the query rows in each partition.

The query rows are the rows of the smaller classes. One task gathers them, and other tasks split
them into shards. A search tree is built once for each partition. Each shard searches
each tree. The results are joined by (distance, row number), a few at a time, so that no task
holds all of them.
"""

from typing import NamedTuple

import numpy as np

from fastsmote._kernels.layout import NO_ROW
from fastsmote._search.streaming import Block, RunningLists, join_partial_lists

SHARD_ROWS = 2**14  # query rows per task: enough to make a walk through a tree pay off


# Tasks


class NotFinite(NamedTuple):
    """A problem with the numbers of a partition, returned in place of the numbers.

    The task that joins the results of the partitions raises it, because a worker logs every
    error of a task. So only one error is logged, even if many partitions have such values.
    """

    problem: str

    @classmethod
    def raise_first(cls, results):
        """Raise ValueError with the first problem among the results, if there is one."""
        for result in results:
            if isinstance(result, cls):
                raise ValueError(result.problem)


def read_partition(partition, classes, rows, first_row, names, number):
    """Return the numbers of a partition, or `NotFinite`.

    Raises
    ------
    ValueError
        If the partitions of X and y have different numbers of rows.
    """
    classes.check_rows_of(partition, first_row)
    X = rows.read(partition)
    with np.errstate(over="ignore", invalid="ignore"):
        if X.dtype.kind != "f" or np.isfinite(X.sum()) or np.isfinite(X).all():
            return X
    place, column = np.argwhere(~np.isfinite(X))[0].tolist()
    name = column if names is None else repr(names[column])
    return NotFinite(
        f"X, row {first_row + place}, column {name}: {X[place, column]}; this is row {place} of "
        f"partition {number}. Features must be finite: fill the value (fillna), drop the row "
        f"(dropna), or leave out the column."
    )


class Rows(NamedTuple):
    """Some rows of a table."""

    X: np.ndarray  # (n, n_features), X's dtype
    rows: np.ndarray  # (n,) row numbers, ascending
    labels: np.ndarray  # (n,) object


def _take(partition, classes, first_row, label, is_wanted, **reading):
    """Return the rows of a class, or those of all other classes, in one partition."""
    X = read_partition(partition, classes, first_row=first_row, **reading)
    if isinstance(X, NotFinite):
        return X
    places = classes.places_of(label) if is_wanted else classes.places_of_others(label)
    return Rows(X[places], first_row + places, classes.of(places))


class GatheredRows:
    """All query rows."""

    def __init__(self, X, rows, labels):
        self.labels, self._block = labels, Block(np.ascontiguousarray(X), rows)
        # If the rows of a shard are near each other, it visits fewer blocks.
        self._order = self._block.places_in_order()

    X = property(lambda self: self._block.X)
    rows = property(lambda self: self._block.rows)

    @classmethod
    def gather(cls, results):
        """Concatenate the rows from all partitions."""
        NotFinite.raise_first(results)
        return cls(*(np.concatenate(column) for column in zip(*results, strict=True)))

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


def _shard(queries, number, n_shards, k):
    return queries.shard(number, n_shards, k)


def _ask(queries, own, k):
    """Return the lists with which a shard searches the partitions, filled with near queries."""
    nearest = RunningLists(queries.X[own.query_rows], k, queries.rows[own.query_rows])
    nearest.give(own.sq_distances[:, :k], queries.rows_at(own.neighbor_rows[:, :k]))
    return nearest


def _block(partition, classes, first_row, n_queries, **reading):
    X = read_partition(partition, classes, first_row=first_row, **reading)
    if isinstance(X, NotFinite):
        return X
    return Block(X, np.arange(first_row, first_row + len(X)), n_queries)


def find_nearest(nearest, block):
    """Find the k nearest rows of a block.

    The neighbors already in the lists only bound the search, so they are found again.
    """
    return join_partial_lists([nearest.find(block)], nearest.neighbor_rows.shape[1])


def _find_in(asking, block, find):
    """Apply ``find`` to a block; raise an error if the block has values that are not finite."""
    NotFinite.raise_first([block])
    return find(asking, block)


# Graphs of tasks


class Search:
    """Adds the tasks of one call that search for neighbors."""

    def __init__(self, call):
        self._call, self._numbers = call, call.X.numbers()
        named = call.X.named
        self._reading = {
            "rows": self._numbers,
            "names": None if named is None else named.columns.tolist(),
        }

    def gather(self, label, is_wanted=True):
        """Add tasks that gather the rows of a class, or of all others; also return their number.

        The result of the last task is a `GatheredRows`.
        """
        call, survey = self._call, self._call.survey
        counts = survey.counts[:, survey.code_of(label)]
        counts = counts if is_wanted else survey.lengths - counts
        what = f"rows-{survey.code_of(label)}"
        rows = [
            call.add_for_partition(
                what, _take, i, call.X,
                number=i, label=label, is_wanted=is_wanted, **self._reading,
            )
            for i in np.flatnonzero(counts).tolist()
        ]  # fmt: skip
        what = f"queries-{survey.code_of(label)}"
        return call.graph.add(what, GatheredRows.gather, rows), int(counts.sum())

    def blocks(self, n_queries):
        """Add a task that builds a search tree for each partition."""
        call = self._call
        return [
            call.add_for_partition(
                "block", _block, i, call.X, number=i, n_queries=n_queries, **self._reading
            )
            for i in call.partitions
        ]

    def shards(self, queries, n_queries, k):
        """Add a task for each shard, which finds its nearest rows among all queries."""
        graph, n_shards = self._call.graph, -(-n_queries // SHARD_ROWS)
        return [
            graph.add(
                "own", _shard, queries, place=(queries[0], number),
                number=number, n_shards=n_shards, k=k,
            )
            for number in range(n_shards)
        ]  # fmt: skip

    def ask(self, queries, own, k):
        """Add a task that prepares the lists of a shard."""
        return self._call.graph.add("ask", _ask, queries, own, place=own[1:], k=k)

    def among_all(self, what, asking, blocks, find, join):
        """Add tasks that search every partition for a shard, and join the results."""
        graph, place = self._call.graph, asking[1:]
        found = [
            graph.add(what, _find_in, asking, block, place=(*place, i), find=find)
            for i, block in enumerate(blocks)
        ]
        return graph.reduce(f"{what}-joined", join, found, place)
