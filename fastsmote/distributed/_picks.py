"""Tasks of random under-sampling: what is drawn, and the rows from where they are."""

from copy import deepcopy
from typing import NamedTuple

import numpy as np

from fastsmote._recipes.random_sampling import draw_kept_places


class Picks(NamedTuple):
    """The rows that were drawn, in the order of the output."""

    parts: np.ndarray  # (n_kept,) the partition of each
    codes: np.ndarray  # (n_kept,) the class
    places: np.ndarray  # (n_kept,) among the partition's rows of the class


def draw_picks(random_state, counts, n_kept, replacement):
    """Class by class, of targeted ones as drawn.

    ``counts`` are the rows of each partition and class, ``n_kept`` a number or None, for
    all, of each class.
    """
    drawn, sizes = [], counts.sum(axis=0).tolist()
    kept = draw_kept_places(random_state, sizes, n_kept, replacement)
    for code, rows in enumerate(kept):
        stops = np.cumsum(counts[:, code])
        parts = np.searchsorted(stops, rows, side="right")
        places = rows - (stops - counts[:, code])[parts]
        drawn.append((parts.astype(np.int32), np.full(len(rows), code, np.int32), places))
    return Picks(*(np.concatenate(column) for column in zip(*drawn, strict=True)))


def draw_picks_again(random_state, **drawing):
    return draw_picks(deepcopy(random_state), **drawing)


def _places_picked(picks, classes, labels, number, start, stop):
    """Of a stretch of the output its rows from one partition: where they go and stand."""
    where = np.flatnonzero(picks.parts[start:stop] == number)
    places = np.empty(len(where), np.int64)
    codes, in_class = picks.codes[start:stop][where], picks.places[start:stop][where]
    for code, label in enumerate(labels):
        is_of_class = codes == code
        places[is_of_class] = classes.places_of(label)[in_class[is_of_class]]
    return where, places


def pick(part, classes, picks, first_row, rows, **stretch):
    """Those rows of a partition, and where they go."""
    classes.check_rows_of(part, first_row)
    where, places = _places_picked(picks, classes, **stretch)
    return where, rows.take(part, places)


def pick_rows(classes, picks, first_row, **stretch):
    """Their numbers, and where they go."""
    where, places = _places_picked(picks, classes, **stretch)
    return where, first_row + places


def put(picked, rows):
    """The stretch of the output."""
    where = np.concatenate([places for places, _ in picked])
    order = np.empty(len(where), np.int64)
    order[where] = np.arange(len(where))
    return rows.join([part for _, part in picked], order)
