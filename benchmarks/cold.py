"""Import time, and the first call on an empty and on a filled kernel cache.

python -m benchmarks.cold
"""

import os
import subprocess
import sys
import tempfile

import numpy as np

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
    """The numbers that a fresh process prints."""
    environment = dict(os.environ, **({"NUMBA_CACHE_DIR": cache} if cache else {}))
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return np.array(done.stdout.split(), float)


def compare_imports(rounds=9):
    modules = ("imblearn.over_sampling", "fastsmote", "fastsmote.over_sampling")
    seconds = np.array([[run(IMPORT.format(m))[0] for m in modules] for _ in range(rounds + 1)][1:])
    for j, module in enumerate(modules):
        ratio = np.median(seconds[:, j] / seconds[:, 0])
        print(f"import {module:24s} {np.median(seconds[:, j]):.3f} s, ratio {ratio:.2f}")


def compare_first_calls(rounds=5):
    empty, filled = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as cache:
            empty.append(run(FIRST_CALL, cache))
            filled.append(run(FIRST_CALL, cache))
    for name, seconds in (("empty", np.array(empty)), ("filled", np.array(filled))):
        first, extra = np.median(seconds[:, 0]), np.median(seconds[:, 0] - seconds[:, 1])
        print(f"first SMOTE on a cache that is {name}: {first:.2f} s, {extra:.2f} s over a second")


if __name__ == "__main__":
    compare_imports()
    compare_first_calls()
