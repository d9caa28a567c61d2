"""Race SMOTE, BorderlineSMOTE and TomekLinks on ten million rows: time and peak memory.

    python -m benchmarks.race.large --json large.json
    python -m benchmarks.race.large --rows 20000 --libraries fastsmote

The table has 20 features in float32 and 0.5 % minority. imbalanced-learn runs within the
limit only: its TomekLinks compares all pairs of rows and would take days.
"""

import sys

from benchmarks.inputs.catalog import LIBRARIES, OURS, STOCK
from benchmarks.measuring.machine import describe
from benchmarks.measuring.programs import (
    command_of,
    end_by_signal,
    make_parser,
    positive,
    whole,
)
from benchmarks.race.contests import contests_of, run_races

ROWS = 10_000_000
SAMPLERS = ("SMOTE", "BorderlineSMOTE", "TomekLinks")
LIMIT_SECONDS = 900


def contests(rows=ROWS, libraries=(STOCK, OURS), rounds=3, limit=LIMIT_SECONDS):
    """The contests on the large table."""
    table = f"blobs-{rows}-20-0.5:float32"
    rules = {"rounds": rounds, "limit": limit, "group": "large"}
    return contests_of([table], SAMPLERS, libraries, **rules)


def main(arguments=None):
    parser = make_parser("benchmarks.race.large", __doc__)
    parser.add_argument("--rows", type=whole, default=ROWS)
    parser.add_argument("--libraries", nargs="+", default=[STOCK, OURS], choices=LIBRARIES)
    parser.add_argument("--rounds", type=whole, default=3, help="default: 3")
    parser.add_argument("--limit", type=positive, default=LIMIT_SECONDS, help="seconds for a call")
    parser.add_argument("--json", help="file to write the results to")
    args = parser.parse_args(arguments)
    end_by_signal()
    command = command_of("benchmarks.race.large", sys.argv[1:] if arguments is None else arguments)
    document = {"command": command, **describe(), "cells": []}
    run_races(contests(args.rows, args.libraries, args.rounds, args.limit), document, args.json)


if __name__ == "__main__":
    main()
