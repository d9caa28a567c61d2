"""Every compiled sampler beside imbalanced-learn's, on tables and parameters of any kind.

Either both raise the same error, or both give the same: rows, labels, dtypes, container,
columns, index, row numbers. Where imbalanced-learn's own search finds other rows, because
distances tie or differ by less than it rounds, it is asked again with an exact search
(`exact_imblearn.py`): that has to give the same.

    FASTSMOTE_FUZZ_EXAMPLES=50000 pytest -n auto tests/test_fuzzing.py

looks at so many new examples a sampler; without it at the same 2,000 in every run.
"""

import copy
import os
import warnings
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from exact_imblearn import fit_resample_exactly, stock_class
from fuzzing import Case, cases
from hypothesis import HealthCheck, Phase, given, settings
from imblearn.under_sampling._prototype_selection import _edited_nearest_neighbours
from imblearn.utils._validation import ArraysTransformer
from scipy import sparse
from threadpoolctl import threadpool_limits

import fastsmote.combine
import fastsmote.over_sampling
import fastsmote.under_sampling
from fastsmote import _forest, _frame, threads
from fastsmote.neighbors import NearestNeighbors
from fastsmote.over_sampling import SMOTE, SMOTEN, SMOTENC, RandomOverSampler
from fastsmote.under_sampling import (
    CondensedNearestNeighbour,
    OneSidedSelection,
    RepeatedEditedNearestNeighbours,
)

# Shares of the examples, so that the fuzz cannot go hollow: that give rows, which are compared
# bit for bit, and that give imbalanced-learn's without asking it again. Measured of 400: 0.40 to
# 0.86 and 0.33 to 0.86. The others are errors, and the same.
LEAST_COMPARED, LEAST_BY_ITS_OWN_SEARCH = 0.3, 0.2
N_EXAMPLES = int(os.environ.get("FASTSMOTE_FUZZ_EXAMPLES", 2000))
SAMPLERS = [
    "SMOTE",
    "BorderlineSMOTE",
    "ADASYN",
    "SVMSMOTE",
    "KMeansSMOTE",
    "SMOTENC",
    "SMOTEN",
    "RandomOverSampler",
    "TomekLinks",
    "EditedNearestNeighbours",
    "RepeatedEditedNearestNeighbours",
    "AllKNN",
    "NeighbourhoodCleaningRule",
    "NearMiss",
    "CondensedNearestNeighbour",
    "OneSidedSelection",
    "RandomUnderSampler",
    "SMOTETomek",
    "SMOTEENN",
]


def compiled_class(name):
    modules = (fastsmote.over_sampling, fastsmote.under_sampling, fastsmote.combine)
    return next(getattr(module, name) for module in modules if hasattr(module, name))


def outcome(sampler_class, case):
    """(X_resampled, y_resampled, sampler, next random number), or the exception."""
    params, stream = dict(case.params), None
    if case.seed is not None:
        params["random_state"] = stream = np.random.RandomState(case.seed)
    sampler = sampler_class(**params)
    try:
        X_resampled, y_resampled = sampler.fit_resample(case.X, case.y)
    except Exception as error:  # whatever it raises is compared
        return error
    return X_resampled, y_resampled, sampler, stream and stream.randint(2**31)


