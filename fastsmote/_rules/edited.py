"""Wilson's rule: keep a row if its neighbors agree with its class.

The k nearest rows need not all be found. With two classes, at least t of the k belong to the
row's own class exactly if t rows of its class are nearer than its (k - t + 1)-th nearest row
of the other class: with fewer than t, k - t + 1 rows of the other class would be among the
k nearest. So the rule searches the other classes for that row, and then counts nearer rows
of the own class, up to t. A row in the interior of its class reaches t at once.

The rule may first look into a few blocks of the own class. The t-th nearest row found there
bounds the search of the other classes. If this search finds fewer than k - t + 1 rows within the
bound, the row is kept, and nothing is counted. How many blocks are worth a look depends on how
the classes overlap. It changes the time, not the result.
"""

from time import perf_counter
from typing import NamedTuple

import numpy as np

from fastsmote._kernels.layout import GROUP_ROWS
from fastsmote._search.lists import Limits, NeighborLists, check_enough_rows

# The number of blocks of its own class that a group of rows looks into first. Measured for the
# majority of 1.7 M x 15 beside as many rows of SMOTE: one block, 10.4 s; 8, 10.6; 16, 8.1; 32, 8.6;
# 64, 9.5. Beside a small or a far class, 0 or 1 takes less time. So large classes try each number
# on a sample of rows. Blocks of SMOTE's rows that hold whole segments between parents, in place
# of those of the tree, took four times as long: their boxes are larger.
LOOKS = (0, 1, 16)
FEW_ROWS, LOOK_OF_FEW = 2**16, 1
SAMPLE_ROWS, SAMPLED_SHARE, N_TRIALS = 1024, 2**-7, 2


class Verdict(NamedTuple):
    """Which rows of one class are kept, and the rows that this result depends on."""

    rows: np.ndarray  # (n,)
    stays: np.ndarray  # (n,) bool
    witnesses: np.ndarray  # (n, t) a kept row stays kept until one of these is removed


def own_votes_needed(code, k, kind_sel):
    """Return how many of k neighbors must be of a row's class to keep it, of two classes."""
    if kind_sel == "all":
        return k
    return (k + 1) // 2 if code == 0 else k // 2 + 1  # the lower label wins a tie


def judge(index, code, rows, k, kind_sel):
    """Decide which rows of one class are kept, given their k nearest rows of all classes.

    Parameters
    ----------
    index : ClassIndex
        The index of all classes, in the order of their labels.
    code : int
        The class.
    rows : ndarray of shape (n,), int64
        Rows of the class. The search is faster if rows near in space are near in this array.
    k : int >= 1
    kind_sel : {"all", "mode"}
        With "all", all neighbors must be of the class. With "mode", it must be the most
        frequent class among them; if several are equally frequent, the lowest label wins.

    Returns
    -------
    Verdict
    """
    check_enough_rows(k + 1, sum(map(len, index.class_rows)), len(rows))
    if kind_sel == "mode" and len(index.class_rows) > 2:
        return _judge_by_vote(index, code, rows, k)
    n_own = own_votes_needed(code, k, kind_sel)
    search = _Search(index, code, n_own, k - n_own + 1)
    n_blocks = LOOK_OF_FEW if len(rows) < FEW_ROWS else search.fastest_look(rows)
    return search.judge(rows, n_blocks)


class _Search(NamedTuple):
    """The search that decides whether rows of a class are kept."""

    index: object  # ClassIndex or InvertedIndex
    code: int
    n_own: int  # a row is kept if so many rows of its class ...
    n_others: int  # ... come before so many rows of other classes

    def judge(self, rows, n_blocks):
        """Decide which rows are kept after a look into some blocks of their own class."""
        own = NeighborLists(rows, self.n_own)
        if n_blocks:
            self.index.look_within(self.code, own, n_blocks)
        bounds = Limits.of_last(own)
        others = NeighborLists.before(bounds, self.n_others)
        nearest = Limits.of_last(self.index.among_others(self.code, others))
        is_open = nearest.neighbor_rows != bounds.neighbor_rows
        counts = self.index.count_before(self.code, nearest.take(is_open), self.n_own)
        stays, witnesses = ~is_open, own.neighbor_rows
        stays[is_open], witnesses[is_open] = counts.are_enough(), counts.witnesses
        return Verdict(rows, stays, witnesses)

    def fastest_look(self, rows):
        """Return the number of blocks with which a sample of the rows is judged fastest."""
        n_groups = int(min(SAMPLE_ROWS, len(rows) * SAMPLED_SHARE)) // GROUP_ROWS
        groups = np.linspace(0, len(rows) // GROUP_ROWS - 1, n_groups).astype(np.int64)
        sample = rows[(groups[:, None] * GROUP_ROWS + np.arange(GROUP_ROWS)).ravel()]
        self.judge(sample, max(LOOKS))  # builds trees and compiles
        seconds = np.empty((N_TRIALS, len(LOOKS)))
        for trial in range(N_TRIALS):
            for i, n_blocks in enumerate(LOOKS):
                start = perf_counter()
                self.judge(sample, n_blocks)
                seconds[trial, i] = perf_counter() - start
        return LOOKS[seconds.min(axis=0).argmin()]


def _judge_by_vote(index, code, rows, k):
    """Apply the rule "mode" to more than two classes, for which all neighbors are needed."""
    nearest = index.among_all(code, NeighborLists(rows, k))
    votes = np.zeros((len(rows), len(index.class_rows)), np.int64)
    for other, members in enumerate(index.class_rows):
        is_member = np.zeros(index.X.shape[0], bool)
        is_member[members] = True
        votes[:, other] = is_member[nearest.neighbor_rows].sum(axis=1)
    return Verdict(rows, votes.argmax(axis=1) == code, nearest.neighbor_rows)
