"""The parameter `values` on dask collections: the rows in memory, for any partitions."""

import re

import numpy as np
import pandas as pd
import pytest
from helpers.dask import (
    OVER,
    as_arrays,
    as_frames,
    check_arrays,
    counted_arrays,
    in_memory,
    on_dask,
    uneven,
)
from helpers.tables import make_arrays, make_labeled_frame

dask = pytest.importorskip("dask")
pytest.importorskip("distributed")
pytest.importorskip("pyarrow")  # which dask's dataframes need

import dask.dataframe as dd  # noqa: E402

INDICES = {0: "integer", 1: (None, 1.0), -1: [0, 1, 3]}
NAMES = {"a": "nonnegative", "n": "integer", "c": [-1, 0.5, 2]}


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int32])
@pytest.mark.parametrize("n_parts", [1, 3, 11])
@pytest.mark.parametrize("values", ["infer", INDICES], ids=["infer", "given"])
@pytest.mark.parametrize("name", OVER)
def test_rows_of_arrays_obey_as_in_memory(name, values, n_parts, dtype):
    X, y = make_arrays()
    X = (5 * X).astype(dtype)
    check_arrays(name, X, y, uneven(len(X), n_parts), values=values)


@pytest.mark.parametrize("n_parts", [1, 11])
@pytest.mark.parametrize("values", ["infer", NAMES], ids=["infer", "given"])
@pytest.mark.parametrize("name", OVER)
def test_rows_of_frames_obey_as_in_memory(name, values, n_parts):
    frame = make_labeled_frame()
    expected, _ = in_memory(name, values=values).fit_resample(frame.drop(columns="y"), frame["y"])
    plain, _ = in_memory(name).fit_resample(frame.drop(columns="y"), frame["y"])
    resampled, _ = on_dask(name, values=values).fit_resample(
        *as_frames(frame, uneven(len(frame), n_parts))
    )
    got = resampled.compute().reset_index(drop=True)
    pd.testing.assert_frame_equal(got, expected, check_exact=True)
    assert not expected["n"].equals(plain["n"])  # rounded, not truncated


def test_a_value_of_one_partition_decides_what_is_inferred():
    X, y = make_arrays()
    X = np.rint(X)
    X[-1, 0] = 0.5  # the column is no longer whole
    X[1500, 1] = -50.0  # the range of the column is wider
    check_arrays("SMOTE", X, y, uneven(len(X), 9), values="infer")
    arrays = as_arrays(X, y, uneven(len(X), 9))
    made = on_dask("SMOTE", values="infer").fit_resample(*arrays)[0].compute()[len(X) :]
    assert (made[:, 0] != np.rint(made[:, 0])).any()
    assert (made[:, 1] == np.rint(made[:, 1])).all()


def test_a_table_takes_the_names_of_its_features():
    frame = make_labeled_frame()
    table = dd.from_pandas(frame.assign(id=np.arange(len(frame))), npartitions=4)
    made = on_dask("SMOTE", values={"n": "integer", "b": (0, 1)}).fit_resample(
        table, "y", exclude=["id"]
    )
    expected, _ = in_memory("SMOTE", values={"n": "integer", "b": (0, 1)}).fit_resample(
        frame.drop(columns="y"), frame["y"]
    )
    got = made.compute().reset_index(drop=True)[expected.columns]
    pd.testing.assert_frame_equal(got, expected, check_exact=True)


@pytest.mark.parametrize("values", ["infer", INDICES], ids=["infer", "given"])
def test_nothing_of_x_is_read_before_the_result_is_computed(values):
    (X, y), (of_X, _) = counted_arrays(5)
    on_dask("SMOTE", values=values).fit_resample(X, y)
    assert of_X.numbers == []


def test_each_partition_is_computed_once():
    (X, y), (of_X, _) = counted_arrays(5)
    on_dask("SMOTE", values="infer").fit_resample(X, y)[0].compute()
    assert sorted(of_X.numbers) == list(range(5))


def test_a_partition_that_is_not_finite_is_named():
    X, y = make_arrays()
    rows = np.flatnonzero(y == 0)
    X[rows[1000], 2] = np.nan  # of a class that is not searched
    resampled, _ = on_dask("SMOTE", values="infer").fit_resample(*as_arrays(X, y, uneven(3000, 5)))
    with pytest.raises(ValueError, match=f"X, row {rows[1000]}, column 2: nan"):
        resampled.compute()


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"values": {"q": "integer"}}, "column 'q', which X does not have"),
        ({"values": {"n": [0.5]}}, "column 'n': its dtype int32 cannot hold 0.5"),
        ({"missing": "partial"}, "missing is 'partial'; for dask collections it must be 'error'"),
    ],
)
@pytest.mark.parametrize("name", OVER)
def test_parameters_that_are_refused(name, parameters, error):
    frame = make_labeled_frame()
    with pytest.raises(ValueError, match=re.escape(error)):
        on_dask(name, **parameters).fit_resample(*as_frames(frame, uneven(len(frame), 3)))
