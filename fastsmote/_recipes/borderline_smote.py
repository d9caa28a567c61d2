"""Borderline-SMOTE: the rows in danger, towards one of their nearest rows."""

from dataclasses import dataclass

import numpy as np

from fastsmote._recipes.protocol import Bases
from fastsmote._rules.danger import are_in_danger
from fastsmote._synthesis.draws import DrawnPairs


@dataclass(frozen=True)
class BorderlineSMOTERecipe:
    """`Recipe` of H. Han et al., "Borderline-SMOTE", ICIC 2005, section 3.

    `partners` is "own" for borderline-1 and "all" for borderline-2, where the executor in
    memory also draws how far a new row may go towards a row of another class.
    """

    n_partners: int
    n_judged: int
    partners: str = "own"
    takes_floats = False
    every_row_is_base = False

    @property
    def n_own(self):
        """The lists of the own class also bound the search among all rows."""
        return max(self.n_partners, self.n_judged)

    def choose_bases(self, neighbor_rows, are_others, n_new):
        """The rows in danger."""
        places = np.flatnonzero(are_in_danger(are_others, self.n_judged))
        return Bases(places, neighbor_rows[places, : self.n_partners])

    def open_stream(self, random_state):
        """An integer seed starts the same stream again for each class."""
        return random_state

    def draw(self, stream, drawn_from, n_new, is_held=False):
        """Pairs of a base and a partner, uniformly, and a gap for each."""
        return DrawnPairs(stream, drawn_from, self.n_partners, n_new, is_held)
