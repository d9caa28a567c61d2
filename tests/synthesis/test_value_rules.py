"""New values obey their rules, and missing values come from the parent that has a number."""

import numpy as np
import pytest
from helpers import reference
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

import fastsmote
from fastsmote import Provenance
from fastsmote._rules.observed import resolve_values
from fastsmote._rules.values import Columns
from fastsmote._synthesis.provenance import make_synthetic

DTYPES = [np.float64, np.float32, np.int64, np.int16, np.uint8]
RULES = {
    "integer": "integer",
    "nonnegative": "nonnegative",
    "range": (-2, 3),
    "half a range": (None, 2),
    "allowed": [4, -1, 1, 40],
}


def make_pairs(dtype=np.float64, n_new=500, share_of_nan=0.0, seed=0):
    """A table of small numbers, and pairs of its rows."""
    rng = np.random.RandomState(seed)
    X = 4 * rng.randn(30, 3)
    X = np.abs(X).astype(dtype) if np.dtype(dtype).kind == "u" else X.astype(dtype)
    if share_of_nan:
        X[rng.uniform(size=X.shape) < share_of_nan] = np.nan
    gaps = rng.randint(0, 8, n_new) / 8  # values halfway between integers are frequent
    return X, (rng.randint(30, size=n_new), rng.randint(30, size=n_new), gaps)


def rules_for(X, values):
    return resolve_values(values, X, Columns(None, [X.dtype] * X.shape[1]))


# Rules


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_values_of_floats_obey_their_rule(rule, dtype):
    X, pairs = make_pairs(dtype)
    made = make_synthetic(X, Provenance(*pairs, rules=rules_for(X, {1: rule})))
    expected = reference.values_between(X, *pairs)
    expected[:, 1] = [reference.obeying(value, rule) for value in expected[:, 1]]
    np.testing.assert_array_equal(made, expected.astype(dtype))
    assert not np.array_equal(made, make_synthetic(X, Provenance(*pairs)))


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.int8])
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_values_of_integers_obey_their_rule_before_they_are_converted(rule, dtype):
    X, pairs = make_pairs(dtype)
    made = make_synthetic(X, Provenance(*pairs, rules=rules_for(X, {1: rule})))
    expected = reference.values_between(X, *pairs)
    expected[:, 1] = [reference.obeying(value, rule) for value in expected[:, 1]]
    np.testing.assert_array_equal(made, expected.astype(dtype))  # truncates where there is no rule


def test_half_is_rounded_to_even():
    X = np.array([[0.0], [5.0], [3.0]])
    pairs = np.array([0, 0, 0]), np.array([1, 2, 1]), np.array([0.5, 0.5, 0.7])
    made = make_synthetic(X, Provenance(*pairs, rules=rules_for(X, {0: "integer"})))
    assert made.ravel().tolist() == [2.0, 2.0, 4.0]  # from 2.5, 1.5 and 3.5


def test_of_allowed_values_at_the_same_distance_the_lower_is_taken():
    X = np.array([[0.0], [4.0]])
    pairs = np.zeros(3, np.int64), np.ones(3, np.int64), np.array([0.25, 0.5, 0.75])
    made = make_synthetic(X, Provenance(*pairs, rules=rules_for(X, {0: {0, 2, 4}})))
    assert made.ravel().tolist() == [0.0, 2.0, 2.0]


def test_no_zero_is_negative():
    X = np.array([[-0.4], [-0.2]])
    pairs = np.array([0]), np.array([1]), np.array([0.5])
    made = make_synthetic(X, Provenance(*pairs, rules=rules_for(X, {0: "integer"})))
    assert made.tolist() == [[0.0]]
    assert not np.signbit(made).any()


@pytest.mark.parametrize("dtype", DTYPES)
def test_columns_without_a_rule_have_the_same_bits(dtype):
    X, pairs = make_pairs(dtype)
    made = make_synthetic(X, Provenance(*pairs, rules=rules_for(X, {0: (0, 1)})))
    plain = make_synthetic(X, Provenance(*pairs))
    assert made[:, 1:].tobytes() == plain[:, 1:].tobytes()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(
    low=st.floats(-4, 4),
    width=st.floats(0.001, 4),
    seed=st.integers(0, 2**16),
)
def test_bounds_are_kept_in_every_float_dtype(dtype, low, width, seed):
    X, pairs = make_pairs(dtype, seed=seed)
    made = make_synthetic(X, Provenance(*pairs, rules=rules_for(X, {0: (low, low + width)})))
    assert (made[:, 0].astype(np.float64) >= low).all()
    assert (made[:, 0].astype(np.float64) <= low + width).all()


