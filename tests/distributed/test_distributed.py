"""Samplers of dask collections against the same samplers in memory."""

import os
import pickle
import re
import signal
import threading
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers.real_tables import DATA
from sklearn.base import clone

dask = pytest.importorskip("dask")
pytest.importorskip("distributed")
pytest.importorskip("pyarrow")  # which dask's dataframes need

import dask.array as da  # noqa: E402
import dask.dataframe as dd  # noqa: E402
from distributed import Client, LocalCluster  # noqa: E402

import fastsmote  # noqa: E402
from fastsmote import distributed, over_sampling, under_sampling  # noqa: E402
from fastsmote.distributed import _search  # noqa: E402

OVER = ["SMOTE", "BorderlineSMOTE", "ADASYN"]
SEARCHED = [*OVER, "TomekLinks"]
SAMPLERS = [*SEARCHED, "RandomUnderSampler"]
FEATURES = ["a", "b", "c", "n"]


def in_memory(name, **parameters):
    module = over_sampling if name in OVER else under_sampling
    return getattr(module, name)(**seeded(name, parameters))


def on_dask(name, **parameters):
    return getattr(distributed, name)(**seeded(name, parameters))


def seeded(name, parameters):
    return parameters if name == "TomekLinks" else {"random_state": 0, **parameters}


def make_table(n_rows=3_000, n_classes=3, dtype=np.float64, seed=0):
    """Overlapping classes, the last the rarest, and repeated values in one column."""
    rng = np.random.RandomState(seed)
    y = np.minimum(rng.geometric(0.85, n_rows) - 1, n_classes - 1)
    X = rng.randn(n_rows, 4) + y[:, None]
    X[:, 3] = np.round(X[:, 3])
    return X.astype(dtype), y


def uneven(n_rows, n_parts, seed=0):
    """Lengths of partitions, of which some are empty where there are many."""
    cuts = np.sort(np.random.RandomState(seed).randint(0, n_rows, n_parts - 1))
    if n_parts > 5:
        cuts[1], cuts[-1] = cuts[0], n_rows
    return tuple(np.diff([0, *cuts, n_rows]).tolist())


def as_arrays(X, y, lengths):
    return da.from_array(X, (lengths, X.shape[1])), da.from_array(y, (lengths,))


def rows_between(bounds, frame):
    return frame.iloc[slice(*bounds)]


def as_frames(frame, lengths, target="y"):
    """The same rows as a DataFrame and a Series, in partitions of these lengths."""
    bounds = list(pairwise(np.cumsum([0, *lengths]).tolist()))
    table = dd.from_map(rows_between, bounds, frame=frame, meta=frame.iloc[:0])
    return table.drop(columns=[target]), table[target]


def make_frame(n_rows=3_000, **kwargs):
    """A frame with a column of small integers, and labels that are strings."""
    X, y = make_table(n_rows, **kwargs)
    frame = pd.DataFrame(X, columns=FEATURES)
    frame["n"] = frame["n"].astype(np.int32)
    frame["y"] = pd.Series(np.array(["common", "odd", "rare"])[y], dtype="string[pyarrow]")
    return frame


def check_arrays(name, X, y, lengths, **parameters):
    expected_X, expected_y = in_memory(name, **parameters).fit_resample(X, y)
    X_resampled, y_resampled = on_dask(name, **parameters).fit_resample(*as_arrays(X, y, lengths))
    assert isinstance(X_resampled, da.Array)
    assert isinstance(y_resampled, da.Array)
    got_X, got_y = dask.compute(X_resampled, y_resampled)
    for got, expected in ((got_X, expected_X), (got_y, expected_y)):
        assert got.dtype == expected.dtype
        np.testing.assert_array_equal(got, expected)


# The same rows


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("n_parts", [1, 3, 11])
@pytest.mark.parametrize("name", SAMPLERS)
def test_rows_of_arrays_are_those_in_memory(name, n_parts, dtype):
    X, y = make_table(dtype=dtype)
    check_arrays(name, X, y, uneven(len(X), n_parts))


