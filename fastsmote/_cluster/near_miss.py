"""The plan of NearMiss, version 1."""

from __future__ import annotations

from functools import partial
from typing import Literal

import numpy as np

from fastsmote import under_sampling
from fastsmote._base.classes import check_are_integers
from fastsmote._cluster.buckets import NumberedRows
from fastsmote._cluster.picks import even_bounds
from fastsmote._cluster.sampler import Sampler
from fastsmote._cluster.search import NotFinite, Search, read_partition
from fastsmote._cluster.table import KeptRows, PickedRows
from fastsmote._recipes.near_miss import distance_sums, least_sums
from fastsmote._search.lists import check_enough_rows
from fastsmote._search.streaming import Block, RunningLists
from fastsmote._types import Neighbors, UnderSamplingStrategy

# Tasks


def take_class(partition, classes, place, label, **reading):
    """Return the rows of a class in a partition, or `NotFinite`."""
    X = read_partition(partition, classes, place, **reading)
    if isinstance(X, NotFinite):
        return X
    places = classes.places_of(label)
    return NumberedRows(X[places], place.first_row + places)


def gather(parts):
    """Return the `Block` of some rows of all partitions, or the first `NotFinite`."""
    problems = [part for part in parts if isinstance(part, NotFinite)]
    if problems:
        return problems[0]
    return Block(*NumberedRows.join(parts))


def find_least(partition, classes, place, minority, n_neighbors, n_kept, **reading):
    """Find the rows of a partition with the smallest sums of distances.

    Parameters
    ----------
    minority : Block or NotFinite
    n_neighbors : int
        The number of nearest minority rows of which the distances are summed.
    n_kept : dict
        The number of rows to keep of each targeted class.

    Returns
    -------
    dict of {label: (sums, rows)}, or NotFinite
    """
    X = read_partition(partition, classes, place, **reading)
    if isinstance(X, NotFinite) or isinstance(minority, NotFinite):
        return X if isinstance(X, NotFinite) else minority
    least = {}
    for label, n in n_kept.items():
        places = classes.places_of(label)
        nearest = RunningLists(X[places], n_neighbors)
        nearest.add(nearest.find(minority))
        sums = distance_sums(nearest.sq_distances)
        least[label] = least_sums(sums, place.first_row + places, n)
    return least


def join_least(found, n_kept):
    """Join results of `find_least`; return the first `NotFinite` instead, if there is one."""
    problems = [each for each in found if isinstance(each, NotFinite)]
    if problems:
        return min(problems)
    joined = {}
    for label, n in n_kept.items():
        columns = zip(*(least[label] for least in found), strict=True)
        joined[label] = least_sums(*map(np.concatenate, columns), n)
    return joined


def selected_rows(least):
    """Return the selected rows of each class, in the order of their sums."""
    NotFinite.raise_first([least])
    return {label: rows for label, (_, rows) in least.items()}


def select(classes, place, start, stop, selected, label):
    """Return the selected rows of a partition, and their places in a range of the output."""
    places = selected[label][start:stop] - place.first_row
    where = np.flatnonzero((places >= 0) & (places < len(classes.codes)))
    return where, places[where]


def places_of(classes, place, label):
    """Return the places of the rows of a class."""
    return classes.places_of(label)


# Plan


class NearMiss(Sampler, under_sampling.NearMiss):
    """NearMiss, version 1, of tables in partitions."""

    _neighbors_parameters = ("n_neighbors",)

    def __init__(
        self,
        *,
        sampling_strategy: UnderSamplingStrategy = "auto",
        version: Literal[1, 2, 3] = 1,
        n_neighbors: Neighbors = 3,
    ) -> None:
        super().__init__(
            sampling_strategy=sampling_strategy, version=version, n_neighbors=n_neighbors
        )

    def _check_parameters(self, kind):
        super()._check_parameters(kind)
        if self.version != 1:
            raise ValueError(
                f"version is {self.version}; for {kind} it must be 1. For tables in memory use "
                f"{self._in_memory()}."
            )

    def _plan(self, table):
        check_are_integers(self.sampling_strategy_, "rows to keep")
        survey, k = table.survey, int(self.n_neighbors)
        labels = survey.labels.tolist()
        minority = labels[survey.smallest()]
        targeted = [label for label in labels if label in self.sampling_strategy_]
        n_kept = {label: int(self.sampling_strategy_[label]) for label in targeted}
        for label in targeted:
            check_enough_rows(k, survey.n_rows_of(minority), survey.n_rows_of(label))
        selected = self._plan_selection(table, minority, n_kept)
        return [_piece(survey, label, n_kept.get(label), selected) for label in labels]

    def _plan_selection(self, table, minority, n_kept):
        """Find the rows to keep of each targeted class."""
        engine, survey, reading = table.engine, table.survey, Search(table).reading
        parts = table.parts(survey.partitions_with(minority))
        gathered = engine.one(gather, engine.each(take_class, parts, label=minority, **reading))
        finding = {"n_kept": n_kept, "n_neighbors": int(self.n_neighbors), **reading}
        found = engine.each(find_least, table.parts(survey.with_rows), gathered, **finding)
        least = engine.reduce(partial(join_least, n_kept=n_kept), found)
        return engine.one(selected_rows, least)


def _piece(survey, label, n_kept, selected):
    if n_kept is None:
        return KeptRows(survey.partitions_with(label), partial(places_of, label=label))
    bounds = even_bounds(n_kept, survey.n_partitions_for(n_kept))
    return PickedRows(bounds, partial(select, label=label), (selected,))
