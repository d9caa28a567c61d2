"""The search for the Tomek links of a table."""

from .base import MINORITY, ROWS, OnGrid


class Links(OnGrid):
    """Find the pairs of rows of different classes that are each other's nearest row."""

    searches_all = True

    def run(self):
        return self._ours() if self.is_ours else self._stock()

    def _stock(self):
        from sklearn.neighbors import NearestNeighbors

        neighbors = NearestNeighbors(n_neighbors=2, n_jobs=self.n_threads).fit(self.X)
        nearest = neighbors.kneighbors(self.X, return_distance=False)[:, 1]
        return self.library.under_sampling.TomekLinks.is_tomek(self.y, nearest, {0})

    def _ours(self):
        from fastsmote.under_sampling._tomek_links import find_tomek_links

        return find_tomek_links(self.X, self.y)


class LinksByRows(Links):
    params = ROWS

    def setup_cache(self):
        self.make_tables()

    def time_links(self, *parameters):
        self.run()


class LinksByMinority(Links):
    params = MINORITY

    def setup_cache(self):
        self.make_tables()

    def time_links(self, *parameters):
        self.run()
