"""Partitions of a Spark DataFrame as Arrow tables: read them, take rows, write new rows."""

from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fastsmote._cluster.arrow_rows import ArrowLabels
from fastsmote._cluster.survey import count_classes, read_classes
from fastsmote._cluster.table import KeptRows, Place

PARTITION = "partition"  # the column of the number of a row's partition

# Partitions of the input


class Partition(NamedTuple):
    """Rows that follow each other in the ordered table."""

    place: Place
    rows: pa.Table


@dataclass(frozen=True)
class ReadPartitions:
    """Yield partitions and their numbers.

    Attributes
    ----------
    names : list of str
        The names of the columns before `PARTITION`. In the DataFrame they have other names, because
        `mapInArrow` takes no dots in names.
    token : int
        The column `PARTITION` has the sum of this number and that of Spark's partition.
    known : dict or None
        The `Place` and the number of rows of each partition, by the number of Spark's partition.
        None yields all partitions with Spark's numbers.
    """

    names: list
    token: int
    known: Any = None

    def __call__(self, batches):
        batches = list(batches)
        if not batches:
            return
        table = pa.Table.from_batches(batches)
        values, table = table[PARTITION], table.drop_columns(PARTITION)
        table = table.rename_columns(self.names)
        for value in pc.unique(values).to_pylist():
            rows = table.filter(pc.equal(values, value))
            place = Place(value - self.token, 0)
            if self.known is not None:
                place, n_rows = self.known.get(place.number, (place, None))
                if len(rows) != n_rows:
                    raise RuntimeError(
                        "the sorted table of fit_resample is no longer persisted, so its row "
                        "numbers have changed. Call fit_resample again, and call unpersist only "
                        "after the result is written."
                    )
            yield place.number, Partition(place, rows)


def place_of(partition):
    """Return the `Place` of a partition."""
    return partition.place


def rows_of(partition):
    """Return the rows of a partition."""
    return partition.rows


def read_classes_of(partition, target, names=()):
    """Return the `PartClasses` of a partition, with the number of values in some columns."""
    place, rows = partition
    labels = ArrowLabels(target)
    return read_classes(rows, rows, rows=labels, number=place.number, names=names)


def count_partition(partition, target, names):
    """Return the result of `count_classes` for a partition."""
    return count_classes(read_classes_of(partition, target, names))


# Rows of the output


def selection_of(piece):
    """Return the function that finds the rows of a piece in a partition of the input.

    ``selection(classes, place, *values_of_ones)`` returns their places in the piece, counted from
    the first row of the partition in it or of all, and their places in the partition.
    """
    if isinstance(piece, KeptRows):
        return partial(_kept, partitions=frozenset(piece.partitions), places=piece.places)
    return partial(_picked, select=piece.select, stop=piece.bounds[-1])


def _kept(classes, place, *ones, partitions, places):
    kept = np.arange(len(classes.codes) if place.number in partitions else 0)
    if places is not None and place.number in partitions:
        kept = places(classes, place, *ones)
    return np.arange(len(kept)), kept


def _picked(classes, place, *ones, select, stop):
    return select(classes, place, 0, stop, *ones)


def take_rows(partition, classes, place, *ones, selections, firsts, row_number):
    """Return the rows of a partition that pieces of the output have, as one table a piece.

    Parameters
    ----------
    ones : tuple
        The values for the selections, one selection after the other.
    selections : list of (callable, int)
        Results of `selection_of`, and how many values they get.
    firsts : list of (list of int or None)
        For each piece and each partition, the number of its first row in the output.
    row_number : str or None
        The name of the column for the numbers of the rows in the output.
    """
    tables, ones = [], list(ones)
    for (selection, n_ones), first in zip(selections, firsts, strict=True):
        own, ones = ones[:n_ones], ones[n_ones:]
        where, places = selection(classes, place, *own)
        taken = partition.take(pa.array(places, pa.int64()))
        tables.append(_numbered(taken, row_number, first and first[place.number] + where))
    return tables


def count_taken(classes, place, *ones, selection):
    """Return the number of rows of a piece that a partition has."""
    return len(selection(classes, place, *ones)[0])


def count_numbers(*arguments, function):
    """Return the number of new rows of a partition, given the function of their numbers."""
    return len(function(*arguments))


def write_new(*arguments, calls, rows, label, target, row_number):
    """Return new rows as a table of the features, the target and the numbers of the rows.

    Parameters
    ----------
    *arguments
        The values of the partition, the number of its first row in the output, and values of
        `One`s.
    calls : tuple of (callable, int)
        The function of the `Calls` of a `NewRows`, and the number of values of a partition.
    rows : RowsWriter
    label : object
    target : pa.Field
    row_number : str or None
        The name of the column for the numbers of the rows in the output.
    """
    function, n_values = calls
    values, (first, *ones) = arguments[:n_values], arguments[n_values:]
    made, row_numbers = function(*values, *ones)
    table = rows.write(made, row_numbers)
    labels = pa.array([label], target.type).take(pa.array(np.zeros(len(table), np.int64)))
    table = table.append_column(target, labels)
    return [_numbered(table, row_number, first + np.arange(len(table)))]


def _numbered(table, name, numbers):
    if name is None:
        return table
    return table.append_column(pa.field(name, pa.int64()), pa.array(numbers, pa.int64()))
