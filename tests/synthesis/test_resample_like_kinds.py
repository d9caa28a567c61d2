"""Arrays, series and frames of every kind come back as their own kind, name and dtype."""

import narwhals as nw
import narwhals.stable.v1 as nw_stable
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from helpers.comparison import assert_equal_frame
from helpers.tables import FRAMES, X, Y, mixed
from scipy import sparse

from fastsmote import Provenance, resample_like
from fastsmote.over_sampling import SMOTE

SMOTED = SMOTE(random_state=0)
SMOTED.fit_resample(X, Y)
MADE = SMOTED.provenance_
BASES = np.concatenate([np.arange(80), MADE.base_rows])
TIMES = np.datetime64("2026-01-01T00:00:00", "ns") + np.arange(80) * np.timedelta64(1_234_567, "us")
# Row 0, row 1, row 2, and a new row a quarter of the way from row 0 to row 1.
QUARTER = Provenance(np.array([0]), np.array([1]), np.array([0.25]))


def index_of(kind):
    return pd.Index([f"i{i}" for i in range(80)], name="number") if kind == "named" else None


# The value of the base row, of anything


@pytest.mark.parametrize(
    "array",
    [
        np.arange(80),
        np.arange(80, dtype=">i2"),
        np.arange(160.0).reshape(80, 2),
        np.arange(320).reshape(80, 2, 2),
        np.array([f"w{i}" for i in range(80)]),
        np.array([object() for _ in range(80)]),
        TIMES,
        X > 0,
    ],
    ids=["int", "other bytes", "columns", "images", "text", "objects", "times", "bools"],
)
def test_rows_of_an_array(array):
    got = resample_like(SMOTED, array)
    assert type(got) is np.ndarray
    assert got.dtype == array.dtype
    np.testing.assert_array_equal(got, array[BASES])


@pytest.mark.parametrize("rows", [list(range(80)), [[i, "w"] for i in range(80)]])
def test_rows_of_a_list(rows):
    assert resample_like(SMOTED, rows) == [rows[i] for i in BASES]


@pytest.mark.parametrize("kind", ["csr_matrix", "csc_array", "coo_matrix", "lil_matrix"])
def test_rows_of_a_sparse_matrix(kind):
    array = getattr(sparse, kind)(np.round(X).astype(int))
    got = resample_like(SMOTED, array)
    assert type(got) is type(array)
    assert got.dtype == array.dtype
    np.testing.assert_array_equal(got.toarray(), array.toarray()[BASES])


SERIES = [
    pd.Series(range(80), name="n"),
    pd.Series([f"w{i}" for i in range(80)], name="w"),
    pd.Series(pd.Categorical(["a", "b"] * 40, ["b", "a", "c"], ordered=True)),
    pd.Series(TIMES).dt.tz_localize("Europe/Oslo"),
    pd.Series(pd.array([None, *range(79)], "Int64")),
    pd.Series([None, "a"] * 40, dtype=object),
    pd.Series(pd.arrays.IntervalArray.from_breaks(range(81))),
]


@pytest.mark.parametrize("series", SERIES, ids=lambda series: str(series.dtype))
@pytest.mark.parametrize("kind", ["range", "named"])
def test_rows_of_a_pandas_series_have_a_new_index(series, kind):
    series = series.set_axis(index_of(kind)) if kind == "named" else series
    expected = series.iloc[BASES].reset_index(drop=True)
    pd.testing.assert_series_equal(resample_like(SMOTED, series), expected)


@pytest.mark.parametrize("kind", ["range", "named"])
def test_rows_of_a_pandas_frame_have_a_new_index(kind):
    frame = pd.concat(SERIES, axis=1)
    frame.columns = ["n", "w", "w", 3, ("a", 1), None, "interval"]  # also names that repeat
    frame = frame.set_axis(index_of(kind)) if kind == "named" else frame
    expected = frame.iloc[BASES].reset_index(drop=True)
    pd.testing.assert_frame_equal(resample_like(SMOTED, frame), expected)


