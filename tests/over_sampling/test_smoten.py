"""SMOTEN: imbalanced-learn's rows, and the nearest rows by the value difference metric."""

import imblearn.over_sampling
import numpy as np
import pandas as pd
import pytest
from helpers.comparison import assert_same_output
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.metrics.pairwise import ValueDifferenceMetric
from scipy import sparse
from sklearn.exceptions import DataConversionWarning
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors
from sklearn.preprocessing import OrdinalEncoder

import fastsmote
from fastsmote import over_sampling
from fastsmote._search.value_difference import nearest_by_difference

N_ROWS = 500


def make_codes(n_classes=2, seed=0):
    """Six columns of 20 to 70 categories, some of which a class prefers: few distances tie."""
    rng = np.random.RandomState(seed)
    y = rng.choice(n_classes, size=N_ROWS, p=[0.7, 0.3] if n_classes == 2 else [0.5, 0.3, 0.2])
    sizes = np.arange(20, 80, 10)
    codes = (rng.uniform(size=(N_ROWS, 6)) ** (1 + y[:, None]) * sizes).astype(int)
    return codes, y


def as_kind(codes, kind):
    words = np.char.add("w", codes.astype(str))
    if kind == "int":
        return codes
    if kind == "str":
        return words
    if kind == "object":
        return words.astype(object)
    frame = pd.DataFrame(words, columns=[f"c{j}" for j in range(codes.shape[1])])
    frame["c1"] = frame["c1"].astype(object)
    frame["c2"] = frame["c2"].astype("category")
    frame["c3"] = pd.Categorical(frame["c3"], [*sorted(set(frame["c3"]))[::-1], "unseen"])
    frame["c4"] = codes[:, 4]
    return frame.set_index(frame.index * 3)


@pytest.fixture
def no_fallback(monkeypatch):
    """imbalanced-learn's own code must not run."""

    def fail(self, X, y):
        raise AssertionError("imbalanced-learn's code ran")

    monkeypatch.setattr(imblearn.over_sampling.SMOTEN, "_fit_resample", fail)


def stock_result(X, y, **kwargs):
    return imblearn.over_sampling.SMOTEN(**kwargs).fit_resample(X, y)


@pytest.mark.parametrize("kind", ["int", "str", "object", "frame"])
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_rows_are_imbalanced_learns(kind, n_classes, seed, request):
    codes, y = make_codes(n_classes, seed)
    X = as_kind(codes, kind)
    y = pd.Series(y, name="target", index=X.index) if kind == "frame" else y
    expected = stock_result(X, y, random_state=seed)
    request.getfixturevalue("no_fallback")
    ours = over_sampling.SMOTEN(random_state=seed)
    assert_same_output(ours.fit_resample(X, y), expected)
    if kind == "frame":
        assert list(ours.feature_names_in_) == list(X.columns)
    assert ours.n_features_in_ == 6


