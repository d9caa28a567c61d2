"""Time the import, and the first call with an empty and with a filled kernel cache.

python -m benchmarks.cold
"""

import os
import subprocess
import sys
import tempfile

import numpy as np

from benchmarks.measuring.programs import make_parser, whole

FIRST_CALL = """
import time, numpy as np
from fastsmote.over_sampling import SMOTE
rng = np.random.RandomState(0)
X, y = rng.randn(5000, 10), (np.arange(5000) < 500).astype(int)
seconds = []
for _ in range(2):
    start = time.perf_counter()
    SMOTE(random_state=0).fit_resample(X, y)
    seconds.append(time.perf_counter() - start)
print(*seconds)
"""
IMPORT = "import time; start = time.perf_counter(); import {}; print(time.perf_counter() - start)"


def run(code, cache=None):
    """Run code in a fresh process and return the numbers that it prints."""
    environment = dict(os.environ, **({"NUMBA_CACHE_DIR": cache} if cache else {}))
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return np.array(done.stdout.split(), float)


def compare_imports(rounds):
    """Print the seconds of each import and the ratio to imbalanced-learn's."""
    modules = ("imblearn.over_sampling", "fastsmote", "fastsmote.over_sampling")
    seconds = np.array([[run(IMPORT.format(m))[0] for m in modules] for _ in range(rounds + 1)][1:])
    for j, module in enumerate(modules):
        ratio = np.median(seconds[:, j] / seconds[:, 0])
        print(f"import {module:24s} {np.median(seconds[:, j]):.3f} s, ratio {ratio:.2f}")


def compare_first_calls(rounds):
    """Print the seconds of the first call, and how many more than the second call takes."""
    empty, filled = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as cache:
            empty.append(run(FIRST_CALL, cache))
            filled.append(run(FIRST_CALL, cache))
    for name, seconds in (("empty", np.array(empty)), ("filled", np.array(filled))):
        first, extra = np.median(seconds[:, 0]), np.median(seconds[:, 0] - seconds[:, 1])
        print(
            f"first SMOTE with the cache {name}: {first:.2f} s, {extra:.2f} s more than the second"
        )


def main():
    parser = make_parser("benchmarks.cold", __doc__)
    parser.add_argument("--imports", type=whole, default=9, help="rounds of the imports")
    parser.add_argument("--calls", type=whole, default=5, help="rounds of the first calls")
    args = parser.parse_args()
    compare_imports(args.imports)
    compare_first_calls(args.calls)


if __name__ == "__main__":
    main()
