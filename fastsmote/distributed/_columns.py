"""The roles of a table's columns, by name, and the dtypes in which they can be null."""

from fnmatch import fnmatchcase
from typing import NamedTuple

import numpy as np

from fastsmote._base.dataframes import as_frame, read_numbers
from fastsmote._rules.identifiers import COUNTED_ROWS, looks_like_identifier


class Columns(NamedTuple):
    """The roles of a table's columns."""

    target: str
    features: list  # names, in the order in which they are read
    others: list  # names of the columns that pass through
    are_named: bool  # whether the features were chosen by name


def choose_columns(meta, target, features, exclude):
    """The roles of the columns of a table, of which ``meta`` is an empty part.

    Raises
    ------
    ValueError
        For a name or pattern that no column has, in two roles, or if no feature is left.
    """
    names = meta.columns.tolist()
    listed = ", ".join(map(repr, names))
    if not meta.columns.is_unique:
        twice = meta.columns[meta.columns.duplicated()].tolist()[0]
        raise ValueError(f"X has more than one column {twice!r}, names must be unique.")
    if target not in names:
        raise ValueError(f"y is {target!r}, it must be a column of X. There are {listed}.")
    features, exclude = _as_list("features", features), _as_list("exclude", exclude)
    if features and exclude:
        raise ValueError(
            f"features={features!r} and exclude={exclude!r}: give one of them. Columns that are "
            f"not features pass through."
        )
    candidates = [name for name in names if name != target]
    named = _matching("features", features, candidates, target)
    left_out = _matching("exclude", exclude, candidates, target)
    chosen = named or [name for name in candidates if name not in left_out]
    if not chosen:
        raise ValueError(
            f"no column is left as a feature: the target is {target!r} and exclude={exclude!r}, "
            f"there are {listed}."
        )
    others = [name for name in candidates if name not in chosen]
    return Columns(target, chosen, others, bool(named))


def _as_list(option, names):
    """Names that were passed; a string is one name."""
    if names is None:
        return []
    names = [names] if isinstance(names, str) else list(names)
    for name in names:
        if not isinstance(name, str):
            raise TypeError(
                f"{option} has {name!r}, it must be a list of names of columns or of patterns."
            )
    return names


def _matching(option, patterns, candidates, target):
    """The columns that names or shell patterns stand for, each once, in that order."""
    found = {}
    for pattern in patterns:
        # A column may have a name that would be a pattern.
        names = [pattern] if pattern in candidates else _fitting(pattern, candidates)
        if pattern == target:
            raise ValueError(f"{option}: {pattern!r} is the target, name other columns.")
        if not names:
            raise ValueError(
                f"{option}: no column matches {pattern!r}. There are "
                f"{', '.join(map(repr, candidates))}, and the target {target!r}."
            )
        found.update(dict.fromkeys(names))
    return list(found)


def _fitting(pattern, candidates):
    return [name for name in candidates if isinstance(name, str) and fnmatchcase(name, pattern)]


def not_numbers(meta):
    """The columns that cannot be features, and their dtypes."""
    return {
        name: meta[name].dtype
        for name in meta.columns
        if read_numbers(as_frame(meta[[name]]))[1] is None and meta[name].dtype != bool
    }


def check_are_features(meta, are_named):
    """Raise an error that names every column that cannot be a feature.

    Raises
    ------
    ValueError
        With the dtypes, and what to pass instead.
    """
    others = not_numbers(meta)
    if others:
        listed = ", ".join(f"{name!r} ({dtype})" for name, dtype in others.items())
        cure = "do not name them in features" if are_named else f"pass exclude={list(others)}"
        raise ValueError(
            f"features must be numbers, and these columns are not: {listed}. Encode them, or "
            f"{cure}: columns that are not features pass through, and are null in new rows."
        )


def integers(meta):
    """The names of integer columns."""
    from pandas.api.types import is_integer_dtype

    return [name for name in meta.columns if is_integer_dtype(meta[name].dtype)]


def count_values(part, names):
    """How many different values columns have in the first rows, and how many rows these are."""
    rows = part[names].iloc[:COUNTED_ROWS]
    return len(rows), {name: int(rows[name].nunique(dropna=False)) for name in names}


def reject_identifiers(counted, number):
    """Raise an error that names the columns of a partition with too many different integers.

    Parameters
    ----------
    counted : tuple
        What `count_values` returned.
    number : int
        Of the partition.

    Raises
    ------
    ValueError
        If there are such columns.
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
    """The dtype that holds null and, exactly, every value that a dtype holds."""
    import pandas as pd

    if isinstance(dtype, np.dtype):
        if dtype.kind == "b":
            return pd.BooleanDtype()
        if dtype.kind in "iu":  # a float would round the digits of a long identifier
            sign = "U" if dtype.kind == "u" else ""
            return pd.api.types.pandas_dtype(f"{sign}Int{8 * dtype.itemsize}")
        return dtype
    try:
        return pd.array([None], dtype=dtype).dtype
    except (TypeError, ValueError):  # such as intervals of integers
        return np.dtype(object)
