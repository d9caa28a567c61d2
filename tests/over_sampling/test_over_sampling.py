"""SMOTE, BorderlineSMOTE, ADASYN, SVMSMOTE and KMeansSMOTE give imbalanced-learn's rows."""

import logging
import pickle
import tracemalloc

import imblearn.over_sampling as stock
import numpy as np
import pandas as pd
import pytest
from helpers.comparison import assert_same_arrays
from helpers.marks import slow
from helpers.reference import in_danger, smote_rows
from helpers.samplers import resample_both
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors
from sklearn.utils._param_validation import InvalidParameterError

import fastsmote
from fastsmote import over_sampling as compiled
from fastsmote._base import checks
from fastsmote.under_sampling import TomekLinks

SAMPLERS = [
    ("SMOTE", {}),
    ("SMOTE", {"k_neighbors": 1}),
    ("BorderlineSMOTE", {}),
    ("BorderlineSMOTE", {"kind": "borderline-2"}),
    ("BorderlineSMOTE", {"k_neighbors": 12, "m_neighbors": 7}),
    ("BorderlineSMOTE", {"k_neighbors": 12, "m_neighbors": 7, "kind": "borderline-2"}),
    ("ADASYN", {}),
    ("ADASYN", {"n_neighbors": 9}),
    ("KMeansSMOTE", {"cluster_balance_threshold": 0.02}),
    (
        "KMeansSMOTE",
        {"kmeans_estimator": 3, "density_exponent": 0.5, "cluster_balance_threshold": 0.0},
    ),
    ("KMeansSMOTE", {"kmeans_estimator": 1}),
    ("SVMSMOTE", {}),
    ("SVMSMOTE", {"k_neighbors": 12, "m_neighbors": 4, "out_step": 0.9}),
]
IDS = [f"{name}-{'-'.join(map(str, kwargs.values()))}" for name, kwargs in SAMPLERS]


@pytest.mark.parametrize(("name", "kwargs"), SAMPLERS, ids=IDS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("seed", [0, *slow(1, 2)])
def test_rows_are_those_of_imbalanced_learn(name, kwargs, dtype, seed, binary):
    X, y = binary
    assert_same_arrays(*resample_both(name, kwargs, X.astype(dtype), y, seed))


@pytest.mark.parametrize(("name", "kwargs"), SAMPLERS, ids=IDS)
def test_multiclass_rows_are_those_of_imbalanced_learn(name, kwargs, multiclass):
    assert_same_arrays(*resample_both(name, kwargs, *multiclass))


@pytest.mark.parametrize(("name", "kwargs"), SAMPLERS, ids=IDS)
def test_random_state_instance_is_drawn_from_in_the_same_order(name, kwargs, multiclass):
    assert_same_arrays(*resample_both(name, kwargs, *multiclass, np.random.RandomState(5)))


@pytest.mark.parametrize("name", ["SMOTE", "BorderlineSMOTE", "ADASYN"])
@pytest.mark.parametrize("seed", [0, 1])
def test_more_features_than_imbalanced_learn_searches_by_tree(name, seed):
    X, y = make_classification(3000, 40, n_informative=20, weights=[0.95], random_state=seed)
    assert_same_arrays(*resample_both(name, {}, X, y, seed))


@pytest.mark.parametrize("name", ["SMOTE", "ADASYN", "BorderlineSMOTE"])
@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint8, np.int16])
def test_integers_stay_integers(name, dtype):
    rng = np.random.RandomState(0)
    X = rng.choice(200, size=(120, 6)).astype(dtype)
    y = np.repeat([0, 1], [90, 30])
    assert_same_arrays(*resample_both(name, {}, X, y))


@pytest.mark.parametrize(
    "strategy",
    [
        "auto",
        *slow("all", "minority", "not minority", "not majority"),
        {1: 600, 2: 900},
        *slow({3: 500}),
    ],
    ids=str,
)
def test_every_sampling_strategy(strategy, multiclass):
    for name, kwargs in SAMPLERS[::2]:
        kwargs = {**kwargs, "sampling_strategy": strategy}
        assert_same_arrays(*resample_both(name, kwargs, *multiclass))


def test_float_and_callable_strategies(binary):
    for strategy in (0.5, lambda y: {1: 400}):
        assert_same_arrays(*resample_both("SMOTE", {"sampling_strategy": strategy}, *binary))


