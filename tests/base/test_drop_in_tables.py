"""Sparse tables and dataframes come back as they were passed: index dtypes, schemas, kinds."""

from datetime import date

import narwhals as nw
import narwhals.stable.v1 as nw_stable
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from helpers.comparison import assert_equal_frame
from helpers.marks import slow
from helpers.samplers import MAKERS, name_of
from helpers.tables import FRAMES, WORDS, X, Y, mixed
from scipy import sparse
from sklearn.exceptions import DataConversionWarning
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors
from sklearn.svm import LinearSVC

import fastsmote
from fastsmote import combine, over_sampling, under_sampling

# Sparse tables


@pytest.mark.parametrize("kind", ["csr_array", "csc_array", "csr_matrix", "csc_matrix"])
@pytest.mark.parametrize(
    "sampler",
    [
        *MAKERS,
        over_sampling.RandomOverSampler(random_state=0),
        over_sampling.SMOTE(k_neighbors=StockNearestNeighbors(n_neighbors=6), random_state=0),
        under_sampling.EditedNearestNeighbours(),
        under_sampling.TomekLinks(),
        under_sampling.RandomUnderSampler(random_state=0),
        combine.SMOTETomek(random_state=0),
        combine.SMOTEENN(random_state=0),
    ],
    ids=name_of,
)
@pytest.mark.parametrize("n_features", [3, 100], ids=["searched dense", "searched sparse"])
def test_indices_of_a_sparse_output_are_int32(sampler, kind, n_features):
    rng = np.random.default_rng(1)
    table = np.round(rng.normal(size=(80, n_features)) * (rng.random((80, n_features)) < 0.1), 1)
    table[:, :3] = X
    X_resampled, y_resampled = sampler.fit_resample(getattr(sparse, kind)(table), Y)
    assert type(X_resampled).__name__ == kind
    assert X_resampled.indices.dtype == X_resampled.indptr.dtype == np.int32
    LinearSVC(max_iter=10_000).fit(X_resampled.tocsr(), y_resampled)


@pytest.mark.parametrize("kind", ["csr_array", "csc_matrix"])
def test_indices_of_regenerated_rows_are_int32(kind):
    table = getattr(sparse, kind)(X)
    sampler = over_sampling.SMOTE(random_state=0)
    X_resampled, _ = sampler.fit_resample(table, Y)
    rows = fastsmote.regenerate(table, sampler.provenance_)
    assert rows.indices.dtype == rows.indptr.dtype == np.int32
    np.testing.assert_array_equal(rows.toarray(), X_resampled.toarray()[80:])


# Rows that are made again


def tail_of(frame, n):
    return frame.iloc[n:].reset_index(drop=True) if hasattr(frame, "iloc") else frame[n:]


@pytest.mark.parametrize("kind", FRAMES)
@pytest.mark.parametrize("sampler", MAKERS, ids=name_of)
def test_rows_of_a_frame_are_made_again_as_they_were_returned(sampler, kind):
    frame = mixed(kind)
    resampled, _ = sampler.fit_resample(frame, Y)
    assert_equal_frame(fastsmote.regenerate(frame, sampler.provenance_), tail_of(resampled, 80))


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": pd.array(range(80), "Int64"), "b": X[:, 0]}),
        pd.DataFrame({"a": pd.array(range(80), "Float32"), "b": pd.array(X[:, 0] > 0, "boolean")}),
        pd.DataFrame({"a": pd.array(range(80), "int64[pyarrow]"), "b": X[:, 0]}),
        pd.DataFrame({"a": np.arange(80, dtype=object), "b": X[:, 0]}),
        pd.DataFrame.sparse.from_spmatrix(sparse.csr_matrix(X)),
        pd.DataFrame(X > 0),
        pl.DataFrame({"a": pl.Series(range(80), dtype=pl.UInt8), "b": X[:, 0] > 0}),
        pa.table({"a": pa.array(range(80), pa.int16()), "b": X[:, 0]}),
    ],
    ids=["Int64", "Float32", "arrow", "object", "sparse", "boolean", "UInt8", "int16"],
)
def test_rows_of_any_columns_are_made_again(frame):
    sampler = over_sampling.SMOTE(random_state=0)
    resampled, _ = sampler.fit_resample(frame, Y)
    assert_equal_frame(fastsmote.regenerate(frame, sampler.provenance_), tail_of(resampled, 80))


