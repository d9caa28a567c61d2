"""Samplers of dask collections on the tables of FASTSMOTE_DATA, on two worker processes."""

import numpy as np
import pytest
from helpers.dask import open_cluster, stored_arrays, uneven
from helpers.engines import REAL_TABLES, SAMPLERS, needs_real_tables, sampler_in_memory
from helpers.real_tables import load_table

pytest.importorskip("dask")
pytest.importorskip("distributed")

from distributed import Client

from fastsmote import distributed

pytestmark = [pytest.mark.processes, needs_real_tables]


@pytest.fixture(scope="module")
def client():
    with open_cluster(2) as cluster, Client(cluster, set_as_default=False) as client:
        yield client


def assert_rows_on_dask(client, folder, name, sampler, n_parts):
    """The rows on worker processes are those in memory."""
    X, y = load_table(name, scale=True)
    on_dask = getattr(distributed, sampler)(**SAMPLERS[sampler])
    arrays = stored_arrays(folder, X, y, uneven(len(X), n_parts))
    made = on_dask.fit_resample(*arrays, client=client)
    expected = sampler_in_memory(sampler).fit_resample(X, y)
    for got, rows in zip(client.gather(client.compute(list(made))), expected, strict=True):
        np.testing.assert_array_equal(got, rows)


@pytest.mark.parametrize("name", REAL_TABLES)
@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("n_parts", [1, 3, 11])
def test_rows_of_a_real_table_on_dask(name, sampler, n_parts, client, tmp_path):
    assert_rows_on_dask(client, tmp_path, name, sampler, n_parts)


@pytest.mark.parametrize("sampler", ["SMOTE", "EditedNearestNeighbours", "SMOTEENN"])
def test_rows_of_a_large_real_table_on_dask(sampler, client, tmp_path):
    assert_rows_on_dask(client, tmp_path, "fraud_handbook", sampler, 11)
