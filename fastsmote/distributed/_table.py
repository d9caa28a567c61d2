"""One table: X and the target as columns of it, and the others, which pass through."""

import dask.array as da
import numpy as np

from fastsmote.distributed._collections import (
    FrameFeatures,
    is_frame,
    open_features,
    open_target,
    optimized_together,
)
from fastsmote.distributed._columns import (
    check_are_features,
    choose_columns,
    integers,
    nullable,
)
from fastsmote.distributed._parts import FrameRows, TableRows


class TableFeatures(FrameFeatures):
    """X within a table that has the target and columns that pass through, too.

    Attributes
    ----------
    columns : Columns
        Their roles.
    """

    _rows_of = TableRows
    named = property(lambda self: self.collection._meta[self.columns.features])

    def __init__(self, table, columns):
        super().__init__(table, FrameRows)
        self.columns = columns

    def check(self):
        """Raise an error that names the features that are not numbers."""
        check_are_features(self.named, self.columns.are_named)

    def to_count(self):
        """The features that may be identifiers: integers that nobody named."""
        return [] if self.columns.are_named else integers(self.named)

    def nullable(self):
        """The dtypes of the columns that need another one to be null in new rows."""
        dtypes = self.collection._meta.dtypes
        others = {name: (dtypes[name], nullable(dtypes[name])) for name in self.columns.others}
        return {name: new for name, (old, new) in others.items() if old != new}


def open_table(table, target, features, exclude, in_memory):
    """A table as `TableFeatures`, and the column of it that is the target as `_Frame`.

    Raises
    ------
    TypeError
        If it is no dask DataFrame.
    ValueError
        For columns that are not there.
    """
    if not is_frame(table, 2):
        if isinstance(table, da.Array):
            raise TypeError(
                f"X is a dask Array, which has no column {target!r}: pass a dask DataFrame, or the "
                f"target as a dask Array."
            )
        open_features(table, in_memory)
    columns = choose_columns(table._meta, target, features, exclude)
    table, y = optimized_together(table, table[target])
    return TableFeatures(table, columns), open_target(y, in_memory)


# Tasks


def nulls(column, n_rows):
    """An array of nulls, of the dtype of a column without rows."""
    if column.dtype == object:
        return np.full(n_rows, None, object)
    return column.array.take(np.full(n_rows, -1), allow_fill=True)


def complete(new_X, new_y, empty, target):
    """New rows of a table: features and target as they were made, null elsewhere."""
    import pandas as pd

    made = {**{name: new_X[name].array for name in new_X.columns}, target: new_y.array}
    columns = {
        name: made[name] if name in made else nulls(empty[name], len(new_X))
        for name in empty.columns
    }
    return pd.DataFrame(columns, columns=empty.columns, index=new_X.index)


def as_nullable(part, dtypes):
    """A partition with some columns of other dtypes."""
    return part.astype(dtypes)


def without_rows(part):
    """What new rows are made like: the categories of a column are known here, if not before."""
    return part.iloc[:0]
