"""The 5 nearest neighbors of each minority row among all rows, with building the index."""

from .base import DTYPE, FEATURES, MINORITY, ON_THREADS, ROWS, OnGrid


class Search(OnGrid):
    """NearestNeighbors of scikit-learn, of intelex or of fastsmote."""

    def run(self):
        if self.is_ours:
            from fastsmote.neighbors import NearestNeighbors
        else:
            from sklearn.neighbors import NearestNeighbors
        neighbors = NearestNeighbors(n_neighbors=6, n_jobs=self.n_threads).fit(self.X)
        return neighbors.kneighbors(self.X[self.y == 1])


class NeighborsByRows(Search):
    params = ROWS

    def setup_cache(self):
        self.make_tables()

    def time_search(self, *parameters):
        self.run()


class NeighborsByFeatures(Search):
    params = FEATURES

    def setup_cache(self):
        self.make_tables()

    def time_search(self, *parameters):
        self.run()


class NeighborsByMinority(Search):
    params = MINORITY

    def setup_cache(self):
        self.make_tables()

    def time_search(self, *parameters):
        self.run()


class NeighborsByDtype(Search):
    params = DTYPE

    def setup_cache(self):
        self.make_tables()

    def time_search(self, *parameters):
        self.run()


class NeighborsByThreads(Search):
    params = ON_THREADS

    def setup_cache(self):
        self.make_tables()

    def time_search(self, *parameters):
        self.run()
