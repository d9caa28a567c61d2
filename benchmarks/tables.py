"""The tables that are measured: made ones, and real ones from a folder of Parquet files."""

import os
from functools import lru_cache
from pathlib import Path

import numpy as np
from sklearn.datasets import make_classification
from sklearn.preprocessing import StandardScaler

REAL = (
    "annthyroid",
    "campaign",
    "fraud_handbook",
    "http",
    "landsat",
    "magic_gamma",
    "mammography",
    "optdigits",
    "pendigits",
    "shuttle",
    "skin",
)


def load_real(name, scale=True):
    """Features and target of FASTSMOTE_DATA/name.parquet; standardised if asked for."""
    import pandas as pd

    folder = os.environ.get("FASTSMOTE_DATA")
    if not folder:
        raise SystemExit("set FASTSMOTE_DATA to the folder with the Parquet files")
    frame = pd.read_parquet(Path(folder) / f"{name}.parquet")
    y = frame.pop("tx_fraud" if name == "fraud_handbook" else "y").to_numpy()
    numbers = frame.select_dtypes("number").drop(columns="transaction_id", errors="ignore")
    X = np.ascontiguousarray(numbers.to_numpy(dtype=np.float64))
    return (StandardScaler().fit_transform(X) if scale else X), y.astype(np.int64)


@lru_cache(maxsize=2)
def load(name):
    """A table by name.

    ``classification-N`` is make_classification with N rows, 30 features and 1 % minority;
    ``gauss-N-D`` is iid normal, N rows of D features with 1 % minority; ``small-N`` has 10
    features and 10 % minority; others are real tables, with ``:raw`` not standardised.
    ``NAME/8`` has all rows of the minority and every 8th of the others.
    """
    name, _, share = name.partition("/")
    if share:
        X, y = load(name)
        others = np.flatnonzero(y != np.argmin(np.bincount(y)))[:: int(share)]
        rows = np.sort(np.concatenate([np.flatnonzero(y == np.argmin(np.bincount(y))), others]))
        return X[rows], y[rows]
    kind, *sizes = name.split("-")
    if kind == "classification":
        return make_classification(int(sizes[0]), 30, weights=[0.99], random_state=0)
    if kind == "small":
        return make_classification(int(sizes[0]), 10, weights=[0.9], random_state=0)
    if kind == "gauss":
        rng = np.random.RandomState(0)
        X = rng.randn(int(sizes[0]), int(sizes[1]))
        return X, (rng.uniform(size=len(X)) < 0.01).astype(np.int64)
    name, _, raw = name.partition(":")
    return load_real(name, scale=not raw)
