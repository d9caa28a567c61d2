"""Tables and parameters for the differential fuzzing of test_fuzzing.py."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from scipy import sparse


class Case(NamedTuple):
    """What a sampler is called with."""

    X: Any
    y: Any
    params: dict
    seed: int | None  # of a RandomState that is handed over; None: params say it
    is_large: bool  # take the ways of tables that are too large for a fuzz

    def __repr__(self):
        X = self.X.toarray() if sparse.issparse(self.X) else self.X
        X = repr(X) if hasattr(X, "iloc") else repr(np.asarray(X).tolist())
        kind = f"{type(self.X).__name__} {getattr(self.X, 'dtype', '')}"
        flags = str(getattr(self.X, "flags", "")).split()
        return (
            f"Case({self.params}, seed={self.seed}, is_large={self.is_large},\n"
            f"y={self.y!r},\nX={X} {kind} {' '.join(flags)})"
        )


# Values: (rng, n_rows, n_features) -> float64 array

EPS = np.finfo(np.float64).eps
VALUES = {
    "normal": lambda rng, n, d: rng.randn(n, d),
    "many times the same": lambda rng, n, d: rng.randn(n, d)[rng.randint(1 + n // 5, size=n)],
    "small integers": lambda rng, n, d: rng.randint(0, rng.randint(2, 12), (n, d)).astype(float),
    "large integers": lambda rng, n, d: rng.randint(-(2**31), 2**31, (n, d)).astype(float),
    "constant columns": lambda rng, n, d: rng.randn(n, d) * (rng.uniform(size=d) < 0.5) + 7.0,
    "all equal": lambda rng, n, d: np.full((n, d), rng.choice([0.0, -0.0, 0.1, 1e300])),
    "huge": lambda rng, n, d: rng.randn(n, d) * 1e150,
    "squares above the largest float64": lambda rng, n, d: rng.randn(n, d) * 1e170,
    "overflowing": lambda rng, n, d: rng.uniform(-1, 1, (n, d)) * 1e308,
    "tiny": lambda rng, n, d: rng.randn(n, d) * 1e-150,
    "squares below the least float64": lambda rng, n, d: rng.randn(n, d) * 1e-170,
    "subnormal": lambda rng, n, d: rng.randint(-9, 9, (n, d)) * 5e-324,
    "scales by column": lambda rng, n, d: rng.randn(n, d) * 10.0 ** rng.randint(-30, 30, d),
    "scales by row": lambda rng, n, d: rng.randn(n, d) * 10.0 ** rng.randint(-30, 30, (n, 1)),
    "far from the origin": lambda rng, n, d: rng.randn(n, d) + 1e9,
    "at float64's resolution": lambda rng, n, d: 1.0 + EPS * rng.randint(0, 50, (n, d)),
    "at float32's resolution": lambda rng, n, d: 1.0 + 2.0**-23 * rng.randint(0, 50, (n, d)),
    "on a line": lambda rng, n, d: rng.randn(n, 1) * np.ones(d),
    "heavy tails": lambda rng, n, d: rng.standard_cauchy((n, d)) ** 3,
    "zeros and ones": lambda rng, n, d: (rng.uniform(size=(n, d)) < 0.3).astype(float),
}  # fmt: skip
# Those without ties come more often: there imbalanced-learn itself is the judge.
VALUE_KINDS = [*VALUES, "normal", "normal", "normal", "large integers", "scales by column"]

DTYPES = ["float64"] * 6 + ["float32"] * 4 + ["int64", "int32", "int16", "int8", "uint8", "bool"]
DTYPES += ["uint16", "uint64", "float16", ">i4", ">u2"]
MOST = {8: np.inf, 4: 3e38, 2: 6e4}  # of floats, by their bytes
LAYOUTS = ["C"] * 4 + ["F", "strided", "read-only", "list", "frame", "frame of a dtype a column"]
SPARSE_LAYOUTS = ["csr_array", "csc_array", "csr_matrix"]
FRAME_INDEXES = ["range", "text", "repeated", "descending"]
LABELS = {
    "counted": lambda codes: codes,
    "negative": lambda codes: -3 * codes.astype(np.int8),
    "far apart": lambda codes: np.array([-(2**62), 5, 2**40, 2**62])[codes],
    "unsigned": lambda codes: codes.astype(np.uint8) + np.uint8(250),
    "text": lambda codes: np.array(["b", "ab", "", "z"])[codes],
    "objects": lambda codes: np.array(["no", "yes", "it depends", "?"], dtype=object)[codes],
    "floats": lambda codes: np.array([0.0, -2.0, 5.0, 1e9])[codes],
    "boolean": lambda codes: codes > 0,
}
TARGETS = ["array"] * 4 + ["list", "series", "series of another index", "categories"]
WORDS = ["all", "minority", "majority", "not majority", "not minority"]
SIZES = [5, 2, 3, 4, 4, 6, 6, 7, 8, 9, 10, 1]  # of the first class, which mostly is the smallest


def _as_dtype(values, dtype):
    if dtype == "bool":
        return values > 0
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        least, most = -MOST[dtype.itemsize], MOST[dtype.itemsize]
    else:
        least, most = np.iinfo(dtype).min, np.iinfo(dtype).max
        if dtype.itemsize == 8:  # their ends are no float64, their difference no int64, nor
            least, most = max(least, -(2.0**57)), 2.0**57  # SMOTE-NC's sum of many deviations
    with np.errstate(over="ignore", invalid="ignore"):
        return np.clip(values, least, most).astype(dtype)


def _in_native_order(X):
    return X.astype(X.dtype.newbyteorder("="))


def _laid_out(X, layout, rng):
    if layout in SPARSE_LAYOUTS:
        if X.shape[1] == 0 or X.dtype == np.float16:  # of which SciPy has none
            return X
        X = _in_native_order(X) * (rng.uniform(size=X.shape) < rng.uniform())
        return getattr(sparse, layout)(X)
    if layout == "F":
        return np.asfortranarray(X)
    if layout == "strided":
        wide = np.zeros((2 * len(X), 3 * X.shape[1]), X.dtype)
        wide[::2, ::3] = X
        return wide[::2, ::3]
    if layout == "read-only":
        X.flags.writeable = False
    if layout == "list":
        return X.tolist()
    if layout.startswith("frame"):
        return _as_frame(X, layout, rng)
    return X


def _index(kind, n, rng):
    if kind == "text":
        return [f"row {i}" for i in rng.permutation(n)]
    return {"range": None, "repeated": [3] * n, "descending": range(n, 0, -1)}[kind]


def _as_frame(X, layout, rng):
    X = _in_native_order(X)  # pandas takes no other
    names = [f"column {j}" for j in range(X.shape[1])]
    kind = rng.randint(8)
    if kind == 0 and names:  # one name twice
        names[-1] = names[0]
    elif kind == 1:
        names = [1, -1, *range(5, 99)][: X.shape[1]]
    frame = pd.DataFrame(X, columns=names, index=_index(rng.choice(FRAME_INDEXES), len(X), rng))
    if layout == "frame":
        return frame
    columns = [
        frame.iloc[:, j].astype(X.dtype if j % 2 else rng.choice(["float64", "float32"]))
        for j in range(X.shape[1])
    ]
    return pd.concat(columns, axis=1) if columns else frame


def _target(y, kind, X, rng):
    if kind == "list":
        return y.tolist()
    if kind == "array":
        return y
    index = X.index if hasattr(X, "iloc") else None
    if kind == "series of another index":
        index = _index("descending", len(y), rng)
    series = pd.Series(y, index=index, name=rng.choice(["target", None, 0]))
    if kind == "categories" and y.dtype != bool:  # of which imbalanced-learn makes NaN
        return series.astype("category")
    return series


# Parameters, by sampler; k says how many neighbors: one that mostly is possible


def _neighbors(most):
    often = st.integers(1, max(1, most))
    return st.one_of(*[often] * 9, st.integers(1, max(1, 3 * most)))


class Counts(NamedTuple):
    """The sizes of a case's classes, and their labels."""

    sizes: list
    labels: list


