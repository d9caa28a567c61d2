"""The schemas of dataframes and tables come back: categories, nulls, booleans, small floats."""

import subprocess
import sys
from datetime import date

import imblearn.over_sampling as stock
import narwhals.stable.v1 as nw_stable
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from helpers.samplers import MAKERS, name_of
from helpers.tables import FRAMES, WORDS, X, Y
from scipy import sparse
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors

from fastsmote import over_sampling, under_sampling

# Schemas


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


@pytest.mark.slow
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
