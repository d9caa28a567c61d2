"""Compare the time of an F-ordered array with that of a C-ordered one.

    python -m benchmarks.studies.layouts --tables blobs-20000-30 --samplers SMOTE ENN

The arrays take turns, and another one starts each round. The numbers are the medians of the
rounds and the ratio of these medians. The rows of both outputs are compared bit by bit. For
SMOTENC and SMOTEN, the first features or all features become categories. `SVMSMOTE` fits
scikit-learn's SVC, so it runs only on tables of at most 20,000 rows.
"""

import time

import numpy as np

import fastsmote.combine
import fastsmote.over_sampling
import fastsmote.under_sampling
from benchmarks.inputs.catalog import make
from benchmarks.inputs.tables import load
from benchmarks.measuring.calls import claim_memory_for, few_rows
from benchmarks.measuring.programs import add_samplers, make_parser, whole

N_CATEGORICAL = 3  # the first features, for SMOTENC
N_CATEGORIES = 5
MOST_ROWS_OF_SVC = 20_000


def categorized(X, n_features):
    """Replace the first features by a number of categories, in the dtype of X."""
    X = X.copy()
    for j in range(n_features):
        cuts = np.quantile(X[:, j], np.linspace(0, 1, N_CATEGORIES + 1)[1:-1])
        X[:, j] = np.searchsorted(cuts, X[:, j], side="right")
    return X


def table_for(name, X):
    """The table as a sampler needs it."""
    if name == "SMOTEN":
        return categorized(X, X.shape[1])
    return categorized(X, N_CATEGORICAL) if name == "SMOTENC" else X


def make_sampler(name):
    sampler = make(fastsmote, name)
    if name == "SMOTENC":
        sampler.set_params(categorical_features=list(range(N_CATEGORICAL)))
    if name == "KMeansSMOTE":  # the minority is rare in every cluster of some tables
        sampler.set_params(cluster_balance_threshold=0.0)
    return sampler


def timed(name, X, y):
    sampler = make_sampler(name)
    start = time.perf_counter()
    resampled = sampler.fit_resample(X, y)
    return time.perf_counter() - start, resampled


def compare(name, X, y, n_rounds):
    """The median seconds of C order and of F order, and whether all rows are equal."""
    arrays = {"C": np.ascontiguousarray(table_for(name, X))}
    arrays["F"] = np.asfortranarray(arrays["C"])
    for array in arrays.values():  # load the kernels
        make_sampler(name).fit_resample(*few_rows(array, y))
    claim_memory_for(X)
    seconds, are_equal = {order: [] for order in arrays}, True
    for i in range(n_rounds + 1):
        outputs = []
        for order in list(arrays)[:: 1 if i % 2 else -1]:
            elapsed, output = timed(name, arrays[order], y)
            seconds[order].append(elapsed)
            if i == 0:
                outputs.append(output)
            del output  # frees the memory for the next call
        if i == 0:
            are_equal = all(map(np.array_equal, *outputs))
    return np.median(seconds["C"][1:]), np.median(seconds["F"][1:]), are_equal


def main():
    parser = make_parser("benchmarks.studies.layouts", __doc__)
    parser.add_argument(
        "--tables", nargs="+", metavar="TABLE", default=["blobs-203000-39", "blobs-20000-30"]
    )
    add_samplers(parser)
    parser.add_argument("--rounds", type=whole, default=7)
    args = parser.parse_args()
    for table in args.tables:
        X, y = load(table)
        for name in args.samplers:
            if name == "SVMSMOTE" and len(y) > MOST_ROWS_OF_SVC:
                continue
            c, f, are_equal = compare(name, X, y, args.rounds)
            rows = "rows equal" if are_equal else "ROWS DIFFER"
            print(f"{table:18s} {name:18s} C {c:8.4f} s  F {f:8.4f} s  {f / c:5.2f}x  {rows}")


if __name__ == "__main__":
    main()