@pytest.mark.parametrize(
    "kwargs",
    [
        {"k_neighbors": 1},
        {"k_neighbors": 12},
        {"sampling_strategy": {1: 400}},
        {"sampling_strategy": "all"},
        {"random_state": "an instance"},
        {"categorical_encoder": OrdinalEncoder()},
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["str", "frame"])
def test_parameters(kwargs, kind, request):
    codes, y = make_codes()
    X = as_kind(codes, kind)

    def with_seed():
        is_instance = kwargs.get("random_state") == "an instance"
        return {**kwargs, "random_state": np.random.RandomState(3) if is_instance else 0}

    expected = stock_result(X, y, **with_seed())
    request.getfixturevalue("no_fallback")
    assert_same_output(over_sampling.SMOTEN(**with_seed()).fit_resample(X, y), expected)


def test_text_labels(request):
    codes, y = make_codes(3)
    y = np.array(["ham", "spam", "eggs"])[y]
    X = as_kind(codes, "frame")
    expected = [stock_result(X, labels, random_state=0) for labels in (y, pd.Series(y, name="t"))]
    request.getfixturevalue("no_fallback")
    for labels, result in zip((y, pd.Series(y, name="t")), expected, strict=True):
        assert_same_output(over_sampling.SMOTEN(random_state=0).fit_resample(X, labels), result)


def test_a_neighbors_object_runs_imbalanced_learns_code(caplog):
    codes, y = make_codes()
    neighbors = StockNearestNeighbors(n_neighbors=4)
    fastsmote._base.log._told.clear()
    with caplog.at_level("INFO", logger="fastsmote"):
        sampler = over_sampling.SMOTEN(random_state=0, k_neighbors=neighbors)
        got = sampler.fit_resample(codes, y)
    assert "own code: a neighbors object" in caplog.text
    assert_same_output(got, stock_result(codes, y, random_state=0, k_neighbors=neighbors))


@pytest.mark.parametrize("kind", ["csr", "csc"])
def test_sparse_gives_the_rows_of_dense(kind, request):
    codes, y = make_codes()
    X = sparse.csr_matrix(codes).asformat(kind)
    with pytest.warns(DataConversionWarning, match="Passing a sparse matrix to SMOTEN"):
        expected = stock_result(X, y, random_state=0)
    request.getfixturevalue("no_fallback")
    with pytest.warns(DataConversionWarning, match="Passing a sparse matrix to SMOTEN"):
        got = over_sampling.SMOTEN(random_state=0).fit_resample(X, y)
    assert (type(got[0]), got[0].dtype) == (type(expected[0]), expected[0].dtype)
    assert_same_output((got[0].toarray(), got[1]), (expected[0].toarray(), expected[1]))


def test_sparse_columns_of_pandas_stay_sparse():
    codes, y = make_codes()
    X = pd.DataFrame(codes).astype(pd.SparseDtype(codes.dtype, 0))
    with pytest.warns(DataConversionWarning, match="Passing a sparse matrix to SMOTEN"):
        got, _ = over_sampling.SMOTEN(random_state=0).fit_resample(X, y)
    assert (got.dtypes == X.dtypes.iloc[0]).all()
    dense, _ = over_sampling.SMOTEN(random_state=0).fit_resample(codes, y)
    np.testing.assert_array_equal(got.to_numpy(), dense)


@pytest.mark.parametrize("kind", ["int", "frame"])
def test_balanced_classes_get_no_new_rows(kind):
    codes, _ = make_codes()
    X, y = as_kind(codes, kind), np.arange(len(codes)) % 2
    got, got_y = over_sampling.SMOTEN().fit_resample(X, y)
    assert type(got) is type(X)
    np.testing.assert_array_equal(np.asarray(got), np.asarray(X))
    np.testing.assert_array_equal(got_y, y)


@pytest.mark.parametrize("missing", [None, np.nan])
@pytest.mark.parametrize("kind", ["object", "frame"])
def test_missing_values_are_taken_or_refused_as_by_imbalanced_learn(kind, missing):
    codes, y = make_codes()
    X = as_kind(codes, kind)
    if kind == "frame":
        X.iloc[7, 1] = missing
    else:
        X[7, 1] = missing
    outcomes = []
    for sampler in (imblearn.over_sampling.SMOTEN, over_sampling.SMOTEN):
        try:
            outcomes.append(sampler(random_state=0).fit_resample(X, y))
        except ValueError as error:
            outcomes.append((type(error), str(error).splitlines()[0]))
    if isinstance(outcomes[0][0], type):
        assert outcomes[0] == outcomes[1]
        return
    if kind == "frame":  # whose None comes back as None, and from imbalanced-learn as NaN
        for frame, _ in outcomes:
            frame["c1"] = frame["c1"].fillna("missing")
    assert_same_output(*outcomes[::-1])


def test_too_few_rows():
    codes, y = make_codes()
    few = np.flatnonzero(y == 1)[:4]
    chosen = np.concatenate([np.flatnonzero(y == 0), few])
    messages = []
    for sampler in (imblearn.over_sampling.SMOTEN, over_sampling.SMOTEN):
        with pytest.raises(ValueError, match="Expected n_neighbors <= n_samples_fit") as error:
            sampler().fit_resample(codes[chosen], y[chosen])
        messages.append(str(error.value))
    assert messages[0] == messages[1]


def test_threads_do_not_change_a_row():
    codes, y = make_codes()
    codes //= 20  # ties everywhere
    results = []
    for n in (1, 2, 7):
        with fastsmote.threads(n):
            results.append(over_sampling.SMOTEN(random_state=0).fit_resample(codes, y)[0])
    np.testing.assert_array_equal(results[0], results[1])
    np.testing.assert_array_equal(results[0], results[2])


@st.composite
def coded_tables(draw):
    n_rows, n_features = draw(st.integers(1, 40)), draw(st.integers(1, 5))
    n_classes, most = draw(st.sampled_from([2, 3, 8, 9, 21])), draw(st.sampled_from([1, 2, 5, 30]))
    rng = np.random.RandomState(draw(st.integers(0, 2**20)))
    codes = rng.randint(most, size=(n_rows, n_features))
    codes = np.column_stack([np.unique(c, return_inverse=True)[1] for c in codes.T])
    y = np.append(rng.randint(n_classes, size=n_rows - 1), n_classes - 1)
    return codes.astype(np.int32), y, draw(st.integers(1, n_rows))


@given(coded_tables())
@settings(max_examples=150, deadline=None)
def test_nearest_by_the_metric_are_those_of_the_whole_matrix(table):
    codes, y, k = table
    metric = ValueDifferenceMetric().fit(codes, y)
    distances = metric.pairwise(codes)
    kinds, neighbors = nearest_by_difference(codes, metric.proba_per_class_, k)
    for row, kind in enumerate(kinds):
        expected = np.lexsort((np.arange(len(codes)), distances[row]))[:k]
        assert sorted(neighbors[kind]) == sorted(expected)
