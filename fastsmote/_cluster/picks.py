"""Tasks of random under-sampling: draw rows, and find them in the partitions."""

from copy import deepcopy
from typing import NamedTuple

import numpy as np

from fastsmote._recipes.random_sampling import draw_kept_places


class Picks(NamedTuple):
    """The drawn rows, in the order of the output."""

    partitions: np.ndarray  # (n_kept,) number of the partition
    codes: np.ndarray  # (n_kept,) code of the class
    places: np.ndarray  # (n_kept,) place among the rows of the class in the partition


def draw_picks(random_state, counts, n_kept, replacement):
    """Draw the rows to keep, class by class; rows of other than targeted classes are all kept.

    ``counts`` holds the number of rows per partition and class. ``n_kept`` holds, for each
    class, the number of rows to keep, or None to keep all rows.
    """
    drawn, sizes = [], counts.sum(axis=0).tolist()
    kept = draw_kept_places(random_state, sizes, n_kept, replacement)
    for code, rows in enumerate(kept):
        stops = np.cumsum(counts[:, code])
        partitions = np.searchsorted(stops, rows, side="right")
        places = rows - (stops - counts[:, code])[partitions]
        drawn.append((partitions.astype(np.int32), np.full(len(rows), code, np.int32), places))
    return Picks(*(np.concatenate(column) for column in zip(*drawn, strict=True)))


def draw_picks_again(random_state, **drawing):
    """Draw from a copy of the random state, so that the task can run again."""
    return draw_picks(deepcopy(random_state), **drawing)


def select_picked(classes, place, start, stop, picks, labels):
    """Return, for a range of the output, the rows that come from one partition.

    They are two arrays: places in the range, and places in the partition. ``labels`` are those
    of the codes of the picks.
    """
    where = np.flatnonzero(picks.partitions[start:stop] == place.number)
    places = np.empty(len(where), np.int64)
    codes, in_class = picks.codes[start:stop][where], picks.places[start:stop][where]
    for code, label in enumerate(labels):
        is_of_class = codes == code
        places[is_of_class] = classes.places_of(label)[in_class[is_of_class]]
    return where, places


def order_of(where):
    """Return the order that puts the rows from all partitions into a range of the output.

    Parameters
    ----------
    where : list of ndarray
        The places in the range of the rows that come from each partition.
    """
    where = np.concatenate(where)
    order = np.empty(len(where), np.int64)
    order[where] = np.arange(len(where))
    return order


def even_bounds(n_rows, n_partitions):
    """Return the bounds of partitions of nearly equal sizes; see `table.PickedRows`."""
    return [i * n_rows // n_partitions for i in range(n_partitions + 1)]
