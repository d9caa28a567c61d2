"""Readers and writers of partitions: read numbers or labels, and build new partitions."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils.multiclass import check_classification_targets

from fastsmote._base.dataframes import as_frame, as_series, read_labels, read_numbers, write_numbers


@dataclass(frozen=True)
class ArrayRows:
    """Read and write partitions that are arrays."""

    dtype: Any

    def read(self, partition):
        """Return the numbers of a partition as a matrix."""
        return np.asarray(partition, self.dtype)

    def write(self, matrix, row_numbers):
        """Return a partition with the given numbers."""
        return matrix

    def take(self, partition, rows):
        """Return rows of a partition, selected by place or by a mask."""
        return partition[rows]

    def join(self, partitions, order):
        """Concatenate partitions, and put the rows into the given order."""
        return np.concatenate(partitions)[order]


@dataclass(frozen=True)
class FrameRows:
    """Read and write partitions that are pandas DataFrames or Series."""

    meta: Any
    dtype: Any = None
    dtypes: Any = None

    def read(self, partition):
        """Return the numbers of a partition as a matrix."""
        matrix, _ = read_numbers(as_frame(partition))
        if matrix.dtype.kind == "f" and self.dtype.kind in "iu" and not np.isfinite(matrix).all():
            return matrix  # a null in an integer column stays NaN and is refused later
        return matrix.astype(self.dtype, copy=False)

    def write(self, matrix, row_numbers):
        """Return a partition with the given numbers and an index of the row numbers."""
        frame = write_numbers(as_frame(self.meta), matrix, self.dtypes)
        frame.index = _new_index(self.meta.index, row_numbers)
        return frame

    def take(self, partition, rows):
        """Return rows of a partition, selected by place or by a mask."""
        return partition.iloc[rows]

    def join(self, partitions, order):
        """Concatenate partitions, and put the rows into the given order."""
        import pandas as pd

        return pd.concat(partitions).iloc[order]


@dataclass(frozen=True)
class TableRows(FrameRows):
    """Read and write partitions of a table, where only some columns are features."""

    def read(self, partition):
        """Return the features of a partition as a matrix."""
        return super().read(partition[self.meta.columns.tolist()])


def _new_index(index, row_numbers):
    """Return the index of new rows: it continues an integer index, and is null otherwise."""
    import pandas as pd

    if not pd.api.types.is_integer_dtype(index.dtype):
        return pd.Index([None] * len(row_numbers), dtype=index.dtype, name=index.name)
    if isinstance(row_numbers, range) and index.dtype == np.int64:
        return pd.RangeIndex(row_numbers, name=index.name)
    return pd.Index(np.asarray(row_numbers), dtype=index.dtype, name=index.name)


@dataclass(frozen=True)
class ArrayLabels(ArrayRows):
    """Read and write partitions of a target that are arrays."""

    def read(self, partition):
        """Return the labels of a partition as an array, and the dtype to write labels in."""
        if partition.dtype.kind not in "biuUOf":
            raise ValueError(f"has dtype {partition.dtype}; the target must hold classes")
        if partition.dtype.kind in "Of" and len(partition):
            check_classification_targets(partition)
        return partition, partition.dtype

    def write(self, label, dtype, row_numbers):
        """Return a partition that repeats one label."""
        labels = np.empty(len(row_numbers), dtype)
        labels[:] = label
        return labels


@dataclass(frozen=True)
class SeriesLabels(FrameRows):
    """Read and write partitions of a target that are pandas Series."""

    def read(self, partition):
        """Return the labels of a partition as an array, and the dtype to write labels in."""
        if len(partition) == 0:
            return np.empty(0, object), partition.dtype
        labels = read_labels(as_series(partition))
        if labels is None:
            n_missing = int(partition.isna().sum())
            if n_missing:
                raise ValueError(f"has {n_missing} missing values; every row must have a class")
            raise ValueError(
                f"has values of {partition.dtype}; classes must be strings, booleans or whole "
                f"numbers"
            )
        return labels, partition.dtype

    def write(self, label, dtype, row_numbers):
        """Return a partition that repeats one label, with an index of the row numbers."""
        import pandas as pd

        labels = pd.Series([label], dtype=dtype, name=self.meta.name)
        labels = labels.take(np.zeros(len(row_numbers), np.int64))
        labels.index = _new_index(self.meta.index, row_numbers)
        return labels