def is_same(one, other):
    """Whether two containers are of one kind and hold the same."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list):
        return one == other or repr(one) == repr(other)  # NaN is not NaN
    if isinstance(one, (pd.DataFrame, pd.Series)):
        if not one.index.equals(other.index):
            return False
        if isinstance(one, pd.Series):
            return one.name == other.name and is_same_array(one.array, other.array)
        if not one.columns.equals(other.columns) or not one.dtypes.equals(other.dtypes):
            return False
        return all(
            is_same_array(one.iloc[:, j].array, other.iloc[:, j].array) for j in range(one.shape[1])
        )
    return is_same_array(one, other)


def is_same_array(one, other):
    one_values, other_values = np.asarray(one), np.asarray(other)
    if one.dtype != other.dtype or one_values.shape != other_values.shape:
        return False
    if one_values.dtype == object:  # of which NumPy cannot tell NaN
        are_nan = (one_values != one_values) & (other_values != other_values)
        return bool(((one_values == other_values) | are_nan).all())
    return np.array_equal(one_values, other_values, equal_nan=one_values.dtype.kind == "f")


def is_same_error(got, expected):
    if not isinstance(got, Exception) or type(got) is not type(expected):
        return False
    texts = str(got), str(expected)
    if "Cannot losslessly cast" in texts[1]:  # pandas' words; where it is, is told differently
        texts = (text.partition(":")[0] for text in texts)
    return len(set(texts)) == 1


def is_same_result(got, expected):
    if isinstance(got, Exception) or isinstance(expected, Exception):
        return False
    return (
        is_same(got[0], expected[0])
        and is_same(got[1], expected[1])
        and got[3] == expected[3]
        and is_same_selection(got[2], expected[2], got[1])
    )


def is_same_selection(got, expected, y_resampled):
    if not hasattr(expected, "sample_indices_"):
        return True
    if isinstance(got, RepeatedEditedNearestNeighbours):
        # imbalanced-learn's may name other rows than it returns: see the Notes of the class.
        return len(got.sample_indices_) == len(y_resampled)
    return np.array_equal(got.sample_indices_, expected.sample_indices_)


def exact_outcome(name, case):
    """What `outcome` gives for imbalanced-learn's class with an exact search."""
    params, stream = dict(case.params), None
    if case.seed is not None:
        params["random_state"] = stream = np.random.RandomState(case.seed)
    try:
        *resampled, sampler = fit_resample_exactly(name, params, case.X, case.y)
        if name not in ("SMOTENC", "SMOTEN"):
            resampled = ArraysTransformer(case.X, case.y).transform(*resampled)
    except Exception as error:
        return error
    return *resampled, sampler, stream and stream.randint(2**31)


# What only one of the two may raise: who is near whom decides, or the reason is given.
ONE_SIDED_ERRORS = (
    "Not any neigbours belong to the majority class.",
    "No samples will be generated with the provided ratio settings.",
    "All support vectors are considered as noise.",
    "Found array with 0 sample(s)",  # all rows are seeds: see the Notes of OneSidedSelection
)
# The same, of samplers whose second step works on what the neighbors of the first one chose.
# The exact search has to agree with fastsmote, be it in an error or in rows.
ONE_SIDED_ERRORS_OF = {
    "BorderlineSMOTE": "Expected n_neighbors <= n_samples_fit",  # in danger
    "RepeatedEditedNearestNeighbours": "Expected n_neighbors <= n_samples_fit",  # left
    "AllKNN": "Expected n_neighbors <= n_samples_fit",
    "SMOTETomek": "Input X contains infinity",  # the difference to the neighbor may overflow
    "SMOTEENN": "Input X contains infinity",
}


def verdict(name, case):
    """How the two results are the same; an AssertionError if they are not."""
    before = copy.deepcopy((case.X, case.y))
    got = outcome(compiled_class(name), case)
    assert is_same(case.X, before[0]), "X was modified"
    assert is_same(case.y, before[1]), "y was modified"
    expected = outcome(stock_class(name), case)
    if is_same_error(got, expected):
        return "same error"
    if is_same_result(got, expected):
        return "same rows"
    exact = exact_outcome(name, case)
    errors = [result for result in (got, expected) if isinstance(result, Exception)]
    if len(errors) == 1:
        may_be_one_sided = (*ONE_SIDED_ERRORS, ONE_SIDED_ERRORS_OF.get(name, ONE_SIDED_ERRORS[0]))
        assert str(errors[0]).startswith(may_be_one_sided), (got, exact, expected)
    if is_same_error(got, exact):
        return "same error by an exact search"
    assert is_same_result(got, exact), f"{got}\nby an exact search {exact}\nby its own {expected}"
    return "same rows by an exact search"


def mode_of_any_labels(labels, axis, keepdims):
    """`scipy.stats.mode`, which imbalanced-learn asks, for labels that are no numbers too."""
    values, codes = np.unique(labels, return_inverse=True)
    votes = (codes.reshape(labels.shape)[:, :, np.newaxis] == np.arange(len(values))).sum(axis=1)
    return values[votes.argmax(axis=1)], votes.max(axis=1)


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    """No warnings, one thread; and imbalanced-learn's cleaning samplers take text as labels.

    With kind_sel="mode" they raise SciPy's TypeError for it, or for booleans. fastsmote's
    give the rows that they give for the same classes by number.
    """
    monkeypatch.setattr(_edited_nearest_neighbours, "mode", mode_of_any_labels)
    with warnings.catch_warnings(), np.errstate(all="ignore"), threads(1), threadpool_limits(1):
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize("name", SAMPLERS)
def test_sampler_does_what_imbalanced_learn_does(name, monkeypatch):
    tally = Counter()

    @settings(
        max_examples=N_EXAMPLES,
        derandomize="FASTSMOTE_FUZZ_EXAMPLES" not in os.environ,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases(name))
    def compare(case):
        with monkeypatch.context() as patch:
            if case.is_large:
                patch.setattr(_frame, "LEAST_PRODUCTS", 0)
                patch.setattr(_frame, "LEAST_QUERIES", 0)
                patch.setattr(_forest, "MANY_QUERIES", 0)
            tally[verdict(name, case)] += 1

    compare()
    n_examples = sum(tally.values())
    print(name, {what: round(n / n_examples, 3) for what, n in tally.most_common()})
    if n_examples < 1000:  # the first ones are simple, and many are refused
        return
    n_compared = tally["same rows"] + tally["same rows by an exact search"]
    assert n_compared >= LEAST_COMPARED * n_examples
    assert tally["same rows"] >= LEAST_BY_ITS_OWN_SEARCH * n_examples


