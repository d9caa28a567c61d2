"""The tables that the benchmarks measure, by name: generated tables and Parquet files."""

import os
from functools import lru_cache
from pathlib import Path

import numpy as np
from sklearn.preprocessing import StandardScaler

from benchmarks.inputs.generators import GENERATORS

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
TARGETS = ("y", "tx_fraud")  # possible names of the column of classes
IDS = ("transaction_id",)  # numeric columns that are not features


def data_folder():
    """The folder of Parquet files that FASTSMOTE_DATA names."""
    folder = os.environ.get("FASTSMOTE_DATA")
    if not folder:
        raise SystemExit("set FASTSMOTE_DATA to the folder with the Parquet files")
    return Path(folder)


def real_tables():
    """The names of all Parquet files in the folder; empty if FASTSMOTE_DATA is not set."""
    if not os.environ.get("FASTSMOTE_DATA"):
        return []
    names = sorted(path.stem for path in data_folder().glob("*.parquet"))
    if not names:
        raise SystemExit(f"{data_folder()} has no Parquet file; name a folder that has some")
    return names


def read_parquet(name):
    """The DataFrame of a Parquet file without its target, and the target as codes from 0."""
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
    """The numeric features of a Parquet file, standardized if ``scale``, and its target."""
    frame, y = read_parquet(name)
    numbers = frame.select_dtypes("number").drop(columns=list(IDS), errors="ignore")
    X = np.ascontiguousarray(numbers.to_numpy(dtype=np.float64))
    return (StandardScaler().fit_transform(X) if scale else X), y


def with_ids(name):
    """The table fraud_handbook with the customer and the terminal as categories."""
    frame, y = read_parquet(name)
    return frame.drop(columns=["transaction_id", "tx_datetime"]), y


def with_categories(X, y):
    """Replace the first features by categories, cut at their deciles, for SMOTENC.

    Up to three features become categories of up to ten values. At least half of the features
    stay numbers.
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
    """All rows of the minority and every n-th row of the majority."""
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
    """Read or generate a table without the cache of `load`, which explains the names."""
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
    """X and y of a table. The last two tables stay in a cache.

    Parameters
    ----------
    name : str
        Generated tables of N rows:

        - ``classification-N``: make_classification, 30 features, 1 % minority.
        - ``small-N``: make_classification, 10 features, 10 % minority.
        - ``gauss-N-D``: iid normal, D features, 1 % minority.
        - ``blobs-N-D-P``: clusters, D features and P % minority; 20 and 1 by default.
        - ``far-N``: two classes far apart, half of the features 0 or 1, 6 % minority, F-ordered.
        - ``duplicates-N``: most rows occur many times.
        - ``integers-N``: many distances are equal.
        - ``sparse-N-D-V``: a CSR matrix of D features, V values per row, 10 % minority.
        - ``mixed-N``: a DataFrame of numbers and categories; ``text-N`` adds text.
        - ``numbers-N``: a DataFrame of numbers of several dtypes; ``array-N`` is the
          ndarray of the same numbers.
        - ``words-N``: an ndarray of text.

        Any other name is a Parquet file of the folder that FASTSMOTE_DATA names. Its
        features are standardized.

        A name may have suffixes, in this order: ``:raw`` keeps the features of a Parquet
        file as they are; ``:ids`` is for ``fraud_handbook`` and adds its two columns of ids;
        ``:float32`` converts numbers; ``:mixed`` cuts the first features into categories.
        ``/8`` keeps all rows of the minority and every 8th row of the majority; ``@1000``
        keeps the first 1,000 rows.

    Returns
    -------
    X, y
    """
    return read(name)
