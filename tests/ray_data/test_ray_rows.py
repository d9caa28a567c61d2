"""Samplers of Ray Datasets make the rows of the samplers in memory, in the same order."""

import pytest
from helpers.dask import uneven
from helpers.engines import (
    PAYMENT_FEATURES,
    SAMPLERS,
    assert_is_resampled,
    make_payments_table,
)
from helpers.ray import MARKS, as_dataset, rows_of, running_ray

from fastsmote import ray as room

pytestmark = MARKS


@pytest.fixture(scope="module", params=[1, 2], ids=["1 worker", "2 workers"], autouse=True)
def workers(request):
    with running_ray(request.param):
        yield


def resampled(name, dataset, features=PAYMENT_FEATURES, **more):
    sampler = getattr(room, name)(**SAMPLERS[name])
    return sampler.fit_resample(dataset, "kind", features=features, **more)


@pytest.mark.parametrize("n_blocks", [1, 3, 11])
@pytest.mark.parametrize("name", SAMPLERS)
def test_rows_are_those_in_memory(name, n_blocks):
    table = make_payments_table()
    dataset = as_dataset(table, uneven(len(table), n_blocks))
    assert_is_resampled(name, table, rows_of(resampled(name, dataset)))