@pytest.mark.parametrize("n_parts", [1, 3, 11])
@pytest.mark.parametrize("name", SAMPLERS)
def test_rows_of_frames_are_those_in_memory(name, n_parts):
    frame = make_frame()
    X, y = as_frames(frame, uneven(len(frame), n_parts))
    expected_X, expected_y = in_memory(name).fit_resample(frame[FEATURES], frame["y"])
    X_resampled, y_resampled = on_dask(name).fit_resample(X, y)
    assert isinstance(X_resampled, dd.DataFrame)
    assert isinstance(y_resampled, dd.Series)
    got_X, got_y = dask.compute(X_resampled, y_resampled)
    pd.testing.assert_index_equal(got_X.index, got_y.index)
    if name not in OVER:  # rows keep the index that they had
        sampler = in_memory(name)
        sampler.fit_resample(frame[FEATURES], frame["y"])
        np.testing.assert_array_equal(got_X.index, sampler.sample_indices_)
        got_X, got_y, expected_X, expected_y = (
            rows.reset_index(drop=True) for rows in (got_X, got_y, expected_X, expected_y)
        )
    pd.testing.assert_frame_equal(got_X, expected_X, check_exact=True)
    pd.testing.assert_series_equal(got_y, expected_y)


@pytest.mark.parametrize("name", SEARCHED)
def test_rows_do_not_depend_on_the_shards(name, monkeypatch):
    monkeypatch.setattr(_search, "SHARD_ROWS", 37)
    X, y = make_table()
    check_arrays(name, X, y, uneven(len(X), 20))


@pytest.mark.parametrize("name", SAMPLERS)
def test_synchronous_scheduler(name):
    X, y = make_table()
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
    X, y = make_table()
    check_arrays(name, (100 * X).astype(np.int64), y, uneven(len(X), 3))


@pytest.mark.parametrize("strategy", [0.5, "minority", {1: 700}])
@pytest.mark.parametrize("name", OVER)
def test_strategies_of_over_samplers(name, strategy):
    X, y = make_table(n_classes=2 if strategy == 0.5 else 3)
    check_arrays(name, X, y, uneven(len(X), 4), sampling_strategy=strategy)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("TomekLinks", {"sampling_strategy": "all"}),
        ("TomekLinks", {"sampling_strategy": [1, 2]}),
        ("RandomUnderSampler", {"sampling_strategy": {0: 2_000, 1: 100}}),
        ("RandomUnderSampler", {"replacement": True}),
        ("SMOTE", {"k_neighbors": 1}),
        ("BorderlineSMOTE", {"k_neighbors": 12, "m_neighbors": 3}),
        ("ADASYN", {"n_neighbors": 2}),
    ],
)
def test_parameters(name, parameters):
    X, y = make_table()
    check_arrays(name, X, y, uneven(len(X), 4), **parameters)


@pytest.mark.parametrize("labels", [["x", "yy", "zzz"], [0.0, 1.0, 2.0], [-3, 0, 90_000]])
@pytest.mark.parametrize("name", SAMPLERS)
def test_labels_of_other_kinds(name, labels):
    X, y = make_table(1_000)
    check_arrays(name, X, np.array(labels)[y], uneven(len(X), 3))


@pytest.mark.parametrize("name", SAMPLERS)
def test_categories_of_a_series(name):
    frame = make_frame(1_500)
    frame["y"] = frame["y"].astype(object).astype("category")
    _, expected = in_memory(name).fit_resample(frame[FEATURES], frame["y"])
    _, got = on_dask(name).fit_resample(*as_frames(frame, uneven(len(frame), 3)))
    got = got.compute()
    pd.testing.assert_series_equal(
        got.reset_index(drop=True), expected.reset_index(drop=True), check_names=True
    )


