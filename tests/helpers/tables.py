"""Tables that tests are about, each a small one with what its tests need."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from scipy import sparse
from sklearn.datasets import make_classification

# Eighty rows of three features, a quarter of them of the minority class.
Y = np.repeat([0, 1], [60, 20])
X = np.random.default_rng(0).normal(size=(80, 3))
# The features of make_table and make_labeled_frame.
FEATURES = ["a", "b", "c", "n"]

# Arrays


def make_noise():
    """Features that say nothing of the two classes."""
    rng = np.random.RandomState(0)
    return rng.randn(3000, 4), (rng.uniform(size=3000) < 0.2).astype(int)


def make_close_classes(n_classes, n_rows=1500):
    """Two classes or more that overlap, without ties."""
    weights = [0.85] if n_classes == 2 else [0.7, 0.15, 0.08]
    X, y = make_classification(
        n_rows, 6, n_informative=5, n_redundant=1, n_classes=n_classes, weights=weights,
        class_sep=0.7, random_state=3,
    )  # fmt: skip
    return X, y


def tied_table(seed, n_rows, n_values, n_classes=2):
    rng = np.random.RandomState(seed)
    X = rng.randint(0, n_values, (n_rows, 2)).astype(float)
    y = rng.randint(0, n_classes, n_rows)
    y[:6] = [0, 0, 0, 1, 1, 1]
    return X, y


def make_arrays(n_rows=3_000, n_classes=3, dtype=np.float64, seed=0):
    """Overlapping classes, the last the rarest, and repeated values in one column."""
    rng = np.random.RandomState(seed)
    y = np.minimum(rng.geometric(0.85, n_rows) - 1, n_classes - 1)
    X = rng.randn(n_rows, 4) + y[:, None]
    X[:, 3] = np.round(X[:, 3])
    return X.astype(dtype), y


def make_coded(dtype=np.float64, n_classes=2, n_rows=600):
    """Four numbers, a column of 3 categories, of 40 and of 200."""
    rng = np.random.RandomState(0)
    y = rng.choice(n_classes, size=n_rows, p=[0.7, 0.3] if n_classes == 2 else [0.6, 0.25, 0.15])
    numbers = rng.randn(n_rows, 4) + y[:, None]
    codes = [rng.randint(n, size=n_rows) for n in (3, 40, 200)]
    return np.column_stack([numbers[:, :2], codes[0], numbers[:, 2:], *codes[1:]]).astype(dtype), y


# A sparse matrix

SHAPES = {  # features, and how many of them a row has
    "narrow": (20, 8),
    "filled": (100, 50),
    "middle": (100, 10),
    "wide": (3000, 30),
    "wider than values": (50_000, 30),
}


def make_sparse(shape="wide", n_classes=2, seed=0, dtype=np.float64, format="csr"):
    """A table without ties: 25 kinds of rows, most of a kind of one class."""
    n_features, n_values = SHAPES[shape]
    n_rows, n_kinds = 250, 25
    rng = np.random.RandomState(seed)
    kinds = sparse.random(
        n_kinds, n_features, n_values / n_features, "csr", random_state=rng, data_rvs=rng.randn
    )
    kind = rng.randint(n_kinds, size=n_rows)
    X = kinds[kind]
    X.data *= 1.0 + 0.4 * rng.randn(len(X.data))
    shares = [0.75, 0.25] if n_classes == 2 else [0.6, 0.25, 0.15]
    likely, any_class = (rng.choice(n_classes, size=n, p=shares) for n in (n_kinds, n_rows))
    y = np.where(rng.uniform(size=n_rows) < 0.7, likely[kind], any_class)
    return X.astype(dtype).asformat(format), y


# Frames


def make_table(n_rows=6_000, n_classes=2, dtype=np.float64, seed=0):
    """Overlapping classes, the last the rarest, with an id, a time and a text beside them."""
    rng = np.random.RandomState(seed)
    y = np.minimum(rng.geometric(0.95, n_rows) - 1, n_classes - 1)
    frame = pd.DataFrame(
        {name: (rng.randn(n_rows) + y).astype(dtype) for name in FEATURES[:3]},
    )
    frame["n"] = rng.randint(0, 50, n_rows).astype(np.int32 if dtype == np.float64 else np.int8)
    frame["id"] = np.arange(n_rows)
    frame["time"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(n_rows), unit="s")
    frame["text"] = pd.Categorical(rng.choice(["u", "v", "w"], n_rows))
    frame["y"] = y
    return frame


def make_labeled_frame(n_rows=3_000, **kwargs):
    """A frame with a column of small integers, and labels that are strings."""
    X, y = make_arrays(n_rows, **kwargs)
    frame = pd.DataFrame(X, columns=FEATURES)
    frame["n"] = frame["n"].astype(np.int32)
    frame["y"] = pd.Series(np.array(["common", "odd", "rare"])[y], dtype="string[pyarrow]")
    return frame


def make_coded_frame(n_classes=2):
    """The same with columns of several dtypes, and labels that are text where there are two."""
    X, y = make_coded(n_classes=n_classes)
    frame = pd.DataFrame(X, columns=[f"c{i}" for i in range(7)])
    frame["c1"] = frame["c1"].astype(np.float32)
    frame["c3"] = (frame["c3"] * 10).astype(np.int64)
    frame["c2"] = pd.Categorical.from_codes(
        frame["c2"].astype(int), ["red", "blue", "green", "unseen"]
    )
    frame["c5"] = frame["c5"].astype(int).map("city {}".format)
    frame["c6"] = frame["c6"].astype(np.int32)
    return frame, pd.Series(np.where(y == 0, "no", "yes") if n_classes == 2 else y, name="target")


N_ROWS = 400  # of make_numbers and make_mixed


def make_numbers():
    """Floats and integers of both sizes, a fifth of the minority class."""
    rng = np.random.RandomState(0)
    y = (rng.uniform(size=N_ROWS) < 0.2).astype(np.int64)
    X = rng.randn(N_ROWS, 5) + y[:, None] * 0.8
    frame = pd.DataFrame(X, columns=["a", "b", "c", "d", "e"])
    frame["b"] = frame["b"].astype(np.float32)
    frame["c"] = (frame["c"] * 1000).round().astype(np.int32)
    frame["d"] = (frame["d"] * 1000).round().astype(np.int64)
    return frame, pd.Series(y, name="fraud")


def make_mixed():
    """Numbers, text, categories, times and missing values."""
    frame, y = make_numbers()
    rng = np.random.RandomState(1)
    frame["city"] = rng.choice(["Oslo", "Bergen", "Tromsø"], size=N_ROWS)
    frame["size"] = pd.Categorical(rng.choice(["S", "M", "L"], size=N_ROWS), ["S", "M", "L", "XL"])
    return frame, y


def with_times(frame):
    """The same rows with times, texts and integers beside them, some missing."""
    frame = frame.copy()
    frame["when"] = pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(N_ROWS), unit="h")
    frame["note"] = pd.array([None if i % 3 else f"n{i}" for i in range(N_ROWS)], dtype="string")
    frame["count"] = pd.array([None if i % 5 == 0 else i for i in range(N_ROWS)], dtype="Int64")
    return frame


FRAMES = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}
WORDS = np.array(["red", "green", "blue"])[np.random.default_rng(2).integers(3, size=80)].tolist()


def mixed(kind, **more):
    """A frame of a kind with X's columns, of four dtypes, and others."""
    columns = {
        "a": X[:, 0],
        "b": np.arange(80) * 7,
        "c": X[:, 2] > 0,
        "d": X[:, 1].astype(np.float32),
        **more,
    }
    return FRAMES[kind](columns)


# A pyarrow table


def make_sales(n_rows=900):
    """Three classes in no order, some rows twice, and columns of types that are easily lost."""
    rng = np.random.default_rng(0)
    times = rng.integers(0, 10**15, n_rows)
    table = pa.table(
        {
            "id": rng.permutation(n_rows) + 2**60,  # float64 would round it
            "amount": rng.normal(0, 100, n_rows).astype(np.float32),
            "shop": rng.choice(["north", "south"], n_rows),
            "label": rng.choice(["fraud", "honest", "unsure"], n_rows, p=[0.1, 0.65, 0.25]),
            "items": rng.integers(-1000, 1000, n_rows).astype(np.int32),
            "local_time": pa.array(times, pa.timestamp("us")),
            "time": pa.array(times, pa.timestamp("us", "UTC")),
            "batch": rng.integers(0, 4, n_rows),
            "age": rng.normal(size=n_rows),
        }
    )
    twice = table.slice(0, 50)
    return pa.concat_tables([table, twice.set_column(0, "id", pa.array(np.arange(50)))])
