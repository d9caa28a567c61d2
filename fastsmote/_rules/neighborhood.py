"""Types of rows by their neighborhood: safe, borderline, rare or outlier.

The type of a row depends on how many of its k nearest rows belong to its own class. The k nearest
rows need not be found for every row. Let t be the smallest number that makes a row safe. If t rows
of its class come before its nearest row of another class, the row is safe. It is then not
an end of a Tomek link either. So most rows need only the comparison of `edited`: bounds from the
row's own block, the nearest row of another class within the bound, and a count of own rows. The
k nearest rows of all classes are searched for the other rows only.

Equal rows need care. t copies of a row in its own class may come before a copy in another class,
because their row numbers are lower. Such a row is safe, and nevertheless contradicted. So copies
are recognized by the distance of the nearest row of another class, before rows are counted.
"""

from typing import NamedTuple

import numpy as np

from fastsmote._search.lists import NO_ROW, Limits, NeighborLists

TYPES = ("safe", "borderline", "rare", "outlier")
TENTHS = (7, 3, 1)  # a type needs a larger share of own neighbors; the last type needs no share


class Neighborhoods(NamedTuple):
    """What the neighborhood says of each row."""

    types: np.ndarray  # (n_rows,) int8, places in TYPES
    is_link_end: np.ndarray  # (n_rows,) bool, whether the row is an end of a Tomek link
    is_contradicted: np.ndarray  # (n_rows,) bool, whether a copy of the row has another label


def types_of(n_own, k):
    """Return the type of rows, given how many of their k neighbors belong to their own class.

    Parameters
    ----------
    n_own : int or ndarray of int
    k : int >= 1

    Returns
    -------
    types : int8 or ndarray of int8
        Places in `TYPES`.

    References
    ----------
    K. Napierala, J. Stefanowski, "Types of minority class examples and their influence on learning
    classifiers from imbalanced data", Journal of Intelligent Information Systems 46, 563-597,
    2016: 5 or 4 of 5 safe, 3 or 2 borderline, 1 rare, 0 outlier.
    """
    return sum((10 * np.asarray(n_own) <= tenths * k).astype(np.int8) for tenths in TENTHS)


def votes_of_a_safe_row(k):
    """Return how many of k neighbors must be of a row's class to make it safe."""
    return TENTHS[0] * k // 10 + 1


def judge_neighborhoods(index, codes, k):
    """Find the type of every row, the ends of Tomek links and the contradicted rows.

    Parameters
    ----------
    index : {ClassIndex, InvertedIndex}
        The index of all classes. Each class has a row.
    codes : ndarray of shape (n_rows,), int64
        The class of each row.
    k : int >= 1
        Less than the number of rows.

    Returns
    -------
    Neighborhoods
    """
    types, nearest = np.zeros(len(codes), np.int8), np.full(len(codes), -1)
    is_copy = np.zeros(len(codes), bool)
    for code in range(len(index.class_rows)):
        open_rows, enemies = _compare(index, code, votes_of_a_safe_row(k), is_copy)
        found = index.among_all(code, NeighborLists(open_rows, k)).neighbor_rows
        types[open_rows] = types_of((codes[found] == code).sum(axis=1), k)
        nearest[enemies.query_rows] = enemies.neighbor_rows
    ends = np.flatnonzero(nearest >= 0)
    is_link_end = np.zeros(len(codes), bool)
    is_link_end[ends] = nearest[nearest[ends]] == ends
    return Neighborhoods(types, is_link_end, _contradicted(index, codes, is_copy))


def _compare(index, code, n_wanted, is_copy):
    """Find the rows of a class before whose nearest other row fewer than n_wanted own rows come.

    Marks in ``is_copy`` the rows at distance 0 from a row of another class.

    Returns
    -------
    open_rows : ndarray of int64
    enemies : Limits
        The rows whose nearest row of all belongs to another class, and that row.
    """
    rows = index.rows_in_order(code)
    bounds = index.bound_within(code, rows, n_wanted)
    lists = NeighborLists.before(Limits.within(rows, bounds.sq_distances), 1)
    others = Limits.of_last(index.among_others(code, lists))
    others = others.take((others.neighbor_rows != NO_ROW) | np.isinf(bounds.sq_distances))
    is_copy[others.query_rows[others.sq_distances == 0.0]] = True
    counts = index.count_before(code, others, n_wanted, are_bounded=True)
    return others.query_rows[~counts.are_enough()], others.take(counts.n_counted == 0)


def _contradicted(index, codes, is_copy):
    """Whether each row has an exact copy of another class.

    Rows at distance 0 may differ, because the square of a tiny difference underflows.
    """
    rows = np.flatnonzero(is_copy)
    is_contradicted = np.zeros(len(codes), bool)
    if len(rows) == 0:
        return is_contradicted
    ids, of_rows = index.copy_ids(rows), codes[rows]
    of_ids = np.empty(ids.max() + 1, np.int64)
    of_ids[ids] = of_rows  # the class of any one of the copies
    is_mixed = np.zeros(len(of_ids), bool)
    is_mixed[ids[of_ids[ids] != of_rows]] = True
    is_contradicted[rows] = is_mixed[ids]
    return is_contradicted