@pytest.mark.parametrize("name", ["SMOTE", "BorderlineSMOTE", "ADASYN", "RandomUnderSampler"])
def test_random_state_instance(name):
    X, y = make_table(1_500)
    ours, theirs = np.random.RandomState(5), np.random.RandomState(5)
    sampler = on_dask(name, random_state=ours)
    first, _ = sampler.fit_resample(*as_arrays(X, y, uneven(len(X), 3)))
    reference = in_memory(name, random_state=theirs)
    expected, _ = reference.fit_resample(X, y)
    np.testing.assert_array_equal(first.compute(), expected)
    np.testing.assert_array_equal(first.compute(), expected)  # tasks leave it as it was
    second, _ = sampler.fit_resample(*as_arrays(X, y, uneven(len(X), 3)))
    if name in ("SMOTE", "RandomUnderSampler"):
        expected, _ = reference.fit_resample(X, y)
        np.testing.assert_array_equal(second.compute(), expected)
    else:
        assert not np.array_equal(second.compute(), expected)


def test_seed_none_draws_other_rows_at_each_call_but_not_at_each_compute():
    arrays = as_arrays(*make_table(), uneven(3_000, 3))
    sampler = distributed.SMOTE()
    first, second = (sampler.fit_resample(*arrays)[0] for _ in range(2))
    np.testing.assert_array_equal(first.compute(), first.compute())
    assert not np.array_equal(first.compute(), second.compute())


def test_kinds_of_X_and_y_may_differ():
    frame = make_frame(1_000)
    lengths = uneven(len(frame), 3)
    X, _ = as_frames(frame, lengths)
    labels = frame["y"].to_numpy(dtype=object)
    expected_X, expected_y = in_memory("SMOTE").fit_resample(frame[FEATURES], labels)
    got_X, got_y = on_dask("SMOTE").fit_resample(X, da.from_array(labels, (lengths,)))
    pd.testing.assert_frame_equal(got_X.compute(), expected_X)
    np.testing.assert_array_equal(got_y.compute(), expected_y)


def test_chunks_of_unknown_lengths():
    frame = make_frame(1_000)
    X, y = as_frames(frame, uneven(len(frame), 3))
    X_resampled, y_resampled = on_dask("SMOTE").fit_resample(X.to_dask_array(), y)
    expected, _ = in_memory("SMOTE").fit_resample(frame[FEATURES].to_numpy(float), frame["y"])
    assert X_resampled.shape == expected.shape  # known from here on
    np.testing.assert_array_equal(X_resampled.compute(), expected)
    assert len(y_resampled.compute()) == len(expected)


def test_an_index_that_is_no_number_is_missing_in_new_rows():
    frame = make_frame(600)
    frame.index = pd.date_range("2024-01-01", periods=len(frame), freq="h")
    X, y = on_dask("SMOTE").fit_resample(*as_frames(frame, uneven(len(frame), 3)))
    index = X.compute().index
    assert (index[:600] == frame.index).all()
    assert index[600:].isna().all()
    assert (y.compute().index[:600] == frame.index).all()


# Laziness


class Counted:
    """Counts how often each partition is computed."""

    def __init__(self):
        self.numbers, self.lock = [], threading.Lock()

    def __dask_tokenize__(self):
        return id(self)

    def __call__(self, number, part):
        with self.lock:
            self.numbers.append(number)
        return part


def counted_arrays(n_parts):
    X, y = make_table()
    lengths, counts = uneven(len(X), n_parts), (Counted(), Counted())
    collections = []
    for array, count in zip((X, y), counts, strict=True):
        bounds = pairwise(np.cumsum([0, *lengths]))
        parts = [array[start:stop] for start, stop in bounds]
        made = [
            da.from_delayed(dask.delayed(count)(i, part), part.shape, part.dtype)
            for i, part in enumerate(parts)
        ]
        collections.append(da.concatenate(made))
    return collections, counts


