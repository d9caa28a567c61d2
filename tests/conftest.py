"""Hypothesis settings, benchmarks/ as a package, workers, and the tables of FASTSMOTE_DATA."""

import os
import signal
import sys
from pathlib import Path

import pytest
import scipy.linalg  # noqa: F401 (loads SciPy's BLAS beside NumPy's)
from hypothesis import settings
from threadpoolctl import threadpool_limits

# Before they are imported: a failed comparison shows its values.
pytest.register_assert_rewrite("helpers")

from helpers import real_tables  # noqa: E402

# Last: an installed fastsmote comes first.
sys.path.append(str(Path(__file__).resolve().parent.parent))

# A job in the background of a shell ignores Ctrl-C, and so would every process that a test
# starts and interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The workers of pytest -n share the cores. OpenBLAS would start a thread per core in each, and
# its threads spin while they wait: small fits take three times the CPU time. Only this process
# is limited, so the programs that tests start have the threads that users have.
if "PYTEST_XDIST_WORKER" in os.environ:
    threadpool_limits(1, "blas")

settings.register_profile(
    "fastsmote",
    deadline=None,  # a first call compiles
    max_examples=50,
    derandomize=bool(os.environ.get("CI")),
    print_blob=True,
)
settings.load_profile("fastsmote")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """pytest -n: a worker runs whole files, whose tests share what they start and compile."""
    if getattr(config.option, "numprocesses", None) and config.option.dist == "no":
        config.option.dist = "loadfile"


@pytest.fixture
def load_table():
    """``load_table(name, scale)`` gives X, float64, and y; scale standardises the columns."""
    return real_tables.load_table


def pytest_generate_tests(metafunc):
    """A test that takes ``table_name`` runs on every table, or is skipped with the reason."""
    if "table_name" in metafunc.fixturenames:
        reason = "FASTSMOTE_DATA does not name a folder of Parquet tables"
        no_table = pytest.param(None, marks=pytest.mark.skip(reason=reason))
        metafunc.parametrize("table_name", real_tables.table_names() or [no_table])
