"""The first pass over a table: the class of every row, and the number of rows of each class."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from imblearn.utils import check_sampling_strategy

from fastsmote._base.classes import counted_as, encode_classes
from fastsmote._cluster.columns import count_values


@dataclass(frozen=True)
class PartClasses:
    """The classes of one partition."""

    labels: list  # sorted
    codes: np.ndarray  # (n_rows,) index into labels
    dtype: Any  # dtype to write the labels in
    n_values: Any = None  # result of `columns.count_values` for other columns of the partition

    def places_of(self, label):
        """Return the places of the rows of a class in the partition, ascending."""
        if label not in self.labels:
            return np.arange(0)
        return np.flatnonzero(self.codes == self.labels.index(label))

    def places_of_others(self, label):
        """Return the places of the rows of all other classes, ascending."""
        if label not in self.labels:
            return np.arange(len(self.codes))
        return np.flatnonzero(self.codes != self.labels.index(label))

    def of(self, places):
        """Return the labels of the rows at some places."""
        labels = np.empty(len(self.labels), object)
        labels[:] = self.labels
        return labels[self.codes[places]]

    def check_rows_of(self, partition, first_row):
        """Raise if the partitions of X and y have different numbers of rows."""
        if len(partition) != len(self.codes):
            raise ValueError(
                f"the partition that starts at row {first_row} has {len(partition)} rows in X and "
                f"{len(self.codes)} in y; they must be the same rows. Take X and y from one "
                f"collection."
            )


@dataclass
class Survey:
    """The classes of a target.

    Attributes
    ----------
    labels : ndarray of shape (n_classes,)
        The labels, sorted.
    counts : ndarray of shape (n_partitions, n_classes), int64
        The number of rows per partition and class.
    dtypes : list
        The dtype of the labels of each partition.
    firsts : ndarray of shape (n_partitions, n_classes), int64
        The place of the first row of each class in each partition; -1 if there is no row.
    n_values : tuple or None
        The result of `columns.count_values` for the first partition, if requested.
    """

    labels: np.ndarray
    counts: np.ndarray
    dtypes: list
    firsts: np.ndarray
    n_values: Any = None

    @cached_property
    def lengths(self):
        """The number of rows of each partition."""
        return self.counts.sum(axis=1)

    @cached_property
    def starts(self):
        """The number of the first row of each partition; the last entry counts all rows."""
        return np.concatenate([[0], np.cumsum(self.lengths)])

    @property
    def n_rows(self):
        """The number of rows of the table."""
        return int(self.starts[-1])

    @property
    def with_rows(self):
        """The numbers of the partitions that have rows."""
        return np.flatnonzero(self.lengths).tolist()

    def code_of(self, label):
        """Return the code of a label."""
        return self.labels.tolist().index(label)

    def partitions_with(self, label):
        """Return the numbers of the partitions that have rows of a class."""
        return np.flatnonzero(self.counts[:, self.code_of(label)]).tolist()

    def dtype_of(self, label):
        """Return the dtype of a label; categories are those of the first partition that has it."""
        return self.dtypes[self.partitions_with(label)[0]]

    def n_rows_of(self, label):
        """Return the number of rows of a class."""
        return int(self.counts[:, self.code_of(label)].sum())

    def largest(self):
        """Return the label of the class with the most rows."""
        return self.labels.tolist()[int(np.argmax(self.counts.sum(axis=0)))]

    def smallest(self):
        """Return the code of the class with the fewest rows; of several, the one that is first."""
        first_rows = []
        for code, partitions in enumerate(map(self.partitions_with, self.labels.tolist())):
            first_rows.append(self.starts[partitions[0]] + self.firsts[partitions[0], code])
        return int(np.lexsort((first_rows, self.counts.sum(axis=0)))[0])

    def n_partitions_for(self, n_rows):
        """Return the number of partitions for some rows.

        Each partition is at most as large as the largest partition of the input.
        """
        return max(1, -(-n_rows // int(self.lengths.max())))


def read_classes(partition, *table, rows, number, names=()):
    """Read and encode the labels of a partition.

    Parameters
    ----------
    partition : native partition
        Of the target, or of a table that has the target.
    *table : native partition
        Of a table, whose values in the columns `names` are counted. May be left out.
    rows : object
        ``rows.read(partition)`` returns the labels as an array, and the dtype in which the
        engine's room writes them.
    number : int
        The number of the partition.
    names : list of str, default=()

    Returns
    -------
    PartClasses

    Raises
    ------
    ValueError
        If values are missing or are not classes.
    """
    try:
        values, dtype = rows.read(partition)
        labels, codes, _ = encode_classes(values)
    except (TypeError, ValueError) as error:
        raise ValueError(f"the target, partition {number}: {error}") from error
    codes = codes.astype(np.min_scalar_type(max(0, len(labels) - 1)))
    n_values = count_values(table[0], names) if table else None
    return PartClasses(labels.tolist(), codes, dtype, n_values)


def count_classes(classes):
    """Return what `join_counts` needs of the `PartClasses` of a partition."""
    counts = np.bincount(classes.codes, minlength=len(classes.labels))
    firsts = np.unique(classes.codes, return_index=True)[1]
    return classes.labels, counts, firsts, classes.dtype, classes.n_values


def join_counts(counted):
    """Return the `Survey` from the results of `count_classes` for all partitions.

    Raises
    ------
    ValueError
        If labels cannot be sorted.
    """
    try:
        labels = sorted({label for labels, *_ in counted for label in labels})
    except TypeError as error:
        raise ValueError(
            f"the target has labels that cannot be sorted together: {error}"
        ) from error
    counts = np.zeros((len(counted), len(labels)), np.int64)
    firsts = np.full(counts.shape, -1)
    for i, (found, n_rows, places, *_) in enumerate(counted):
        codes = [labels.index(label) for label in found]
        counts[i, codes], firsts[i, codes] = n_rows, places
    dtype = object if labels and isinstance(labels[0], str) else None
    dtypes = [dtype for *_, dtype, _ in counted]
    return Survey(np.array(labels, dtype), counts, dtypes, firsts, counted[0][-1])


def rows_asked_for(survey, strategy, sampling_type):
    """Return imbalanced-learn's ``sampling_strategy_`` from the counts of the classes.

    Raises
    ------
    ValueError
        If the strategy is a callable, or not valid for these classes.
    """
    if callable(strategy):
        raise ValueError(
            f"sampling_strategy is {strategy!r}; a callable would need the whole target in "
            f"memory. Pass a dict of labels and numbers of rows."
        )
    target = counted_as(survey.labels, survey.labels, survey.counts.sum(axis=0))
    return check_sampling_strategy(strategy, target, sampling_type)