@pytest.mark.parametrize("name", ["SMOTE", "BorderlineSMOTE", "ADASYN"])
@pytest.mark.parametrize(
    "labels", [["a", "b", "c", "d"], [-3, 5, 0, 9], [2.0, 1.0, -2.0, 7.0]], ids=str
)
def test_labels_of_any_kind(name, labels, multiclass):
    X, y = multiclass
    y = np.array(labels, dtype=object if isinstance(labels[0], str) else None)[y]
    assert_same_arrays(*resample_both(name, {}, X, y))


@pytest.mark.parametrize("name", ["SMOTE", "BorderlineSMOTE", "ADASYN"])
def test_dataframe_comes_back_with_its_columns_and_dtypes(name, binary):
    X, y = binary
    frame = pd.DataFrame(X, columns=[f"f{i}" for i in range(8)], index=np.arange(2000) * 3)
    frame["f2"] = frame["f2"].astype(np.float32)
    target = pd.Series(y, name="target", index=frame.index)
    got, expected = resample_both(name, {}, frame, target)
    pd.testing.assert_frame_equal(got[0], expected[0])
    pd.testing.assert_series_equal(got[1], expected[1])


@pytest.mark.parametrize("name", ["SMOTE", "BorderlineSMOTE", "ADASYN"])
def test_layout_of_x_does_not_matter_and_x_is_not_modified(name, binary):
    X, y = binary
    expected = getattr(compiled, name)(random_state=0).fit_resample(X, y)
    read_only, wide = X.copy(), np.zeros((4000, 16))
    read_only.flags.writeable = False
    wide[::2, ::2] = X
    for same in (np.asfortranarray(X), read_only, wide[::2, ::2]):
        before = same.copy()
        assert_same_arrays(getattr(compiled, name)(random_state=0).fit_resample(same, y), expected)
        np.testing.assert_array_equal(same, before)


@pytest.mark.parametrize(("name", "kwargs"), SAMPLERS, ids=IDS)
def test_threads_do_not_change_a_row(name, kwargs, multiclass):
    results = []
    for n_threads in (1, 2, 7):
        with fastsmote.threads(n_threads):
            sampler = getattr(compiled, name)(random_state=0, **kwargs)
            results.append(sampler.fit_resample(*multiclass))
    for result in results[1:]:
        assert_same_arrays(result, results[0])


def test_danger_is_judged_as_the_paper_says(multiclass):
    X, y = multiclass
    sampler = compiled.BorderlineSMOTE(random_state=0)
    sampler.fit_resample(X, y)
    for label, rows in sampler.in_danger_indices.items():
        np.testing.assert_array_equal(rows, in_danger(X, y, label, 10))


def test_danger_at_ties_follows_the_lower_row():
    rng = np.random.RandomState(0)
    X = rng.randint(0, 4, (400, 3)).astype(float)
    y = (rng.uniform(size=400) < 0.2).astype(int)
    sampler = compiled.BorderlineSMOTE(random_state=0)
    sampler.fit_resample(X, y)
    expected = in_danger(X, y, 1, 10)
    np.testing.assert_array_equal(sampler.in_danger_indices[1], expected)


def test_class_without_danger_gets_no_rows():
    X = np.r_[np.random.RandomState(0).randn(60, 2), np.random.RandomState(1).randn(20, 2) + 99]
    y = np.repeat([0, 1], [60, 20])
    assert_same_arrays(*resample_both("BorderlineSMOTE", {}, X, y))


