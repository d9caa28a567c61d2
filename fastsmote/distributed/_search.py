"""Who is near whom, by tasks: queries in shards, the other rows by partition.

What is asked for neighbors, the rows of the smaller classes, is gathered by one task whose
result every other gets. Each partition becomes a search tree once; each shard of the
queries asks each tree; what was found is joined by (distance, row number), a few parts at a
time, so that no task holds all of it.
"""

from typing import NamedTuple

import numpy as np

from fastsmote._kernels.layout import NO_ROW
from fastsmote._search.streaming import Block, RunningLists, join_partial_lists

SHARD_ROWS = 2**14  # that ask together: enough to be worth a walk through a tree


# Tasks


class NotFinite(NamedTuple):
    """In place of the numbers of a partition, why they cannot be used.

    It is raised where the results of the partitions meet: many partitions may have such
    values, and one error says enough. A worker logs every error of a task.
    """

    problem: str

    @classmethod
    def raise_first(cls, results):
        """Raise the first problem of some results, if there is one."""
        for result in results:
            if isinstance(result, cls):
                raise ValueError(result.problem)


def read_partition(part, classes, rows, first_row, names, number):
    """The numbers of a partition, or `NotFinite`.

    Raises
    ------
    ValueError
        If the partition has other rows than the target's.
    """
    classes.check_rows_of(part, first_row)
    X = rows.read(part)
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


def _take(part, classes, first_row, label, is_wanted, **reading):
    """The rows of a class, or those of all others, in one partition."""
    X = read_partition(part, classes, first_row=first_row, **reading)
    if isinstance(X, NotFinite):
        return X
    places = classes.places_of(label) if is_wanted else classes.places_of_others(label)
    return Rows(X[places], first_row + places, classes.of(places))


class GatheredRows:
    """All rows that ask for neighbors."""

    def __init__(self, X, rows, labels):
        self.labels, self._block = labels, Block(np.ascontiguousarray(X), rows)
        # Those near in space near in the order: a shard walks through fewer blocks.
        self._order = self._block.places_in_order()

    X = property(lambda self: self._block.X)
    rows = property(lambda self: self._block.rows)

    @classmethod
    def gather(cls, parts):
        """One after the other."""
        NotFinite.raise_first(parts)
        return cls(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def shard(self, number, n_shards, k):
        """The nearest of a part of the queries among all of them."""
        bounds = np.linspace(0, len(self._order), n_shards + 1).astype(np.int64)
        places = self._order[bounds[number] : bounds[number + 1]]
        return self._block.nearest_within(places, k)

    def rows_at(self, places):
        """The row numbers of some queries, NO_ROW for NO_ROW."""
        is_found = places != NO_ROW
        return np.where(is_found, self.rows[np.where(is_found, places, 0)], NO_ROW)

    def are_among(self, rows):
        """Which of some row numbers are queries, and where."""
        places = np.minimum(np.searchsorted(self.rows, rows), len(self.rows) - 1)
        return self.rows[places] == rows, places


def _shard(queries, number, n_shards, k):
    return queries.shard(number, n_shards, k)


def _ask(queries, own, k):
    """What a shard's queries ask the partitions with: they know the nearest of their own."""
    nearest = RunningLists(queries.X[own.query_rows], k, queries.rows[own.query_rows])
    nearest.give(own.sq_distances[:, :k], queries.rows_at(own.neighbor_rows[:, :k]))
    return nearest


def _block(part, classes, first_row, n_queries, **reading):
    X = read_partition(part, classes, first_row=first_row, **reading)
    if isinstance(X, NotFinite):
        return X
    return Block(X, np.arange(first_row, first_row + len(X)), n_queries)


def find_nearest(nearest, block):
    """The k nearest in a block of what asks.

    What the queries know of their own is found again: it was only a limit.
    """
    return join_partial_lists([nearest.find(block)], nearest.neighbor_rows.shape[1])


def _find_in(asking, block, find):
    """What ``find`` finds in a block."""
    NotFinite.raise_first([block])
    return find(asking, block)


# Graphs of them


class Search:
    """Adds the tasks of one call that look for neighbors."""

    def __init__(self, call):
        self._call, self._numbers = call, call.X.numbers()
        named = call.X.named
        self._reading = {
            "rows": self._numbers,
            "names": None if named is None else named.columns.tolist(),
        }

    def gather(self, label, is_wanted=True):
        """The rows of a class, or of all others, as `GatheredRows`; and how many they are."""
        call, survey = self._call, self._call.survey
        counts = survey.counts[:, survey.code_of(label)]
        counts = counts if is_wanted else survey.lengths - counts
        what = f"rows-{survey.code_of(label)}"
        parts = [
            call.add_for_partition(
                what, _take, i, call.X,
                number=i, label=label, is_wanted=is_wanted, **self._reading,
            )
            for i in np.flatnonzero(counts).tolist()
        ]  # fmt: skip
        what = f"queries-{survey.code_of(label)}"
        return call.graph.add(what, GatheredRows.gather, parts), int(counts.sum())

    def blocks(self, n_queries):
        """The search tree of each partition."""
        call = self._call
        return [
            call.add_for_partition(
                "block", _block, i, call.X, number=i, n_queries=n_queries, **self._reading
            )
            for i in call.parts
        ]

    def shards(self, queries, n_queries, k):
        """The shards of the queries, with their nearest among all queries."""
        graph, n_shards = self._call.graph, -(-n_queries // SHARD_ROWS)
        return [
            graph.add(
                "own", _shard, queries, place=(queries[0], number),
                number=number, n_shards=n_shards, k=k,
            )
            for number in range(n_shards)
        ]  # fmt: skip

    def ask(self, queries, own, k):
        """What a shard asks with."""
        return self._call.graph.add("ask", _ask, queries, own, place=own[1:], k=k)

    def among_all(self, what, asking, blocks, find, join):
        """What a shard that asks finds in every partition, joined."""
        graph, place = self._call.graph, asking[1:]
        found = [
            graph.add(what, _find_in, asking, block, place=(*place, i), find=find)
            for i, block in enumerate(blocks)
        ]
        return graph.reduce(f"{what}-joined", join, found, place)
