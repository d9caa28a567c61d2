"""The plan of NearMiss, version 1."""

from functools import partial

import numpy as np

from fastsmote._base.classes import check_are_integers
from fastsmote._cluster.buckets import NumberedRows
from fastsmote._cluster.picks import even_bounds
from fastsmote._cluster.search import NotFinite, Search, read_partition
from fastsmote._cluster.table import KeptRows, PickedRows
from fastsmote._recipes.near_miss import distance_sums, least_sums
from fastsmote._search.lists import check_enough_rows
from fastsmote._search.streaming import Block, RunningLists

# Tasks


def take_class(partition, classes, place, label, **reading):
    """Return the rows of a class in a partition, or `NotFinite`."""
    X = read_partition(partition, classes, place, **reading)
    if isinstance(X, NotFinite):
        return X
    places = classes.places_of(label)
    return NumberedRows(X[places], place.first_row + places)


def gather(parts):
    """Return the `Block` of some rows of all partitions."""
    NotFinite.raise_first(parts)
    return Block(*NumberedRows.join(parts))


def find_least(partition, classes, place, minority, n_neighbors, n_kept, **reading):
    """Find the rows of a partition with the smallest sums of distances.

    Parameters
    ----------
    minority : Block
    n_neighbors : int
        The number of nearest minority rows of which the distances are summed.
    n_kept : dict
        The number of rows to keep of each targeted class.

    Returns
    -------
    dict of {label: (sums, rows)}, or NotFinite
    """
    X = read_partition(partition, classes, place, **reading)
    if isinstance(X, NotFinite):
        return X
    least = {}
    for label, n in n_kept.items():
        places = classes.places_of(label)
        nearest = RunningLists(X[places], n_neighbors)
        nearest.add(nearest.find(minority))
        sums = distance_sums(nearest.sq_distances)
        least[label] = least_sums(sums, place.first_row + places, n)
    return least


def join_least(found, n_kept):
    """Join results of `find_least`; a result that is `NotFinite` is returned instead."""
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


def select_near(table, asked, n_neighbors, version=1):
    """Plan `NearMiss`.

    Parameters
    ----------
    table : Table
    asked : dict
        The number of rows to keep of each targeted class.
    n_neighbors : int >= 1
    version : {1}, default=1

    Returns
    -------
    list of KeptRows and PickedRows

    Raises
    ------
    TypeError
        If a number of rows to keep is not an integer.
    ValueError
        If the version is not 1, or if there are fewer minority rows than n_neighbors.
    """
    if version != 1:
        raise ValueError(
            f"version is {version}, it must be 1. For versions 2 and 3 use "
            f"fastsmote.under_sampling.NearMiss on a table in memory."
        )
    check_are_integers(asked, "rows to keep")
    survey, reading = table.survey, Search(table).reading
    minority = survey.labels.tolist()[survey.smallest()]
    n_kept = {label: int(asked[label]) for label in survey.labels.tolist() if label in asked}
    for label in n_kept:
        check_enough_rows(n_neighbors, survey.n_rows_of(minority), survey.n_rows_of(label))
    parts = table.parts(survey.partitions_with(minority))
    gathered = table.engine.one(
        gather, table.engine.each(take_class, parts, label=minority, **reading)
    )
    parts, literals = table.parts(survey.with_rows), {"n_kept": n_kept, "n_neighbors": n_neighbors}
    found = table.engine.each(find_least, parts, gathered, **literals, **reading)
    least = table.engine.reduce(partial(join_least, n_kept=n_kept), found)
    selected = table.engine.one(selected_rows, least)
    return [_piece(survey, label, n_kept.get(label), selected) for label in survey.labels.tolist()]


def _piece(survey, label, n_kept, selected):
    if n_kept is None:
        return KeptRows(survey.partitions_with(label), partial(places_of, label=label))
    bounds = even_bounds(n_kept, survey.n_partitions_for(n_kept))
    return PickedRows(bounds, partial(select, label=label), (selected,))