@pytest.mark.parametrize("table", [X.tolist(), X > 0, X.astype(np.uint8), sparse.csr_array(X > 0)])
def test_rows_of_lists_and_of_other_dtypes_are_made_again(table):
    sampler = over_sampling.SMOTE(random_state=0)
    resampled, _ = sampler.fit_resample(table, Y)
    made = fastsmote.regenerate(table, sampler.provenance_)
    assert type(made) is type(resampled)
    made, new = (
        T.toarray() if sparse.issparse(T) else np.asarray(T) for T in (made, resampled[80:])
    )
    assert made.dtype == new.dtype
    np.testing.assert_array_equal(made, new)


def test_rows_of_a_column_that_is_no_number_cannot_be_made_again():
    sampler = over_sampling.SMOTE(random_state=0)
    sampler.fit_resample(X, Y)
    with pytest.raises(ValueError, match=r"'when' \(Date\)"):
        fastsmote.regenerate(pl.DataFrame({"when": [date(2020, 1, 1)] * 80}), sampler.provenance_)


# Kinds of y, and columns that are no numbers


def targets(labels):
    return {
        "polars DataFrame": pl.DataFrame({"y": labels}),
        "polars Series": pl.Series("y", labels),
        "pyarrow Array": pa.array(labels),
        "pyarrow ChunkedArray": pa.chunked_array([labels[:9], labels[9:]]),
        "pyarrow Table": pa.table({"y": labels}),
        "pandas DataFrame": pd.DataFrame({"y": labels}),
        "pandas Series": pd.Series(labels, name="y"),
        "list": labels,
        "column": np.array(labels).reshape(-1, 1),
    }


LABELS = {"numbers": Y.tolist(), "text": ["yes" if label else "no" for label in Y]}


def values_of(y):
    if isinstance(y, pa.Table):
        y = y.column(0)
    if hasattr(y, "to_pylist"):
        return y.to_pylist()
    return np.asarray(y).ravel().tolist()


@pytest.mark.parametrize("kind", [*FRAMES, "array"])
@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
@pytest.mark.parametrize("target", targets([0]))
@pytest.mark.parametrize(
    "sampler",
    [
        over_sampling.SMOTE(random_state=0),
        over_sampling.SMOTENC([2], random_state=0),
        over_sampling.RandomOverSampler(random_state=0),
        under_sampling.TomekLinks(),
        under_sampling.RandomUnderSampler(random_state=0),
        combine.SMOTEENN(random_state=0),
    ],
    ids=name_of,
)
def test_x_and_y_come_back_as_their_own_kinds(sampler, target, labels, kind):
    table = np.column_stack([X[:, :2], X[:, 2] > 0])
    if kind != "array":
        table = FRAMES[kind](dict(zip("abc", table.T, strict=True)))
    y = targets(labels)[target]
    X_resampled, y_resampled = sampler.fit_resample(table, y)
    assert type(X_resampled) is type(table)
    if target == "column":  # to imbalanced-learn it is an array of one dimension
        assert y_resampled.ndim == 1
    else:
        assert type(y_resampled) is type(y)
    for attribute in ("dtypes", "schema", "type", "name", "columns"):
        if isinstance(y, (pl.DataFrame, pa.Table)) and attribute == "columns":
            continue
        before, after = getattr(y, attribute, None), getattr(y_resampled, attribute, None)
        assert np.all(before == after), attribute
    _, expected = sampler.fit_resample(table, np.array(labels))
    assert values_of(y_resampled) == expected.tolist()


@pytest.mark.parametrize("kind", FRAMES)
def test_one_hot_columns_of_a_frame_come_back(kind):
    y = FRAMES[kind](dict(zip(["no", "yes"], np.eye(2, dtype=int)[Y].T, strict=True)))
    X_resampled, y_resampled = over_sampling.SMOTE(random_state=0).fit_resample(pl.DataFrame(X), y)
    assert isinstance(X_resampled, pl.DataFrame)
    assert type(y_resampled) is type(y)
    columns = [values_of(y_resampled[name]) for name in ("no", "yes")]
    assert np.sum(columns, axis=1).tolist() == [60, 60]
    assert np.sum(columns, axis=0).tolist() == [1] * 120


@pytest.mark.parametrize("kind", ["polars", "pyarrow"])
@pytest.mark.parametrize(
    "sampler",
    [
        *MAKERS,
        under_sampling.EditedNearestNeighbours(),
        under_sampling.NearMiss(),
        under_sampling.ClusterCentroids(),
        under_sampling.InstanceHardnessThreshold(),
        combine.SMOTETomek(),
    ],
    ids=name_of,
)
def test_columns_that_are_no_numbers_are_named_with_their_types(sampler, kind):
    frame = mixed(kind, when=[date(2020, 1, 1)] * 80, word=WORDS)
    with pytest.raises(
        ValueError, match=rf"{name_of(sampler)}.*'when' \(Date\), 'word' \(String\)"
    ):
        sampler.fit_resample(frame, Y)


