"""Run plans on tables in partitions, and compare the result with a sampler in memory."""

from importlib import import_module

import numpy as np
import pandas as pd
import pytest

from fastsmote._cluster.survey import rows_asked_for
from helpers.fake_table import FakeTable

PARTS = [1, 3, 11]
DTYPES = [np.float64, np.float32, np.int64, np.int16]


def bounds_of(n_rows, n_parts):
    """Bounds of partitions of different sizes; the first and another one are empty if there are 11.

    The last ones are small.
    """
    if n_parts == 1:
        return [0, n_rows]
    shares = np.linspace(0, 1, n_parts + 1) ** 0.7
    bounds = (shares * n_rows).astype(int)
    if n_parts == 11:
        bounds[1], bounds[5] = 0, bounds[4]
    return bounds.tolist()


def make_partitioned(n_classes=2, dtype=np.float64, n_rows=400):
    """Overlapping classes, and repeated values in one column; integers are not small."""
    rng = np.random.RandomState(0)
    shares = [0.7, 0.3] if n_classes == 2 else [0.65, 0.2, 0.15]
    y = rng.choice(n_classes, size=n_rows, p=shares)
    X = rng.randn(n_rows, 4) + y[:, None]
    X[:, 3] = np.round(X[:, 3])
    if np.dtype(dtype).kind == "i":
        X = X * 50
    return X.astype(dtype), y


def run_plan(sampler, X, y, bounds, **options):
    """Return X, y and the row numbers of the output of a sampler of tables in partitions."""
    table = FakeTable(X, y, bounds, **options)
    sampler._check_parameters("tables of tests")
    asked = rows_asked_for(table.survey, sampler.sampling_strategy, sampler._sampling_type)
    sampler._fitted(table, asked)
    return table.output(sampler._plan(table))


def in_memory(sampler):
    """Return the sampler in memory with the same parameters."""
    module, _, name = sampler._in_memory().rpartition(".")
    return getattr(import_module(module), name)(**sampler.get_params(deep=False))


def assert_rows_of_memory(sampler, X, y, bounds, **options):
    """Compare the rows, their order and the sample indices with those of the sampler in memory."""
    expected = in_memory(sampler)
    expected_X, expected_y = expected.fit_resample(X, y)
    X_resampled, y_resampled, rows = run_plan(sampler, X, y, bounds, **options)
    np.testing.assert_array_equal(y_resampled, expected_y)
    if hasattr(X, "iloc"):
        pd.testing.assert_frame_equal(X_resampled.reset_index(drop=True), expected_X)
    else:
        np.testing.assert_array_equal(X_resampled, expected_X)
        assert X_resampled.dtype == expected_X.dtype
    kept = rows[rows < len(X)] if hasattr(expected, "is_synthetic_") else rows
    if hasattr(expected, "sample_indices_"):
        np.testing.assert_array_equal(kept, expected.sample_indices_)


def assert_error_of_memory(sampler, X, y, bounds, match):
    """Compare the error with that of the sampler in memory."""
    with pytest.raises(ValueError, match=match) as expected:
        in_memory(sampler).fit_resample(X, y)
    with pytest.raises(ValueError, match=match) as got:
        run_plan(sampler, X, y, bounds)
    assert str(got.value) == str(expected.value)
