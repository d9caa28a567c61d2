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


def load_fraud_frame():
    """fraud_handbook as it is: numbers, and customer and terminal as categories."""
    import pandas as pd

    folder = os.environ.get("FASTSMOTE_DATA")
    if not folder:
        raise SystemExit("set FASTSMOTE_DATA to the folder with the Parquet files")
    frame = pd.read_parquet(Path(folder) / "fraud_handbook.parquet")
    y = frame.pop("tx_fraud").to_numpy().astype(np.int64)
    return frame.drop(columns=["transaction_id", "tx_datetime"]), y


def make_mixed(n_rows, n_text=0):
    """A pandas DataFrame: ten numbers and three columns of five categories; maybe text."""
    import pandas as pd

    X, y = make_classification(n_rows, 10, weights=[0.9], random_state=0)
    rng = np.random.RandomState(0)
    frame = pd.DataFrame(X, columns=[f"n{j}" for j in range(10)])
    frame["n8"], frame["n9"] = (frame["n8"] * 100).astype(np.int64), frame["n9"].astype(np.float32)
    for j in range(3):
        frame[f"c{j}"] = pd.Categorical.from_codes(rng.randint(5, size=n_rows), list("abcde"))
    for j in range(n_text):
        frame[f"t{j}"] = np.char.add("word", rng.randint(1000, size=n_rows).astype(str))
    return frame, y


def make_words(n_rows):
    """Eight columns of text, of 5 to 50 words, some of which a class prefers; 20 % minority."""
    rng = np.random.RandomState(0)
    y = (rng.uniform(size=n_rows) < 0.2).astype(np.int64)
    codes = rng.uniform(size=(n_rows, 8)) ** (1 + y[:, None]) * np.tile([5, 10, 20, 50], 2)
    return np.char.add("w", codes.astype(np.int64).astype(str)), y


@lru_cache(maxsize=2)
def load(name):
    """A table by name.

    ``classification-N`` is make_classification with N rows, 30 features and 1 % minority;
    ``gauss-N-D`` is iid normal, N rows of D features with 1 % minority; ``small-N`` has 10
    features and 10 % minority; ``sparse-N-D-V`` is a CSR matrix of N rows of D features, V
    values a row and 10 % minority; others are real tables, with ``:raw`` not standardised.
    ``NAME/8`` has all rows of the minority and every 8th of the others, ``NAME@1000`` the
    first 1,000 rows. DataFrames are ``mixed-N``, of numbers and categories, ``text-N``, of
    text too, ``numbers-N``, of numbers of several dtypes with the ndarray of the same numbers
    as ``array-N``, and ``fraud_handbook:ids`` with its two columns of ids; ``words-N`` is an
    array of text.
    """
    name, _, n_first = name.partition("@")
    if n_first:
        X, y = load(name)
        n_first = int(n_first)
        return (X.iloc[:n_first] if hasattr(X, "iloc") else X[:n_first]), y[:n_first]
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
    if kind in ("mixed", "text"):
        return make_mixed(int(sizes[0]), n_text=2 if kind == "text" else 0)
    if kind in ("numbers", "array"):
        X, y = make_mixed(int(sizes[0]))
        X = X.select_dtypes("number")
        return (X if kind == "numbers" else X.to_numpy(np.float64)), y
    if kind == "words":
        return make_words(int(sizes[0]))
    if name == "fraud_handbook:ids":
        return load_fraud_frame()
    name, _, raw = name.partition(":")
    return load_real(name, scale=not raw)
