"""Numbers that must not fall: the share of equal rows, and the share of sgemm's speed."""

from benchmarks.inputs.catalog import OURS, STOCK, import_library, make
from benchmarks.race.digests import row_hashes, share_in_common

from .base import PROFILE, THREADS, OnTable, skip_if_too_slow
from .samplers import TABLES, WEIGHTS


class RowsIdentical(OnTable):
    """The share of rows that equal imbalanced-learn's; 1 unless distances are equal."""

    param_names = ["sampler", "table"]
    params = [
        [name for name in PROFILE["samplers"] if name not in TABLES],
        [f"small-{PROFILE['rows'][0]}", f"integers-{PROFILE['rows'][0]}"],
    ]
    unit = "share of rows"

    def table_of(self, sampler, table):
        return table

    def setup_cache(self):
        self.make_tables()

    def setup(self, sampler, table):
        if sampler == "Borderline2" and table.startswith("integers"):
            raise NotImplementedError("imbalanced-learn's borderline-2 raises for integers")
        self.X, self.y = self.load(sampler, table)
        skip_if_too_slow(STOCK, len(self.X) * WEIGHTS.get(sampler, 1), *self.X.shape)

    def track_rows_identical(self, sampler, table):
        got, expected = (
            make(import_library(name), sampler).fit_resample(self.X, self.y)
            for name in (OURS, STOCK)
        )
        return share_in_common(row_hashes(*got), row_hashes(*expected))


class ShareOfSgemm:
    """The speed of a search without pruning, as a share of the speed of a matrix product."""

    param_names = ["features", "threads"]
    params = [[30, 128], THREADS]
    unit, timeout = "share of sgemm's speed", 300

    def track_search(self, features, threads):
        from benchmarks.studies.sgemm import share_of_sgemm

        return share_of_sgemm(features, threads, rounds=3)["search"]
