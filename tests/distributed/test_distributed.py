"""Samplers of dask collections against the same samplers in memory."""

import pickle

import numpy as np
import pandas as pd
import pytest
from helpers.dask import (
    ANY_COLUMNS,
    COMBINED,
    INPUT_ROWS,
    OVER,
    SAMPLERS,
    SEARCHED,
    as_arrays,
    as_frames,
    check_arrays,
    in_memory,
    on_dask,
    uneven,
)
from helpers.pages import examples_of, examples_with, text_of
from helpers.tables import FEATURES, make_arrays, make_labeled_frame
from sklearn.base import clone

dask = pytest.importorskip("dask")
pytest.importorskip("distributed")
pytest.importorskip("pyarrow")  # which dask's dataframes need

import dask.array as da  # noqa: E402
import dask.dataframe as dd  # noqa: E402

from fastsmote import distributed, over_sampling  # noqa: E402
from fastsmote._cluster import search  # noqa: E402

# The same rows


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("n_parts", [1, 3, 11])
@pytest.mark.parametrize("name", SAMPLERS)
def test_rows_of_arrays_are_those_in_memory(name, n_parts, dtype):
    X, y = make_arrays(dtype=dtype)
    check_arrays(name, X, y, uneven(len(X), n_parts))


@pytest.mark.parametrize("n_parts", [1, 3, 11])
@pytest.mark.parametrize("name", SAMPLERS)
def test_rows_of_frames_are_those_in_memory(name, n_parts):
    frame = make_labeled_frame()
    X, y = as_frames(frame, uneven(len(frame), n_parts))
    expected_X, expected_y = in_memory(name).fit_resample(frame[FEATURES], frame["y"])
    X_resampled, y_resampled = on_dask(name).fit_resample(X, y)
    assert isinstance(X_resampled, dd.DataFrame)
    assert isinstance(y_resampled, dd.Series)
    got_X, got_y = dask.compute(X_resampled, y_resampled)
    pd.testing.assert_index_equal(got_X.index, got_y.index)
    if name in INPUT_ROWS:  # rows keep the index that they had
        sampler = in_memory(name)
        sampler.fit_resample(frame[FEATURES], frame["y"])
        np.testing.assert_array_equal(got_X.index, sampler.sample_indices_)
    if name not in OVER:
        got_X, got_y, expected_X, expected_y = (
            rows.reset_index(drop=True) for rows in (got_X, got_y, expected_X, expected_y)
        )
    pd.testing.assert_frame_equal(got_X, expected_X, check_exact=True)
    pd.testing.assert_series_equal(got_y, expected_y)


@pytest.mark.parametrize("name", SEARCHED)
def test_rows_do_not_depend_on_the_shards(name, monkeypatch):
    monkeypatch.setattr(search, "SHARD_ROWS", 37)
    X, y = make_arrays()
    check_arrays(name, X, y, uneven(len(X), 20))


@pytest.mark.parametrize("name", SAMPLERS)
def test_synchronous_scheduler(name):
    X, y = make_arrays()
    with dask.config.set(scheduler="synchronous"):
        check_arrays(name, X, y, uneven(len(X), 3))


# Ties of a few places, and of distances of which float64 has no squares.
@pytest.mark.parametrize(("n_values", "scale"), [(4, 1.0), (1_000, 1e160)])
@pytest.mark.parametrize("name", SAMPLERS)
def test_rows_at_equal_distances_are_those_in_memory(name, n_values, scale):
    rng = np.random.RandomState(0)
    X = rng.randint(0, n_values, (900, 3)) * scale
    y = (np.arange(900) % 4 == 0).astype(int)
    check_arrays(name, X, y, uneven(len(X), 7))


@pytest.mark.parametrize("name", OVER)
def test_integers_are_cut_down_as_in_memory(name):
    X, y = make_arrays()
    check_arrays(name, (100 * X).astype(np.int64), y, uneven(len(X), 3))


