"""Plans of the samplers that remove rows by the nearest rows of all classes."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from fastsmote import under_sampling
from fastsmote._cluster.buckets import NumberedRows, exchange_into_buckets, find_nearest
from fastsmote._cluster.sampler import Sampler
from fastsmote._cluster.search import NotFinite, Search, read_partition
from fastsmote._cluster.table import KeptRows
from fastsmote._cluster.under_sampling import places_kept
from fastsmote._recipes.cleaning import (
    EditedNearestNeighboursRecipe,
    NeighbourhoodCleaningRecipe,
    classes_to_clean,
)
from fastsmote._search.lists import check_enough_rows
from fastsmote._types import CleaningStrategy, KindSel, Missing, Neighbors, SamplerObject

# Tasks


def read_rows(partition, classes, place, rows, names):
    """Return all rows of a partition as `NumberedRows`, or `NotFinite`."""
    X = read_partition(partition, classes, place, rows, names)
    if isinstance(X, NotFinite):
        return X
    return NumberedRows(X, np.arange(place.first_row, place.first_row + len(X)))


def join_codes(classes, labels):
    """Return the code of the class of every row; ``classes`` are those of all partitions."""
    dtype = np.min_scalar_type(len(labels))
    codes = [np.empty(0, dtype)]
    for part in classes:
        of_labels = np.array([labels.index(label) for label in part.labels], dtype)
        codes.append(of_labels[part.codes])
    return np.concatenate(codes)


def judge(lists, codes, cleaning):
    """Return the judgments of a `Cleaning` on the judged rows of a bucket."""
    return cleaning.judge(lists.queries, lists.neighbor_rows, codes)


def join_judgments(judgments, codes, cleaning):
    """Return the rows that a `Cleaning` removes, ascending."""
    return cleaning.removed(np.concatenate(judgments), codes)


def are_kept(rows, removed):
    """Whether each of some rows is kept, given the row numbers removed, ascending."""
    places = np.minimum(np.searchsorted(removed, rows), len(removed) - 1)
    return removed[places] != rows if len(removed) else np.ones(len(rows), bool)


def kept_places_of(classes, place, removed, label):
    """Return the places of the rows of a class that are kept."""
    places = classes.places_of(label)
    return places[are_kept(place.first_row + places, removed)]


# Plans


def read_all(table):
    """Return the rows of the partitions that have rows, as a Many of `NumberedRows`."""
    parts = table.parts(table.survey.with_rows)
    return table.engine.each(read_rows, parts, **Search(table).reading)


def all_codes(table):
    """Return the code of the class of every row, as a One."""
    _, classes, _ = table.parts(list(range(len(table.survey.lengths))))
    return table.engine.one(join_codes, classes, labels=table.survey.labels.tolist())


def find_removed(engine, parts, codes, cleaning, n_rows, n_buckets):
    """Find the rows that a `Cleaning` removes.

    Parameters
    ----------
    engine : Engine
    parts : Many of NumberedRows
        All rows.
    codes : One of ndarray of shape (n_rows,), int
    cleaning : Cleaning
    n_rows, n_buckets : int

    Returns
    -------
    One of ndarray of int64, ascending
    """
    blocks = exchange_into_buckets(engine, parts, n_rows, n_buckets)
    lists = find_nearest(engine, blocks, codes, cleaning.judged, cleaning.n_judged)
    judgments = engine.each(judge, lists, codes, cleaning=cleaning)
    return engine.one(join_judgments, judgments, codes, cleaning=cleaning)


def clean(table, cleaning):
    """Return the pieces of a table without the rows that a `Cleaning` removes."""
    survey = table.survey
    n_buckets = survey.n_partitions_for(survey.n_rows)
    removed = find_removed(
        table.engine, read_all(table), all_codes(table), cleaning, survey.n_rows, n_buckets
    )
    if not cleaning.is_by_class:
        return [KeptRows(survey.with_rows, places_kept, (removed,))]
    return [kept_of(survey, label, removed) for label in survey.labels.tolist()]


def kept_of(survey, label, removed):
    """Return the piece of the rows of a class that are kept."""
    places = partial(kept_places_of, label=label)
    return KeptRows(survey.partitions_with(label), places, (removed,))


def targeted_codes(survey, asked):
    """Return the codes of the targeted classes, ascending."""
    return tuple(sorted(survey.code_of(label) for label in asked))


class EditedNearestNeighbours(Sampler, under_sampling.EditedNearestNeighbours):
    """Edited nearest neighbors of tables in partitions."""

    _neighbors_parameters = ("n_neighbors",)

    def __init__(
        self,
        *,
        sampling_strategy: CleaningStrategy = "auto",
        n_neighbors: Neighbors = 3,
        kind_sel: KindSel = "all",
        missing: Missing = "error",
    ) -> None:
        super().__init__(
            sampling_strategy=sampling_strategy,
            n_neighbors=n_neighbors,
            kind_sel=kind_sel,
            missing=missing,
        )

    def _plan(self, table):
        targeted, k = targeted_codes(table.survey, self.sampling_strategy_), int(self.n_neighbors)
        check_rows(table.survey, targeted, k)
        return clean(table, EditedNearestNeighboursRecipe(k, targeted, self.kind_sel))


class NeighbourhoodCleaningRule(Sampler, under_sampling.NeighbourhoodCleaningRule):
    """The neighborhood cleaning rule of tables in partitions."""

    classes_to_clean_: list[Any]

    _neighbors_parameters = ("n_neighbors",)

    def __init__(
        self,
        *,
        sampling_strategy: CleaningStrategy = "auto",
        edited_nearest_neighbours: SamplerObject | None = None,
        n_neighbors: Neighbors = 3,
        threshold_cleaning: float = 0.5,
    ) -> None:
        super().__init__(
            sampling_strategy=sampling_strategy,
            edited_nearest_neighbours=edited_nearest_neighbours,
            n_neighbors=n_neighbors,
            threshold_cleaning=threshold_cleaning,
        )

    def _check_parameters(self, kind):
        super()._check_parameters(kind)
        if self.edited_nearest_neighbours is not None:
            raise ValueError(
                f"edited_nearest_neighbours is {self.edited_nearest_neighbours!r}; for {kind} it "
                f"must be None, which means EditedNearestNeighbours with kind_sel='mode' and the "
                f"parameters of this sampler. For tables in memory use {self._in_memory()}."
            )

    def _plan(self, table):
        survey, k = table.survey, int(self.n_neighbors)
        targeted, minority = targeted_codes(survey, self.sampling_strategy_), survey.smallest()
        check_rows(survey, (*targeted, minority), k)
        sizes = survey.counts.sum(axis=0).tolist()
        cleaned = classes_to_clean(sizes, targeted, minority, self.threshold_cleaning)
        labels = survey.labels.tolist()
        self.classes_to_clean_ = [labels[code] for code in cleaned]
        return clean(table, NeighbourhoodCleaningRecipe(k, targeted, minority, cleaned))


def check_rows(survey, judged, k):
    """Raise the in-memory sampler's error if the rows of a judged class cannot have k neighbors."""
    for code in judged:
        n_judged = int(survey.counts[:, code].sum())
        check_enough_rows(k + 1, survey.n_rows, n_judged)
