"""Samplers of Ray Datasets make the rows of the samplers in memory, in the same order."""

import pandas as pd
import pytest
from helpers.dask import uneven
from helpers.engines import (
    PAYMENT_FEATURES,
    SAMPLERS,
    assert_is_resampled,
    engine_case,
    make_payments_table,
)
from helpers.ray import MARKS, as_dataset, rows_of, running_ray

from fastsmote import over_sampling
from fastsmote import ray as room

pytestmark = MARKS


CASES = [
    engine_case(name, n_blocks, n_workers, is_usual=n_workers == 2)
    for n_workers in (1, 2)
    for n_blocks in (1, 3, 11)
    for name in SAMPLERS
]


@pytest.fixture(scope="module")
def workers(request):
    with running_ray(request.param):
        yield


def resampled(name, dataset, features=PAYMENT_FEATURES, **more):
    sampler = getattr(room, name)(**SAMPLERS[name])
    return sampler.fit_resample(dataset, "kind", features=features, **more)


@pytest.mark.parametrize(("workers", "n_blocks", "name"), CASES, indirect=["workers"])
def test_rows_are_those_in_memory(workers, n_blocks, name):
    table = make_payments_table()
    dataset = as_dataset(table, uneven(len(table), n_blocks))
    assert_is_resampled(name, table, rows_of(resampled(name, dataset)))


@pytest.mark.parametrize("workers", [2, pytest.param(1, marks=pytest.mark.nightly)], indirect=True)
@pytest.mark.parametrize("n_blocks", [1, 3, 11])
def test_rows_of_categories_are_those_in_memory(workers, n_blocks):
    table, features = make_payments_table(), ["shop", *PAYMENT_FEATURES, "is_new", "price"]
    frame = table.to_pandas()
    categories, parameters = ["is_new", "shop", "price"], {"random_state": 0}
    sampler = over_sampling.SMOTENC(categories, **parameters)
    X, y = sampler.fit_resample(frame[features], frame["kind"])
    dataset = as_dataset(table, uneven(len(table), n_blocks))
    on_ray = room.SMOTENC(categories, **parameters)
    out = rows_of(on_ray.fit_resample(dataset, "kind", features=features))
    pd.testing.assert_frame_equal(out.select(features).to_pandas(), X, check_exact=True)
    assert out["kind"].to_pylist() == y.tolist()
    assert out.schema == table.schema
    assert out["note"].null_count == len(out) - len(table) + table["note"].null_count
    assert on_ray.categorical_features_.tolist() == sampler.categorical_features_.tolist()
