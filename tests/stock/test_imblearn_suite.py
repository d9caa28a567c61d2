"""imbalanced-learn's own tests pass with the compiled samplers in place of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import imblearn
import pytest
from helpers.imblearn_suite import CANNOT_PASS

import fastsmote

LEAST_PASSED = 2_000
COMMAND = [
    *[sys.executable, "-m", "pytest", "--pyargs", "imblearn", "-n", "2", "-q", "-rfEx"],
    *["-p", "helpers.imblearn_suite", "-p", "no:cacheprovider", "--disable-warnings"],
    # Not this project's settings; and names of tests that do not depend on the folder.
    *["-c", os.devnull, "--rootdir", str(Path(imblearn.__file__).parent)],
]


def run_suite():
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    folders = [Path(__file__).parents[1], Path(fastsmote.__file__).parents[1]]
    environment["PYTHONPATH"] = os.pathsep.join(map(str, folders))
    environment["OPENBLAS_NUM_THREADS"] = "1"  # of each of the two workers
    return subprocess.run(
        COMMAND, env=environment, capture_output=True, text=True, timeout=1800, check=False
    )


@pytest.mark.stock
def test_imbalanced_learns_tests_pass_under_the_patch():
    done = run_suite()
    assert done.returncode == 0, done.stdout + done.stderr
    for name, reason in CANNOT_PASS.items():
        assert f"{name} - {reason}\n" in done.stdout
    n_passed = int(re.search(r"(\d+) passed", done.stdout)[1])
    assert n_passed >= LEAST_PASSED, done.stdout
