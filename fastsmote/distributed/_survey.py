"""The first pass, which is not lazy: the classes of all rows, held where they were read."""

import dask

from fastsmote._cluster.columns import count_values
from fastsmote._cluster.survey import count_classes, join_counts, read_classes
from fastsmote.distributed._graph import Graph


def survey_target(target, client=None, table=None, names=()):
    """Read a target once; the scheduler that reads it holds the classes of its rows.

    If ``names`` is given, the same pass counts the values of these columns in partition 0.

    Returns
    -------
    survey : Survey
    keys : list
        The keys of the `PartClasses` of the partitions.
    tasks : dict
        The tasks of these keys; their results are held in this process or by a cluster.

    Raises
    ------
    ValueError
        If values are missing or are not classes; the message names the partition.
    """
    graph = Graph(target.collection, *([table.collection] if names else []))
    keys = []
    for i, key in enumerate(target.keys):
        counted = {"names": names} if names and i == 0 else {}
        read = [key, table.keys[i]] if counted else [key]
        keys.append(graph.add(read_classes, *read, rows=target.rows, number=i, **counted))
    persist = client.persist if client is not None else lambda held: dask.persist(held)[0]
    partitions = target.hold(graph, "classes", keys, persist)
    counts = _computed([dask.delayed(count_classes)(part) for part in partitions], client)
    tasks = {}
    for partition in partitions:
        tasks.update(partition.__dask_graph__())
    return join_counts(counts), [partition.key for partition in partitions], tasks


def _computed(delayed, client):
    if client is None:
        return dask.compute(*delayed)
    return client.gather(client.compute(delayed))


def count_values_of(table, number, names, client=None):
    """Compute `count_values` for one partition now."""
    graph = Graph(table.collection)
    key = graph.add(count_values, table.keys[number], names=names)
    counting = table.hold(graph, "values", [key], lambda delayed: delayed)
    return _computed(counting, client)[0]
