"""The over-samplers, alone and combined, do what imbalanced-learn's do; and what fuzzing found.

    FASTSMOTE_FUZZ_EXAMPLES=50000 pytest -n auto -m fuzz -s tests/fuzzing/test_fuzzing*.py

looks at so many new examples a sampler; without it at the same 1,000 in every run.
`differential.py` says what is compared, and test_fuzzing_under_sampling.py has the others.
"""

import numpy as np
import pandas as pd
import pytest
from helpers.differential import (
    assert_same_verdict,
    compare_with_imbalanced_learn,
    compiled_class,
    exact_outcome,
    is_same,
    is_same_error,
    outcome,
    quiet,  # noqa: F401
)
from helpers.exact_imblearn import stock_class
from helpers.fuzzing import Case

from fastsmote import regenerate
from fastsmote.neighbors import NearestNeighbors
from fastsmote.over_sampling import SMOTE, SMOTEN, SMOTENC, RandomOverSampler
from fastsmote.under_sampling import CondensedNearestNeighbour, OneSidedSelection

SAMPLERS = [
    "SMOTE",
    "BorderlineSMOTE",
    "ADASYN",
    "SVMSMOTE",
    "KMeansSMOTE",
    "SMOTENC",
    "SMOTEN",
    "RandomOverSampler",
    "SMOTETomek",
    "SMOTEENN",
]


@pytest.mark.fuzz
@pytest.mark.parametrize("name", SAMPLERS)
def test_sampler_does_what_imbalanced_learn_does(name, monkeypatch):
    compare_with_imbalanced_learn(name, monkeypatch)


# What was found


def test_squares_too_small_for_float64_are_ties_though_nothing_larger_is_near():
    X = np.array([[1.764e-170], [4.0e-171], [9.787e-171], [2.241e-170]])
    rows = NearestNeighbors(n_neighbors=1).fit(X).kneighbors(return_distance=False)
    assert rows.ravel().tolist() == [1, 0, 0, 0]


