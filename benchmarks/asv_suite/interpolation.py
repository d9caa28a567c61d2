"""SMOTE's draws and interpolation, for given neighbors."""

import numpy as np

from .base import DTYPE, FEATURES, ROWS, OnGrid

K = 5


class Interpolation(OnGrid):
    """Make the new rows that balance the classes, each between a row and one of K others."""

    def prepare(self, X, y):
        rows = np.flatnonzero(y == 1)
        self.X, self.rows, self.n_new = X, rows, len(y) - 2 * len(rows)
        # Random neighbors suffice: the time depends only on where they are in memory.
        self.neighbor_rows = np.random.RandomState(0).randint(len(rows), size=(len(rows), K))

    def run(self):
        return self._ours() if self.is_ours else self._stock()

    def _stock(self):
        sampler = self.library.over_sampling.SMOTE(random_state=0)
        own = self.X[self.rows]
        return sampler._make_samples(own, np.int64, 1, own, self.neighbor_rows, self.n_new)[0]

    def _ours(self):
        from fastsmote._synthesis.draws import draw_pairs
        from fastsmote._synthesis.provenance import Provenance, write_synthetic

        pairs = draw_pairs(0, len(self.rows), K, self.n_new)
        out = np.empty((self.n_new, self.X.shape[1]), self.X.dtype)
        provenance = Provenance.of_pairs(self.rows, self.rows[self.neighbor_rows], pairs)
        write_synthetic(self.X, provenance, out)
        return out


class InterpolationByRows(Interpolation):
    params = ROWS

    def setup_cache(self):
        self.make_tables()

    def time_interpolation(self, *parameters):
        self.run()


class InterpolationByFeatures(Interpolation):
    params = FEATURES

    def setup_cache(self):
        self.make_tables()

    def time_interpolation(self, *parameters):
        self.run()


class InterpolationByDtype(Interpolation):
    params = DTYPE

    def setup_cache(self):
        self.make_tables()

    def time_interpolation(self, *parameters):
        self.run()
