"""`Table` of plans on dask: X and y, or one DataFrame, and the pieces written as collections."""

from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import dask.array as da
import numpy as np

from fastsmote._cluster.picks import order_of
from fastsmote._cluster.survey import Survey
from fastsmote._cluster.table import KeptRows, NewRows, PickedRows, Place
from fastsmote.distributed._engine import DaskEngine, Sequence, Task
from fastsmote.distributed._partitions import ArrayRows
from fastsmote.distributed._table import as_nullable, complete, without_rows

# Tasks


def _keep(partition, classes, place, *values, choose, rows):
    """Return the kept rows of a partition."""
    classes.check_rows_of(partition, place.first_row)
    return rows.take(partition, choose(classes, place, *values))


def _kept_rows(classes, place, *values, choose):
    """Return the numbers of the kept rows of a partition."""
    return place.first_row + choose(classes, place, *values)


def _pick(partition, classes, place, *values, select, start, stop, rows):
    """Return the picked rows of a partition, and their places in a range of the piece."""
    classes.check_rows_of(partition, place.first_row)
    where, places = select(classes, place, start, stop, *values)
    return where, rows.take(partition, places)


def _picked_rows(classes, place, *values, select, start, stop):
    """Return the numbers of the picked rows, and their places in a range of the piece."""
    where, places = select(classes, place, start, stop, *values)
    return where, place.first_row + places


def _put(picked, rows):
    """Join the picked rows of all partitions into a range of the piece."""
    where, parts = zip(*picked, strict=True)
    return rows.join(parts, order_of(where))


def _write_features(*values, make, rows):
    """Make new rows and write their features."""
    return rows.write(*make(*values))


def _write_labels(*values, number, rows, label, dtype):
    """Write the target of new rows."""
    return rows.write(label, dtype, number(*values))


def _write_whole_rows(*values, make, rows, labels, label, dtype, target):
    """Make new rows of a table: features, target, and null in other columns."""
    *values, empty = values
    made, row_numbers = make(*values)
    y = labels.write(label, dtype, row_numbers)
    return complete(rows.write(made, row_numbers), y, empty, target)


# Tables