@pytest.mark.parametrize("name", ["BorderlineSMOTE", "AllKNN", "TomekLinks"])
@pytest.mark.parametrize("n_rows", [20, 700])  # of one block of the tree, of several
def test_squares_too_large_for_float64_are_ties(name, n_rows):
    rng = np.random.RandomState(0)
    X, y = rng.randn(n_rows, 2) * 1e160, np.arange(n_rows) % 4 == 0
    rows = NearestNeighbors(n_neighbors=3).fit(X).kneighbors(return_distance=False)
    assert rows[:5].tolist() == [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2], [0, 1, 2]]
    params = {"random_state": 0} if name == "BorderlineSMOTE" else {}
    assert_same_verdict(name, params, X, y)
    X[n_rows // 2 :] *= 1e-8  # among these distances have squares
    assert_same_verdict(name, params, X, y)


def test_svmsmote_says_how_many_rows_it_asks_for_first():
    X, y = np.random.RandomState(4).randn(40, 2), np.repeat([0, 1], [34, 6])
    X[34:] += 1.0  # so that some support vectors are in danger, and some not
    assert_same_verdict("SVMSMOTE", {"k_neighbors": 9, "m_neighbors": 4, "random_state": 0}, X, y)


@pytest.mark.parametrize("version", [1, 3])
def test_nearmiss_says_how_many_rows_it_asks_for(version):
    X, y = np.random.RandomState(0).randn(14, 1), np.repeat([0, 1], [2, 12])
    assert_same_verdict(
        "NearMiss", {"n_neighbors": 3, "n_neighbors_ver3": 2, "version": version}, X, y
    )


def test_nearmiss_3_finds_copies_where_a_class_is_asked_about_itself():
    # The first class of two of one size is targeted, and the one that is met first is asked.
    X, y = np.repeat([[0.0], [1.0], [5.0], [6.0]], 2, axis=0), np.repeat([1, 0], 4)
    params = {"version": 3, "n_neighbors": 1, "n_neighbors_ver3": 1}
    assert_same_verdict("NearMiss", params, X, y)
    assert len(compiled_class("NearMiss")(**params).fit_resample(X, y)[0]) == 8


@pytest.mark.parametrize(("sizes", "n_seeds"), [([1, 4], 1), ([2, 3], 40)])
def test_condensing_counts_neighbors_only_where_a_row_is_classified(sizes, n_seeds):
    X, y = np.random.RandomState(0).randn(5, 1), np.repeat([0, 1], sizes)
    params = {"n_neighbors": 60, "n_seeds_S": n_seeds, "random_state": 0}
    params["sampling_strategy"] = "not majority"
    _, y_resampled = CondensedNearestNeighbour(**params).fit_resample(X, y)
    assert len(y_resampled) == n_seeds + sizes[1]
    assert_same_verdict("CondensedNearestNeighbour", params, X, y)
    params["sampling_strategy"] = "all"
    with pytest.raises(ValueError, match="Expected n_neighbors <= n_samples_fit"):
        CondensedNearestNeighbour(**params).fit_resample(X, y)
    assert_same_verdict("CondensedNearestNeighbour", params, X, y)


def test_smotenc_looks_at_the_classes_before_the_columns():
    for y, error in (([0] * 5, "more than 1 class"), ([0, 0, 0, 1, 1], "only with categorical")):
        params = {"categorical_features": [0], "random_state": 0}
        with pytest.raises(ValueError, match=error):
            SMOTENC(**params).fit_resample(np.zeros((5, 1)), np.array(y))
        assert_same_verdict("SMOTENC", params, np.zeros((5, 1)), np.array(y))


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
    assert_same_verdict("OneSidedSelection", {"n_neighbors": 4, "random_state": 0}, X, y)


def test_one_sided_selection_keeps_a_class_whose_rows_are_all_seeds():
    X = np.array([[0.0], [1.0], [2.0], [3.0], [50.0], [100.0]])
    y = np.array([0, 0, 0, 0, 1, 2])
    sampler = OneSidedSelection(sampling_strategy=[2], random_state=0)
    _, y_resampled = sampler.fit_resample(X, y)
    assert y_resampled.tolist() == [0, 0, 0, 0, 1, 2]
    with pytest.raises(ValueError, match=r"Found array with 0 sample\(s\)"):
        stock_class("OneSidedSelection")(**sampler.get_params()).fit_resample(X, y)


def test_one_sided_selection_asks_for_neighbors_where_rows_are_left():
    X, y = np.array([[0.98], [2.24], [1.87], [-0.98], [0.95]]), np.array([1, 0, 1, 1, 1])
    params = {"n_neighbors": 3, "sampling_strategy": "all", "random_state": 0}
    with pytest.raises(ValueError, match="n_neighbors = 3, n_samples_fit = 2, n_samples = 3"):
        OneSidedSelection(**params).fit_resample(X, y)
    assert_same_verdict("OneSidedSelection", params, X, y)


def test_cleaning_rule_without_a_targeted_class_classifies_first():
    X, y = np.arange(13.0).reshape(-1, 1), np.repeat([0, 1], [8, 5])
    for k in (12, 13, 17):
        params = {"n_neighbors": k, "sampling_strategy": []}
        assert_same_verdict("NeighbourhoodCleaningRule", params, X, y)


@pytest.mark.parametrize("kind", ["float64", "object"])
@pytest.mark.parametrize("scales", [[1e308] * 3, [1e169], [1.0, 1e169]], ids=str)
def test_smotenc_refuses_numbers_whose_deviation_overflows(kind, scales):
    numbers = np.random.RandomState(0).uniform(-1, 1, (200, len(scales))) * scales
    X = np.column_stack([numbers, np.arange(200) % 3]).astype(kind)
    y = np.repeat([0, 1], [120, 80])
    params = {"categorical_features": [len(scales)], "k_neighbors": 2, "random_state": 0}
    with pytest.raises(ValueError, match="Input X contains"):
        SMOTENC(**params).fit_resample(X, y)
    assert_same_verdict("SMOTENC", params, X, y)


def test_smoten_numbers_the_index_anew_where_there_is_nothing_to_make():
    X = pd.DataFrame({"a": list("xyxyxy")}, index=[3] * 6)
    y = pd.Series([0, 0, 0, 1, 1, 1], index=X.index)
    resampled, _ = SMOTEN(k_neighbors=1, random_state=0).fit_resample(X, y)
    assert resampled.index.tolist() == list(range(6))
    assert_same_verdict("SMOTEN", {"k_neighbors": 1, "random_state": 0}, X, y)


def test_a_new_row_with_a_negative_value_is_refused_for_a_column_without_a_sign():
    rng = np.random.RandomState(0)
    X = pd.DataFrame({"a": rng.randint(0, 3, 60).astype(np.uint8), "b": rng.randn(60)})
    y, params = np.repeat([0, 1], [45, 15]), {"random_state": 0, "shrinkage": 5.0}
    assert_same_verdict("RandomOverSampler", params, X, y)
    with pytest.raises(ValueError, match="Cannot losslessly cast from float64 to uint8: column 0"):
        RandomOverSampler(**params).fit_resample(X, y)


@pytest.mark.parametrize("n_far", [1, 20], ids=["one far point", "half of the points far"])
@pytest.mark.parametrize("far", [1e6, 1e10, 1e12, 1e200])
@pytest.mark.parametrize("k", [2, 5, 25])
def test_nearmiss_2_tells_farthest_points_apart_beside_far_ones(n_far, far, k):
    X, y = np.random.RandomState(0).randn(300, 3), (np.arange(300) < 40).astype(int)
    X[:n_far] += far
    assert_same_verdict("NearMiss", {"version": 2, "n_neighbors": k}, X, y)


def test_smotenc_asks_all_rows_where_a_category_drowns_the_numbers():
    numbers = [1e5, 2e-26, -1.4, -8e18, 2e12, 2e8, 1e-20, -7e26, *np.geomspace(1e-9, 1e28, 20)]
    X = np.column_stack([numbers, np.arange(28) % 19])
    y = np.repeat([1, 0], [8, 20])
    for k in (1, 3, 7):
        params = {"categorical_features": [1], "k_neighbors": k, "random_state": 0}
        assert_same_verdict("SMOTENC", params, X, y)
        assert_same_verdict("SMOTENC", params, X[::-1], y[::-1])


def test_the_only_new_row_is_rounded_as_several_are():
    rng = np.random.RandomState(0)
    y = np.repeat([0, 1], [9, 8])
    for _ in range(40):
        X = np.column_stack([rng.randn(17, 3), np.zeros(17)]).astype(np.float32)
        params = {"k_neighbors": 1, "categorical_features": [3], "random_state": 0}
        assert_same_verdict("SMOTENC", params, X, y)


def test_smotenc_counts_votes_that_overflow_imbalanced_learns_sum():
    rng = np.random.RandomState(0)
    X = np.column_stack([rng.choice([-(2**61), 2**61], 40), np.arange(40) == 0]).astype(np.int64)
    params, y = {"categorical_features": [1], "k_neighbors": 6}, np.arange(40) >= 30
    assert not SMOTENC(**params).fit_resample(X, y)[0][40:, 1].any()
    assert stock_class("SMOTENC")(**params).fit_resample(X, y)[0][40:, 1].all()


@pytest.mark.parametrize("dtype", [">i4", ">u2", ">f4", ">f8"])
@pytest.mark.parametrize(
    "name", ["SMOTE", "ADASYN", "RandomOverSampler", "TomekLinks", "RandomUnderSampler", "SMOTEENN"]
)
def test_bytes_in_the_other_order(name, dtype):
    X = (np.random.RandomState(0).randn(60, 3) * 1000.0).astype(dtype)
    y = np.repeat([0, 1], [45, 15]).astype(">i4")
    params = {} if name == "TomekLinks" else {"random_state": 0}
    assert_same_verdict(name, params, X, y)
    got, expected = (of(name)(**params).fit_resample(X, y) for of in (compiled_class, stock_class))
    assert [part.dtype for part in got] == [part.dtype for part in expected]


@pytest.mark.parametrize("dtype", [">i4", ">u2", ">f4", ">f8"])
@pytest.mark.parametrize(
    "name", ["SMOTE", "ADASYN", "SVMSMOTE", "SMOTEN", "TomekLinks", "SMOTETomek"]
)
@pytest.mark.parametrize("has_other_columns", [False, True])
def test_frames_of_bytes_in_the_other_order(name, dtype, has_other_columns):
    rng = np.random.RandomState(0)
    X = pd.DataFrame((rng.randn(60, 2) * 1000.0).astype(dtype), columns=["a", "b"])
    if has_other_columns:
        X["c"] = rng.randn(60)
    params = {} if name == "TomekLinks" else {"random_state": 0}
    assert_same_verdict(name, params, X, np.repeat([0, 1], [45, 15]))


@pytest.mark.parametrize("dtype", [">i4", ">u2", ">f4", ">f8"])
@pytest.mark.parametrize("has_other_columns", [False, True])
def test_smotenc_takes_bytes_in_the_other_order(dtype, has_other_columns):
    rng = np.random.RandomState(0)
    X = pd.DataFrame((rng.randint(0, 1000, (60, 3))).astype(dtype.strip(">")), columns=list("abc"))
    X["c"] %= 3
    if has_other_columns:
        X["d"] = rng.randn(60)
    swapped = X.astype(dict.fromkeys("abc", dtype))
    sampler, y = SMOTENC(["c"], random_state=0), np.repeat([0, 1], [45, 15])
    expected, got = sampler.fit_resample(X, y)[0], sampler.fit_resample(swapped, y)[0]
    assert got.dtypes.equals(swapped.dtypes)
    np.testing.assert_array_equal(got.to_numpy(float), expected.to_numpy(float))


def test_rows_are_regenerated_of_bytes_in_the_other_order():
    X, y = (
        (np.random.RandomState(0).randn(60, 3) * 1000.0).astype(">i4"),
        np.repeat([0, 1], [45, 15]),
    )
    sampler = SMOTE(random_state=0)
    X_resampled, _ = sampler.fit_resample(X, y)
    np.testing.assert_array_equal(regenerate(X, sampler.provenance_), X_resampled[60:])
