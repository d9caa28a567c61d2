"""What dask collections are read for, when, and what their graphs hold."""

import numpy as np
import pytest
from helpers.dask import (
    INPUT_ROWS,
    OVER,
    SAMPLERS,
    as_arrays,
    as_frames,
    counted_arrays,
    counted_frames,
    in_memory,
    on_dask,
    uneven,
)
from helpers.tables import make_arrays, make_labeled_frame

dask = pytest.importorskip("dask")
pytest.importorskip("distributed")
pytest.importorskip("pyarrow")  # which dask's dataframes need

import dask.array as da  # noqa: E402


@pytest.mark.parametrize("name", SAMPLERS)
def test_the_target_is_read_once_and_X_when_asked_for(name):
    (X, y), (of_X, of_y) = counted_arrays(3)
    resampled = on_dask(name).fit_resample(X, y)
    assert sorted(of_y.numbers) == [0, 1, 2]
    assert of_X.numbers == []
    dask.compute(*resampled)
    assert sorted(of_X.numbers) == [0, 1, 2]  # the search and the output share what is read


@pytest.mark.parametrize("name", SAMPLERS)
def test_partitions_of_a_frame_are_computed_once(name):
    frame = make_labeled_frame()
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
    X, y = make_arrays()
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
    X, y = as_frames(make_labeled_frame(), uneven(3_000, 4))
    for collection, resampled in zip((X, y), on_dask("SMOTE").fit_resample(X, y), strict=True):
        graph = dict(resampled.__dask_graph__())
        aliases = [graph[key] for key in resampled.__dask_keys__()[:4]]
        first = [getattr(alias, "target", alias) for alias in aliases]  # older Dask has none
        assert first == collection.optimize().__dask_keys__()


def test_no_partition_becomes_larger_than_the_largest():
    X, y = as_arrays(*make_arrays(), (1_000, 1_500, 500))
    resampled, _ = on_dask("SMOTE", sampling_strategy={2: 2_000}).fit_resample(X, y)
    assert max(resampled.chunks[0]) == 1_500
    assert len(resampled.chunks[0]) == 5


def test_samplers_of_input_rows_know_their_numbers():
    X, y = make_arrays()
    for name in INPUT_ROWS:
        sampler, reference = on_dask(name), in_memory(name)
        sampler.fit_resample(*as_arrays(X, y, uneven(len(X), 5)))
        reference.fit_resample(X, y)
        assert isinstance(sampler.sample_indices_, da.Array)
        np.testing.assert_array_equal(sampler.sample_indices_.compute(), reference.sample_indices_)


def test_a_task_of_a_thread_pool_uses_one_thread(monkeypatch):
    seen = []
    monkeypatch.delenv("FASTSMOTE_NUM_THREADS", raising=False)
    monkeypatch.setattr("fastsmote._threads.start_new_thread", lambda *args: seen.append(args))
    X, y = make_arrays(20_000)
    with dask.config.set(scheduler="threads", num_workers=4):
        dask.compute(*on_dask("BorderlineSMOTE").fit_resample(*as_arrays(X, y, (20_000,))))
    assert seen == []
