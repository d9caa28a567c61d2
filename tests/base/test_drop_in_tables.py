"""Sparse tables and dataframes come back as they were passed: index dtypes, schemas, kinds."""

import subprocess
import sys
from datetime import date

import imblearn.over_sampling as stock
import narwhals as nw
import narwhals.stable.v1 as nw_stable
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import sparse
from sklearn.exceptions import DataConversionWarning
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors
from sklearn.svm import LinearSVC

import fastsmote
from fastsmote import combine, over_sampling, under_sampling

Y = np.repeat([0, 1], [60, 20])
X = np.random.default_rng(0).normal(size=(80, 3))
FRAMES = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}
MAKERS = [
    over_sampling.SMOTE(random_state=0),
    over_sampling.BorderlineSMOTE(random_state=0),
    over_sampling.BorderlineSMOTE(random_state=0, kind="borderline-2"),
    over_sampling.ADASYN(random_state=0),
    over_sampling.SVMSMOTE(random_state=0),
    over_sampling.KMeansSMOTE(random_state=0, kmeans_estimator=1),
]


def name_of(sampler):
    return type(sampler).__name__


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


def mixed(kind, **more):
    columns = {
        "a": X[:, 0],
        "b": np.arange(80) * 7,
        "c": X[:, 2] > 0,
        "d": X[:, 1].astype(np.float32),
        **more,
    }
    return FRAMES[kind](columns)


def tail_of(frame, n):
    return frame.iloc[n:].reset_index(drop=True) if hasattr(frame, "iloc") else frame[n:]


def assert_same_frame(got, expected):
    assert type(got) is type(expected)
    if isinstance(got, pd.DataFrame):
        pd.testing.assert_frame_equal(got, expected)
    else:
        assert got.equals(expected)
        assert got.schema == expected.schema


@pytest.mark.parametrize("kind", FRAMES)
@pytest.mark.parametrize("sampler", MAKERS, ids=name_of)
def test_rows_of_a_frame_are_made_again_as_they_were_returned(sampler, kind):
    frame = mixed(kind)
    resampled, _ = sampler.fit_resample(frame, Y)
    assert_same_frame(fastsmote.regenerate(frame, sampler.provenance_), tail_of(resampled, 80))


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
    assert_same_frame(fastsmote.regenerate(frame, sampler.provenance_), tail_of(resampled, 80))


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


# Schemas


WORDS = np.array(["red", "green", "blue"])[np.random.default_rng(2).integers(3, size=80)].tolist()


def arrow_table():
    fields = [
        pa.field("amount", pa.float64(), nullable=False),
        pa.field("count", pa.int16()),
        pa.field("word", pa.string()),
        pa.field("large", pa.large_string()),
        pa.field("code", pa.dictionary(pa.int32(), pa.string())),
        pa.field("small", pa.dictionary(pa.int8(), pa.string())),
        pa.field("day", pa.date32()),
        pa.field("flag", pa.bool_()),
    ]
    days = [date(2020, 1, 1 + i % 3) for i in range(80)]
    values = [X[:, 0], range(80), WORDS, WORDS, WORDS, WORDS, days, (X[:, 1] > 0).tolist()]
    arrays = [pa.array(v, f.type) for v, f in zip(values, fields, strict=True)]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata={"source": "bank"}))


def encoded(table):
    """The same columns as numbers, categories by their order."""
    columns = [np.asarray(column.to_pylist()) for column in table.columns]
    columns[2:] = [np.unique(column, return_inverse=True)[1] for column in columns[2:]]
    return np.column_stack(columns)


CATEGORIES = ["word", "large", "code", "small", "day", "flag"]


