"""Writes the cases of offline_tables.py into files, and reads files by other means.

What is read here goes through pyarrow's readers of whole files, NumPy and Python's csv module,
and through nothing of the package.
"""

import os
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.ipc
import pyarrow.parquet as pq

from helpers.offline.csv import (
    as_text,
    delimiter_of,
    inferred,
    read_by_arrow,
    read_csv,
    text_of,
    write_csv,
)
from helpers.offline.layout import INPUTS
from helpers.offline.options import DRAW_ROWS
from helpers.offline.roles import wider

HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"
MAGIC = b"ARROW1"


class Stretch(NamedTuple):
    """Rows that an error numbers from 0 on."""

    where: str
    n_rows: int


class Given(NamedTuple):
    """The input as it was read by other means."""

    table: Any  # pyarrow.Table
    stretches: list  # of Stretch
    texts: dict | None  # {name: values} of CSV files, as they stand there
    lines: list | None  # of CSV files, with their ends, the first file's header first

    def place_of(self, row):
        """Where a row of the table stands, in the words of an error."""
        for stretch in self.stretches:
            if row < stretch.n_rows:
                return f"{stretch.where}, row {row}"
            row -= stretch.n_rows
        raise IndexError(row)


# Writing


def _is_at_fault(case, number, kind):
    return case.fault is not None and case.fault.kind == kind and case.fault.file == number


def _columns_of(case, number, start):
    """{name: values} of one file, its columns in their order there."""
    file, arrays = case.files[number], {}
    for place in file.order:
        name, _, values = case.physical[place]
        if _is_at_fault(case, number, "missing column") and name == case.fault.column:
            continue
        values, type_ = values.slice(start, file.n_rows), file.types.get(name, values.type)
        is_nothing = pa.types.is_null(type_)
        arrays[name] = pa.nulls(len(values)) if is_nothing else values.cast(type_)
    return arrays


def _write_parquet(case, path, file, arrays):
    pq.write_table(pa.table(arrays), path, file.group_rows)


def _write_arrow(case, path, file, arrays):
    table, open_file = pa.table(arrays), pa.ipc.new_stream if file.is_stream else pa.ipc.new_file
    compression = "gzip" if path.suffix == ".gz" else None
    with (
        pa.output_stream(str(path), compression=compression) as sink,
        open_file(sink, table.schema) as writer,
    ):
        writer.write_table(table, file.group_rows)


def _write_csv(case, path, file, arrays):
    texts = {name: as_text(values, case.csv["style"]) for name, values in arrays.items()}
    if case.fault is not None and case.fault.kind == "text" and case.fault.column in texts:
        start = sum(f.n_rows for f in case.files[: case.files.index(file)])
        if start <= case.fault.row < start + file.n_rows:
            texts[case.fault.column][case.fault.row - start] = "many"
    is_cut = _is_at_fault(case, case.files.index(file), "truncated") and path.suffix != ".zst"
    write_csv(path, texts, case.csv, is_cut)


def _write_npy(case, path, file, arrays):
    target, *others = case.columns
    labels, type_ = target.values.to_pylist(), target.values.type
    is_text = isinstance(labels[0], str)
    X = np.column_stack([column.values.to_numpy(zero_copy_only=False) for column in others])
    np.save(path, X)
    np.save(path.with_name("y.npy"), np.array(labels, None if is_text else type_.to_pandas_dtype()))


WRITERS = {"parquet": _write_parquet, "arrow": _write_arrow, "csv": _write_csv, "npy": _write_npy}


def write_input(case, folder):
    """Write a case, its fault included; the path to pass to the command."""
    root, start = folder / "in" if case.is_folder else folder, 0
    for number, file in enumerate(case.files):
        path = root.joinpath(*file.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        WRITERS[case.format](case, path, file, _columns_of(case, number, start))
        start += file.n_rows
        is_cut = case.format == "csv" and path.suffix != ".zst"
        if _is_at_fault(case, number, "truncated") and not is_cut:
            # What is compressed may be whole without the end of its file.
            n_cut = path.stat().st_size // 2 if path.suffix == ".gz" else 7
            path.write_bytes(path.read_bytes()[:-n_cut])
    for name in case.hidden:
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"no data of the table")
    return root if case.is_folder else root.joinpath(*case.files[0].path)


# Reading: (path, case) -> (table, stretches)


def _read_parquet(path, case):
    metadata = pq.read_metadata(path)
    sizes = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
    stretches = [Stretch(f"{path}, row group {group}", size) for group, size in enumerate(sizes)]
    return pq.ParquetFile(path).read(), stretches


def _read_arrow(path, case=None):
    with pa.input_stream(str(path), compression="detect") as stream:
        content = stream.read()
    opened = pa.ipc.open_file if content.startswith(MAGIC) else pa.ipc.open_stream
    with opened(content) as reader:
        table = reader.read_all()
    sizes = _batch_sizes(content)
    return table, [Stretch(f"{path}, record batch {i}", size) for i, size in enumerate(sizes)]


def _batch_sizes(content):
    if not content.startswith(MAGIC):
        with pa.ipc.open_stream(content) as reader:
            return [len(batch) for batch in reader]
    with pa.ipc.open_file(content) as reader:
        return [len(reader.get_batch(number)) for number in range(reader.num_record_batches)]