COLUMNS = {
    "n": pl.Series(range(80), dtype=pl.UInt16),
    "word": pl.Series(["a", None] * 40, dtype=pl.Categorical),
    "enum": pl.Series(["a", "b"] * 40, dtype=pl.Enum(["b", "a"])),
    "time": pl.Series(TIMES).dt.replace_time_zone("UTC"),
    "list": pl.Series([[i] for i in range(80)]),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_rows_of_a_polars_series(name):
    series = COLUMNS[name].alias(name)
    got = resample_like(SMOTED, series)
    assert got.name == name
    assert got.dtype == series.dtype
    assert got.to_list() == [series.to_list()[i] for i in BASES]


def test_rows_of_a_polars_frame():
    frame = pl.DataFrame(COLUMNS)
    assert_equal_frame(resample_like(SMOTED, frame), frame[BASES.tolist()])


def test_rows_of_pyarrow():
    table = pa.table(
        {"n": pa.chunked_array([range(50), range(30)], pa.int8()), "w": ["a", None] * 40},
        schema=pa.schema(
            [pa.field("n", pa.int8(), nullable=False), pa.field("w", pa.string())], {"k": "v"}
        ),
    )
    got = resample_like(SMOTED, table)
    assert_equal_frame(got, table.take(BASES))
    assert got.schema.equals(table.schema, check_metadata=True)
    assert resample_like(SMOTED, table["n"]).equals(table["n"].take(BASES))
    array = table["w"].combine_chunks()
    assert type(resample_like(SMOTED, array)) is type(array)
    batch = table.to_batches(max_chunksize=None)[0].slice(0, 50)
    made = Provenance(np.array([3]), np.array([4]), np.array([0.0]))
    assert type(resample_like(made, batch)) is pa.RecordBatch


@pytest.mark.parametrize("narwhals", [nw, nw_stable])
def test_rows_of_narwhals(narwhals):
    frame = narwhals.from_native(pl.DataFrame(COLUMNS))
    got = resample_like(SMOTED, frame)
    assert type(got) is type(frame)
    assert_equal_frame(got.to_native(), frame.to_native()[BASES.tolist()])
    series = resample_like(SMOTED, frame["n"], how="interpolate")
    assert type(series) is type(frame["n"])
    assert series.to_native().dtype == pl.UInt16


def test_a_lazy_frame_is_an_error():
    with pytest.raises(TypeError, match=r"array is a LazyFrame.* in memory"):
        resample_like(SMOTED, pl.LazyFrame(COLUMNS))


# Missing values


@pytest.mark.parametrize(
    ("array", "dtype"),
    [
        (np.arange(80), np.float64),
        (np.arange(80) > 3, np.float64),
        (np.arange(160, dtype=np.float32).reshape(80, 2), np.float32),
        (np.arange(80) * 1j, np.complex128),
        (TIMES, TIMES.dtype),
        (np.array(["a"] * 80), object),
        (np.array([None] * 80), object),
    ],
)
def test_new_rows_of_an_array_are_missing(array, dtype):
    got = resample_like(SMOTED, array, how="missing")
    assert got.dtype == dtype
    np.testing.assert_array_equal(got[:80], array.astype(dtype))
    assert pd.isna(got[80:]).all()
    assert dtype is not object or got[80] is None


def test_new_rows_of_a_list_are_missing():
    assert resample_like(QUARTER, [1, 2], how="missing")[:2] == [1, 2]
    assert np.isnan(resample_like(QUARTER, [1, 2], how="missing")[2])
    assert resample_like(QUARTER, ["a", "b"], how="missing") == ["a", "b", None]
    assert np.isnan(resample_like(QUARTER, [[1, 2], [3, 4]], how="missing")[2]).tolist() == [1, 1]


def test_new_rows_of_a_sparse_matrix_are_missing():
    array = sparse.csc_matrix(np.round(X).astype(int))
    got = resample_like(SMOTED, array, how="missing")
    assert type(got) is sparse.csc_matrix
    assert got.dtype == np.float64
    np.testing.assert_array_equal(got.toarray()[:80], array.toarray())
    assert np.isnan(got.toarray()[80:]).all()


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [
        ("int8", "Int8"),
        ("uint64", "UInt64"),
        ("bool", "boolean"),
        ("float32", "float32"),
        ("Int32", "Int32"),
        ("datetime64[s]", "datetime64[s]"),
        ("string", "string"),
        ("category", None),
        ("object", "object"),
        ("int64[pyarrow]", "int64[pyarrow]"),
    ],
)
def test_new_rows_of_a_pandas_column_are_missing(dtype, expected):
    series = pd.Series([0, 1] * 40, name="n", index=index_of("named")).astype(dtype)
    got = resample_like(SMOTED, series, how="missing")
    assert got.dtype == (series.dtype if expected is None else expected)
    assert got.name == "n"
    assert got.index.equals(pd.RangeIndex(120))
    assert got[80:].isna().all()
    assert got[:80].tolist() == series.tolist()
    frame = resample_like(SMOTED, series.to_frame(), how="missing")
    pd.testing.assert_frame_equal(frame, got.to_frame())


