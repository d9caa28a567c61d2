"""Neighbors objects: ours stands for a number, its attributes are scikit-learn's, it is exact."""

import pickle
from fractions import Fraction

import imblearn.over_sampling as stock
import imblearn.under_sampling as stock_under
import numpy as np
import pandas as pd
import polars as pl
import pytest
from helpers.tables import X, Y
from scipy import sparse
from sklearn.base import clone
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors
from sklearn.preprocessing import StandardScaler

import fastsmote.over_sampling as over
import fastsmote.under_sampling as under
from fastsmote.neighbors import NearestNeighbors

CATEGORY = np.column_stack([X[:, :2], X[:, 2] > 0])
SEEDED = {"random_state": 0}

# Each: a sampler, its parameter, how many neighbors an object finds beyond the number that it
# stands for, other parameters.
TAKE_NEIGHBORS = [
    (over.SMOTE, "k_neighbors", 1, SEEDED),
    (over.BorderlineSMOTE, "k_neighbors", 1, SEEDED),
    (over.BorderlineSMOTE, "m_neighbors", 1, SEEDED),
    (over.ADASYN, "n_neighbors", 1, SEEDED),
    (over.SVMSMOTE, "k_neighbors", 1, SEEDED),
    (over.SVMSMOTE, "m_neighbors", 1, SEEDED),
    (over.KMeansSMOTE, "k_neighbors", 1, {**SEEDED, "kmeans_estimator": 1}),
    (over.SMOTENC, "k_neighbors", 1, {**SEEDED, "categorical_features": [2]}),
    (over.SMOTEN, "k_neighbors", 1, SEEDED),
    (under.EditedNearestNeighbours, "n_neighbors", 1, {}),
    (under.RepeatedEditedNearestNeighbours, "n_neighbors", 1, {}),
    (under.AllKNN, "n_neighbors", 1, {}),
    (under.NeighbourhoodCleaningRule, "n_neighbors", 1, {}),
    (under.NearMiss, "n_neighbors", 0, {}),
    (under.NearMiss, "n_neighbors_ver3", 0, {"version": 3}),
    (under.CondensedNearestNeighbour, "n_neighbors", 0, SEEDED),
    (under.OneSidedSelection, "n_neighbors", 0, SEEDED),
]


def table_of(cls):
    table = CATEGORY if cls is over.SMOTENC else X
    return np.round(table) if cls is over.SMOTEN else table


def dense(X):
    return X.toarray() if sparse.issparse(X) else np.asarray(X)


@pytest.mark.parametrize(("cls", "parameter", "n_beyond", "params"), TAKE_NEIGHBORS)
@pytest.mark.parametrize("kind", [np.asarray, pl.DataFrame, sparse.csr_matrix, sparse.csc_matrix])
def test_our_neighbors_object_stands_for_a_number(cls, parameter, n_beyond, params, kind):
    table = kind(table_of(cls))
    if sparse.issparse(table) and cls in (over.SMOTEN,):
        pytest.skip("sparse X is made dense with a warning")
    index = NearestNeighbors(n_neighbors=3 + n_beyond)
    got, expected = (
        cls(**{parameter: value}, **params).fit_resample(table, Y) for value in (index, 3)
    )
    assert type(got[0]) is type(expected[0])
    np.testing.assert_array_equal(dense(got[0]), dense(expected[0]))
    np.testing.assert_array_equal(got[1], expected[1])
    assert not hasattr(index, "n_samples_fit_")


@pytest.mark.parametrize(
    "sampler", [stock.SMOTE, stock.ADASYN, stock_under.EditedNearestNeighbours]
)
def test_imbalanced_learn_takes_our_neighbors_object_for_sparse_tables(sampler):
    table = sparse.csr_matrix(X)
    name = "k_neighbors" if sampler is stock.SMOTE else "n_neighbors"
    seed = {} if sampler is stock_under.EditedNearestNeighbours else SEEDED
    got, expected = (
        sampler(**{name: kind(n_neighbors=4)}, **seed).fit_resample(table, Y)
        for kind in (NearestNeighbors, StockNearestNeighbors)
    )
    np.testing.assert_array_equal(got[0].toarray(), expected[0].toarray())


