"""Dask collections of tables, and the samplers of both kinds on them."""

import os
import signal
import threading
from itertools import pairwise

import numpy as np
import pytest

from helpers.tables import make_arrays

dask = pytest.importorskip("dask")
pytest.importorskip("distributed")
pytest.importorskip("pyarrow")  # which dask's dataframes need

import dask.array as da  # noqa: E402
import dask.dataframe as dd  # noqa: E402
from distributed import LocalCluster  # noqa: E402

from fastsmote import combine, distributed, over_sampling, under_sampling  # noqa: E402

OVER = ["SMOTE", "BorderlineSMOTE", "ADASYN"]
CLEANING = ["TomekLinks", "EditedNearestNeighbours", "NeighbourhoodCleaningRule"]
UNSEEDED = [*CLEANING, "NearMiss"]
COMBINED = ["SMOTEENN", "SMOTETomek"]
SEARCHED = [*OVER, *COMBINED, *UNSEEDED]
ANY_COLUMNS = ["RandomOverSampler", "RandomUnderSampler"]  # they take any dtypes
INPUT_ROWS = [*UNSEEDED, *ANY_COLUMNS]  # they make no new rows
SAMPLERS = [*SEARCHED, *ANY_COLUMNS]
MODULES = [over_sampling, under_sampling, combine]


def module_of(name):
    return next(module for module in MODULES if name in module.__all__)


def in_memory(name, **parameters):
    return getattr(module_of(name), name)(**seeded(name, parameters))


def on_dask(name, **parameters):
    return getattr(distributed, name)(**seeded(name, parameters))


def seeded(name, parameters):
    return parameters if name in UNSEEDED else {"random_state": 0, **parameters}


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


def check_arrays(name, X, y, lengths, **parameters):
    expected_X, expected_y = in_memory(name, **parameters).fit_resample(X, y)
    X_resampled, y_resampled = on_dask(name, **parameters).fit_resample(*as_arrays(X, y, lengths))
    assert isinstance(X_resampled, da.Array)
    assert isinstance(y_resampled, da.Array)
    got_X, got_y = dask.compute(X_resampled, y_resampled)
    for got, expected in ((got_X, expected_X), (got_y, expected_y)):
        assert got.dtype == expected.dtype
        np.testing.assert_array_equal(got, expected)


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
    X, y = make_arrays()
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


def see_partition(part, count, partition_info=None):
    return part if partition_info is None else count(partition_info["number"], part)


def counted_frames(frame, lengths):
    X, y = as_frames(frame, lengths)
    count = Counted()
    return X.map_partitions(see_partition, count, meta=X._meta), y, count


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


def resample_on(client, name, arrays):
    resampled = on_dask(name).fit_resample(*arrays, client=client)
    return client.gather(client.compute(list(resampled)))


def dying_once(function, marker):
    """The function, but the first process that calls it is killed."""

    def call(*args, **kwargs):
        try:
            os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return function(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    return call
