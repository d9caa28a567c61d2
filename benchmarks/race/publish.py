"""Run the published race: all races of benchmarks/README.md, then the figures.

    FASTSMOTE_DATA=folder python -m benchmarks.race.publish
    FASTSMOTE_DATA=folder python -m benchmarks.race.publish --resume   # after an interruption

The run takes about an hour on an idle machine. The tables are small enough for
imbalanced-learn to finish, so that its rows can be compared. The program writes
benchmarks/results/race.json after each contest. With ``--resume`` an interrupted run continues
if the machine, the code and the versions are the same.
"""

import json
import sys

import joblib

from benchmarks.inputs.catalog import LIBRARIES
from benchmarks.inputs.tables import real_tables
from benchmarks.measuring.machine import ROOT, describe
from benchmarks.measuring.programs import (
    command_of,
    end_by_signal,
    make_parser,
    positive,
    whole,
)
from benchmarks.race import large
from benchmarks.race.contests import CHOSEN, contests_of, run_races
from benchmarks.race.figures import draw_all
from benchmarks.race.summary import fill_files

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
FILES = ("campaign", "mammography", "shuttle")  # used if the folder has them
LIMIT_SECONDS = 20
LARGE_LIMIT_SECONDS = 60
MUST_AGREE = ("commit", "is_changed", "machine", "versions")


def plan(rounds, limit, rows=ROWS, tables=MADE, large_rows=large.ROWS):
    """The contests of the published race, in order."""
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
    """The document of an interrupted run.

    Raises
    ------
    SystemExit
        If the code, the versions or the machine differ from now. All numbers of a document
        must come from the same code and the same machine.
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
    parser = make_parser("benchmarks.race.publish", __doc__)
    parser.add_argument("--rounds", type=whole, default=3, help="default: 3")
    parser.add_argument("--limit", type=positive, default=LIMIT_SECONDS, help="seconds for a call")
    parser.add_argument("--resume", action="store_true", help="continue an interrupted run")
    args = parser.parse_args(arguments)
    end_by_signal()
    path = RESULTS / "race.json"
    RESULTS.mkdir(exist_ok=True)
    if args.resume and path.exists():
        document = document_to_resume(path)
    else:
        words = [w for w in sys.argv[1:] if w != "--resume"]
        document = {
            "command": command_of("benchmarks.race.publish", words),
            **describe(),
            "cells": [],
        }
    run_races(plan(args.rounds, args.limit), document, path)
    draw_all(document, RESULTS)
    fill_files(document, [ROOT / "benchmarks" / "README.md", ROOT / "README.md"])


if __name__ == "__main__":
    main()