@pytest.mark.parametrize(
    "sampler",
    [
        over_sampling.SMOTENC(CATEGORIES, random_state=0),
        over_sampling.SMOTENC(
            CATEGORIES, random_state=0, k_neighbors=StockNearestNeighbors(n_neighbors=6)
        ),
        over_sampling.RandomOverSampler(random_state=0),
        under_sampling.RandomUnderSampler(random_state=0),
    ],
    ids=["compiled", "imbalanced-learn's", "RandomOverSampler", "RandomUnderSampler"],
)
def test_the_schema_of_a_pyarrow_table_comes_back(sampler):
    resampled, _ = sampler.fit_resample(arrow_table(), Y)
    assert resampled.schema.equals(arrow_table().schema, check_metadata=True)
    resampled.validate(full=True)


def test_smotenc_of_a_pyarrow_table_gives_the_rows_of_its_codes():
    sampler = over_sampling.SMOTENC(CATEGORIES, random_state=0)
    got, _ = sampler.fit_resample(arrow_table(), Y)
    assert got.slice(0, 80).equals(arrow_table())
    numbers = encoded(arrow_table())
    expected, _ = stock.SMOTENC([*range(2, 8)], random_state=0).fit_resample(numbers, Y)
    expected[:, 1] = np.trunc(expected[:, 1])
    np.testing.assert_allclose(encoded(got), expected, rtol=1e-13)


@pytest.mark.parametrize("kind", ["polars", "pyarrow"])
@pytest.mark.parametrize("is_compiled", [True, False])
def test_smoten_keeps_the_schema_and_gives_the_rows_of_an_array(is_compiled, kind):
    k = 5 if is_compiled else StockNearestNeighbors(n_neighbors=6)
    sampler = over_sampling.SMOTEN(k_neighbors=k, random_state=0)
    columns = {"w": WORDS, "v": WORDS[::-1], "n": [len(word) for word in WORDS]}
    if kind == "pyarrow":
        dictionary = pa.array(WORDS[::-1]).dictionary_encode()
        table = pa.table({**columns, "v": dictionary})
    else:
        enum = pl.Series(WORDS[::-1], dtype=pl.Enum(["red", "green", "blue"]))
        table = pl.DataFrame({**columns, "v": enum})
    resampled, _ = sampler.fit_resample(table, Y)
    assert resampled.schema == table.schema
    as_array = np.array(list(zip(*columns.values(), strict=True)), object)
    expected, _ = sampler.fit_resample(as_array, Y)
    got = list(
        zip(
            *(
                resampled[name].to_list() if kind == "polars" else resampled[name].to_pylist()
                for name in columns
            ),
            strict=True,
        )
    )
    assert got == [tuple(row) for row in expected.tolist()]


@pytest.mark.parametrize("sampler", MAKERS, ids=name_of)
def test_the_schema_of_pyarrow_numbers_comes_back(sampler):
    table = arrow_table().select(["amount", "count", "flag"])
    resampled, _ = sampler.fit_resample(table, Y)
    assert resampled.schema.equals(table.schema, check_metadata=True)


def test_polars_categories_and_nulls_come_back():
    words = [None if i % 9 == 0 else word for i, word in enumerate(WORDS)]
    frame = pl.DataFrame(
        {"a": X[:, 0], "c": pl.Series(words, dtype=pl.Categorical), "s": words, "i": range(80)},
        schema_overrides={"i": pl.UInt16},
    )
    sampler = over_sampling.SMOTENC(["c", "s"], random_state=0)
    resampled, _ = sampler.fit_resample(frame, Y)
    assert resampled.schema == frame.schema
    assert resampled[:80].equals(frame)
    assert set(resampled["s"][80:]) <= {None, *WORDS}
    auto, _ = over_sampling.SMOTENC("auto", random_state=0).fit_resample(frame.drop("s"), Y)
    assert auto.schema == frame.drop("s").schema