@given(
    dtype=st.sampled_from(DTYPES),
    rule=st.one_of(
        st.just("integer"),
        st.tuples(st.integers(-5, 0), st.integers(1, 5)),
        st.lists(st.integers(0, 60), min_size=1, max_size=6),
    ),
    seed=st.integers(0, 2**16),
)
def test_values_are_those_of_brute_force(dtype, rule, seed):
    X, pairs = make_pairs(dtype, n_new=60, seed=seed)
    made = make_synthetic(X, Provenance(*pairs, rules=rules_for(X, {-1: rule})))
    signed = X.astype(np.int64) if np.dtype(dtype).kind in "iu" else X
    values = reference.values_between(signed, *pairs)[:, -1]
    expected = [reference.obeying(value, rule) for value in values]
    np.testing.assert_array_equal(made[:, -1], np.array(expected).astype(dtype))


def test_integers_beyond_2_53_stay_in_their_range():
    X = np.array([[2**62 + 1], [2**62 + 255]])
    pairs = np.zeros(9, np.int64), np.ones(9, np.int64), np.linspace(0, 0.99, 9)
    made = make_synthetic(X, Provenance(*pairs, rules=rules_for(X, "infer")))
    assert made.min() >= 2**62 + 1
    assert made.max() <= 2**62 + 255


# Missing values


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_value_between_a_number_and_nan_is_the_number(dtype):
    X, pairs = make_pairs(dtype, share_of_nan=0.4)
    made = make_synthetic(X, Provenance(*pairs, has_missing=True))
    np.testing.assert_array_equal(made, reference.values_between(X, *pairs).astype(dtype))
    assert 0 < np.isnan(made).sum() < np.isnan(X[pairs[0]]).sum()


def test_without_nan_the_rows_are_the_same_bits():
    X, pairs = make_pairs()
    made = make_synthetic(X, Provenance(*pairs, has_missing=True))
    assert made.tobytes() == make_synthetic(X, Provenance(*pairs)).tobytes()


def test_shrunk_differences_are_shrunk_beside_nan():
    X, pairs = make_pairs()
    shrinks = np.random.RandomState(0).uniform(size=500)
    made = make_synthetic(X, Provenance(*pairs, shrinks, has_missing=True))
    assert made.tobytes() == make_synthetic(X, Provenance(*pairs, shrinks)).tobytes()


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_leaves_nan_and_changes_the_number_beside_it(rule):
    X, pairs = make_pairs(share_of_nan=0.4)
    made = make_synthetic(X, Provenance(*pairs, rules=rules_for(X, {1: rule}), has_missing=True))
    expected = reference.values_between(X, *pairs)
    expected[:, 1] = [reference.obeying(value, rule) for value in expected[:, 1]]
    np.testing.assert_array_equal(made, expected)
    assert np.isnan(made[:, 1]).any()


def test_regenerate_finds_nan_in_x():
    X, pairs = make_pairs(share_of_nan=0.4)
    np.testing.assert_array_equal(
        fastsmote.regenerate(X, Provenance(*pairs)), reference.values_between(X, *pairs)
    )


# Sparse rows


@pytest.mark.parametrize("share_of_nan", [0.0, 0.3])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int32])
def test_sparse_rows_are_those_of_a_dense_table(dtype, share_of_nan):
    if share_of_nan and dtype == np.int32:
        pytest.skip("integers have no NaN")
    X, pairs = make_pairs(dtype, share_of_nan=share_of_nan)
    X[np.random.RandomState(1).uniform(size=X.shape) < 0.5] = 0
    values = {0: "integer", 1: (0, 2), 2: [-3, 0, 5]}
    provenance = Provenance(*pairs, rules=rules_for(X, values))
    made = fastsmote.regenerate(sparse.csr_array(X), provenance)
    np.testing.assert_array_equal(made.toarray(), fastsmote.regenerate(X, provenance))


# A provenance for another table


def test_rules_for_other_columns_are_an_error():
    X, pairs = make_pairs()
    provenance = Provenance(*pairs, rules=rules_for(X, {0: "integer"}))
    with pytest.raises(ValueError, match="for 3 columns, but X has 2"):
        fastsmote.regenerate(X[:, :2], provenance)
