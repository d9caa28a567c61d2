"""Tasks of over-sampling: what a recipe chooses and draws, and the new rows."""

from copy import deepcopy

import numpy as np

from fastsmote._synthesis.provenance import Parents


def _own_rows(queries, shards, k):
    """The nearest of its class for each query, by their places among the queries."""
    neighbor_rows = np.empty((len(queries.rows), k), np.int64)
    for own in shards:
        neighbor_rows[own.query_rows] = own.neighbor_rows[:, :k]
    return neighbor_rows


def _are_others(queries, shards, found, k):
    """Of the k nearest of each query among all rows, which are of another class."""
    are_others = np.empty((len(queries.rows), k), bool)
    for own, lists in zip(shards, found, strict=True):
        # Every query has found k rows, so that the places are those of all of them.
        is_own, _ = queries.are_among(lists.neighbor_rows[:, :k])
        are_others[own.query_rows[lists.queries]] = ~is_own
    return are_others


def choose_parents(queries, shards, found, recipe, n_new):
    """The rows of a class that new rows start from, and what their draws depend on."""
    neighbor_rows = _own_rows(queries, shards, recipe.n_own)
    are_others = None
    if recipe.n_judged:
        are_others = _are_others(queries, shards, found, recipe.n_judged)
    bases = recipe.choose_bases(neighbor_rows, are_others, n_new)
    parents = Parents(None, queries.X, queries.rows, bases.partner_rows, bases.places)
    return parents, bases.drawn_from


def get_drawn_from(chosen):
    """What the draws of a class depend on."""
    return chosen[1]


def draw_all(drawn_from, recipe, random_state, n_new):
    """The draws of every class, one after the other; None for a class without bases."""
    stream, draws = recipe.open_stream(random_state), []
    for of_class, n in zip(drawn_from, n_new, strict=True):
        has_bases = np.size(of_class) > 1 or of_class > 0
        draws.append(recipe.draw(stream, of_class, n) if has_bases else None)
    return draws


def draw_all_again(drawn_from, recipe, random_state, n_new):
    """The same as a task, which may run more than once: it draws from a copy."""
    return draw_all(drawn_from, recipe, deepcopy(random_state), n_new)


def _range(draws, number, part, n_partitions):
    """Which of a class's new rows one partition holds, and after how many other new rows."""
    before = sum(each.n_new for each in draws[:number] if each is not None)
    n_new = 0 if draws[number] is None else draws[number].n_new
    return part * n_new // n_partitions, (part + 1) * n_new // n_partitions, before


def make_rows(chosen, draws, number, part, n_partitions, first_row, rows):
    """One partition of synthetic rows."""
    parents, _ = chosen
    start, stop, before = _range(draws, number, part, n_partitions)
    if start == stop:
        return rows.write(parents.X[:0], first_row)
    made, _ = parents.make(draws[number].take(start, stop))
    return rows.write(made, first_row + before + start)


def make_labels(draws, number, part, n_partitions, first_row, rows, label, dtype):
    """The same partition of the target."""
    start, stop, before = _range(draws, number, part, n_partitions)
    return rows.write(label, stop - start, dtype, first_row + before + start)
