"""Wilson's rule: a row stays if its neighbors agree with its class.

A row's k nearest rows need not be known. With two classes, at least t of them are of
its own class exactly when t rows of its own class come before its (k - t + 1)-th nearest
row of the other: were there fewer, k - t + 1 of the others would be among the first k.
So the rows of the other classes are searched, which are few, and then rows of the own
class are counted that come before, t of them at most. Interior rows find them at once.
"""

from typing import NamedTuple

import numpy as np

from fastsmote._search.lists import Limits, NeighborLists, check_enough_rows


class Verdict(NamedTuple):
    """Which rows of one class stay, and why."""

    rows: np.ndarray  # (n,)
    stays: np.ndarray  # (n,) bool
    witnesses: np.ndarray  # (n, t) while none of these is removed, a row that stays does


def own_votes_needed(code, k, kind):
    """How many of k neighbors have to be of a row's class, of two, for it to stay."""
    if kind == "all":
        return k
    return (k + 1) // 2 if code == 0 else k // 2 + 1  # the lower label wins a draw


def judge(index, code, rows, k, kind):
    """Ask the k nearest rows of all of some rows of one class.

    Parameters
    ----------
    index : ClassIndex
        Of all classes, in the order of their labels.
    code : int
        The class.
    rows : ndarray of shape (n,), int64
        Rows of it, neighbors in space near each other for speed.
    k : int >= 1
    kind : {"all", "mode"}
        Whether all of the neighbors must be of the class, or no class may have more;
        of classes with as many the lower label counts as more.

    Returns
    -------
    Verdict
    """
    check_enough_rows(k + 1, sum(map(len, index.class_rows)), len(rows))
    if kind == "mode" and len(index.class_rows) > 2:
        return _judge_by_vote(index, code, rows, k)
    n_own = own_votes_needed(code, k, kind)
    others = index.among_others(code, NeighborLists(rows, k - n_own + 1))
    own = index.count_before(code, Limits.of_last(others), n_own)
    return Verdict(rows, own.are_enough(), own.witnesses)


def _judge_by_vote(index, code, rows, k):
    """The mode among several classes, which needs to know all of the neighbors."""
    nearest = index.among_all(code, NeighborLists(rows, k))
    votes = np.zeros((len(rows), len(index.class_rows)), np.int64)
    for other, members in enumerate(index.class_rows):
        is_member = np.zeros(index.X.shape[0], bool)
        is_member[members] = True
        votes[:, other] = is_member[nearest.neighbor_rows].sum(axis=1)
    return Verdict(rows, votes.argmax(axis=1) == code, nearest.neighbor_rows)
