"""With missing="partial", samplers take NaN, and measure by the features that both rows have."""

import pickle

import numpy as np
import pandas as pd
import pytest
from helpers.comparison import assert_same_arrays, assert_same_output
from helpers.reference import (
    adasyn_pairs,
    edited,
    in_danger,
    k_nearest,
    neighbors_in_class,
    partial_sq_distances,
    smote_pairs,
    tomek_links,
    values_between,
)
from helpers.samplers import name_of
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from imblearn.over_sampling import SMOTENC as StockSMOTENC
from imblearn.pipeline import Pipeline
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import FitFailedWarning
from sklearn.model_selection import GridSearchCV

import fastsmote
from fastsmote.combine import SMOTEENN, SMOTETomek
from fastsmote.over_sampling import ADASYN, SMOTE, SMOTENC, BorderlineSMOTE
from fastsmote.under_sampling import EditedNearestNeighbours, TomekLinks

OVER_SAMPLERS = [
    SMOTE(random_state=0, missing="partial"),
    BorderlineSMOTE(random_state=0, missing="partial"),
    BorderlineSMOTE(random_state=0, kind="borderline-2", missing="partial"),
    ADASYN(random_state=0, missing="partial"),
]
COMBINED = [
    SMOTEENN(random_state=0, missing="partial"),
    SMOTETomek(random_state=0, missing="partial"),
]
CLEANERS = [
    TomekLinks(missing="partial"),
    EditedNearestNeighbours(missing="partial"),
    EditedNearestNeighbours(kind_sel="mode", missing="partial"),
]
MIXED = SMOTENC([3], random_state=0, missing="partial")
SAMPLERS = [*OVER_SAMPLERS, *COMBINED, *CLEANERS, MIXED]


def make_incomplete(n_rows=300, share=0.2, dtype=np.float64, seed=0, is_whole=False):
    """Four features, the last of three whole numbers, a share of the first three missing."""
    rng = np.random.RandomState(seed)
    y = (rng.uniform(size=n_rows) < 0.25).astype(int)
    y[:20] = np.arange(20) % 2  # enough rows of both classes for every sampler
    X = rng.randn(n_rows, 4) + 0.7 * y[:, None]
    X = np.round(2 * X) if is_whole else X
    X[:, :3][rng.uniform(size=(n_rows, 3)) < share] = np.nan
    X[:, 3] = rng.randint(3, size=n_rows)
    return X.astype(dtype), y


tables = st.builds(
    make_incomplete,
    n_rows=st.integers(40, 150),
    share=st.sampled_from([0.02, 0.2, 0.6, 0.95, 1.0]),
    dtype=st.sampled_from([np.float64, np.float32]),
    seed=st.integers(0, 9999),
    is_whole=st.booleans(),
)


def n_to_make(y):
    counts = np.bincount(y)
    return counts.argmin(), counts.max() - counts.min()


def assert_new_rows(sampler, X, y, base_rows, neighbor_rows, gaps, shrinks=1.0):
    """The output is X and the rows between the pairs, bit for bit."""
    got, got_y = sampler.fit_resample(X, y)
    new = values_between(X, base_rows, neighbor_rows, gaps, shrinks).astype(X.dtype)
    assert_same_arrays((got,), (np.concatenate([X, new]),))
    np.testing.assert_array_equal(got_y, [*y, *[np.bincount(y).argmin()] * len(new)])


# The rows of the reference


@given(table=tables, k=st.integers(1, 5))
def test_rows_of_smote_are_those_of_the_reference(table, k):
    X, y = table
    label, n_new = n_to_make(y)
    assume(n_new > 0)
    pairs = smote_pairs(*neighbors_in_class(X, y, label, k, partial_sq_distances), n_new, 3)
    sampler = SMOTE(random_state=3, k_neighbors=k, missing="partial")
    assert_new_rows(sampler, X, y, *pairs)


