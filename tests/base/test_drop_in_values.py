"""Values of new rows and labels: integers do not wrap, counts are those asked for, text counts."""

import pickle

import imblearn.over_sampling as stock
import imblearn.under_sampling as stock_under
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from helpers.marks import slow
from helpers.samplers import stock_of
from helpers.tables import X, Y
from scipy import sparse
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors

import fastsmote
import fastsmote.combine as combine
import fastsmote.over_sampling as over
import fastsmote.under_sampling as under

INTEGERS = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
INTERPOLATE = [
    over.SMOTE(random_state=0),
    over.SMOTE(random_state=0, k_neighbors=StockNearestNeighbors(n_neighbors=6)),
    over.BorderlineSMOTE(random_state=0),
    over.ADASYN(random_state=0),
    over.ADASYN(random_state=0, n_neighbors=StockNearestNeighbors(n_neighbors=6)),
    over.KMeansSMOTE(random_state=0, kmeans_estimator=1),
]


def whole_range(dtype, shape=(80, 17), seed=0):
    ends = np.iinfo(dtype)
    rng = np.random.default_rng(seed)
    table = rng.integers(ends.min, ends.max, size=shape, endpoint=True, dtype=dtype)
    table[::5] = rng.choice(np.array([ends.min, ends.max], dtype), size=table[::5].shape)
    return table


def dense(X):
    return X.toarray() if sparse.issparse(X) else np.asarray(X)


# Integers


@pytest.mark.parametrize(
    "kind", [np.asarray, *slow(pd.DataFrame), pl.DataFrame, *slow(sparse.csr_array)]
)
@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("sampler", INTERPOLATE, ids=lambda sampler: type(sampler).__name__)
def test_integers_lie_between_those_of_their_class(sampler, dtype, kind):
    table = whole_range(dtype)
    least, most = np.iinfo(dtype).max // 4, np.iinfo(dtype).max // 2
    table[60:, 0] = np.random.default_rng(1).integers(least, most, 20)
    resampled, y_resampled = sampler.fit_resample(kind(table), Y)
    new = dense(resampled)[80:]
    assert new.dtype == dtype
    assert len(new) > 20
    assert (y_resampled[80:] == 1).all()
    assert least <= new[:, 0].min()
    assert new[:, 0].max() <= most


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("n_features", [5, 17, 100])  # vectors of several widths, and a rest
def test_integers_lie_between_their_parents(dtype, n_features):
    table, sampler = whole_range(dtype, (80, n_features)), over.SMOTE(random_state=0)
    resampled, _ = sampler.fit_resample(table, Y)
    made, new = sampler.provenance_, resampled[80:]
    bases, neighbors = table[made.base_rows], table[made.neighbor_rows]
    assert (new >= np.minimum(bases, neighbors)).all()
    assert (new <= np.maximum(bases, neighbors)).all()
    exact = bases.astype(object) + [
        [int(gap * float(difference)) for difference in row]
        for gap, row in zip(made.gaps, neighbors.astype(object) - bases.astype(object), strict=True)
    ]
    assert np.abs(new.astype(object) - exact).max() <= 1 + 2**12 * (dtype in ("int64", "uint64"))
    compressed, _ = sampler.fit_resample(sparse.csr_array(table), Y)
    np.testing.assert_array_equal(compressed.toarray(), resampled)
    np.testing.assert_array_equal(fastsmote.regenerate(table, made), new)


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("sampler", INTERPOLATE[:5], ids=lambda sampler: type(sampler).__name__)
def test_integers_whose_differences_do_not_wrap_are_imblearns(sampler, dtype):
    table = np.random.default_rng(3).integers(0, 100, size=(80, 20)).astype(dtype)
    theirs = stock_of(sampler)
    got, _ = sampler.fit_resample(table, Y)
    signed = np.int64 if dtype.startswith("u") else dtype  # unsigned differences wrap
    expected, _ = theirs.fit_resample(table.astype(signed), Y)
    assert got.dtype == dtype
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("is_compiled", [True, False])
def test_rows_beyond_their_parents_stop_at_the_ends_of_the_dtype(dtype, is_compiled):
    rng, ends = np.random.default_rng(0), np.iinfo(dtype)
    shares = np.concatenate([rng.uniform(0.28, 1.0, (60, 4)), rng.uniform(0.0, 0.25, (20, 4))])
    # Of 64 bits, the numbers that float64 holds.
    table = (ends.min + shares * (float(ends.max) - float(ends.min)) * (1 - 2**-50)).astype(dtype)
    k = 5 if is_compiled else StockNearestNeighbors(n_neighbors=6)
    sampler = over.SVMSMOTE(random_state=0, k_neighbors=k, out_step=1.0)
    resampled, _ = sampler.fit_resample(table, Y)
    floats, _ = sampler.fit_resample(table.astype(np.float64), Y)
    new, expected = resampled[80:].astype(np.float64), np.clip(floats[80:], ends.min, ends.max)
    assert resampled.dtype == dtype
    assert (floats[80:] != expected).any()
    np.testing.assert_allclose(new, np.trunc(expected), rtol=1e-9, atol=1.0)


