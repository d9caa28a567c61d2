"""Dask collections that cannot be resampled, each refused by what is wrong."""

import numpy as np
import pandas as pd
import pytest
from helpers.dask import (
    ANY_COLUMNS,
    OVER,
    SAMPLERS,
    SEARCHED,
    as_arrays,
    as_frames,
    check_arrays,
    in_memory,
    module_of,
    on_dask,
)
from helpers.tables import FEATURES, make_arrays, make_labeled_frame

dask = pytest.importorskip("dask")
pytest.importorskip("distributed")
pytest.importorskip("pyarrow")  # which dask's dataframes need

import dask.array as da  # noqa: E402

import fastsmote  # noqa: E402


@pytest.mark.parametrize("name", SAMPLERS)
def test_what_is_in_memory_is_sent_to_the_class_in_memory(name):
    X, y = make_arrays(500)
    lazy_X, lazy_y = as_arrays(X, y, (500,))
    module = module_of(name).__name__
    for given in ((X, lazy_y), (pd.DataFrame(X), lazy_y), (lazy_X, y), (lazy_X, y.tolist())):
        with pytest.raises(TypeError, match=f"use {module}.{name}"):
            on_dask(name).fit_resample(*given)


@pytest.mark.parametrize("name", SAMPLERS)
def test_partitions_have_to_be_the_same_rows(name):
    X, y = make_arrays(600)
    lazy_X, _ = as_arrays(X, y, (200, 400))
    for lengths, message in (((600,), "2 partitions and y has 1"), ((300, 300), "200 rows in X")):
        with pytest.raises(ValueError, match=message):
            on_dask(name).fit_resample(lazy_X, da.from_array(y, (lengths,)))
    frame = make_labeled_frame(600)
    X, _ = as_frames(frame, (200, 400))
    _, y = as_frames(frame, (300, 300))
    X_resampled, _ = on_dask(name).fit_resample(X, y)
    with pytest.raises(ValueError, match=r"has \d+ rows in X and 300 in y; they must be"):
        X_resampled.compute()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", SEARCHED)
def test_values_that_are_not_finite_are_named(name, value):
    frame = make_labeled_frame(600)
    frame.loc[450, "b"] = value
    X, y = as_frames(frame, (200, 400))
    X_resampled, _ = on_dask(name).fit_resample(X, y)
    with pytest.raises(ValueError, match=f"X, row 450, column 'b': {value}"):
        X_resampled.compute()
    X_resampled, _ = on_dask(name).fit_resample(X.to_dask_array(lengths=(200, 400)), y)
    with pytest.raises(ValueError, match=f"X, row 450, column 1: {value}"):
        X_resampled.compute()


@pytest.mark.parametrize("name", SEARCHED)
def test_columns_have_to_be_numbers(name):
    frame = make_labeled_frame(600)
    frame["text"] = "u"
    with pytest.raises(ValueError, match="encode or drop 'text'"):
        on_dask(name).fit_resample(*as_frames(frame, (200, 400)))
    X, y = as_arrays(*make_arrays(600), (200, 400))
    with pytest.raises(ValueError, match="dtype complex128; it must be float32, float64"):
        on_dask(name).fit_resample(X.astype(complex), y)


@pytest.mark.parametrize("name", ANY_COLUMNS)
def test_random_sampling_takes_columns_of_any_kind(name):
    frame = make_labeled_frame(600)
    frame["text"] = pd.Series(["u", None, "w"] * 200, dtype="string[pyarrow]")
    columns = [*FEATURES, "text"]
    sampler = in_memory(name)
    expected, _ = sampler.fit_resample(frame[columns], frame["y"])
    X, _ = on_dask(name).fit_resample(*as_frames(frame, (200, 0, 400)))
    pd.testing.assert_frame_equal(X.compute()[columns], frame[columns].loc[sampler.sample_indices_])
    assert len(X) == len(expected)


