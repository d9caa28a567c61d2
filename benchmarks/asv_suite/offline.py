"""Resampling of files: the time and the peak memory, by sampler and rows."""

from itertools import product
from pathlib import Path

from benchmarks.inputs.tables import read

from .base import PROFILE, OnTable

MAX_MEMORY = "2GiB"
SAMPLERS = ["smote", "borderline-smote", "adasyn", "random-over", "random-under", "tomek-links"]


class ResampleFiles(OnTable):
    """`fastsmote.offline.resample` of a Parquet file of blobs, 20 features, 1 % minority.

    No peer resamples files. Subtract the memory of the baseline, which resamples a small file.
    """

    param_names = ["sampler", "rows"]
    params = [SAMPLERS, PROFILE["rows"]]

    def table_of(self, sampler, rows):
        return f"blobs-{rows}-20-1.0:float32"

    def _file_of(self, table):
        return Path(f"{table.replace(':', '_')}.parquet")

    def setup_cache(self):
        import pyarrow as pa
        import pyarrow.parquet as pq

        for table in {self.table_of(*cell) for cell in product(*self.params)}:
            X, y = read(table)
            columns = {f"x{j}": X[:, j].copy() for j in range(X.shape[1])}
            pq.write_table(pa.table({**columns, "y": y}), self._file_of(table))

    def setup(self, sampler, rows):
        self.sampler, self.src = sampler, self._file_of(self.table_of(sampler, PROFILE["rows"][0]))
        self.run()  # loads the kernels and starts the threads
        self.src = self._file_of(self.table_of(sampler, rows))

    def run(self):
        from fastsmote.offline import resample

        options = {"sampler": self.sampler, "max_memory": MAX_MEMORY, "overwrite": True}
        return resample(self.src, f"{self.src.stem}-{self.sampler}", target="y", **options)

    def time_resample(self, *parameters):
        self.run()

    def peakmem_resample(self, *parameters):
        self.run()

    def peakmem_baseline(self, *parameters):
        """The same setup without the call."""
