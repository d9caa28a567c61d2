"""Compare the time of `neighborhood` with that of BorderlineSMOTE on the same table.

BorderlineSMOTE searches the nearest rows of the minority only, and then makes rows. `neighborhood`
labels every row. If its median time is more than `LIMIT` times as long, the program marks
the table and ends with status 1.

    FASTSMOTE_DATA=folder python -m benchmarks.studies.neighborhood --tables fraud_handbook
"""

import sys
import time

import numpy as np

import fastsmote
from benchmarks.inputs.tables import load
from benchmarks.measuring.programs import make_parser, whole
from fastsmote.over_sampling import BorderlineSMOTE

LIMIT = 3.0


def seconds_of(call):
    """Call, and return the time in seconds."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def measure(name, n_rounds):
    """Return the median times of `neighborhood` and of BorderlineSMOTE, in turn."""
    X, y = load(name)
    calls = [
        lambda: fastsmote.neighborhood(X, y),
        lambda: BorderlineSMOTE(random_state=0).fit_resample(X, y),
    ]
    rounds = [[seconds_of(call) for call in calls] for _ in range(n_rounds + 1)]
    return np.median(rounds[1:], axis=0)  # the first call compiles


def main():
    """Measure each table."""
    parser = make_parser("benchmarks.studies.neighborhood", __doc__)
    parser.add_argument(
        "--tables", nargs="+", default=["blobs-1000000"], help="names in inputs/tables.py"
    )
    parser.add_argument("--rounds", type=whole, default=3)
    args = parser.parse_args()
    is_slow = False
    for name in args.tables:
        ours, theirs = measure(name, args.rounds)
        is_slow |= bool(ours > LIMIT * theirs)
        mark = "  SLOW" if ours > LIMIT * theirs else ""
        print(
            f"{name}  neighborhood {ours:.3f} s  BorderlineSMOTE {theirs:.3f} s  "
            f"{ours / theirs:.2f}x{mark}"
        )
    sys.exit(is_slow)


if __name__ == "__main__":
    main()
