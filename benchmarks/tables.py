"""The tables that are measured, by name: made ones, and real ones from Parquet files."""

import os
from functools import lru_cache
from pathlib import Path

import numpy as np
from sklearn.preprocessing import StandardScaler

from benchmarks.generators import GENERATORS

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
TARGETS = ("y", "tx_fraud")  # what the column of classes may be called
IDS = ("transaction_id",)  # numbers that are no features


def data_folder():
    """The folder of Parquet files that FASTSMOTE_DATA names."""
    folder = os.environ.get("FASTSMOTE_DATA")
    if not folder:
        raise SystemExit("set FASTSMOTE_DATA to the folder with the Parquet files")
    return Path(folder)


def real_tables():
    """The names of all Parquet files of the folder; none where no folder is named."""
    if not os.environ.get("FASTSMOTE_DATA"):
        return []
    names = sorted(path.stem for path in data_folder().glob("*.parquet"))
    if not names:
        raise SystemExit(f"{data_folder()} has no Parquet file; name a folder that has some")
    return names


def read_parquet(name):
    """The frame of a Parquet file without its target, and the target as numbers from 0."""
    import pandas as pd

    path = data_folder() / f"{name}.parquet"
    if not path.exists():
        made = ", ".join(f"{kind}-N" for kind in GENERATORS)
        raise SystemExit(f"{name!r} is no Parquet file of the folder, nor one of {made}")
    frame = pd.read_parquet(path)
    targets = [column for column in TARGETS if column in frame]
    if not targets:
        raise SystemExit(f"{path.name} has columns {list(frame)}; one must be called {TARGETS[0]}")
    y = np.unique(frame.pop(targets[0]).to_numpy(), return_inverse=True)[1]
    return frame, y.astype(np.int64)


def load_real(name, scale=True):
    """The numeric features and the target of a Parquet file; standardised if asked for."""
    frame, y = read_parquet(name)
    numbers = frame.select_dtypes("number").drop(columns=list(IDS), errors="ignore")
    X = np.ascontiguousarray(numbers.to_numpy(dtype=np.float64))
    return (StandardScaler().fit_transform(X) if scale else X), y


def with_ids(name):
    """fraud_handbook as it is: numbers, and customer and terminal as categories."""
    frame, y = read_parquet(name)
    return frame.drop(columns=["transaction_id", "tx_datetime"]), y


def with_categories(X, y):
    """The first features cut into categories at their deciles, the others as they are.

    So every table of numbers becomes one for SMOTENC: up to three categories of up to ten
    values, and at least half of the features left.
    """
    import pandas as pd

    frame = pd.DataFrame(X, columns=[f"n{j}" for j in range(X.shape[1])])
    for j in range(min(3, X.shape[1] // 2)):
        cuts = np.unique(np.quantile(X[:, j], np.linspace(0.1, 0.9, 9)))
        codes = np.searchsorted(cuts, X[:, j], side="right")
        categories = list("abcdefghij")[: len(cuts) + 1]
        frame[f"n{j}"] = pd.Categorical.from_codes(codes, categories)
    return frame, y


def every_nth(X, y, n):
    """All rows of the minority and every n-th of the others."""
    is_minority = y == np.argmin(np.bincount(y))
    others = np.flatnonzero(~is_minority)[::n]
    rows = np.sort(np.concatenate([np.flatnonzero(is_minority), others]))
    return X[rows], y[rows]


def _read_whole(name, variants):
    kind, *sizes = name.split("-")
    if kind in GENERATORS:
        sizes = [float(size) if "." in size else int(size) for size in sizes]
        if kind == "blobs" and "float32" in variants:
            return GENERATORS[kind](*sizes, dtype=np.float32)
        return GENERATORS[kind](*sizes)
    if "ids" in variants:
        return with_ids(name)
    return load_real(name, scale="raw" not in variants)


def read(name):
    """A table by name, read or made anew; see `load`."""
    name, _, n_first = name.partition("@")
    name, _, share = name.partition("/")
    name, *variants = name.split(":")
    unknown = set(variants) - {"raw", "ids", "float32", "mixed"}
    if unknown:
        raise SystemExit(f"a table may be :raw, :ids, :float32 or :mixed. Got {unknown}")
    X, y = _read_whole(name, variants)
    if "float32" in variants:
        X = X.astype(np.float32, copy=False)
    if share:
        X, y = every_nth(X, y, int(share))
    if n_first:
        X, y = X[: int(n_first)], y[: int(n_first)]
    return with_categories(X, y) if "mixed" in variants else (X, y)


@lru_cache(maxsize=2)
def load(name):
    """A table by name.

    ``classification-N`` is make_classification with N rows, 30 features and 1 % minority;
    ``gauss-N-D`` is iid normal, N rows of D features with 1 % minority; ``blobs-N-D-P`` has
    structure, D features and P % minority (20 and 1 if left out); ``duplicates-N`` has most
    rows many times; ``integers-N`` ties everywhere; ``small-N`` has 10 features and 10 %
    minority; ``sparse-N-D-V`` is a CSR matrix of N rows of D features, V values a row and
    10 % minority. DataFrames are ``mixed-N``, of numbers and categories, ``text-N``, of
    text too, ``numbers-N``, of numbers of several dtypes with the ndarray of the same
    numbers as ``array-N``; ``words-N`` is an array of text.

    Others are real tables, with ``:raw`` not standardised; ``fraud_handbook:ids`` has its
    two columns of ids. Any table of numbers may be ``:float32``, or ``:mixed``, with its
    first features cut into categories. ``NAME/8`` has all rows of the minority and every
    8th of the others, ``NAME@1000`` the first 1,000 rows.
    """
    return read(name)
