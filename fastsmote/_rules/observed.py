"""Observe the columns of X: infer rules from their ranges, and find implicit zeros."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from fastsmote import _kernels as kernels
from fastsmote._kernels.layout import dtype_ends, kernel_input
from fastsmote._rules.values import no_rules, placed_rules, rules_of_columns
from fastsmote._search.inverted_index import canonical_rows
from fastsmote._threads import run_ranges

OBSERVED_VALUES = 2**18  # per task


class ColumnRanges(NamedTuple):
    """The range of each column, and whether its values are whole; NaN is ignored.

    If a column has no number, its lowest value is above its highest.
    """

    lows: np.ndarray  # (n_features,) X's dtype
    highs: np.ndarray  # (n_features,) X's dtype
    are_whole: np.ndarray  # (n_features,) bool

    @classmethod
    def of_nothing(cls, n_features, dtype):
        """The ranges of no rows."""
        low, high = dtype_ends(np.dtype(dtype))
        lows, highs = np.full(n_features, high), np.full(n_features, low)
        return cls(lows, highs, np.ones(n_features, bool))

    def astype(self, dtype):
        """The same ranges in a dtype that holds their ends."""
        return self._replace(lows=self.lows.astype(dtype), highs=self.highs.astype(dtype))

    @classmethod
    def join(cls, parts):
        """The ranges of all rows, from those of some rows each."""
        lows, highs, are_whole = (np.stack(arrays) for arrays in zip(*parts, strict=True))
        return cls(lows.min(axis=0), highs.max(axis=0), are_whole.all(axis=0))


def observe(X):
    """Return the `ColumnRanges` of a matrix.

    Parameters
    ----------
    X : {ndarray, CSR, CSC} of shape (n_rows, n_features), float32, float64 or integer
        Implicit zeros of a sparse matrix are values.
    """
    if sparse.issparse(X):
        return _observe_sparse(X)
    X, parts = kernel_input(X), [ColumnRanges.of_nothing(X.shape[1], X.dtype)]

    def observe_some(start, stop):
        part = ColumnRanges.of_nothing(X.shape[1], X.dtype)
        kernels.column_ranges.dense_ranges(X, start, stop, *part)
        parts.append(part)

    step = max(1, OBSERVED_VALUES // max(1, X.shape[1]))
    run_ranges(observe_some, len(X), step, doing="reading columns")
    return ColumnRanges.join(parts)


def _observe_sparse(X):
    n_rows, n_features = X.shape
    rows = canonical_rows(X)
    counts, found = np.zeros(n_features, np.int64), ColumnRanges.of_nothing(n_features, X.dtype)
    values, features = kernel_input(rows.data), kernel_input(rows.indices)
    kernels.column_ranges.sparse_ranges(values, features, *found, counts)
    has_zeros = counts < n_rows
    found.lows[has_zeros] = np.minimum(found.lows[has_zeros], 0)
    found.highs[has_zeros] = np.maximum(found.highs[has_zeros], 0)
    return found


def inferred_rules(ranges, columns):
    """Infer rules: the observed range, and whole numbers where the dtype or all values are whole.

    Parameters
    ----------
    ranges : ColumnRanges
        Of all rows of X.
    columns : Columns

    Returns
    -------
    ValueRules
        A column without numbers has no rule.
    """
    rules = no_rules(len(ranges.lows), ranges.lows.dtype)
    has_numbers = ranges.lows <= ranges.highs
    are_integers = np.array([dtype.kind in "biu" for dtype in columns.dtypes], bool)
    return rules._replace(
        is_rounded=has_numbers & (are_integers | ranges.are_whole),
        lows=np.where(has_numbers, ranges.lows, rules.lows),
        highs=np.where(has_numbers, ranges.highs, rules.highs),
    )


def resolve_values(values, X, columns, numeric=None):
    """Resolve the parameter `values` of a sampler for a table in memory.

    Parameters
    ----------
    values : mapping, "infer" or None
    X : {ndarray, CSR, CSC} of shape (n_rows, n_features)
        The matrix in which rows are made.
    columns : Columns
        The columns of the table that was passed.
    numeric : list of int, default=None
        The positions of X's columns in the table. The other columns are categorical. None means
        that X has all columns.

    Returns
    -------
    ValueRules or None
        None without rules.

    Raises
    ------
    ValueError
        If `values` is not valid, if it has a rule for a categorical column, or if X is sparse and
        a rule would change an implicit zero.
    """
    if values is None:
        return None
    numeric = list(range(X.shape[1])) if numeric is None else list(numeric)
    own = columns.take(numeric)
    if isinstance(values, str):
        is_known = X.dtype.kind in "iu" or X.dtype in (np.float32, np.float64)
        return inferred_rules(observe(X if is_known else X.astype(np.float64)), own)
    dtype = X.dtype if X.dtype.kind in "iuf" else np.dtype(np.float64)
    rules = rules_of_numeric(values, columns, numeric, dtype)
    if rules is not None and sparse.issparse(X):
        _check_zeros(rules, X, own)
    return rules


def rules_of_numeric(values, columns, numeric, dtype):
    """Resolve `values`, a mapping, for the numeric columns of a table.

    Parameters
    ----------
    values : mapping
    columns : Columns
        The columns of the table.
    numeric : list of int
        The positions of the numeric columns. The other columns are categorical.
    dtype : dtype
        The dtype of the matrix of the numeric columns in which rows are made.

    Returns
    -------
    ValueRules or None
        None without rules.

    Raises
    ------
    ValueError
        If `values` is not valid, or if it has a rule for a categorical column.
    """
    placed, place_of = {}, {position: place for place, position in enumerate(numeric)}
    for position, rule in placed_rules(values, columns).items():
        if position not in place_of:
            raise ValueError(
                f"values has a rule for {columns.label(position)}, which is categorical. Rules are "
                "for numeric columns: a category of a new row is always one of its neighbors'."
            )
        placed[place_of[position]] = rule
    return rules_of_columns(placed, columns.take(numeric), dtype)


def _check_zeros(rules, X, columns):
    """Raise if a rule would change zeros that a sparse matrix does not store."""
    zero = np.zeros(1, rules.lows.dtype)
    moved = [
        j
        for j in np.flatnonzero((rules.lows > 0) | (rules.highs < 0) | (np.diff(rules.starts) > 0))
        if rules.starts[j] == rules.starts[j + 1]
        or zero not in rules.allowed[rules.starts[j] : rules.starts[j + 1]]
    ]
    if not moved:
        return
    rows = canonical_rows(X)
    for j in moved:
        if np.count_nonzero(rows.indices == j) < X.shape[0]:
            raise ValueError(
                f"values for {columns.label(j)}: X is sparse and has zeros in this column, which "
                "the rule does not allow. Allow 0, or pass X as a dense array."
            )