@pytest.mark.parametrize("name", SAMPLERS)
def test_the_target_is_read_once_and_X_when_asked_for(name):
    (X, y), (of_X, of_y) = counted_arrays(3)
    resampled = on_dask(name).fit_resample(X, y)
    assert sorted(of_y.numbers) == [0, 1, 2]
    assert of_X.numbers == []
    dask.compute(*resampled)
    assert sorted(of_X.numbers) == [0, 1, 2]  # the search and the output share what is read


def see_partition(part, count, partition_info=None):
    return part if partition_info is None else count(partition_info["number"], part)


def counted_frames(frame, lengths):
    X, y = as_frames(frame, lengths)
    count = Counted()
    return X.map_partitions(see_partition, count, meta=X._meta), y, count


@pytest.mark.parametrize("name", SAMPLERS)
def test_partitions_of_a_frame_are_computed_once(name):
    frame = make_frame()
    X, y, count = counted_frames(frame, uneven(len(frame), 3))
    resampled = on_dask(name).fit_resample(X, y)
    assert count.numbers == []
    dask.compute(*resampled)
    assert sorted(count.numbers) == [0, 1, 2]


def test_labels_of_smote_need_no_features():
    (X, y), (of_X, _) = counted_arrays(3)
    _, y_resampled = on_dask("SMOTE").fit_resample(X, y)
    y_resampled.compute()
    assert of_X.numbers == []


def test_original_chunks_come_first_and_are_the_tasks_of_the_input():
    X, y = make_table()
    lengths = uneven(len(X), 4)
    X, y = as_arrays(X, y, lengths)
    for name in OVER:
        for collection, resampled in zip((X, y), on_dask(name).fit_resample(X, y), strict=True):
            assert resampled.chunks[0][:4] == lengths
            assert resampled.npartitions > 4
            graph = dict(resampled.__dask_graph__())
            for number in range(4):
                key = (collection.name, number, *[0] * (collection.ndim - 1))
                alias = graph[(resampled.name, *key[1:])]
                assert getattr(alias, "target", alias) == key


def test_original_partitions_of_a_frame_are_the_tasks_of_the_input():
    X, y = as_frames(make_frame(), uneven(3_000, 4))
    for collection, resampled in zip((X, y), on_dask("SMOTE").fit_resample(X, y), strict=True):
        graph = dict(resampled.__dask_graph__())
        aliases = [graph[key] for key in resampled.__dask_keys__()[:4]]
        first = [getattr(alias, "target", alias) for alias in aliases]  # older Dask has none
        assert first == collection.optimize().__dask_keys__()


def test_no_partition_becomes_larger_than_the_largest():
    X, y = as_arrays(*make_table(), (1_000, 1_500, 500))
    resampled, _ = on_dask("SMOTE", sampling_strategy={2: 2_000}).fit_resample(X, y)
    assert max(resampled.chunks[0]) == 1_500
    assert len(resampled.chunks[0]) == 5


def test_under_samplers_know_the_rows_they_keep():
    X, y = make_table()
    for name in ("TomekLinks", "RandomUnderSampler"):
        sampler, reference = on_dask(name), in_memory(name)
        sampler.fit_resample(*as_arrays(X, y, uneven(len(X), 5)))
        reference.fit_resample(X, y)
        assert isinstance(sampler.sample_indices_, da.Array)
        np.testing.assert_array_equal(sampler.sample_indices_.compute(), reference.sample_indices_)


def test_a_task_of_a_thread_pool_uses_one_thread(monkeypatch):
    seen = []
    monkeypatch.delenv("FASTSMOTE_NUM_THREADS", raising=False)
    monkeypatch.setattr("fastsmote._threads.start_new_thread", lambda *args: seen.append(args))
    X, y = make_table(20_000)
    with dask.config.set(scheduler="threads", num_workers=4):
        dask.compute(*on_dask("BorderlineSMOTE").fit_resample(*as_arrays(X, y, (20_000,))))
    assert seen == []


