"""The plan of RandomOverSampler."""

from copy import deepcopy
from functools import partial
from numbers import Integral

import numpy as np

from fastsmote import over_sampling
from fastsmote._base.classes import check_are_integers
from fastsmote._cluster.picks import even_bounds
from fastsmote._cluster.random import snapshot
from fastsmote._cluster.sampler import Sampler
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


class RandomOverSampler(Sampler, over_sampling.RandomOverSampler):
    """Random over-sampling of tables in partitions."""

    _takes_any_columns = True

    def _check_parameters(self, kind):
        super()._check_parameters(kind)
        if self.shrinkage is not None:
            raise ValueError(
                f"shrinkage is {self.shrinkage!r}; for {kind} it must be None. To add noise to "
                f"tables in memory use {self._in_memory()}."
            )

    def _plan(self, table):
        asked, survey = self.sampling_strategy_, table.survey
        check_are_integers(asked, "new rows")
        n_new = [int(n) for n in asked.values()]
        drawing = {"class_sizes": [survey.n_rows_of(label) for label in asked], "n_new": n_new}
        random_state = snapshot(self.random_state)
        drawn = table.engine.one(draw_again, random_state=random_state, **drawing)
        if not isinstance(self.random_state, Integral):
            list(draw_repeated_places(self.random_state, **drawing))  # an instance advances
        pieces = [every_row(survey)]
        for number, (label, n) in enumerate(zip(asked, n_new, strict=True)):
            counts = survey.counts[:, survey.code_of(label)]
            which = {"number": number, "label": label, "before": np.cumsum(counts) - counts}
            bounds = even_bounds(n, survey.n_partitions_for(n))
            if n > 0:
                pieces.append(PickedRows(bounds, partial(select, **which), (drawn,)))
        return pieces