@pytest.mark.parametrize("kind", ["array", "pandas", "polars", "pyarrow"])
@pytest.mark.parametrize("is_compiled", [True, False])
def test_integers_of_smotenc_do_not_wrap(kind, is_compiled):
    table = whole_range("uint8", (80, 4))
    table[60:, 0], table[:, 3] = np.random.default_rng(1).integers(90, 110, 20), Y
    columns = dict(zip("abcd", table.T, strict=True))
    make = {
        "array": lambda _: table,
        "pandas": pd.DataFrame,
        "polars": pl.DataFrame,
        "pyarrow": pa.table,
    }
    k = 5 if is_compiled else StockNearestNeighbors(n_neighbors=6)
    resampled, _ = over.SMOTENC([3], random_state=0, k_neighbors=k).fit_resample(
        make[kind](columns), Y
    )
    new = resampled[80:, 0] if kind == "array" else np.asarray(resampled["a"])[80:]
    assert new.dtype == np.uint8
    assert 90 <= new.min()
    assert new.max() < 110


@pytest.mark.parametrize("sampler", [combine.SMOTETomek(random_state=0), combine.SMOTEENN()])
def test_integers_of_combined_samplers_do_not_wrap(sampler):
    table = whole_range("uint8")
    table[60:, 0] = np.random.default_rng(1).integers(90, 110, 20)
    resampled, y_resampled = sampler.fit_resample(table, Y)
    assert resampled[y_resampled == 1, 0].min() >= 90
    assert resampled[y_resampled == 1, 0].max() < 110


# The number of rows of k-means SMOTE


def clustered(n_clusters=3, n_rows=20):
    rng = np.random.default_rng(5)
    centers = 50.0 * np.arange(n_clusters)
    minority = [rng.normal(center, 1 + i, (n_rows, 2)) for i, center in enumerate(centers)]
    majority = [rng.normal(center, 4, (3 * n_rows, 2)) for center in centers]
    sizes = n_clusters * 3 * n_rows, n_clusters * n_rows
    return np.concatenate(majority + minority), np.repeat([0, 1], sizes)


@pytest.mark.parametrize("n_rows", [61, 67, 77, 100, 180])
@pytest.mark.parametrize("k", [2, StockNearestNeighbors(n_neighbors=3)], ids=["int", "object"])
@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix, pl.DataFrame])
def test_kmeans_smote_makes_the_rows_asked_for(n_rows, k, kind):
    X, y = clustered()
    sampler = over.KMeansSMOTE(
        random_state=0,
        k_neighbors=k,
        kmeans_estimator=KMeans(3, random_state=0, n_init=1),
        sampling_strategy={1: n_rows},
        cluster_balance_threshold=0.1,
    )
    _, y_resampled = sampler.fit_resample(kind(X), y)
    assert (y_resampled == 1).sum() == n_rows


