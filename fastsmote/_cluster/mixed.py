"""Tasks of SMOTE-NC: read categories, and make rows of numbers and categories."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from fastsmote._cluster.search import NotFinite, read_partition
from fastsmote._recipes.smotenc import resample_mixed
from fastsmote._rules.observed import ColumnRanges, inferred_rules, observe
from fastsmote._rules.votes import category_weight, median_deviation, reason_not_compiled
from fastsmote._synthesis.provenance import Parents


@dataclass(frozen=True)
class Given:
    """A reader that returns a matrix that has been read."""

    X: Any

    def read(self, partition):
        """Return the matrix."""
        return self.X


class ClassRows(NamedTuple):
    """The rows of one class in one partition."""

    X: np.ndarray  # (n, n_numbers)
    rows: np.ndarray  # (n,) row numbers
    values: list  # of each categorical column: (n,) values


class Part(NamedTuple):
    """What one partition has."""

    categories: list  # of each categorical column: its different values, sorted
    of_classes: dict  # {label: ClassRows}
    ranges: ColumnRanges | None  # of the numeric columns, if rules are inferred


def _is_null(value):
    return value is None or type(value).__name__ == "NAType" or value != value


def different_values(values, name):
    """Return the different values of a categorical column, sorted.

    Raises
    ------
    ValueError
        If a value is missing, or if values cannot be sorted together.
    """
    if values.dtype.kind != "O":
        different = np.unique(values)
        has_null = values.dtype.kind in "fc" and bool(np.isnan(different).any())
    else:
        different = set(values.tolist())
        has_null = any(map(_is_null, different))
    if has_null:
        raise ValueError(
            f"the categorical column {name} has missing values. Fill them with a category of their "
            f"own, or use fastsmote.over_sampling.SMOTENC on a table in memory."
        )
    if isinstance(different, np.ndarray):
        return different
    try:
        listed = sorted(different)
    except TypeError as error:
        raise ValueError(
            f"the categorical column {name} has values that cannot be sorted together: {error}. "
            f"Convert them to one type."
        ) from error
    out = np.empty(len(listed), object)
    out[:] = listed
    return out


def read_part(partition, classes, place, rows, names, category_names, labels, is_observed):
    """Return a `Part`, or `NotFinite`.

    Parameters
    ----------
    rows : RowsWriter
        The result of `Table.mixed`.
    names, category_names : list
        The names of the numeric columns and of the categorical columns.
    labels : list
        The classes to over-sample.
    is_observed : bool
        Whether the ranges of the numeric columns are needed.
    """
    numbers, values = rows.read(partition)
    X = read_partition(partition, classes, place, Given(numbers), names)
    if isinstance(X, NotFinite):
        return X
    of_classes = {}
    for label in labels:
        places = classes.places_of(label)
        taken = [column[places] for column in values]
        of_classes[label] = ClassRows(X[places], place.first_row + places, taken)
    columns = zip(values, category_names, strict=True)
    categories = [different_values(*column) for column in columns]
    return Part(categories, of_classes, observe(X) if is_observed and len(X) else None)


def categories_of(part):
    """Return the categories of a part, or `NotFinite`."""
    return part if isinstance(part, NotFinite) else part.categories


def rows_of(part, label):
    """Return the rows of a class in a part; None if there is no row or if it is `NotFinite`."""
    if isinstance(part, NotFinite) or len(part.of_classes[label].rows) == 0:
        return None
    return part.of_classes[label]


def join_categories(parts, category_names):
    """Return the categories of all parts; a part that is `NotFinite` is returned instead."""
    problems = [part for part in parts if isinstance(part, NotFinite)]
    if problems:
        return min(problems)
    columns = zip(zip(*parts, strict=True), category_names, strict=True)
    return [different_values(np.concatenate(found), name) for found, name in columns]


def ranges_of(part):
    """Return the ranges of the numeric columns of a part; None without rows."""
    return None if isinstance(part, NotFinite) else part.ranges


def join_ranges(parts):
    """Return the ranges in all parts."""
    parts = [part for part in parts if part is not None]
    return ColumnRanges.join(parts) if parts else None


def infer(ranges, categories, columns):
    """Return the rules that are inferred from ranges."""
    NotFinite.raise_first([categories])
    return inferred_rules(ranges, columns)


def get_rules(rules):
    """Return rules that the plan has."""
    return rules


class Mixed(NamedTuple):
    """The parents, draws and new categories of one class; the random state after the draws."""

    parents: Parents
    draws: Any
    codes: np.ndarray  # (n_new, n_columns)
    random_state: Any


def _encoded(values, categories):
    if categories.dtype.kind != "O":
        return np.searchsorted(categories, values)
    code_of = {value: code for code, value in enumerate(categories.tolist())}
    return np.fromiter(map(code_of.__getitem__, values.tolist()), np.int64, len(values))


def resample_class(parts, categories, *state, order, label, k, n_new, random_state=None):
    """Draw the new rows of one class.

    Parameters
    ----------
    parts : list of (ClassRows or None)
    categories : list of ndarray, or NotFinite
    *state : Mixed
        The result for the class before, whose random state continues. May be left out.
    order : list of int
        The places of the categorical columns in the order in which they are voted on.
    label : object
    k, n_new : int
    random_state : int or RandomState instance, default=None
        Used without ``state``.

    Raises
    ------
    ValueError
        If a value is not finite, or if the numbers vary too much or hardly at all.
    """
    NotFinite.raise_first([categories])
    parts = [part for part in parts if part is not None]
    X, rows = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
    codes = [
        _encoded(np.concatenate([part.values[j] for part in parts]), categories[j]) for j in order
    ]
    sizes, median = [len(categories[j]) for j in order], median_deviation(X)
    weight = category_weight(median, X.dtype)
    reason = reason_not_compiled(median, weight)
    if reason is not None:
        label = getattr(label, "item", lambda: label)()
        raise ValueError(
            f"class {label!r}: {reason}; the median of their deviations is {median:.3g}. Use "
            f"fastsmote.over_sampling.SMOTENC on a table in memory."
        )
    random_state = deepcopy(state[0].random_state if state else random_state)
    codes = np.column_stack(codes).astype(np.int64)
    made = resample_mixed(X, codes, sizes, weight, k, n_new, random_state)
    return Mixed(Parents(None, X, rows, made.neighbors), made.draws, made.codes, random_state)


def make_mixed(partition, mixed, categories, rules=None, *, order, bounds, first_row):
    """Return one partition of new rows, and their numbers.

    Parameters
    ----------
    partition : int
        The number of the partition among those of the class.
    mixed : Mixed
    categories : list of ndarray
    rules : ValueRules, default=None
    order : list of int
    bounds : list of int
        The ranges of new rows of each partition.
    first_row : int
        The number of the first new row of the class.

    Returns
    -------
    made : tuple of (ndarray, list of ndarray)
        As `RowsWriter.write` takes it.
    row_numbers : range
    """
    start, stop = bounds[partition : partition + 2]
    rows = range(first_row + start, first_row + stop)
    X = mixed.parents.make(mixed.draws.take(start, stop), rules)[0]
    values = [None] * len(order)
    for place, j in enumerate(order):
        values[j] = categories[j][mixed.codes[start:stop, place]]
    return (X, values), rows


def number_mixed(partition, bounds, first_row):
    """Return only the numbers of the rows that `make_mixed` makes."""
    return range(first_row + bounds[partition], first_row + bounds[partition + 1])
