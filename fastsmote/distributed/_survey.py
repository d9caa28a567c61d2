"""The one pass before anything lazy: which class every row is of, and how many there are."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import dask
import numpy as np
from imblearn.utils import check_sampling_strategy

from fastsmote._base.classes import counted_as, encode_classes
from fastsmote.distributed._columns import count_values
from fastsmote.distributed._graph import Graph


@dataclass(frozen=True)
class PartClasses:
    """The classes of one partition."""

    labels: list  # sorted
    codes: np.ndarray  # (n_rows,) each row's place among the labels
    dtype: Any  # that the labels are written in
    n_values: Any = None  # what `count_values` says of other columns of it

    def places_of(self, label):
        """The places, in the partition, of the rows of a class, ascending."""
        if label not in self.labels:
            return np.arange(0)
        return np.flatnonzero(self.codes == self.labels.index(label))

    def places_of_others(self, label):
        """Those of all rows of other classes."""
        if label not in self.labels:
            return np.arange(len(self.codes))
        return np.flatnonzero(self.codes != self.labels.index(label))

    def of(self, places):
        """The labels of some rows."""
        labels = np.empty(len(self.labels), object)
        labels[:] = self.labels
        return labels[self.codes[places]]

    def check_rows_of(self, part, first_row):
        """Raise an error if a partition of X has other rows than the target's."""
        if len(part) != len(self.codes):
            raise ValueError(
                f"the partition of X from row {first_row} on has {len(part)} rows and that of y "
                f"{len(self.codes)}: they must be the same rows. Take both from one collection."
            )


def _read_classes(part, *table, rows, number, names=()):
    try:
        values, dtype = rows.read(part)
        labels, codes, _ = encode_classes(values)
    except (TypeError, ValueError) as error:
        raise ValueError(f"y, partition {number}: {error}") from error
    codes = codes.astype(np.min_scalar_type(max(0, len(labels) - 1)))
    n_values = count_values(table[0], names) if table else None
    return PartClasses(labels.tolist(), codes, dtype, n_values)


def _count(classes):
    counts = np.bincount(classes.codes, minlength=len(classes.labels))
    return classes.labels, counts, classes.dtype, classes.n_values


@dataclass
class Survey:
    """What is known of a target.

    Attributes
    ----------
    labels : ndarray of shape (n_classes,)
        Sorted.
    counts : ndarray of shape (n_partitions, n_classes), int64
    keys : list
        Of each partition's `PartClasses`.
    tasks : dict
        What those keys stand for: results that are held, here or by a cluster.
    dtypes : list
        What each partition's labels are written in.
    n_values : tuple or None
        What `count_values` says of the first partition, if that was asked for.
    """

    labels: np.ndarray
    counts: np.ndarray
    keys: list
    tasks: dict
    dtypes: list
    n_values: Any

    @cached_property
    def lengths(self):
        """The rows of each partition."""
        return self.counts.sum(axis=1)

    @cached_property
    def starts(self):
        """The number of each partition's first row, and of all rows."""
        return np.concatenate([[0], np.cumsum(self.lengths)])

    def code_of(self, label):
        """The place of a label."""
        return self.labels.tolist().index(label)

    def partitions_with(self, label):
        """The partitions that have rows of a class."""
        return np.flatnonzero(self.counts[:, self.code_of(label)]).tolist()

    def dtype_of(self, label):
        """What a label is written in: for categories those of the first rows that have it."""
        return self.dtypes[self.partitions_with(label)[0]]

    def n_rows_of(self, label):
        """The rows of a class."""
        return int(self.counts[:, self.code_of(label)].sum())

    def largest(self):
        """The label of the class with the most rows."""
        return self.labels.tolist()[int(np.argmax(self.counts.sum(axis=0)))]


def survey_target(target, client=None, table=None, names=()):
    """Read a target, once: the classes of its rows stay with the scheduler that reads them.

    Of the first partition of a table, the values of some columns are counted in the same pass.

    Raises
    ------
    ValueError
        For missing values and for what holds no classes, naming the partition.
    """
    graph = Graph(target.collection, *([table.collection] if names else []))
    keys = []
    for i, key in enumerate(target.keys):
        counted = {"names": names} if names and i == 0 else {}
        read = [key, table.keys[i]] if counted else [key]
        literals = {"rows": target.rows, "number": i, **counted}
        keys.append(graph.add("classes", _read_classes, *read, place=(i,), **literals))
    persist = client.persist if client is not None else lambda held: dask.persist(held)[0]
    parts = target.hold(graph, "classes", keys, persist)
    counts = _computed([dask.delayed(_count)(part) for part in parts], client)
    tasks = {}
    for part in parts:
        tasks.update(part.__dask_graph__())
    return _joined(counts, [part.key for part in parts], tasks)


def _computed(delayed, client):
    if client is None:
        return dask.compute(*delayed)
    return client.gather(client.compute(delayed))


def count_values_of(table, number, names, client=None):
    """What `count_values` says of a partition, computed now."""
    graph = Graph(table.collection)
    key = graph.add("values", count_values, table.keys[number], names=names)
    counting = table.hold(graph, "values", [key], lambda delayed: delayed)
    return _computed(counting, client)[0]


def _joined(counted, keys, tasks):
    try:
        labels = sorted({label for labels, *_ in counted for label in labels})
    except TypeError as error:
        raise ValueError(f"y has labels of kinds that have no order: {error}") from error
    counts = np.zeros((len(counted), len(labels)), np.int64)
    for i, (found, n_rows, *_) in enumerate(counted):
        for label, n in zip(found, n_rows, strict=True):
            counts[i, labels.index(label)] = n
    dtype = object if labels and isinstance(labels[0], str) else None
    dtypes = [dtype for _, _, dtype, _ in counted]
    return Survey(np.array(labels, dtype), counts, keys, tasks, dtypes, counted[0][-1])


def rows_asked_for(survey, strategy, kind):
    """imbalanced-learn's ``sampling_strategy_`` of classes that were counted elsewhere."""
    if callable(strategy):
        raise ValueError(
            f"sampling_strategy is {strategy!r}: a callable would need the whole target in "
            f"memory. Pass a dict of labels and numbers of rows."
        )
    target = counted_as(survey.labels, survey.labels, survey.counts.sum(axis=0))
    return check_sampling_strategy(strategy, target, kind)