def test_imbalanced_learns_smoten_takes_our_neighbors_object():
    table = np.random.default_rng(1).integers(4, size=(80, 9))
    got, expected = (
        stock.SMOTEN(k_neighbors=kind(n_neighbors=6), **SEEDED).fit_resample(table, Y)
        for kind in (NearestNeighbors, StockNearestNeighbors)
    )
    np.testing.assert_array_equal(got[0], expected[0])


def test_an_object_that_finds_no_other_row_is_an_error_that_says_so():
    with pytest.raises(ValueError, match=r"k_neighbors is .*n_neighbors=1.*n_neighbors=2"):
        over.SMOTE(k_neighbors=NearestNeighbors(1)).fit_resample(X, Y)
    with pytest.raises(TypeError, match="enter integer value"):
        over.SMOTE(k_neighbors=NearestNeighbors(2.5)).fit_resample(X, Y)


def test_another_metric_is_searched_by_scikit_learn():
    ours = over.SMOTE(k_neighbors=NearestNeighbors(6, metric="manhattan"), **SEEDED)
    theirs = stock.SMOTE(k_neighbors=StockNearestNeighbors(n_neighbors=6, p=1), **SEEDED)
    np.testing.assert_array_equal(ours.fit_resample(X, Y)[0], theirs.fit_resample(X, Y)[0])
    assert ours.nn_k_.effective_metric_ == "manhattan"


# Attributes of the estimator that a sampler leaves


FITTED = [
    (over.SMOTE, "nn_k_"),
    (over.BorderlineSMOTE, "nn_m_"),
    (over.ADASYN, "nn_"),
    (under.EditedNearestNeighbours, "nn_"),
    (under.NearMiss, "nn_"),
]


@pytest.mark.parametrize(("cls", "attribute"), FITTED)
def test_attributes_are_those_of_scikit_learns_estimator(cls, attribute):
    ours = cls()
    theirs = next(base for base in cls.__mro__ if base.__module__.startswith("imblearn"))()
    ours.fit_resample(X, Y)
    theirs.fit_resample(X, Y)
    got, expected = getattr(ours, attribute), getattr(theirs, attribute)
    assert isinstance(got, StockNearestNeighbors)
    assert {**got.get_params(), "n_jobs": None} == {**expected.get_params(), "n_jobs": None}
    for name in ("metric", "effective_metric_", "effective_metric_params_", "n_neighbors"):
        assert getattr(got, name) == getattr(expected, name)
    for name in ("n_samples_fit_", "n_features_in_"):
        assert getattr(got, name) == getattr(expected, name) or cls is over.SMOTE
    assert clone(got).get_params() == got.get_params()


def test_neighbors_in_a_radius_are_found():
    sampler = over.SMOTE()
    sampler.fit_resample(X, Y)
    expected = StockNearestNeighbors(n_neighbors=6).fit(X[60:])
    for queries in (X[:5], None):
        for radius in (0.5, None):
            got = sampler.nn_k_.radius_neighbors(queries, radius, sort_results=True)
            of_stock = expected.radius_neighbors(queries, radius, sort_results=True)
            for one, other in zip(got, of_stock, strict=True):
                for values, others in zip(one, other, strict=True):
                    np.testing.assert_array_equal(values, others)
    got = sampler.nn_k_.radius_neighbors_graph(X[:5], 1.5, mode="distance")
    of_stock = expected.radius_neighbors_graph(X[:5], 1.5, mode="distance")
    np.testing.assert_array_equal(got.toarray(), of_stock.toarray())


def test_neighbors_in_a_radius_know_the_names_of_columns():
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    index = NearestNeighbors(radius=1.0).fit(frame)
    assert len(index.radius_neighbors(frame[:2], return_distance=False)) == 2
    with pytest.raises(ValueError, match="feature names"):
        index.radius_neighbors(frame[:2].rename(columns={"a": "z"}))


@pytest.mark.parametrize("metric", ["precomputed", "cosine", "minkowski"])
def test_an_estimator_of_another_metric_is_scikit_learns(metric):
    table = np.abs(X[:, :1] - X[:, 0]) if metric == "precomputed" else X
    parameters = {"n_neighbors": 3, "metric": metric, "p": 3}
    ours = NearestNeighbors(**parameters).fit(table)
    theirs = StockNearestNeighbors(**parameters).fit(table)
    for index in (ours, pickle.loads(pickle.dumps(ours))):
        for got, expected in zip(index.kneighbors(table), theirs.kneighbors(table), strict=True):
            np.testing.assert_allclose(got, expected, atol=1e-12)
        graphs = [nn.kneighbors_graph(table, mode="distance") for nn in (index, theirs)]
        np.testing.assert_allclose(graphs[0].toarray(), graphs[1].toarray(), atol=1e-12)
    assert ours.effective_metric_ == theirs.effective_metric_


