"""The result of a call: a Dataset whose parts are made by tasks when it is read."""

from functools import partial
from itertools import pairwise

import numpy as np
import pyarrow as pa

from fastsmote._cluster.arrow_rows import complete, result_schema
from fastsmote._cluster.picks import order_of
from fastsmote._cluster.table import KeptRows, NewRows, PickedRows
from fastsmote.ray._blocks import make_dataset
from fastsmote.ray._engine import Ref, Refs


class Output:
    """The result of a call.

    Parameters
    ----------
    table : RayTable
    pieces : list of KeptRows, PickedRows or NewRows
    """

    def __init__(self, table, pieces):
        self._engine, self._pieces, self._row_number = table.engine, pieces, table.row_number
        self._n_rows, self._target = table.blocks.n_rows, table.columns.target
        self._parts, self._schema = table.parts(None), table.blocks.schema
        if any(isinstance(piece, NewRows) for piece in pieces):
            self._schema = result_schema(self._schema, table.columns.others)

    def dataset(self):
        """Return the Dataset; errors of tasks that its rows depend on are raised now."""
        self._check_are_made()
        starts, parts = self._starts(), []
        parts_of = {KeptRows: self._kept, PickedRows: self._picked, NewRows: self._new}
        for piece, of_piece in zip(self._pieces, starts, strict=True):
            parts += parts_of[type(piece)](piece, of_piece)
        return make_dataset(parts)

    @property
    def _writing(self):
        return {"schema": self._schema, "row_number": self._row_number}

    def _starts(self):
        """Return the number of the first row of each part of each piece in the result.

        None if no column has the numbers: then the lengths of the parts need not be known.
        """
        if self._row_number is None:
            return [None for _ in self._pieces]
        lengths = list(map(self._lengths, self._pieces))
        ends = np.cumsum([0, *map(sum, lengths)]).tolist()
        return [
            (first + np.cumsum([0, *of_piece])[:-1]).tolist()
            for first, of_piece in zip(ends[:-1], lengths, strict=True)
        ]

    def _lengths(self, piece):
        """Return the number of rows of each part of a piece."""
        if isinstance(piece, PickedRows):
            return np.diff(piece.bounds).tolist()
        if isinstance(piece, NewRows):
            function, many, ones = piece.numbers
        elif piece.places is None:
            return [self._n_rows[i] for i in piece.partitions]
        else:
            function, ones = piece.places, piece.ones
            many = tuple(Refs(of.refs[i] for i in piece.partitions) for of in self._parts[1:])
        return self._engine.fetch(self._engine.each(_count, many, *ones, function=function))

    def _check_are_made(self):
        """Wait for the results of tasks that the rows depend on, so that errors are raised now.

        Later, Ray Data would wrap the error into errors of its own.
        """
        refs = {}
        for piece in self._pieces:
            calls = piece.made if isinstance(piece, NewRows) else piece
            for many in _as_tuple(getattr(calls, "many", ())):
                refs |= dict.fromkeys(many.refs)
            refs |= dict.fromkeys(one.ref for one in calls.ones)
        self._engine.fetch(self._engine.each(_return_nothing, Refs(refs)))

    def _kept(self, piece, starts):
        """Return the parts of `make_dataset` for rows of the input."""
        keep = partial(_keep, places=piece.places, **self._writing)
        parts = zip(*(of.refs for of in self._parts), strict=True)
        parts = [refs for i, refs in enumerate(parts) if i in set(piece.partitions)]
        return _parts_of(keep, parts, piece.ones, starts)

    def _picked(self, piece, starts):
        """Return the parts for rows in any order, which tasks exchange now."""
        bounds = list(pairwise(piece.bounds))
        pick = partial(_pick, select=piece.select, bounds=bounds, starts=starts, **self._writing)
        picked = self._engine.exchange(pick, self._parts, len(bounds), _put, *piece.ones)
        return [(_get, [Ref(ref)]) for ref in picked.refs]

    def _new(self, piece, starts):
        """Return the parts for new rows."""
        function, many, ones = piece.made
        make = partial(
            _make, function=function, writer=piece.rows, label=piece.label,
            target=self._target, **self._writing,
        )  # fmt: skip
        parts = zip(*(of.refs for of in _as_tuple(many)), strict=True)
        return _parts_of(make, parts, ones, starts)


def _parts_of(function, parts, ones, starts):
    """Return the parts of `make_dataset`: one for the references of each of some parts."""
    return [
        (
            partial(function, first=None if starts is None else starts[i]),
            [*map(Ref, refs), *ones],
        )
        for i, refs in enumerate(parts)
    ]


def _as_tuple(many):
    return many if isinstance(many, tuple) else (many,)


# Tasks


def _return_nothing(value):
    return None


def _get(table):
    return table


def _count(*values, function):
    return len(function(*values))


def _written(table, numbers, schema, row_number):
    """Return rows in the schema of the result, and their numbers if this column has a name."""
    table = table.cast(schema)
    if row_number is None:
        return table
    return table.append_column(row_number, pa.array(numbers, pa.int64()))


def _from(first, table):
    """Return the numbers of rows that follow each other in the result."""
    return None if first is None else np.arange(first, first + len(table))


def _keep(block, classes, place, *ones, places, first, **writing):
    """Return rows of a block; all rows if `places` is None."""
    if places is not None:
        block = block.take(pa.array(places(classes, place, *ones)))
    return _written(block, _from(first, block), **writing)


def _pick(block, classes, place, *ones, select, bounds, starts, **writing):
    """Return, for each part of the result, the rows of a block in it and their places there."""
    pieces = []
    for i, (start, stop) in enumerate(bounds):
        where, places = select(classes, place, start, stop, *ones)
        numbers = None if starts is None else starts[i] + where
        pieces.append((where, _written(block.take(pa.array(places)), numbers, **writing)))
    return pieces


def _put(pieces):
    """Join the rows of all blocks that are in one part of the result."""
    order = order_of([where for where, _ in pieces])
    return pa.concat_tables([table for _, table in pieces]).take(pa.array(order))


def _make(*values, function, writer, label, target, first, **writing):
    """Return one part of new rows."""
    features = writer.write(*function(*values))
    rows = complete(features, label, target, writing["schema"])
    return _written(rows, _from(first, rows), **writing)
