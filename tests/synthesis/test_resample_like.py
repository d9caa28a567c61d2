"""Arrays beside X get the rows of the output; original rows keep their values."""

import pickle
from datetime import datetime, timedelta

import numpy as np
import pytest
from helpers.reference import resampled_values
from helpers.samplers import COMPILED, TRACED, name_of
from helpers.tables import X, Y, make_coded, make_coded_frame
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from imblearn.over_sampling import SMOTE as StockSMOTE
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GroupKFold
from sklearn.neighbors import NearestNeighbors

from fastsmote import Provenance, resample_like
from fastsmote.over_sampling import SMOTE, SMOTEN, SMOTENC, SVMSMOTE, RandomOverSampler
from fastsmote.under_sampling import ClusterCentroids, RandomUnderSampler, TomekLinks

WEIGHTS = np.random.default_rng(1).uniform(0.5, 2.0, size=80)
GROUPS = np.arange(80) % 9
HOWS = ["base", "nearest", "interpolate", "missing"]
UNDER = [
    name
    for name, sampler in COMPILED.items()
    if sampler._sampling_type != "over-sampling" and name != "ClusterCentroids"
]


def fitted(sampler, table=X, y=Y):
    sampler.fit_resample(table, y)
    return sampler


def kept_rows_of(sampler):
    rows = getattr(sampler, "sample_indices_", np.arange(80))
    return rows[: np.count_nonzero(~sampler.is_synthetic_)]


@pytest.fixture
def smote():
    return fitted(SMOTE(random_state=0))


# The value of a new row


@pytest.mark.parametrize("sampler", TRACED, ids=name_of)
@pytest.mark.parametrize("how", HOWS)
def test_values_are_those_of_the_reference(sampler, how):
    sampler, kept = fitted(sampler), kept_rows_of(sampler)
    got = resample_like(sampler, WEIGHTS, how=how)
    expected = resampled_values(WEIGHTS, kept, sampler.is_synthetic_, sampler.provenance_, how)
    np.testing.assert_array_equal(got, np.array(expected, float))
    assert got.dtype == np.float64


@pytest.mark.parametrize("sampler", TRACED, ids=name_of)
@pytest.mark.parametrize("how", HOWS)
def test_weights_of_original_rows_do_not_change(sampler, how):
    fitted(sampler)
    got = resample_like(sampler, WEIGHTS, how=how)[~sampler.is_synthetic_]
    np.testing.assert_array_equal(got, WEIGHTS[kept_rows_of(sampler)])
    if not hasattr(sampler, "smote_"):
        assert got.sum() == WEIGHTS.sum()


def test_by_default_a_new_row_has_the_value_of_its_base_row(smote):
    got = resample_like(smote, GROUPS)
    np.testing.assert_array_equal(got[80:], GROUPS[smote.provenance_.base_rows])
    assert got.dtype == GROUPS.dtype


@pytest.mark.parametrize(
    ("gap", "shrink", "expected"),
    [(0.5, 1.0, 7), (0.5000001, 1.0, 9), (0.9, 0.5, 7), (-0.9, 1.0, 7), (0.0, 1.0, 7)],
)
def test_the_nearer_parent_is_the_base_up_to_half_of_the_way(gap, shrink, expected):
    made = Provenance(np.array([0]), np.array([1]), np.array([gap]), np.array([shrink]))
    assert resample_like(made, [7, 9], how="nearest") == [7, 9, expected]


def test_a_safe_row_of_svmsmote_is_nearer_to_its_base():
    sampler = fitted(SVMSMOTE(random_state=0), X + 1.5 * Y[:, None])
    made = sampler.provenance_
    assert (made.gaps < 0).any()
    got = resample_like(sampler, np.arange(80), how="nearest")[80:]
    np.testing.assert_array_equal(got[made.gaps < 0], made.base_rows[made.gaps < 0])


def test_labels_of_the_output_are_those_of_the_base_rows():
    for sampler in TRACED:
        _, y_resampled = sampler.fit_resample(X, Y)
        np.testing.assert_array_equal(resample_like(sampler, Y), y_resampled)


# Interpolating X


def assert_interpolates_itself(sampler, table, y):
    resampled, _ = sampler.fit_resample(table, y)
    got = resample_like(sampler, table, how="interpolate")
    assert got.dtype == resampled.dtype
    np.testing.assert_array_equal(got, resampled)


FINITE = st.floats(-1e6, 1e6, width=32)


@pytest.mark.parametrize("sampler", TRACED, ids=name_of)
@settings(max_examples=20, deadline=None)
@given(
    table=st.sampled_from([np.float64, np.float32, np.int64, np.int8]).flatmap(
        lambda dtype: hnp.arrays(
            dtype,
            (40, 3),
            elements=FINITE if np.dtype(dtype).kind == "f" else st.integers(-100, 100),
            fill=st.nothing(),
        )
    )
)
def test_interpolated_features_are_those_of_the_new_rows(sampler, table):
    y = np.repeat([0, 1], [28, 12])
    try:
        sampler.fit_resample(table, y)
    except (ValueError, RuntimeError):  # no row in danger, no support vector, no cluster
        return
    assert_interpolates_itself(sampler, table, y)


