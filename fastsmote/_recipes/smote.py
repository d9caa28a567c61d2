"""SMOTE: make new rows between a row of a class and one of its nearest rows of the class."""

from dataclasses import dataclass

import numpy as np

from fastsmote._recipes.protocol import Bases
from fastsmote._synthesis.draws import DrawnPairs


@dataclass(frozen=True)
class SMOTERecipe:
    """`Recipe` of N. V. Chawla et al., "SMOTE", JAIR 16, 2002, section 4.2."""

    n_partners: int
    n_judged = 0
    partners = "own"
    takes_floats = False
    every_row_is_base = True

    @property
    def n_own(self):
        """The number of partners."""
        return self.n_partners

    def choose_bases(self, neighbor_rows, are_others, n_new):
        """Choose every row of the class."""
        return Bases(np.arange(len(neighbor_rows)), neighbor_rows[:, : self.n_partners])

    def open_stream(self, random_state):
        """Return the random state: an integer seed starts the same stream for each class."""
        return random_state

    def draw(self, stream, drawn_from, n_new, is_held=False):
        """Draw pairs of a base and a partner uniformly, and a gap for each pair."""
        return DrawnPairs(stream, drawn_from, self.n_partners, n_new, is_held)
