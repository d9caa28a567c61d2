"""Rules for the values of new rows: whole numbers, a range, or allowed values.

The parameter `values` of a sampler maps columns to rules. `placed_rules` reads it and finds the
columns. `rules_of_columns` converts the rules to arrays in the dtype of X, for the kernels.
`fastsmote._rules.observed` infers rules from X instead.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Set
from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np

from fastsmote import _kernels as kernels
from fastsmote._kernels.layout import ValueRules, dtype_ends, kernel_input
from fastsmote._threads import run_ranges

RULED_VALUES = 2**18  # per task
NO_FEATURES = np.empty(0, np.int64)
RIGHT = (
    'Pass "integer", "nonnegative", a range as a tuple (low, high), or the allowed numbers as a '
    "list, set or array."
)


class Columns(NamedTuple):
    """The columns of a table as it was passed.

    The dtypes of a dataframe may differ from that of the matrix in which rows are made.
    """

    names: list[Any] | None  # None if X is not a dataframe
    dtypes: list[Any]  # NumPy dtypes

    def label(self, position: int) -> str:
        """The name of a column for an error."""
        return f"column {position if self.names is None else repr(self.names[position])}"

    def take(self, positions: Iterable[int]) -> Columns:
        """Some of the columns."""
        names = None if self.names is None else [self.names[j] for j in positions]
        return Columns(names, [self.dtypes[j] for j in positions])


class Rule(NamedTuple):
    """The rule of one column."""

    is_rounded: bool = False
    low: float = -math.inf
    high: float = math.inf
    allowed: tuple = ()  # finite numbers; if empty, all numbers are allowed


def read_rule(given, label):
    """Read the rule of one column.

    Raises
    ------
    ValueError
        If the rule is not known, or if no number obeys it. The message starts with the column.
    """
    if isinstance(given, str):
        if given == "integer":
            return Rule(is_rounded=True)
        if given == "nonnegative":
            return Rule(low=0)
    elif isinstance(given, tuple):
        return _read_range(given, label)
    elif isinstance(given, list | range | Set) or hasattr(given, "__array__"):
        return _read_allowed(given, label)
    raise ValueError(f"values for {label}: {given!r} is not a rule. {RIGHT}")


def _read_range(given, label):
    if len(given) != 2:
        raise ValueError(
            f"values for {label}: {given!r} has {len(given)} entries; a tuple is a range "
            "(low, high). Pass allowed numbers as a list."
        )
    infinite = (-math.inf, math.inf)
    low, high = (
        end if bound is None else _read_number(bound, given, label)
        for bound, end in zip(given, infinite, strict=True)
    )
    if not low <= high or low == math.inf or high == -math.inf:
        raise ValueError(
            f"values for {label}: no number is in the range {given!r}. Pass (low, high) with "
            "low <= high; None means no limit."
        )
    return Rule(low=low, high=high)


def _read_allowed(given, label):
    numbers = given
    if hasattr(given, "__array__"):
        numbers = np.asarray(given)
        if numbers.ndim != 1:
            raise ValueError(
                f"values for {label}: the array of allowed numbers has {numbers.ndim} dimensions; "
                "it must have 1."
            )
    allowed = tuple(_read_number(number, given, label) for number in numbers)
    if not allowed:
        raise ValueError(f"values for {label}: {given!r} allows no number. Pass at least one.")
    if not all(map(math.isfinite, allowed)):
        raise ValueError(
            f"values for {label}: {given!r} has an infinite number. Pass finite numbers."
        )
    return Rule(allowed=allowed)


def _read_number(number, given, label):
    """Return a number that is not NaN as a Python number."""
    number = number.item() if isinstance(number, np.generic) else number
    try:
        as_float = float(number) if isinstance(number, Real) else math.nan
    except OverflowError:
        raise ValueError(
            f"values for {label}: an integer is too large for a float. Pass None for no limit."
        ) from None
    if math.isnan(as_float):
        raise ValueError(f"values for {label}: {number!r} in {given!r} is not a number. {RIGHT}")
    return int(number) if isinstance(number, Integral) else as_float


def position_of(key, columns):
    """Return the position of a column that is given by name or index.

    Raises
    ------
    ValueError
        If X has no such column, or no names.
    """
    n_columns = len(columns.dtypes)
    if isinstance(key, Integral) and not isinstance(key, bool):
        if not -n_columns <= key < n_columns:
            raise ValueError(
                f"values has a rule for column {key}, but X has {n_columns} columns. Pass an index "
                f"from {-n_columns} to {n_columns - 1}."
            )
        return int(key) % n_columns
    if columns.names is None:
        raise ValueError(
            f"values has a rule for column {key!r}, but X is not a dataframe. Pass the index of "
            "the column, or X as a dataframe."
        )
    places = [j for j, name in enumerate(columns.names) if name == key]
    if not places:
        raise ValueError(
            f"values has a rule for column {key!r}, which X does not have. The columns are "
            f"{', '.join(map(repr, columns.names))}."
        )
    if len(places) > 1:
        raise ValueError(
            f"values has a rule for column {key!r}, but X has {len(places)} columns of this name. "
            "Pass the index of the column."
        )
    return places[0]


def placed_rules(values, columns):
    """Read a parameter `values` that is a mapping; return the rule of each position.

    Raises
    ------
    ValueError
        If a rule is not valid, if a column does not exist, or if it is given twice.
    """
    placed, keys = {}, {}
    for key, given in values.items():
        position = position_of(key, columns)
        if position in placed:
            raise ValueError(
                f"values has two rules for {columns.label(position)}, as {keys[position]!r} and "
                f"as {key!r}. Pass one of them."
            )
        placed[position] = read_rule(given, columns.label(position))
        keys[position] = key
    return placed


def rules_of_columns(placed, columns, dtype):
    """Convert rules to arrays.

    Parameters
    ----------
    placed : dict of int to Rule
        What `placed_rules` returned.
    columns : Columns
    dtype : dtype
        The dtype of the matrix in which rows are made.

    Returns
    -------
    ValueRules or None
        Bounds are rounded inward to numbers that the column and the matrix hold. None if there are
        no rules.

    Raises
    ------
    ValueError
        If the dtype of a column holds no number of its range, or not a number that is allowed.
    """
    if not placed:
        return None
    n_columns = len(columns.dtypes)
    rules, allowed = no_rules(n_columns, dtype), [np.empty(0, dtype)] * n_columns
    for j, rule in placed.items():
        column = columns.dtypes[j] if columns.dtypes[j].kind in "biuf" else np.dtype(np.float64)
        rules.is_rounded[j] = rule.is_rounded
        rules.lows[j], rules.highs[j] = _bounds_in(rule, column, columns.label(j))
        if rule.allowed:
            numbers = [_held(number, column, columns.label(j)) for number in rule.allowed]
            allowed[j] = np.unique(np.array(numbers, column).astype(dtype))
    starts = np.concatenate([[0], np.cumsum([len(numbers) for numbers in allowed])])
    return rules._replace(allowed=np.concatenate(allowed), starts=starts.astype(np.int64))


def no_rules(n_columns, dtype):
    """Rules that change no value."""
    dtype = np.dtype(dtype)
    low, high = dtype_ends(dtype)
    return ValueRules(
        np.zeros(n_columns, bool),
        np.full(n_columns, low),
        np.full(n_columns, high),
        np.empty(0, dtype),
        np.zeros(n_columns + 1, np.int64),
    )


def _ends_of(column):
    """The least and the largest integer of an integer or boolean dtype."""
    return (0, 1) if column.kind == "b" else tuple(map(int, dtype_ends(column)))


def _bounds_in(rule, column, label):
    """The least and the largest number of a dtype in the range of a rule."""
    if column.kind == "f":
        low, high = _rounded_inward(rule.low, column, 1), _rounded_inward(rule.high, column, -1)
        is_empty = not low <= high or low == math.inf or high == -math.inf
    else:
        least, most = _ends_of(column)
        low = least if rule.low == -math.inf else max(least, math.ceil(rule.low))
        high = most if rule.high == math.inf else min(most, math.floor(rule.high))
        is_empty = low > high
    if is_empty:
        raise ValueError(
            f"values for {label}: its dtype {column} holds no number from {rule.low} to "
            f"{rule.high}. Pass a range that has such a number, or convert the column."
        )
    return low, high


def _rounded_inward(bound, column, sign):
    """A bound as the nearest number of a float dtype on one side: above it if sign is 1."""
    with np.errstate(over="ignore"):
        rounded = column.type(bound)
    is_outside = float(rounded) < bound if sign > 0 else float(rounded) > bound
    return np.nextafter(rounded, column.type(sign * math.inf)) if is_outside else rounded


def _held(number, column, label):
    """A number that a dtype can hold; for a float dtype, after rounding."""
    if column.kind == "f":
        with np.errstate(over="ignore"):
            is_held = np.isfinite(column.type(number))
    else:
        least, most = _ends_of(column)
        is_held = least <= number <= most and number == math.floor(number)
    if not is_held:
        raise ValueError(
            f"values for {label}: its dtype {column} cannot hold {number!r}. Allow only numbers "
            "that it can hold, or convert the column."
        )
    return number


def in_dtype(rules, dtype):
    """The same rules for rows that are made in another dtype, which holds the numbers of both."""
    if rules.lows.dtype == dtype:
        return rules
    lows, highs, allowed = (
        array.astype(dtype) for array in (rules.lows, rules.highs, rules.allowed)
    )
    return rules._replace(lows=lows, highs=highs, allowed=allowed)


def obeyed(X, rules):
    """Apply rules to new rows that other code has made.

    Parameters
    ----------
    X : {ndarray, CSR matrix or array} of shape (n_new, n_features), of floats
    rules : ValueRules

    Returns
    -------
    X_new : as X
    """
    is_sparse = not isinstance(X, np.ndarray)
    given = X.data if is_sparse else np.ravel(X)
    values = given if given.dtype in (np.float32, np.float64) else given.astype(np.float64)
    features = kernel_input(X.indices) if is_sparse else NO_FEATURES
    rules, ends = in_dtype(rules, values.dtype), dtype_ends(values.dtype)
    values, out = kernel_input(values), np.empty_like(values)

    def obey_some(start, stop):
        kernels.interpolation.obey(values, features, ends, rules, start, stop, out)

    run_ranges(obey_some, len(values), RULED_VALUES, doing="making rows")
    out = out.astype(given.dtype, copy=False)
    if not is_sparse:
        return out.reshape(X.shape)
    made = X.copy()
    made.data = out
    return made
