"""The roles of the columns of a table: a dataframe that narwhals reads."""

from fnmatch import fnmatchcase
from typing import NamedTuple

import numpy as np

from fastsmote._base.dataframes import as_frame, is_number
from fastsmote._rules.identifiers import COUNTED_ROWS, FEWEST_ROWS, looks_like_identifier


class Columns(NamedTuple):
    """The roles of the columns of a table."""

    target: str
    features: list  # names, in the order of reading
    others: list  # names of the columns that pass through
    are_named: bool  # whether the features were chosen by name


def choose_columns(names, target, features, exclude):
    """Assign a role to each column of a table.

    Parameters
    ----------
    names : list
        The names of the columns.
    target : str
    features, exclude : str, list of str or None
        Names or shell patterns.

    Returns
    -------
    Columns

    Raises
    ------
    ValueError
        If a name or pattern matches no column, if `features` is empty, if both `features` and
        `exclude` are given, or if no feature is left.
    """
    listed = ", ".join(map(repr, names))
    check_are_unique(names)
    if target not in names:
        raise ValueError(
            f"the target is {target!r}; it must be the name of a column. The columns are {listed}."
        )
    is_choice = features is not None
    features, exclude = _as_list("features", features), _as_list("exclude", exclude)
    if is_choice and not features:
        raise ValueError(
            "features is empty; it must name one or more columns. None means all columns except "
            "the target and the columns in exclude."
        )
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


def check_are_unique(names):
    """Raise ValueError if two columns have the same name."""
    twice = [name for i, name in enumerate(names) if name in names[:i]]
    if twice:
        raise ValueError(f"the table has more than one column {twice[0]!r}; names must be unique.")


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


def not_numbers(features):
    """Return the columns of a dataframe that cannot be features, with their dtypes."""
    frame = as_frame(features)
    # pandas' own dtypes tell more.
    dtypes = features.dtypes if hasattr(features, "iloc") else frame.schema.values()
    columns = zip(frame.columns, dtypes, frame.iter_columns(), strict=True)
    return {name: dtype for name, dtype, column in columns if not is_number(column.dtype)}


def check_are_features(features, are_named):
    """Raise if a feature is not numeric.

    Parameters
    ----------
    features : dataframe
        It may have no rows.
    are_named : bool
        Whether the features were chosen by name.

    Raises
    ------
    ValueError
        The message names all such columns with their dtypes, and says what to pass.
    """
    others = not_numbers(features)
    if others:
        listed = ", ".join(f"{name!r} ({dtype})" for name, dtype in others.items())
        cure = "do not name them in features" if are_named else f"pass exclude={list(others)}"
        raise ValueError(
            f"features must be numbers, but these columns are not: {listed}. Encode them, or "
            f"{cure}. Columns that are not features pass through, and are null in new rows."
        )


def integers(features):
    """Return the names of the integer columns of a dataframe."""
    frame = as_frame(features)
    columns = zip(frame.columns, frame.iter_columns(), strict=True)
    return [name for name, column in columns if column.dtype.is_integer()]


def partition_to_count(lengths):
    """Return the number of the partition in which values are counted; None if all are small."""
    numbers = np.flatnonzero(np.asarray(lengths) >= FEWEST_ROWS).tolist()
    return numbers[0] if numbers else None


def count_values(partition, names):
    """Count the first rows of a partition, and the different values of columns in them."""
    frame = as_frame(partition)
    rows = frame[:, [frame.columns.index(name) for name in names]].head(COUNTED_ROWS)
    columns = zip(names, rows.iter_columns(), strict=True)
    return len(rows), {name: int(column.n_unique()) for name, column in columns}


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
        listed = ", ".join(f"{name!r} ({n:,} values)" for name, n in found.items())
        raise ValueError(
            f"these columns look like identifiers, because nearly all of their integers in the "
            f"first {n_rows:,} rows of partition {number} are different: {listed}. Pass "
            f"exclude={list(found)}, or list all features in features."
        )
