"""Samplers of Ray Datasets on the tables of FASTSMOTE_DATA, on two workers."""

import pytest
from helpers.dask import uneven
from helpers.engines import (
    REAL_TABLES,
    SAMPLERS,
    assert_is_real_table_resampled,
    needs_real_tables,
    real_rows,
)
from helpers.ray import MARKS, as_dataset, rows_of, running_ray

from fastsmote import ray as room

pytestmark = [*MARKS, needs_real_tables]


@pytest.fixture(scope="module", autouse=True)
def workers():
    with running_ray(2, object_store_memory=2**30):
        yield


@pytest.mark.parametrize("name", REAL_TABLES)
@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("n_blocks", [1, 3, 11])
def test_rows_of_a_real_table_on_ray(name, sampler, n_blocks):
    table, _ = real_rows(name, sampler)
    dataset = as_dataset(table, uneven(len(table), n_blocks))
    on_ray = getattr(room, sampler)(**SAMPLERS[sampler])
    made = on_ray.fit_resample(dataset, "y", exclude=["row"])
    assert_is_real_table_resampled(name, sampler, rows_of(made))
