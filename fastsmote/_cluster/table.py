"""The table of a call, as an engine's room offers it to a plan, and the output that a plan returns.

A plan is a function from a `Table` to a list of pieces. The result of the call is the table of
all pieces, one after the other. A piece is a sequence of partitions of the result:

==============  ==============================================================================
`KeptRows`      some or all rows of partitions of the input; order: partition by partition
`PickedRows`    rows of all partitions of the input in any order, such as the order of draws
`NewRows`       rows that tasks make, such as synthetic rows
==============  ==============================================================================

The pieces of the samplers, for example:

====================  ========================================================================
SMOTE                 `every_row` of the table, then `NewRows` of each class
TomekLinks            one `KeptRows`
ENN                   one `KeptRows` for each class
SMOTEENN              for each class, `KeptRows` and then `NewRows`
RandomOverSampler     `every_row` of the table, then one `PickedRows`
RandomUnderSampler    one `PickedRows`
====================  ========================================================================

The room writes the pieces: dask as lazy collections of X and of y, Spark and Ray as whole rows of
one table. Columns that are not features and not the target pass through, and are null in new
rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np


class Place(NamedTuple):
    """Where a partition is in the table."""

    number: int
    first_row: int


class Calls(NamedTuple):
    """Arguments of `Engine.each` for a call that the room makes.

    The room can wrap the function, so that one task makes the rows and writes them.
    """

    function: Callable
    many: Any  # Many or tuple of Many
    ones: tuple = ()


@dataclass(frozen=True)
class KeptRows:
    """Rows of some partitions of the input; each partition of the piece is a part of one.

    Attributes
    ----------
    partitions : list of int
        The numbers of these partitions, ascending. No row is taken from other partitions.
    places : callable or None
        ``places(classes, place, *values_of_ones)`` gets the `PartClasses` and the `Place` of a
        partition, and returns the places of the kept rows in it, in the order of the output.
        None keeps all rows.
    ones : tuple of One
    """

    partitions: list
    places: Callable | None = None
    ones: tuple = ()


@dataclass(frozen=True)
class PickedRows:
    """Rows of all partitions of the input, in any order; a row may be picked more than once.

    Attributes
    ----------
    bounds : list of int
        Partition i of the piece has the rows number ``bounds[i]`` to ``bounds[i + 1] - 1`` of
        the piece. The list starts with 0.
    select : callable
        ``select(classes, place, start, stop, *values_of_ones)`` gets the `PartClasses` and the
        `Place` of a partition of the input. It returns two int64 arrays of equal length, for the
        rows from start to stop of the piece that come from this partition: their places among
        these rows, counted from start, and their places in the partition.
    ones : tuple of One
    """

    bounds: list
    select: Callable
    ones: tuple = ()


@dataclass(frozen=True)
class NewRows:
    """Partitions of new rows of one class.

    Attributes
    ----------
    label : object
        The class of the rows.
    rows : RowsWriter
        The object that the plan got from `Table.numbers` or `Table.mixed`.
    made : Calls
        Each call returns the rows of one partition, as ``rows.write`` takes them, and their
        numbers: a range or an int64 array. New rows have the numbers that follow those of the
        input. An index of new rows consists of these numbers.
    numbers : Calls
        Each call returns only the numbers. A room that writes the target apart from the features
        uses it, so that computing the target does not read the features.
    n_rows : list of (int or None)
        The number of rows of each partition; None if it is known only to the tasks.
    """

    label: Any
    rows: Any
    made: Calls
    numbers: Calls
    n_rows: list


class RowsWriter(Protocol):
    """Reads and writes partitions of features. It can be pickled.

    Attributes
    ----------
    dtype : dtype
        The dtype of the matrix that `read` returns for each partition.
    """

    dtype: np.dtype

    def read(self, partition):
        """Return the features of a partition.

        For `Table.numbers`, this is a matrix of shape (n, n_features). For `Table.mixed`, it is
        the matrix of the numeric columns and a list of the values of each categorical column, as
        NumPy arrays.
        """

    def write(self, made, row_numbers):
        """Return a native partition of features with new rows, given as `read` returns them."""


class Table(Protocol):
    """The table of one call.

    Attributes
    ----------
    engine : Engine
    survey : Survey
        The classes and the number of rows of each partition. The target has been read.
    n_features : int
    named : dataframe or None
        The features without rows: a dataframe that narwhals reads. None if they have no names.
    """

    engine: Any
    survey: Any
    n_features: int
    named: Any

    def parts(self, numbers):
        """Return the handles of some partitions, for `Engine.each`.

        Parameters
        ----------
        numbers : list of int
            The partitions that the plan needs. An engine may return all partitions instead. So
            a function gives an empty result for a partition without rows that it needs.

        Returns
        -------
        features : Many
            Native partitions.
        classes : Many of PartClasses
        places : Many of Place
        """

    def numbers(self):
        """Check that all features are numbers, and return their reader and writer.

        Returns
        -------
        RowsWriter

        Raises
        ------
        ValueError
            If they are not; the message names the columns.
        """

    def mixed(self, categorical):
        """Return the reader and writer of numeric and categorical features.

        Parameters
        ----------
        categorical : list of int
            The positions of the categorical columns among the features, ascending.

        Returns
        -------
        RowsWriter

        Raises
        ------
        ValueError
            If another column is not numeric; the message names it.
        """

    def output(self, pieces):
        """Return the result of the call in the types of the engine.

        Parameters
        ----------
        pieces : list of KeptRows, PickedRows or NewRows
        """

    def sample_indices(self, pieces):
        """Return the row numbers of pieces without new rows; None if the engine has no array."""


def every_row(survey):
    """Return the piece of all rows of the input."""
    return KeptRows(list(range(len(survey.lengths))))
