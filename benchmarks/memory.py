"""Peak memory of a call above its input and output, in a fresh process.

python -m benchmarks.memory --sampler SMOTE --rows 1000000 --features 30
FASTSMOTE_DATA=... python -m benchmarks.memory --sampler ENN --table fraud_handbook
"""

import argparse
import subprocess
import sys

import numpy as np

import fastsmote.combine
import fastsmote.over_sampling
import fastsmote.under_sampling
from benchmarks.catalog import make
from benchmarks.cells import few_rows
from benchmarks.process_memory import forget_peak, peak_bytes, resident_bytes
from benchmarks.tables import load


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
    """Print the peak above what stood before the call, the output's size and their ratio."""
    if peak_bytes() is None:
        raise SystemExit("memory is measured on Linux")
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
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sampler", default="SMOTE")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--features", type=int, default=30)
    parser.add_argument("--dtype", default="float64")
    parser.add_argument("--table", help="a real one, in place of iid normal rows")
    parser.add_argument("--here", action="store_true", help="in this process")
    args = parser.parse_args()
    if args.here:
        if args.table:
            X, y = load(args.table)
        else:
            X, y = iid_normal(args.rows, args.features, args.dtype)
        measure(args.sampler, X, y)
    else:
        command = [sys.executable, "-m", "benchmarks.memory", "--here", *sys.argv[1:]]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