def test_rows_of_kmeans_smote_are_among_imblearns():
    X, y = clustered(5)
    parameters = {
        "random_state": 0,
        "kmeans_estimator": KMeans(5, random_state=0, n_init=1),
        "sampling_strategy": {1: 121},
        "cluster_balance_threshold": 0.1,
    }
    got, _ = over.KMeansSMOTE(**parameters).fit_resample(X, y)
    expected, _ = stock.KMeansSMOTE(**parameters).fit_resample(X, y)
    assert len(got) == len(X) + 21 < len(expected)
    assert {row.tobytes() for row in got} <= {row.tobytes() for row in expected}


@pytest.mark.parametrize("exponent", ["auto", 2.0, 0.0, -1.0])
@pytest.mark.parametrize("is_compiled", [True, False])
def test_clusters_of_copies_get_equal_shares(exponent, is_compiled):
    X = np.repeat([[0.0, 0.0], [9.0, 9.0], [3.0, 1.0]], [10, 10, 60], axis=0)
    X[20:] += np.random.default_rng(0).normal(size=(60, 2))
    sampler = over.KMeansSMOTE(
        random_state=0,
        k_neighbors=2 if is_compiled else StockNearestNeighbors(n_neighbors=3),
        kmeans_estimator=KMeans(8, random_state=0, n_init=1),
        density_exponent=exponent,
    )
    y = np.repeat([1, 0], [20, 60])
    resampled, y_resampled = sampler.fit_resample(X, y)
    assert np.bincount(y_resampled).tolist() == [60, 60]
    assert np.isfinite(resampled).all()
    assert np.bincount((resampled[80:, 0] > 4).astype(int)).tolist() == [20, 20]


def test_a_cluster_of_copies_beside_another_gets_no_rows():
    X = np.concatenate([np.zeros((10, 2)), 50 + np.random.default_rng(0).normal(size=(10, 2))])
    X = np.concatenate([X, np.tile(X, (3, 1)) + 0.5])
    y = np.repeat([1, 0], [20, 60])
    sampler = over.KMeansSMOTE(random_state=0, kmeans_estimator=2, cluster_balance_threshold=0.1)
    resampled, _ = sampler.fit_resample(X, y)
    assert len(resampled) == 120
    assert (resampled[80:] > 20).all()


@pytest.mark.filterwarnings("ignore::RuntimeWarning:sklearn")
def test_distances_beyond_float64_have_weights():
    X, y = clustered()
    sampler = over.KMeansSMOTE(random_state=0, kmeans_estimator=2, cluster_balance_threshold=0.1)
    _, y_resampled = sampler.fit_resample(X * 1e160, y)
    assert np.bincount(y_resampled).tolist() == [180, 180]


# Labels


LABELS = {
    "-1, 1": np.array([-1, 1]),
    "1, 2": np.array([1, 2]),
    "text": np.array(["healthy", "ill"]),
    "objects": np.array(["healthy", "ill"], object),
    "booleans": np.array([False, True]),
    "floats": np.array([0.5, 1.5]) * 2,
    "far apart": np.array([-(10**12), 10**12]),
}


@pytest.mark.slow
@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
@pytest.mark.parametrize("kind", [np.asarray, pl.DataFrame, sparse.csr_array])
def test_instance_hardness_takes_any_labels(labels, kind):
    X = np.random.default_rng(0).normal(size=(80, 3)) + Y[:, None]
    sampler = under.InstanceHardnessThreshold(random_state=0)
    expected, _ = stock_under.InstanceHardnessThreshold(random_state=0).fit_resample(X, Y)
    got, y_resampled = sampler.fit_resample(kind(X), labels[Y])
    np.testing.assert_array_equal(dense(got), expected)
    assert y_resampled.dtype == labels.dtype
    assert set(y_resampled.tolist()) == set(labels.tolist())
    assert list(sampler.sampling_strategy_) == [labels[0]]


def test_instance_hardness_of_three_labels_and_a_dict():
    y = np.repeat([0, 1, 2], [40, 25, 15])
    names = np.array(["a", "c", "b"])[y]
    by_name = under.InstanceHardnessThreshold(random_state=0, sampling_strategy={"a": 20, "c": 20})
    of_codes = np.unique(names, return_inverse=True)[1]
    by_code = stock_under.InstanceHardnessThreshold(
        random_state=0, sampling_strategy={0: 20, 2: 20}
    )
    got, expected = by_name.fit_resample(X, names), by_code.fit_resample(X, of_codes)
    np.testing.assert_array_equal(got[0], expected[0])
    np.testing.assert_array_equal(got[1], np.array(["a", "b", "c"])[expected[1]])


