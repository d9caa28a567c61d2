"""Run plans on tables in partitions, and compare the result with a sampler in memory."""

import numpy as np

from fastsmote._cluster.survey import rows_asked_for
from helpers.fake_table import FakeTable
from helpers.tables import make_arrays

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
    """Overlapping classes of numbers that are not small if they are integers."""
    X, y = make_arrays(n_rows, n_classes)
    return (X * 50).astype(dtype) if np.dtype(dtype).kind == "i" else X.astype(dtype), y


def run_plan(plan, sampler, X, y, bounds, **options):
    """Return X, y and the row numbers of a plan with the classes that a sampler targets."""
    table = FakeTable(X, y, bounds, **options)
    asked = rows_asked_for(table.survey, sampler.sampling_strategy, sampler._sampling_type)
    return table.output(plan(table, asked))


def assert_plan_is_sampler(plan, sampler, X, y, bounds, **options):
    """Compare the rows, their order and the sample indices with the sampler in memory."""
    expected_X, expected_y = sampler.fit_resample(X, y)
    X_resampled, y_resampled, rows = run_plan(plan, sampler, X, y, bounds, **options)
    np.testing.assert_array_equal(y_resampled, expected_y)
    np.testing.assert_array_equal(X_resampled, expected_X)
    assert X_resampled.dtype == expected_X.dtype
    if hasattr(sampler, "sample_indices_") and len(rows) == len(sampler.sample_indices_):
        np.testing.assert_array_equal(rows, sampler.sample_indices_)