@pytest.mark.parametrize(("name", "kwargs"), SAMPLERS, ids=IDS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_provenance_regenerates_the_synthetic_rows(name, kwargs, dtype, multiclass):
    X, y = multiclass[0].astype(dtype), multiclass[1]
    sampler = getattr(compiled, name)(random_state=0, **kwargs)
    X_resampled, y_resampled = sampler.fit_resample(X, y)
    provenance = sampler.provenance_
    assert len(provenance) == len(X_resampled) - len(X)
    again = fastsmote.regenerate(X, provenance)
    np.testing.assert_array_equal(again, X_resampled[len(X) :])
    assert again.dtype == dtype
    np.testing.assert_array_equal(y[provenance.base_rows], y_resampled[len(X) :])
    if provenance.shrinks is None:
        rows = smote_rows(X, provenance.base_rows, provenance.neighbor_rows, provenance.gaps)
        np.testing.assert_array_equal(rows, again)


def test_provenance_is_not_pickled_or_cloned(binary):
    sampler = compiled.SMOTE(random_state=0)
    sampler.fit_resample(*binary)
    assert hasattr(sampler, "provenance_")
    assert not hasattr(pickle.loads(pickle.dumps(sampler)), "provenance_")
    assert not hasattr(clone(sampler), "provenance_")


def test_regenerate_names_rows_that_x_does_not_have(binary):
    X, y = binary
    sampler = compiled.SMOTE(random_state=0)
    sampler.fit_resample(X, y)
    with pytest.raises(ValueError, match=r"provenance\.base_rows contains .* but X has 10 rows"):
        fastsmote.regenerate(X[:10], sampler.provenance_)


def test_fitted_neighbors_are_usable(binary):
    X, y = binary
    ours, theirs = compiled.SMOTE(random_state=0), stock.SMOTE(random_state=0)
    ours.fit_resample(X, y)
    theirs.fit_resample(X, y)
    assert ours.nn_k_.n_neighbors == theirs.nn_k_.n_neighbors == 6
    minority = X[y == 1]
    got = ours.nn_k_.kneighbors(minority, return_distance=False)
    expected = theirs.nn_k_.kneighbors(minority, return_distance=False)
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("name", ["SMOTE", "BorderlineSMOTE", "ADASYN"])
def test_neighbors_objects_run_stock_code_and_say_so(name, binary, caplog):
    X, y = binary[0][:300], binary[1][:300]
    parameter = "n_neighbors" if name == "ADASYN" else "k_neighbors"
    fastsmote._base.log._told.clear()
    with caplog.at_level(logging.INFO, logger="fastsmote"):
        neighbors = {parameter: StockNearestNeighbors(n_neighbors=6)}
        got, expected = resample_both(name, neighbors, sparse.csr_matrix(X), y)
        np.testing.assert_array_equal(got[0].toarray(), expected[0].toarray())
        assert_same_arrays(*resample_both(name, neighbors, X, y))
    told = [record.getMessage() for record in caplog.records]
    assert told == [
        f"{name} ran imbalanced-learn's own code: a neighbors object is given: NearestNeighbors",
    ]


@pytest.mark.parametrize("name", ["SMOTE", "BorderlineSMOTE", "ADASYN"])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda X, y: (X[:12], np.repeat([0, 1], [9, 3])),
        lambda X, y: (X[:5], np.repeat([0, 1], [3, 2])),
        lambda X, y: (np.where(X == X.max(), np.nan, X), y),
        lambda X, y: (np.where(X == X.max(), np.inf, X), y),
        lambda X, y: (X, np.zeros(len(X), int)),
        lambda X, y: (X[:-1], y),
        lambda X, y: (X[:, 0], y),
        lambda X, y: (X[:0], y[:0]),
    ],
    ids=["few minority", "few rows", "nan", "inf", "one class", "lengths", "1-d", "empty"],
)
def test_errors_are_those_of_imbalanced_learn(name, spoil, binary):
    bad = spoil(*binary)
    with pytest.raises(Exception) as expected:  # noqa: PT011 - whatever the stock class raises
        getattr(stock, name)(random_state=0).fit_resample(*bad)
    with pytest.raises(type(expected.value)) as got:
        getattr(compiled, name)(random_state=0).fit_resample(*bad)
    assert str(got.value) == str(expected.value)


@pytest.mark.parametrize("strategy", ["unknown", 1.5, {9: 10}, {1: 1}], ids=str)
def test_strategy_errors_are_those_of_imbalanced_learn(strategy, binary):
    kwargs = {"sampling_strategy": strategy}
    with pytest.raises(Exception) as expected:  # noqa: PT011
        stock.SMOTE(**kwargs).fit_resample(*binary)
    with pytest.raises(type(expected.value)) as got:
        compiled.SMOTE(**kwargs).fit_resample(*binary)
    assert str(got.value) == str(expected.value)