FALLING_BACK = [
    (under.EditedNearestNeighbours, {"kind_sel": "mode"}, 4),
    (under.RepeatedEditedNearestNeighbours, {"kind_sel": "mode"}, 4),
    (under.AllKNN, {"kind_sel": "mode"}, 4),
    (under.NeighbourhoodCleaningRule, {}, 4),
]


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
@pytest.mark.parametrize("table", ["array", "csr_array", "csc_matrix", "float16", "polars"])
@pytest.mark.parametrize(("cls", "params", "n_neighbors"), FALLING_BACK)
@pytest.mark.parametrize("is_object", [True, False])
def test_cleaning_takes_any_labels(cls, params, n_neighbors, table, labels, is_object):
    X = {
        "array": np.asarray,
        "polars": pl.DataFrame,
        "float16": lambda X: X.astype(np.float16),
        "csr_array": sparse.csr_array,
        "csc_matrix": sparse.csc_matrix,
    }[table](globals()["X"])
    if is_object:
        params = {**params, "n_neighbors": StockNearestNeighbors(n_neighbors=n_neighbors)}
    by_label, by_code = cls(**params), cls(**params)
    got, expected = by_label.fit_resample(X, labels[Y]), by_code.fit_resample(X, Y)
    np.testing.assert_array_equal(dense(got[0]), dense(expected[0]))
    np.testing.assert_array_equal(got[1], labels[expected[1]])
    assert got[1].dtype == labels.dtype
    assert 0 < len(got[1]) < 80
    np.testing.assert_array_equal(by_label.sample_indices_, by_code.sample_indices_)
    assert [*by_label.sampling_strategy_] == [labels[label] for label in by_code.sampling_strategy_]


@pytest.mark.parametrize(("cls", "params", "n_neighbors"), FALLING_BACK)
def test_targeted_labels_may_be_text_where_imblearns_code_runs(cls, params, n_neighbors):
    y = np.repeat([0, 1, 2], [40, 25, 15])
    names = np.array(["a", "b", "c"])
    index = StockNearestNeighbors(n_neighbors=n_neighbors)
    by_label = cls(sampling_strategy=["b", "c"], n_neighbors=index, **params)
    by_code = cls(sampling_strategy=[1, 2], n_neighbors=index, **params)
    got, expected = by_label.fit_resample(X, names[y]), by_code.fit_resample(X, y)
    np.testing.assert_array_equal(got[0], expected[0])
    assert by_label.sampling_strategy == ["b", "c"]
    step = getattr(by_label, "enn_", getattr(by_label, "edited_nearest_neighbours_", None))
    if step is not None:
        assert step.sampling_strategy == ["b", "c"]
        assert set(step.sampling_strategy_) <= {"a", "b", "c"}
    if hasattr(by_label, "classes_to_clean_"):
        expected_classes = [names[code] for code in by_code.classes_to_clean_]
        assert sorted(by_label.classes_to_clean_) == sorted(expected_classes)


@pytest.mark.parametrize("table", ["array", "polars"])
def test_rows_of_repeated_editing_by_an_object_are_named(table):
    far = np.concatenate([X[:40], X[:40] + 100.0])  # the first pass removes nothing
    y = np.arange(80) // 40
    order = np.random.default_rng(0).permutation(80)
    far, y = far[order], y[order]
    sampler = under.RepeatedEditedNearestNeighbours(
        n_neighbors=StockNearestNeighbors(n_neighbors=4)
    )
    resampled, _ = sampler.fit_resample(pl.DataFrame(far) if table == "polars" else far, y)
    np.testing.assert_array_equal(dense(resampled), far[sampler.sample_indices_])


