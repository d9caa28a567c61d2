"""Tasks of over-sampling: who may be joined with whom, what is drawn, and the new rows."""

from copy import deepcopy

import numpy as np
from sklearn.utils import check_random_state

from fastsmote._rules.danger import are_in_danger
from fastsmote._rules.density import rows_by_density
from fastsmote._synthesis.draws import DrawnGivenCounts, DrawnPairs
from fastsmote._synthesis.provenance import Parents


def find_parents(queries, shards, k):
    """SMOTE: every row of a class with its nearest of the class."""
    neighbors = np.empty((len(queries.rows), k), np.int64)
    for own in shards:
        neighbors[own.query_rows] = own.neighbor_rows[:, :k]
    return Parents(None, queries.X, queries.rows, neighbors)


def _find_others(queries, shards, found, k):
    """Of the k nearest of each query among all rows, which are of another class."""
    are_others = np.empty((len(queries.rows), k), bool)
    for own, (places, _, rows) in zip(shards, found, strict=True):
        # Every query has found k rows, so that the places are those of all of them.
        are_others[own.query_rows[places]] = ~queries.are_among(rows[:, :k])[0]
    return are_others


def find_parents_in_danger(queries, shards, found, sampler):
    """Borderline-SMOTE 1: the rows in danger with their nearest of the class."""
    are_others = _find_others(queries, shards, found, sampler.m_neighbors)
    bases = np.flatnonzero(are_in_danger(are_others, sampler.m_neighbors))
    neighbors = find_parents(queries, shards, sampler.k_neighbors).neighbor_rows[bases]
    return Parents(None, queries.X, queries.rows, neighbors, bases)


def count_new(queries, shards, found, sampler, n_new):
    """ADASYN: how many new rows each row is the base of."""
    are_others = _find_others(queries, shards, found, sampler.n_neighbors)
    return rows_by_density(are_others, n_new)


def count_bases(parents):
    """How many rows new ones may be made from."""
    return len(parents.bases)


def draw_pairs_of(random_state, n_bases, k, n_new):
    """SMOTE's draws of every class, one after the other; None where there are no bases."""
    return [
        DrawnPairs(random_state, of_class, k, n) if of_class else None
        for of_class, n in zip(n_bases, n_new, strict=True)
    ]


def draw_pairs(n_bases, random_state, k, n_new):
    """The same, as a task, which may be run again: it draws from a copy."""
    return draw_pairs_of(deepcopy(random_state), n_bases, k, n_new)


def draw_given_counts(counts, random_state, k):
    """ADASYN's draws of every class, from one stream."""
    random_state = check_random_state(deepcopy(random_state))
    return [DrawnGivenCounts(random_state, k, of_class) for of_class in counts]


def _range(draws, number, part, n_partitions):
    """Which of a class's new rows one partition holds, and after how many other new rows."""
    before = sum(each.n_new for each in draws[:number] if each is not None)
    n_new = 0 if draws[number] is None else draws[number].n_new
    return part * n_new // n_partitions, (part + 1) * n_new // n_partitions, before


def make_rows(parents, draws, number, part, n_partitions, first_row, rows):
    """One partition of synthetic rows."""
    start, stop, before = _range(draws, number, part, n_partitions)
    if start == stop:
        return rows.write(parents.X[:0], first_row)
    made, _ = parents.make(draws[number].take(start, stop))
    return rows.write(made, first_row + before + start)


def make_labels(draws, number, part, n_partitions, first_row, rows, label, dtype):
    """The same partition of the target."""
    start, stop, before = _range(draws, number, part, n_partitions)
    return rows.write(label, stop - start, dtype, first_row + before + start)
