"""Dataframes with missing values are read as NaN, and rows come back as the columns store them."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from helpers.comparison import assert_equal_frame, schema_of
from helpers.missing_values import LIBRARIES, NUMBERS, make_column

from fastsmote._base.dataframes import as_frame, read_numbers, write_numbers
from fastsmote._base.nulls import changes_in_matrix, check_are_exact, join_rows


def column_of(frame):
    """The values of column "a", with None for null."""
    if isinstance(frame, pd.DataFrame):
        return [None if value is pd.NA else value for value in frame["a"].tolist()]
    return frame["a"].to_list() if isinstance(frame, pl.DataFrame) else frame["a"].to_pylist()


def written(frame, values):
    """The values of column "a" after a matrix was written like a frame."""
    matrix = np.asarray(values, float).reshape(-1, 1)
    made = write_numbers(as_frame(frame), matrix, read_numbers(as_frame(frame))[1])
    assert type(made) is type(frame)
    assert schema_of(made) == schema_of(frame)
    return column_of(made)


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("library", LIBRARIES)
def test_missing_values_are_read_as_nan(library, dtype):
    matrix, _ = read_numbers(as_frame(make_column(library, dtype)))
    assert matrix.dtype.kind == "f"
    np.testing.assert_array_equal(matrix[:, 0], np.array(NUMBERS[dtype], float))


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("library", LIBRARIES)
def test_the_dtype_of_a_column_does_not_depend_on_missing_values(library, dtype):
    one, other = (
        read_numbers(as_frame(make_column(library, dtype, values)))[1]
        for values in (NUMBERS[dtype], NUMBERS[dtype][::2])
    )
    assert one == other


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_small_integers_and_booleans_with_null_leave_floats_in_single_precision(library):
    columns = {name: make_column(library, name)["a"] for name in ("Int8", "Float32", "boolean")}
    frame = pl.DataFrame(columns) if library == "polars" else pa.table(columns)
    assert read_numbers(as_frame(frame))[0].dtype == np.float32


@pytest.mark.parametrize("dtype", ["Int64", "Int8", "boolean"])
@pytest.mark.parametrize("library", LIBRARIES)
def test_integers_and_booleans_with_null_are_read_in_double_precision(library, dtype):
    assert read_numbers(as_frame(make_column(library, dtype)))[0].dtype == np.float64


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("library", LIBRARIES)
def test_rows_that_were_read_are_written_as_they_were(library, dtype):
    frame = make_column(library, dtype)
    matrix, dtypes = read_numbers(as_frame(frame))
    assert_equal_frame(write_numbers(as_frame(frame), matrix, dtypes), frame)


@pytest.mark.parametrize("dtype", ["Int64", "Int8", "UInt32", "UInt64"])
@pytest.mark.parametrize("library", LIBRARIES)
def test_integers_beside_null_are_truncated(library, dtype):
    got = written(make_column(library, dtype), [np.nan, 7.9, 0.2, np.nan])
    assert got == [None, 7, 0, None]


@pytest.mark.parametrize("library", LIBRARIES)
def test_booleans_beside_null_are_written(library):
    assert written(make_column(library, "boolean"), [np.nan, 0, 0.25]) == [None, False, True]


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_negative_number_in_an_unsigned_column_with_null_is_an_error(library):
    frame = make_column(library, "UInt32")
    with pytest.raises(ValueError, match=r"column 0 of the resampled X contains -2\.0"):
        written(frame, [np.nan, -2])


@pytest.mark.parametrize("dtype", ["Float32", "Float64"])
@pytest.mark.parametrize("library", LIBRARIES)
def test_a_missing_float_is_null_where_the_column_had_null(library, dtype):
    assert written(make_column(library, dtype), [0.5, np.nan]) == [0.5, None]


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_a_missing_float_is_nan_where_the_column_had_nan_only(library):
    got = written(make_column(library, "Float64", [1.5, np.nan]), [0.5, np.nan])
    assert got[0] == 0.5
    assert np.isnan(got[1])


def test_a_missing_float_is_nan_in_a_numpy_column_of_pandas():
    got = written(pd.DataFrame({"a": [1.5, np.nan]}), [0.5, np.nan])
    assert got[0] == 0.5
    assert np.isnan(got[1])


def test_names_of_pandas_columns_need_not_be_text():
    frame = pd.DataFrame({0: pd.array([1, None], "Int64"), 1: [0.5, 1.5]})
    matrix, dtypes = read_numbers(as_frame(frame))
    assert_equal_frame(write_numbers(as_frame(frame), matrix, dtypes), frame)


def make_pair(library):
    """A frame with null and NaN in one column, and its matrix and dtypes."""
    frame = make_column(library, "Float64", [1.5, None, np.nan, 2.5])
    return frame, *read_numbers(as_frame(frame))


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_null_and_nan_in_one_column_change_in_a_matrix(library):
    frame, matrix, dtypes = make_pair(library)
    assert changes_in_matrix(as_frame(frame), matrix, dtypes)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"a": [1.0, np.nan], "b": [1.0, 2.0]}, False),
        ({"a": [1.0, np.nan], "b": [1, 2]}, True),
        ({"a": [1.0, 3.0], "b": [1, 2]}, False),
        ({"a": pd.array([1, None], "Int64"), "b": pd.array([1, None], "Int64")}, True),
        ({"a": pd.array([1.0, None], "Float64")}, True),
    ],
)
def test_which_frames_change_in_a_matrix(columns, expected):
    frame = as_frame(pd.DataFrame(columns))
    assert changes_in_matrix(frame, *read_numbers(frame)) is expected


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_rows_of_the_frame_keep_null_and_nan(library):
    frame, _, dtypes = make_pair(library)
    made = write_numbers(as_frame(frame), np.array([[np.nan], [0.5]]), dtypes)
    is_new = np.array([False, True, False, True, False])
    got = column_of(join_rows(as_frame(frame), np.array([2, 1, 0]), made, is_new))
    assert np.isnan(got[0])
    assert got[1:] == [None, None, 0.5, 1.5]


@pytest.mark.parametrize("library", LIBRARIES)
def test_rows_of_the_frame_keep_large_integers(library):
    frame = make_column(library, "Int64", [2**62 + 1, None])
    made = write_numbers(as_frame(frame), np.array([[5.0]]), [np.dtype(np.int64)])
    joined = join_rows(as_frame(frame), np.arange(2), made, np.array([False, False, True]))
    assert_equal_frame(joined, make_column(library, "Int64", [2**62 + 1, None, 5]))


@pytest.mark.parametrize("library", LIBRARIES)
def test_rows_are_joined_where_none_is_new(library):
    frame = make_column(library, "Int64")
    made = write_numbers(as_frame(frame), np.empty((0, 1)), [np.dtype(np.int64)])
    joined = join_rows(as_frame(frame), np.array([2, 1]), made, np.zeros(2, bool))
    assert_equal_frame(joined, make_column(library, "Int64", [-3, None]))


def test_joined_rows_of_pandas_have_a_new_index():
    frame = make_column("pandas", "Int64").set_axis(["x", "y", "z"])
    made = write_numbers(as_frame(frame), np.array([[5.0]]), [np.dtype(np.int64)])
    joined = join_rows(as_frame(frame), np.array([0, 2]), made, np.array([False, True, False]))
    assert_equal_frame(joined, make_column("pandas", "Int64", [1, 5, -3]))


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(
    ("dtype", "value"),
    [("Int64", 2**53 + 1), ("Int64", -(2**53) - 1), ("Int64", 2**63 - 1), ("UInt64", 2**64 - 1)],
)
def test_an_integer_that_floats_do_not_represent_is_named(library, dtype, value):
    frame = make_column(library, dtype, [1, None, value])
    with pytest.raises(ValueError, match=rf"Column 'a' of X contains {value}, which float64"):
        check_are_exact(as_frame(frame))


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(
    ("dtype", "value"),
    [("Int64", 2**53), ("Int64", 2**53 + 2), ("Int64", -(2**63)), ("UInt64", 2**64 - 2**11)],
)
def test_large_integers_that_floats_represent_are_accepted(library, dtype, value):
    frame = make_column(library, dtype, [1, None, value])
    check_are_exact(as_frame(frame))
    assert written(frame, read_numbers(as_frame(frame))[0]) == [1, None, value]