def _read_npy(path, case):
    X, y = np.load(path), np.load(path.with_name("y.npy"))
    columns = {f"x{j}": pa.array(X[:, j]) for j in range(X.shape[1])}
    table = pa.table({**columns, "y": pa.array(y.tolist() if y.dtype.kind == "U" else y)})
    return table, [Stretch(str(path), len(X))]


def _read_csv(path, case):
    names = [column.name for column in case.physical] if case.csv["no_header"] else None
    encoding = "utf-8-sig" if case.csv["encoding"] == "utf8" else case.csv["encoding"]
    texts = read_csv(text_of(path, encoding), delimiter_of(path.name, case.csv), names)
    table = pa.table({name: pa.array(values, pa.string()) for name, values in texts.items()})
    return table, [Stretch(str(path), len(table))]


READERS = {"parquet": _read_parquet, "arrow": _read_arrow, "npy": _read_npy, "csv": _read_csv}


def data_files(case, src):
    """The files of the input that no reader takes for hidden, in order."""
    if not case.is_folder:
        return [src]
    found, endings = [], tuple(INPUTS[case.format])
    for root, _, names in os.walk(src):
        found += [Path(root, name).relative_to(src) for name in names]
    found = [
        path
        for path in found
        if path.name.endswith(endings) and not any(part[0] in "._" for part in path.parts)
    ]
    return [src / path for path in sorted(found, key=lambda path: path.parts)]


def _partition_values(folder, paths):
    """{key: its value for each file}, integers if all are."""
    values = {}
    for path in paths:
        for part in path.relative_to(folder).parts[:-1]:
            key, equals, value = part.partition("=")
            if equals:
                values.setdefault(key, []).append(None if value == HIVE_NULL else unquote(value))
    for key, texts in values.items():
        if all(text is None or text.isdecimal() for text in texts):
            values[key] = [None if text is None else int(text) for text in texts]
    return values


def read_input(case, src):
    """What an input holds whose files can be read.

    Raises
    ------
    pa.ArrowInvalid
        If a column's type does not hold the values of all files.
    """
    paths = data_files(case, src)
    read = [READERS[case.format](path, case) for path in paths]
    tables = [table.select(read[0][0].column_names) for table, _ in read]
    stretches = [stretch for _, of_file in read for stretch in of_file]
    names = tables[0].column_names
    types = [wider([table.schema.field(name).type for table in tables]) for name in names]
    schema = pa.schema(list(zip(names, types, strict=True)))
    table = pa.concat_tables([table.cast(schema) for table in tables]).unify_dictionaries()
    texts = lines = None
    if case.format == "csv":
        texts = {name: table.column(name).to_pylist() for name in table.column_names}
        lines = _lines(case, paths)
        table = _parsed(case, paths, table)
    for key, values in _partition_values(src, paths).items() if case.is_folder else ():
        type_ = pa.string() if any(isinstance(v, str) for v in values) else pa.int32()
        values = [v for v, part in zip(values, tables, strict=True) for _ in range(len(part))]
        table = table.append_column(key, pa.array(values, type_))
        if texts is not None and pa.types.is_string(type_):
            texts[key] = values
    return Given(table, stretches, texts, lines)


def _lines(case, paths):
    lines = []
    for path in paths:
        of_file = text_of(path, case.csv["encoding"]).removeprefix("\ufeff").splitlines(True)
        lines += of_file[1:] if lines and not case.csv["no_header"] else of_file
    return lines


def _parsed(case, paths, table):
    """CSV files with the types that their values have."""
    parsed = case.of_role("target", "feature")
    names = [column.name for column in case.physical]
    types = {}
    if case.sampler in DRAW_ROWS:  # of which every column is a feature
        schemas = [read_by_arrow(path, case.csv, names).schema for path in paths]
        for name in set(case.of_role("other")) & set(names) - set(case.options.get("exclude", [])):
            types[name] = wider([schema.field(name).type for schema in schemas], True)
    of_arrow = [read_by_arrow(path, case.csv, names, types).select(names) for path in paths]
    for place, name in enumerate(table.column_names):
        if name in parsed:
            table = table.set_column(place, name, inferred(table.column(name).to_pylist()))
        elif name in types:
            chunks = [c for part in of_arrow for c in part.column(name).chunks]
            table = table.set_column(place, name, pa.chunked_array(chunks, types[name]))
    return table


# Outputs


def read_output(dst):
    """The table of an output that is neither CSV nor .npy nor partitioned."""
    if ".arrow" in dst.name:
        return _read_arrow(dst)[0]
    paths = sorted(dst.glob("part-*.parquet")) if dst.is_dir() else [dst]
    return pa.concat_tables([pq.ParquetFile(path).read() for path in paths])


def read_partitions(dst, schema, keys):
    """{text of the keys: the rows of their folder, in order}, as pyarrow.dataset finds them."""
    types = pa.schema([(name, pa.string()) for name in keys])
    dataset = ds.dataset(dst, schema=schema, partitioning=ds.partitioning(types, flavor="hive"))
    found = {}
    for fragment in sorted(dataset.get_fragments(), key=lambda fragment: fragment.path):
        values = ds.get_partition_keys(fragment.partition_expression)
        key = tuple(values.get(name) for name in keys)
        table = pq.ParquetFile(fragment.path).read()
        found[key] = pa.concat_tables([found[key], table]) if key in found else table
    return found