def _params_of(draw, name, counts):
    smallest, n_rows = min(counts.sizes), sum(counts.sizes)
    own, all_rows = _neighbors(smallest - 1), _neighbors(min(8, n_rows - 1))
    choice = st.sampled_from
    wanted = {
        "SMOTE": {"k_neighbors": own},
        "SMOTENC": {"k_neighbors": own},
        "SMOTEN": {"k_neighbors": own},
        "BorderlineSMOTE": {
            "k_neighbors": own,
            "m_neighbors": all_rows,
            "kind": choice(["borderline-1", "borderline-2"]),
        },
        "SVMSMOTE": {
            "k_neighbors": own,
            "m_neighbors": all_rows,
            "out_step": choice([0.5, 0.0, 1.0]),
        },
        "KMeansSMOTE": {
            "k_neighbors": own,
            "kmeans_estimator": choice([1, 1, 1, 2, 3]),
            "cluster_balance_threshold": choice(["auto", 0.0, 0.0, 0.1]),
            "density_exponent": choice(["auto", 0.5]),
        },
        "ADASYN": {"n_neighbors": own},
        "RandomOverSampler": {"shrinkage": choice([None, None, None, 0.5])},
        "TomekLinks": {},
        "EditedNearestNeighbours": {"n_neighbors": all_rows, "kind_sel": choice(["all", "mode"])},
        "RepeatedEditedNearestNeighbours": {
            "n_neighbors": all_rows,
            "kind_sel": choice(["all", "mode"]),
            "max_iter": choice([100, 1, 2]),
        },
        "AllKNN": {
            "n_neighbors": all_rows,
            "kind_sel": choice(["all", "mode"]),
            "allow_minority": st.booleans(),
        },
        "NeighbourhoodCleaningRule": {
            "n_neighbors": all_rows,
            "threshold_cleaning": choice([0.5, 0.0, 1.0, 2.0]),
        },
        "NearMiss": {
            "n_neighbors": _neighbors(smallest),
            "n_neighbors_ver3": _neighbors(smallest),
            "version": choice([1, 2, 3]),
        },
        "CondensedNearestNeighbour": {
            "n_neighbors": st.one_of(st.none(), _neighbors(smallest + 1)),
            "n_seeds_S": choice([1, 1, 2, 5]),
        },
        "OneSidedSelection": {
            "n_neighbors": st.one_of(st.none(), _neighbors(smallest + 1)),
            "n_seeds_S": choice([1, 1, 2, 5]),
        },
        "RandomUnderSampler": {"replacement": st.booleans()},
        "SMOTETomek": {},
        "SMOTEENN": {},
    }[name]
    return {key: draw(values) for key, values in wanted.items()}


