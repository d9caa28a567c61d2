"""Tasks of over-sampling: run a recipe's choices and draws, and make the new rows."""

from copy import deepcopy

import numpy as np

from fastsmote._synthesis.provenance import Parents


def _own_rows(queries, shards, k):
    """Return the nearest rows of each query in its class, as places among the queries."""
    neighbor_rows = np.empty((len(queries.rows), k), np.int64)
    for own in shards:
        neighbor_rows[own.query_rows] = own.neighbor_rows[:, :k]
    return neighbor_rows


def _are_others(queries, shards, found, k):
    """Whether each of the k nearest rows of each query belongs to another class."""
    are_others = np.empty((len(queries.rows), k), bool)
    for own, lists in zip(shards, found, strict=True):
        # Every query finds k rows, so lists.queries contains every query of the shard.
        is_own, _ = queries.are_among(lists.neighbor_rows[:, :k])
        are_others[own.query_rows[lists.queries]] = ~is_own
    return are_others


def choose_parents(queries, shards, *found, recipe, n_new):
    """Choose base rows and partners in a class; also return the recipe's `drawn_from`.

    ``found`` has the lists of the shards among all rows, if the recipe judges rows by them.
    """
    neighbor_rows = _own_rows(queries, shards, recipe.n_own)
    are_others = None
    if recipe.n_judged:
        are_others = _are_others(queries, shards, *found, recipe.n_judged)
    bases = recipe.choose_bases(neighbor_rows, are_others, n_new)
    parents = Parents(None, queries.X, queries.rows, bases.partner_rows, bases.places)
    return parents, bases.drawn_from


def get_drawn_from(chosen):
    """Return `drawn_from` from the result of `choose_parents`."""
    return chosen[1]


def draw_all(drawn_from, recipe, random_state, n_new):
    """Draw the new rows of every class, one class after the other.

    The result for a class without base rows is None.
    """
    stream, draws = recipe.open_stream(random_state), []
    for of_class, n in zip(drawn_from, n_new, strict=True):
        has_bases = np.size(of_class) > 1 or of_class > 0
        draws.append(recipe.draw(stream, of_class, n) if has_bases else None)
    return draws


def draw_all_again(*counted, recipe, random_state, n_new, known=()):
    """Draw from a copy of the random state, so that the task can run again.

    What each class is drawn from is known to the plan, or is the result of another task.
    """
    return draw_all([*known, *counted], recipe, deepcopy(random_state), n_new)


def _range(draws, number, partition, n_partitions):
    """Return the range of the class's new rows in a partition, and how many rows precede them.

    The rows that precede are the new rows of earlier classes.
    """
    before = sum(each.n_new for each in draws[:number] if each is not None)
    n_new = 0 if draws[number] is None else draws[number].n_new
    start, stop = partition * n_new // n_partitions, (partition + 1) * n_new // n_partitions
    return start, stop, before


def make_rows(partition, chosen, draws, rules=None, *, number, n_partitions, n_originals):
    """Return one partition of synthetic rows, whose values obey the rules, and their numbers.

    Parameters
    ----------
    partition : int
        The number of the partition among those of the class.
    chosen : tuple
        The result of `choose_parents`.
    draws : list
        The result of `draw_all`.
    rules : ValueRules, default=None
    number : int
        The number of the class among the over-sampled classes.
    n_partitions : int
        The number of partitions of new rows of the class.
    n_originals : int
        The number of rows of the input.

    Returns
    -------
    X : ndarray of shape (n, n_features)
    row_numbers : range
    """
    parents, _ = chosen
    start, stop, before = _range(draws, number, partition, n_partitions)
    rows = range(n_originals + before + start, n_originals + before + stop)
    if start == stop:
        return parents.X[:0], rows
    made, _ = parents.make(draws[number].take(start, stop), rules)
    return made, rows


def number_rows(partition, draws, *, number, n_partitions, n_originals):
    """Return only the numbers of the rows that `make_rows` makes."""
    start, stop, before = _range(draws, number, partition, n_partitions)
    return range(n_originals + before + start, n_originals + before + stop)
