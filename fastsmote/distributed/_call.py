"""One call of a sampler: its arguments are checked, and its target is read."""

import numpy as np

from fastsmote._cluster.columns import partition_to_count, reject_identifiers
from fastsmote._cluster.survey import rows_asked_for
from fastsmote.distributed._collections import open_features, open_target, optimized_together
from fastsmote.distributed._engine import DaskEngine
from fastsmote.distributed._graph import Graph
from fastsmote.distributed._output import DaskTable, DaskWholeTable
from fastsmote.distributed._survey import count_values_of, survey_target
from fastsmote.distributed._table import open_table


def open_call(sampler, X, y, features, exclude, client):
    """Check the arguments of a sampler and read the target.

    Returns
    -------
    table : DaskTable
    asked : dict
        ``sampling_strategy_``.

    Raises
    ------
    TypeError, ValueError
        As documented in `fit_resample`.
    """
    in_memory = sampler._in_memory()
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
    surveyed = survey_target(y, client)
    _check_lengths(X.lengths, surveyed[0].lengths.tolist())
    return _opened(DaskTable, sampler, X, y, *surveyed)


def _open_table_call(sampler, X, y, client):
    names = []
    if not sampler._takes_any_columns:
        if not sampler._takes_categories:
            X.check()
        names = X.to_count()
    surveyed = survey_target(y, client, X, names)
    number = partition_to_count(surveyed[0].lengths)
    if names and number is not None:
        # Only the values of partition 0 were counted together with the target.
        counted = count_values_of(X, number, names, client) if number else surveyed[0].n_values
        reject_identifiers(counted, number)
    return _opened(DaskWholeTable, sampler, X, y, *surveyed)


def _opened(table_class, sampler, X, y, survey, keys_of_classes, tasks):
    asked = rows_asked_for(survey, sampler.sampling_strategy, sampler._sampling_type)
    graph = Graph(X.collection, y.collection)
    graph.tasks.update(tasks)
    return table_class(X, y, survey, DaskEngine(graph), keys_of_classes), asked


def _check_lengths(of_X, of_y):
    for i, (n_X, n_y) in enumerate(zip(of_X, of_y, strict=True)):
        if n_X != n_y and not np.isnan(n_X):
            raise ValueError(
                f"partition {i} has {n_X} rows in X and {n_y} in y; they must be the same rows: "
                f"pass X.rechunk({{0: {tuple(of_y)}}})."
            )