def test_an_estimator_may_be_fitted_again_with_another_metric():
    index = NearestNeighbors(3).fit(X)
    index.set_params(metric="manhattan").fit(X[:9])
    assert index.n_samples_fit_ == 9
    index.set_params(metric="euclidean").fit(X)
    assert index.effective_metric_ == "euclidean"
    expected = NearestNeighbors(3).fit(X).kneighbors()[1]
    np.testing.assert_array_equal(index.kneighbors()[1], expected)


# Samplers that classify


@pytest.mark.parametrize("name", ["CondensedNearestNeighbour", "OneSidedSelection"])
@pytest.mark.parametrize(
    ("index", "classifier"),
    [
        (StockNearestNeighbors(n_neighbors=1), KNeighborsClassifier(1)),
        (StockNearestNeighbors(n_neighbors=3), KNeighborsClassifier(3)),
        (StockNearestNeighbors(n_neighbors=1, metric="manhattan"), KNeighborsClassifier(1, p=1)),
        (NearestNeighbors(1), KNeighborsClassifier(1)),
        (NearestNeighbors(1, metric="chebyshev"), KNeighborsClassifier(1, metric="chebyshev")),
    ],
)
def test_neighbors_objects_are_classified_by(name, index, classifier):
    ours = getattr(under, name)(n_neighbors=index, **SEEDED)
    theirs = getattr(stock_under, name)(n_neighbors=classifier, **SEEDED)
    np.testing.assert_array_equal(ours.fit_resample(X, Y)[0], theirs.fit_resample(X, Y)[0])
    assert ours.n_neighbors is index


@pytest.mark.parametrize("name", ["CondensedNearestNeighbour", "OneSidedSelection"])
def test_an_object_that_cannot_classify_is_an_error_that_says_what_can(name):
    sampler = getattr(under, name)(n_neighbors=KNeighborsRegressor(1))
    with pytest.raises(TypeError, match=rf"KNeighborsRegressor.*{name}.*KNeighborsClassifier"):
        sampler.fit_resample(X, Y)


# Ours are the exact neighbors


def exact_neighbors(X, k):
    """The k nearest rows of each row, by exact arithmetic; an error if two are as near."""
    rows = [[Fraction(value) for value in row] for row in X.tolist()]
    found = []
    for i, row in enumerate(rows):
        keys = sorted(
            (sum((a - b) ** 2 for a, b in zip(row, other, strict=True)), j)
            for j, other in enumerate(rows)
            if j != i
        )
        distances = [distance for distance, _ in keys[: k + 1]]
        assert len(set(distances)) == k + 1
        found.append([j for _, j in keys[:k]])
    return np.array(found)


def time_stamps():
    rng = np.random.default_rng(0)
    table = rng.normal(size=(120, 20))
    table[:, 3] = 1.7e9 + rng.uniform(0, 30, 120)  # seconds
    return table


def unit_rows():
    rng = np.random.default_rng(1)
    table = np.full((120, 20), 0.2)
    table += 1e-9 * rng.normal(size=table.shape)
    return table / np.linalg.norm(table, axis=1, keepdims=True)


@pytest.mark.parametrize("make", [time_stamps, unit_rows])
def test_neighbors_are_exact_where_imblearns_matrix_product_rounds(make):
    table, k = make(), 5
    exact = exact_neighbors(table, k)
    np.testing.assert_array_equal(NearestNeighbors(k).fit(table).kneighbors()[1], exact)
    rounded = StockNearestNeighbors(n_neighbors=k).fit(table).kneighbors()[1]
    assert (rounded != exact).mean() > 0.1


def test_standardized_columns_give_imblearns_rows():
    y = np.repeat([0, 1], [80, 40])
    pairs = []
    for table in (time_stamps(), StandardScaler().fit_transform(time_stamps())):
        got, _ = over.SMOTE(**SEEDED).fit_resample(table, y)
        expected, _ = stock.SMOTE(**SEEDED).fit_resample(table, y)
        pairs.append((got[120:] == expected[120:]).all(axis=1).mean())
    assert pairs[0] < 0.9
    assert pairs[1] == 1.0
