"""Cleaning: remove rows, given the nearest rows of all classes of each judged row.

In memory, the samplers decide most rows without finding all their neighbors
(`fastsmote._rules.edited`, `tomek`). The executors of files and clusters find complete lists, part
by part, and then follow these recipes. The rows removed are the same.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from fastsmote._rules.edited import agree_with_neighbors, count_votes


class Cleaning(Protocol):
    """The decisions of one cleaning sampler.

    Attributes
    ----------
    n_judged : int
        The number of nearest rows of all classes that are found for each judged row.
    judged : tuple of int
        The codes of the classes whose rows are judged.
    is_by_class : bool
        Whether the output has the kept rows class by class, in the order of the codes. If False,
        it has them in their order in the table.
    """

    n_judged: int
    judged: tuple
    is_by_class: bool

    def judge(self, rows, neighbor_rows, codes):
        """Return the judgments on some judged rows: an array whose meaning only `removed` knows.

        Parameters
        ----------
        rows : ndarray of shape (n,), int64
        neighbor_rows : ndarray of shape (n, n_judged), int64
            The nearest rows of all classes, nearest first, without the row itself.
        codes : ndarray of shape (n_rows_of_the_table,), int
            The class of every row of the table.

        Returns
        -------
        ndarray
            Results of several calls are joined by `np.concatenate`.
        """

    def removed(self, judgments, codes):
        """Return the rows to remove, ascending, from the joined results of `judge`."""


@dataclass(frozen=True)
class EditedNearestNeighboursRecipe:
    """`Cleaning` of D. L. Wilson, 1972, section III: remove rows that disagree with neighbors."""

    n_judged: int
    judged: tuple
    kind_sel: str = "all"
    is_by_class = True

    def judge(self, rows, neighbor_rows, codes):
        """Return the rows to remove."""
        return rows[~agree_with_neighbors(codes[rows], codes[neighbor_rows], self.kind_sel)]

    def removed(self, judgments, codes):
        """Return the rows in ascending order."""
        return np.unique(judgments)


@dataclass(frozen=True)
class NeighbourhoodCleaningRecipe:
    """`Cleaning` of J. Laurikkala, 2001, section 3.

    Targeted rows are removed as by `EditedNearestNeighboursRecipe` with "mode". If a minority row
    is misclassified by itself and its n_judged - 1 nearest rows, those of its n_judged neighbors
    that are of a class in `cleaned` are removed.
    """

    n_judged: int
    targeted: tuple  # codes of the classes that the first step edits
    minority: int  # code of the smallest class
    cleaned: tuple  # codes of the classes from which the second step removes rows
    is_by_class = False

    @property
    def judged(self):
        """The targeted classes and the minority."""
        return tuple(sorted({*self.targeted, self.minority}))

    def judge(self, rows, neighbor_rows, codes):
        """Return the rows to remove."""
        found, own, others = [], codes[rows], codes[neighbor_rows]
        is_targeted = np.isin(own, self.targeted)
        stays = agree_with_neighbors(own[is_targeted], others[is_targeted], "mode")
        found.append(rows[is_targeted][~stays])
        is_minority = own == self.minority
        voters = np.column_stack([own[is_minority], others[is_minority, : self.n_judged - 1]])
        is_wrong = count_votes(voters).argmax(axis=1) != self.minority
        offending = neighbor_rows[is_minority][is_wrong].ravel()
        found.append(offending[np.isin(codes[offending], self.cleaned)])
        return np.concatenate(found)

    def removed(self, judgments, codes):
        """Return the rows in ascending order, each once."""
        return np.unique(judgments)


def classes_to_clean(sizes, targeted, minority, threshold_cleaning):
    """Return the codes of the targeted classes from which `NeighbourhoodCleaningRecipe` cleans.

    Parameters
    ----------
    sizes : list of int
        The number of rows of each class.
    targeted : tuple of int
    minority : int
    threshold_cleaning : float
        A class is cleaned if it has more than this many times the rows of the minority.
    """
    return tuple(code for code in targeted if sizes[code] > sizes[minority] * threshold_cleaning)


@dataclass(frozen=True)
class TomekLinksRecipe:
    """`Cleaning` of I. Tomek, 1976, section II: remove ends of pairs that are mutually nearest."""

    judged: tuple  # all classes
    targeted: tuple  # codes of the classes from which ends are removed
    n_judged = 1
    is_by_class = False

    def judge(self, rows, neighbor_rows, codes):
        """Return pairs of a row and its nearest row if the latter is of another class."""
        nearest = neighbor_rows[:, 0]
        is_enemy = codes[rows] != codes[nearest]
        return np.column_stack([rows[is_enemy], nearest[is_enemy]])

    def removed(self, judgments, codes):
        """Return the ends, of targeted classes, of pairs that were found from both ends."""
        nearest = np.full(len(codes), -1)
        nearest[judgments[:, 0]] = judgments[:, 1]
        is_link = nearest[judgments[:, 1]] == judgments[:, 0]
        ends = np.sort(judgments[is_link, 0])
        return ends[np.isin(codes[ends], self.targeted)]
