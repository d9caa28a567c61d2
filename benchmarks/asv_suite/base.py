"""What the benchmarks share: the sizes of each profile, the tables, the rule for skipping.

``FASTSMOTE_ASV_PROFILE`` chooses the profile: quick, regular (the default) or large.
"""

import itertools
import os
import pickle
from pathlib import Path

import joblib

from benchmarks.inputs.catalog import LIBRARIES, OURS, SAMPLERS, import_library
from benchmarks.inputs.tables import read
from benchmarks.measuring.calls import few_rows, limit_threads

PROFILES = {
    "quick": {
        "rows": [1_000, 10_000],
        "features": [5, 40],
        "minority": [1.0, 10.0],
        "middle": 5_000,
        "most_products": 1e10,
        "samplers": ["SMOTE", "BorderlineSMOTE", "ADASYN", "TomekLinks", "ENN", "NearMiss1"],
    },
    "regular": {
        "rows": [1_000, 10_000, 100_000],
        "features": [5, 20, 80],
        "minority": [0.5, 2.0, 10.0],
        "middle": 50_000,
        "most_products": 3e11,
        "samplers": list(SAMPLERS),
    },
    "large": {
        "rows": [1_000, 10_000, 100_000, 1_000_000, 10_000_000],
        "features": [5, 20, 80, 320],
        "minority": [0.5, 2.0, 10.0, 30.0],
        "middle": 200_000,
        "most_products": 3e12,
        "samplers": list(SAMPLERS),
    },
}
DTYPES = ["float64", "float32"]
THREADS = [2**i for i in range(joblib.cpu_count().bit_length()) if 2**i < joblib.cpu_count()]
THREADS.append(joblib.cpu_count())


def profile():
    """The sizes of the profile that FASTSMOTE_ASV_PROFILE names."""
    name = os.environ.get("FASTSMOTE_ASV_PROFILE", "regular")
    if name not in PROFILES:
        raise ValueError(f"FASTSMOTE_ASV_PROFILE must be one of {list(PROFILES)}. Got {name!r}.")
    return PROFILES[name]


PROFILE = profile()
AXES = ["library", "rows", "features", "minority", "dtype", "threads"]


def grid(**varied):
    """The values of every axis, in the order of AXES. Axes that do not vary have one value."""
    values = {
        "library": list(LIBRARIES),
        "rows": [PROFILE["middle"]],
        "features": [20],
        "minority": [1.0],
        "dtype": ["float64"],
        "threads": [joblib.cpu_count()],
    }
    return list((values | varied).values())


ROWS = grid(rows=PROFILE["rows"])
FEATURES = grid(features=PROFILE["features"])
MINORITY = grid(minority=PROFILE["minority"])
DTYPE = grid(dtype=DTYPES)
ON_THREADS = grid(threads=THREADS)


def skip_if_too_slow(library, n_queries, n_rows, n_features):
    """Skip a cell in which a peer would need minutes. asv shows the cell as n/a.

    A peer compares each query with every row. It computes n_queries * n_rows * n_features
    products, at 1e9 to 2e10 products per second. If there are more than the profile's
    ``most_products``, asv skips the cell. fastsmote is never skipped.
    """
    products = n_queries * n_rows * n_features
    if library != OURS and products > PROFILE["most_products"]:
        raise NotImplementedError(
            f"{library} would compute {products:.1g} products, more than the "
            f"{PROFILE['most_products']:.1g} of this profile"
        )


class OnTable:
    """A benchmark whose table depends on its parameters. Subclasses define `table_of`."""

    timeout = 900
    warmup_time = 0  # setup makes a warm-up call

    def table_of(self, *parameters):
        """The name of the table for `benchmarks.inputs.tables.load`."""
        raise NotImplementedError

    def make_tables(self):
        """Write every table of the grid to the folder that asv keeps for the class."""
        for table in {self.table_of(*cell) for cell in itertools.product(*self.params)}:
            with open(self._file_of(table), "wb") as file:
                pickle.dump(read(table), file, protocol=5)

    def load(self, *parameters):
        """Read a table that `make_tables` has written."""
        with open(self._file_of(self.table_of(*parameters)), "rb") as file:
            return pickle.load(file)

    def _file_of(self, table):
        return Path(f"{table.replace(':', '_')}.pickle")


class OnGrid(OnTable):
    """A benchmark on the six AXES, of blobs.

    Subclasses set ``params`` to a grid. They define ``prepare(X, y)``, which runs before the
    clock starts, and ``run()``, which asv times. asv identifies the result of `setup_cache` by
    the line of its definition, so each class must define its own.
    """

    param_names = AXES
    searches_all = False  # whether every row is a query, or only the rows of the minority

    def table_of(self, library, rows, features, minority, dtype, threads):
        return f"blobs-{rows}-{features}-{minority}" + (":float32" if dtype == "float32" else "")

    def setup(self, library, rows, features, minority, dtype, threads):
        n_queries = rows if self.searches_all else rows * minority / 100
        skip_if_too_slow(library, n_queries, rows, features)
        self.name, self.n_threads = library, threads
        self.library = import_library(library)
        X, y = self.load(library, rows, features, minority, dtype, threads)
        self.limits = limit_threads(library, threads)
        self.prepare(*few_rows(X, y))
        self.run()  # loads the kernels and starts the threads
        self.prepare(X, y)

    def teardown(self, *parameters):
        if hasattr(self, "limits"):  # setup was not skipped
            self.limits.close()

    @property
    def is_ours(self):
        """Whether asv times fastsmote."""
        return self.name == OURS

    def prepare(self, X, y):
        """Keep the table."""
        self.X, self.y = X, y

    def run(self):
        """The call that asv times."""
        raise NotImplementedError
