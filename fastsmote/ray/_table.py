"""The table of a call: a Ray Dataset with the target, the features and other columns."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from fastsmote._cluster.arrow_rows import (
    ArrowLabels,
    ArrowMixed,
    ArrowNumbers,
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
from fastsmote._cluster.table import Place
from fastsmote.ray._blocks import read_blocks
from fastsmote.ray._engine import RayEngine, Ref
from fastsmote.ray._output import Output


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
    if names is None:
        raise ValueError("ds has no rows and no columns.")
    columns = choose_columns(names, target, features, exclude)
    order_by = _checked("order_by", order_by, names)
    if row_number is not None and (not isinstance(row_number, str) or row_number in names):
        raise ValueError(
            f"row_number is {row_number!r}; it must be a name that no column of ds has."
        )
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
            _read_classes, (self.blocks.refs, self._places), rows=ArrowLabels(self.columns.target)
        )
        self.survey = join_counts(self.engine.fetch(self.engine.each(count_classes, self._classes)))

    n_features = property(lambda self: len(self.columns.features))
    named = property(lambda self: self._features.empty_table().to_pandas())

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
        return Output(self, pieces).dataset()


# Tasks


def _read_classes(block, place, rows):
    return read_classes(block, rows=rows, number=place.number)