@pytest.mark.parametrize("name", OVER)
def test_a_class_that_is_too_small_is_named(name):
    X, y = make_arrays(600)
    y[y == 2] = 1
    y[:4] = 2
    with pytest.raises(ValueError, match=r"class 2 has 4 rows, \w+=5 needs 6"):
        on_dask(name).fit_resample(*as_arrays(X, y, (200, 400)))


@pytest.mark.parametrize("name", SAMPLERS)
def test_targets_that_hold_no_classes(name):
    X, y = make_arrays(600)
    lazy_X, _ = as_arrays(X, y, (200, 400))
    for target, message in (
        (np.zeros(600, int), "needs to have more than 1 class. Got 1"),
        (y + 0.5, "the target, partition [01]: Unknown label type: continuous"),
        (y.astype("datetime64[s]"), "the target, partition [01]: has dtype datetime64"),
    ):
        with pytest.raises(ValueError, match=message):
            on_dask(name).fit_resample(lazy_X, da.from_array(target, ((200, 400),)))
    frame = make_labeled_frame(600)
    frame.loc[[300, 301], "y"] = None
    with pytest.raises(ValueError, match="the target, partition 1: has 2 missing values"):
        on_dask(name).fit_resample(*as_frames(frame, (200, 400)))


def test_parameters_that_cannot_be_served():
    arrays = as_arrays(*make_arrays(600), (200, 400))
    neighbors = fastsmote.neighbors.NearestNeighbors(n_neighbors=6)
    for sampler, error, message in (
        (on_dask("SMOTE", k_neighbors=neighbors), ValueError, "k_neighbors is a NearestNeighbors"),
        (on_dask("SMOTE", k_neighbors=0), ValueError, "k_neighbors"),
        (on_dask("SMOTE", sampling_strategy=dict), ValueError, "Pass a dict of labels"),
        (on_dask("SMOTE", sampling_strategy="some"), ValueError, "sampling_strategy"),
        (
            on_dask("NearMiss", version=2),
            ValueError,
            "version is 2; for dask collections it must be 1",
        ),
        (
            on_dask("RandomOverSampler", shrinkage=0.5),
            ValueError,
            "shrinkage is 0.5; for dask coll",
        ),
        (
            on_dask("NeighbourhoodCleaningRule", edited_nearest_neighbours=on_dask("SMOTE")),
            ValueError,
            r"edited_nearest_neighbours is SMOTE\(.*it must be None",
        ),
        (on_dask("EditedNearestNeighbours", n_neighbors=600), ValueError, "n_neighbors"),
        (on_dask("EditedNearestNeighbours", missing="partial"), ValueError, "missing is 'partial'"),
        (on_dask("BorderlineSMOTE", m_neighbors=600), ValueError, "m_neighbors=600 needs 601"),
    ):
        with pytest.raises(error, match=message):
            sampler.fit_resample(*arrays)
    with pytest.raises(ValueError, match=r"X.rechunk\({1: -1}\)"):
        on_dask("SMOTE").fit_resample(arrays[0].rechunk({1: 2}), arrays[1])


def test_adasyn_without_a_neighbor_of_another_class():
    X, y = make_arrays(600, n_classes=2)
    X[y == 1] += 1_000
    resampled, _ = on_dask("ADASYN").fit_resample(*as_arrays(X, y, (200, 400)))
    with pytest.raises(RuntimeError, match="Not any neigbours belong to the majority class"):
        resampled.compute()


def test_a_class_without_a_row_in_danger_gets_no_rows():
    X, y = make_arrays(600, n_classes=2)
    X[y == 1] += 1_000
    check_arrays("BorderlineSMOTE", X, y, (200, 400))


def test_a_float_that_is_refused_is_named():
    collections = as_arrays(*make_arrays(), (1_000,) * 3)
    for name in ("SMOTE", "RandomUnderSampler"):
        sampler = on_dask(name, sampling_strategy={0: 2999.0} if name == "SMOTE" else {0: 9.0})
        with pytest.raises(TypeError, match="must be an integer"):
            sampler.fit_resample(*collections)