@settings(max_examples=20, deadline=None)
@given(
    numbers=hnp.arrays(np.float64, (40, 2), elements=FINITE, unique=True),
    categories=hnp.arrays(np.int8, (40, 2), elements=st.integers(0, 3)),
    is_object=st.booleans(),
)
def test_interpolated_categories_are_those_of_the_new_rows(numbers, categories, is_object):
    table, y = np.column_stack([numbers, categories]), np.repeat([0, 1], [28, 12])
    table = table.astype(object) if is_object else table
    sampler = SMOTENC([2, 3], random_state=0)
    sampler.fit_resample(table, y)
    if hasattr(sampler, "provenance_"):  # the numbers vary enough
        assert_interpolates_itself(sampler, table, y)
    assert_interpolates_itself(SMOTEN(random_state=0), table[:, 2:], y)


def test_voted_columns_are_those_of_x_only():
    table, y = make_coded()
    sampler = fitted(SMOTENC([2, 5, 6], random_state=0), table, y)
    beside = np.random.default_rng(0).normal(size=(600, 8))  # a column more than X
    got = resample_like(sampler, beside, how="interpolate")
    each = [resample_like(sampler, column, how="interpolate") for column in beside.T]
    np.testing.assert_array_equal(got, np.column_stack(each))


def test_noise_is_that_of_the_columns_of_x_only():
    sampler = fitted(RandomOverSampler(random_state=0, shrinkage=1.0))
    got = resample_like(sampler, WEIGHTS, how="interpolate")
    np.testing.assert_array_equal(got, resample_like(sampler, WEIGHTS))
    got = resample_like(sampler, X, how="interpolate")
    assert (got[80:] != X[sampler.provenance_.base_rows]).all()


def test_words_are_repeated_where_nothing_is_between_rows():
    table, y = make_coded()
    words = [f"w{i}" for i in range(600)]
    for sampler in (SMOTEN(random_state=0), RandomOverSampler(random_state=0)):
        fitted(sampler, table, y)
        assert resample_like(sampler, words, how="interpolate") == resample_like(sampler, words)


# Groups


@pytest.mark.parametrize("sampler", TRACED, ids=name_of)
def test_a_split_by_groups_keeps_new_rows_with_their_base_rows(sampler):
    fitted(sampler)
    groups, rows = resample_like(sampler, GROUPS), resample_like(sampler, np.arange(80))
    for train, test in GroupKFold(3).split(groups, groups=groups):
        assert not set(groups[train]) & set(groups[test])
        assert not set(rows[train]) & set(rows[test])


def test_original_rows_are_split_as_before_by_the_groups_of_a_side(smote):
    groups = resample_like(smote, GROUPS)
    for train, _ in GroupKFold(3).split(groups, groups=groups):
        before = np.flatnonzero(np.isin(GROUPS, groups[train]))
        np.testing.assert_array_equal(train[train < 80], before)


# Under-samplers, and a provenance


@pytest.mark.parametrize("name", UNDER)
@pytest.mark.parametrize("how", HOWS)
def test_under_samplers_select_rows(name, how):
    sampler = COMPILED[name]()
    resampled, y_resampled = sampler.fit_resample(X, Y)
    np.testing.assert_array_equal(resample_like(sampler, X, how=how), resampled)
    np.testing.assert_array_equal(resample_like(sampler, Y, how=how), y_resampled)
    assert len(resampled) < 80 or name in ("AllKNN", "TomekLinks")


def test_an_under_sampler_that_was_pickled_still_selects_rows():
    sampler = fitted(RandomUnderSampler(random_state=0))
    again = pickle.loads(pickle.dumps(sampler))
    np.testing.assert_array_equal(resample_like(again, WEIGHTS), resample_like(sampler, WEIGHTS))


@pytest.mark.parametrize("how", HOWS)
def test_a_provenance_stands_for_the_rows_of_x_then_the_new_ones(how, smote):
    for array in (WEIGHTS, X):
        got = resample_like(smote.provenance_, array, how=how)
        np.testing.assert_array_equal(got, resample_like(smote, array, how=how))


def test_a_provenance_of_other_steps_knows_the_columns_of_x():
    table, y = make_coded()
    sampler = SMOTENC([2, 5, 6], random_state=0)
    resampled, _ = sampler.fit_resample(table, y)
    got = resample_like(sampler.provenance_, table, how="interpolate")
    np.testing.assert_array_equal(got, resampled)
    sampler = RandomOverSampler(random_state=0, shrinkage=1.0)
    resampled, _ = sampler.fit_resample(X, Y)
    np.testing.assert_array_equal(
        resample_like(sampler.provenance_, X, how="interpolate"), resampled
    )
    assert resample_like(sampler.provenance_, X[:, :2], how="interpolate").shape == (120, 2)


def test_missing_needs_no_parents():
    sampler = fitted(SMOTE(k_neighbors=NearestNeighbors(n_neighbors=6)))
    got = resample_like(sampler, WEIGHTS, how="missing")
    np.testing.assert_array_equal(got[:80], WEIGHTS)
    assert np.isnan(got[80:]).all()


