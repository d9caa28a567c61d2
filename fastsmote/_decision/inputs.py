"""Read what `compare` is given: the table, its labels, the costs and the folds."""

from collections.abc import Mapping
from numbers import Integral, Real

import numpy as np
from scipy import sparse
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, check_cv
from sklearn.utils import _safe_indexing, check_consistent_length, column_or_1d

from fastsmote._base.dataframes import as_frame
from fastsmote._decision import labels

MOST_COST = 1e100  # a sum over any number of rows stays finite
COPIED_SHARE = 0.05  # of a class, above which `note_on_copies` says so


def read_table(X):
    """X as an ndarray, a CSR matrix, or a pandas or polars frame: scikit-learn can index these."""
    if sparse.issparse(X):
        return X.tocsr()
    check_names(X)
    frame = as_frame(X)
    if frame is None:
        return X if hasattr(X, "iloc") else np.asarray(X)
    return frame.to_pandas() if frame.implementation.is_pyarrow() else frame.to_native()


def check_names(X):
    """Raise if two columns of a pandas dataframe have the same name."""
    if hasattr(X, "iloc") and not X.columns.is_unique:
        name = X.columns[X.columns.duplicated()][0]
        raise ValueError(f"X has two columns named {name!r}. The names of columns must differ.")


def read_groups(groups, y):
    """The number of the group of each row; groups may be numbers, text or dates.

    Raises
    ------
    ValueError
        If a row has no group, or the length is not that of y.
    """
    if groups is None:
        return None
    values = column_or_1d(groups)
    check_consistent_length(values, y)
    if values.dtype.kind in "fOM":
        labels.check_none_is_missing(values, "groups", "group")
    number_of = {}
    return np.array([number_of.setdefault(group, len(number_of)) for group in values.tolist()])


def read_target(y, X):
    """y as an ndarray of two classes or more.

    Raises
    ------
    ValueError
        If y is not one label a row of X, or has one class only.
    """
    y = labels.read_labels(y)
    check_consistent_length(X, y)
    if y.dtype.kind in "mM":
        raise ValueError(f"y must hold numbers, text or booleans. Got the dtype {y.dtype}.")
    classes = np.unique(y)
    if len(classes) == 0:
        raise ValueError("y must have two classes or more. Got no rows.")
    if len(classes) < 2:
        raise ValueError(f"y must have two classes or more. Got only {classes.item(0)!r}.")
    return y


def read_cost(cost, classes, positive):
    """A cost matrix from a dict of two costs, or from a matrix.

    Parameters
    ----------
    cost : dict, array-like or None
        See `compare`.
    classes : ndarray of shape (n_classes,)
    positive : int
        The number of the rarest class.

    Returns
    -------
    cost : ndarray of shape (n_classes, n_classes), float64, or None

    Raises
    ------
    ValueError
        If a cost of an error is not a positive, finite number, or is not more than the cost
        of the right decision.
    """
    if cost is None:
        return None
    if isinstance(cost, Mapping):
        return _cost_of_two(cost, classes, positive)
    n, names = len(classes), classes.tolist()
    try:
        matrix = np.asarray(cost, np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"cost must be a matrix of numbers. Got {cost!r} instead.") from error
    if matrix.shape != (n, n):
        raise ValueError(
            f"cost must have shape ({n}, {n}): a row for each true class and a column for each "
            f"prediction, in the order {names}. Got shape {matrix.shape}."
        )
    is_error = ~np.eye(n, dtype=bool)
    is_right = np.where(is_error, matrix > 0, matrix >= 0) & (matrix <= MOST_COST)
    for i, j in np.argwhere(~is_right):
        raise ValueError(
            f"the cost of predicting {names[j]!r} for {names[i]!r} must be a finite number, "
            f"{'0 or more' if i == j else 'more than 0'}. Got {matrix[i, j]}."
        )
    for i, j in np.argwhere(is_error & (matrix <= np.diag(matrix)[:, None])):
        raise ValueError(
            f"the cost of predicting {names[j]!r} for {names[i]!r} is {matrix[i, j]}. It must "
            f"be more than the cost of the right decision, {matrix[i, i]}."
        )
    return matrix


def _cost_of_two(cost, classes, positive):
    if len(classes) != 2:
        raise ValueError(
            f"cost must be a matrix of shape ({len(classes)}, {len(classes)}) for "
            f"{len(classes)} classes. Got {dict(cost)!r}."
        )
    if set(cost) != {"fn", "fp"}:
        raise ValueError(f'cost must have the keys "fn" and "fp". Got {list(cost)}.')
    for key, value in cost.items():
        if not isinstance(value, Real) or not 0 < value <= MOST_COST:
            raise ValueError(
                f"cost[{key!r}] must be a finite number greater than 0. Got {value!r}."
            )
    matrix = np.zeros((2, 2))
    matrix[positive, 1 - positive] = cost["fn"]
    matrix[1 - positive, positive] = cost["fp"]
    return matrix


def split(cv, X, y, groups, seed):
    """The folds, as a list of (training rows, test rows).

    Raises
    ------
    ValueError
        If a class has too few rows for the folds, or is missing in a part of a fold.
    """
    classes, counts = np.unique(y, return_counts=True)
    if isinstance(cv, Integral) and not isinstance(cv, bool):
        if cv < 2:
            raise ValueError(f"cv must be 2 or more folds. Got {cv}.")
        if counts.min() < cv:
            raise ValueError(
                f"class {classes.item(counts.argmin())!r} has too few rows for cv={cv}: "
                f"{counts.min()}. Every fold needs one. Pass a smaller cv."
            )
        folds = StratifiedKFold if groups is None else StratifiedGroupKFold
        cv = folds(int(cv), shuffle=True, random_state=seed)
    splits = [
        tuple(_as_rows(part, len(y), i) for part in parts)
        for i, parts in enumerate(check_cv(cv, y, classifier=True).split(X, y, groups))
    ]
    if not splits:
        raise ValueError("cv gives no folds.")
    for i, parts in enumerate(splits):
        _check_parts_differ(*parts, groups, i)
        for part, rows in zip(("training", "test"), parts, strict=True):
            missing = np.setdiff1d(classes, y[rows])
            if len(missing):
                raise ValueError(
                    f"the {part} part of fold {i} has no row of class {missing.item(0)!r}; use "
                    "stratified folds, or fewer"
                )
    return splits


