"""What the over-samplers of dask collections have in common."""

import math
from functools import partial

import numpy as np

from fastsmote._base.classes import rows_to_make
from fastsmote._search.streaming import join_partial_lists
from fastsmote.distributed._estimator import TakesCollections
from fastsmote.distributed._new_rows import make_labels, make_rows
from fastsmote.distributed._search import Search, find_nearest


class OverSampler(TakesCollections):
    """Mixin: what `_plan` plans, appended to the collections that were passed.

    ``_plan(call, to_make)`` returns for each class the key of its `Parents`, the key of
    the list of all draws, and whether as many rows are drawn as are asked for.
    """

    _takes_floats = False  # as numbers of rows

    def _resample(self, call):
        to_make = rows_to_make(self.sampling_strategy_, self._takes_floats)
        for label, _ in to_make:
            name = self._neighbors_parameters[0]
            k, n_rows = int(getattr(self, name)), call.survey.n_rows_of(label)
            if n_rows <= k:
                label = getattr(label, "item", lambda label=label: label)()
                raise ValueError(
                    f"class {label!r} has {n_rows} rows, {name}={k} needs {k + 1} or more: lower "
                    f"{name}, or leave the class out by sampling_strategy."
                )
        parents, draws, are_known = self._plan(call, to_make) if to_make else ([], None, True)
        numbers, new_X, new_y, new_lengths = call.X.numbers(), [], [], []
        for number, (label, n_new) in enumerate(to_make):
            n_new = math.ceil(n_new)
            n_partitions = call.n_partitions_for(n_new)
            for part in range(n_partitions):
                which = {"number": number, "part": part, "n_partitions": n_partitions}
                which |= {"first_row": int(call.survey.starts[-1]), "place": (number, part)}
                new_X.append(
                    call.graph.add("make", make_rows, parents[number], draws, rows=numbers, **which)
                )
                new_y.append(
                    call.graph.add(
                        "label", make_labels, draws, rows=call.y.rows, label=label,
                        dtype=call.survey.dtype_of(label), **which,
                    )
                )  # fmt: skip
                n_rows = (part + 1) * n_new // n_partitions - part * n_new // n_partitions
                new_lengths.append(n_rows if are_known else np.nan)
        return call.appended(new_X, new_y, new_lengths)

    def _judge(self, call, to_make, what, function, k, n_own, **literals):
        """For each class a task that gets its rows, their nearest of the class and of all."""
        search = Search(call)
        gathered = [search.gather(label) for label, _ in to_make]
        blocks = search.blocks(sum(n_rows for _, n_rows in gathered))
        judged, shards_of_classes = [], []
        for number, (queries, n_rows) in enumerate(gathered):
            shards = search.shards(queries, n_rows, n_own)
            found = [
                search.among_all(
                    "found", search.ask(queries, own, k), blocks, find_nearest,
                    partial(join_partial_lists, k=k),
                )
                for own in shards
            ]  # fmt: skip
            given = {name: values[number] for name, values in literals.items()}
            judged.append(
                call.graph.add(
                    what, function, queries, shards, found,
                    place=(number,), sampler=self._in_memory(), **given,
                )
            )  # fmt: skip
            shards_of_classes.append((queries, shards))
        return judged, shards_of_classes