@dataclass
class DaskTable:
    """X and y."""

    X: object  # ArrayFeatures or FrameFeatures
    y: object  # _Array or _Frame
    survey: Survey
    engine: DaskEngine
    keys_of_classes: list

    n_features = property(lambda self: self.X.n_features)
    named = property(lambda self: self.X.named)

    def parts(self, numbers):
        """Return the partitions of X with these numbers, their classes and their places."""
        return self._parts(self.X.keys, numbers)

    def numbers(self):
        """Check the dtypes, and return the reader and writer of numbers."""
        return self.X.numbers()

    def mixed(self, categorical):
        """Check the dtypes, and return the reader and writer of numbers and categories."""
        return self.X.mixed(categorical)

    def output(self, pieces):
        """Return X and y, made of pieces."""
        X = self._written(pieces, self.X, self.X.keys, self._new_features)
        y = self._written(pieces, self.y, self.y.keys, self._new_labels)
        graph, lengths = self.engine.graph, self._lengths(pieces)
        return self.X.made_of(graph, "X", X, lengths), self.y.made_of(graph, "y", y, lengths)

    def sample_indices(self, pieces):
        """Return a dask Array of the row numbers of pieces without new rows."""
        keys = [key for piece in pieces for key in self._numbered(piece)]
        graph, lengths = self.engine.graph, self._lengths(pieces)
        name = graph.name("rows")
        layers = graph.layers("rows", {(name, i): key for i, key in enumerate(keys)})
        return da.Array(layers, name, (tuple(lengths),), dtype=np.int64)

    def _parts(self, keys, numbers):
        of_numbers = Sequence.of_keys([keys[i] for i in numbers])
        return of_numbers, *self._classes(numbers)

    def _classes(self, numbers):
        classes = Sequence.of_keys([self.keys_of_classes[i] for i in numbers])
        starts = self.survey.starts
        return classes, self.engine.given([Place(i, int(starts[i])) for i in numbers])

    def _lengths(self, pieces):
        lengths = []
        for piece in pieces:
            if isinstance(piece, NewRows):
                lengths += [np.nan if n is None else n for n in piece.n_rows]
            elif isinstance(piece, PickedRows):
                lengths += np.diff(piece.bounds).tolist()
            elif piece.places is None:
                lengths += [int(self.survey.lengths[i]) for i in piece.partitions]
            else:
                lengths += [np.nan] * len(piece.partitions)
        return lengths

    def _written(self, pieces, data, keys, new):
        """Return the keys of the partitions of pieces in X, y or a table.

        ``keys`` are those of the partitions of the input, and ``new(piece)`` writes new rows.
        """
        written = []
        for piece in pieces:
            if isinstance(piece, NewRows):
                written += new(piece).keys
            elif isinstance(piece, PickedRows):
                parts = self._parts(keys, self.survey.with_rows)
                written += self._put(piece, _pick, parts, data.rows, rows=data.rows)
            elif piece.places is None:
                written += [keys[i] for i in piece.partitions]
            else:
                parts, keeping = self._parts(keys, piece.partitions), {"choose": piece.places}
                kept = self.engine.each(_keep, parts, *piece.ones, rows=data.rows, **keeping)
                written += kept.keys
        return written

    def _numbered(self, piece):
        """Return the keys of the row numbers of a piece."""
        if isinstance(piece, KeptRows):
            places = piece.places or _every_place
            kept = self._classes(piece.partitions)
            return self.engine.each(_kept_rows, kept, *piece.ones, choose=places).keys
        classes, rows = self._classes(self.survey.with_rows), ArrayRows(np.dtype(np.int64))
        return self._put(piece, _picked_rows, classes, rows)

    def _put(self, piece, pick, parts, put_rows, **literals):
        """Return the keys of a piece whose rows come from all partitions."""
        keys = []
        for start, stop in pairwise(piece.bounds):
            picking = {"select": piece.select, "start": start, "stop": stop, **literals}
            picked = self.engine.each(pick, parts, *piece.ones, **picking)
            keys.append(self.engine.one(_put, picked, rows=put_rows).key)
        return keys

    def _new_features(self, piece):
        make, many, ones = piece.made
        return self.engine.each(_write_features, many, *ones, make=make, rows=piece.rows)

    def _new_labels(self, piece):
        number, many, ones = piece.numbers
        labeled = {"label": piece.label, "dtype": self.survey.dtype_of(piece.label)}
        return self.engine.each(
            _write_labels, many, *ones, number=number, rows=self.y.rows, **labeled
        )


def _every_place(classes, place):
    return np.arange(len(classes.codes))


class DaskWholeTable(DaskTable):
    """A DataFrame whose columns are the features, the target and others."""

    def output(self, pieces):
        """Return one table, made of pieces."""
        keys, dtypes, engine, new = self.X.keys, {}, self.engine, None
        if any(isinstance(piece, NewRows) for piece in pieces):
            dtypes = self.X.nullable()
            if dtypes:
                keys = engine.each(as_nullable, Sequence.of_keys(keys), dtypes=dtypes).keys
            first = keys[self.survey.with_rows[0]]
            new = partial(self._new_rows, engine.one(without_rows, Task(first)))
        written = self._written(pieces, self.X, keys, new)
        meta = self.X.collection._meta.astype(dtypes)
        return self.X.made_of(engine.graph, "table", written, None, meta)

    def _new_rows(self, empty, piece):
        make, many, ones = piece.made
        labeled = {"label": piece.label, "dtype": self.survey.dtype_of(piece.label)}
        labeled |= {"labels": self.y.rows, "target": self.X.columns.target}
        return self.engine.each(
            _write_whole_rows, many, *ones, empty, make=make, rows=piece.rows, **labeled
        )
