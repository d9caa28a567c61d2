"""The plan of SMOTE-NC."""

from __future__ import annotations

from functools import partial
from numbers import Integral
from typing import Literal

import numpy as np

from fastsmote import over_sampling
from fastsmote._base.categories import as_list, positions_of_categorical
from fastsmote._base.classes import rows_to_make
from fastsmote._base.dataframes import as_frame, columns_of
from fastsmote._cluster.mixed import (
    categories_of,
    get_rules,
    infer,
    join_categories,
    join_ranges,
    make_mixed,
    number_mixed,
    ranges_of,
    read_part,
    resample_class,
    rows_of,
)
from fastsmote._cluster.picks import even_bounds
from fastsmote._cluster.random import move_on, snapshot
from fastsmote._cluster.sampler import Sampler
from fastsmote._cluster.table import Calls, NewRows, every_row
from fastsmote._rules.observed import rules_of_numeric
from fastsmote._rules.values import Columns
from fastsmote._search.lists import check_enough_rows
from fastsmote._types import ArrayLike, Missing, Neighbors, OverSamplingStrategy, Rows, Seed, Values


class SMOTENC(Sampler, over_sampling.SMOTENC):
    """SMOTE-NC of tables in partitions.

    The attributes of the class in memory that depend on values, such as `median_std_`, are not
    set, because tasks compute them.
    """

    categorical_features_: Rows
    continuous_features_: Rows

    _neighbors_parameters = ("k_neighbors",)

    def __init__(
        self,
        categorical_features: ArrayLike | Literal["auto"],
        *,
        sampling_strategy: OverSamplingStrategy = "auto",
        random_state: Seed = None,
        k_neighbors: Neighbors = 5,
        missing: Missing = "error",
        values: Values = None,
    ) -> None:
        super().__init__(
            categorical_features,
            sampling_strategy=sampling_strategy,
            random_state=random_state,
            k_neighbors=k_neighbors,
            missing=missing,
            values=values,
        )

    def _fitted(self, table, asked):
        super()._fitted(table, asked)
        features = self.categorical_features
        features = features if isinstance(features, str) else as_list(features)
        if table.named is not None:
            features = positions_of_categorical(as_frame(table.named), features)
        elif isinstance(features, str):
            raise ValueError(
                f"categorical_features is {features!r}, but X has no columns with a dtype of their "
                f"own. Pass the positions of the categorical columns."
            )
        # The class in memory reads positions, and needs no values for that.
        columns = over_sampling.SMOTENC(features)
        columns.n_features_ = columns.n_features_in_ = table.n_features
        columns._validate_column_types(np.empty((0, table.n_features)))
        columns._validate_estimator()
        self.categorical_features_ = columns.categorical_features_
        self.continuous_features_ = columns.continuous_features_
        categorical = self.categorical_features_.tolist()
        if len(set(categorical)) < len(categorical):
            raise ValueError(
                f"categorical_features is {self.categorical_features!r}, which names a column more "
                f"than once. Name each column once."
            )

    def _plan(self, table):
        engine, survey = table.engine, table.survey
        to_make = rows_to_make(self.sampling_strategy_)
        for label, _ in to_make:
            n_rows = survey.n_rows_of(label)
            check_enough_rows(int(self.k_neighbors) + 1, n_rows, n_rows)
        categorical = sorted(self.categorical_features_.tolist())
        rows = table.mixed(categorical)
        # Categories are voted on in the order in which the columns were given.
        order = [categorical.index(j) for j in self.categorical_features_.tolist()]
        if not to_make:
            return [every_row(survey)]
        labels = [label for label, _ in to_make]
        parts, categories = self._plan_reading(table, rows, categorical, labels)
        rules = self._plan_rules(table, rows, parts, categories)
        pieces, first_row = [every_row(survey)], survey.n_rows
        made = self._plan_draws(engine, parts, categories, to_make, order)
        for (label, n_new), mixed in zip(to_make, made, strict=True):
            bounds = even_bounds(n_new, survey.n_partitions_for(n_new))
            which = {"bounds": bounds, "first_row": first_row}
            partitions = engine.given(list(range(len(bounds) - 1)))
            make = partial(make_mixed, order=order, **which)
            pieces.append(
                NewRows(
                    label,
                    rows,
                    Calls(make, partitions, (mixed, categories, *rules)),
                    Calls(partial(number_mixed, **which), partitions),
                    np.diff(bounds).tolist(),
                )
            )
            first_row += n_new
        return pieces

    def _plan_reading(self, table, rows, categorical, labels):
        """Read the classes to over-sample, and the categories of all rows.

        Returns
        -------
        parts : Many of (Part or NotFinite)
        categories : One of list of ndarray
        """
        names = list(range(table.n_features))
        if table.named is not None:
            names = list(as_frame(table.named).columns)
        category_names = [repr(names[j]) for j in categorical]
        reading = {
            "rows": rows,
            "names": [name for j, name in enumerate(names) if j not in categorical],
            "category_names": category_names,
            "labels": labels,
            "is_observed": isinstance(self.values, str),
        }
        parts = table.engine.each(read_part, table.parts(table.survey.with_rows), **reading)
        join = partial(join_categories, category_names=category_names)
        return parts, table.engine.reduce(join, table.engine.each(categories_of, parts))

    def _plan_rules(self, table, rows, parts, categories):
        """Return the rules for the values of new rows as a list of One, which may be empty."""
        numeric = self.continuous_features_.tolist()
        columns = columns_of(table.named) or Columns(None, [rows.dtype] * table.n_features)
        if self.values is None:
            return []
        if isinstance(self.values, str):
            ranges = table.engine.reduce(join_ranges, table.engine.each(ranges_of, parts))
            return [table.engine.one(infer, ranges, categories, columns=columns.take(numeric))]
        rules = rules_of_numeric(self.values, columns, numeric, rows.dtype)
        return [] if rules is None else [table.engine.one(get_rules, rules=rules)]

    def _plan_draws(self, engine, parts, categories, to_make, order):
        """Draw the new rows of each class; an instance continues from class to class.

        Returns
        -------
        list of One of Mixed
        """
        random_state, made = snapshot(self.random_state), []
        for label, n_new in to_make:
            drawing = {"order": order, "label": label, "k": int(self.k_neighbors), "n_new": n_new}
            of_class = engine.each(rows_of, parts, label=label)
            before = () if isinstance(random_state, Integral) else tuple(made[-1:])
            given = {} if before else {"random_state": random_state}
            made.append(
                engine.one(resample_class, of_class, categories, *before, **drawing, **given)
            )
        move_on(self.random_state)
        return made
