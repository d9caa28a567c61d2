"""The table of a call: a Ray Dataset with the target, the features and other columns."""

from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from fastsmote._cluster.arrow_rows import (
    ArrowMixed,
    ArrowNumbers,
    complete,
    read_target,
    result_schema,
    subschema,
)
from fastsmote._cluster.columns import (
    check_are_features,
    choose_columns,
    count_values,
    integers,
    partition_to_count,
    reject_identifiers,
)
from fastsmote._cluster.survey import count_classes, join_counts, read_classes
from fastsmote._cluster.table import KeptRows, NewRows, PickedRows, Place
from fastsmote.ray._blocks import make_dataset, read_blocks
from fastsmote.ray._engine import RayEngine, Ref, Refs


def open_dataset(dataset, target, features, exclude, order_by, row_number, has_numbers):
    """Execute a Dataset, read its target, and return it as `RayTable`.

    Parameters
    ----------
    has_numbers : bool
        Whether the features must be numbers.
    Other parameters and errors are those of `fit_resample`.
    """
    engine = RayEngine()
    names = dataset.columns()
    columns = choose_columns(names, target, features, exclude)
    order_by = _checked("order_by", order_by, names)
    if row_number is not None and row_number in names:
        raise ValueError(f"row_number is {row_number!r}, which is a column; choose another name.")
    blocks = read_blocks(engine, dataset, order_by)
    if has_numbers:
        _check_features(engine, blocks, columns)
    return RayTable(engine, blocks, columns, row_number)


def _checked(option, order_by, names):
    """Return the columns to order by as a list."""
    order_by = [order_by] if isinstance(order_by, str) else list(order_by or ())
    for name in order_by:
        if name not in names:
            raise ValueError(
                f"{option}: there is no column {name!r}. The columns are "
                f"{', '.join(map(repr, names))}."
            )
    return order_by


def _check_features(engine, blocks, columns):
    """Raise if features are not numbers, or look like identifiers."""
    features = subschema(blocks.schema, columns.features).empty_table()
    check_are_features(features, columns.are_named)
    number = partition_to_count(blocks.n_rows)
    names = [] if columns.are_named or number is None else integers(features)
    if names:
        counted = engine.one(count_values, Ref(blocks.refs.refs[number]), names=names)
        reject_identifiers(engine.fetch(counted), number)


