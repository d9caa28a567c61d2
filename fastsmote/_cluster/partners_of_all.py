"""Borderline-SMOTE 2: the partners of a base are rows of any class, which any partition may hold.

The lists among all rows name the partners by their numbers. A pass over the partitions fetches
their features.
"""

from copy import deepcopy
from functools import partial
from typing import NamedTuple

import numpy as np

from fastsmote._cluster.buckets import NumberedRows
from fastsmote._cluster.search import NotFinite, Search, find_nearest, read_partition
from fastsmote._search.streaming import join_partial_lists
from fastsmote._synthesis.draws import DrawnShrunk
from fastsmote._synthesis.provenance import Parents

# Values between tasks


class Partners(NamedTuple):
    """The bases of one class and their partners."""

    places: np.ndarray  # (n_bases,) places among the rows of the class
    rows: np.ndarray  # (n_bases, k) row numbers
    are_others: np.ndarray  # (n_bases, k) whether they are of another class


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
    return Parents(None, X, rows, neighbors, partners.places), len(partners.places)


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
        drawn.append(DrawnShrunk(random_state, draws, of_class))
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
