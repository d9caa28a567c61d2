"""Samplers of dask collections on worker processes, some of which are killed."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers.dask import (
    SAMPLERS,
    dying_once,
    in_memory,
    on_dask,
    open_cluster,
    resample_on,
    stored_arrays,
    uneven,
)
from helpers.real_tables import DATA
from helpers.tables import FEATURES, make_arrays, make_labeled_frame

dask = pytest.importorskip("dask")
pytest.importorskip("distributed")
pytest.importorskip("pyarrow")  # which dask's dataframes need

import dask.dataframe as dd  # noqa: E402
from distributed import Client  # noqa: E402

from fastsmote._cluster import buckets, near_miss, over_sampling, under_sampling  # noqa: E402

pytestmark = pytest.mark.processes

# A cluster


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


@pytest.mark.parametrize("name", SAMPLERS)
def test_rows_on_worker_processes_are_those_in_memory(name, client, tmp_path):
    X, y = make_arrays()
    arrays = stored_arrays(tmp_path, X, y, uneven(len(X), 5))
    expected = in_memory(name).fit_resample(X, y)
    for got, rows in zip(resample_on(client, name, arrays), expected, strict=True):
        np.testing.assert_array_equal(got, rows)


def test_frames_on_worker_processes(client):
    frame = make_labeled_frame(1_000)
    X, y = dd.from_pandas(frame[FEATURES], 3), dd.from_pandas(frame["y"], 3)
    for name in ("BorderlineSMOTE", "TomekLinks"):
        sampler = in_memory(name)
        expected_X, expected_y = sampler.fit_resample(frame[FEATURES], frame["y"])
        got_X, got_y = resample_on(client, name, (X, y))
        pd.testing.assert_frame_equal(got_X.reset_index(drop=True), expected_X)
        pd.testing.assert_series_equal(
            got_y.reset_index(drop=True), expected_y.reset_index(drop=True)
        )


@pytest.mark.parametrize(
    ("name", "module", "function"),
    [
        ("BorderlineSMOTE", over_sampling, "find_nearest"),
        ("TomekLinks", under_sampling, "are_mutual"),
        ("SMOTEENN", buckets, "search_other"),
        ("NearMiss", near_miss, "find_least"),
    ],
)
def test_rows_after_a_worker_was_killed(name, module, function, client, tmp_path, monkeypatch):
    X, y = make_arrays()
    arrays = stored_arrays(tmp_path, X, y, uneven(len(X), 11))
    marker = tmp_path / "killed"
    dying = dying_once(getattr(module, function), str(marker))
    monkeypatch.setattr(module, function, dying)
    expected = in_memory(name).fit_resample(X, y)
    for got, rows in zip(resample_on(client, name, arrays), expected, strict=True):
        np.testing.assert_array_equal(got, rows)
    assert marker.exists()


def test_the_default_client_is_used(client, tmp_path):
    X, y = make_arrays()
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
    module, marker = over_sampling, tmp_path / "killed"
    monkeypatch.setattr(module, "find_nearest", dying_once(module.find_nearest, str(marker)))
    for values, rows in zip(
        resample_on(client, "BorderlineSMOTE", arrays), expected["BorderlineSMOTE"], strict=True
    ):
        np.testing.assert_array_equal(values, rows)
    assert marker.exists()
