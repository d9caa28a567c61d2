"""ADASYN: make more new rows from base rows with more neighbors of other classes."""

from dataclasses import dataclass

import numpy as np
from sklearn.utils import check_random_state

from fastsmote._recipes.protocol import Bases
from fastsmote._rules.density import rows_by_density
from fastsmote._synthesis.draws import DrawnGivenCounts


@dataclass(frozen=True)
class ADASYNRecipe:
    """`Recipe` of H. He et al., "ADASYN", IJCNN 2008, section 3."""

    n_partners: int
    partners = "own"
    takes_floats = True
    every_row_is_base = True

    @property
    def n_own(self):
        """The number of partners."""
        return self.n_partners

    @property
    def n_judged(self):
        """The number of partners: ADASYN uses one number for both."""
        return self.n_partners

    def choose_bases(self, neighbor_rows, are_others, n_new):
        """Choose every row, each with its own number of new rows."""
        counts = rows_by_density(are_others, n_new)
        places = np.arange(len(neighbor_rows))
        return Bases(places, neighbor_rows[:, : self.n_partners], counts)

    def open_stream(self, random_state):
        """Return one stream for all classes, also for an integer seed."""
        return check_random_state(random_state)

    def draw(self, stream, drawn_from, n_new, is_held=False):
        """Draw a partner of the base and a gap for each new row."""
        return DrawnGivenCounts(stream, self.n_partners, drawn_from, is_held)