# What was found


def assert_same(name, params, X, y):
    assert verdict(name, Case(X, y, params, None, False)).startswith("same")


def test_squares_too_small_for_float64_are_ties_though_nothing_larger_is_near():
    X = np.array([[1.764e-170], [4.0e-171], [9.787e-171], [2.241e-170]])
    rows = NearestNeighbors(n_neighbors=1).fit(X).kneighbors(return_distance=False)
    assert rows.ravel().tolist() == [1, 0, 0, 0]


def test_svmsmote_says_how_many_rows_it_asks_for_first():
    X, y = np.random.RandomState(4).randn(40, 2), np.repeat([0, 1], [34, 6])
    X[34:] += 1.0  # so that some support vectors are in danger, and some not
    assert_same("SVMSMOTE", {"k_neighbors": 9, "m_neighbors": 4, "random_state": 0}, X, y)


@pytest.mark.parametrize("version", [1, 3])
def test_nearmiss_says_how_many_rows_it_asks_for(version):
    X, y = np.random.RandomState(0).randn(14, 1), np.repeat([0, 1], [2, 12])
    assert_same("NearMiss", {"n_neighbors": 3, "n_neighbors_ver3": 2, "version": version}, X, y)


@pytest.mark.parametrize(("sizes", "n_seeds"), [([1, 4], 1), ([2, 3], 40)])
def test_condensing_counts_neighbors_only_where_a_row_is_classified(sizes, n_seeds):
    X, y = np.random.RandomState(0).randn(5, 1), np.repeat([0, 1], sizes)
    params = {"n_neighbors": 60, "n_seeds_S": n_seeds, "random_state": 0}
    params["sampling_strategy"] = "not majority"
    _, y_resampled = CondensedNearestNeighbour(**params).fit_resample(X, y)
    assert len(y_resampled) == n_seeds + sizes[1]
    assert_same("CondensedNearestNeighbour", params, X, y)
    params["sampling_strategy"] = "all"
    with pytest.raises(ValueError, match="Expected n_neighbors <= n_samples_fit"):
        CondensedNearestNeighbour(**params).fit_resample(X, y)
    assert_same("CondensedNearestNeighbour", params, X, y)


def test_smotenc_looks_at_the_classes_before_the_columns():
    for y, error in (([0] * 5, "more than 1 class"), ([0, 0, 0, 1, 1], "only with categorical")):
        params = {"categorical_features": [0], "random_state": 0}
        with pytest.raises(ValueError, match=error):
            SMOTENC(**params).fit_resample(np.zeros((5, 1)), np.array(y))
        assert_same("SMOTENC", params, np.zeros((5, 1)), np.array(y))


@pytest.mark.parametrize("name", ["SMOTETomek", "SMOTEENN"])
def test_combined_samplers_refuse_new_rows_that_overflow(name):
    X, y = np.random.RandomState(0).randn(18, 6), np.repeat([0, 1], [12, 6])
    X[12:] = 1e308 * (1 - 2 * np.eye(6))  # whichever neighbor is joined with
    case = Case(X, y, {"random_state": 0}, None, False)
    refused = outcome(stock_class(name), case)
    assert str(refused).startswith("Input X contains infinity")
    assert is_same_error(outcome(compiled_class(name), case), refused)
    assert is_same_error(exact_outcome(name, case), refused)


@pytest.mark.parametrize(("one", "other"), [(0.0, 1.0), (np.nan, 0.0), (0.0, np.nan)])
def test_objects_are_the_same_where_both_are_nan(one, other):
    def objects(value):
        return np.array([[float("nan"), "a"], [value, "b"]], dtype=object)

    assert is_same(objects(one), objects(one))
    assert not is_same(objects(one), objects(other))