@given(table=tables, k=st.integers(1, 5), m=st.integers(1, 10))
def test_rows_of_borderline_smote_are_those_of_the_reference(table, k, m):
    X, y = table
    label, n_new = n_to_make(y)
    bases = in_danger(X, y, label, m, partial_sq_distances)
    assume(n_new > 0 and len(bases))
    rows, neighbors = neighbors_in_class(X, y, label, k, partial_sq_distances)
    pairs = smote_pairs(bases, neighbors[np.isin(rows, bases)], n_new, 3)
    sampler = BorderlineSMOTE(random_state=3, k_neighbors=k, m_neighbors=m, missing="partial")
    assert_new_rows(sampler, X, y, *pairs)
    np.testing.assert_array_equal(sampler.in_danger_indices[label], bases)


@given(table=tables, k=st.integers(1, 5))
def test_rows_of_the_second_borderline_smote_are_those_of_the_reference(table, k):
    X, y = table
    X = X.astype(np.float64)
    label, n_new = n_to_make(y)
    bases = in_danger(X, y, label, 10, partial_sq_distances)
    assume(n_new > 0 and len(bases))
    neighbors = k_nearest(X, bases, k, exclude_self=True, measure=partial_sq_distances)[1]
    base_rows, neighbor_rows, gaps = smote_pairs(bases, neighbors, n_new, 3)
    shrinks, are_others = np.ones(n_new), y[neighbor_rows] != label
    shrinks[are_others] = np.random.RandomState(3).uniform(0, 0.5, are_others.sum())
    sampler = BorderlineSMOTE(random_state=3, k_neighbors=k, kind="borderline-2", missing="partial")
    assert_new_rows(sampler, X, y, base_rows, neighbor_rows, gaps, shrinks)


@given(table=tables, k=st.integers(1, 5))
def test_rows_of_adasyn_are_those_of_the_reference(table, k):
    X, y = table
    label, n_new = n_to_make(y)
    rows = np.flatnonzero(y == label)
    nearest = k_nearest(X, rows, k, exclude_self=True, measure=partial_sq_distances)[1]
    assume(n_new > 0 and (y[nearest] != label).any())
    pairs = adasyn_pairs(X, y, label, n_new, k, 3, partial_sq_distances)
    assume(len(pairs[0]))
    assert_new_rows(ADASYN(random_state=3, n_neighbors=k, missing="partial"), X, y, *pairs)


@given(table=tables, strategy=st.sampled_from(["auto", "all", "majority"]))
def test_rows_of_tomek_links_are_those_of_the_reference(table, strategy):
    X, y = table
    sampler = TomekLinks(sampling_strategy=strategy, missing="partial")
    got, _ = sampler.fit_resample(X, y)
    ends = tomek_links(X, y, partial_sq_distances).ravel()
    removed = [row for row in ends if y[row] in sampler.sampling_strategy_]
    expected = np.setdiff1d(np.arange(len(X)), removed)
    np.testing.assert_array_equal(sampler.sample_indices_, expected)
    np.testing.assert_array_equal(got, X[expected])


@given(table=tables, k=st.integers(1, 5), kind=st.sampled_from(["all", "mode"]))
def test_rows_of_edited_neighbors_are_those_of_the_reference(table, k, kind):
    X, y = table
    sampler = EditedNearestNeighbours(
        sampling_strategy="all", n_neighbors=k, kind_sel=kind, missing="partial"
    )
    got, _ = sampler.fit_resample(X, y)
    expected = np.concatenate(
        [edited(X, y, label, k, kind, measure=partial_sq_distances) for label in (0, 1)]
    )
    np.testing.assert_array_equal(sampler.sample_indices_, expected)
    np.testing.assert_array_equal(got, X[expected])


@settings(max_examples=20)
@given(table=tables)
def test_rows_of_combined_samplers_are_those_of_their_steps(table):
    X, y = table
    made = SMOTE(random_state=3, missing="partial").fit_resample(X, y)
    ends = tomek_links(*made, partial_sq_distances).ravel()
    kept = np.setdiff1d(np.arange(len(made[0])), ends)
    got = SMOTETomek(random_state=3, missing="partial").fit_resample(X, y)
    assert_same_arrays(got, [part[kept] for part in made])
    stay = [edited(*made, label, 3, "all", measure=partial_sq_distances) for label in (0, 1)]
    got = SMOTEENN(random_state=3, missing="partial").fit_resample(X, y)
    assert_same_arrays(got, [part[np.concatenate(stay)] for part in made])