# Estimators


@pytest.mark.parametrize("name", SAMPLERS)
def test_parameters_are_those_of_the_class_in_memory(name):
    ours, theirs = on_dask(name), in_memory(name)
    expected = theirs.get_params()
    expected.pop("n_jobs", None)
    assert ours.get_params() == expected
    assert clone(ours).get_params() == expected
    assert pickle.loads(pickle.dumps(ours)).get_params() == expected
    assert ours.set_params(sampling_strategy="all").sampling_strategy == "all"
    assert isinstance(ours, type(theirs))


@pytest.mark.parametrize("name", SAMPLERS)
def test_attributes(name):
    frame = make_frame(1_000)
    sampler, reference = on_dask(name), in_memory(name)
    sampler.fit_resample(*as_frames(frame, uneven(len(frame), 3)))
    reference.fit_resample(frame[FEATURES], frame["y"])
    assert sampler.sampling_strategy_ == reference.sampling_strategy_
    assert sampler.n_features_in_ == 4
    assert sampler.feature_names_in_.tolist() == FEATURES
    fitted = on_dask(name).fit(*as_frames(frame, uneven(len(frame), 3)))
    assert fitted.sampling_strategy_ == reference.sampling_strategy_


# Errors


@pytest.mark.parametrize("name", SAMPLERS)
def test_what_is_in_memory_is_sent_to_the_class_in_memory(name):
    X, y = make_table(500)
    lazy_X, lazy_y = as_arrays(X, y, (500,))
    module = "over_sampling" if name in OVER else "under_sampling"
    for given in ((X, lazy_y), (pd.DataFrame(X), lazy_y), (lazy_X, y), (lazy_X, y.tolist())):
        with pytest.raises(TypeError, match=f"use fastsmote.{module}.{name}"):
            on_dask(name).fit_resample(*given)


@pytest.mark.parametrize("name", SAMPLERS)
def test_partitions_have_to_be_the_same_rows(name):
    X, y = make_table(600)
    lazy_X, _ = as_arrays(X, y, (200, 400))
    for lengths, message in (((600,), "2 partitions and y has 1"), ((300, 300), "200 rows in X")):
        with pytest.raises(ValueError, match=message):
            on_dask(name).fit_resample(lazy_X, da.from_array(y, (lengths,)))
    frame = make_frame(600)
    X, _ = as_frames(frame, (200, 400))
    _, y = as_frames(frame, (300, 300))
    X_resampled, _ = on_dask(name).fit_resample(X, y)
    with pytest.raises(ValueError, match=r"has \d+ rows and that of y 300: they must be"):
        X_resampled.compute()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", SEARCHED)
def test_values_that_are_not_finite_are_named(name, value):
    frame = make_frame(600)
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
    frame = make_frame(600)
    frame["text"] = "u"
    with pytest.raises(ValueError, match="encode or drop 'text'"):
        on_dask(name).fit_resample(*as_frames(frame, (200, 400)))
    X, y = as_arrays(*make_table(600), (200, 400))
    with pytest.raises(ValueError, match="dtype complex128, it must be float32, float64"):
        on_dask(name).fit_resample(X.astype(complex), y)


def test_random_under_sampling_takes_columns_of_any_kind():
    frame = make_frame(600)
    frame["text"] = pd.Series(["u", None, "w"] * 200, dtype="string[pyarrow]")
    columns = [*FEATURES, "text"]
    sampler = in_memory("RandomUnderSampler")
    expected, _ = sampler.fit_resample(frame[columns], frame["y"])
    X, _ = on_dask("RandomUnderSampler").fit_resample(*as_frames(frame, (200, 0, 400)))
    pd.testing.assert_frame_equal(X.compute()[columns], frame[columns].loc[sampler.sample_indices_])
    assert len(X) == len(expected)


