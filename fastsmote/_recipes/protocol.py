"""The protocol of recipes for over-samplers, and the steps of an executor.

An executor takes four steps for the classes to over-sample, in the order of
``sampling_strategy_``:

1. For every row of the class, it finds the `n_own` nearest rows of the class. If `n_judged`
   is not 0, it also finds whether each of the `n_judged` nearest rows of all classes belongs
   to another class.
2. It calls `choose_bases` with these lists, in ascending order of their rows. If no base is
   chosen, the class gets no new rows.
3. It calls `draw` with the stream that `open_stream` returned, one class after the other.
   All random numbers come from `draw`, so the draws do not depend on the executor.
4. It interpolates the drawn rows (`fastsmote._synthesis.provenance`).

Executors find the lists in different ways. All of them order neighbors by (squared distance,
row number). Lists from different parts of a table are joined in this order, so the result does
not depend on how the table is split:

=============  ====================================  =====================================
rows           within a class, and among all rows    partial lists
=============  ====================================  =====================================
dense          `ClassIndex`                          trees improve one heap
sparse         `InvertedIndex`                       inverted indexes improve one heap
blocks         `streaming.RunningLists`              `streaming.PartialLists`, added in turn
partitions     `_cluster.search.Search`              `streaming.join_partial_lists`, as tasks
=============  ====================================  =====================================
"""

from typing import NamedTuple, Protocol

import numpy as np


class Bases(NamedTuple):
    """The rows of one class that new rows start from, and the neighbors of each."""

    places: np.ndarray  # (n_bases,) places among the rows of the class, ascending
    partner_rows: np.ndarray  # (n_bases, k) row numbers of the executor
    n_of_each: np.ndarray | None = None  # (n_bases,) new rows per base; None: bases are drawn

    @property
    def drawn_from(self):
        """The argument of `Recipe.draw`: the number of bases, or `n_of_each`."""
        return len(self.places) if self.n_of_each is None else self.n_of_each


class Recipe(Protocol):
    """The decisions and draws of one over-sampler.

    Attributes
    ----------
    n_partners : int
        The number of neighbors that a base may be paired with.
    n_own : int
        The number of nearest rows of its own class that are found for each row.
    n_judged : int
        The number of nearest rows of all classes that decide about a row; 0 if the sampler
        does not need them.
    partners : {"own", "all"}
        Whether bases are paired with rows of their own class or of all classes.
    takes_floats : bool
        Whether the number of rows to make may be a non-integer.
    every_row_is_base : bool
        Whether new rows start from every row of a class.
    """

    n_partners: int
    n_own: int
    n_judged: int
    partners: str
    takes_floats: bool
    every_row_is_base: bool

    def choose_bases(self, neighbor_rows, are_others, n_new):
        """Choose the rows of one class that new rows start from.

        Parameters
        ----------
        neighbor_rows : ndarray of shape (n_rows, n_own or more), int64
            The neighbors of each row of the class, nearest first; `partners` gives the
            classes searched.
        are_others : ndarray of shape (n_rows, n_judged), bool, or None
            Whether each of the nearest rows of all classes belongs to another class.
        n_new : int or float
            The number of rows to make.

        Returns
        -------
        Bases
        """

    def open_stream(self, random_state):
        """Return the random state of a whole call; an instance continues from class to class."""

    def draw(self, stream, drawn_from, n_new, is_held=False):
        """Draw the new rows of one class.

        Parameters
        ----------
        stream : what `open_stream` returned
        drawn_from : int or ndarray
            `Bases.drawn_from`.
        n_new : int or float
        is_held : bool
            Whether the draws are held in memory. If False, each range is drawn again when
            it is needed.

        Returns
        -------
        DrawnPairs or DrawnGivenCounts
        """
