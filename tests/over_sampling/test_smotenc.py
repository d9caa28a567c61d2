"""SMOTE-NC: imbalanced-learn's rows, and the nearest rows by numbers and categories."""

import tracemalloc

import imblearn.over_sampling
import numpy as np
import pandas as pd
import pytest
from helpers.comparison import assert_same_categories
from helpers.reference import k_nearest
from helpers.tables import make_coded, make_coded_frame
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors
from sklearn.preprocessing import OneHotEncoder

import fastsmote
from fastsmote import over_sampling
from fastsmote._search import mixed
from fastsmote._search.mixed import _are_drowned, nearest_mixed

CATEGORICAL = [2, 5, 6]


@pytest.fixture
def no_fallback(monkeypatch):
    """imbalanced-learn's own code must not run."""

    def fail(self, X, y):
        raise AssertionError("imbalanced-learn's code ran")

    monkeypatch.setattr(imblearn.over_sampling.SMOTENC, "_fit_resample", fail)


def both(**kwargs):
    return over_sampling.SMOTENC(**kwargs), imblearn.over_sampling.SMOTENC(**kwargs)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("kwargs", [{}, {"k_neighbors": 1}, {"k_neighbors": 12}], ids=str)
def test_rows_are_those_of_imbalanced_learn(dtype, n_classes, kwargs):
    X, y = make_coded(dtype, n_classes)
    for seed in (0, 1):
        assert_same_categories(
            *both(categorical_features=CATEGORICAL, random_state=seed, **kwargs), X, y
        )


@pytest.mark.parametrize("scale", [1e6, 1.0])
@pytest.mark.parametrize("dtype", [np.int64, np.int32])
def test_integers_come_back_as_from_imbalanced_learn(dtype, scale):
    X, y = make_coded()
    X[:, [0, 1, 3, 4]] *= scale  # of 1 a category costs 0.7, which is cut down to 0
    X = X.astype(dtype)
    assert_same_categories(*both(categorical_features=CATEGORICAL, random_state=0), X, y)
    frame = pd.DataFrame(X).rename(columns=str)
    assert_same_categories(*both(categorical_features=CATEGORICAL, random_state=0), frame, y)


def test_no_code_of_imbalanced_learn_runs_for_integers(no_fallback):
    X, y = make_coded()
    X[:, [0, 1, 3, 4]] *= 1e6
    over_sampling.SMOTENC(CATEGORICAL, random_state=0).fit_resample(X.astype(np.int64), y)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("features", ["auto", ["c2", "c5", "c6"], [2, 6]], ids=str)
def test_frames_come_back_as_from_imbalanced_learn(n_classes, features):
    X, y = make_coded_frame(n_classes)
    if features == "auto":
        X["c5"] = X["c5"].astype("category")
        X["c6"] = X["c6"].astype("category")
    elif len(features) == 2:
        X = X.drop(columns="c5")
        features = [2, 5]
    assert_same_categories(*both(categorical_features=features, random_state=0), X, y)


@pytest.mark.parametrize("make", [make_coded, make_coded_frame])
def test_no_code_of_imbalanced_learn_runs(make, no_fallback):
    X, y = make()
    over_sampling.SMOTENC(CATEGORICAL, random_state=0).fit_resample(X, y)


def test_a_random_state_goes_on_from_class_to_class():
    X, y = make_coded(n_classes=3)
    ours, stock = (
        sampler.set_params(random_state=np.random.RandomState(7))
        for sampler in both(categorical_features=CATEGORICAL)
    )
    assert_same_categories(ours, stock, X, y)
    assert ours.random_state.randint(2**31) == stock.random_state.randint(2**31)


@pytest.mark.parametrize("strategy", ["all", 0.9, {1: 400}, {0: 500, 1: 300}], ids=str)
def test_strategies(strategy):
    X, y = make_coded()
    kwargs = {"categorical_features": CATEGORICAL, "sampling_strategy": strategy}
    assert_same_categories(*both(random_state=0, **kwargs), X, y)


