"""A table in partitions that are held in this process, for plans."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from fastsmote._base.dataframes import as_frame, read_numbers, write_numbers
from fastsmote._cluster.survey import count_classes, join_counts, read_classes
from fastsmote._cluster.table import KeptRows, PickedRows, Place
from helpers.fake_engine import FakeEngine, FakeMany


@dataclass(frozen=True)
class MatrixRows:
    """Reads and writes partitions that are matrices."""

    dtype: Any

    def read(self, partition):
        """Return the matrix."""
        return partition

    def write(self, made, row_numbers):
        """Return the matrix."""
        return made


@dataclass(frozen=True)
class PandasRows:
    """Reads and writes the features of partitions that are pandas DataFrames."""

    meta: Any  # the features without rows
    dtype: Any
    dtypes: Any

    def read(self, partition):
        """Return the features as a matrix."""
        matrix, _ = read_numbers(as_frame(partition[self.meta.columns.tolist()]))
        return matrix.astype(self.dtype, copy=False)

    def write(self, made, row_numbers):
        """Return a DataFrame with the row numbers as its index."""
        frame = write_numbers(as_frame(self.meta), made, self.dtypes)
        return frame.set_axis(pd.Index(row_numbers))


@dataclass(frozen=True)
class MixedMatrixRows:
    """Reads and writes partitions whose columns are numbers and categories."""

    numeric: list
    categorical: list
    dtype: Any
    out_dtype: Any

    def read(self, partition):
        """Return a matrix of the numbers, and the values of each categorical column."""
        numbers = np.asarray(partition[:, self.numeric], self.dtype)
        return numbers, [partition[:, j] for j in self.categorical]

    def write(self, made, row_numbers):
        """Return a matrix."""
        numbers, categories = made
        out = np.empty((len(numbers), len(self.numeric) + len(self.categorical)), self.out_dtype)
        out[:, self.numeric] = numbers
        for j, values in zip(self.categorical, categories, strict=True):
            out[:, j] = values
        return out


@dataclass(frozen=True)
class MixedPandasRows:
    """Reads and writes DataFrames of numbers and categories."""

    meta: Any
    numbers: PandasRows
    categorical: list  # names

    dtype = property(lambda self: self.numbers.dtype)

    def read(self, partition):
        """Return a matrix of the numbers, and the values of each categorical column."""
        return self.numbers.read(partition), [
            partition[name].to_numpy() for name in self.categorical
        ]

    def write(self, made, row_numbers):
        """Return a DataFrame."""
        numbers, categories = made
        frame = self.numbers.write(numbers, row_numbers)
        for name, values in zip(self.categorical, categories, strict=True):
            frame[name] = pd.Series(values, frame.index).astype(self.meta[name].dtype)
        return frame[self.meta.columns.tolist()]


class LabelRows:
    """Reads partitions of a target."""

    def read(self, partition):
        """Return the labels and their dtype."""
        return partition, partition.dtype


class FakeTable:
    """The `Table` of partitions in memory.

    Parameters
    ----------
    X : ndarray or pandas DataFrame of shape (n_rows, n_columns)
    y : ndarray of shape (n_rows,)
    bounds : list of int
        Partition i has the rows from ``bounds[i]`` to ``bounds[i + 1]``. It starts with 0.
    features : list of str, default=None
        The columns of a DataFrame that are features. None means all.
    seed : int, default=0
        Seed of the engine.
    only_needed : bool, default=False
        Whether `parts` returns only the partitions that a plan needs, and not all.
    """

    def __init__(self, X, y, bounds, features=None, seed=0, only_needed=False):
        self._only_needed = only_needed
        self.engine, self._X = FakeEngine(seed), X
        ranges = [slice(*ends) for ends in pairwise(bounds)]
        self._bounds, self._features = bounds, features
        is_frame = hasattr(X, "iloc")
        self._partitions = self.engine.given([X.iloc[s] if is_frame else X[s] for s in ranges])
        labels = LabelRows()
        classes = [read_classes(y[s], rows=labels, number=i) for i, s in enumerate(ranges)]
        self._classes = self.engine.given(classes)
        self._places = self.engine.given([Place(i, bounds[i]) for i in range(len(ranges))])
        self.survey = join_counts([count_classes(each) for each in classes])
        if is_frame:
            self.named = X.iloc[:0][features or X.columns.tolist()]
        self.n_features = self.named.shape[1] if is_frame else X.shape[1]

    named = None

    def parts(self, numbers):
        """Return handles of all partitions or, on request, of these."""
        parts = self._partitions, self._classes, self._places
        if not self._only_needed:
            return parts
        return tuple(FakeMany([many.tasks[number] for number in numbers]) for many in parts)

    def numbers(self):
        """Return the reader and writer of numbers."""
        if self.named is None:
            return MatrixRows(self._X.dtype)
        matrix, dtypes = read_numbers(as_frame(self.named))
        return PandasRows(self.named, matrix.dtype, dtypes)

    def mixed(self, categorical):
        """Return the reader and writer of numbers and categories."""
        numeric = [j for j in range(self.n_features) if j not in categorical]
        if self.named is None:
            dtype = self._X.dtype if self._X.dtype != object else np.dtype(np.float64)
            return MixedMatrixRows(numeric, categorical, dtype, self._X.dtype)
        meta = self.named.iloc[:, numeric]
        matrix, dtypes = read_numbers(as_frame(meta))
        names = self.named.columns[categorical].tolist()
        return MixedPandasRows(self.named, PandasRows(meta, matrix.dtype, dtypes), names)

    def output(self, pieces):
        """Return X, y and the row numbers of all pieces."""
        made = [part for piece in pieces for part in self._output_of(piece)]
        y = [labels for _, labels, _ in made]
        rows = np.concatenate([rows for *_, rows in made])
        return _joined([X for X, *_ in made]), np.concatenate(y), rows

    def sample_indices(self, pieces):
        """Return the row numbers of pieces without new rows."""
        return self.output(pieces)[2]

    def _output_of(self, piece):
        parts = (self._partitions, self._classes, self._places)
        if isinstance(piece, KeptRows):
            kept = self.engine.each(_keep, parts, *piece.ones, places=piece.places)
            return [self.engine.values(kept)[number] for number in piece.partitions]
        if isinstance(piece, PickedRows):
            return [
                _put(self.engine.values(self._picked(piece, start, stop)))
                for start, stop in pairwise(piece.bounds)
            ]
        made = self.engine.values(_called(self.engine, piece.made))
        numbers = self.engine.values(_called(self.engine, piece.numbers))
        assert len(made) == len(numbers) == len(piece.n_rows)
        for (_, a), b, n in zip(made, numbers, piece.n_rows, strict=True):
            np.testing.assert_array_equal(a, b)
            assert n is None or n == len(a)
        return [
            (piece.rows.write(X, rows), np.full(len(rows), piece.label), np.asarray(rows, int))
            for X, rows in made
        ]

    def _picked(self, piece, start, stop):
        parts = (self._partitions, self._classes, self._places)
        literals = {"start": start, "stop": stop, "select": piece.select}
        return self.engine.each(_pick, parts, *piece.ones, **literals)


def _called(engine, calls):
    return engine.each(calls.function, calls.many, *calls.ones)


def _joined(parts):
    return pd.concat(parts) if hasattr(parts[0], "iloc") else np.concatenate(parts)


def _take(partition, places):
    return partition.iloc[places] if hasattr(partition, "iloc") else partition[places]


def _keep(partition, classes, place, *ones, places):
    kept = np.arange(len(partition)) if places is None else places(classes, place, *ones)
    return _take(partition, kept), classes.of(kept), place.first_row + kept


def _pick(partition, classes, place, *ones, start, stop, select):
    where, places = select(classes, place, start, stop, *ones)
    return where, _take(partition, places), classes.of(places), place.first_row + places


def _put(picked):
    where = np.concatenate([places for places, *_ in picked])
    np.testing.assert_array_equal(np.sort(where), np.arange(len(where)))
    order = np.argsort(where)
    X = _joined([X for _, X, *_ in picked])
    labels, rows = (np.concatenate([each[i] for each in picked])[order] for i in (2, 3))
    return _take(X, order), labels, rows