def test_new_rows_of_polars_are_null():
    got = resample_like(SMOTED, pl.DataFrame(COLUMNS), how="missing")
    assert got.schema == pl.DataFrame(COLUMNS).schema
    assert_equal_frame(got[:80], pl.DataFrame(COLUMNS))
    assert got[80:].null_count().row(0) == (40,) * len(COLUMNS)
    assert resample_like(SMOTED, COLUMNS["n"], how="missing")[80:].null_count() == 40


def test_new_rows_of_pyarrow_are_null():
    schema = pa.schema([pa.field("n", pa.int8(), nullable=False)], {"k": "v"})
    table = pa.table({"n": range(80)}, schema=schema)
    got = resample_like(SMOTED, table, how="missing")
    assert got.slice(0, 80)["n"].to_pylist() == list(range(80))
    assert got["n"].null_count == 40
    assert got.schema.field("n").nullable
    assert got.schema.metadata == {b"k": b"v"}
    assert resample_like(SMOTED, table["n"], how="missing").null_count == 40


# Values between those of the parents


@pytest.mark.parametrize("kind", FRAMES)
def test_numbers_of_a_frame_are_those_of_the_resampled_frame(kind):
    frame = mixed(kind)
    sampler = SMOTE(random_state=0)
    resampled, _ = sampler.fit_resample(frame, Y)
    assert_equal_frame(resample_like(sampler, frame, how="interpolate"), resampled)


@pytest.mark.parametrize("kind", ["csr_matrix", "csc_array"])
def test_numbers_of_a_sparse_matrix_are_those_of_the_resampled_one(kind):
    table, sampler = getattr(sparse, kind)(np.round(X, 1)), SMOTE(random_state=0)
    resampled, _ = sampler.fit_resample(table, Y)
    got = resample_like(sampler, table, how="interpolate")
    assert type(got) is type(resampled)
    np.testing.assert_array_equal(got.toarray(), resampled.toarray())


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.array([10, 20], np.uint8), 12),
        (np.array([20, 10], np.uint8), 17),
        (np.array([10.0, 20.0], np.float16), 12.5),
        (np.array([10.0, 20.0], ">f4"), 12.5),
        (np.array([False, True]), True),
        (np.array([[[1.0], [2.0]], [[5.0], [10.0]]]), [[2.0], [4.0]]),
    ],
)
def test_an_array_is_interpolated_in_its_dtype(array, expected):
    got = resample_like(QUARTER, array, how="interpolate")
    assert got.dtype == array.dtype
    np.testing.assert_array_equal(got[2], expected)
    np.testing.assert_array_equal(got[:2], array)


def test_a_list_is_interpolated_as_an_array():
    assert resample_like(QUARTER, [10, 20], how="interpolate") == [10, 20, 12]
    assert resample_like(QUARTER, [[1.0], [2.0]], how="interpolate") == [[1.0], [2.0], [1.25]]


@pytest.mark.parametrize(
    "series",
    [
        pd.Series([10, 20], index=["x", "y"], name="n"),
        pd.Series([10, 20], dtype="Int8"),
        pl.Series("n", [10, 20], dtype=pl.Int8),
        pa.chunked_array([[10], [20]]),
        pa.array([10, 20], pa.int16()),
    ],
)
def test_a_series_is_interpolated(series):
    got = resample_like(QUARTER, series, how="interpolate")
    assert type(got) is type(series)
    assert getattr(got, "name", None) == getattr(series, "name", None)
    if hasattr(series, "dtype"):
        assert got.dtype == series.dtype
    assert (got.to_pylist() if hasattr(got, "to_pylist") else got.to_list()) == [10, 20, 12]


def test_columns_whose_names_repeat_are_interpolated():
    frame = pd.DataFrame([[1.0, 10, 5], [2.0, 20, 6]], columns=["a", "a", None])
    got = resample_like(QUARTER, frame, how="interpolate")
    expected = pd.DataFrame([[1.0, 10, 5], [2.0, 20, 6], [1.25, 12, 5]], columns=["a", "a", None])
    pd.testing.assert_frame_equal(got, expected)


