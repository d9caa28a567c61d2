"""The real tables of FASTSMOTE_DATA, a folder of Parquet files."""

import os
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

DATA = os.environ.get("FASTSMOTE_DATA", "")
# The target's name where it is not "y", and numeric columns that are no features.
TARGETS = {"fraud_handbook": "tx_fraud"}
IDS = {"fraud_handbook": ["transaction_id"]}


def table_names():
    if not DATA:
        return []
    names = sorted(path.stem for path in Path(DATA).glob("*.parquet"))
    if not names:
        raise pytest.UsageError(f"FASTSMOTE_DATA names a folder without Parquet files: {DATA!r}")
    return names


@lru_cache(maxsize=2)
def load_table(name, scale):
    """X, float64, and y; scale standardises the columns."""
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
