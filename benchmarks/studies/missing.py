"""Compare ``missing="partial"`` with the same table without missing values.

python -m benchmarks.studies.missing --tables classification-300000 --share 0.05 --rounds 5

Three calls of each sampler take turns, and another one starts each round:

error     the sampler as it is, on the table
complete  the same with ``missing="partial"``, on the same table
partial   the same with ``missing="partial"``, on the table without a share of its values

The rows of the first two are compared before a time counts. The numbers are the medians of the
rounds and the ratios to the first call. A ratio above the limit is marked, and the status is 1.
"""

import sys
import time

import numpy as np

from benchmarks.inputs.tables import load
from benchmarks.measuring.calls import claim_memory_for, few_rows
from benchmarks.measuring.programs import make_parser, whole
from fastsmote.combine import SMOTEENN, SMOTETomek
from fastsmote.over_sampling import ADASYN, SMOTE, BorderlineSMOTE
from fastsmote.under_sampling import EditedNearestNeighbours, TomekLinks

SAMPLERS = {
    "SMOTE": SMOTE,
    "BorderlineSMOTE": BorderlineSMOTE,
    "ADASYN": ADASYN,
    "TomekLinks": TomekLinks,
    "ENN": EditedNearestNeighbours,
    "SMOTETomek": SMOTETomek,
    "SMOTEENN": SMOTEENN,
}
CALLS = ("error", "complete", "partial")
LIMITS = {"complete": 1.05, "partial": 3.0}


def without_some(X, share):
    """A copy of X in which a share of the values, drawn at random, is missing; no row is empty."""
    is_missing = np.random.RandomState(0).random_sample(X.shape) < share
    is_missing[is_missing.all(axis=1)] = False
    return np.where(is_missing, np.nan, X)


def make(sampler, missing):
    parameters = {"random_state": 0} if "random_state" in sampler().get_params() else {}
    return sampler(missing=missing, **parameters)


def compare(sampler, X, y, share, n_rounds):
    """The median seconds of each call."""
    tables = {"error": X, "complete": X, "partial": without_some(X, share)}
    seconds, outputs = {name: [] for name in CALLS}, {}
    for name in CALLS:  # load the kernels
        missing = "error" if name == "error" else "partial"
        make(sampler, missing).fit_resample(*few_rows(tables[name], y))
    claim_memory_for(X)
    for i in range(n_rounds):
        for name in np.roll(CALLS, i):
            call = make(sampler, "error" if name == "error" else "partial")
            start = time.perf_counter()
            X_resampled, _ = call.fit_resample(tables[name], y)
            seconds[name].append(time.perf_counter() - start)
            if name != "partial":
                outputs[name] = X_resampled
        np.testing.assert_array_equal(outputs["error"], outputs["complete"])
        outputs.clear()
    return {name: np.median(seconds[name]) for name in CALLS}


def main():
    parser = make_parser("benchmarks.studies.missing", __doc__)
    parser.add_argument("--tables", nargs="+", metavar="TABLE", default=["classification-300000"])
    parser.add_argument("--samplers", nargs="+", choices=SAMPLERS, default=list(SAMPLERS))
    parser.add_argument("--share", type=float, default=0.05, help="of values that are missing")
    parser.add_argument("--rounds", type=whole, default=5)
    args = parser.parse_args()
    is_slow = False
    for table in args.tables:
        X, y = load(table)
        for name in args.samplers:
            medians = compare(SAMPLERS[name], X, y, args.share, args.rounds)
            line = f"{table}  {name:16s} {medians['error']:8.3f} s"
            for call, limit in LIMITS.items():
                ratio = medians[call] / medians["error"]
                is_slow |= ratio > limit
                line += f"  {call} {ratio:5.2f}x{' SLOW' if ratio > limit else ''}"
            print(line, flush=True)
    sys.exit(is_slow)


if __name__ == "__main__":
    main()
