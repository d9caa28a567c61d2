"""The race: samplers of several libraries on several tables, same rows first, then the time.

    python -m benchmarks.race --data FOLDER --json race.json
    python -m benchmarks.race --tables blobs-10000 mammography --samplers SMOTE ENN --rounds 5

Each library runs in a fresh process of its own. On a table they take turns: a warm call
each, then one run each, and again, so that a busy minute of the machine is everybody's. A
call that takes longer than the limit is ended and recorded so; a library that has used up
the limit in several runs is not asked again. No time counts without the comparison of the
output with imbalanced-learn's, row by row.
"""

import argparse
import json
import os
import shlex
import signal
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.catalog import LIBRARIES, SAMPLERS, STOCK
from benchmarks.cells import OK, Cell, CellProcess
from benchmarks.digests import share_in_common
from benchmarks.machine import describe
from benchmarks.tables import real_tables

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
PAUSE_SECONDS = 0.25  # the last one's OpenMP threads spin for up to 0.2 s


def table_for(sampler, table):
    """The table as the sampler needs it: SMOTENC wants categories."""
    made_mixed = table.startswith(("mixed", "text")) or ":ids" in table
    if sampler != "SMOTENC" or made_mixed or ":mixed" in table:
        return table
    head, at, rows = table.partition("@")
    return f"{head}:mixed{at}{rows}"


@dataclass(frozen=True)
class Contest:
    """Cells that take turns, and the rules."""

    cells: tuple
    rounds: int
    limit: float  # seconds of a call
    group: str = "tables"  # what it is a part of: a figure knows its cells by it


def contest(cells, rounds, limit):
    """The results of several cells that take turns."""
    with ExitStack() as stack:
        contenders = [stack.enter_context(CellProcess(cell, limit)) for cell in cells]
        for contender in contenders:
            contender.prepare()
        for i in range(rounds):
            # Nobody is always the one who comes after the slowest.
            for contender in contenders[i % len(cells) :] + contenders[: i % len(cells)]:
                if contender.is_alive and sum(contender.result.seconds) < limit:
                    time.sleep(PAUSE_SECONDS)
                    contender.run()
        return [contender.result for contender in contenders]


def records_of(a_contest, results):
    """What goes into the JSON: plain dicts, with the comparison to imbalanced-learn."""
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
    """What the comparison with imbalanced-learn's output says."""
    if record["is_identical"] is None:
        return "not compared"
    if record["is_identical"]:
        return "identical"
    return f"{100 * record['share_identical']:.2f} % of rows identical"


def line_of(record):
    """A record as a line to read."""
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


def write_json(path, document):
    """Replace a file at once: a run that is ended leaves what it has measured."""
    path = Path(path)
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(json.dumps(document, indent=1) + "\n")
    os.replace(partial, path)


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
    """Run the contests that the document does not hold yet, and tell each result.

    Parameters
    ----------
    contests : list of Contest
    document : dict
        With a list ``cells``, to which the records are added.
    path : str or Path, default=None
        The file that is kept up to date.
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


def command_of(module, arguments):
    """The command line as anybody would type it: the folder of tables is theirs."""
    words = list(arguments)
    for i, word in enumerate(words):
        if word == "--data":
            words[i + 1] = "FOLDER"
        elif word.startswith("--data="):
            words[i] = "--data=FOLDER"
    return f"python -m {module} {shlex.join(words)}".strip()


def positive(text):
    """A number above 0, for argparse."""
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError(f"must be a number above 0. Got {text!r} instead.")
    return value


def whole(text):
    """An integer of 1 or more, for argparse."""
    if not (text.isdigit() and int(text) >= 1):
        raise argparse.ArgumentTypeError(f"must be an integer of 1 or more. Got {text!r} instead.")
    return int(text)


def end_by_signal():
    """Let SIGTERM end the contenders' processes too, as an interrupt does."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="folder of Parquet files; default: FASTSMOTE_DATA")
    parser.add_argument("--tables", nargs="+", help="default: five made ones and every file")
    parser.add_argument("--samplers", nargs="+", default=CHOSEN, choices=SAMPLERS, metavar="NAME")
    parser.add_argument("--libraries", nargs="+", default=LIBRARIES, choices=LIBRARIES)
    parser.add_argument(
        "--threads", nargs="+", type=whole, default=[None], help="default: all cores"
    )
    parser.add_argument("--rounds", type=whole, default=3)
    parser.add_argument("--limit", type=positive, default=60, help="seconds of a call")
    parser.add_argument("--json", help="file for the results")
    args = parser.parse_args(arguments)
    if args.data:
        os.environ["FASTSMOTE_DATA"] = args.data
    end_by_signal()
    tables = args.tables or [*MADE, *real_tables()]
    command = command_of("benchmarks.race", sys.argv[1:] if arguments is None else arguments)
    rules = {"rounds": args.rounds, "limit": args.limit}
    contests = contests_of(tables, args.samplers, args.libraries, args.threads, **rules)
    run_races(contests, {"command": command, **describe(), "cells": []}, args.json)


if __name__ == "__main__":
    main()
