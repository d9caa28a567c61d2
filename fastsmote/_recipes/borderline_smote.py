"""Borderline-SMOTE: make new rows between a row in danger and one of its nearest rows."""

from dataclasses import dataclass

import numpy as np

from fastsmote._recipes.protocol import Bases
from fastsmote._rules.danger import are_in_danger
from fastsmote._synthesis.draws import DrawnPairs


@dataclass(frozen=True)
class BorderlineSMOTERecipe:
    """`Recipe` of H. Han et al., "Borderline-SMOTE", ICIC 2005, section 3.

    `partners` is "own" for borderline-1 and "all" for borderline-2. For borderline-2, the
    in-memory executor also draws the factors that shrink differences to rows of other classes.
    """

    n_partners: int
    n_judged: int
    partners: str = "own"
    takes_floats = False
    every_row_is_base = False

    @property
    def n_own(self):
        """The larger number: the lists of the own class also bound the search among all rows."""
        return max(self.n_partners, self.n_judged)

    def choose_bases(self, neighbor_rows, are_others, n_new):
        """Choose the rows in danger."""
        places = np.flatnonzero(are_in_danger(are_others, self.n_judged))
        return Bases(places, neighbor_rows[places, : self.n_partners])

    def open_stream(self, random_state):
        """Return the random state: an integer seed starts the same stream for each class."""
        return random_state

    def draw(self, stream, drawn_from, n_new, is_held=False):
        """Draw pairs of a base and a partner uniformly, and a gap for each pair."""
        return DrawnPairs(stream, drawn_from, self.n_partners, n_new, is_held)