@given(table=tables, k=st.integers(1, 5))
def test_rows_of_smotenc_are_those_of_the_reference(table, k):
    X, y = table
    label, n_new = n_to_make(y)
    deviations = np.array(
        [np.nanstd(column) for column in X[y == label, :3].T if not np.isnan(column).all()]
    )
    assume(n_new > 0 and len(deviations) and np.median(deviations) > 0.01)
    sampler = SMOTENC([3], random_state=3, k_neighbors=k, missing="partial")
    got, _ = sampler.fit_resample(X, y)
    np.testing.assert_allclose(sampler.median_std_[label], np.median(deviations), rtol=1e-6)
    weight = X.dtype.type(sampler.median_std_[label] / np.sqrt(2))

    def measure(columns, point):
        return partial_sq_distances(columns, point, n_categories=1, weight=weight)

    rows, neighbors = neighbors_in_class(X, y, label, k, measure)
    base_rows, neighbor_rows, gaps = smote_pairs(rows, neighbors, n_new, 3)
    new = values_between(X[:, :3], base_rows, neighbor_rows, gaps).astype(X.dtype)
    np.testing.assert_array_equal(got[:, :3], np.concatenate([X[:, :3], new]))
    np.testing.assert_array_equal(got[: len(X), 3], X[:, 3])
    neighbors_of = dict(zip(rows, neighbors, strict=True))
    for base, category in zip(base_rows, got[len(X) :, 3].astype(int), strict=True):
        votes = np.bincount(X[neighbors_of[base], 3].astype(int), minlength=3)
        assert votes[category] == votes.max()


def test_a_missing_category_is_a_category_as_in_imbalanced_learn():
    X, y = make_incomplete(share=0)
    X[X[:, 3] == 1, 3] = np.nan
    frame = pd.DataFrame(X).astype({3: object})
    expected = StockSMOTENC([3], random_state=0).fit_resample(frame, y)
    got = clone(MIXED).fit_resample(frame, y)
    assert got[0].iloc[len(X) :, 3].isna().any()
    assert_same_output(got, expected)


# The rule of new values


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_value_between_a_number_and_nan_is_the_number(dtype):
    nan = np.nan
    X = np.array([[0, nan, 1, nan], [9, 5, nan, nan], [4, 4, 4, 4], [4, 4, 4, 4]], dtype)
    y = np.array([1, 1, 0, 0])
    sampler = SMOTE(sampling_strategy={1: 40}, random_state=0, k_neighbors=1, missing="partial")
    new = sampler.fit_resample(X, np.array([1, 1, 0, 0]))[0][len(y) :]
    assert new.dtype == dtype
    assert ((new[:, 0] >= 0) & (new[:, 0] <= 9)).all()
    assert len(np.unique(new[:, 0])) == 38
    np.testing.assert_array_equal(new[:, 1], 5)
    np.testing.assert_array_equal(new[:, 2], 1)
    assert np.isnan(new[:, 3]).all()


@pytest.mark.parametrize("sampler", [*OVER_SAMPLERS, *COMBINED, MIXED], ids=name_of)
def test_new_rows_lack_what_both_parents_lack_and_nothing_else(sampler):
    X, y = make_incomplete(n_rows=600, share=0.4)  # of which editing leaves some new rows
    sampler = clone(sampler)
    new = sampler.fit_resample(X, y)[0][sampler.is_synthetic_]
    made = sampler.provenance_
    expected = np.isnan(X[made.base_rows]) & np.isnan(X[made.neighbor_rows])
    assert expected.any()
    np.testing.assert_array_equal(np.isnan(new), expected)
    np.testing.assert_array_equal(fastsmote.regenerate(X, made), new)


