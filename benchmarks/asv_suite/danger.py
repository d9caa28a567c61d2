"""BorderlineSMOTE's first step: find the minority rows that are in danger."""

from .base import MINORITY, ROWS, OnGrid

M = 10


class Danger(OnGrid):
    """Find the M nearest rows of each minority row, and count those of the majority."""

    def run(self):
        return self._ours() if self.is_ours else self._stock()

    def _stock(self):
        from sklearn.neighbors import NearestNeighbors

        sampler = self.library.over_sampling.BorderlineSMOTE(m_neighbors=M)
        neighbors = NearestNeighbors(n_neighbors=M + 1, n_jobs=self.n_threads).fit(self.X)
        return sampler._in_danger_noise(neighbors, self.X[self.y == 1], 1, self.y)

    def _ours(self):
        from fastsmote._rules.danger import are_in_danger
        from fastsmote._search.class_index import index_classes

        sampler = self.library.over_sampling.BorderlineSMOTE(m_neighbors=M)
        index = index_classes(self.X, self.y, [1])
        nearest = sampler._find_nearest(self.X, index, 0)[1]
        return are_in_danger(self.y[nearest.neighbor_rows] != 1, M)


class DangerByRows(Danger):
    params = ROWS

    def setup_cache(self):
        self.make_tables()

    def time_danger(self, *parameters):
        self.run()


class DangerByMinority(Danger):
    params = MINORITY

    def setup_cache(self):
        self.make_tables()

    def time_danger(self, *parameters):
        self.run()