class _CountsAsked:
    """A callable strategy; a class, so that a failing case can be read."""

    def __init__(self, wanted):
        self.wanted = wanted

    def __call__(self, y):
        return dict(self.wanted)

    def __repr__(self):
        return f"_CountsAsked({self.wanted})"


CLEANERS = {
    "TomekLinks",
    "EditedNearestNeighbours",
    "RepeatedEditedNearestNeighbours",
    "AllKNN",
    "NeighbourhoodCleaningRule",
    "CondensedNearestNeighbour",
    "OneSidedSelection",
}
UNDER = {"NearMiss", "RandomUnderSampler"}
RANDOM = {"CondensedNearestNeighbour", "OneSidedSelection", "RandomUnderSampler"}


def _fitting_words(name):
    """The words that fit what the sampler does."""
    is_over = name not in CLEANERS | UNDER
    return [word for word in WORDS if word != ("majority" if is_over else "minority")]


def _draw_strategy(draw, name, counts):
    form = draw(st.sampled_from(["auto"] * 8 + ["word"] * 4 + ["float", "counts", "callable"]))
    if form == "auto":
        return "auto"
    if form == "word":
        is_wrong = draw(st.integers(0, 9)) == 0
        return draw(st.sampled_from([*WORDS, "none such"] if is_wrong else _fitting_words(name)))
    if name in CLEANERS:
        some = [label for label in counts.labels if draw(st.booleans())]
        return [*some, 77] if form == "float" else some
    if form == "float":
        return draw(st.sampled_from([0.7, 0.9, 1.0, 0.1, 1.5]))
    low, high = (0, 1) if name in UNDER else (1, 3)
    wanted = {
        label: int(size * draw(st.sampled_from([low, high, 0.5 * (low + high)])) + 0.5)
        for label, size in zip(counts.labels, counts.sizes, strict=True)
        if draw(st.booleans())
    }
    return _CountsAsked(wanted) if form == "callable" else wanted


# Cases


def _draw_sizes(draw, name):
    """How many rows each class has."""
    n_classes = draw(st.sampled_from([2] * 20 + [3] * 10 + [4] * 5 + [1]))
    # These refuse small classes.
    more = 4 if name in ("ADASYN", "KMeansSMOTE", "SMOTETomek", "SMOTEENN") else 0
    sizes = [draw(st.sampled_from(SIZES)) + more]
    sizes += [draw(st.integers(4, 18)) + 4 * more for _ in range(n_classes - 1)]
    is_slow = name in ("CondensedNearestNeighbour", "SVMSMOTE", "KMeansSMOTE", "NearMiss")
    times = draw(st.sampled_from([1] * 15 + [3 if is_slow else 25]))
    return [times * size for size in sizes]