def test_adasyn_without_other_neighbors_raises_as_imbalanced_learn():
    X = np.r_[np.random.RandomState(0).randn(60, 2), np.random.RandomState(1).randn(20, 2) + 99]
    y = np.repeat([0, 1], [60, 20])
    with pytest.raises(RuntimeError, match="Use SMOTE instead"):
        compiled.ADASYN().fit_resample(X, y)


def test_every_name_of_imbalanced_learn_is_exported():
    import imblearn.combine
    import imblearn.under_sampling

    import fastsmote.combine
    import fastsmote.under_sampling

    for ours, theirs in [
        (compiled, stock),
        (fastsmote.under_sampling, imblearn.under_sampling),
        (fastsmote.combine, imblearn.combine),
    ]:
        assert sorted(ours.__all__) == sorted(theirs.__all__)
        for name in ours.__all__:
            assert issubclass(getattr(ours, name), getattr(theirs, name))


@pytest.mark.parametrize("sampler", [compiled.SMOTE(random_state=0), TomekLinks()], ids=repr)
def test_float32_is_never_copied_to_float64(sampler):
    rng = np.random.RandomState(0)
    X, y = rng.randn(200_000, 80).astype(np.float32), np.arange(200_000) % 1000 == 0
    sampler.fit_resample(X[:20_000], y[:20_000])
    tracemalloc.start()
    with fastsmote.threads(1):
        X_resampled, _ = sampler.fit_resample(X, y)
    peak = tracemalloc.get_traced_memory()[1] - X_resampled.nbytes
    tracemalloc.stop()
    assert X_resampled.dtype == np.float32
    assert peak < 2 * X.nbytes  # what a copy in float64 takes


def test_configuration_of_scikit_learn_is_honoured():
    rng = np.random.RandomState(0)
    X, y = rng.randn(300, 4), np.repeat([0, 1], [250, 50])
    X[3, 1] = np.inf  # in the majority, at which SMOTE does not look
    with pytest.raises(ValueError, match="Input X contains infinity"):
        compiled.SMOTE(random_state=0).fit_resample(X, y)
    with config_context(assume_finite=True):
        got = compiled.SMOTE(random_state=0).fit_resample(X, y)[0]
    X[3, 1] = 0.0
    expected = compiled.SMOTE(random_state=0).fit_resample(X, y)[0]
    np.testing.assert_array_equal(got[300:], expected[300:])
    sampler = compiled.SMOTE(k_neighbors=2.5)
    with pytest.raises(InvalidParameterError):
        sampler.fit_resample(X, y)
    with config_context(skip_parameter_validation=True), pytest.raises(TypeError) as error:
        sampler.fit_resample(X, y)
    assert error.type is not InvalidParameterError


# Finiteness, seen in parallel


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [0, 299])
def test_large_tables_are_refused_as_small_ones_are(monkeypatch, dtype, value, place):
    X, y = np.random.RandomState(0).randn(300, 4).astype(dtype), np.repeat([0, 1], [200, 100])
    X[place, 1] = value
    with pytest.raises(ValueError, match="Input X contains") as small:
        compiled.SMOTE().fit_resample(X, y)
    monkeypatch.setattr(checks, "SUMMED_VALUES", 100)
    with pytest.raises(ValueError, match="Input X contains") as large:
        compiled.SMOTE().fit_resample(X, y)
    assert str(large.value) == str(small.value)


def test_large_tables_whose_sum_overflows_are_finite(monkeypatch):
    X, y = np.full((300, 4), 1e308), np.repeat([0, 1], [200, 100])
    X += np.random.RandomState(0).rand(300, 4) * 1e300
    expected = compiled.SMOTE(random_state=0).fit_resample(X, y)[0]
    monkeypatch.setattr(checks, "SUMMED_VALUES", 100)
    np.testing.assert_array_equal(compiled.SMOTE(random_state=0).fit_resample(X, y)[0], expected)


def test_nan_labels_of_large_tables_are_refused(monkeypatch):
    monkeypatch.setattr(checks, "SUMMED_VALUES", 100)
    y = np.repeat([0.0, 1.0], [200, 100])
    y[7] = np.nan
    with np.errstate(invalid="ignore"), pytest.raises(ValueError, match="contains NaN"):
        compiled.SMOTE().fit_resample(np.random.RandomState(0).randn(300, 4), y)