@pytest.mark.parametrize("strategy", [0.5, "minority", {1: 700}])
@pytest.mark.parametrize("name", OVER)
def test_strategies_of_over_samplers(name, strategy):
    X, y = make_arrays(n_classes=2 if strategy == 0.5 else 3)
    check_arrays(name, X, y, uneven(len(X), 4), sampling_strategy=strategy)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("TomekLinks", {"sampling_strategy": "all"}),
        ("TomekLinks", {"sampling_strategy": [1, 2]}),
        ("RandomUnderSampler", {"sampling_strategy": {0: 2_000, 1: 100}}),
        ("RandomUnderSampler", {"replacement": True}),
        ("RandomOverSampler", {"sampling_strategy": {2: 900, 1: 2_000}}),
        ("EditedNearestNeighbours", {"sampling_strategy": "all", "kind_sel": "mode"}),
        ("EditedNearestNeighbours", {"sampling_strategy": [1], "n_neighbors": 7}),
        ("NeighbourhoodCleaningRule", {"threshold_cleaning": 0.1, "n_neighbors": 5}),
        ("NearMiss", {"sampling_strategy": {0: 700, 2: 50}, "n_neighbors": 1}),
        ("SMOTE", {"k_neighbors": 1}),
        ("BorderlineSMOTE", {"k_neighbors": 12, "m_neighbors": 3}),
        ("BorderlineSMOTE", {"kind": "borderline-2"}),
        ("BorderlineSMOTE", {"kind": "borderline-2", "k_neighbors": 3, "m_neighbors": 12}),
        ("ADASYN", {"n_neighbors": 2}),
    ],
)
def test_parameters(name, parameters):
    X, y = make_arrays()
    check_arrays(name, X, y, uneven(len(X), 4), **parameters)


@pytest.mark.parametrize("labels", [["x", "yy", "zzz"], [0.0, 1.0, 2.0], [-3, 0, 90_000]])
@pytest.mark.parametrize("name", SAMPLERS)
def test_labels_of_other_kinds(name, labels):
    X, y = make_arrays(1_000)
    check_arrays(name, X, np.array(labels)[y], uneven(len(X), 3))


@pytest.mark.parametrize("name", SAMPLERS)
def test_categories_of_a_series(name):
    frame = make_labeled_frame(1_500)
    frame["y"] = frame["y"].astype(object).astype("category")
    _, expected = in_memory(name).fit_resample(frame[FEATURES], frame["y"])
    _, got = on_dask(name).fit_resample(*as_frames(frame, uneven(len(frame), 3)))
    got = got.compute()
    pd.testing.assert_series_equal(
        got.reset_index(drop=True), expected.reset_index(drop=True), check_names=True
    )


@pytest.mark.parametrize("name", [*OVER, *COMBINED, *ANY_COLUMNS])
def test_random_state_instance(name):
    X, y = make_arrays(1_500)
    ours, theirs = np.random.RandomState(5), np.random.RandomState(5)
    sampler = on_dask(name, random_state=ours)
    first, _ = sampler.fit_resample(*as_arrays(X, y, uneven(len(X), 3)))
    reference = in_memory(name, random_state=theirs)
    expected, _ = reference.fit_resample(X, y)
    np.testing.assert_array_equal(first.compute(), expected)
    np.testing.assert_array_equal(first.compute(), expected)  # tasks leave it as it was
    second, _ = sampler.fit_resample(*as_arrays(X, y, uneven(len(X), 3)))
    if name in ("SMOTE", *COMBINED, *ANY_COLUMNS):
        expected, _ = reference.fit_resample(X, y)
        np.testing.assert_array_equal(second.compute(), expected)
    else:
        assert not np.array_equal(second.compute(), expected)


def test_seed_none_draws_other_rows_at_each_call_but_not_at_each_compute():
    arrays = as_arrays(*make_arrays(), uneven(3_000, 3))
    sampler = distributed.SMOTE()
    first, second = (sampler.fit_resample(*arrays)[0] for _ in range(2))
    np.testing.assert_array_equal(first.compute(), first.compute())
    assert not np.array_equal(first.compute(), second.compute())


def test_kinds_of_X_and_y_may_differ():
    frame = make_labeled_frame(1_000)
    lengths = uneven(len(frame), 3)
    X, _ = as_frames(frame, lengths)
    labels = frame["y"].to_numpy(dtype=object)
    expected_X, expected_y = in_memory("SMOTE").fit_resample(frame[FEATURES], labels)
    got_X, got_y = on_dask("SMOTE").fit_resample(X, da.from_array(labels, (lengths,)))
    pd.testing.assert_frame_equal(got_X.compute(), expected_X)
    np.testing.assert_array_equal(got_y.compute(), expected_y)


def test_chunks_of_unknown_lengths():
    frame = make_labeled_frame(1_000)
    X, y = as_frames(frame, uneven(len(frame), 3))
    X_resampled, y_resampled = on_dask("SMOTE").fit_resample(X.to_dask_array(), y)
    expected, _ = in_memory("SMOTE").fit_resample(frame[FEATURES].to_numpy(float), frame["y"])
    assert X_resampled.shape == expected.shape  # known from here on
    np.testing.assert_array_equal(X_resampled.compute(), expected)
    assert len(y_resampled.compute()) == len(expected)