HOURS = np.array(["2026-01-01T00:00", "2026-01-01T04:00"], "M8[m]")


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("order", ["=", ">"])
def test_times_of_an_array_are_interpolated(unit, order):
    array = HOURS.astype(f"{order}M8[{unit}]")
    got = resample_like(QUARTER, array, how="interpolate")
    assert got.dtype == array.dtype
    assert got[2] == np.datetime64("2026-01-01T01:00")
    durations = resample_like(QUARTER, array - array[0], how="interpolate")
    assert durations[2] == np.timedelta64(1, "h")


@pytest.mark.parametrize("missing", [0, 1])
def test_a_time_beside_a_missing_one_is_taken_as_it_is(missing):
    array = np.stack([HOURS, HOURS], axis=1)
    array[missing, 1] = "NaT"
    got = resample_like(QUARTER, array, how="interpolate")
    np.testing.assert_array_equal(got[2], [HOURS[0] + 60, HOURS[1 - missing]])
    array[:, 1] = "NaT"
    assert np.isnat(resample_like(QUARTER, array, how="interpolate")[2]).tolist() == [False, True]


def test_the_same_time_of_both_parents_is_that_of_the_new_row():
    array = TIMES + np.timedelta64(7, "ns")
    array[MADE.neighbor_rows] = array[MADE.base_rows[0]]
    made = Provenance(MADE.neighbor_rows, MADE.neighbor_rows[::-1], MADE.gaps)
    assert (resample_like(made, array, how="interpolate")[80:] == array[made.base_rows]).all()


def test_times_of_frames_are_interpolated_beside_numbers():
    columns = {
        "when": pl.Series(HOURS.astype("M8[us]")),
        "zone": pl.Series(HOURS.astype("M8[us]")).dt.replace_time_zone("Europe/Oslo"),
        "for": pl.Series(HOURS.astype("M8[ms]")) - HOURS[0].item(),
        "day": pl.Series(["2026-01-01", "2026-01-09"]).str.to_date(),
        "at": pl.Series(HOURS.astype("M8[us]")).dt.time(),
        "n": pl.Series([10, 20], dtype=pl.Int8),
    }
    frame = pl.DataFrame(columns)
    got = resample_like(QUARTER, frame, how="interpolate")
    assert got.schema == frame.schema
    assert [str(value) for value in got.row(2)] == [
        "2026-01-01 01:00:00",
        "2026-01-01 01:00:00+01:00",
        "1:00:00",
        "2026-01-03",
        "01:00:00",
        "12",
    ]
    table = resample_like(QUARTER, frame.to_arrow(), how="interpolate")
    assert table.schema == frame.to_arrow().schema
    assert pl.from_arrow(table).equals(got)
    pandas = frame.drop("day", "at").to_pandas()
    made = resample_like(QUARTER, pandas, how="interpolate")
    pd.testing.assert_frame_equal(made, got.drop("day", "at").to_pandas())


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_missing_times_of_series_are_those_of_the_other_parent(kind):
    series = pl.Series([None, HOURS[1].item(), None, None])
    series = {
        "pandas": lambda: series.to_pandas().dt.tz_localize("UTC"),
        "polars": lambda: series,
        "pyarrow": lambda: pa.chunked_array([series.to_arrow()]),
    }[kind]()
    made = Provenance(np.array([0, 2]), np.array([1, 3]), np.array([0.25, 0.5]))
    got = resample_like(made, series, how="interpolate")
    got = got.to_pylist() if kind == "pyarrow" else got.to_list()
    assert [value.hour for value in got[4:5]] == [4]
    assert pd.isna(got[5])


@pytest.mark.parametrize("how", ["base", "nearest", "interpolate", "missing"])
def test_a_frame_in_the_other_byte_order_is_resampled(how):
    native = pd.DataFrame({"a": [1.5, 2.5], "b": [10.0, 20.0]})
    swapped = native.astype({"a": ">f8"})
    expected, got = (resample_like(QUARTER, frame, how=how) for frame in (native, swapped))
    assert got["a"].dtype == ">f8"
    pd.testing.assert_frame_equal(got.astype(float), expected)
    got = resample_like(QUARTER, swapped["a"], how=how)
    assert got.dtype == ">f8"
    pd.testing.assert_series_equal(got.astype(float), expected["a"])
