"""One call of a sampler: its arguments, its target's classes, and the tasks added for it."""

from dataclasses import dataclass

import dask.array as da
import numpy as np

from fastsmote._rules.identifiers import FEWEST_ROWS
from fastsmote.distributed._collections import open_features, open_target, optimized_together
from fastsmote.distributed._columns import reject_identifiers
from fastsmote.distributed._graph import Graph
from fastsmote.distributed._survey import (
    Survey,
    count_values_of,
    rows_asked_for,
    survey_target,
)
from fastsmote.distributed._table import as_nullable, complete, open_table, without_rows


@dataclass
class Call:
    """X, y and the graph of the tasks that read them."""

    X: object  # ArrayFeatures or FrameFeatures
    y: object  # _Array or _Frame
    survey: Survey
    asked: dict  # sampling_strategy_
    graph: Graph

    @property
    def partitions(self):
        """The numbers of the partitions that have rows."""
        return np.flatnonzero(self.survey.lengths).tolist()

    def n_partitions_for(self, n_rows):
        """Return the number of partitions for some rows.

        Each partition is at most as large as the largest partition of the input.
        """
        return max(1, -(-n_rows // int(self.survey.lengths.max())))

    def add_for_partition(self, what, function, i, data, *keys, place=(), **literals):
        """Add a task for partition ``i`` of ``data``, which is X, y or None.

        The task gets the partition (unless ``data`` is None), its classes, the results of
        other tasks, and the number of its first row.
        """
        partition = [] if data is None else [data.keys[i]]
        literals["first_row"] = int(self.survey.starts[i])
        place = (*place, i)
        return self.graph.add(
            what, function, *partition, self.survey.keys[i], *keys, place=place, **literals
        )

    def appended(self, new_X, new_y, new_lengths):
        """Return X and y, followed by partitions that tasks compute."""
        lengths = [*self.survey.lengths.tolist(), *new_lengths]
        return (
            self.X.made_of(self.graph, "X", [*self.X.keys, *new_X], lengths),
            self.y.made_of(self.graph, "y", [*self.y.keys, *new_y], lengths),
        )

    def replaced(self, new_X, new_y, new_lengths):
        """Return X and y whose partitions are computed by tasks."""
        return (
            self.X.made_of(self.graph, "X", new_X, new_lengths),
            self.y.made_of(self.graph, "y", new_y, new_lengths),
        )

    def array_of(self, what, keys, lengths):
        """Return a dask Array of row numbers that tasks compute."""
        name = self.graph.name(what)
        layers = self.graph.layers(what, {(name, i): key for i, key in enumerate(keys)})
        return da.Array(layers, name, (tuple(lengths),), dtype=np.int64)


class TableCall(Call):
    """A call with one table, whose columns are the features, the target and others."""

    def appended(self, new_X, new_y, new_lengths):
        """Return the table, followed by new rows whose other columns are null."""
        dtypes, keys = self.X.nullable(), self.X.keys
        if dtypes:
            keys = [
                self.graph.add("nullable", as_nullable, key, place=(i,), dtypes=dtypes)
                for i, key in enumerate(keys)
            ]
        empty = self.graph.add("empty", without_rows, keys[self.partitions[0]])
        new = [
            self.graph.add(
                "complete", complete, *made, empty, place=(i,), target=self.X.columns.target
            )
            for i, made in enumerate(zip(new_X, new_y, strict=True))
        ]
        meta = self.X.collection._meta.astype(dtypes)
        return self.X.made_of(self.graph, "table", [*keys, *new], None, meta)

    def replaced(self, new_X, new_y, new_lengths):
        """Return a table whose partitions are computed by tasks from whole rows."""
        return self.X.made_of(self.graph, "table", new_X, None)


def open_call(sampler, X, y, features, exclude, client):
    """Check the arguments of a sampler and read the target.

    Raises
    ------
    TypeError, ValueError
        As documented in `fit_resample`.
    """
    base = sampler._class_in_memory()
    in_memory = f"{base.__module__.rpartition('.')[0]}.{base.__name__}"
    if isinstance(y, str):
        X, y = open_table(X, y, features, exclude, in_memory)
        return _open_table_call(sampler, X, y, client)
    if features is not None or exclude:
        raise TypeError(
            "features and exclude apply only to a table: pass the name of the target as y, or pass "
            "only the features as X."
        )
    X, y = optimized_together(X, y)
    X, y = open_features(X, in_memory), open_target(y, in_memory)
    if len(X.keys) != len(y.keys):
        raise ValueError(
            f"X has {len(X.keys)} partitions and y has {len(y.keys)}: they must have the same "
            f"partitions. Take both from one collection, or repartition (rechunk) one like the "
            f"other."
        )
    survey = survey_target(y, client)
    _check_lengths(X.lengths, survey.lengths.tolist())
    return _make_call(Call, sampler, X, y, survey)


def _open_table_call(sampler, X, y, client):
    names = []
    if not sampler._takes_any_columns:
        X.check()
        names = X.to_count()
    survey = survey_target(y, client, X, names)
    numbers = np.flatnonzero(survey.lengths >= FEWEST_ROWS).tolist()
    if names and numbers:
        number = numbers[0]
        # Only the values of partition 0 were counted together with the target.
        counted = count_values_of(X, number, names, client) if number else survey.n_values
        reject_identifiers(counted, number)
    return _make_call(TableCall, sampler, X, y, survey)


def _make_call(class_, sampler, X, y, survey):
    asked = rows_asked_for(survey, sampler.sampling_strategy, sampler._sampling_type)
    graph = Graph(X.collection, y.collection)
    graph.tasks.update(survey.tasks)
    return class_(X, y, survey, asked, graph)


def _check_lengths(of_X, of_y):
    for i, (n_X, n_y) in enumerate(zip(of_X, of_y, strict=True)):
        if n_X != n_y and not np.isnan(n_X):
            raise ValueError(
                f"partition {i} has {n_X} rows in X and {n_y} in y; they must be the same rows: "
                f"pass X.rechunk({{0: {tuple(of_y)}}})."
            )
