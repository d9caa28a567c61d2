"""Samplers with missing="partial" give dataframes the rows of a matrix with NaN."""

import narwhals.stable.v1 as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from helpers.comparison import assert_equal_frame, schema_of
from helpers.missing_values import LIBRARIES, make_gaps
from helpers.samplers import name_of
from sklearn.base import clone

import fastsmote
from fastsmote._base.dataframes import as_frame, read_numbers
from fastsmote.combine import SMOTEENN, SMOTETomek
from fastsmote.over_sampling import ADASYN, SMOTE, SMOTENC, BorderlineSMOTE
from fastsmote.under_sampling import EditedNearestNeighbours, TomekLinks

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
