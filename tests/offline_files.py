"""Writes the cases of offline_tables.py into files, and reads files by other means.

What is read here goes through pyarrow's readers of whole files, NumPy and Python's csv module,
and through nothing of the package.
"""

import csv
import io
import os
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet as pq
from offline_tables import DRAW_ROWS

HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"
CSV_NULLS = ("", "nan", "NA")
INTEGER_TEXT = set("+-0123456789")


class Stretch(NamedTuple):
    """Rows that an error numbers from 0 on."""

    where: str
    n_rows: int


class Given(NamedTuple):
    """The input as it was read by other means."""

    table: Any  # pyarrow.Table, for CSV the text of the columns that pass through
    stretches: list  # of Stretch
    lines: list | None  # of a CSV file, with their ends, the header first

    def place_of(self, row):
        """Where a row of the table stands, in the words of an error."""
        for stretch in self.stretches:
            if row < stretch.n_rows:
                return f"{stretch.where}, row {row}"
            row -= stretch.n_rows
        raise IndexError(row)


# Writing


def _file_table(case, file, start):
    """The rows of one file of a folder, its columns in their order there."""
    physical = [column for column in case.columns if column.values is not None]
    arrays = {}
    for place in file.order:
        name, _, values = physical[place]
        values = values.slice(start, file.n_rows)
        arrays[name] = values.cast(file.types.get(name, values.type))
    return pa.table(arrays)


def _write_parquet(case, src):
    pq.write_table(_file_table(case, case.files[0], 0), src, case.files[0].group_rows)
    return [src]


def _write_folder(case, src):
    start, paths = 0, []
    for number, file in enumerate(case.files):
        path, table = src.joinpath(*file.path), _file_table(case, file, start)
        path.parent.mkdir(parents=True, exist_ok=True)
        if case.fault and case.fault.kind == "missing column" and case.fault.file == number:
            table = table.drop_columns([case.fault.column])
        pq.write_table(table, path, file.group_rows)
        start += file.n_rows
        paths.append(path)
    for name in case.hidden:
        path = src / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"no data of the table")
    return paths


def _write_arrow(case, src):
    table = _file_table(case, case.files[0], 0)
    with pa.ipc.new_file(src, table.schema) as writer:
        writer.write_table(table, case.files[0].group_rows)
    return [src]


def _write_csv(case, src):
    text, how = io.StringIO(newline=""), case.csv
    quoting = csv.QUOTE_ALL if how["quotes_all"] else csv.QUOTE_MINIMAL
    writer = csv.writer(text, lineterminator=how["newline"], quoting=quoting)
    *rows, last = zip(*(column.values for column in case.columns), strict=True)
    if case.fault is not None and case.fault.kind == "truncated":
        # BUG 9: a file that ends inside a quoted value is read as if it were whole.
        last = last[:-1]
    writer.writerows([[column.name for column in case.columns], *rows, last])
    text = text.getvalue() if how["ends"] else text.getvalue().removesuffix(how["newline"])
    src.write_bytes(text.encode("utf-8-sig" if how["has_bom"] else "utf-8"))
    return [src]


def _write_npy(case, src):
    target, *others = case.columns
    labels, type_ = target.values.to_pylist(), target.values.type
    is_text = isinstance(labels[0], str)
    X = np.column_stack([column.values.to_numpy(zero_copy_only=False) for column in others])
    np.save(src, X)
    np.save(src.with_name("y.npy"), np.array(labels, None if is_text else type_.to_pandas_dtype()))
    return [src]


WRITERS = {
    "parquet": _write_parquet,
    "parquet folder": _write_folder,
    "arrow": _write_arrow,
    "csv": _write_csv,
    "npy": _write_npy,
}


def write_input(case, folder):
    """Write a case, its fault included; the path to pass to the command."""
    src = folder / ("in" if case.source.endswith("folder") else f"in.{case.source}")
    paths = WRITERS[case.source](case, src)
    if case.fault is not None and case.fault.kind == "truncated" and case.source != "csv":
        path = paths[case.fault.file]
        path.write_bytes(path.read_bytes()[:-7])
    return src


# Reading


def _data_files(folder):
    """The Parquet files of a folder that no reader takes for hidden, in order."""
    found = []
    for root, _, names in os.walk(folder):
        found += [Path(root, name).relative_to(folder) for name in names]
    found = [
        path
        for path in found
        if path.suffix in (".parquet", ".pq") and not any(part[0] in "._" for part in path.parts)
    ]
    return [folder / path for path in sorted(found, key=lambda path: path.parts)]