@dataclass
class RayTable:
    """The blocks of a Dataset, as `fastsmote._cluster.table.Table` describes.

    Attributes
    ----------
    engine : RayEngine
    blocks : Blocks
    columns : Columns
        The roles of the columns.
    row_number : str or None
        The name of a column to add to the result.
    """

    engine: RayEngine
    blocks: Any
    columns: Any
    row_number: Any = None

    def __post_init__(self):
        n_rows = self.blocks.n_rows
        starts = np.cumsum([0, *n_rows])[:-1].tolist()
        self._places = self.engine.given([Place(i, row) for i, row in enumerate(starts)])
        self._classes = self.engine.each(
            _read_classes, (self.blocks.refs, self._places), target=self.columns.target
        )
        self.survey = join_counts(self.engine.fetch(self.engine.each(count_classes, self._classes)))

    n_features = property(lambda self: len(self.columns.features))
    named = property(lambda self: self._features.empty_table())

    @cached_property
    def _features(self):
        return subschema(self.blocks.schema, self.columns.features)

    def parts(self, numbers):
        """Return the blocks, their classes and their places; all of them."""
        return self.blocks.refs, self._classes, self._places

    def numbers(self):
        """Return the reader and writer of numeric features."""
        return ArrowNumbers(self._features)

    def mixed(self, categorical):
        """Return the reader and writer of numeric and categorical features."""
        return ArrowMixed(self._features, categorical)

    def sample_indices(self, pieces):
        """Return None: the result has a column of row numbers if `row_number` names one."""

    def output(self, pieces):
        """Return a Dataset whose rows are made when it is read.

        Raises
        ------
        Exception
            The exception of a task that the rows depend on.
        """
        self._check_are_made(pieces)
        is_new = [isinstance(piece, NewRows) for piece in pieces]
        schema = self.blocks.schema
        schema = result_schema(schema, self.columns.others) if any(is_new) else schema
        writing = {"schema": schema, "row_number": self.row_number}
        parts_of = {KeptRows: self._kept, PickedRows: self._picked, NewRows: self._new}
        parts = [part for piece in pieces for part in parts_of[type(piece)](piece, writing)]
        return make_dataset(parts)

    def _check_are_made(self, pieces):
        """Wait for the results of tasks that the rows depend on, so that errors are raised now.

        Later, Ray Data would wrap the error into errors of its own.
        """
        refs = {}
        for piece in pieces:
            calls = piece.made if isinstance(piece, NewRows) else piece
            for many in _as_tuple(getattr(calls, "many", ())):
                refs |= dict.fromkeys(many.refs)
            refs |= dict.fromkeys(one.ref for one in calls.ones)
        self.engine.fetch(self.engine.each(_return_nothing, Refs(refs)))

    def _kept(self, piece, writing):
        """Return the parts of `make_dataset` for rows of the input."""
        keep = partial(_keep, places=piece.places, **writing)
        return [
            (keep, [*(Ref(many.refs[i]) for many in self.parts(None)), *piece.ones])
            for i in piece.partitions
        ]

    def _picked(self, piece, writing):
        """Return the parts for rows in any order, which tasks exchange now."""
        pick = partial(_pick, select=piece.select, bounds=piece.bounds, **writing)
        n_parts = len(piece.bounds) - 1
        picked = self.engine.exchange(pick, self.parts(None), n_parts, _put, *piece.ones)
        return [(_get, [Ref(ref)]) for ref in picked.refs]

    def _new(self, piece, writing):
        """Return the parts for new rows."""
        make = partial(
            _make, function=piece.made.function, writer=piece.rows, label=piece.label,
            target=self.columns.target, **writing,
        )  # fmt: skip
        values = zip(*(many.refs for many in _as_tuple(piece.made.many)), strict=True)
        return [(make, [*map(Ref, of_number), *piece.made.ones]) for of_number in values]


def _as_tuple(many):
    return many if isinstance(many, tuple) else (many,)


# Tasks


def _read_classes(block, place, target):
    labels = read_target(block, target, place.number)
    return read_classes(labels, block.schema.field(target).type, place.number)


def _return_nothing(value):
    return None


def _get(table):
    return table


def _written(table, row_numbers, schema, row_number):
    """Return rows in the schema of the result, with the column of row numbers if it has a name."""
    table = table.cast(schema)
    if row_number is None:
        return table
    return table.append_column(row_number, pa.array(row_numbers, pa.int64()))


def _keep(block, classes, place, *ones, places, **writing):
    """Return rows of a block; all rows if `places` is None."""
    first, kept = place.first_row, np.arange(len(block))
    if places is not None:
        kept = places(classes, place, *ones)
        block = block.take(pa.array(kept))
    return _written(block, first + kept, **writing)


def _pick(block, classes, place, *ones, select, bounds, **writing):
    """Return, for each part of the result, the rows of a block in it and their places there."""
    pieces = []
    for start, stop in pairwise(bounds):
        where, places = select(classes, place, start, stop, *ones)
        picked = block.take(pa.array(places))
        pieces.append((where, _written(picked, place.first_row + places, **writing)))
    return pieces


def _put(pieces):
    """Join the rows of all blocks that are in one part of the result."""
    where = np.concatenate([places for places, _ in pieces])
    order = np.empty(len(where), np.int64)
    order[where] = np.arange(len(where))
    return pa.concat_tables([table for _, table in pieces]).take(pa.array(order))


def _make(*values, function, writer, label, target, **writing):
    """Return one part of new rows."""
    made, numbers = function(*values)
    features = writer.write(made, numbers)
    rows = complete(features, label, target, writing["schema"])
    return _written(rows, np.asarray(numbers, np.int64), **writing)
