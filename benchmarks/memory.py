"""Peak memory of a call above its input and output, in a fresh process.

python -m benchmarks.memory --sampler SMOTE --rows 1000000 --features 30
"""

import argparse
import resource
import subprocess
import sys

import numpy as np


def peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def measure(sampler, n_rows, n_features, dtype):
    """Print the peak above what stood before the call, the output's size and their ratio."""
    import fastsmote
    from benchmarks.samplers import make

    rng = np.random.RandomState(0)
    y = (rng.uniform(size=n_rows) < 0.01).astype(np.int64)
    X = np.empty((n_rows, n_features), dtype)
    for start in range(0, n_rows, 10_000):  # no temporary as large as X
        X[start : start + 10_000] = rng.randn(*X[start : start + 10_000].shape)
    make(fastsmote, sampler).fit_resample(X[:5000], y[:5000])  # load the kernels
    before = peak_bytes()
    X_resampled, y_resampled = make(fastsmote, sampler).fit_resample(X, y)
    output = X_resampled.nbytes + y_resampled.nbytes
    extra = peak_bytes() - before - output
    print(
        f"{sampler} {n_rows} x {n_features} {np.dtype(dtype).name}: output {output / 2**20:.0f} "
        f"MiB, peak above input and output {extra / 2**20:.0f} MiB = {100 * extra / output:.1f} %"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sampler", default="SMOTE")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--features", type=int, default=30)
    parser.add_argument("--dtype", default="float64")
    parser.add_argument("--here", action="store_true", help="in this process")
    args = parser.parse_args()
    if args.here:
        measure(args.sampler, args.rows, args.features, args.dtype)
    else:
        command = [sys.executable, "-m", "benchmarks.memory", "--here", *sys.argv[1:]]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
