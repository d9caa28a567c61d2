"""What samplers refuse of a table with missing values, and what they say."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from helpers.samplers import name_of, stock_of
from helpers.tables import X as NUMBERS
from helpers.tables import Y
from imblearn.over_sampling import SMOTE as StockSMOTE
from imblearn.under_sampling import EditedNearestNeighbours as StockENN
from imblearn.under_sampling import TomekLinks as StockTomekLinks
from scipy import sparse
from sklearn.base import clone
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors
from sklearn.utils._param_validation import InvalidParameterError

from fastsmote.combine import SMOTEENN, SMOTETomek
from fastsmote.over_sampling import ADASYN, SMOTE, SMOTENC, BorderlineSMOTE
from fastsmote.under_sampling import EditedNearestNeighbours, TomekLinks

OVER_SAMPLERS = [SMOTE(random_state=0), BorderlineSMOTE(random_state=0), ADASYN(random_state=0)]
COMBINED = [SMOTEENN(random_state=0), SMOTETomek(random_state=0)]
NUMERIC = [*OVER_SAMPLERS, *COMBINED, TomekLinks(), EditedNearestNeighbours()]
SAMPLERS = [*NUMERIC, SMOTENC([2], random_state=0)]
SEARCHERS = [
    (SMOTE, "k_neighbors"),
    (BorderlineSMOTE, "k_neighbors"),
    (BorderlineSMOTE, "m_neighbors"),
    (ADASYN, "n_neighbors"),
    (EditedNearestNeighbours, "n_neighbors"),
]


def make_one_hole():
    """Eighty rows of three features, the last of whole numbers; one value is missing."""
    X = NUMBERS.copy()
    X[:, 2] = np.arange(80) % 3
    X[7, 0] = np.nan
    return X


def partial(sampler):
    return clone(sampler).set_params(missing="partial")


# Rows and values


@pytest.mark.parametrize("kind", [np.array, pd.DataFrame, pl.DataFrame, np.float32])
@pytest.mark.parametrize("sampler", NUMERIC, ids=name_of)
def test_a_row_without_any_value_is_named(sampler, kind):
    X = make_one_hole()
    X[[13, 50]] = np.nan
    message = (
        r"Row 13 of X has no value: all 3 features are missing. 1 other rows? ha(s|ve) none either"
    )
    with pytest.raises(ValueError, match=message):
        partial(sampler).fit_resample(kind(X), Y)


@pytest.mark.parametrize("value", [np.inf, -np.inf])
@pytest.mark.parametrize("sampler", SAMPLERS, ids=name_of)
def test_infinity_is_an_error(sampler, value):
    X = make_one_hole()
    X[30, 1] = value
    with pytest.raises(ValueError, match=r"Input (X )?contains infinity"):
        partial(sampler).fit_resample(X, Y)


@pytest.mark.filterwarnings("ignore:invalid value encountered in cast")  # in scikit-learn
@pytest.mark.parametrize("sampler", NUMERIC, ids=name_of)
def test_nan_in_y_is_an_error(sampler):
    y = Y.astype(float)
    y[3] = np.nan
    with pytest.raises(ValueError, match="contains NaN"):
        partial(sampler).fit_resample(make_one_hole(), y)


@pytest.mark.parametrize("kind", [sparse.csr_matrix, sparse.csc_array])
@pytest.mark.parametrize("sampler", NUMERIC, ids=name_of)
def test_a_sparse_table_with_nan_is_an_error_that_says_what_to_pass(sampler, kind):
    message = rf"X is sparse and contains NaN. {name_of(sampler)} .*: pass X.toarray\(\)"
    with pytest.raises(ValueError, match=message):
        partial(sampler).fit_resample(kind(make_one_hole()), Y)


@pytest.mark.parametrize("sampler", NUMERIC, ids=name_of)
def test_a_sparse_table_without_nan_gives_the_rows_of_today(sampler):
    X = sparse.csr_matrix(np.where(NUMBERS > 0, NUMBERS, 0.0))
    got, _ = partial(sampler).fit_resample(X, Y)
    expected, _ = clone(sampler).fit_resample(X, Y)
    np.testing.assert_array_equal(got.toarray(), expected.toarray())


@pytest.mark.parametrize("sampler", NUMERIC, ids=name_of)
def test_floats_that_compiled_code_does_not_take_are_an_error(sampler):
    message = r"X has missing values, .* cannot run here: X has dtype float16"
    with pytest.raises(ValueError, match=message):
        partial(sampler).fit_resample(make_one_hole().astype(np.float16), Y)


@pytest.mark.parametrize("sampler", NUMERIC[-2:], ids=name_of)
def test_a_foreign_byte_order_is_an_error_where_the_output_would_keep_it(sampler):
    X = make_one_hole()
    X = X.astype(X.dtype.newbyteorder())
    with pytest.raises(ValueError, match=r"X has missing values, .* cannot run here: X has dtype"):
        partial(sampler).fit_resample(X, Y)


# Without the option


@pytest.mark.parametrize("sampler", NUMERIC, ids=name_of)
def test_by_default_nan_is_the_error_of_imbalanced_learn(sampler):
    with pytest.raises(ValueError, match="Input X contains NaN") as theirs:
        stock_of(sampler).fit_resample(make_one_hole(), Y)
    with pytest.raises(ValueError, match="Input X contains NaN") as ours:
        clone(sampler).fit_resample(make_one_hole(), Y)
    assert str(ours.value) == str(theirs.value)


@pytest.mark.parametrize("sampler", SAMPLERS, ids=name_of)
@pytest.mark.parametrize("value", ["ignore", True, None])
def test_another_value_of_the_option_is_an_error_that_names_both(sampler, value):
    with pytest.raises(InvalidParameterError, match=r"'missing' .*'(error|partial)'.*'(error|par)"):
        clone(sampler).set_params(missing=value).fit_resample(NUMBERS, Y)


# What only imbalanced-learn's own code can serve


@pytest.mark.parametrize(("kind", "parameter"), SEARCHERS)
def test_a_foreign_neighbors_object_cannot_use_missing_values(kind, parameter):
    neighbors = {parameter: StockNearestNeighbors(n_neighbors=4)}
    message = "X has missing values, .* a neighbors object is given: NearestNeighbors"
    with pytest.raises(ValueError, match=message):
        kind(missing="partial", **neighbors).fit_resample(make_one_hole(), Y)
    kind(missing="partial", **neighbors).fit_resample(np.where(NUMBERS > 0, NUMBERS, 0.5), Y)


class OtherChecks(SMOTE):
    """Overrides a method that compiled code would not call."""

    def _make_samples(self, *args, **kwargs):
        return super()._make_samples(*args, **kwargs)


def test_a_subclass_that_overrides_a_method_cannot_use_missing_values():
    with pytest.raises(ValueError, match=r"X has missing values, .* _make_samples is overridden"):
        OtherChecks(missing="partial").fit_resample(make_one_hole(), Y)


class Renamed(SMOTE):
    """Overrides nothing."""


def test_a_subclass_that_overrides_nothing_can():
    X = make_one_hole()
    got, _ = Renamed(random_state=0, missing="partial").fit_resample(X, Y)
    np.testing.assert_array_equal(got, partial(OVER_SAMPLERS[0]).fit_resample(X, Y)[0])


@pytest.mark.parametrize(
    ("kind", "step", "cure"),
    [
        (SMOTEENN, {"smote": SMOTE()}, r"Pass smote=SMOTE\(missing='partial'\)\."),
        (SMOTEENN, {"smote": StockSMOTE()}, r"SMOTE\(missing='partial'\) from fastsmote instead"),
        (SMOTEENN, {"enn": EditedNearestNeighbours()}, r"Pass enn=EditedNearestNeighbours\(mis"),
        (SMOTEENN, {"enn": StockENN()}, r"'partial'\) from fastsmote instead of imblearn"),
        (SMOTETomek, {"smote": SMOTE()}, r"Pass smote=SMOTE\(missing='partial'\)\."),
        (SMOTETomek, {"tomek": TomekLinks()}, r"Pass tomek=TomekLinks\(missing='partial'\)\."),
        (SMOTETomek, {"tomek": StockTomekLinks()}, r"from fastsmote instead of imblearn"),
    ],
)
def test_a_step_without_the_option_is_an_error_that_says_what_to_pass(kind, step, cure):
    with pytest.raises(ValueError, match=f"X has missing values, and .*{cure}"):
        kind(missing="partial", **step).fit_resample(make_one_hole(), Y)


@pytest.mark.parametrize(
    ("kind", "name", "cleaner"),
    [
        (SMOTEENN, "enn", EditedNearestNeighbours(sampling_strategy="all", missing="partial")),
        (SMOTETomek, "tomek", TomekLinks(sampling_strategy="all", missing="partial")),
    ],
)
def test_steps_with_the_option_give_the_rows_of_the_default_ones(kind, name, cleaner):
    X, smote = make_one_hole(), SMOTE(random_state=0, missing="partial")
    expected, _ = kind(random_state=0, missing="partial").fit_resample(X, Y)
    got, _ = kind(missing="partial", smote=smote, **{name: cleaner}).fit_resample(X, Y)
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("kind", [SMOTEENN, SMOTETomek])
def test_steps_with_the_option_do_not_replace_that_of_the_whole(kind):
    with pytest.raises(ValueError, match="Input X contains NaN"):
        kind(smote=SMOTE(missing="partial")).fit_resample(make_one_hole(), Y)


@pytest.mark.parametrize("has_column_without_values", [False, True])
def test_smotenc_refuses_numbers_whose_deviation_overflows(has_column_without_values):
    X = make_one_hole()
    X[:, :2] *= 1e169
    if has_column_without_values:
        X[:, 0] = np.nan
    message = r"X has missing values, .* cannot run here: the numbers vary too much"
    with pytest.raises(ValueError, match=message):
        partial(SAMPLERS[-1]).fit_resample(X, Y)


# A call that fails


@pytest.mark.parametrize("sampler", SAMPLERS, ids=name_of)
def test_an_error_leaves_the_call_before_and_the_next_one_as_they_are(sampler):
    X = make_one_hole()
    sampler, bad = partial(sampler), X.copy()
    bad[3, 1] = np.inf
    first, _ = sampler.fit_resample(X, Y)
    before = set(vars(sampler))
    with pytest.raises(ValueError, match="infinity"):
        sampler.fit_resample(bad, Y)
    assert set(vars(sampler)) == before
    np.testing.assert_array_equal(sampler.fit_resample(X, Y)[0], first)


@pytest.mark.parametrize("sampler", NUMERIC, ids=name_of)  # SMOTENC's checks no values
def test_fit_takes_missing_values_too(sampler):
    X = make_one_hole()
    sampler = partial(sampler)
    assert sampler.fit(X, Y) is sampler
    assert "_has_missing" not in vars(sampler)
    bad = X.copy()
    bad[0, 0] = np.inf
    with pytest.raises(ValueError, match="infinity"):
        sampler.fit(bad, Y)
