"""Compares the output of `fastsmote resample` with the table that it has to be."""

import datetime
import json

import numpy as np
import pandas as pd
import pyarrow as pa

from helpers.offline.csv import delimiter_of, is_csv, is_plain, read_csv, text_of
from helpers.offline.files import read_output, read_partitions
from helpers.offline.options import CLEANED, OVER


def assert_same_rows(case, given, dst, expected):
    """Names, types and every value."""
    if is_csv(dst.name):
        assert_same_csv(dst, case, expected)
        if given.lines is not None:
            assert_same_lines(dst, case, given)
    elif dst.suffix == ".npy":
        assert_same_npy(dst, case, expected)
    elif case.options.get("partition_by"):
        assert_same_partitions(dst, case, expected)
    else:
        assert_same_table(case, read_output(dst), expected)
    if dst.is_dir():
        assert_parts(dst, case, expected)


def assert_parts(dst, case, expected):
    """The manifest's numbers of rows."""
    manifest, part_rows = (
        json.loads((dst / "_manifest.json").read_text()),
        case.options["part_rows"],
    )
    sizes = [part["rows"] for part in manifest["parts"]]
    assert sum(sizes) == expected.n_rows
    if part_rows and not case.options.get("partition_by"):
        assert all(size == part_rows for size in sizes[:-1])
    files = {path.relative_to(dst).as_posix() for path in dst.rglob("*") if path.is_file()}
    assert files == {"_manifest.json", *(part["file"] for part in manifest["parts"])}


def assert_same_table(case, got, expected):
    """Names, types and every value, to the bit."""
    assert got.column_names == list(expected.columns)
    for name, values in expected.columns.items():
        types = got.schema.field(name).type, expected.types[name]
        if pa.types.is_dictionary(types[0]) and len(case.files) > 1:
            types = [pa.dictionary(pa.int32(), type_.value_type) for type_ in types]
        assert types[0] == types[1], (name, types)
        found = got.column(name).to_pylist()
        assert repr(found) == repr(values), (name, found, values)


def assert_same_partitions(dst, case, expected):
    """The rows of every folder, in their order."""
    keys = case.options["partition_by"]
    schema = pa.schema([(name, expected.types[name]) for name in expected.columns])
    rows_of = {}
    texts = [_as_key(expected.columns[name], expected.types[name]) for name in keys]
    for row, key in enumerate(zip(*texts, strict=True)):
        rows_of.setdefault(key, []).append(row)
    found = read_partitions(dst, schema, keys)
    assert found.keys() == rows_of.keys(), (keys, found.keys(), rows_of.keys())
    columns = {name: of for name, of in expected.columns.items() if name not in keys}
    for key, rows in rows_of.items():
        assert_same_table(case, found[key], expected._replace(columns=columns).taken(rows))


def _as_key(values, type_):
    type_ = type_.value_type if pa.types.is_dictionary(type_) else type_
    return pa.array(values, type_).cast(pa.string()).to_pylist()


# .npy


def assert_same_npy(path, case, expected):
    """The matrix of features and the target beside it."""
    X, y = np.load(path), np.load(path.with_name(f"out.{case.target}.npy"))
    types = {name: type_ for name, type_ in expected.types.items() if name != case.target}
    dtypes = [np.float64 if pa.types.is_decimal(t) else t.to_pandas_dtype() for t in types.values()]
    assert X.shape == (expected.n_rows, len(types))
    assert X.dtype == np.result_type(*dtypes)
    for j, (name, dtype) in enumerate(zip(types, dtypes, strict=True)):
        values = [np.nan if value is None else value for value in expected.columns[name]]
        column = np.array(values, X.dtype if None in expected.columns[name] else dtype)
        assert repr(X[:, j].tolist()) == repr(column.astype(X.dtype).tolist())
    assert repr(y.tolist()) == repr(expected.columns[case.target])


# CSV


def _parsed(text, value, type_):
    """The text of a CSV file as a value of a type."""
    if isinstance(value, bool):
        return {"true": True, "false": False}[text]
    if isinstance(value, float):
        return float(np.dtype(type_.to_pandas_dtype()).type(text))
    if isinstance(value, datetime.datetime):
        return pd.Timestamp(text).tz_convert(value.tzinfo) if value.tzinfo else pd.Timestamp(text)
    if isinstance(value, datetime.date):
        return datetime.date.fromisoformat(text)
    return type(value)(text)


def assert_same_csv(path, case, expected):
    """The text of every value is that of the value, nothing where it is null."""
    how, names = case.csv, list(expected.columns)
    given_names = names if how["no_header"] else None
    columns = read_csv(text_of(path, "utf8"), delimiter_of(path.name, how), given_names)
    assert list(columns) == names
    for name in names:
        texts, values, type_ = columns[name], expected.columns[name], expected.types[name]
        assert len(texts) == len(values)
        for text, value in zip(texts, values, strict=True):
            if value is None:
                assert text == "", name
            elif isinstance(value, float):
                assert repr(_parsed(text, value, type_)) == repr(value), name
            else:
                assert _parsed(text, value, type_) == value, name


def assert_same_lines(path, case, given):
    """The header and the original rows of CSV files, byte for byte, where they are plain.

    Quotes are where they are needed in a row group.
    """
    text, keeps_rows = "".join(given.lines), case.sampler in set(OVER) - set(CLEANED)
    names = ("only_synthetic", "provenance", "shuffle", "flag")
    changes = [case.options[name] for name in names] + [case.options["dtype"] != "file"]
    delimiters = {delimiter_of(name, case.csv) for name in (path.name, *_names(case))}
    has_keys = len(case.physical) < len(case.columns)
    orders = {tuple(file.order) for file in case.files}
    if '"' in text or not keeps_rows or any(changes) or has_keys or not is_plain(case.csv):
        return
    if len(delimiters) == len(orders) == 1:
        assert text_of(path, "utf8")[: len(text)] == text


def _names(case):
    return [file.name for file in case.files]