def _as_rows(part, n_rows, fold):
    """Row numbers of a part, which may be given as a mask."""
    part = np.asarray(part)
    rows = np.flatnonzero(part) if part.dtype.kind == "b" else part
    wrong = rows[(rows < 0) | (rows >= n_rows)]
    if len(wrong):
        raise ValueError(f"fold {fold} of cv has row {wrong[0]}, and X has {n_rows} rows.")
    return rows


def _check_parts_differ(train, test, groups, fold):
    shared = np.intersect1d(train, test)
    if len(shared):
        raise ValueError(
            f"fold {fold} of cv has {len(shared)} rows in both of its parts, first row {shared[0]}"
        )
    if groups is not None and len(np.intersect1d(groups[train], groups[test])):
        raise ValueError(
            f"fold {fold} of cv has rows of one group in both of its parts. Pass a number of "
            "folds, or a splitter that keeps groups together, such as StratifiedGroupKFold."
        )


def inner_splits(cv, y, groups):
    """Folds of a training part that keep groups together, for a wrapper's parameter cv."""
    folds = StratifiedGroupKFold(cv.n_splits, shuffle=True, random_state=cv.random_state)
    return list(folds.split(np.zeros(len(y)), y, groups))


def categories_of(X):
    """Which columns are not numbers: ndarray of shape (n_features,), bool."""
    frame = None if sparse.issparse(X) else as_frame(X)
    if frame is not None:
        for name, dtype in frame.schema.items():
            if dtype.is_temporal():
                raise ValueError(
                    f"column {name!r} of X holds {dtype}. Leave it out, or turn it into numbers."
                )
        dtypes = frame.schema.values()
        return np.array([not (dtype.is_numeric() or str(dtype) == "Boolean") for dtype in dtypes])
    if X.ndim == 2 and X.dtype.kind in "OUS":
        return np.array([not _are_numbers(X[:, j]) for j in range(X.shape[1])])
    return np.zeros(X.shape[1] if X.ndim == 2 else 0, bool)


def _are_numbers(column):
    try:
        column.astype(np.float64)
    except (TypeError, ValueError):
        return False
    return True


def has_missing(X):
    """Whether a value of X is missing."""
    frame = None if sparse.issparse(X) else as_frame(X)
    if frame is not None:
        return any(
            column.is_null().any() or (column.dtype.is_float() and column.is_nan().any())
            for column in frame.iter_columns()
        )
    values = X.data if sparse.issparse(X) else X
    if values.dtype.kind == "O":
        return any(value is None or value != value for value in values.ravel())
    return bool(values.dtype.kind == "f" and np.isnan(values).any())


def has_fractions(X):
    """Whether a column of X has numbers that are not whole."""
    frame = None if sparse.issparse(X) else as_frame(X)
    if frame is not None:
        columns = [column.to_numpy() for column in frame.iter_columns()]
    else:
        columns = [X.data if sparse.issparse(X) else np.asarray(X)]
    return any(c.dtype.kind == "f" and bool((c % 1 > 0).any()) for c in columns)


def note_on_copies(X, y):
    """A note if many rows of a class are exact copies of others of it; None otherwise.

    A table that was oversampled before the split has them. Copies of a row in the training
    part and in the test part make every strategy look too good. Only tables of numbers are
    checked.
    """
    frame = None if sparse.issparse(X) else as_frame(X)
    if frame is not None:
        columns = [column.to_numpy() for column in frame.iter_columns()]
    elif isinstance(X, np.ndarray) and X.ndim == 2:
        columns = list(X.T)
    else:
        return None
    if any(column.dtype.kind not in "biuf" for column in columns):
        return None
    # Equal rows have equal sums, and by random weights others have different ones.
    weights = np.random.RandomState(0).uniform(1, 2, len(columns))
    sums = np.zeros(len(y))
    for column, weight in zip(columns, weights, strict=True):
        sums += weight * np.nan_to_num(column.astype(np.float64))
    classes, counts = np.unique(y, return_counts=True)
    # A class that is larger than all others has not been oversampled.
    is_largest = counts == counts.max()
    is_checked = ~is_largest if is_largest.sum() == 1 else np.ones(len(classes), bool)
    classes, counts = classes[is_checked], counts[is_checked]
    n_different = [len(np.unique(sums[y == label])) for label in classes]
    shares = 1 - np.array(n_different) / counts
    most = int(np.argmax(shares))
    if shares[most] < COPIED_SHARE:
        return None
    return (
        f"{shares[most]:.0%} of the rows of class {classes[most]!s} repeat another row of it. If X "
        "was resampled before, the scores are too high: pass the original rows."
    )


def row_keys(X, rows):
    """A hashable value for each of some rows; equal for equal features."""
    some = _safe_indexing(X, rows)
    some = some.toarray() if sparse.issparse(some) else np.asarray(some)
    if some.dtype.kind in "biuf":
        return [row.tobytes() for row in np.ascontiguousarray(some, np.float64)]
    return [tuple(map(str, row)) for row in some]
