"""Partitions that are Arrow tables of whole rows: read features and classes, write new rows.

Spark and Ray give such partitions to a task. A partition has the target, the features, and
columns that pass through.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fastsmote._base.dataframes import (
    as_frame,
    as_series,
    read_labels,
    read_numbers,
    write_numbers,
)
from fastsmote._cluster.columns import not_numbers


def subschema(schema, names):
    """Return the schema of some columns."""
    return pa.schema([schema.field(name) for name in names])


@dataclass(frozen=True)
class ArrowNumbers:
    """Read numeric features into a matrix, and write a matrix as these columns.

    Parameters
    ----------
    schema : pyarrow.Schema
        The features, in their order.

    Raises
    ------
    ValueError
        If a column is not numeric, all are boolean, or all have 16 bits. The message names the
        columns.
    """

    schema: Any
    dtype: np.dtype = field(init=False)
    dtypes: list = field(init=False)

    def __post_init__(self):
        empty = self.schema.empty_table()
        others = [f"{name!r} ({dtype})" for name, dtype in not_numbers(empty).items()]
        matrix, dtypes = read_numbers(as_frame(empty))
        if others or all(dtype.kind == "b" for dtype in dtypes):
            raise ValueError(
                f"X must have numeric columns only: encode or drop "
                f"{', '.join(others) or 'columns that are all booleans'}."
            )
        if matrix.dtype == np.float16:
            raise ValueError(
                "the columns of X together: dtype float16; it must be float32, float64 or integer: "
                "cast a column to float32."
            )
        object.__setattr__(self, "dtype", matrix.dtype)
        object.__setattr__(self, "dtypes", dtypes)

    def read(self, partition):
        """Return the features of a partition as a matrix; null becomes NaN."""
        matrix, _ = read_numbers(as_frame(partition.select(self.schema.names)))
        if matrix.dtype.kind == "f" and self.dtype.kind in "iu" and not np.isfinite(matrix).all():
            return matrix  # a null in an integer column stays NaN and is refused later
        return matrix.astype(self.dtype, copy=False)

    def write(self, made, row_numbers):
        """Return the columns of new rows. An Arrow table has no index for the row numbers."""
        return write_numbers(as_frame(self.schema.empty_table()), made, self.dtypes)


@dataclass(frozen=True)
class ArrowMixed:
    """Read and write features of which some are categories.

    Parameters
    ----------
    schema : pyarrow.Schema
        The features, in their order.
    categorical : list of int
        The positions of the categorical columns, ascending.
    """

    schema: Any
    categorical: list
    numbers: ArrowNumbers = field(init=False)

    def __post_init__(self):
        columns = [c for i, c in enumerate(self.schema) if i not in self.categorical]
        object.__setattr__(self, "numbers", ArrowNumbers(pa.schema(columns)))

    dtype = property(lambda self: self.numbers.dtype)

    def read(self, partition):
        """Return the matrix of the numbers and a list of the values of each categorical column."""
        names = [self.schema.names[i] for i in self.categorical]
        return self.numbers.read(partition), [_values_of(partition[name]) for name in names]

    def write(self, made, row_numbers):
        """Return the columns of new rows."""
        matrix, categories = made
        numbers = self.numbers.write(matrix, row_numbers)
        columns = dict(zip(numbers.schema.names, numbers.columns, strict=True))
        for i, values in zip(self.categorical, categories, strict=True):
            column = self.schema.field(i)
            columns[column.name] = _array_of(values, column.type)
        return pa.table([columns[name] for name in self.schema.names], schema=self.schema)


def _values_of(column):
    """Return the values of a column as a NumPy array; null is None."""
    if pa.types.is_dictionary(column.type):  # NumPy would get null as the last category
        column = column.cast(column.type.value_type)
    if column.null_count and not pa.types.is_floating(column.type):
        return np.array([*column.to_pylist(), None], object)[:-1]
    return column.to_numpy()


def _array_of(values, dtype):
    """Return values of a categorical column as an Arrow array."""
    if pa.types.is_dictionary(dtype):  # Arrow makes no dictionaries of NumPy's numbers
        values = pa.array(values, dtype.value_type, from_pandas=True)
        unique = values.drop_null().unique()
        indices = pc.index_in(values, unique).cast(dtype.index_type)
        return pa.DictionaryArray.from_arrays(indices, unique, ordered=dtype.ordered)
    return pa.array(values, dtype, from_pandas=True)


@dataclass(frozen=True)
class ArrowLabels:
    """Read the classes of a partition from the target, which is one of its columns."""

    target: str

    def read(self, partition):
        """Return the labels as an array, and the Arrow type of the column.

        Raises
        ------
        ValueError
            If values are missing or cannot be classes.
        """
        column = partition[self.target]
        if len(column) == 0:
            return np.empty(0, object), column.type
        labels = read_labels(as_series(column))
        if labels is None:
            n_missing = pc.sum(pc.is_null(column, nan_is_null=True)).as_py()
            if n_missing:
                raise ValueError(f"has {n_missing} missing values; every row must have a class")
            raise ValueError(
                f"has values of {column.type}; classes must be strings, booleans or whole numbers"
            )
        return labels, column.type


def result_schema(schema, others):
    """Return the schema of a table with new rows, which are null in the other columns."""
    return pa.schema(
        [column.with_nullable(True) if column.name in others else column for column in schema],
        metadata=schema.metadata,
    )


def complete(new_features, label, target, schema):
    """Return whole new rows.

    Parameters
    ----------
    new_features : pyarrow.Table
        A result of `write`.
    label : object
        The class of the rows.
    target : str
    schema : pyarrow.Schema
        The result of `result_schema`: all columns of the table, in their order.

    Returns
    -------
    pyarrow.Table
        Columns that are neither features nor the target are null.
    """
    n_rows, columns = len(new_features), []
    for column in schema:
        if column.name == target:
            one = pa.array([label], column.type)
            columns.append(one.take(pa.array(np.zeros(n_rows, np.int64))))
        elif column.name in new_features.schema.names:
            columns.append(new_features[column.name])
        else:
            columns.append(pa.nulls(n_rows, column.type))
    return pa.table(columns, schema=schema)
