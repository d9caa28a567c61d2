"""Plans of over-samplers: SMOTE, Borderline-SMOTE and ADASYN."""

import math
from functools import partial
from numbers import Integral

import numpy as np
from sklearn.utils import check_random_state

from fastsmote import over_sampling
from fastsmote._base.classes import rows_to_make
from fastsmote._cluster.new_rows import (
    choose_parents,
    draw_all,
    draw_all_again,
    get_drawn_from,
    make_rows,
    number_rows,
)
from fastsmote._cluster.partners_of_all import plan_choices_among_all
from fastsmote._cluster.random import move_on, snapshot
from fastsmote._cluster.rules import rules_of
from fastsmote._cluster.sampler import Sampler
from fastsmote._cluster.search import Search, find_nearest
from fastsmote._cluster.table import Calls, NewRows, every_row
from fastsmote._search.streaming import join_partial_lists


class OverSampler(Sampler):
    """Mixin that runs a recipe on a table in partitions. `_recipe` returns the recipe.

    Partitions of new rows follow those of the input.
    """

    def _plan(self, table):
        return [every_row(table.survey), *self._plan_new_rows(table)]

    def _plan_new_rows(self, table):
        """Return the pieces of new rows, class by class."""
        recipe = self._recipe()
        to_make = rows_to_make(self.sampling_strategy_, recipe.takes_floats)
        self._check_classes(table, [label for label, _ in to_make])
        if to_make:
            self._check_table(table)
        numbers = table.numbers()
        if not to_make:
            return []
        chosen, draws = self._plan_choices(table, recipe, to_make)
        rules = rules_of(table, self.values) if self.values is not None else []
        are_known = recipe.n_judged == 0  # whether the numbers of new rows are known now
        pieces = []
        for number, (label, n_new) in enumerate(to_make):
            n_new = math.ceil(n_new)
            n_partitions = table.survey.n_partitions_for(n_new)
            which = {"number": number, "n_partitions": n_partitions}
            which["n_originals"] = table.survey.n_rows
            partitions = table.engine.given(list(range(n_partitions)))
            ends = [i * n_new // n_partitions for i in range(n_partitions + 1)]
            pieces.append(
                NewRows(
                    label,
                    numbers,
                    Calls(partial(make_rows, **which), partitions, (chosen[number], draws, *rules)),
                    Calls(partial(number_rows, **which), partitions, (draws,)),
                    np.diff(ends).tolist() if are_known else [None] * n_partitions,
                )
            )
        return pieces

    def _check_classes(self, table, labels):
        """Raise if a class to over-sample has too few rows."""
        name = self._neighbors_parameters[0]
        k = int(getattr(self, name))
        for label in labels:
            n_rows = table.survey.n_rows_of(label)
            if n_rows <= k:
                label = getattr(label, "item", lambda label=label: label)()
                raise ValueError(
                    f"class {label!r} has {n_rows} rows, {name}={k} needs {k + 1} or more: lower "
                    f"{name}, or choose a sampling_strategy without this class."
                )

    def _check_table(self, table):
        """Raise the errors of a particular sampler if rows are to be made."""

    def _plan_choices(self, table, recipe, to_make):
        """Choose base rows of each class, and draw.

        Returns
        -------
        chosen : list of One
        draws : One
        """
        engine, search = table.engine, Search(table)
        gathered = [search.gather(label) for label, _ in to_make]
        n_queries = sum(n_rows for _, n_rows in gathered)
        blocks = search.blocks(n_queries) if recipe.n_judged else None
        join, chosen = partial(join_partial_lists, k=recipe.n_judged), []
        for (queries, n_rows), (_, n_new) in zip(gathered, to_make, strict=True):
            shards, found = search.shards(queries, n_rows, recipe.n_own), []
            if recipe.n_judged:
                asking = search.ask(queries, shards, recipe.n_judged)
                found = [search.among_all(asking, blocks, find_nearest, join)]
            chosen.append(
                engine.one(choose_parents, queries, shards, *found, recipe=recipe, n_new=n_new)
            )
        return chosen, self._plan_draws(table, recipe, to_make, chosen)

    def _plan_draws(self, table, recipe, to_make, chosen):
        """Draw for all classes, and advance the random state that was passed.

        If the number of draws is not known yet, the random state is reseeded instead.
        """
        drawing = {"recipe": recipe, "n_new": [n for _, n in to_make]}
        again = {"random_state": snapshot(self.random_state), **drawing}
        if recipe.n_judged:
            counted = [table.engine.one(get_drawn_from, each) for each in chosen]
            draws = table.engine.one(draw_all_again, *counted, **again)
            move_on(self.random_state)
            return draws
        known = [table.survey.n_rows_of(label) for label, _ in to_make]
        draws = table.engine.one(draw_all_again, known=known, **again)
        if not isinstance(self.random_state, Integral):
            draw_all(known, random_state=check_random_state(self.random_state), **drawing)
        return draws


class SMOTE(OverSampler, over_sampling.SMOTE):
    """SMOTE of tables in partitions."""

    _neighbors_parameters = ("k_neighbors",)


class BorderlineSMOTE(OverSampler, over_sampling.BorderlineSMOTE):
    """Borderline-SMOTE of tables in partitions."""

    _neighbors_parameters = ("k_neighbors", "m_neighbors")

    def _check_classes(self, table, labels):
        if self.kind == "borderline-1":  # the other kind also pairs rows with those of others
            super()._check_classes(table, labels)

    def _check_table(self, table):
        n_rows = table.survey.n_rows
        names = ("m_neighbors",) if self.kind == "borderline-1" else self._neighbors_parameters
        for name in names:
            k = int(getattr(self, name))
            if n_rows <= k:
                raise ValueError(
                    f"the table has {n_rows} rows, {name}={k} needs {k + 1} or more: lower {name}."
                )

    def _plan_choices(self, table, recipe, to_make):
        if recipe.partners == "own":
            return super()._plan_choices(table, recipe, to_make)
        random_state = snapshot(self.random_state)
        move_on(self.random_state)
        return plan_choices_among_all(table, recipe, to_make, random_state)


class ADASYN(OverSampler, over_sampling.ADASYN):
    """ADASYN of tables in partitions."""

    _neighbors_parameters = ("n_neighbors",)