# Errors


def test_lengths_that_differ_are_named(smote):
    with pytest.raises(ValueError, match=r"array has 79 rows, .* fit_resample has 80\."):
        resample_like(smote, WEIGHTS[1:])
    with pytest.raises(ValueError, match=r"array has 120 rows, .* fit_resample has 80\."):
        resample_like(smote, np.arange(120))
    with pytest.raises(ValueError, match=r"base_rows contains .* X has 10 rows"):
        resample_like(smote.provenance_, WEIGHTS[:10])


def test_a_wrong_how_is_named(smote):
    with pytest.raises(ValueError, match=r"how is 'mean'\. It must be one of 'base', 'nearest'"):
        resample_like(smote, WEIGHTS, how="mean")


@pytest.mark.parametrize("prepare", [lambda sampler: None, lambda sampler: sampler.fit(X, Y)])
def test_a_sampler_that_has_not_resampled_is_an_error(prepare):
    sampler = SMOTE()
    prepare(sampler)
    with pytest.raises(NotFittedError, match=r"SMOTE\(\) has not resampled"):
        resample_like(sampler, WEIGHTS)


def test_a_sampler_of_imbalanced_learn_is_an_error():
    with pytest.raises(TypeError, match=r"not a imblearn\..*SMOTE"):
        resample_like(fitted(StockSMOTE()), WEIGHTS)


class Reversed(SMOTE):
    def _fit_resample(self, table, y):
        return tuple(each[::-1] for each in super()._fit_resample(table, y))


class Watched(SMOTE):
    def _make_samples(self, *args, **kwargs):
        return super()._make_samples(*args, **kwargs)


@pytest.mark.parametrize(
    ("sampler", "why"),
    [
        (SMOTE(k_neighbors=NearestNeighbors(n_neighbors=6)), "a neighbors object is given"),
        (Watched(), "_make_samples is overridden"),
        (Reversed(), "its class overrides _fit_resample"),
        (ClusterCentroids(random_state=0), 'pass voting="hard"'),
        (COMPILED["SMOTEENN"](smote=StockSMOTE()), "SMOTE.. has no provenance_"),
        (COMPILED["SMOTETomek"](smote=Reversed()), "may return its rows in any order"),
    ],
)
def test_why_parents_are_not_known_is_told(sampler, why):
    with pytest.raises(ValueError, match=f"not known where the rows .* come from: .*{why}"):
        resample_like(fitted(sampler), WEIGHTS)


def test_a_provenance_that_was_not_pickled_is_an_error(smote):
    with pytest.raises(ValueError, match="the provenance is not pickled; call fit_resample"):
        resample_like(pickle.loads(pickle.dumps(smote)), WEIGHTS)


@pytest.mark.parametrize(
    ("array", "dtype"),
    [
        (np.array(["a"] * 80), "<U1"),
        (["a"] * 80, "<U1"),
        (np.array([None] * 80), "object"),
        (np.arange(80) * 1j, "complex128"),
    ],
)
def test_nothing_lies_between_words(array, dtype, smote):
    with pytest.raises(ValueError, match=rf"dtype {dtype}.*Use how='base'"):
        resample_like(smote, array, how="interpolate")


def test_columns_without_numbers_are_named(smote):
    frame, _ = make_coded_frame()
    with pytest.raises(ValueError, match=r"'c2' .*'c5' .* Use how='base' for them"):
        resample_like(smote, frame[:80], how="interpolate")


@pytest.mark.parametrize("dtype", [np.int64, np.uint64])
def test_an_integer_that_float64_does_not_have_is_named(dtype, smote):
    numbers = np.arange(80, dtype=dtype) + 2**53
    with pytest.raises(ValueError, match="array contains 9007199254740993, which float64"):
        resample_like(smote, numbers, how="missing")
    numbers = np.arange(80, dtype=dtype) * 2**54
    got = resample_like(smote, numbers, how="missing")
    assert got[:80].astype(dtype).tolist() == numbers.tolist()


@pytest.mark.parametrize(
    "array",
    [tuple(range(80)), {1: 2}, "word", iter([1]), np.float64(3.0), np.ma.masked_less(WEIGHTS, 1)],
    ids=lambda array: type(array).__name__,
)
def test_a_kind_that_is_no_array_is_named(array, smote):
    with pytest.raises(TypeError, match=f"array is a {type(array).__name__}"):
        resample_like(smote, array)


def test_an_array_without_dimensions_is_an_error(smote):
    with pytest.raises(ValueError, match="without dimensions"):
        resample_like(smote, np.array(1.0))


def test_structured_arrays_have_no_missing_value(smote):
    array = np.zeros(80, [("a", int), ("b", float)])
    assert len(resample_like(smote, array)) == 120
    with pytest.raises(ValueError, match="has no missing value"):
        resample_like(smote, array, how="missing")


def test_undersampled_times_are_times():
    times = [datetime(2026, 1, 1) + timedelta(days=i) for i in range(80)]
    sampler = fitted(TomekLinks())
    assert resample_like(sampler, times) == [times[i] for i in sampler.sample_indices_]
