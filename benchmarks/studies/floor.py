"""Compare SMOTE with the time that any program needs to write its output.

python -m benchmarks.studies.floor --tables blobs-1000000-30 blobs-203000-39

The floor allocates the output of SMOTE, X and y, with `np.empty`. All threads then copy the
original rows and labels into it, and fill each new row with a copy of its base row and each
new label with the label of the minority. The floor gets the numbers of the base rows: it
checks nothing, draws nothing, searches nothing, and reads one parent of a new row, not two. It
uses the thread pool and the task size of fastsmote.

SMOTE and the floor take turns, and the other one starts each round. Each call allocates fresh
memory, because the output of the call before is freed first, and arrays of this size go back
to the system. The numbers are the medians of the rounds and the ratio of these medians.
"""

import time

import numpy as np

from benchmarks.inputs.tables import load
from benchmarks.measuring.calls import claim_memory_for, few_rows
from benchmarks.measuring.programs import make_parser, whole
from fastsmote._threads import run_ranges
from fastsmote.over_sampling import SMOTE

COPY_BYTES = 2**20  # per task


def write_output(X, y, base_rows, label):
    """Write the original rows, and a copy of its base row for each new row."""
    n, n_all = len(y), len(y) + len(base_rows)
    X_out, y_out = np.empty((n_all, X.shape[1]), X.dtype), np.empty(n_all, y.dtype)

    def write_some(start, stop):
        if start < n:
            last = min(n, stop)
            X_out[start:last], y_out[start:last] = X[start:last], y[start:last]
        if stop > n:
            start = max(n, start)
            bases = base_rows[start - n : stop - n]
            np.take(X, bases, axis=0, out=X_out[start:stop], mode="clip")
            y_out[start:stop] = label

    run_ranges(write_some, n_all, max(1, COPY_BYTES // (X.itemsize * X.shape[1])))
    return X_out, y_out


def seconds_of(call, *args):
    start = time.perf_counter()
    output = call(*args)
    elapsed = time.perf_counter() - start
    del output  # after the clock has stopped; the next call gets fresh memory
    return elapsed


def compare(X, y, n_rounds):
    """The median seconds of SMOTE and of the floor."""
    smote = SMOTE(random_state=0)
    smote.fit_resample(*few_rows(X, y))  # load the kernels
    smote.fit_resample(X, y)
    base_rows, label = smote.provenance_.base_rows, int(np.argmin(np.bincount(y)))
    calls = {
        "SMOTE": lambda: SMOTE(random_state=0).fit_resample(X, y),
        "floor": lambda: write_output(X, y, base_rows, label),
    }
    claim_memory_for(X)
    seconds = {name: [] for name in calls}
    for i in range(n_rounds + 1):
        for name in list(calls)[:: 1 if i % 2 else -1]:
            seconds[name].append(seconds_of(calls[name]))
    return [np.median(seconds[name][1:]) for name in calls]


def main():
    parser = make_parser("benchmarks.studies.floor", __doc__)
    parser.add_argument(
        "--tables", nargs="+", metavar="TABLE", default=["blobs-1000000-30", "blobs-203000-39"]
    )
    parser.add_argument("--rounds", type=whole, default=15)
    args = parser.parse_args()
    for table in args.tables:
        X, y = load(table)
        smote, floor = compare(X, y, args.rounds)
        print(f"{table:24s} SMOTE {smote:7.4f} s  floor {floor:7.4f} s  {smote / floor:5.2f}x")


if __name__ == "__main__":
    main()