@pytest.mark.parametrize("kind", ["csr_matrix", "csc_array"])
def test_integers_of_sparse_random_over_sampling_do_not_wrap(kind):
    table = getattr(sparse, kind)((np.abs(X) * 3).astype(np.uint8))
    resampled, _ = over.RandomOverSampler(shrinkage=0.5, random_state=0).fit_resample(table, Y)
    assert resampled.dtype == np.uint8
    assert resampled.max() < 30


@pytest.mark.parametrize("kind", [np.asarray, pd.DataFrame, sparse.csr_matrix, sparse.csc_array])
@pytest.mark.parametrize("dtype", INTEGERS)
def test_integers_are_taken_by_borderline_2(dtype, kind):
    rng = np.random.default_rng(0)
    table = rng.integers(0, 100, (80, 5)).astype(dtype)
    sampler = over.BorderlineSMOTE(random_state=0, kind="borderline-2")
    got, _ = sampler.fit_resample(kind(table), Y)
    floats, _ = sampler.fit_resample(table.astype(np.float64), Y)
    assert dense(got).dtype == dtype
    assert len(floats) > 80
    np.testing.assert_array_equal(dense(got), np.trunc(floats + 1e-9))


def test_integers_of_64_bits_are_taken_by_smotenc_where_imblearns_code_runs():
    frame = pd.DataFrame({"a": whole_range("uint64", (80,)), "b": X[:, 0], "c": Y})
    k = StockNearestNeighbors(n_neighbors=6)
    resampled, _ = over.SMOTENC([2], k_neighbors=k, random_state=0).fit_resample(frame, Y)
    assert resampled["a"].dtype == np.uint64


@pytest.mark.parametrize("kind", [np.asarray, pl.DataFrame, sparse.csr_matrix])
def test_steps_of_imblearn_take_text(kind):
    mode = stock_under.EditedNearestNeighbours(kind_sel="mode")
    text = np.array(["no", "yes"])[Y]
    for sampler in (
        under.NeighbourhoodCleaningRule(edited_nearest_neighbours=mode),
        under.NeighbourhoodCleaningRule(
            edited_nearest_neighbours=mode, n_neighbors=StockNearestNeighbors(n_neighbors=4)
        ),
        combine.SMOTEENN(enn=mode, random_state=0),
    ):
        got, expected = sampler.fit_resample(kind(X), text), sampler.fit_resample(kind(X), Y)
        np.testing.assert_array_equal(dense(got[0]), dense(expected[0]))
        np.testing.assert_array_equal(got[1], np.array(["no", "yes"])[expected[1]])


def test_the_classifier_of_the_cleaning_rule_is_imblearns():
    ours, theirs = under.NeighbourhoodCleaningRule(), stock_under.NeighbourhoodCleaningRule()
    ours.fit_resample(X, Y)
    theirs.fit_resample(X, Y)
    assert isinstance(ours.nn_, type(theirs.nn_))
    assert pickle.loads(pickle.dumps(ours)).nn_.n_samples_fit_ == 80
    assert not hasattr(clone(ours.nn_), "classes_")
    assert ours.nn_.get_params() == theirs.nn_.get_params()
    np.testing.assert_array_equal(ours.nn_.predict(X[::3]), theirs.nn_.predict(X[::3]))
    assert ours.nn_.effective_metric_ == theirs.nn_.effective_metric_
    np.testing.assert_array_equal(ours.nn_.kneighbors()[1], theirs.nn_.kneighbors()[1])


@pytest.mark.parametrize("is_compiled", [True, False])
@pytest.mark.parametrize("dtype", ["int64", "uint64", "Int64"])
def test_long_integers_beside_a_category_are_not_rounded(dtype, is_compiled):
    numbers = 2**53 + 1 + 2 * np.arange(80)
    frame = pd.DataFrame({"a": numbers, "c": Y}).astype({"a": dtype})
    k = 5 if is_compiled else StockNearestNeighbors(n_neighbors=6)
    resampled, _ = over.SMOTENC([1], k_neighbors=k, random_state=0).fit_resample(frame, Y)
    assert resampled["a"].dtype == frame["a"].dtype
    assert resampled["a"].iloc[:80].tolist() == numbers.tolist()
