"""Record batches that are read some rows at a time against those that Arrow reads as a whole."""

import datetime
import decimal

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pytest

from fastsmote.offline._batches import READ_ERRORS
from fastsmote.offline._files import locate
from fastsmote.offline._large_batches import LargeBatches

N_ROWS = 1_000
RANGES = [(0, N_ROWS), (0, 1), (7, 8), (8, 16), (3, 500), (501, 999), (999, 1_000), (5, 5)]


def make_columns():
    """{name: array} of every kind of column, with nulls in most."""
    rng = np.random.RandomState(0)
    numbers, is_null = rng.randint(0, 100, N_ROWS), rng.rand(N_ROWS) < 0.1
    texts = [None if null else "é" * (n % 7) for n, null in zip(numbers, is_null, strict=True)]
    nested = [None if text is None else [*map(ord, text)] for text in texts]
    days = [datetime.date(2024, 1, 1) + datetime.timedelta(int(n)) for n in numbers]
    fixed = {str(t): pa.array(numbers, mask=is_null).cast(t) for t in ("int8", "uint64", "float")}
    return {
        **fixed,
        "no nulls": pa.array(rng.randn(N_ROWS)),
        "half": pa.array(numbers.astype(np.float16)),
        "bool": pa.array(numbers % 2 == 0, mask=is_null),
        "decimal": pa.array([decimal.Decimal(int(n)) / 4 for n in numbers], pa.decimal128(9, 2)),
        "date": pa.array(days),
        "time": pa.array(numbers * 10**9, mask=is_null).cast(pa.timestamp("ns", "UTC")),
        "fixed bytes": pa.array([b"%02d" % n for n in numbers], pa.binary(2)),
        "string": pa.array(texts),
        "large string": pa.array(texts, pa.large_string()),
        "binary": pa.array([b"%d" % n for n in numbers]),
        "only empty": pa.array([""] * N_ROWS),
        "null": pa.nulls(N_ROWS),
        "dictionary": pa.array(texts).dictionary_encode(),
        "list": pa.array(nested),
        "list of lists": pa.array([[x, x] for x in nested]),
        "struct": pa.array([{"a": text, "b": 1} for text in texts]),
        "pairs": pa.array([[n, n] for n in numbers], pa.list_(pa.int64(), 2)),
        "map": pa.array([[("k", n)] for n in numbers], pa.map_(pa.string(), pa.int64())),
        "after all": pa.array(numbers),
    }


def write(table, path, **options):
    with pa.ipc.new_file(
        str(path), table.schema, options=pa.ipc.IpcWriteOptions(**options)
    ) as file:
        file.write_table(table)
    return locate(path)


def test_any_rows_of_any_columns_are_those_that_arrow_reads(tmp_path):
    table = pa.table(make_columns())
    file = write(table, tmp_path / "in.arrow")
    batch = LargeBatches(file, table.schema, 1_000).open(0)
    assert batch.n_rows == N_ROWS
    for start, stop in RANGES:
        got = batch.read(table.schema.names, start, stop)
        got.validate(full=True)
        assert pa.table(got).equals(table.slice(start, stop - start)), (start, stop)
    some = ["after all", "string", "dictionary"]
    assert pa.table(batch.read(some, 3, 700)).equals(table.select(some).slice(3, 697))


def test_record_batches_of_one_file_are_told_apart(tmp_path):
    table = pa.table({"a": np.arange(N_ROWS), "b": [str(n) for n in range(N_ROWS)]})
    path = tmp_path / "in.arrow"
    with pa.ipc.new_file(str(path), table.schema) as file:
        for start, stop in ((0, 400), (400, 401), (401, N_ROWS)):
            file.write_table(table.slice(start, stop - start))
    batches = LargeBatches(locate(path), table.schema, 1_000)
    assert batches.open(1) is None  # small
    assert pa.table(batches.open(2).read(["a", "b"], 9, 19)).equals(table.slice(410, 10))


@pytest.mark.parametrize("options", [{"use_legacy_format": True}, {"metadata_version": "V4"}])
def test_older_formats_are_read(options, tmp_path):
    if "metadata_version" in options:
        options = {"metadata_version": pa.ipc.MetadataVersion.V4}
    table = pa.table({name: make_columns()[name] for name in ("no nulls", "string", "bool")})
    batch = LargeBatches(write(table, tmp_path / "in.arrow", **options), table.schema, 1).open(0)
    assert pa.table(batch.read(table.schema.names, 11, 77)).equals(table.slice(11, 66))


def test_what_is_compressed_is_left_to_arrow(tmp_path):
    table = pa.table({"a": np.zeros(N_ROWS)})
    file = write(table, tmp_path / "in.arrow", compression="lz4")
    assert LargeBatches(file, table.schema, 1).open(0) is None


@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_columns_of_unknown_layout_are_left_to_arrow(kind, tmp_path):
    values, types = [pa.array([1, 2]), pa.array(["u", "v"])], pa.array([0, 1], pa.int8())
    if kind == "dense":
        column = pa.UnionArray.from_dense(types, pa.array([0, 1], pa.int32()), values)
    else:
        column = pa.UnionArray.from_sparse(types, values)
    table = pa.table({"union": column, "a": [1, 2]})
    assert LargeBatches(write(table, tmp_path / "in.arrow"), table.schema, 1).open(0) is None


def test_a_file_that_was_cut_off_is_an_error(tmp_path):
    table = pa.table({"a": np.zeros(N_ROWS)})
    file = write(table, tmp_path / "in.arrow")
    batch = LargeBatches(file, table.schema, 1).open(0)
    (tmp_path / "in.arrow").write_bytes((tmp_path / "in.arrow").read_bytes()[:4_000])
    assert len(batch.read(["a"], 0, 100)) == 100
    with pytest.raises(OSError, match="became shorter while it was read"):
        batch.read(["a"], 0, N_ROWS)


def test_damaged_metadata_is_an_error_of_reading(tmp_path):
    table = pa.table({"a": np.zeros(N_ROWS), "b": ["text"] * N_ROWS})
    file = write(table, tmp_path / "in.arrow")
    content, rng, n_errors = (tmp_path / "in.arrow").read_bytes(), np.random.RandomState(0), 0
    offset, n_metadata, _ = LargeBatches(file, table.schema, 1)._blocks[0]
    for place in range(offset, offset + n_metadata):
        damaged = bytearray(content)
        damaged[place] ^= rng.randint(1, 256)
        (tmp_path / "in.arrow").write_bytes(bytes(damaged))
        try:
            batch = LargeBatches(file, table.schema, 1).open(0)
            if batch is not None:  # None: it seems compressed
                batch.read(["a", "b"], 10, 20)
        except READ_ERRORS:
            n_errors += 1
    assert n_errors > n_metadata // 10
