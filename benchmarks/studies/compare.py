"""Measure what `compare` adds to the fits and scores that it consists of: time and memory.

The time of the call is compared with the sum of its fits and scores, measured inside the same
call. The peak memory above the input is compared with the largest peak of a single fit and score
by hand. If the time is more than `TIME_LIMIT` times the sum, or the memory is more than
`MEMORY_LIMIT` times the input above the largest fit, the program ends with status 1.

    python -m benchmarks.studies.compare
    python -m benchmarks.studies.compare --table blobs-20000-15 --folds 3 --strategies SMOTE platt
"""

import sys
import time

from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import ShuffleSplit

import fastsmote
from benchmarks.inputs.tables import load
from benchmarks.measuring.process_memory import (
    forget_peak,
    give_back_free_memory,
    peak_bytes,
    resident_bytes,
)
from benchmarks.measuring.programs import make_parser, whole
from fastsmote._decision import folds

TIME_LIMIT, MEMORY_LIMIT = 1.3, 2.0
MODEL = HistGradientBoostingClassifier()


class Timed:
    """A function whose calls are added up."""

    def __init__(self, function):
        self.function, self.seconds = function, 0.0

    def __call__(self, *args):
        start = time.perf_counter()
        try:
            return self.function(*args)
        finally:
            self.seconds += time.perf_counter() - start


def peak_of(call):
    """The result of a call, and its peak memory above that before it, in bytes."""
    give_back_free_memory()  # otherwise a later call would use it again, unseen
    forget_peak()
    before = resident_bytes()
    result = call()
    return result, peak_bytes() - before


def fit_and_score(comparison, name, X, y):
    """One fit and score of a strategy on the first fold, by hand."""
    train, test = comparison.folds_[0]
    estimator = clone(comparison.unfitted_[name]).fit(X[train], y[train])
    return folds.score(estimator, X[test], y[test], comparison._rules)


def main():
    """Measure one table."""
    parser = make_parser("benchmarks.studies.compare", __doc__)
    parser.add_argument("--table", default="blobs-100000-15", help="a name of inputs/tables.py")
    parser.add_argument("--strategies", nargs="+", help="default: auto")
    parser.add_argument("--folds", type=whole, default=5)
    args = parser.parse_args()
    if peak_bytes() is None:
        raise SystemExit("the peak memory can be measured on Linux only")
    X, y = load(args.table)
    options = {"strategies": args.strategies or "auto", "cv": args.folds, "random_state": 0}
    once = {**options, "cv": ShuffleSplit(1, random_state=0)}
    fastsmote.compare(MODEL, X, y, **once)  # compile, and load what each strategy needs
    folds._fit, folds.score = Timed(folds._fit), Timed(folds.score)
    start = time.perf_counter()
    comparison, peak = peak_of(lambda: fastsmote.compare(MODEL, X, y, **options))
    seconds = time.perf_counter() - start
    parts = folds._fit.seconds + folds.score.seconds
    print(f"{len(comparison.names_)} strategies ran, {len(comparison.skipped_)} were skipped")
    print(
        f"time {seconds:.1f} s, fits {folds._fit.seconds:.1f} s, scores "
        f"{folds.score.seconds:.1f} s: {seconds / parts:.3f} of their sum"
    )
    peaks = {
        name: peak_of(lambda name=name: fit_and_score(comparison, name, X, y))[1]
        for name in comparison.names_
    }
    largest = max(peaks, key=peaks.get)
    above = (peak - peaks[largest]) / X.nbytes
    print(
        f"memory {peak / X.nbytes:.2f} times the input, the largest fit ({largest}) "
        f"{peaks[largest] / X.nbytes:.2f} times: {above:.2f} above it"
    )
    sys.exit(seconds > TIME_LIMIT * parts or above > MEMORY_LIMIT)


if __name__ == "__main__":
    main()
