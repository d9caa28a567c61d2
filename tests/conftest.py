"""Hypothesis settings, benchmarks/ as a package, and the real tables of FASTSMOTE_DATA."""

import os
import signal
import sys
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

# Last: an installed fastsmote comes first.
sys.path.append(str(Path(__file__).resolve().parent.parent))

# A job in the background of a shell ignores Ctrl-C, and so would every process that a test
# starts and interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile(
    "fastsmote",
    deadline=None,  # a first call compiles
    max_examples=50,
    derandomize=bool(os.environ.get("CI")),
    print_blob=True,
)
settings.load_profile("fastsmote")

DATA = os.environ.get("FASTSMOTE_DATA", "")
# The target's name where it is not "y", and numeric columns that are no features.
TARGETS = {"fraud_handbook": "tx_fraud"}
IDS = {"fraud_handbook": ["transaction_id"]}


def _table_names():
    if not DATA:
        return []
    names = sorted(path.stem for path in Path(DATA).glob("*.parquet"))
    if not names:
        raise pytest.UsageError(f"FASTSMOTE_DATA names a folder without Parquet files: {DATA!r}")
    return names


@lru_cache(maxsize=2)
def _load_table(name, scale):
    pd = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    frame = pd.read_parquet(Path(DATA) / f"{name}.parquet")
    target = TARGETS.get(name, "y")
    y = frame[target].to_numpy()
    frame = frame.select_dtypes("number").drop(columns=[target, *IDS.get(name, [])])
    X = np.ascontiguousarray(frame.to_numpy(dtype=np.float64))
    if scale:
        X = (X - X.mean(axis=0)) / np.where(X.std(axis=0) == 0.0, 1.0, X.std(axis=0))
    X.flags.writeable = y.flags.writeable = False
    return X, y


@pytest.fixture
def load_table():
    """``load_table(name, scale)`` gives X, float64, and y; scale standardises the columns."""
    return _load_table


def pytest_generate_tests(metafunc):
    """A test that takes ``table_name`` runs on every table, or is skipped with the reason."""
    if "table_name" in metafunc.fixturenames:
        reason = "FASTSMOTE_DATA does not name a folder of Parquet tables"
        no_table = pytest.param(None, marks=pytest.mark.skip(reason=reason))
        metafunc.parametrize("table_name", _table_names() or [no_table])