@pytest.mark.parametrize("name", OVER)
def test_a_class_that_is_too_small_is_named(name):
    X, y = make_table(600)
    y[y == 2] = 1
    y[:4] = 2
    with pytest.raises(ValueError, match=r"class 2 has 4 rows, \w+=5 needs 6"):
        on_dask(name).fit_resample(*as_arrays(X, y, (200, 400)))


@pytest.mark.parametrize("name", SAMPLERS)
def test_targets_that_hold_no_classes(name):
    X, y = make_table(600)
    lazy_X, _ = as_arrays(X, y, (200, 400))
    for target, message in (
        (np.zeros(600, int), "needs to have more than 1 class. Got 1"),
        (y + 0.5, "y, partition [01]: Unknown label type: continuous"),
        (y.astype("datetime64[s]"), "y, partition [01]: holds no classes, but datetime64"),
    ):
        with pytest.raises(ValueError, match=message):
            on_dask(name).fit_resample(lazy_X, da.from_array(target, ((200, 400),)))
    frame = make_frame(600)
    frame.loc[[300, 301], "y"] = None
    with pytest.raises(ValueError, match="y, partition 1: has 2 missing values"):
        on_dask(name).fit_resample(*as_frames(frame, (200, 400)))


def test_parameters_that_cannot_be_served():
    arrays = as_arrays(*make_table(600), (200, 400))
    neighbors = fastsmote.neighbors.NearestNeighbors(n_neighbors=6)
    for sampler, error, message in (
        (on_dask("SMOTE", k_neighbors=neighbors), ValueError, "k_neighbors is a NearestNeighbors"),
        (on_dask("SMOTE", k_neighbors=0), ValueError, "k_neighbors"),
        (on_dask("SMOTE", sampling_strategy=dict), ValueError, "Pass a dict of labels"),
        (on_dask("SMOTE", sampling_strategy="some"), ValueError, "sampling_strategy"),
        (on_dask("BorderlineSMOTE", kind="borderline-2"), ValueError, "must be 'borderline-1'"),
        (on_dask("BorderlineSMOTE", m_neighbors=600), ValueError, "m_neighbors=600 needs 601"),
    ):
        with pytest.raises(error, match=message):
            sampler.fit_resample(*arrays)
    with pytest.raises(ValueError, match=r"X.rechunk\({1: -1}\)"):
        on_dask("SMOTE").fit_resample(arrays[0].rechunk({1: 2}), arrays[1])


def test_adasyn_without_a_neighbor_of_another_class():
    X, y = make_table(600, n_classes=2)
    X[y == 1] += 1_000
    resampled, _ = on_dask("ADASYN").fit_resample(*as_arrays(X, y, (200, 400)))
    with pytest.raises(RuntimeError, match="Not any neigbours belong to the majority class"):
        resampled.compute()


def test_a_class_without_a_row_in_danger_gets_no_rows():
    X, y = make_table(600, n_classes=2)
    X[y == 1] += 1_000
    check_arrays("BorderlineSMOTE", X, y, (200, 400))


# A cluster


def stored_arrays(folder, X, y, lengths):
    """X and y as dask Arrays of files, which tasks read: the graph holds no rows."""
    collections = []
    for name, values in (("X", X), ("y", y)):
        path = folder / f"{name}.npy"
        np.save(path, values)

        def load(start, stop, path=str(path)):  # pickled by value: workers import no tests
            return np.load(path, mmap_mode="r")[start:stop]

        load = dask.delayed(load, pure=True)
        parts = [
            da.from_delayed(load(start, stop), (stop - start, *values.shape[1:]), values.dtype)
            for start, stop in pairwise(np.cumsum([0, *lengths]).tolist())
        ]
        collections.append(da.concatenate(parts))
    return collections


def open_cluster(n_workers):
    return LocalCluster(
        n_workers=n_workers,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",  # any free port, as another run may have the default one
        silence_logs="CRITICAL",
    )