def _partition_values(folder, paths):
    """{key: its value for each file}, integers if all are."""
    values = {}
    for path in paths:
        for part in path.relative_to(folder).parts[:-1]:
            key, equals, value = part.partition("=")
            if equals:
                values.setdefault(key, []).append(None if value == HIVE_NULL else unquote(value))
    for key, texts in values.items():
        if all(text is None or set(text) <= INTEGER_TEXT for text in texts):
            values[key] = [None if text is None else int(text) for text in texts]
    return values


def _stretches_of_parquet(path):
    metadata = pq.read_metadata(path)
    sizes = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
    return [Stretch(f"{path}, row group {group}", size) for group, size in enumerate(sizes)]


def _read_parquet(case, src):
    return Given(pq.ParquetFile(src).read(), _stretches_of_parquet(src), None)


def _read_folder(case, src):
    paths = _data_files(src)
    tables = [pq.ParquetFile(path).read() for path in paths]
    for key, values in _partition_values(src, paths).items():
        is_text = any(isinstance(value, str) for value in values)
        type_ = pa.string() if is_text else pa.int32()
        for number, value in enumerate(values):
            column = pa.array([value] * len(tables[number]), type_)
            tables[number] = tables[number].append_column(key, column)
    tables = [table.select(tables[0].column_names) for table in tables]
    table = pa.concat_tables(tables, promote_options="permissive")
    return Given(table, [part for path in paths for part in _stretches_of_parquet(path)], None)


def _read_arrow(case, src):
    with pa.ipc.open_file(src) as file:
        batches = [file.get_batch(number) for number in range(file.num_record_batches)]
        table = pa.Table.from_batches(batches, file.schema)
    parts = [Stretch(f"{src}, record batch {i}", len(batch)) for i, batch in enumerate(batches)]
    return Given(table, parts, None)


def _inferred(texts):
    """The values of a column that is parsed, as integers, booleans or floats if all of it is."""
    known = [text for text in texts if text not in CSV_NULLS]
    if all(text in ("true", "false") for text in known):
        kind, type_ = {"true": True, "false": False}.get, pa.bool_()
    elif all(set(text) <= INTEGER_TEXT for text in known):
        kind, type_ = int, pa.int64()
    elif all(_is_float(text) for text in known):
        kind, type_ = float, pa.float64()
    else:
        return pa.array(texts, pa.string())
    return pa.array([None if text in CSV_NULLS else kind(text) for text in texts], type_)


def _is_float(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def read_csv(path, encoding="utf-8-sig"):
    """{name: the text of its values} of a CSV file; bytes that are no text as surrogates."""
    with open(path, newline="", encoding=encoding, errors="surrogateescape") as file:
        names, *rows = csv.reader(file)
    assert all(len(row) == len(names) for row in rows)
    return {name: [row[j] for row in rows] for j, name in enumerate(names)}


def _read_csv(case, src):
    table = pa.table({name: pa.array(texts) for name, texts in read_csv(src).items()})
    is_text = case.sampler in DRAW_ROWS and case.dst == "out.csv"
    parsed = case.of_role("target", *([] if is_text else ["feature", "category"]))
    for place, name in enumerate(table.column_names):
        if name in parsed:
            column = _inferred(table.column(name).to_pylist())
            table = table.set_column(place, name, column)
    if case.sampler in DRAW_ROWS and not is_text:  # of which every column is a feature
        of_arrow, excluded = pa.csv.read_csv(src), case.options.get("exclude", [])
        for name in set(case.of_role("other")) - set(excluded):
            place = table.column_names.index(name)
            table = table.set_column(place, name, of_arrow.column(name))
    lines = src.read_bytes().decode("utf-8-sig").splitlines(keepends=True)
    return Given(table, [Stretch(str(src), len(table))], lines)


def _read_npy(case, src):
    X, y = np.load(src), np.load(src.with_name("y.npy"))
    columns = {f"x{j}": pa.array(X[:, j]) for j in range(X.shape[1])}
    table = pa.table({**columns, "y": pa.array(y.tolist() if y.dtype.kind == "U" else y)})
    return Given(table, [Stretch(str(src), len(X))], None)


READERS = {
    "parquet": _read_parquet,
    "parquet folder": _read_folder,
    "arrow": _read_arrow,
    "csv": _read_csv,
    "npy": _read_npy,
}


def read_input(case, src):
    """What a file without a fault that makes it unreadable holds."""
    return READERS[case.source](case, src)


def read_output(dst):
    """The table of an output that is neither CSV nor .npy."""
    if dst.suffix == ".arrow":
        with pa.ipc.open_file(dst) as file:
            return file.read_all()
    paths = sorted(dst.glob("part-*.parquet")) if dst.is_dir() else [dst]
    return pa.concat_tables([pq.ParquetFile(path).read() for path in paths])
