"""The roles of the columns of a table, and the dtypes in which columns can be null."""

from fnmatch import fnmatchcase
from typing import NamedTuple

import numpy as np

from fastsmote._base.dataframes import as_frame, read_numbers
from fastsmote._rules.identifiers import COUNTED_ROWS, looks_like_identifier


class Columns(NamedTuple):
    """The roles of the columns of a table."""

    target: str
    features: list  # names, in the order of reading
    others: list  # names of the columns that pass through
    are_named: bool  # whether the features were chosen by name


def choose_columns(meta, target, features, exclude):
    """Assign a role to each column of a table; ``meta`` is the table without rows.

    Raises
    ------
    ValueError
        If a name or pattern matches no column, if both `features` and `exclude` are given,
        or if no feature is left.
    """
    names = meta.columns.tolist()
    listed = ", ".join(map(repr, names))
    if not meta.columns.is_unique:
        twice = meta.columns[meta.columns.duplicated()].tolist()[0]
        raise ValueError(f"X has more than one column {twice!r}; names must be unique.")
    if target not in names:
        raise ValueError(f"y is {target!r}; it must be a column of X. The columns are {listed}.")
    features, exclude = _as_list("features", features), _as_list("exclude", exclude)
    if features and exclude:
        raise ValueError(
            f"features={features!r} and exclude={exclude!r}: give only one of them. Columns that "
            f"are not features pass through."
        )
    candidates = [name for name in names if name != target]
    named = _matching("features", features, candidates, target)
    left_out = _matching("exclude", exclude, candidates, target)
    chosen = named or [name for name in candidates if name not in left_out]
    if not chosen:
        raise ValueError(
            f"no column is left as a feature: the target is {target!r} and exclude={exclude!r}. "
            f"The columns are {listed}."
        )
    others = [name for name in candidates if name not in chosen]
    return Columns(target, chosen, others, bool(named))


def _as_list(option, names):
    """Return names as a list; a string is one name."""
    if names is None:
        return []
    names = [names] if isinstance(names, str) else list(names)
    for name in names:
        if not isinstance(name, str):
            raise TypeError(
                f"{option} contains {name!r}; it must be a list of column names or patterns."
            )
    return names


def _matching(option, patterns, candidates, target):
    """Return the columns that names or shell patterns match, each once, in that order."""
    found = {}
    for pattern in patterns:
        # The name of a column may look like a pattern.
        names = [pattern] if pattern in candidates else _fitting(pattern, candidates)
        if pattern == target:
            raise ValueError(f"{option}: {pattern!r} is the target; name other columns.")
        if not names:
            raise ValueError(
                f"{option}: no column matches {pattern!r}. The columns are "
                f"{', '.join(map(repr, candidates))}, and the target {target!r}."
            )
        found.update(dict.fromkeys(names))
    return list(found)


def _fitting(pattern, candidates):
    return [name for name in candidates if isinstance(name, str) and fnmatchcase(name, pattern)]


def not_numbers(meta):
    """Return the columns that cannot be features, with their dtypes."""
    return {
        name: meta[name].dtype
        for name in meta.columns
        if read_numbers(as_frame(meta[[name]]))[1] is None and meta[name].dtype != bool
    }


def check_are_features(meta, are_named):
    """Raise if a feature is not numeric.

    Raises
    ------
    ValueError
        The message names all such columns with their dtypes, and says what to pass.
    """
    others = not_numbers(meta)
    if others:
        listed = ", ".join(f"{name!r} ({dtype})" for name, dtype in others.items())
        cure = "do not name them in features" if are_named else f"pass exclude={list(others)}"
        raise ValueError(
            f"features must be numbers, but these columns are not: {listed}. Encode them, or "
            f"{cure}. Columns that are not features pass through, and are null in new rows."
        )


def integers(meta):
    """Return the names of the integer columns."""
    from pandas.api.types import is_integer_dtype

    return [name for name in meta.columns if is_integer_dtype(meta[name].dtype)]


def count_values(partition, names):
    """Count the first rows of a partition, and the different values of columns in them."""
    rows = partition[names].iloc[:COUNTED_ROWS]
    return len(rows), {name: int(rows[name].nunique(dropna=False)) for name in names}


def reject_identifiers(counted, number):
    """Raise if integer columns of a partition look like identifiers.

    Parameters
    ----------
    counted : tuple
        What `count_values` returned.
    number : int
        The number of the partition.

    Raises
    ------
    ValueError
        The message names all such columns.
    """
    n_rows, n_values = counted
    found = {name: n for name, n in n_values.items() if looks_like_identifier(n, n_rows)}
    if found:
        listed = ", ".join(f"{name!r} ({n:,})" for name, n in found.items())
        raise ValueError(
            f"in the first {n_rows:,} rows of partition {number} these columns have as many "
            f"different integers as an identifier has: {listed}. Pass exclude={list(found)}, or "
            f"name the features in features."
        )


def nullable(dtype):
    """Return a dtype that holds null and, exactly, every value of the given dtype."""
    import pandas as pd

    if isinstance(dtype, np.dtype):
        if dtype.kind == "b":
            return pd.BooleanDtype()
        if dtype.kind in "iu":  # float64 would round long identifiers
            sign = "U" if dtype.kind == "u" else ""
            return pd.api.types.pandas_dtype(f"{sign}Int{8 * dtype.itemsize}")
        return dtype
    try:
        return pd.array([None], dtype=dtype).dtype
    except (TypeError, ValueError):  # such as intervals of integers
        return np.dtype(object)
