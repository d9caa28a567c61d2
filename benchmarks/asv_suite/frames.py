"""The time of a dataframe and of an ndarray of the same numbers."""

from benchmarks.inputs.catalog import OURS, STOCK, import_library, make

from .base import PROFILE, OnTable

KINDS = ["ndarray", "pandas", "polars", "pyarrow"]


def as_kind(kind, X, y):
    """Convert a pandas DataFrame and its labels to another kind of table."""
    import pandas as pd

    if kind == "ndarray":
        return X.to_numpy("float64"), y
    if kind == "pandas":
        return X, pd.Series(y)
    if kind == "polars":
        import polars as pl

        return pl.from_pandas(X), pl.Series(y)
    import pyarrow as pa

    return pa.Table.from_pandas(X), pa.chunked_array([pa.array(y)])


class Frames(OnTable):
    """A table of float64, float32 and int64 columns as each kind of input.

    imbalanced-learn accepts ndarrays and pandas DataFrames only.
    """

    param_names = ["sampler", "library", "kind", "rows"]
    params = [
        ["SMOTE", "RandomUnderSampler"],
        [STOCK, OURS],
        KINDS,
        PROFILE["rows"][-2:-1],
    ]

    def table_of(self, sampler, library, kind, rows):
        return f"numbers-{rows}"

    def setup_cache(self):
        self.make_tables()

    def setup(self, sampler, library, kind, rows):
        if library == STOCK and kind in ("polars", "pyarrow"):
            raise NotImplementedError(f"{STOCK} does not accept {kind}")
        self.sampler, self.library = sampler, import_library(library)
        self.X, self.y = as_kind(kind, *self.load(sampler, library, kind, rows))
        self.run()

    def run(self):
        return make(self.library, self.sampler).fit_resample(self.X, self.y)

    def time_fit_resample(self, *parameters):
        self.run()
