"""Rules for the values of new rows: read now, or inferred by tasks from all partitions."""

from fastsmote._base.dataframes import columns_of
from fastsmote._rules.observed import ColumnRanges, inferred_rules, observe
from fastsmote._rules.values import Columns, placed_rules, rules_of_columns
from fastsmote.distributed._search import NotFinite, read_partition


def _observe(partition, classes, first_row, rows, names, number):
    """Return the ranges of the columns in one partition, or `NotFinite`."""
    X = read_partition(partition, classes, rows, first_row, names, number)
    return X if isinstance(X, NotFinite) else observe(X)


def _join(parts):
    NotFinite.raise_first(parts)
    return ColumnRanges.join(parts)


def _infer(ranges, columns):
    NotFinite.raise_first([ranges])
    return inferred_rules(ranges, columns)


def _given(rules):
    return rules


def add_rules(call, values):
    """Add tasks that give the rules of a call.

    Parameters
    ----------
    call : Call
    values : mapping or "infer"

    Returns
    -------
    keys : list
        The key of the last task, or an empty list without rules.

    Raises
    ------
    ValueError
        If a rule or its column is not valid.
    """
    numbers, named = call.X.numbers(), call.X.named
    columns = columns_of(named) or Columns(None, [numbers.dtype] * call.X.n_features)
    if not isinstance(values, str):
        rules = rules_of_columns(placed_rules(values, columns), columns, numbers.dtype)
        return [] if rules is None else [call.graph.add("rules", _given, rules=rules)]
    observed = [
        call.add_for_partition(
            "observed", _observe, i, call.X, rows=numbers, names=columns.names, number=i
        )
        for i in call.partitions
    ]
    ranges = call.graph.reduce("ranges", _join, observed)
    return [call.graph.add("rules", _infer, ranges, columns=columns)]
