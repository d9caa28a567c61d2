"""SMOTENC of dask collections against the same sampler in memory."""

import numpy as np
import pandas as pd
import pytest
from helpers.dask import as_arrays, as_frames, uneven
from helpers.tables import make_coded, make_coded_frame

dask = pytest.importorskip("dask")
pytest.importorskip("distributed")
pytest.importorskip("pyarrow")

import dask.dataframe as dd  # noqa: E402

from fastsmote import distributed, over_sampling  # noqa: E402

COLUMNS = [2, 5, 6]
NAMES = ["c2", "c5", "c6"]


def resample(table, y, columns, **choice):
    return distributed.SMOTENC(columns, random_state=0).fit_resample(table, y, **choice)


def in_memory(X, y, columns):
    return over_sampling.SMOTENC(columns, random_state=0).fit_resample(X, y)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, object])
@pytest.mark.parametrize("n_parts", [1, 3, 11])
def test_rows_of_arrays_are_those_in_memory(n_parts, dtype):
    X, y = make_coded(n_classes=3)
    X[:, [0, 1, 3, 4]] *= 20
    X = X.astype(dtype)
    expected_X, expected_y = in_memory(X, y, COLUMNS)
    resampled = resample(*as_arrays(X, y, uneven(len(X), n_parts)), COLUMNS)
    got_X, got_y = dask.compute(*resampled)
    np.testing.assert_array_equal(got_X, expected_X)
    np.testing.assert_array_equal(got_y, expected_y)
    assert got_X.dtype == expected_X.dtype
    assert resampled[0].shape == expected_X.shape


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("n_parts", [1, 3, 11])
def test_rows_of_frames_are_those_in_memory(n_parts, n_classes):
    X, y = make_coded_frame(n_classes)
    expected_X, expected_y = in_memory(X, y, NAMES)
    frames = as_frames(X.assign(target=y), uneven(len(X), n_parts), "target")
    got_X, got_y = dask.compute(*resample(*frames, NAMES))
    expected_X["c5"] = expected_X["c5"].astype(got_X["c5"].dtype)  # dask's strings
    pd.testing.assert_frame_equal(got_X, expected_X, check_exact=True)
    np.testing.assert_array_equal(got_y, expected_y)


@pytest.mark.parametrize("dtypes", [["Int64"], ["Int8", "int64"], ["int64[pyarrow]", "boolean"]])
def test_nullable_integers_are_measured_as_in_memory(dtypes):
    X, y = make_coded_frame()
    table = pd.DataFrame({"c2": X["c2"]})
    for j, dtype in enumerate(dtypes):
        table[f"x{j}"] = (9 * X[f"c{j}"].abs()).astype(int).mod(2 + 98 * (1 - j)).astype(dtype)
    X = table
    expected, _ = in_memory(X, y, ["c2"])
    frames = as_frames(X.assign(target=y), uneven(len(X), 3), "target")
    got = resample(*frames, ["c2"])[0].compute()
    pd.testing.assert_frame_equal(got.reset_index(drop=True), expected)


@pytest.mark.parametrize("n_parts", [1, 3, 11])
def test_rows_of_a_table_are_those_in_memory(n_parts):
    X, y = make_coded_frame()
    table = X.assign(when=pd.date_range("2024-01-01", periods=len(X), freq="h"), target=y)
    rows, target = as_frames(table, uneven(len(X), n_parts), "target")
    expected_X, expected_y = in_memory(X, y, NAMES)
    got = resample(rows.assign(target=target), "target", NAMES, exclude="when").compute()
    for name in X.columns:
        assert got[name].tolist() == expected_X[name].tolist()
    assert got["target"].tolist() == expected_y.tolist()
    assert got["c2"].dtype == X["c2"].dtype
    assert got["when"].notna().sum() == len(X)
    assert got["when"][len(X) :].isna().all()


def test_categories_are_found_by_their_dtype_and_may_be_unknown_to_dask():
    X, y = make_coded_frame()
    X = X[["c0", "c2", "c3"]]
    expected, _ = in_memory(X, y, "auto")
    table = dd.from_pandas(X, npartitions=3)
    for rows in (table, table.assign(c2=table["c2"].cat.as_unknown())):
        got = resample(rows, dd.from_pandas(y, npartitions=3), "auto")[0].compute()
        assert got["c2"].tolist() == expected["c2"].tolist()
        np.testing.assert_array_equal(got[["c0", "c3"]], expected[["c0", "c3"]])


def test_columns_and_values_that_are_refused():
    X, y = make_coded_frame()
    frames = as_frames(X.assign(target=y), (200, 400), "target")
    with pytest.raises(ValueError, match=r"not numeric: name or drop 'c5' \(str"):
        resample(*frames, ["c2"])
    X.loc[450, "c5"] = None
    frames = as_frames(X.assign(target=y), (200, 400), "target")
    with pytest.raises(ValueError, match="the categorical column 'c5' has missing values"):
        resample(*frames, NAMES)[0].compute()
    X, y = make_coded()
    X[450, 3] = np.inf
    with pytest.raises(ValueError, match="X, row 450, column 3: inf; this is row 250 of part"):
        resample(*as_arrays(X, y, (200, 400)), COLUMNS)[0].compute()
    X = X.astype(object)
    X[300, 1] = "u"
    with pytest.raises(ValueError, match="not numbers in a column that is not in categorical_fe"):
        resample(*as_arrays(X, y, (200, 400)), COLUMNS)[0].compute()
    with pytest.raises(ValueError, match="X: dtype <U1; it must be float32, float64 or integer"):
        resample(*as_arrays(X.astype("U1"), y, (200, 400)), COLUMNS)


def test_an_instance_is_not_drawn_from_by_tasks_and_draws_other_rows_next():
    X, y = make_coded(n_classes=3)
    arrays = as_arrays(X, y, uneven(len(X), 3))
    sampler = distributed.SMOTENC(COLUMNS, random_state=np.random.RandomState(3))
    reference = over_sampling.SMOTENC(COLUMNS, random_state=np.random.RandomState(3))
    expected, _ = reference.fit_resample(X, y)
    first, second = (sampler.fit_resample(*arrays)[0] for _ in range(2))
    for _ in range(2):
        np.testing.assert_array_equal(first.compute(), expected)
    assert not np.array_equal(second.compute(), expected)