def test_smotenc_needs_no_pandas():
    program = """
import sys
import numpy as np, polars as pl

class NoPandas:
    def find_spec(name, path, target=None):
        if name == "pandas":
            raise ImportError("not installed")

sys.meta_path.insert(0, NoPandas)
from fastsmote.over_sampling import SMOTEN, SMOTENC
frame = pl.DataFrame({"a": np.arange(80.0) ** 0.5, "c": ["x", "y"] * 40})
y = pl.Series([0] * 60 + [1] * 20)
assert SMOTENC(["c"]).fit_resample(frame, y)[0].schema == frame.schema
assert SMOTEN().fit_resample(frame[["c"]], y)[0].schema == frame[["c"]].schema
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


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


# Booleans and float16


@pytest.mark.parametrize("sampler", MAKERS, ids=name_of)
@pytest.mark.parametrize("kind", [*FRAMES, "array", "list", "csr_array", "csc_matrix"])
def test_rows_of_booleans_are_booleans(sampler, kind):
    rng = np.random.default_rng(3)
    flags = np.repeat(rng.random((80, 6)), 2, axis=1) < np.where(Y, 0.6, 0.4)[:, None]
    flags[:, ::2] ^= rng.random((80, 6)) < 0.2
    if name_of(sampler) == "SVMSMOTE":  # of which there are safe rows only in some tables
        flags[60:, :6], flags[:60, :6] = True, rng.random((60, 6)) < 0.3
    if kind in FRAMES:
        table = FRAMES[kind](dict(zip("abcdefghijkl", flags.T, strict=True)))
    else:
        table = {"array": flags, "list": flags.tolist()}.get(kind)
        table = getattr(sparse, kind)(flags) if table is None else table
    resampled, _ = sampler.fit_resample(table, Y)
    assert type(resampled) is type(table)
    if kind in FRAMES:
        got = np.column_stack([np.asarray(resampled[name]) for name in "abcdefghijkl"])
    else:
        got = resampled.toarray() if sparse.issparse(resampled) else np.asarray(resampled)
    assert got.dtype == bool
    # Where imbalanced-learn searches a sparse table, its order of ties is another one.
    if name_of(sampler) in ("SVMSMOTE", "KMeansSMOTE") and sparse.issparse(table):
        return
    expected, _ = sampler.fit_resample(flags.astype(float), Y)
    np.testing.assert_array_equal(got, expected != 0)


def test_dummies_are_resampled():
    frame = pd.get_dummies(pd.DataFrame({"a": WORDS, "b": WORDS[::-1]}))
    resampled, _ = over_sampling.SMOTE(random_state=0).fit_resample(frame, Y)
    assert {dtype.kind for dtype in resampled.dtypes} == {"b"}
    mixed, _ = over_sampling.SMOTE(random_state=0).fit_resample(frame.assign(z=0.0), Y)
    pd.testing.assert_frame_equal(resampled, mixed.drop(columns="z"))


@pytest.mark.parametrize("kind", ["pandas", "array"])
def test_numbers_of_smotenc_may_all_be_booleans(kind):
    table = np.column_stack([X > 0, X[:, 0] > 1])
    frame = pd.DataFrame(table) if kind == "pandas" else table
    resampled, _ = over_sampling.SMOTENC([3], random_state=0).fit_resample(frame, Y)
    assert np.asarray(resampled).dtype == bool


def skip_without_float16(kind):
    """Old polars has none, and old narwhals does not know pyarrow's."""
    frame = nw_stable.from_native(FRAMES[kind]({"h": np.zeros(3, np.float16)}), eager_only=True)
    if frame["h"].to_numpy().dtype != np.float16 or not frame["h"].dtype.is_float():
        pytest.skip(f"{kind} has no float16 here")


@pytest.mark.parametrize("kind", FRAMES)
def test_float16_beside_a_category_is_kept(kind):
    skip_without_float16(kind)
    half = X[:, 0].astype(np.float16)
    frame = FRAMES[kind]({"h": half, "c": WORDS})
    sampler = over_sampling.SMOTENC(["c"], random_state=0)
    resampled, _ = sampler.fit_resample(frame, Y)
    got = np.asarray(resampled["h"])
    assert got.dtype == np.float16
    np.testing.assert_array_equal(got[:80], half)
    wide, _ = sampler.fit_resample(FRAMES[kind]({"h": half.astype(np.float32), "c": WORDS}), Y)
    np.testing.assert_array_equal(got, np.asarray(wide["h"]).astype(np.float16))


