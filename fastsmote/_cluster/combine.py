"""Plans of SMOTEENN and SMOTETomek: over-sample, then clean all rows, the new ones included.

The rows are numbered as in the output of the over-sampler: the rows of the input, and then the
new ones.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from imblearn.over_sampling import SMOTE as _SMOTE
from imblearn.under_sampling import EditedNearestNeighbours as _EditedNearestNeighbours
from imblearn.under_sampling import TomekLinks as _TomekLinks

from fastsmote import combine, over_sampling, under_sampling
from fastsmote._cluster.buckets import NumberedRows
from fastsmote._cluster.cleaning import (
    EditedNearestNeighbours,
    all_codes,
    are_kept,
    check_rows,
    find_removed,
    kept_of,
    read_all,
    targeted_codes,
)
from fastsmote._cluster.over_sampling import SMOTE
from fastsmote._cluster.sampler import Sampler
from fastsmote._cluster.search import NotFinite
from fastsmote._cluster.survey import rows_asked_for
from fastsmote._cluster.table import Calls, KeptRows
from fastsmote._cluster.under_sampling import TomekLinks, places_kept
from fastsmote._recipes.cleaning import EditedNearestNeighboursRecipe, TomekLinksRecipe
from fastsmote._types import Missing, OverSamplingStrategy, Seed, Values

# Tasks


def make_numbered(*values, make):
    """Make a partition of new rows as `NumberedRows`, or return `NotFinite`."""
    X, row_numbers = make(*values)
    rows = np.asarray(row_numbers, np.int64)
    are_finite = np.isfinite(X).all(axis=1)
    if are_finite.all():
        return NumberedRows(X, rows)
    row = int(rows[np.argmin(are_finite)])
    return NotFinite(
        row,
        f"new row {row} has an infinite value, because the values of its parents are too far "
        f"apart for dtype {X.dtype}. Scale the features.",
    )


def append_codes(codes, of_new):
    """Append the codes of new rows, given as pairs of a code and a number of rows."""
    new = [np.full(n_rows, code, codes.dtype) for code, n_rows in of_new]
    return np.concatenate([codes, *new])


def make_kept(*values, make):
    """Make a partition of new rows, and keep those that are not among the removed rows."""
    *values, removed = values
    X, row_numbers = make(*values)
    row_numbers = np.asarray(row_numbers, np.int64)
    is_kept = are_kept(row_numbers, removed)
    return X[is_kept], row_numbers[is_kept]


def number_kept(*values, number):
    """Return the numbers of the rows that `make_kept` makes."""
    *values, removed = values
    row_numbers = np.asarray(number(*values), np.int64)
    return row_numbers[are_kept(row_numbers, removed)]


# Plans


def kept_new(piece, removed):
    """Return the piece of the new rows of another piece that are kept."""
    make, many, ones = piece.made
    number, numbered, ones_of_numbers = piece.numbers
    return replace(
        piece,
        made=Calls(partial(make_kept, make=make), many, (*ones, removed)),
        numbers=Calls(partial(number_kept, number=number), numbered, (*ones_of_numbers, removed)),
        n_rows=[None] * len(piece.n_rows),
    )


def as_step(step, name, classes, on_cluster):
    """Return a step of a combined sampler as a sampler of tables in partitions.

    Parameters
    ----------
    step : sampler in memory
    name : str
        The parameter.
    classes : tuple of type
        The classes, of exactly which a step can be.
    on_cluster : type
        The class of tables in partitions. A step may also be of this class, or of one that an
        engine's room derives from it.

    Raises
    ------
    ValueError
        If the step is of another class.
    """
    is_ours = isinstance(step, on_cluster) and type(step).__module__.startswith("fastsmote.")
    if type(step) not in classes and not is_ours:
        raise ValueError(
            f"{name} is {step!r}; it must be None or of class {classes[0].__module__}."
            f"{classes[0].__name__} or {classes[1].__module__}.{classes[1].__name__} itself. "
            f"For any other {name} use the sampler of the same name in fastsmote.combine."
        )
    known = on_cluster().get_params(deep=False)
    given = step.get_params(deep=False)
    return on_cluster(**{key: value for key, value in given.items() if key in known})


class Combined(Sampler):
    """Mixin: SMOTE, then a cleaner.

    Attributes
    ----------
    _cleaner_name : str
        The parameter.
    _cleaner_classes : tuple
        The classes in memory, and the class of tables in partitions.
    """

    sampling_strategy_: Any  # the parameter
    smote_: Any

    def _check_parameters(self, kind):
        super()._check_parameters(kind)
        self._validate_estimator()
        name = self._cleaner_name
        self._smote = as_step(self.smote_, "smote", (over_sampling.SMOTE, _SMOTE), SMOTE)
        self._cleaner = as_step(getattr(self, f"{name}_"), name, *self._cleaner_classes)
        for step in (self._smote, self._cleaner):
            step._check_parameters(kind)

    def _fitted(self, table, asked):
        super()._fitted(table, self.sampling_strategy)  # as in memory
        survey, smote = table.survey, self._smote
        asked = rows_asked_for(survey, smote.sampling_strategy, smote._sampling_type)
        smote._fitted(table, asked)
        new = [asked.get(label, 0) for label in survey.labels.tolist()]
        self._resampled = replace(survey, counts=np.vstack([survey.counts, new]))
        cleaner = self._cleaner
        asked = rows_asked_for(self._resampled, cleaner.sampling_strategy, cleaner._sampling_type)
        cleaner._fitted(table, asked)
        self.smote_ = smote
        setattr(self, f"{self._cleaner_name}_", cleaner)

    def _plan(self, table):
        survey, resampled = table.survey, self._resampled
        new = self._smote._plan_new_rows(table)
        cleaning = self._cleaning(resampled)
        engine, parts, codes = table.engine, read_all(table), all_codes(table)
        if new:
            made = [
                engine.each(make_numbered, piece.made.many, *piece.made.ones, make=piece.made[0])
                for piece in new
            ]
            parts = engine.together(parts, *made)
            of_new = [(survey.code_of(piece.label), sum(piece.n_rows)) for piece in new]
            codes = engine.one(append_codes, codes, of_new=of_new)
        n_buckets = survey.n_partitions_for(resampled.n_rows)
        removed = find_removed(engine, parts, codes, cleaning, resampled.n_rows, n_buckets)
        kept = {piece.label: kept_new(piece, removed) for piece in new}
        if not cleaning.is_by_class:
            return [KeptRows(survey.with_rows, places_kept, (removed,)), *kept.values()]
        pieces = []
        for label in survey.labels.tolist():
            pieces += [kept_of(survey, label, removed), *([kept[label]] if label in kept else [])]
        return pieces


class SMOTEENN(Combined, combine.SMOTEENN):
    """SMOTEENN of tables in partitions."""

    _cleaner_name = "enn"
    _cleaner_classes = (
        (under_sampling.EditedNearestNeighbours, _EditedNearestNeighbours),
        EditedNearestNeighbours,
    )

    def __init__(
        self,
        *,
        sampling_strategy: OverSamplingStrategy = "auto",
        random_state: Seed = None,
        smote: _SMOTE | None = None,
        enn: _EditedNearestNeighbours | None = None,
        missing: Missing = "error",
        values: Values = None,
    ) -> None:
        super().__init__(
            sampling_strategy=sampling_strategy,
            random_state=random_state,
            smote=smote,
            enn=enn,
            missing=missing,
            values=values,
        )

    def _cleaning(self, resampled):
        enn = self._cleaner
        targeted, k = targeted_codes(resampled, enn.sampling_strategy_), int(enn.n_neighbors)
        check_rows(resampled, targeted, k)
        return EditedNearestNeighboursRecipe(k, targeted, enn.kind_sel)


class SMOTETomek(Combined, combine.SMOTETomek):
    """SMOTETomek of tables in partitions."""

    _cleaner_name = "tomek"
    _cleaner_classes = ((under_sampling.TomekLinks, _TomekLinks), TomekLinks)

    def __init__(
        self,
        *,
        sampling_strategy: OverSamplingStrategy = "auto",
        random_state: Seed = None,
        smote: _SMOTE | None = None,
        tomek: _TomekLinks | None = None,
        missing: Missing = "error",
        values: Values = None,
    ) -> None:
        super().__init__(
            sampling_strategy=sampling_strategy,
            random_state=random_state,
            smote=smote,
            tomek=tomek,
            missing=missing,
            values=values,
        )

    def _cleaning(self, resampled):
        targeted = targeted_codes(resampled, self._cleaner.sampling_strategy_)
        return TomekLinksRecipe(tuple(range(len(resampled.labels))), targeted)