# What does not change


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.int32, np.uint8, bool])
@pytest.mark.parametrize("sampler", SAMPLERS, ids=name_of)
def test_the_option_changes_no_row_of_a_table_without_missing_values(sampler, dtype):
    X, y = make_incomplete(share=0)
    X = (X > 0.5) if dtype is bool else np.abs(np.round(20 * X, 3)).astype(dtype)
    expected = clone(sampler).set_params(missing="error")
    got = clone(sampler)
    assert_same_arrays(got.fit_resample(X, y), expected.fit_resample(X, y))
    if hasattr(expected, "sample_indices_"):
        np.testing.assert_array_equal(got.sample_indices_, expected.sample_indices_)


@pytest.mark.parametrize("sampler", SAMPLERS, ids=name_of)
def test_threads_and_layout_change_no_row(sampler):
    X, y = make_incomplete(n_rows=900)
    expected = clone(sampler).fit_resample(X, y)
    before = X.copy()
    for n_threads in (1, 2):
        with fastsmote.threads(n_threads):
            assert_same_arrays(clone(sampler).fit_resample(np.asfortranarray(X), y), expected)
    np.testing.assert_array_equal(X, before)


@pytest.mark.parametrize("sampler", [*OVER_SAMPLERS, *COMBINED, MIXED], ids=name_of)
def test_a_foreign_byte_order_changes_no_row(sampler):
    X, y = make_incomplete()
    got, _ = clone(sampler).fit_resample(X.astype(X.dtype.newbyteorder()), y)
    np.testing.assert_array_equal(got, clone(sampler).fit_resample(X, y)[0])


@pytest.mark.parametrize("sampler", SAMPLERS, ids=name_of)
def test_a_second_call_does_not_remember_that_values_were_missing(sampler):
    (X, y), (whole, labels) = make_incomplete(), make_incomplete(share=0, seed=1)
    sampler = clone(sampler)
    first = sampler.fit_resample(X, y)
    assert_same_arrays(
        sampler.fit_resample(whole, labels), clone(sampler).fit_resample(whole, labels)
    )
    assert_same_arrays(sampler.fit_resample(X, y), first)


# Use as an estimator


@pytest.mark.parametrize("sampler", SAMPLERS, ids=name_of)
def test_the_option_is_a_parameter_of_an_estimator(sampler):
    assert sampler.get_params()["missing"] == "partial"
    assert clone(sampler).missing == "partial"
    other = pickle.loads(pickle.dumps(sampler))
    assert_same_arrays(
        other.fit_resample(*make_incomplete()), clone(sampler).fit_resample(*make_incomplete())
    )
    assert other.set_params(missing="error").get_params()["missing"] == "error"


@pytest.mark.parametrize("sampler", SAMPLERS, ids=name_of)
def test_only_the_option_makes_the_tag_allow_nan(sampler):
    assert sampler.__sklearn_tags__().input_tags.allow_nan
    without = clone(sampler).set_params(missing="error")
    assert not without.__sklearn_tags__().input_tags.allow_nan


@pytest.mark.parametrize("sampler", SAMPLERS, ids=name_of)
def test_a_pipeline_resamples_before_a_model_that_takes_nan(sampler):
    X, y = make_incomplete()
    model = HistGradientBoostingClassifier(max_iter=5, random_state=0)
    pipeline = Pipeline([("resample", clone(sampler)), ("model", model)]).fit(X, y)
    expected = clone(model).fit(*clone(sampler).fit_resample(X, y))
    np.testing.assert_array_equal(pipeline.predict_proba(X), expected.predict_proba(X))


def test_a_search_tries_both_values_of_the_option():
    X, y = make_incomplete()
    model = HistGradientBoostingClassifier(max_iter=3, random_state=0)
    pipeline = Pipeline([("resample", SMOTE(random_state=0)), ("model", model)])
    search = GridSearchCV(
        pipeline, {"resample__missing": ["error", "partial"]}, cv=2, error_score=-1.0
    )
    with pytest.warns(FitFailedWarning, match="Input X contains NaN"):
        search.fit(X, y)
    assert search.best_params_ == {"resample__missing": "partial"}
    np.testing.assert_array_equal(search.cv_results_["mean_test_score"][0], -1.0)