def test_a_float16_array_with_categories_is_kept():
    table = np.column_stack([X[:, :2], X[:, 2] > 0]).astype(np.float16)
    resampled, _ = over_sampling.SMOTENC([2], random_state=0).fit_resample(table, Y)
    assert resampled.dtype == np.float16
    np.testing.assert_array_equal(resampled[:80], table)


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_float16_of_smote_is_kept(kind):
    skip_without_float16(kind)
    frame = FRAMES[kind]({"h": X[:, 0].astype(np.float16), "g": X[:, 1].astype(np.float16)})
    resampled, _ = over_sampling.SMOTE(random_state=0).fit_resample(frame, Y)
    assert np.asarray(resampled["h"]).dtype == np.float16


@pytest.mark.parametrize("is_compiled", [True, False])
@pytest.mark.parametrize(
    "dtype", ["Int64", "Int8", "int64[pyarrow]", "boolean", "UInt16", "Float32"]
)
def test_extension_columns_of_smotenc_are_made_as_plain_ones(dtype, is_compiled):
    plain = np.abs(X[:, 1] * 30).astype(np.int8) if dtype != "boolean" else X[:, 1] > 0
    frame = pd.DataFrame({"a": X[:, 0], "i": plain, "c": WORDS})
    k = 5 if is_compiled else StockNearestNeighbors(n_neighbors=6)
    sampler = over_sampling.SMOTENC([2], random_state=0, k_neighbors=k)
    got, _ = sampler.fit_resample(frame.astype({"i": dtype}), Y)
    expected, _ = sampler.fit_resample(frame, Y)
    assert got["i"].dtype == pd.Series(plain).astype(dtype).dtype
    if dtype == "Float32":
        expected = expected.assign(i=np.trunc(got["i"].to_numpy(float)))
        got["i"] = np.trunc(got["i"].to_numpy(float))
    np.testing.assert_array_equal(got["i"].to_numpy(float), expected["i"].to_numpy(float))


@pytest.mark.parametrize("kind", [*FRAMES, "array"])
def test_float16_is_kept_where_imblearns_code_runs(kind):
    if kind != "array":
        skip_without_float16(kind)
    half, flag = X[:, 0].astype(np.float16), X[:, 2] > 0
    table = np.column_stack([half, flag]).astype(np.float16)
    if kind != "array":
        table = FRAMES[kind]({"h": half, "c": flag})
    k = StockNearestNeighbors(n_neighbors=6)
    sampler = over_sampling.SMOTENC([1], k_neighbors=k, random_state=0)
    resampled, _ = sampler.fit_resample(table, Y)
    got = resampled[:, 0] if kind == "array" else np.asarray(resampled["h"])
    assert got.dtype == np.float16
    np.testing.assert_array_equal(got[:80], half)


@pytest.mark.parametrize("kind", ["polars", "pyarrow"])
def test_booleans_beside_categories_are_kept_where_imblearns_code_runs(kind):
    frame = FRAMES[kind]({"a": X[:, 0], "b": X[:, 1] > 0, "c": WORDS})
    k = StockNearestNeighbors(n_neighbors=6)
    resampled, _ = over_sampling.SMOTENC([2], k_neighbors=k).fit_resample(frame, Y)
    assert resampled.schema == frame.schema


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
    with pytest.raises(TypeError, match=r"other types than numbers: 'day' \(datetime64"):
        under_sampling.TomekLinks().fit_resample(frame, Y)


@pytest.mark.parametrize("kind", ["csr_array", "csc_array", "csr_matrix", "csc_matrix"])
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
