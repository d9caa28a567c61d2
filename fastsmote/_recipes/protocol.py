"""What a recipe of an over-sampler offers, and what an executor does with it.

An executor takes four steps for the classes to over-sample, in the order of
``sampling_strategy_``:

1. It finds neighbor lists of every row of the class: the `n_own` nearest rows of the same
   class, and, if `n_judged` is not 0, whether each of the `n_judged` nearest rows of all
   classes is of another class.
2. It calls `choose_bases` with the lists, in ascending order of the rows that they belong to.
   A class for which no base is chosen gets no new rows.
3. It calls `draw` with the stream that `open_stream` returned, one class after the other.
   Every random number comes from there, so that the executor has no influence on the draws.
4. It interpolates the rows that were drawn (`fastsmote._synthesis.provenance`).

How the lists come about differs between executors. All of them order neighbors by (squared
distance, row number). Lists that were found in different parts of a table are therefore
joined by that order, and do not depend on how the table was cut into parts:

=============  ====================================  =====================================
rows           within a class, and among all rows    partial lists
=============  ====================================  =====================================
dense          `ClassIndex`                          trees improve one heap
sparse         `InvertedIndex`                       inverted indexes improve one heap
blocks         `streaming.RunningLists`              `streaming.PartialLists`, added in turn
partitions     `distributed._search.Search`          `streaming.join_partial_lists`, as tasks
=============  ====================================  =====================================
"""

from typing import NamedTuple, Protocol

import numpy as np


class Bases(NamedTuple):
    """The rows of one class that new rows start from, and where they may go."""

    places: np.ndarray  # (n_bases,) which rows of the class, ascending
    partner_rows: np.ndarray  # (n_bases, k) the neighbors of each, in the executor's numbers
    n_of_each: np.ndarray | None = None  # (n_bases,) new rows of each base; None: as drawn

    @property
    def drawn_from(self):
        """What `Recipe.draw` needs to know of the bases: their number, or `n_of_each`."""
        return len(self.places) if self.n_of_each is None else self.n_of_each


class Recipe(Protocol):
    """What one over-sampler decides.

    Attributes
    ----------
    n_partners : int
        How many neighbors a base may be joined with.
    n_own : int
        How many nearest rows of its own class each row needs.
    n_judged : int
        Among how many nearest rows of all classes a row is judged; 0 if it is not.
    partners : {"own", "all"}
        Whether bases are joined with rows of their own class or of all classes.
    takes_floats : bool
        Whether a number of rows to make need not be an integer.
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
            For each row of the class its neighbors among `partners`, nearest first.
        are_others : ndarray of shape (n_rows, n_judged), bool, or None
            For each of the nearest rows of all classes whether it is of another class.
        n_new : int or float
            How many rows to make.

        Returns
        -------
        Bases
        """

    def open_stream(self, random_state):
        """The random state of a whole call: an instance continues from class to class."""

    def draw(self, stream, drawn_from, n_new, is_held=False):
        """Draw the new rows of one class.

        Parameters
        ----------
        stream : what `open_stream` returned
        drawn_from : int or ndarray
            `Bases.drawn_from`.
        n_new : int or float
        is_held : bool
            Whether the draws are held in memory. Otherwise any range of them is drawn again.

        Returns
        -------
        DrawnPairs or DrawnGivenCounts
        """
