"""The option --values: read rules, and resolve them for the features of a table."""

import math
from collections.abc import Mapping
from contextlib import contextmanager

from fastsmote._rules.observed import inferred_rules
from fastsmote._rules.values import Columns, placed_rules, read_rule, rules_of_columns
from fastsmote.offline._columns import numpy_dtype
from fastsmote.offline._errors import OfflineError

INFER = "infer"
NAMED_RULES = ("integer", "nonnegative")
RULE_FORMS = "integer, nonnegative, LOW:HIGH, or allowed numbers with commas between them"


def read_values(values):
    """Check the option; return None, "infer" or a dict of column to the rule given for it.

    Raises
    ------
    OfflineError
        If it is something else, or if a rule is not valid.
    """
    if values is None or (isinstance(values, str) and values == INFER):
        return values
    if not isinstance(values, Mapping):
        raise OfflineError(f"--values: must be infer or COLUMN=RULE. Got {values!r}.")
    for name, given in values.items():
        if not isinstance(name, str):
            raise OfflineError(f"--values: a column must be given by its name. Got {name!r}.")
        with _named():
            read_rule(given, f"column {name!r}")
    return dict(values)


def read_arguments(texts):
    """Read what the command line gives: nothing, infer, or COLUMN=RULE any number of times."""
    if not texts or list(texts) == [INFER]:
        return INFER if texts else None
    values = {}
    for text in texts:
        name, equals, rule = text.rpartition("=")
        if not equals:
            alone = " alone" if text == INFER else ""
            raise OfflineError(f"--values: must be infer{alone} or COLUMN=RULE. Got {text!r}.")
        if name in values:
            raise OfflineError(f"--values: there are two rules for column {name!r}.")
        values[name] = _read_text(rule.strip(), name)
    return values


def _read_text(text, name):
    """Convert a rule from the command line to the rule that a sampler takes."""
    if text in NAMED_RULES:
        return text
    try:
        if ":" in text:
            return tuple(_number(end) if end.strip() else None for end in text.split(":"))
        return [_number(number) for number in text.split(",")]
    except ValueError:
        raise OfflineError(
            f"--values: column {name!r} has the rule {text!r}. A rule is {RULE_FORMS}."
        ) from None


def _number(text):
    try:
        return int(text)
    except ValueError:
        return float(text)


def shown(values):
    """Return the option for the manifest of a run, in JSON."""
    if not isinstance(values, dict):
        return values
    rules = {name: read_rule(given, name) for name, given in values.items()}
    return {
        name: [rule.is_rounded, _text(rule.low), _text(rule.high), sorted(map(_text, rule.allowed))]
        for name, rule in rules.items()
    }


def _text(number):
    """Return a number as text, the same for 1 and 1.0; JSON has no infinite numbers."""
    is_whole = math.isfinite(number) and number == int(number)
    return str(int(number) if is_whole else float(number))


@contextmanager
def _named():
    """Turn the errors of rules into errors of the option."""
    try:
        yield
    except ValueError as error:
        text = str(error).removeprefix("values for ").removeprefix("values ")
        raise OfflineError(f"--values: {text}") from error


def _table_of(columns):
    """Describe the features as a dataframe is described."""
    forced = columns.forced
    types = [columns.schema.field(name).type for name in columns.features]
    dtypes = [numpy_dtype(type_) if forced is None else forced for type_ in types]
    return Columns(list(columns.features), dtypes)


def given_rules(values, columns):
    """Resolve the rules that were given for columns.

    Parameters
    ----------
    values : dict of str to rule
    columns : Columns

    Returns
    -------
    ValueRules or None

    Raises
    ------
    OfflineError
        If a column is not a numeric feature, or if its type holds no number that is allowed.
    """
    for name in values:
        if name in columns.categorical:
            raise OfflineError(f"--values: column {name!r} is categorical; its values are kept.")
        if name not in columns.features:
            raise OfflineError(
                f"--values: {name!r} is not a feature. The features are "
                f"{', '.join(columns.features)}."
            )
    with _named():
        table = _table_of(columns)
        return rules_of_columns(placed_rules(values, table), table, columns.dtype)


def rules_of(values, columns, ranges):
    """Resolve the option for the matrix of the features.

    Parameters
    ----------
    values : dict, "infer" or None
    columns : Columns
    ranges : ColumnRanges
        Of all rows; needed for "infer".

    Returns
    -------
    ValueRules or None
    """
    if values is None:
        return None
    if values != INFER:
        return given_rules(values, columns)
    return inferred_rules(ranges, _table_of(columns))
