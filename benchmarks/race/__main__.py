"""Race samplers of several libraries on several tables: first the rows, then the time.

    python -m benchmarks.race --data FOLDER --json race.json
    python -m benchmarks.race --tables blobs-10000 mammography --samplers SMOTE ENN --rounds 5

Each library runs in its own fresh process. The processes take turns on a table: first a
warm-up call each, then one run each per round, so that a busy moment of the machine affects
every library. The program ends a call that exceeds the limit and records it as such. A
library whose runs have used up the limit does not run again. A time counts only if the
output has been compared with imbalanced-learn's, row by row.
"""

import os
import sys

from benchmarks.inputs.catalog import LIBRARIES, SAMPLERS
from benchmarks.inputs.tables import real_tables
from benchmarks.measuring.machine import describe
from benchmarks.measuring.programs import (
    command_of,
    end_by_signal,
    make_parser,
    positive,
    whole,
)
from benchmarks.race.contests import CHOSEN, MADE, contests_of, run_races


def main(arguments=None):
    parser = make_parser("benchmarks.race", __doc__)
    parser.add_argument("--data", help="folder of Parquet files; default: FASTSMOTE_DATA")
    parser.add_argument(
        "--tables",
        nargs="+",
        metavar="TABLE",
        help="default: six generated tables and every Parquet file",
    )
    parser.add_argument(
        "--samplers",
        nargs="+",
        default=CHOSEN,
        choices=SAMPLERS,
        metavar="NAME",
        help="names in inputs/catalog.py",
    )
    parser.add_argument("--libraries", nargs="+", default=LIBRARIES, choices=LIBRARIES)
    parser.add_argument(
        "--threads", nargs="+", type=whole, default=[None], help="default: all cores"
    )
    parser.add_argument("--rounds", type=whole, default=3, help="default: 3")
    parser.add_argument("--limit", type=positive, default=60, help="seconds for a call")
    parser.add_argument("--json", help="file to write the results to")
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
