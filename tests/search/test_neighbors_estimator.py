"""NearestNeighbors takes any kind of input, and is an estimator as scikit-learn's is."""

import pickle

import imblearn.over_sampling as stock
import numpy as np
import pandas as pd
import pytest
from helpers.comparison import assert_found, assert_neighbors_of, assert_own_neighbors
from helpers.reference import k_nearest
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.exceptions import NotFittedError
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors

from fastsmote.neighbors import NearestNeighbors

# Kinds of input


def in_fortran_order(X, folder):
    return np.asfortranarray(X)


def every_other_row(X, folder):
    return np.repeat(X, 2, axis=0)[::2]


def reversed_columns(X, folder):
    return np.ascontiguousarray(X[:, ::-1])[:, ::-1]


def read_only(X, folder):
    X = X.copy()
    X.flags.writeable = False
    return X


def memory_mapped(X, folder):
    np.save(folder / "X.npy", X)
    return np.load(folder / "X.npy", mmap_mode="r")


def as_frame(X, folder):
    return pd.DataFrame(X, columns=[f"x{j}" for j in range(X.shape[1])])


def as_lists(X, folder):
    return X.tolist()


KINDS = [
    in_fortran_order,
    every_other_row,
    reversed_columns,
    read_only,
    memory_mapped,
    as_frame,
    as_lists,
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_memory_layout_does_not_matter(kind, dtype, tmp_path):
    X = np.random.RandomState(0).randn(600, 3).astype(dtype)
    given_X = kind(X, tmp_path)
    found = NearestNeighbors().fit(given_X).kneighbors()
    assert_found(found, k_nearest(X, np.arange(600), 5, exclude_self=True))
    found = NearestNeighbors().fit(X[:300]).kneighbors(X[300:])
    if kind is not as_frame:  # fitted without the names of the columns
        other = NearestNeighbors().fit(X[:300]).kneighbors(given_X[300:])
        np.testing.assert_array_equal(found, other)


@pytest.mark.parametrize(
    "dtype", [np.float32, np.float16, np.int64, np.int32, np.int8, np.uint8, np.bool_]
)
def test_dtypes_are_searched_by_their_values(dtype):
    X = (np.random.RandomState(0).randn(600, 3) * 20 + 60).astype(dtype)
    assert_own_neighbors(X, 5)
    assert_neighbors_of(X[:50], X, 5)


def test_rows_and_queries_may_be_of_different_dtype():
    rng = np.random.RandomState(0)
    X, queries = rng.randn(600, 3), rng.randn(100, 3)
    assert_neighbors_of(queries.astype(np.float32), X, 5)
    assert_neighbors_of(queries, X.astype(np.float32), 5)
    assert_neighbors_of(queries.astype(np.int64), X, 5)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
def test_input_is_not_modified(order, dtype):
    X = np.asarray(np.random.RandomState(0).randn(600, 3) * 9, dtype=dtype, order=order)
    queries, X_before, queries_before = X[:50].copy(), X.copy(), X[:50].copy()
    index = NearestNeighbors().fit(X)
    index.kneighbors()
    index.kneighbors(queries)
    index.kneighbors_graph()
    np.testing.assert_array_equal(X, X_before)
    np.testing.assert_array_equal(queries, queries_before)


# The estimator


@pytest.fixture(scope="module")
def untied():
    return make_classification(700, 8, n_informative=6, weights=[0.8], random_state=1)


def test_fitted_attributes():
    index = NearestNeighbors().fit(pd.DataFrame({"a": [1.0, 2.0], "b": [1.0, 3.0]}))
    assert (index.n_samples_fit_, index.n_features_in_) == (2, 2)
    assert index.effective_metric_ == "euclidean"
    assert list(index.feature_names_in_) == ["a", "b"]


def test_n_neighbors_of_the_call_beats_that_of_the_constructor(untied):
    index = NearestNeighbors(n_neighbors=2).fit(untied[0])
    assert index.kneighbors()[1].shape == (700, 2)
    assert index.kneighbors(n_neighbors=9)[1].shape == (700, 9)
    assert index.kneighbors(untied[0][:3], n_neighbors=np.int32(9))[1].shape == (3, 9)


def test_fit_anew_forgets_the_old_rows(untied):
    index = NearestNeighbors().fit(untied[0])
    index.kneighbors()
    X = untied[0][:100, :3]
    np.testing.assert_array_equal(index.fit(X).kneighbors(), NearestNeighbors().fit(X).kneighbors())


@pytest.mark.parametrize("mode", ["connectivity", "distance"])
@pytest.mark.parametrize("with_queries", [False, True])
def test_graph_is_that_of_scikit_learn(mode, with_queries, untied):
    X, queries = untied[0][:600], untied[0][600:] if with_queries else None
    got = NearestNeighbors().fit(X).kneighbors_graph(queries, mode=mode)
    expected = StockNearestNeighbors(algorithm="kd_tree").fit(X)
    expected = expected.kneighbors_graph(queries, mode=mode)
    assert sparse.isspmatrix_csr(got)
    assert got.shape == expected.shape
    assert got.dtype == expected.dtype
    np.testing.assert_array_equal(got.indptr, expected.indptr)
    np.testing.assert_array_equal(got.indices, expected.indices)
    np.testing.assert_allclose(got.data, expected.data, rtol=1e-14)


def test_graph_takes_a_number_of_neighbors(untied):
    graph = NearestNeighbors().fit(untied[0]).kneighbors_graph(n_neighbors=2)
    np.testing.assert_array_equal(graph.sum(axis=1), np.full((700, 1), 2.0))
    assert graph.diagonal().sum() == 0.0


@pytest.mark.parametrize(
    "call",
    [
        lambda index, X: index.kneighbors(n_neighbors=len(X)),
        lambda index, X: index.kneighbors(X, n_neighbors=len(X) + 1),
        lambda index, X: index.kneighbors(X, n_neighbors=0),
        lambda index, X: index.kneighbors(X, n_neighbors=-3),
        lambda index, X: index.kneighbors(X, n_neighbors=2.5),
        lambda index, X: index.kneighbors(X[:, :2]),
        lambda index, X: index.kneighbors(X[0]),
        lambda index, X: index.kneighbors(X[:0]),
        lambda index, X: index.kneighbors(X + np.inf),
        lambda index, X: index.kneighbors(np.where(X > 0, np.nan, X)),
        lambda index, X: index.kneighbors_graph(X, mode="weights"),
        lambda index, X: index.kneighbors_graph(n_neighbors=len(X)),
        lambda index, X: index.fit(X[:0]),
        lambda index, X: index.fit(X[0]),
        lambda index, X: index.fit(np.where(X > 0, np.nan, X)),
        lambda index, X: clone(index).kneighbors(X),
        lambda index, X: clone(index).kneighbors_graph(X),
    ],
)
def test_errors_are_those_of_scikit_learn(call):
    X = np.random.RandomState(0).randn(20, 3)
    with pytest.raises(Exception) as expected:  # noqa: PT011
        call(StockNearestNeighbors().fit(X), X)
    with pytest.raises(type(expected.value)) as got:
        call(NearestNeighbors().fit(X), X)
    assert str(got.value) == str(expected.value)


@pytest.mark.parametrize("n_neighbors", [0, -1, 2.5, "5"])
def test_a_wrong_number_of_neighbors_is_an_error_that_names_it(n_neighbors):
    with pytest.raises((ValueError, TypeError), match="n_neighbors"):
        NearestNeighbors(n_neighbors=n_neighbors).fit(np.eye(9))


@pytest.mark.parametrize("kind", ["csr_array", "csc_matrix"])
def test_sparse_rows_are_searched_by_scikit_learn(kind, untied):
    X = getattr(sparse, kind)(untied[0])
    index, stock = NearestNeighbors(n_neighbors=3).fit(X), StockNearestNeighbors(n_neighbors=3)
    for got, expected in zip(index.kneighbors(X[:9]), stock.fit(X).kneighbors(X[:9]), strict=True):
        np.testing.assert_array_equal(got, expected)


def test_not_fitted():
    with pytest.raises(NotFittedError, match="not fitted yet"):
        NearestNeighbors().kneighbors([[0.0]])


def test_clone_keeps_the_parameters_and_forgets_the_rows(untied):
    index = clone(NearestNeighbors(n_neighbors=3, n_jobs=2).fit(untied[0]))
    stock = StockNearestNeighbors(n_neighbors=3, n_jobs=2)
    assert index.get_params() == stock.get_params()
    assert not hasattr(index, "n_samples_fit_")


@pytest.mark.parametrize("is_used", [False, True])
def test_pickled_index_finds_the_same(is_used, untied):
    index = NearestNeighbors(n_neighbors=3).fit(untied[0])
    if is_used:
        index.kneighbors()
    copy = pickle.loads(pickle.dumps(index))
    np.testing.assert_array_equal(copy.kneighbors(), index.kneighbors())


@pytest.mark.parametrize("sampler", ["SMOTE", "BorderlineSMOTE"])
def test_stock_samplers_take_it(sampler, untied):
    sampler = getattr(stock, sampler)
    got = sampler(k_neighbors=NearestNeighbors(n_neighbors=6), random_state=0)
    expected = sampler(k_neighbors=5, random_state=0)
    for g, e in zip(got.fit_resample(*untied), expected.fit_resample(*untied), strict=True):
        np.testing.assert_array_equal(g, e)


def test_stock_adasyn_takes_it(untied):
    got = stock.ADASYN(n_neighbors=NearestNeighbors(n_neighbors=6), random_state=0)
    expected = stock.ADASYN(n_neighbors=5, random_state=0)
    for g, e in zip(got.fit_resample(*untied), expected.fit_resample(*untied), strict=True):
        np.testing.assert_array_equal(g, e)
