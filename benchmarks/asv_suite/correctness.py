"""Numbers that must not fall: the share of rows that are imbalanced-learn's, and of sgemm."""

from benchmarks.catalog import INTELEX, OURS, SAMPLERS, STOCK
from benchmarks.cells import OVER, Cell
from benchmarks.race import contest, table_for

from .base import PROFILE, THREADS
from .samplers import TABLES

LIMIT_SECONDS = 300


class RowsIdentical:
    """The share of rows that equal imbalanced-learn's; 1 unless distances tie."""

    param_names = ["sampler", "library", "table"]
    params = [
        [name for name in SAMPLERS if name not in TABLES],
        [INTELEX, OURS],
        [f"small-{PROFILE['rows'][0]}", f"integers-{PROFILE['rows'][0]}"],
    ]
    unit, timeout = "share of rows", 2 * LIMIT_SECONDS + 60

    def track_rows_identical(self, sampler, library, table):
        from benchmarks.digests import share_identical

        cells = [Cell(table_for(sampler, table), sampler, name) for name in (STOCK, library)]
        expected, got = contest(cells, 1, LIMIT_SECONDS)
        if expected.outcome == OVER or got.outcome == OVER:
            raise NotImplementedError(f"over {LIMIT_SECONDS} s")
        if expected.hashes is None or got.hashes is None:
            raise RuntimeError(f"{STOCK}: {expected.message}; {library}: {got.message}")
        return share_identical(got.hashes, expected.hashes)


class ShareOfSgemm:
    """The speed of a search that prunes nothing, as a share of a matrix product's."""

    param_names = ["features", "threads"]
    params = [[30, 128], THREADS]
    unit, timeout = "share of sgemm's speed", 300

    def track_search(self, features, threads):
        from benchmarks.sgemm import share_of_sgemm

        return share_of_sgemm(features, threads, rounds=3)["search"]
