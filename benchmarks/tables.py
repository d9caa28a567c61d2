"""The tables that are measured: made ones, and real ones from a folder of Parquet files."""

import os
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy import sparse
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


def sparse_rows(n_rows, n_features, n_values):
    """Rows of about so many values each, at features of which some are in many rows.

    Feature f is drawn about as often as 1 / (f + 1), as words are; a tenth of the rows are
    the minority, which has its own order of the features for a third of its values.
    """
    rng = np.random.RandomState(0)
    y = (rng.uniform(size=n_rows) < 0.1).astype(np.int64)
    rows = np.repeat(np.arange(n_rows), n_values)
    features = (n_features ** rng.uniform(size=len(rows))).astype(np.int64) - 1
    is_own = (y[rows] == 1) & (rng.uniform(size=len(rows)) < 1 / 3)
    features[is_own] = n_features - 1 - features[is_own]
    values = rng.lognormal(size=len(rows))
    return sparse.csr_matrix((values, (rows, features)), shape=(n_rows, n_features)), y


@lru_cache(maxsize=2)
def load(name):
    """A table by name.

    ``classification-N`` is make_classification with N rows, 30 features and 1 % minority;
    ``gauss-N-D`` is iid normal, N rows of D features with 1 % minority; ``small-N`` has 10
    features and 10 % minority; ``sparse-N-D-V`` is a CSR matrix of N rows of D features, V
    values a row and 10 % minority; others are real tables, with ``:raw`` not standardised.
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
    if kind == "sparse":
        return sparse_rows(*map(int, sizes))
    name, _, raw = name.partition(":")
    return load_real(name, scale=not raw)
