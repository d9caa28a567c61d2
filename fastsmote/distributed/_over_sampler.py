"""The base class of the over-samplers of dask collections."""

import math
from functools import partial
from numbers import Integral

import numpy as np
from sklearn.utils import check_random_state

from fastsmote._base.classes import rows_to_make
from fastsmote._search.streaming import join_partial_lists
from fastsmote.distributed._estimator import TakesCollections
from fastsmote.distributed._new_rows import (
    choose_parents,
    draw_all,
    draw_all_again,
    get_drawn_from,
    make_labels,
    make_rows,
)
from fastsmote.distributed._random import move_on, snapshot
from fastsmote.distributed._rules import add_rules
from fastsmote.distributed._search import Search, find_nearest


class OverSampler(TakesCollections):
    """Mixin that runs a recipe on dask collections. `_recipe` returns the recipe.

    Partitions of new rows are appended to the collections passed to `fit_resample`.
    """

    def _resample(self, call):
        recipe = self._recipe()
        to_make = rows_to_make(self.sampling_strategy_, recipe.takes_floats)
        for label, _ in to_make:
            name = self._neighbors_parameters[0]
            k, n_rows = int(getattr(self, name)), call.survey.n_rows_of(label)
            if n_rows <= k:
                label = getattr(label, "item", lambda label=label: label)()
                raise ValueError(
                    f"class {label!r} has {n_rows} rows, {name}={k} needs {k + 1} or more: lower "
                    f"{name}, or leave the class out by sampling_strategy."
                )
        if to_make:
            self._check_call(call)
        chosen, draws = self._add_choices(call, recipe, to_make) if to_make else ([], None)
        rules = add_rules(call, self.values) if self.values is not None and to_make else []
        are_known = recipe.n_judged == 0  # whether the numbers of new rows are known now
        numbers, new_X, new_y, new_lengths = call.X.numbers(), [], [], []
        for number, (label, n_new) in enumerate(to_make):
            n_new = math.ceil(n_new)
            n_partitions = call.n_partitions_for(n_new)
            for partition in range(n_partitions):
                which = {"number": number, "partition": partition, "n_partitions": n_partitions}
                which |= {"first_row": int(call.survey.starts[-1]), "place": (number, partition)}
                new_X.append(
                    call.graph.add(
                        "make", make_rows, chosen[number], draws, *rules, rows=numbers, **which
                    )
                )
                new_y.append(
                    call.graph.add(
                        "label", make_labels, draws, rows=call.y.rows, label=label,
                        dtype=call.survey.dtype_of(label), **which,
                    )
                )  # fmt: skip
                n_rows = (partition + 1) * n_new // n_partitions - partition * n_new // n_partitions
                new_lengths.append(n_rows if are_known else np.nan)
        return call.appended(new_X, new_y, new_lengths)

    def _check_call(self, call):
        """Raise the errors of a particular sampler before tasks are added."""

    def _add_choices(self, call, recipe, to_make):
        """Add tasks that choose base rows of each class and draw; return their keys."""
        graph, search = call.graph, Search(call)
        gathered = [search.gather(label) for label, _ in to_make]
        n_queries = sum(n_rows for _, n_rows in gathered)
        blocks = search.blocks(n_queries) if recipe.n_judged else []
        chosen = []
        for number, (queries, n_rows) in enumerate(gathered):
            shards = search.shards(queries, n_rows, recipe.n_own)
            found = [
                search.among_all(
                    "found", search.ask(queries, own, recipe.n_judged), blocks, find_nearest,
                    partial(join_partial_lists, k=recipe.n_judged),
                )
                for own in shards if recipe.n_judged
            ]  # fmt: skip
            chosen.append(
                graph.add(
                    "chosen", choose_parents, queries, shards, found,
                    place=(number,), recipe=recipe, n_new=to_make[number][1],
                )
            )  # fmt: skip
        return chosen, self._add_draws(call, recipe, to_make, chosen)

    def _add_draws(self, call, recipe, to_make, chosen):
        """Add the task that draws for all classes, and advance the random state that was passed.

        If the number of draws is not known yet, the random state is reseeded instead.
        """
        drawing = {"recipe": recipe, "n_new": [n for _, n in to_make]}
        random_state = snapshot(self.random_state)
        if recipe.n_judged:
            counts = [
                call.graph.add("drawn-from", get_drawn_from, each, place=(number,))
                for number, each in enumerate(chosen)
            ]
            key = call.graph.add(
                "draws", draw_all_again, counts, place=(0,), random_state=random_state, **drawing
            )
            move_on(self.random_state)
            return key
        drawing["drawn_from"] = [call.survey.n_rows_of(label) for label, _ in to_make]
        key = call.graph.add(
            "draws", draw_all_again, place=(0,), random_state=random_state, **drawing
        )
        if not isinstance(self.random_state, Integral):
            draw_all(random_state=check_random_state(self.random_state), **drawing)
        return key
