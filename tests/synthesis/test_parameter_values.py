"""The parameter `values`: what it accepts, what it refuses, and what is inferred."""

import re
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from helpers.tables import X, Y
from scipy import sparse

from fastsmote._rules.observed import observe, resolve_values
from fastsmote._rules.values import Columns
from fastsmote.over_sampling import SMOTE

FRAME = pd.DataFrame(X, columns=["a", "b", "c"]).assign(b=np.arange(80) % 7)


def resolved(values, dtypes=(np.float64, np.int64, np.float64), dtype=np.float64, names="abc"):
    columns = Columns(list(names) if names else None, [np.dtype(each) for each in dtypes])
    return resolve_values(values, np.zeros((4, len(dtypes)), dtype), columns)


# Rules that are right


@pytest.mark.parametrize(
    ("rule", "low", "high"),
    [
        ((1, 5), 1, 5),
        ((None, 5), -np.inf, 5),
        ((np.float32(1), np.inf), 1, np.inf),
        ((Fraction(1, 2), 2), 0.5, 2),
        ("nonnegative", 0, np.inf),
        ((3, 3), 3, 3),
    ],
)
def test_ranges(rule, low, high):
    rules = resolved({"a": rule})
    assert (rules.lows[0], rules.highs[0]) == (low, high)


@pytest.mark.parametrize(
    "rule", [[3, 1, 1], {1, 3}, frozenset([1, 3]), np.array([3, 1]), range(1, 5, 2)]
)
def test_allowed_numbers(rule):
    rules = resolved({"a": rule})
    assert rules.allowed.tolist() == [1, 3]
    assert rules.starts.tolist() == [0, 2, 2, 2]


def test_the_range_of_an_integer_column_ends_at_integers():
    rules = resolved({"b": (0.2, 3.7)})
    assert (rules.lows[1], rules.highs[1]) == (1, 3)


def test_the_range_of_a_boolean_column_is_that_of_booleans():
    rules = resolved({"a": (-5, 5)}, dtypes=[bool])
    assert (rules.lows[0], rules.highs[0]) == (0, 1)


@pytest.mark.parametrize("values", [None, {}])
def test_no_rules(values):
    assert resolved(values) is None


@pytest.mark.parametrize("key", [1, -2, np.int64(1), "b"])
def test_a_column_is_given_by_name_or_index(key):
    assert resolved({key: "integer"}).is_rounded.tolist() == [False, True, False]


# Rules that are wrong


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"d": "integer"}, "column 'd', which X does not have. The columns are 'a', 'b', 'c'"),
        ({3: "integer"}, "column 3, but X has 3 columns. Pass an index from -3 to 2"),
        ({-4: "integer"}, "column -4, but X has 3 columns"),
        ({True: "integer"}, "column True, which X does not have"),
        ({"b": "integer", 1: (0, 1)}, "two rules for column 'b', as 'b' and as 1"),
        ({"a": (5, 1)}, "column 'a': no number is in the range (5, 1)"),
        ({"a": (np.inf, None)}, "column 'a': no number is in the range (inf, None)"),
        ({"a": (0, 1, 2)}, "column 'a': (0, 1, 2) has 3 entries"),
        ({"a": []}, "column 'a': [] allows no number"),
        ({"a": [1, np.nan]}, "column 'a': nan in [1, nan] is not a number"),
        ({"a": [1, None]}, "column 'a': None in [1, None] is not a number"),
        ({"a": ["1"]}, "column 'a': '1' in ['1'] is not a number"),
        ({"a": (0, "1")}, "column 'a': '1' in (0, '1') is not a number"),
        ({"a": (np.nan, 1)}, "column 'a': nan in (nan, 1) is not a number"),
        ({"a": [1, np.inf]}, "column 'a': [1, inf] has an infinite number"),
        ({"a": [10**400]}, "is too large for a float"),
        ({"a": np.ones((2, 2))}, "the array of allowed numbers has 2 dimensions"),
        ({"a": "whole"}, "column 'a': 'whole' is not a rule. Pass \"integer\", \"nonnegative\""),
        ({"a": 3}, "column 'a': 3 is not a rule"),
        ({"b": (0.2, 0.8)}, "column 'b': its dtype int64 holds no number from 0.2 to 0.8"),
        ({"b": [1, 1.5]}, "column 'b': its dtype int64 cannot hold 1.5"),
    ],
)
def test_errors_name_the_column_and_the_value(values, error):
    with pytest.raises(ValueError, match=re.escape(error)):
        resolved(values)
    with pytest.raises(ValueError, match=re.escape(error)):
        SMOTE(values=values).fit_resample(FRAME, Y)


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        ((1e300, None), "dtype float32 holds no number from 1e+300"),
        ([1e300], "dtype float32 cannot hold 1e+300"),
    ],
)
def test_float32_does_not_hold_every_float(rule, error):
    with pytest.raises(ValueError, match=re.escape(error)):
        resolved({"a": rule}, [np.float32], np.float32)


