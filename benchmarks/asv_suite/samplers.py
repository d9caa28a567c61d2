"""``fit_resample`` of every sampler, and how the time of some of them grows."""

from benchmarks.inputs.catalog import LIBRARIES, SAMPLERS, import_library, make

from .base import DTYPE, FEATURES, ON_THREADS, PROFILE, ROWS, OnGrid, OnTable, skip_if_too_slow

N_FEATURES = 10  # of the tables small-N, and about that of the other tables
# The work as a multiple of one search of every row: CNN searches again for each row it keeps.
WEIGHTS = {"CNN": 300}
TABLES = {"SMOTENC": "mixed-{}", "SMOTEN": "words-{}"}


class EverySampler(OnTable):
    """Each sampler on a table that suits it: numbers, numbers and categories, or words."""

    param_names = ["sampler", "library", "rows"]
    params = [list(SAMPLERS), list(LIBRARIES), PROFILE["rows"][:-1]]

    def table_of(self, sampler, library, rows):
        return TABLES.get(sampler, "small-{}").format(rows)

    def setup_cache(self):
        self.make_tables()

    def setup(self, sampler, library, rows):
        skip_if_too_slow(library, rows * WEIGHTS.get(sampler, 1), rows, N_FEATURES)
        self.sampler, self.library = sampler, import_library(library)
        self.X, self.y = self.load(sampler, library, rows)
        self.run()

    def run(self):
        return make(self.library, self.sampler, n_jobs=-1).fit_resample(self.X, self.y)

    def time_fit_resample(self, *parameters):
        self.run()


class Scaling(OnGrid):
    """One sampler on blobs."""

    sampler = "SMOTE"

    def run(self):
        return make(self.library, self.sampler, self.n_threads).fit_resample(self.X, self.y)


class SmoteByRows(Scaling):
    params = ROWS

    def setup_cache(self):
        self.make_tables()

    def time_fit_resample(self, *parameters):
        self.run()


class SmoteByFeatures(Scaling):
    params = FEATURES

    def setup_cache(self):
        self.make_tables()

    def time_fit_resample(self, *parameters):
        self.run()


class SmoteByDtype(Scaling):
    params = DTYPE

    def setup_cache(self):
        self.make_tables()

    def time_fit_resample(self, *parameters):
        self.run()


class EditedByThreads(Scaling):
    """EditedNearestNeighbours, which searches for every row, by the number of threads."""

    sampler, searches_all = "ENN", True
    params = ON_THREADS

    def setup_cache(self):
        self.make_tables()

    def time_fit_resample(self, *parameters):
        self.run()
