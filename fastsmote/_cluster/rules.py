"""Rules for the values of new rows: read now, or inferred by tasks from all partitions."""

from fastsmote._base.dataframes import columns_of
from fastsmote._cluster.search import NotFinite, read_partition
from fastsmote._rules.observed import ColumnRanges, inferred_rules, observe
from fastsmote._rules.values import Columns, placed_rules, rules_of_columns


def _observe(partition, classes, place, rows, names):
    """Return the ranges of the columns in one partition, or `NotFinite`; None without rows."""
    if len(classes.codes) == 0:
        return None
    X = read_partition(partition, classes, place, rows, names)
    return X if isinstance(X, NotFinite) else observe(X)


def _join(parts):
    parts = [part for part in parts if part is not None]
    NotFinite.raise_first(parts)
    return ColumnRanges.join(parts) if parts else None


def _infer(ranges, columns):
    NotFinite.raise_first([ranges])
    return inferred_rules(ranges, columns)


def _given(rules):
    return rules


def rules_of(table, values):
    """Return the rules for the values of new rows.

    Parameters
    ----------
    table : Table
    values : mapping or "infer"

    Returns
    -------
    rules : list of One
        One value, or an empty list without rules.

    Raises
    ------
    ValueError
        If a rule or its column is not valid.
    """
    engine, numbers, named = table.engine, table.numbers(), table.named
    columns = columns_of(named) or Columns(None, [numbers.dtype] * table.n_features)
    if not isinstance(values, str):
        rules = rules_of_columns(placed_rules(values, columns), columns, numbers.dtype)
        return [] if rules is None else [engine.one(_given, rules=rules)]
    parts = table.parts(table.survey.with_rows)
    observed = engine.each(_observe, parts, rows=numbers, names=columns.names)
    return [engine.one(_infer, engine.reduce(_join, observed), columns=columns)]
