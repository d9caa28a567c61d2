"""Generated tables. Each has a fixed seed, so that every run gets the same rows."""

import numpy as np
from scipy import sparse
from sklearn.datasets import make_classification

CHUNK_ROWS = 100_000  # generated at a time, so that no temporary is as large as the table


def classification(n_rows):
    """scikit-learn's make_classification: 30 features, 1 % minority."""
    return make_classification(n_rows, 30, weights=[0.99], random_state=0)


def small(n_rows):
    """make_classification with 10 features and 10 % minority."""
    return make_classification(n_rows, 10, weights=[0.9], random_state=0)


def gauss(n_rows, n_features):
    """iid normal rows, 1 % minority: a search tree can prune nothing, its worst case."""
    rng = np.random.RandomState(0)
    X = rng.randn(n_rows, n_features)
    return X, (rng.uniform(size=n_rows) < 0.01).astype(np.int64)


def blobs(n_rows, n_features=20, percent=1.0, dtype=np.float64):
    """Rows around 50 centers. Most of the spread of a blob lies in a few directions.

    ``percent`` of the rows belong to the minority. Half of them form their own blobs, and half
    lie among the majority, as fraud does. So some rows are safe, some are in danger and some
    are noise.
    """
    rng = np.random.RandomState(0)
    centers = 4 * rng.randn(50, n_features)
    shapes = rng.randn(50, n_features) * 0.5 ** np.arange(n_features).clip(max=6)
    X = np.empty((n_rows, n_features), dtype)
    y = (rng.uniform(size=n_rows) < percent / 100).astype(np.int64)
    for start in range(0, n_rows, CHUNK_ROWS):
        some = slice(start, start + CHUNK_ROWS)
        is_apart = (y[some] == 1) & (rng.uniform(size=len(y[some])) < 0.5)
        blob = np.where(
            is_apart, rng.randint(45, 50, len(y[some])), rng.randint(45, size=len(X[some]))
        )
        X[some] = centers[blob] + shapes[blob] * rng.randn(len(blob), n_features)
    return X, y


def duplicates(n_rows):
    """Ten features, 2 % minority, 20 copies of a row on average, many more of a few rows."""
    rng = np.random.RandomState(0)
    X, y = make_classification(max(100, n_rows // 20), 10, weights=[0.98], random_state=0)
    n_first = min(len(y), n_rows)  # each row once, so that no class is missing
    others = (len(y) * rng.uniform(size=n_rows - n_first) ** 3).astype(np.int64)
    rows = rng.permutation(np.concatenate([np.arange(n_first), others]))
    return X[rows], y[rows]


def integers(n_rows):
    """Ten int64 features from 0 to 15, 5 % minority: many distances are equal."""
    X, y = make_classification(n_rows, 10, weights=[0.95], random_state=0)
    return np.clip(np.rint(8 + 2 * X), 0, 15).astype(np.int64), y


def far(n_rows):
    """Two classes far apart: ten features, five of them 0 or 1, 6 % minority, F-ordered.

    The minority lies around 40 centers, in all directions from the majority.
    """
    rng = np.random.RandomState(0)
    y = (rng.uniform(size=n_rows) < 0.06).astype(np.int64)
    is_minority = y == 1
    flags = rng.uniform(size=(n_rows, 5)) < np.where(is_minority[:, None], 0.9, 0.1)
    centers = rng.randn(40, 5)
    centers *= 12 / np.linalg.norm(centers, axis=1)[:, None]
    X = np.empty((n_rows, 10), order="F")
    X[:, :5], X[:, 5:] = rng.randn(n_rows, 5), flags
    X[is_minority, :5] += centers[rng.randint(40, size=is_minority.sum())]
    return X, y


def sparse_rows(n_rows, n_features, n_values):
    """A CSR matrix with about ``n_values`` values per row.

    The frequency of feature f is about 1 / (f + 1), as for words. A tenth of the rows belong
    to the minority. A third of the minority's values follow the reverse order of features.
    """
    rng = np.random.RandomState(0)
    y = (rng.uniform(size=n_rows) < 0.1).astype(np.int64)
    rows = np.repeat(np.arange(n_rows), n_values)
    features = (n_features ** rng.uniform(size=len(rows))).astype(np.int64) - 1
    is_own = (y[rows] == 1) & (rng.uniform(size=len(rows)) < 1 / 3)
    features[is_own] = n_features - 1 - features[is_own]
    values = rng.lognormal(size=len(rows))
    return sparse.csr_matrix((values, (rows, features)), shape=(n_rows, n_features)), y


def mixed(n_rows, n_text=0):
    """A DataFrame of ten numbers, three columns of five categories, and columns of text."""
    import pandas as pd

    X, y = small(n_rows)
    rng = np.random.RandomState(0)
    frame = pd.DataFrame(X, columns=[f"n{j}" for j in range(10)])
    frame["n8"], frame["n9"] = (frame["n8"] * 100).astype(np.int64), frame["n9"].astype(np.float32)
    for j in range(3):
        frame[f"c{j}"] = pd.Categorical.from_codes(rng.randint(5, size=n_rows), list("abcde"))
    for j in range(n_text):
        frame[f"t{j}"] = np.char.add("word", rng.randint(1000, size=n_rows).astype(str))
    return frame, y


def text(n_rows):
    """The table `mixed` with two columns of text."""
    return mixed(n_rows, n_text=2)


def numbers(n_rows):
    """The numbers of `mixed`: a DataFrame of float64, float32 and int64 columns."""
    X, y = mixed(n_rows)
    return X.select_dtypes("number"), y


def array(n_rows):
    """The values of `numbers` as an ndarray."""
    X, y = numbers(n_rows)
    return X.to_numpy(np.float64), y


def words(n_rows):
    """Eight columns of 5 to 50 words whose frequencies differ by class; 20 % minority."""
    rng = np.random.RandomState(0)
    y = (rng.uniform(size=n_rows) < 0.2).astype(np.int64)
    codes = rng.uniform(size=(n_rows, 8)) ** (1 + y[:, None]) * np.tile([5, 10, 20, 50], 2)
    return np.char.add("w", codes.astype(np.int64).astype(str)), y


GENERATORS = {
    "array": array,
    "blobs": blobs,
    "classification": classification,
    "duplicates": duplicates,
    "far": far,
    "gauss": gauss,
    "integers": integers,
    "mixed": mixed,
    "numbers": numbers,
    "small": small,
    "sparse": sparse_rows,
    "text": text,
    "words": words,
}
