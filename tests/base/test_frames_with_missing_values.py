"""Dataframes with missing values are read as NaN, and rows come back as the columns store them."""

import narwhals.stable.v1 as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from helpers.comparison import assert_equal_frame, schema_of
from helpers.samplers import name_of
from helpers.tables import make_numbers
from sklearn.base import clone

import fastsmote
from fastsmote._base.dataframes import as_frame, read_numbers, write_numbers
from fastsmote._base.nulls import changes_in_matrix, check_are_exact, join_rows
from fastsmote.combine import SMOTEENN, SMOTETomek
from fastsmote.over_sampling import ADASYN, SMOTE, SMOTENC, BorderlineSMOTE
from fastsmote.under_sampling import EditedNearestNeighbours, TomekLinks

# A column of three rows, the second of which is missing. The dtype is that of each library.
NUMBERS = {
    "Int64": [1, None, -3],
    "Int8": [1, None, -3],
    "UInt32": [1, None, 3],
    "UInt64": [1, None, 3],
    "Float32": [1.5, None, -3.25],
    "Float64": [1.5, None, -3.25],
    "boolean": [True, None, False],
}
ARROW = {"Int64": "int64", "Int8": "int8", "UInt32": "uint32", "UInt64": "uint64"}
ARROW |= {"Float32": "float32", "Float64": "float64", "boolean": "bool"}
POLARS = {name: getattr(pl, name.capitalize().replace("Uint", "UInt")) for name in NUMBERS}
LIBRARIES = ["pandas", "pandas on pyarrow", "polars", "pyarrow"]


def make_column(library, dtype, values=None):
    """A frame of one column "a"."""
    values = NUMBERS[dtype] if values is None else values
    arrow = pa.array(values, pa.type_for_alias(ARROW[dtype]))
    if library == "polars":
        return pl.DataFrame({"a": pl.Series(values, dtype=POLARS[dtype])})
    if library == "pyarrow":
        return pa.table({"a": arrow})
    if library == "pandas on pyarrow":
        return pd.DataFrame({"a": pd.Series(pd.arrays.ArrowExtensionArray(arrow))})
    return pd.DataFrame({"a": pd.Series(values, dtype=dtype)})


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


SAMPLERS = [
    SMOTE(random_state=0, missing="partial"),
    BorderlineSMOTE(random_state=0, missing="partial"),
    ADASYN(random_state=0, missing="partial"),
    SMOTEENN(random_state=0, missing="partial"),
    SMOTETomek(random_state=0, missing="partial"),
    TomekLinks(missing="partial"),
    EditedNearestNeighbours(missing="partial"),
]
MAKE_ROWS, CLEAN = SAMPLERS[:5], SAMPLERS[5:]
COLUMNS = {"a": "Float64", "b": "Float32", "c": "Int64", "d": "UInt32", "e": "boolean"}


def make_gaps(library, share=0.15):
    """A frame with a share of missing values in columns of five dtypes, and classes."""
    numbers, y = make_numbers()
    is_missing = np.random.default_rng(0).uniform(size=numbers.shape) < share
    is_missing[:, 0] &= ~is_missing[:, 1]  # so that no row is without values
    numbers["d"], numbers["e"] = numbers["d"].abs(), numbers["e"] > 0
    made = {}
    for j, (name, dtype) in enumerate(COLUMNS.items()):
        pairs = zip(numbers[name].tolist(), is_missing[:, j], strict=True)
        values = [None if is_null else value for value, is_null in pairs]
        made[name] = make_column(library, dtype, values)["a"]
    kinds = {"polars": pl.DataFrame, "pyarrow": pa.table}
    return kinds.get(library, pd.DataFrame)(made), y


def with_column(frame, name, values):
    """The same frame with a column of int64 or float64, where None is null."""
    if isinstance(frame, pl.DataFrame):
        return frame.with_columns(pl.Series(name, values))
    if isinstance(frame, pa.Table):
        return frame.append_column(name, pa.array(values))
    column = pd.arrays.ArrowExtensionArray(pa.array(values))
    return frame.assign(**{name: column})


def rows_of(frame):
    """The rows as lists of Python objects, with None for null."""
    if isinstance(frame, pl.DataFrame):
        return [list(row) for row in frame.rows()]
    if isinstance(frame, pa.Table):
        return [list(row.values()) for row in frame.to_pylist()]
    columns = [frame[name].astype(object).tolist() for name in frame]
    return [[None if v is pd.NA else v for v in row] for row in zip(*columns, strict=True)]


def as_stored(row):
    """The values of a row of a matrix as the columns of `make_gaps` store them."""
    kinds = [float, lambda value: float(np.float32(value)), int, int, bool]
    return [None if np.isnan(v) else kind(v) for v, kind in zip(row, kinds, strict=True)]


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("sampler", SAMPLERS, ids=name_of)
def test_rows_of_a_frame_are_those_of_its_matrix(sampler, library):
    frame, y = make_gaps(library)
    matrix, _ = read_numbers(as_frame(frame))
    expected, expected_y = clone(sampler).fit_resample(matrix, y.to_numpy())
    got, got_y = clone(sampler).fit_resample(frame, y)
    assert type(got) is type(frame)
    assert schema_of(got) == schema_of(frame)
    assert rows_of(got) == [as_stored(row) for row in expected]
    np.testing.assert_array_equal(got_y, expected_y)


