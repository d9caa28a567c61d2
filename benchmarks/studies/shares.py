"""Measure the share of a call that is fastsmote's own and not scikit-learn's estimator.

python -m benchmarks.studies.shares --tables small-10000 classification-100000
"""

import time

import numpy as np
from sklearn.cluster import MiniBatchKMeans
from sklearn.svm import SVC

import fastsmote.over_sampling
from benchmarks.inputs.catalog import make
from benchmarks.inputs.tables import load
from benchmarks.measuring.programs import make_parser

ESTIMATORS = {"SVMSMOTE": (SVC, "fit"), "KMeansSMOTE": (MiniBatchKMeans, "fit")}


def share_of_ours(name, X, y):
    """The seconds of a call, and the share of them outside the estimator."""
    cls, method = ESTIMATORS[name]
    original, inside = getattr(cls, method), []

    def timed(self, *args, **kwargs):
        start = time.perf_counter()
        try:
            return original(self, *args, **kwargs)
        finally:
            inside.append(time.perf_counter() - start)

    setattr(cls, method, timed)
    try:
        start = time.perf_counter()
        make(fastsmote, name).fit_resample(X, y)
        seconds = time.perf_counter() - start
    finally:
        setattr(cls, method, original)
    return seconds, 1 - sum(inside) / seconds


def main():
    parser = make_parser("benchmarks.studies.shares", __doc__)
    parser.add_argument(
        "--tables", nargs="+", metavar="TABLE", default=["small-1000", "small-10000"]
    )
    parser.add_argument("--samplers", nargs="+", default=list(ESTIMATORS), choices=list(ESTIMATORS))
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    for name in args.samplers:
        for table in args.tables:
            X, y = load(table)
            runs = np.array([share_of_ours(name, X, y) for _ in range(args.rounds + 1)][1:])
            seconds, share = np.median(runs, axis=0)
            print(
                f"{table:24s} {name:16s} {seconds:8.3f} s, of which fastsmote {100 * share:5.1f} %"
            )


if __name__ == "__main__":
    main()
