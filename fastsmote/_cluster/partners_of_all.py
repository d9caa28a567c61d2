"""Borderline-SMOTE 2: the partners of a base are rows of any class, which any partition may hold.

The lists among all rows name the partners by their numbers. A pass over the partitions fetches
their features.
"""

from copy import deepcopy
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np

from fastsmote._cluster.buckets import NumberedRows
from fastsmote._cluster.search import NotFinite, Search, find_nearest, read_partition
from fastsmote._search.streaming import join_partial_lists
from fastsmote._synthesis.draws import draw_shrinks
from fastsmote._synthesis.provenance import Parents, Provenance, make_synthetic

DRAWN_ROWS = 2**17  # new rows whose partners are looked up at a time

# Values between tasks


class Partners(NamedTuple):
    """The bases of one class and their partners."""

    places: np.ndarray  # (n_bases,) places among the rows of the class
    rows: np.ndarray  # (n_bases, k) row numbers
    are_others: np.ndarray  # (n_bases, k) whether they are of another class


class ShrunkPairs(NamedTuple):
    """The base, the partner, the gap and the shrink factor of each new row."""

    bases: np.ndarray
    ranks: np.ndarray
    gaps: np.ndarray
    shrinks: np.ndarray


class ShrunkDraws:
    """Draws of a class with a shrink factor for each new row."""

    def __init__(self, draws, shrinks):
        self.n_new, self._draws, self._shrinks = draws.n_new, draws, shrinks

    def take(self, start, stop):
        """Return the pairs of a range of new rows."""
        return ShrunkPairs(*self._draws.take(start, stop), self._shrinks[start:stop])


class ParentsOfAll(Parents):
    """Parents whose partners are rows of any class."""

    def make(self, pairs, rules=None):
        """Return new rows of `ShrunkPairs`, and their provenance in row numbers of X."""
        provenance = Provenance.of_pairs(self.bases, self.neighbor_rows, pairs)
        provenance = replace(provenance.shrunk(pairs.shrinks), rules=rules)
        return make_synthetic(self.X, provenance), provenance


# Tasks


def choose_partners(queries, shards, found, recipe, n_new):
    """Choose the bases of a class, given the nearest rows of all classes of its rows."""
    neighbor_rows = np.empty((len(queries.rows), recipe.n_own), np.int64)
    for own, lists in zip(shards, found, strict=True):
        neighbor_rows[own.query_rows[lists.queries]] = lists.neighbor_rows
    are_own, _ = queries.are_among(neighbor_rows)
    bases = recipe.choose_bases(neighbor_rows, ~are_own[:, : recipe.n_judged], n_new)
    are_others = ~are_own[bases.places, : recipe.n_partners]
    return Partners(bases.places, bases.partner_rows, are_others)


def get_are_others(partners):
    """Return which partners are of another class."""
    return partners.are_others


def fetch(partition, classes, place, partners, **reading):
    """Return the partners of other classes that a partition holds; None if there are none."""
    stop = place.first_row + len(classes.codes)
    rows = np.unique(partners.rows[partners.are_others])
    rows = rows[(rows >= place.first_row) & (rows < stop)]
    if len(rows) == 0:
        return None
    X = read_partition(partition, classes, place, **reading)
    return X if isinstance(X, NotFinite) else NumberedRows(X[rows - place.first_row], rows)


def join_parents(queries, partners, fetched):
    """Return the parents of a class, and the number of its bases."""
    NotFinite.raise_first(fetched)
    others = [part for part in fetched if part is not None]
    X, rows = queries.X, queries.rows
    if others:
        joined = NumberedRows.join(others)
        X, rows = np.concatenate([X, joined.X]), np.concatenate([rows, joined.rows])
    order = np.argsort(rows)
    neighbors = order[np.searchsorted(rows, partners.rows, sorter=order)]
    return ParentsOfAll(None, X, rows, neighbors, partners.places), len(partners.places)


def draw_shrunk(*are_others, recipe, random_state, n_new):
    """Draw the new rows of every class: pairs, gaps and then shrink factors.

    The draws are from a copy of the random state, so that the task can run again. The result for
    a class without bases is None.
    """
    random_state, drawn = deepcopy(random_state), []
    stream = recipe.open_stream(random_state)
    for of_class, n in zip(are_others, n_new, strict=True):
        if len(of_class) == 0:
            drawn.append(None)
            continue
        draws = recipe.draw(stream, len(of_class), n)
        are_shrunk = [
            of_class[pairs.bases, pairs.ranks]
            for start in range(0, n, DRAWN_ROWS)
            for pairs in [draws.take(start, min(n, start + DRAWN_ROWS))]
        ]
        shrinks = draw_shrinks(random_state, np.concatenate(are_shrunk))
        drawn.append(ShrunkDraws(draws, shrinks))
    return drawn


# Plan


def plan_choices_among_all(table, recipe, to_make, random_state):
    """Choose base rows and partners of each class, and draw.

    Parameters
    ----------
    table : Table
    recipe : BorderlineSMOTERecipe
    to_make : list of (label, number of new rows)
    random_state : int or RandomState instance

    Returns
    -------
    chosen : list of One
    draws : One
        As for `new_rows.make_rows`.
    """
    engine, search, chosen, drawn_from = table.engine, Search(table), [], []
    gathered = [search.gather(label) for label, _ in to_make]
    blocks = search.blocks(sum(n_rows for _, n_rows in gathered))
    join = partial(join_partial_lists, k=recipe.n_own)
    for (queries, n_rows), (_, n_new) in zip(gathered, to_make, strict=True):
        shards = search.shards(queries, n_rows, recipe.n_own)
        asking = search.ask(queries, shards, recipe.n_own)
        found = search.among_all(asking, blocks, find_nearest, join)
        choosing = {"recipe": recipe, "n_new": n_new}
        partners = engine.one(choose_partners, queries, shards, found, **choosing)
        parts = table.parts(table.survey.with_rows)
        fetched = engine.each(fetch, parts, partners, **search.reading)
        chosen.append(engine.one(join_parents, queries, partners, fetched))
        drawn_from.append(engine.one(get_are_others, partners))
    drawing = {"recipe": recipe, "random_state": random_state, "n_new": [n for _, n in to_make]}
    return chosen, engine.one(draw_shrunk, *drawn_from, **drawing)