@pytest.fixture(scope="module")
def client():
    """A client, not the default one, of two worker processes."""
    # LocalCluster gives up a worker that takes longer than this to come back.
    patient = {"distributed.deploy.lost-worker-timeout": "10 minutes"}
    with (
        dask.config.set(patient),
        open_cluster(2) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


def resample_on(client, name, arrays):
    resampled = on_dask(name).fit_resample(*arrays, client=client)
    return client.gather(client.compute(list(resampled)))


@pytest.mark.parametrize("name", SAMPLERS)
def test_rows_on_worker_processes_are_those_in_memory(name, client, tmp_path):
    X, y = make_table()
    arrays = stored_arrays(tmp_path, X, y, uneven(len(X), 5))
    expected = in_memory(name).fit_resample(X, y)
    for got, rows in zip(resample_on(client, name, arrays), expected, strict=True):
        np.testing.assert_array_equal(got, rows)


def test_frames_on_worker_processes(client):
    frame = make_frame(1_000)
    X, y = dd.from_pandas(frame[FEATURES], 3), dd.from_pandas(frame["y"], 3)
    for name in ("BorderlineSMOTE", "TomekLinks"):
        sampler = in_memory(name)
        expected_X, expected_y = sampler.fit_resample(frame[FEATURES], frame["y"])
        got_X, got_y = resample_on(client, name, (X, y))
        pd.testing.assert_frame_equal(got_X.reset_index(drop=True), expected_X)
        pd.testing.assert_series_equal(
            got_y.reset_index(drop=True), expected_y.reset_index(drop=True)
        )


def dying_once(function, marker):
    """The function, but the first process that calls it is killed."""

    def call(*args, **kwargs):
        try:
            os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return function(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    return call


@pytest.mark.parametrize(
    ("name", "module", "function"),
    [
        ("BorderlineSMOTE", distributed._over_sampler, "find_nearest"),
        ("TomekLinks", distributed._under_sampling, "_are_mutual"),
    ],
)
def test_rows_after_a_worker_was_killed(name, module, function, client, tmp_path, monkeypatch):
    X, y = make_table()
    arrays = stored_arrays(tmp_path, X, y, uneven(len(X), 11))
    marker = tmp_path / "killed"
    dying = dying_once(getattr(module, function), str(marker))
    monkeypatch.setattr(module, function, dying)
    expected = in_memory(name).fit_resample(X, y)
    for got, rows in zip(resample_on(client, name, arrays), expected, strict=True):
        np.testing.assert_array_equal(got, rows)
    assert marker.exists()


def test_the_default_client_is_used(client, tmp_path):
    X, y = make_table()
    arrays = stored_arrays(tmp_path, X, y, uneven(len(X), 3))
    expected, _ = in_memory("SMOTE").fit_resample(X, y)
    with client.as_current():
        resampled, _ = on_dask("SMOTE").fit_resample(*arrays)
        np.testing.assert_array_equal(resampled.compute(), expected)


# A real table


@pytest.fixture(scope="module")
def fraud():
    """fraud_handbook's features, target, and what each sampler in memory makes of them."""
    path = Path(DATA) / "fraud_handbook.parquet"
    if not DATA or not path.exists():
        pytest.skip("FASTSMOTE_DATA does not name a folder with fraud_handbook.parquet")
    frame = pd.read_parquet(path).select_dtypes("number").drop(columns=["transaction_id"])
    y = frame.pop("tx_fraud").to_numpy()
    X = np.ascontiguousarray(frame.to_numpy(np.float64))
    return X, y, {name: in_memory(name).fit_resample(X, y) for name in SAMPLERS}


@pytest.mark.parametrize("n_parts", [1, 3, 11])
def test_fraud_on_threads(n_parts, fraud, tmp_path):
    X, y, expected = fraud
    arrays = stored_arrays(tmp_path, X, y, uneven(len(X), n_parts))
    for name in SAMPLERS:
        got = dask.compute(*on_dask(name).fit_resample(*arrays))
        for values, rows in zip(got, expected[name], strict=True):
            np.testing.assert_array_equal(values, rows)


@pytest.mark.parametrize("n_workers", [1, 2])
def test_fraud_on_worker_processes(n_workers, fraud, tmp_path):
    X, y, expected = fraud
    with open_cluster(n_workers) as cluster, Client(cluster, set_as_default=False) as client:
        for n_parts in (1, 3, 11):
            arrays = stored_arrays(tmp_path, X, y, uneven(len(X), n_parts))
            for name in SAMPLERS:
                for values, rows in zip(
                    resample_on(client, name, arrays), expected[name], strict=True
                ):
                    np.testing.assert_array_equal(values, rows)


def test_fraud_after_a_worker_was_killed(fraud, client, tmp_path, monkeypatch):
    X, y, expected = fraud
    arrays = stored_arrays(tmp_path, X, y, uneven(len(X), 11))
    module, marker = distributed._over_sampler, tmp_path / "killed"
    monkeypatch.setattr(module, "find_nearest", dying_once(module.find_nearest, str(marker)))
    for values, rows in zip(
        resample_on(client, "BorderlineSMOTE", arrays), expected["BorderlineSMOTE"], strict=True
    ):
        np.testing.assert_array_equal(values, rows)
    assert marker.exists()


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # dask's, with pandas 3.1
def test_example_in_readme_gives_the_rows_in_memory(tmp_path, monkeypatch):
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (make, _), (one_table, two_collections) = (
        re.findall(r"```python\n(.*?)```", text.partition(head)[2].partition("\n## ")[0], re.DOTALL)
        for head in ("## Files larger than memory", "## On a cluster")
    )
    monkeypatch.chdir(tmp_path)
    exec(make, {})
    names = {}
    exec(one_table, names)
    exec(two_collections, names)
    table = pd.read_parquet("payments.parquet")
    X, y = table[["amount", "hour", "age"]], table["fraud"]
    expected, expected_y = over_sampling.SMOTE(random_state=0).fit_resample(X, y)
    got, got_y = dask.compute(names["X_resampled"], names["y_resampled"])
    np.testing.assert_array_equal(got, expected)
    np.testing.assert_array_equal(got_y, expected_y)
    for folder in ("balanced", "balanced_features"):
        written = pd.read_parquet(folder)
        np.testing.assert_array_equal(written[X.columns], expected)
        np.testing.assert_array_equal(written["fraud"], expected_y)
    ids = pd.read_parquet("balanced")["id"]
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
    X, y = make_table()
    got = dask.compute(*on_dask(name, **parameters).fit_resample(*as_arrays(X, y, (1_000,) * 3)))
    expected = in_memory(name, **parameters).fit_resample(X, y)
    for one, other in zip(got, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_float_that_is_refused_is_named():
    collections = as_arrays(*make_table(), (1_000,) * 3)
    for name in ("SMOTE", "RandomUnderSampler"):
        sampler = on_dask(name, sampling_strategy={0: 2999.0} if name == "SMOTE" else {0: 9.0})
        with pytest.raises(TypeError, match="must be an integer"):
            sampler.fit_resample(*collections)


@pytest.mark.parametrize("dtype", [np.uint8, bool])
def test_small_integers_and_booleans_are_made_as_in_memory(dtype):
    X, y = make_table()
    frame = pd.DataFrame((X * 40).astype(dtype) if dtype is np.uint8 else X > 1, columns=FEATURES)
    got, _ = dask.compute(
        *on_dask("SMOTE").fit_resample(*as_frames(frame.assign(y=y), (1_000,) * 3))
    )
    expected, _ = in_memory("SMOTE").fit_resample(frame, y)
    pd.testing.assert_frame_equal(got.reset_index(drop=True), expected)