def _draw_numbers(draw, rng, n_rows, codes, layouts=LAYOUTS):
    n_features = draw(st.sampled_from([1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5, 17, 17, 0]))
    values = VALUES[draw(st.sampled_from(VALUE_KINDS))](rng, n_rows, n_features)
    apart = draw(st.sampled_from([0.0, 0.0, 1.0, 4.0]))
    if apart and n_features:  # classes that hardly mix
        step = min(apart * np.abs(values).mean(), 1e308)  # of infinity 0 times would be NaN
        values = values + step * codes[:, np.newaxis]
    X = _as_dtype(np.clip(values, -1e308, 1e308), draw(st.sampled_from(DTYPES)))
    spoiled = draw(st.sampled_from([None] * 60 + [np.nan, np.inf]))
    if spoiled is not None and X.dtype.kind == "f" and X.size:
        X[rng.randint(n_rows), rng.randint(n_features)] = spoiled
    return _laid_out(X, draw(st.sampled_from(layouts)), rng)


def _draw_categories(draw, rng, n_rows, codes):
    """A column of categories for each entry: frame of text, categories, integers; or array."""
    n_features = draw(st.integers(1, 4))
    n_values = draw(st.sampled_from([1, 2, 3, 5, 20]))
    columns = (rng.randint(n_values, size=(n_rows, n_features)) + codes[:, np.newaxis]) % n_values
    kind = draw(st.sampled_from(["int", "text", "objects", "frame"]))
    if kind == "int":
        return columns
    text = np.array([f"{'cba'[v % 3]}{v}" for v in range(n_values)])[columns]
    if kind == "text":
        return text
    if kind == "objects":
        return text.astype(object)
    frame = _as_frame(text.astype(object), "frame", rng)
    return frame.astype("category") if draw(st.booleans()) else frame


def _draw_mixed(draw, rng, n_rows, codes):
    """Numbers and categories side by side, and which columns are categories."""
    numbers = _draw_numbers(draw, rng, n_rows, codes)
    categories = _draw_categories(draw, rng, n_rows, codes)
    n_categorical = categories.shape[1]
    if hasattr(categories, "iloc"):
        index = _index(rng.choice(FRAME_INDEXES), n_rows, rng)
        numbers = pd.DataFrame(_in_native_order(np.asarray(numbers)))
        numbers = numbers.set_axis(index or range(n_rows))
        numbers.columns = [f"n{j}" for j in range(numbers.shape[1])]
        X = pd.concat([categories.set_axis(numbers.index), numbers], axis=1)
        return X, list(range(n_categorical))
    numbers = np.asarray(numbers).reshape(n_rows, -1)
    if draw(st.booleans()) and categories.dtype.kind != "i":
        X = np.concatenate([numbers.astype(object), categories.astype(object)], axis=1)
    else:
        codes = np.unique(categories, return_inverse=True)[1].reshape(categories.shape)
        X = np.concatenate([numbers, codes.astype(numbers.dtype)], axis=1)
    return X, list(range(numbers.shape[1], X.shape[1]))


@st.composite
def cases(draw, name):
    """Calls of one sampler."""
    sizes = _draw_sizes(draw, name)
    rng = np.random.RandomState(draw(st.integers(0, 2**32 - 1)))
    codes = np.repeat(np.arange(len(sizes)), sizes)
    if draw(st.sampled_from([True, True, True, False])):
        rng.shuffle(codes)
    y = LABELS[draw(st.sampled_from(list(LABELS)))](codes)
    labels, counts = np.unique(y, return_counts=True)
    counts = Counts(counts.tolist(), labels.tolist())
    params = _params_of(draw, name, counts)
    params["sampling_strategy"] = _draw_strategy(draw, name, counts)
    if name == "SMOTENC":
        X, params["categorical_features"] = _draw_mixed(draw, rng, len(y), codes)
    elif name == "SMOTEN":
        X = _draw_categories(draw, rng, len(y), codes)
    else:
        X = _draw_numbers(draw, rng, len(y), codes, [*LAYOUTS, *SPARSE_LAYOUTS])
    seed = None
    if name not in CLEANERS | UNDER or name in RANDOM:
        params["random_state"] = draw(st.integers(0, 5))
        if draw(st.sampled_from([False, False, True])):
            seed = params.pop("random_state")
    y = _target(y, draw(st.sampled_from(TARGETS)), X, rng)
    return Case(X, y, params, seed, draw(st.booleans()))
