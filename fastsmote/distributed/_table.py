"""A table whose columns are the features, the target, and others that pass through."""

import dask.array as da
import numpy as np

from fastsmote._cluster.columns import check_are_features, choose_columns, integers
from fastsmote.distributed._collections import (
    FrameFeatures,
    is_frame,
    open_features,
    open_target,
    optimized_together,
)
from fastsmote.distributed._partitions import FrameRows, TableRows


class TableFeatures(FrameFeatures):
    """X as columns of a table that also has the target and columns that pass through.

    Attributes
    ----------
    columns : Columns
        The roles of the columns.
    """

    _rows_of = TableRows
    named = property(lambda self: self.collection._meta[self.columns.features])

    def __init__(self, table, columns):
        super().__init__(table, FrameRows)
        self.columns = columns

    def check(self):
        """Raise if a feature is not numeric."""
        check_are_features(self.named, self.columns.are_named)

    def to_count(self):
        """Return the features that may be identifiers: integers that `features` does not name."""
        return [] if self.columns.are_named else integers(self.named)

    def nullable(self):
        """Return the nullable dtypes of the columns that cannot be null in their own dtype."""
        dtypes = self.collection._meta.dtypes
        others = {name: (dtypes[name], nullable(dtypes[name])) for name in self.columns.others}
        return {name: new for name, (old, new) in others.items() if old != new}


def open_table(table, target, features, exclude, in_memory):
    """Return a table as `TableFeatures`, and its target column as `_Frame`.

    Raises
    ------
    TypeError
        If the table is not a dask DataFrame.
    ValueError
        If a column does not exist.
    """
    if not is_frame(table, 2):
        if isinstance(table, da.Array):
            raise TypeError(
                f"X is a dask Array, which has no column {target!r}. Pass a dask DataFrame, or "
                f"pass the target as a dask Array."
            )
        open_features(table, in_memory)
    columns = choose_columns(table._meta.columns.tolist(), target, features, exclude)
    table, y = optimized_together(table, table[target])
    return TableFeatures(table, columns), open_target(y, in_memory)


def nullable(dtype):
    """Return a dtype that holds null and, exactly, every value of the given dtype."""
    import pandas as pd

    if isinstance(dtype, np.dtype):
        if dtype.kind == "b":
            return pd.BooleanDtype()
        if dtype.kind in "iu":  # float64 would round long identifiers
            sign = "U" if dtype.kind == "u" else ""
            return pd.api.types.pandas_dtype(f"{sign}Int{8 * dtype.itemsize}")
        return dtype
    try:
        return pd.array([None], dtype=dtype).dtype
    except (TypeError, ValueError):  # such as intervals of integers
        return np.dtype(object)


# Tasks


def nulls(column, n_rows):
    """Return an array of nulls in the dtype of a column without rows."""
    if column.dtype == object:
        return np.full(n_rows, None, object)
    return column.array.take(np.full(n_rows, -1), allow_fill=True)


def complete(new_X, new_y, empty, target):
    """Return new rows of a table: the new features and target, and null in other columns."""
    import pandas as pd

    made = {**{name: new_X[name].array for name in new_X.columns}, target: new_y.array}
    columns = {
        name: made[name] if name in made else nulls(empty[name], len(new_X))
        for name in empty.columns
    }
    return pd.DataFrame(columns, columns=empty.columns, index=new_X.index)


def as_nullable(partition, dtypes):
    """Convert columns of a partition to other dtypes."""
    return partition.astype(dtypes)


def without_rows(partition):
    """Return a partition without rows; it has the categories of columns, which meta may lack."""
    return partition.iloc[:0]