def test_an_index_that_is_no_number_is_missing_in_new_rows():
    frame = make_labeled_frame(600)
    frame.index = pd.date_range("2024-01-01", periods=len(frame), freq="h")
    X, y = on_dask("SMOTE").fit_resample(*as_frames(frame, uneven(len(frame), 3)))
    index = X.compute().index
    assert (index[:600] == frame.index).all()
    assert index[600:].isna().all()
    assert (y.compute().index[:600] == frame.index).all()


# Estimators


@pytest.mark.parametrize("name", SAMPLERS)
def test_parameters_are_those_of_the_class_in_memory(name):
    ours, theirs = on_dask(name), in_memory(name)
    expected = theirs.get_params()
    for parameter in ("n_jobs", "n_neighbors_ver3"):  # without a meaning here
        expected.pop(parameter, None)
    assert ours.get_params() == expected
    assert clone(ours).get_params() == expected
    assert pickle.loads(pickle.dumps(ours)).get_params() == expected
    assert ours.set_params(sampling_strategy="all").sampling_strategy == "all"
    assert isinstance(ours, type(theirs))


@pytest.mark.parametrize("name", SAMPLERS)
def test_attributes(name):
    frame = make_labeled_frame(1_000)
    sampler, reference = on_dask(name), in_memory(name)
    sampler.fit_resample(*as_frames(frame, uneven(len(frame), 3)))
    reference.fit_resample(frame[FEATURES], frame["y"])
    assert sampler.sampling_strategy_ == reference.sampling_strategy_
    assert sampler.n_features_in_ == 4
    assert sampler.feature_names_in_.tolist() == FEATURES
    fitted = on_dask(name).fit(*as_frames(frame, uneven(len(frame), 3)))
    assert fitted.sampling_strategy_ == reference.sampling_strategy_


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # dask's, with pandas 3.1
@pytest.mark.parametrize("page", ["cluster.md", "../README.md"])
def test_example_in_docs_gives_the_rows_in_memory(page, tmp_path, monkeypatch):
    (make, _), *_ = examples_of(text_of("files.md"))
    one_table, *others = examples_with(page, "fastsmote.distributed") + examples_with(
        page, "map_partitions"
    )
    assert len(others) == (page == "cluster.md")
    monkeypatch.chdir(tmp_path)
    exec(make, {})
    names = {}
    exec(one_table, names)
    table = pd.read_parquet("payments.parquet")
    X, y = table[["amount", "hour", "age"]], table["fraud"]
    expected, expected_y = over_sampling.SMOTE(random_state=0).fit_resample(X, y)
    folders = ["balanced_dask"]
    for two_collections in others:
        exec(two_collections, names)
        got, got_y = dask.compute(names["X_resampled"], names["y_resampled"])
        np.testing.assert_array_equal(got, expected)
        np.testing.assert_array_equal(got_y, expected_y)
        folders.append("balanced_features")
    for folder in folders:
        written = pd.read_parquet(folder)
        np.testing.assert_array_equal(written[X.columns], expected)
        np.testing.assert_array_equal(written["fraud"], expected_y)
    ids = pd.read_parquet("balanced_dask")["id"]
    assert ids[: len(table)].tolist() == table["id"].tolist()
    assert ids[len(table) :].isna().all()


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("ADASYN", {"sampling_strategy": {1: 1500.0, 2: 2000.5}}),
        ("ADASYN", {"n_neighbors": True}),
        ("SMOTE", {"k_neighbors": True}),
        ("SMOTE", {"k_neighbors": np.int8(3), "sampling_strategy": {2: np.uint16(900)}}),
        ("BorderlineSMOTE", {"m_neighbors": np.int16(6), "k_neighbors": True}),
    ],
)
def test_numbers_are_taken_as_in_memory(name, parameters):
    X, y = make_arrays()
    got = dask.compute(*on_dask(name, **parameters).fit_resample(*as_arrays(X, y, (1_000,) * 3)))
    expected = in_memory(name, **parameters).fit_resample(X, y)
    for one, other in zip(got, expected, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("dtype", [np.uint8, bool])
def test_small_integers_and_booleans_are_made_as_in_memory(dtype):
    X, y = make_arrays()
    frame = pd.DataFrame((X * 40).astype(dtype) if dtype is np.uint8 else X > 1, columns=FEATURES)
    got, _ = dask.compute(
        *on_dask("SMOTE").fit_resample(*as_frames(frame.assign(y=y), (1_000,) * 3))
    )
    expected, _ = in_memory("SMOTE").fit_resample(frame, y)
    pd.testing.assert_frame_equal(got.reset_index(drop=True), expected)