@pytest.mark.parametrize("kind", ["polars", "pyarrow"])
def test_a_number_of_smotenc_that_is_none_is_named(kind):
    frame = mixed(kind, word=WORDS)
    with pytest.raises(ValueError, match=r"not categorical.*'word' \(String\)"):
        over_sampling.SMOTENC(["c"]).fit_resample(frame, Y)


def test_lazy_frames_are_refused_by_name():
    with pytest.raises(TypeError, match="y is a LazyFrame"):
        over_sampling.SMOTE().fit_resample(X, pl.DataFrame({"y": Y}).lazy())


@pytest.mark.parametrize("kind", FRAMES)
@pytest.mark.parametrize("name", ["ClusterCentroids", "InstanceHardnessThreshold"])
def test_samplers_of_imblearns_code_give_frames_back(name, kind):
    frame, sampler = mixed(kind), getattr(under_sampling, name)(random_state=0)
    resampled, y_resampled = sampler.fit_resample(frame, pl.Series("y", Y))
    assert type(resampled) is type(frame)
    assert isinstance(y_resampled, pl.Series)
    schema = "dtypes" if kind == "pandas" else "schema"
    assert np.all(getattr(resampled, schema) == getattr(frame, schema))
    array = np.column_stack([X[:, 0], np.arange(80) * 7, X[:, 2] > 0, X[:, 1].astype(np.float32)])
    expected, _ = sampler.fit_resample(array, Y)
    got = np.asarray(resampled["b"])
    np.testing.assert_array_equal(got, np.trunc(expected[:, 1]))


def test_record_batches_and_narwhals_frames_come_back():
    table = pa.table({"a": X[:, 0], "b": np.arange(80)})
    batch, frame = table.to_batches()[0], pl.DataFrame({"a": X[:, 0], "b": np.arange(80)})
    expected, _ = over_sampling.SMOTE(random_state=0).fit_resample(frame, Y)
    for sampler in (over_sampling.SMOTE(random_state=0), over_sampling.RandomOverSampler()):
        got, y = sampler.fit_resample(batch, pa.record_batch({"y": Y}))
        assert isinstance(got, pa.RecordBatch)
        assert isinstance(y, pa.RecordBatch)
        assert got.schema == batch.schema
    for library in (nw, nw_stable):
        got, y = over_sampling.SMOTE(random_state=0).fit_resample(
            library.from_native(frame), library.from_native(pl.Series(Y), series_only=True)
        )
        assert isinstance(got, library.DataFrame)
        assert isinstance(y, library.Series)
        assert got.to_native().equals(expected)


@pytest.mark.skipif(not hasattr(pl, "Int128"), reason="this polars has no Int128")
def test_numbers_that_numpy_has_no_dtype_for_are_named():
    frame = pl.DataFrame({"a": X[:, 0], "wide": pl.Series(range(80), dtype=pl.Int128)})
    with pytest.raises(ValueError, match=r"'wide' \(Int128\)"):
        over_sampling.SMOTE().fit_resample(frame, Y)


def test_dates_of_a_pandas_frame_are_named():
    frame = pd.DataFrame({"a": X[:, 0], "day": pd.date_range("2020", periods=80)})
    with pytest.raises(TypeError, match=r"columns that are not numeric: 'day' \(datetime64"):
        under_sampling.TomekLinks().fit_resample(frame, Y)


@pytest.mark.parametrize("kind", ["csr_array", *slow("csc_array", "csr_matrix"), "csc_matrix"])
def test_sparse_kinds_come_back_from_every_sampler(kind):
    table = getattr(sparse, kind)(np.round(np.abs(X)))
    samplers = [
        over_sampling.SMOTENC([2], random_state=0),
        under_sampling.CondensedNearestNeighbour(random_state=0),
        under_sampling.OneSidedSelection(random_state=0),
        under_sampling.NearMiss(),
        under_sampling.InstanceHardnessThreshold(),
    ]
    for sampler in samplers:
        assert type(sampler.fit_resample(table, Y)[0]) is type(table), sampler
    with pytest.warns(DataConversionWarning):
        assert type(over_sampling.SMOTEN().fit_resample(table, Y)[0]) is type(table)
