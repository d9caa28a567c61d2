"""The plan of RandomOverSampler."""

from copy import deepcopy
from functools import partial
from numbers import Integral

import numpy as np

from fastsmote._base.classes import check_are_integers
from fastsmote._cluster.picks import even_bounds
from fastsmote._cluster.random import snapshot
from fastsmote._cluster.table import PickedRows, every_row
from fastsmote._recipes.random_sampling import draw_repeated_places

# Tasks


def draw_again(random_state, class_sizes, n_new):
    """Draw from a copy of the random state, so that the task can run again."""
    return list(draw_repeated_places(deepcopy(random_state), class_sizes, n_new))


def select(classes, place, start, stop, drawn, number, label, before):
    """Return the repeated rows of a partition, and their places in a range of the new rows.

    Parameters
    ----------
    drawn : list of ndarray
        The places drawn among the rows of each class.
    number : int
        The class's place in this list.
    label : object
    before : ndarray of shape (n_partitions,), int
        The number of rows of the class in the partitions before each one.
    """
    of_class = classes.places_of(label)
    places = drawn[number][start:stop] - before[place.number]
    where = np.flatnonzero((places >= 0) & (places < len(of_class)))
    return where, of_class[places[where]]


# Plan


def repeat_rows(table, asked, random_state, shrinkage=None):
    """Plan `RandomOverSampler`.

    Parameters
    ----------
    table : Table
    asked : dict
        The number of new rows of each class.
    random_state : int, RandomState instance or None
        An instance advances as it does in memory.
    shrinkage : None

    Returns
    -------
    list of KeptRows and PickedRows

    Raises
    ------
    TypeError
        If a number of new rows is not an integer.
    ValueError
        If shrinkage is not None.
    """
    if shrinkage is not None:
        raise ValueError(
            f"shrinkage is {shrinkage!r}, it must be None: rows are repeated without noise. To add "
            f"noise use fastsmote.over_sampling.RandomOverSampler on a table in memory."
        )
    check_are_integers(asked, "new rows")
    survey, n_new = table.survey, [int(n) for n in asked.values()]
    drawing = {"class_sizes": [survey.n_rows_of(label) for label in asked], "n_new": n_new}
    drawn = table.engine.one(draw_again, random_state=snapshot(random_state), **drawing)
    if not isinstance(random_state, Integral):
        list(draw_repeated_places(random_state, **drawing))  # an instance advances
    pieces = [every_row(survey)]
    for number, (label, n) in enumerate(zip(asked, n_new, strict=True)):
        if n == 0:
            continue
        counts = survey.counts[:, survey.code_of(label)]
        which = {"number": number, "label": label, "before": np.cumsum(counts) - counts}
        bounds = even_bounds(n, survey.n_partitions_for(n))
        pieces.append(PickedRows(bounds, partial(select, **which), (drawn,)))
    return pieces