def test_numbers_that_do_not_vary_let_categories_cost_nothing():
    X, y = make_coded()
    X[:, [0, 1, 3]] = 1.0
    assert_same_categories(*both(categorical_features=CATEGORICAL, random_state=0), X, y)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_numbers_that_hardly_vary_tie_every_vote(n_classes):
    X, y = make_coded(n_classes=n_classes)
    last = n_classes - 1
    X[np.ix_(y == last, [0, 1, 3, 4])] *= 1e-9
    ours, stock = (
        sampler.set_params(random_state=np.random.RandomState(7))
        for sampler in both(categorical_features=CATEGORICAL)
    )
    assert_same_categories(ours, stock, X, y)


@pytest.mark.parametrize("make", [make_coded, make_coded_frame])
def test_the_input_is_not_modified(make):
    X, y = make()
    before = X.copy()
    over_sampling.SMOTENC(CATEGORICAL).fit_resample(X, y)
    assert np.array_equal(X, before) if make is make_coded else X.equals(before)


def test_any_number_of_threads_gives_the_same_rows():
    X, y = make_coded()
    results = []
    for n_threads in (1, 2, 7):
        with fastsmote.threads(n_threads):
            results.append(over_sampling.SMOTENC(CATEGORICAL, random_state=0).fit_resample(X, y)[0])
    np.testing.assert_array_equal(results[0], results[1])
    np.testing.assert_array_equal(results[0], results[2])


@pytest.mark.parametrize(
    "change",
    [
        lambda X: X.astype(np.int64),
        lambda X: X.astype(object),
        lambda X: sparse.csr_matrix(np.abs(X)),
    ],
    ids=["integers", "objects", "sparse"],
)
def test_other_input_gives_what_imbalanced_learn_gives(change):
    X, y = make_coded()
    X[:, [0, 1, 3, 4]] *= 100
    ours, stock = both(categorical_features=CATEGORICAL, random_state=0)
    got, expected = ours.fit_resample(change(X), y)[0], stock.fit_resample(change(X), y)[0]
    assert type(got) is type(expected)
    assert got.dtype == expected.dtype
    if sparse.issparse(got):
        got, expected = got.toarray(), expected.toarray()
    np.testing.assert_array_equal(got, expected)


def test_a_neighbors_object_runs_imbalanced_learns_code():
    X, y = make_coded()
    kwargs = {
        "categorical_features": CATEGORICAL,
        "k_neighbors": StockNearestNeighbors(n_neighbors=4),
    }
    assert_same_categories(*both(random_state=0, **kwargs), X, y)


def test_encoders():
    X, y = make_coded_frame()
    X["c2"] = X["c2"].astype(str)
    encoder = OneHotEncoder(categories=[["blue", "green", "red", "unseen"]], sparse_output=False)
    kwargs = {"categorical_features": [2], "categorical_encoder": encoder, "random_state": 0}
    assert_same_categories(*both(**kwargs), X.drop(columns="c5"), y)
    kwargs["categorical_encoder"] = OneHotEncoder(drop="first")
    with pytest.raises(ValueError, match="one-hot encoding with one column per category"):
        over_sampling.SMOTENC(**kwargs).fit_resample(X.drop(columns="c5"), y)


@pytest.mark.parametrize("features", [[], list(range(7))], ids=["none", "all"])
def test_errors_are_those_of_imbalanced_learn(features):
    X, y = make_coded()
    messages = []
    for sampler in both(categorical_features=features):
        with pytest.raises(ValueError, match="SMOTE-NC is not designed") as error:
            sampler.fit_resample(X, y)
        messages.append(str(error.value))
    assert messages[0] == messages[1]


def test_too_few_rows_are_refused():
    X, y = make_coded()
    y[:] = 0
    y[:5] = 1
    with pytest.raises(ValueError, match="n_samples_fit = 5"):
        over_sampling.SMOTENC(CATEGORICAL).fit_resample(X, y)


def one_hot_of(X, codes, n_categories, weight):
    """Imbalanced-learn's matrix."""
    one_hot = [weight * (codes[:, [j]] == np.arange(n)) for j, n in enumerate(n_categories)]
    return np.hstack([X, *one_hot])