def test_names_need_a_dataframe():
    with pytest.raises(ValueError, match="column 'a', but X is not a dataframe"):
        resolved({"a": "integer"}, names=None)


def test_a_name_of_two_columns_is_an_error():
    with pytest.raises(ValueError, match="X has 2 columns of this name"):
        resolved({"a": "integer"}, names="aba")


@pytest.mark.parametrize("values", ["integers", [1], 3])
def test_other_parameters_are_refused(values):
    with pytest.raises(ValueError, match="The 'values' parameter"):
        SMOTE(values=values).fit_resample(X, Y)


# Sparse tables


@pytest.mark.parametrize("rule", [(1, 5), (-5, -1), [1, 2]])
def test_a_rule_that_changes_zeros_of_a_sparse_table_is_an_error(rule):
    table = sparse.csr_array(np.where(X > 0, X, 0))
    with pytest.raises(ValueError, match="column 1: X is sparse and has zeros in this column"):
        SMOTE(values={1: rule}).fit_resample(table, Y)


@pytest.mark.parametrize("rule", [(1, 5), [1, 2]])
def test_the_same_rule_is_applied_if_the_column_has_no_zeros(rule):
    table = np.where(X > 0, X, 0)
    table[:, 1] = X[:, 1]
    made = SMOTE(random_state=0, values={1: rule}).fit_resample(sparse.csr_array(table), Y)[0]
    expected = SMOTE(random_state=0, values={1: rule}).fit_resample(table, Y)[0]
    np.testing.assert_array_equal(made.toarray(), expected)


# What is inferred


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int32, np.uint8])
@pytest.mark.parametrize("n_rows", [1, 7, 200_000])  # more than one task reads the last
def test_ranges_are_those_of_numpy(n_rows, dtype):
    table = np.random.RandomState(0).randint(0, 200, (n_rows, 3)).astype(dtype)
    ranges = observe(table)
    np.testing.assert_array_equal(ranges.lows, table.min(axis=0))
    np.testing.assert_array_equal(ranges.highs, table.max(axis=0))
    assert ranges.lows.dtype == dtype
    assert ranges.are_whole.all()


def test_nan_is_ignored():
    table = np.array([[1.0, np.nan, 0.5], [np.nan, np.nan, np.nan], [3.0, np.nan, 1.0]])
    columns = Columns(None, [table.dtype] * 3)
    rules = resolve_values("infer", table, columns)
    assert rules.is_rounded.tolist() == [True, False, False]
    assert rules.lows.tolist() == [1.0, -np.inf, 0.5]
    assert rules.highs.tolist() == [3.0, np.inf, 1.0]


def test_zeros_that_a_sparse_table_does_not_store_are_values():
    table = np.array([[0.0, 2.0, -3.5], [5.0, 3.0, 0.0]])
    for kind in (sparse.csr_array, sparse.csc_matrix):
        ranges = observe(kind(table))
        np.testing.assert_array_equal(ranges.lows, table.min(axis=0))
        np.testing.assert_array_equal(ranges.highs, table.max(axis=0))
        assert ranges.are_whole.tolist() == [True, True, False]


def test_columns_of_integer_and_boolean_dtypes_are_whole():
    columns = Columns(None, [np.dtype(dtype) for dtype in (np.int8, bool, np.float64)])
    rules = resolve_values("infer", np.full((3, 3), 0.5), columns)
    assert rules.is_rounded.tolist() == [True, True, False]
