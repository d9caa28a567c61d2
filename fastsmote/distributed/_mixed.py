"""Readers and writers of partitions that have numeric and categorical columns."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from fastsmote.distributed._partitions import FrameRows

UNKNOWN = "__UNKNOWN_CATEGORIES__"  # dask's only category, if only the partitions have them


@dataclass(frozen=True)
class MixedArrayRows:
    """Read and write partitions that are arrays of numbers, or of objects."""

    numeric: list  # positions of the numeric columns
    categorical: list  # positions of the others
    dtype: Any  # of the matrix of numbers
    dtype_of_array: Any

    def read(self, partition):
        """Return a matrix of the numbers, and the values of each categorical column."""
        try:
            numbers = np.asarray(partition[:, self.numeric], self.dtype)
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"X has values that are not numbers in a column that is not in "
                f"categorical_features: {error}."
            ) from error
        return numbers, [partition[:, j] for j in self.categorical]

    def write(self, made, row_numbers):
        """Return a partition with the given numbers and values."""
        numbers, categories = made
        out = np.empty((len(numbers), len(self.numeric) + len(categories)), self.dtype_of_array)
        out[:, self.numeric] = numbers
        for j, values in zip(self.categorical, categories, strict=True):
            out[:, j] = values
        return out


@dataclass(frozen=True)
class MixedFrameRows:
    """Read and write the features of partitions that are pandas DataFrames."""

    meta: Any  # the features
    numbers: FrameRows  # of the numeric columns
    categorical: list  # names of the others

    dtype = property(lambda self: self.numbers.dtype)

    def read(self, partition):
        """Return a matrix of the numbers, and the values of each categorical column."""
        numbers = self.numbers.read(partition[self.numbers.meta.columns.tolist()])
        return numbers, [partition[name].to_numpy() for name in self.categorical]

    def write(self, made, row_numbers):
        """Return a partition with the given numbers and values; its index is the row numbers."""
        import pandas as pd

        numbers, categories = made
        frame = self.numbers.write(numbers, row_numbers)
        columns = {name: frame[name] for name in frame.columns}
        for name, values in zip(self.categorical, categories, strict=True):
            columns[name] = _series(values, self.meta[name].dtype, frame.index)
        names = self.meta.columns
        return pd.DataFrame({name: columns[name] for name in names}, columns=names)


def _series(values, dtype, index):
    import pandas as pd

    if isinstance(dtype, pd.CategoricalDtype):
        is_known = UNKNOWN not in dtype.categories
        return pd.Series(pd.Categorical(values, dtype=dtype if is_known else None), index)
    return pd.Series(values, index, dtype)