@given(
    n_rows=st.integers(3, 60),
    n_categories=st.lists(st.integers(1, 50), min_size=1, max_size=3),
    n_values=st.integers(1, 6),
    weight=st.sampled_from([0.0, 0.5, 1.0, 1e3]),
    k=st.integers(1, 8),
    seed=st.integers(0, 99),
)
def test_nearest_rows_are_those_of_the_one_hot_matrix(
    n_rows, n_categories, n_values, weight, k, seed
):
    rng = np.random.RandomState(seed)
    X = rng.randint(n_values, size=(n_rows, 2)) / 4
    codes = np.column_stack([rng.randint(n, size=n_rows) for n in n_categories])
    k = min(k, n_rows - 1)
    matrix = one_hot_of(X, codes, n_categories, weight)
    expected = k_nearest(matrix, np.arange(n_rows), k, exclude_self=True)[1]
    got = nearest_mixed(X, codes, n_categories, weight, k)
    np.testing.assert_array_equal(got, expected)


@pytest.mark.slow
@pytest.mark.parametrize("where", ["together", "apart"])
def test_memory_does_not_depend_on_where_the_rows_of_a_category_stand(where):
    X, codes = np.random.RandomState(0).randn(30_000, 2), np.arange(30_000)
    codes[slice(1500) if where == "together" else slice(None, None, 20)] = 0
    with fastsmote.threads(1):
        nearest_mixed(X[:3000], codes[:3000, None], [30_000], 1.0, 5)  # compiles
        tracemalloc.start()
        nearest_mixed(X, codes[:, None], [30_000], 1.0, 5)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 30 * 2**20  # 2.25 million pairs, of which a chunk holds 65,536, would be 200


@pytest.mark.slow
def test_a_pair_of_near_copies_makes_no_other_row_look_at_all(monkeypatch):
    seen = []

    def spy(*args):
        seen.append(_are_drowned(*args))
        return seen[-1]

    monkeypatch.setattr(mixed, "_are_drowned", spy)
    X = np.arange(1.0, 3001.0)[:, None]
    X[:1000] = 0.0  # copies, of which the next row is at 1000
    X[-1] = X[-2] * (1.0 + 1e-13)
    codes = np.arange(3000)[:, None] // 20
    got = nearest_mixed(X, codes, [150], 1e3, 5)
    assert seen[0].sum() <= 10
    np.testing.assert_array_equal(
        got, k_nearest(one_hot_of(X, codes, [150], 1e3), np.arange(3000), 5, exclude_self=True)[1]
    )


def test_columns_are_looked_at_before_lengths():
    X, y = pd.DataFrame({"a": [1, 2, 3], "b": [1.0, 2.0, 3.0]}), np.array([0, 0, 0, 1])
    for features, table, message in [
        ("auto", X.to_numpy(), "should be a pandas.DataFrame"),
        ("auto", X, "not designed to work only with numerical"),
        ([0], X, "inconsistent numbers of samples"),
    ]:
        with pytest.raises(ValueError, match=message):
            over_sampling.SMOTENC(features).fit_resample(table, y)


def test_dates_are_categories_where_imbalanced_learn_raises():
    rng = np.random.RandomState(0)
    days = pd.DataFrame({"a": rng.randint(0, 3, 60), "b": rng.randn(60)})
    dates = days.assign(a=pd.date_range("2020-01-01", periods=3)[days["a"]])
    y, sampler = np.arange(60) % 4 == 0, over_sampling.SMOTENC(["a"], random_state=0)
    with pytest.raises(TypeError):
        imblearn.over_sampling.SMOTENC(["a"], random_state=0).fit_resample(dates, y)
    got, _ = sampler.fit_resample(dates, y)
    by_number, _ = sampler.fit_resample(days, y)
    by_number["a"] = dates["a"].min() + pd.to_timedelta(by_number["a"], unit="D")
    pd.testing.assert_frame_equal(got, by_number, check_dtype=False)
    assert got["a"].dtype == dates["a"].dtype
