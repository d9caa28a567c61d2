"""The published run: every race of benchmarks/README.md into one JSON, then the figures.

    FASTSMOTE_DATA=folder python -m benchmarks.publish
    FASTSMOTE_DATA=folder python -m benchmarks.publish --resume   # after an interruption

It takes about half an hour, on a machine that does nothing else: the tables are of a
size at which imbalanced-learn comes to its end, so that its rows can be compared. The JSON
is kept up to date, so that an interrupted run goes on where it stopped, if the code and the
versions are the same.
"""

import argparse
import json
import sys

import joblib

from benchmarks import large
from benchmarks.catalog import LIBRARIES
from benchmarks.figures import draw_all
from benchmarks.machine import ROOT, describe
from benchmarks.race import (
    CHOSEN,
    command_of,
    contests_of,
    end_by_signal,
    positive,
    run_races,
    whole,
)
from benchmarks.summary import fill_files
from benchmarks.tables import real_tables

RESULTS = ROOT / "benchmarks" / "results"
SCALED = ("SMOTE", "BorderlineSMOTE", "TomekLinks", "ENN")
ROWS = (1_000, 10_000, 100_000, 1_000_000)
MADE = (
    "blobs-20000",
    "classification-20000",
    "gauss-20000-20",
    "duplicates-20000",
    "integers-20000",
    "small-1000",
)
FILES = ("campaign", "mammography", "shuttle")  # where they are in the folder
LIMIT_SECONDS = 20
LARGE_LIMIT_SECONDS = 60
MUST_AGREE = ("commit", "is_changed", "machine", "versions")


def plan(rounds, limit, rows=ROWS, tables=MADE, large_rows=large.ROWS):
    """The contests of a published run, in their order."""
    rules = {"rounds": rounds, "limit": limit}
    threads = sorted({1, joblib.cpu_count()})
    scaled = [f"blobs-{n}" for n in rows]
    middle = scaled[-2:-1]
    files = [name for name in FILES if name in real_tables()]
    return [
        *contests_of(middle, SCALED, LIBRARIES, threads, **rules, group="threads"),
        *contests_of(scaled, SCALED, LIBRARIES, **rules, group="scaling"),
        *contests_of([*tables, *files], CHOSEN, LIBRARIES, **rules, group="tables"),
        *large.contests(large_rows, limit=max(limit, LARGE_LIMIT_SECONDS)),
    ]


def document_to_resume(path):
    """What an interrupted run has measured.

    Raises
    ------
    SystemExit
        If it was measured with other code, versions or on another machine: the numbers of
        one document are of one state.
    """
    document, now = json.loads(path.read_text()), describe()
    for key in MUST_AGREE:
        if document[key] != now[key]:
            raise SystemExit(
                f"{path.name} was measured with {key} {document[key]}, and now it is {now[key]}: "
                "run without --resume"
            )
    return document


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=whole, default=3)
    parser.add_argument("--limit", type=positive, default=LIMIT_SECONDS, help="seconds of a call")
    parser.add_argument("--resume", action="store_true", help="keep what the JSON holds")
    args = parser.parse_args(arguments)
    end_by_signal()
    path = RESULTS / "race.json"
    RESULTS.mkdir(exist_ok=True)
    if args.resume and path.exists():
        document = document_to_resume(path)
    else:
        words = [w for w in sys.argv[1:] if w != "--resume"]
        document = {"command": command_of("benchmarks.publish", words), **describe(), "cells": []}
    run_races(plan(args.rounds, args.limit), document, path)
    draw_all(document, RESULTS)
    fill_files(document, [ROOT / "benchmarks" / "README.md", ROOT / "README.md"])


if __name__ == "__main__":
    main()
