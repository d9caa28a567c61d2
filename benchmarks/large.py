"""Ten million rows: SMOTE, BorderlineSMOTE and TomekLinks, their time and peak memory.

    python -m benchmarks.large --json large.json
    python -m benchmarks.large --rows 20000 --libraries fastsmote

20 features in float32, 0.5 % minority. imbalanced-learn takes its turns too, within the
limit: TomekLinks compares all pairs of rows there, which would be days.
"""

import argparse
import sys

from benchmarks.catalog import LIBRARIES, OURS, STOCK
from benchmarks.machine import describe
from benchmarks.race import command_of, contests_of, end_by_signal, positive, run_races, whole

ROWS = 10_000_000
SAMPLERS = ("SMOTE", "BorderlineSMOTE", "TomekLinks")
LIMIT_SECONDS = 900


def contests(rows=ROWS, libraries=(STOCK, OURS), rounds=3, limit=LIMIT_SECONDS):
    """The contests of the large table."""
    table = f"blobs-{rows}-20-0.5:float32"
    rules = {"rounds": rounds, "limit": limit, "group": "large"}
    return contests_of([table], SAMPLERS, libraries, **rules)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=whole, default=ROWS)
    parser.add_argument("--libraries", nargs="+", default=[STOCK, OURS], choices=LIBRARIES)
    parser.add_argument("--rounds", type=whole, default=3)
    parser.add_argument("--limit", type=positive, default=LIMIT_SECONDS, help="seconds of a call")
    parser.add_argument("--json", help="file for the results")
    args = parser.parse_args(arguments)
    end_by_signal()
    command = command_of("benchmarks.large", sys.argv[1:] if arguments is None else arguments)
    document = {"command": command, **describe(), "cells": []}
    run_races(contests(args.rows, args.libraries, args.rounds, args.limit), document, args.json)


if __name__ == "__main__":
    main()