def test_one_sided_selection_says_how_many_rows_it_classifies():
    X, y = np.random.RandomState(0).randn(9, 2), np.repeat([0, 1], [2, 7])
    assert_same("OneSidedSelection", {"n_neighbors": 4, "random_state": 0}, X, y)


def test_one_sided_selection_keeps_a_class_whose_rows_are_all_seeds():
    X = np.array([[0.0], [1.0], [2.0], [3.0], [50.0], [100.0]])
    y = np.array([0, 0, 0, 0, 1, 2])
    sampler = OneSidedSelection(sampling_strategy=[2], random_state=0)
    _, y_resampled = sampler.fit_resample(X, y)
    assert y_resampled.tolist() == [0, 0, 0, 0, 1, 2]
    with pytest.raises(ValueError, match=r"Found array with 0 sample\(s\)"):
        stock_class("OneSidedSelection")(**sampler.get_params()).fit_resample(X, y)


def test_cleaning_rule_without_a_targeted_class_classifies_first():
    X, y = np.arange(13.0).reshape(-1, 1), np.repeat([0, 1], [8, 5])
    for k in (12, 13, 17):
        params = {"n_neighbors": k, "sampling_strategy": []}
        assert_same("NeighbourhoodCleaningRule", params, X, y)


@pytest.mark.parametrize("kind", ["float64", "object"])
def test_smotenc_refuses_numbers_whose_deviation_overflows(kind):
    numbers = np.random.RandomState(0).uniform(-1, 1, (14, 3)) * 1e308
    X = np.column_stack([numbers, np.arange(14) % 3]).astype(kind)
    y = np.repeat([0, 1], [9, 5])
    params = {"categorical_features": [3], "k_neighbors": 2, "random_state": 0}
    with pytest.raises(ValueError, match="Input X contains"):
        SMOTENC(**params).fit_resample(X, y)
    assert_same("SMOTENC", params, X, y)


def test_smoten_numbers_the_index_anew_where_there_is_nothing_to_make():
    X = pd.DataFrame({"a": list("xyxyxy")}, index=[3] * 6)
    y = pd.Series([0, 0, 0, 1, 1, 1], index=X.index)
    resampled, _ = SMOTEN(k_neighbors=1, random_state=0).fit_resample(X, y)
    assert resampled.index.tolist() == list(range(6))
    assert_same("SMOTEN", {"k_neighbors": 1, "random_state": 0}, X, y)


def test_a_new_row_with_a_negative_value_is_refused_for_a_column_without_a_sign():
    rng = np.random.RandomState(0)
    X = pd.DataFrame({"a": rng.randint(0, 3, 60).astype(np.uint8), "b": rng.randn(60)})
    y, params = np.repeat([0, 1], [45, 15]), {"random_state": 0, "shrinkage": 5.0}
    assert_same("RandomOverSampler", params, X, y)
    with pytest.raises(ValueError, match="Cannot losslessly cast from float64 to uint8: column 0"):
        RandomOverSampler(**params).fit_resample(X, y)


@pytest.mark.parametrize("n_features", [5, 17, 100])  # vectors of several widths, and a rest
@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16", "int32", "int64"])
def test_a_new_row_whose_integers_overflow_wraps_as_in_numpy(dtype, n_features):
    rng, info = np.random.RandomState(0), np.iinfo(dtype)
    ends = np.clip(np.array([info.min, info.max], object), -(2**61), 2**61).astype(dtype)
    X, y = rng.choice([0, *ends, *ends], (60, n_features)).astype(dtype), np.arange(60) % 3 == 0
    assert_same("SMOTE", {"random_state": 0}, X, y)
    dense, _ = SMOTE(random_state=0).fit_resample(X, y)
    compressed, _ = SMOTE(random_state=0).fit_resample(sparse.csr_array(X), y)
    np.testing.assert_array_equal(compressed.toarray(), dense)


@pytest.mark.parametrize("n_far", [1, 20], ids=["one far point", "half of the points far"])
@pytest.mark.parametrize("far", [1e6, 1e10, 1e12, 1e200])
@pytest.mark.parametrize("k", [2, 5, 25])
def test_nearmiss_2_tells_farthest_points_apart_beside_far_ones(n_far, far, k):
    X, y = np.random.RandomState(0).randn(300, 3), (np.arange(300) < 40).astype(int)
    X[:n_far] += far
    assert_same("NearMiss", {"version": 2, "n_neighbors": k}, X, y)