@pytest.mark.parametrize("sampler", SAMPLERS, ids=name_of)
def test_numpy_columns_of_pandas_keep_nan(sampler):
    frame, y = make_gaps("pandas")
    frame = frame[["a", "b"]].astype({"a": np.float64, "b": np.float32})
    expected, _ = clone(sampler).fit_resample(frame.to_numpy(), y)
    got, _ = clone(sampler).fit_resample(frame, y)
    expected = pd.DataFrame(expected, columns=["a", "b"]).astype(frame.dtypes)
    assert_equal_frame(got, expected)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("sampler", SAMPLERS, ids=name_of)
def test_original_rows_keep_null_nan_and_every_integer(sampler, library):
    frame, y = make_gaps(library)
    numbers = [None if i == 5 else 2**60 + 256 * i for i in range(len(y))]
    if sampler in CLEAN:  # no new row needs the number
        numbers[0] += 1
    frame = with_column(frame, "id", numbers)
    frame = with_column(frame, "gaps", [[None, np.nan, 0.5][i % 3] for i in range(len(y))])
    sampler = clone(sampler)
    got, _ = sampler.fit_resample(frame, y)
    kept = getattr(sampler, "sample_indices_", range(len(y)))
    is_new = getattr(sampler, "is_synthetic_", np.arange(len(got)) >= len(y))
    given, got = rows_of(frame), rows_of(got)
    originals = [row for row, is_made in zip(got, is_new, strict=True) if not is_made]
    assert repr(originals) == repr([given[row] for row in kept])


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("sampler", MAKE_ROWS, ids=name_of)
def test_an_integer_that_new_rows_would_change_is_refused(sampler, library):
    frame, y = make_gaps(library)
    frame = with_column(frame, "id", [2**53 + 1, *range(1, len(y))])
    with pytest.raises(ValueError, match=r"Column 'id' of X contains 9007199254740993"):
        clone(sampler).fit_resample(frame, y)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("sampler", SAMPLERS, ids=name_of)
def test_the_option_changes_no_row_of_a_frame_without_missing_values(sampler, library):
    frame, y = make_gaps(library, share=0)
    expected, _ = clone(sampler).set_params(missing="error").fit_resample(frame, y)
    got, _ = clone(sampler).fit_resample(frame, y)
    assert_equal_frame(got, expected)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("sampler", SAMPLERS, ids=name_of)
def test_without_the_option_missing_values_are_an_error(sampler, library):
    frame, y = make_gaps(library)
    with pytest.raises(ValueError, match="Input X contains NaN"):
        clone(sampler).set_params(missing="error").fit_resample(frame, y)


@pytest.mark.parametrize("sampler", [SAMPLERS[0], *CLEAN], ids=name_of)
def test_labels_beside_missing_values_come_back_as_they_were_passed(sampler):
    frame, y = make_gaps("polars")
    expected = clone(sampler).fit_resample(frame, y.to_numpy())[1].tolist()
    series, one_column = pl.Series("fraud", y), pd.DataFrame({"fraud": y})
    got = clone(sampler).fit_resample(frame, series)[1]
    assert_equal_frame(got.to_frame(), pl.DataFrame({"fraud": expected}))
    got = clone(sampler).fit_resample(frame, one_column)[1]
    assert_equal_frame(got, pd.DataFrame({"fraud": expected}))


@pytest.mark.parametrize("sampler", [SAMPLERS[0], SAMPLERS[3], CLEAN[0]], ids=name_of)
def test_a_narwhals_frame_and_a_record_batch_come_back(sampler):
    table, y = make_gaps("pyarrow")
    expected, _ = clone(sampler).fit_resample(table, y)
    batch = table.combine_chunks().to_batches()[0]
    got, _ = clone(sampler).fit_resample(batch, y)
    assert type(got) is pa.RecordBatch
    assert_equal_frame(pa.Table.from_batches([got]), expected)
    got, _ = clone(sampler).fit_resample(nw.from_native(table), y)
    assert_equal_frame(got.to_native(), expected)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(
    "sampler", [SAMPLERS[0], SMOTENC(["e"], random_state=0, missing="partial")]
)
def test_new_rows_are_made_again_from_a_frame(sampler, library):
    frame, y = make_gaps(library)
    if name_of(sampler) == "SMOTENC":
        frame = as_frame(frame).with_columns(nw.col("e").fill_null(False)).to_native()
    sampler = clone(sampler)
    got, _ = sampler.fit_resample(frame, y)
    made = fastsmote.regenerate(frame, sampler.provenance_)
    assert rows_of(made) == rows_of(got)[len(y) :]


@pytest.mark.parametrize("library", LIBRARIES)
def test_smotenc_gives_every_kind_of_frame_the_same_rows(library):
    frame, y = make_gaps(library)
    frame = as_frame(frame).with_columns(nw.col("e").fill_null(False)).to_native()
    sampler = SMOTENC(["e"], random_state=0, missing="partial")
    got, _ = sampler.fit_resample(frame, y)
    assert type(got) is type(frame)
    assert schema_of(got) == schema_of(frame)
    assert rows_of(got)[: len(y)] == rows_of(frame)
    matrix = read_numbers(as_frame(frame))[0]
    expected, _ = clone(sampler).set_params(categorical_features=[4]).fit_resample(matrix, y)
    assert rows_of(got) == [as_stored(row) for row in expected]


@pytest.mark.parametrize("library", LIBRARIES)
def test_smotenc_refuses_an_integer_that_new_rows_would_change(library):
    frame, y = make_gaps(library)
    frame = with_column(frame, "id", [2**53 + 1, *range(1, len(y))])
    with pytest.raises(ValueError, match=r"Column 'id' of X contains 9007199254740993"):
        SMOTENC(["e"], random_state=0, missing="partial").fit_resample(frame, y)
