"""Measure the peak memory of a call above its input and output, in a fresh process.

python -m benchmarks.studies.memory --sampler SMOTE --rows 1000000 --features 30
FASTSMOTE_DATA=folder python -m benchmarks.studies.memory --sampler ENN --table fraud_handbook
"""

import subprocess
import sys

import numpy as np

import fastsmote.combine
import fastsmote.over_sampling
import fastsmote.under_sampling
from benchmarks.inputs.catalog import make
from benchmarks.inputs.tables import load
from benchmarks.measuring.calls import few_rows
from benchmarks.measuring.process_memory import forget_peak, peak_bytes, resident_bytes
from benchmarks.measuring.programs import make_parser


def iid_normal(n_rows, n_features, dtype):
    rng = np.random.RandomState(0)
    y = (rng.uniform(size=n_rows) < 0.01).astype(np.int64)
    X = np.empty((n_rows, n_features), dtype)
    for start in range(0, n_rows, 10_000):  # no temporary as large as X
        X[start : start + 10_000] = rng.randn(*X[start : start + 10_000].shape)
    return X, y


def size_of(X):
    return X.memory_usage(index=False).sum() if hasattr(X, "iloc") else X.nbytes


def measure(sampler, X, y):
    """Print the peak above input and output, the size of the output, and their ratio."""
    if peak_bytes() is None:
        raise SystemExit("the peak memory can be measured on Linux only")
    make(fastsmote, sampler).fit_resample(*few_rows(X, y))  # load the kernels
    forget_peak()
    before = resident_bytes()
    X_resampled, y_resampled = make(fastsmote, sampler).fit_resample(X, y)
    output = size_of(X_resampled) + y_resampled.nbytes
    extra = peak_bytes() - before - output
    kind = getattr(X, "dtype", "DataFrame")
    print(
        f"{sampler} {X.shape[0]} x {X.shape[1]} {kind}: output {output / 2**20:.0f} MiB, peak "
        f"above input and output {extra / 2**20:.0f} MiB = {100 * extra / output:.1f} %"
    )


def main():
    parser = make_parser("benchmarks.studies.memory", __doc__)
    parser.add_argument("--sampler", default="SMOTE")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--features", type=int, default=30)
    parser.add_argument("--dtype", default="float64")
    parser.add_argument("--table", help="name of a table; default: iid normal rows")
    parser.add_argument("--here", action="store_true", help="measure in this process")
    args = parser.parse_args()
    if args.here:
        if args.table:
            X, y = load(args.table)
        else:
            X, y = iid_normal(args.rows, args.features, args.dtype)
        measure(args.sampler, X, y)
    else:
        command = [sys.executable, "-m", "benchmarks.studies.memory", "--here", *sys.argv[1:]]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
