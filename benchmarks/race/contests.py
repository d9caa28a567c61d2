"""A contest: cells that take turns on one table. The race runs a list of contests."""

import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass

import numpy as np

from benchmarks.inputs.catalog import STOCK
from benchmarks.measuring.programs import write_json
from benchmarks.race.cells import OK, Cell, CellProcess
from benchmarks.race.digests import share_in_common

CHOSEN = (
    "SMOTE",
    "BorderlineSMOTE",
    "ADASYN",
    "SMOTENC",
    "TomekLinks",
    "ENN",
    "NearMiss1",
    "SMOTETomek",
    "SMOTEENN",
)
MADE = (
    "blobs-100000",
    "classification-100000",
    "gauss-20000-20",
    "duplicates-100000",
    "integers-20000",
    "small-1000",
)
PAUSE_SECONDS = 0.25  # the OpenMP threads of the previous library spin for up to 0.2 s


def table_for(sampler, table):
    """The name of the table that suits the sampler: SMOTENC needs categories."""
    made_mixed = table.startswith(("mixed", "text")) or ":ids" in table
    if sampler != "SMOTENC" or made_mixed or ":mixed" in table:
        return table
    head, at, rows = table.partition("@")
    return f"{head}:mixed{at}{rows}"


@dataclass(frozen=True)
class Contest:
    """Cells that take turns, and the rules of the contest."""

    cells: tuple
    rounds: int
    limit: float  # seconds for a call
    group: str = "tables"  # the part of the race: each figure draws one group


def contest(cells, rounds, limit):
    """Run several cells in turn and return their results."""
    with ExitStack() as stack:
        contenders = [stack.enter_context(CellProcess(cell, limit)) for cell in cells]
        for contender in contenders:
            contender.prepare()
        for i in range(rounds):
            # Another cell starts each round, so that none always follows the slowest.
            for contender in contenders[i % len(cells) :] + contenders[: i % len(cells)]:
                if contender.is_alive and sum(contender.result.seconds) < limit:
                    time.sleep(PAUSE_SECONDS)
                    contender.run()
        return [contender.result for contender in contenders]


def records_of(a_contest, results):
    """Dicts for the JSON, with the comparison to imbalanced-learn's output."""
    pairs = list(zip(a_contest.cells, results, strict=True))
    expected = next((result.hashes for cell, result in pairs if cell.library == STOCK), None)
    head = {"group": a_contest.group, "limit_s": a_contest.limit}
    return [head | _record(cell, result, expected) for cell, result in pairs]


def _record(cell, result, expected):
    is_identical = share = None
    if result.outcome == OK and result.hashes is not None and expected is not None:
        is_identical = np.array_equal(result.hashes, expected)
        share = 1.0 if is_identical else share_in_common(result.hashes, expected)
    return {
        **asdict(cell),
        "rows": result.shape[0] if result.shape else None,
        "features": result.shape[1] if result.shape else None,
        "outcome": result.outcome,
        "message": result.message,
        "seconds": [float(f"{s:.4g}") for s in result.seconds],
        "median_s": float(f"{np.median(result.seconds):.4g}") if result.seconds else None,
        "peak_bytes": result.peak_bytes,
        "extra_bytes": result.extra_bytes,
        "rows_out": None if result.hashes is None else len(result.hashes),
        "digest": result.digest,
        "is_identical": is_identical,
        "share_identical": share,
    }


def same_as_text(record):
    """The comparison with imbalanced-learn's output, in words."""
    if record["is_identical"] is None:
        return "not compared"
    if record["is_identical"]:
        return "identical"
    return f"{100 * record['share_identical']:.2f} % of rows identical"


def line_of(record):
    """A line of text about a record."""
    if record["median_s"] is None:
        time_text, peak_text = record["message"] or record["outcome"], ""
    else:
        time_text = f"{record['median_s']:.4g} s"
        extra = record["extra_bytes"]
        peak_text = "" if extra is None else f"{extra / 2**20:.0f} MiB"
    threads = "" if record["threads"] is None else f" on {record['threads']}"
    library = record["library"] + threads
    return (
        f"{record['table']:28s} {record['sampler']:16s} {library:26s} "
        f"{time_text:>16s} {peak_text:>10s} {same_as_text(record)}"
    )


def contests_of(tables, samplers, libraries, threads=(None,), **rules):
    """One contest for each sampler, table and number of threads."""
    return [
        Contest(
            tuple(Cell(table_for(sampler, table), sampler, library, n) for library in libraries),
            **rules,
        )
        for table in tables
        for sampler in samplers
        for n in threads
    ]


def run_races(contests, document, path=None):
    """Run the contests that are not in the document yet, and print each result.

    Parameters
    ----------
    contests : list of Contest
    document : dict
        The function adds its records to the list ``cells``.
    path : str or Path, default=None
        The file to write the document to after each contest.
    """
    done = {(r["group"], r["table"], r["sampler"], r["threads"]) for r in document["cells"]}
    for a_contest in contests:
        cell = a_contest.cells[0]
        if (a_contest.group, cell.table, cell.sampler, cell.threads) in done:
            continue
        results = contest(a_contest.cells, a_contest.rounds, a_contest.limit)
        records = records_of(a_contest, results)
        document["cells"] += records
        for record in records:
            print(line_of(record), flush=True)
        if path is not None:
            write_json(path, document)
