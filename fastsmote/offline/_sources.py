"""Tables in files, read a batch of rows at a time and never as a whole.

A source has a schema and gives its rows, from any row on, in the order of the files'
names and of the rows in them. That order numbers the rows.
"""

import mmap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from fastsmote.offline._batches import READ_ERRORS, UNREADABLE, Batch, Source, numbered
from fastsmote.offline._csv import CsvSource
from fastsmote.offline._discovery import Found, find_files
from fastsmote.offline._errors import OfflineError, Place, named

PAGE_BYTES = 2**18  # read at a time of each column
NO_PARTITIONS = pa.schema([])


class ParquetSource(Source):
    """One Parquet file, or several one after the other.

    Their columns may come in another order, and integers may be of other widths: they are
    aligned, as no value changes.
    """

    def __init__(self, files, partitions=NO_PARTITIONS, root=None):
        super().__init__([file.path for file in files], root)
        self._values, self._group_rows, self._partitions = [], [], partitions
        self.schema = None
        for file in files:
            with named(file.path, UNREADABLE, READ_ERRORS), pq.ParquetFile(file.path) as opened:
                self._add(file, opened)
        named_in_files = set(self.schema.names)
        for field in partitions:
            if field.name not in named_in_files:
                self.schema = self.schema.append(field)

    def _add(self, file, opened):
        metadata, schema = opened.metadata, opened.schema_arrow.remove_metadata()
        if self.schema is None:
            self.schema = schema
            if metadata.num_row_groups and metadata.num_columns:
                self.codec = metadata.row_group(0).column(0).compression.lower()
                self.codec = self.codec.replace("uncompressed", "none")
        else:
            self.schema = _aligned(file.path, schema, self.paths[0], self.schema)
        n_groups = metadata.num_row_groups
        self._values.append(file.values)
        self._group_rows.append([metadata.row_group(g).num_rows for g in range(n_groups)])

    def _batches(self, columns, batch_rows, start):
        first_row = 0
        of_files = zip(self.paths, self._values, self._group_rows, strict=True)
        for path, values, group_rows in of_files:
            if start >= first_row + sum(group_rows):
                first_row += sum(group_rows)
                continue
            with named(path, UNREADABLE, READ_ERRORS):
                # A row group may be as large as its file: pages are read as they are needed.
                file = pq.ParquetFile(path, pre_buffer=False, buffer_size=PAGE_BYTES)
            with file:
                names = set(file.schema_arrow.names)
                physical = [name for name in columns if name in names]
                for group, n_rows in enumerate(group_rows):
                    if start < first_row + n_rows:
                        place = Place(str(path), f"row group {group}", 0)
                        if physical:
                            read = file.iter_batches(
                                batch_rows, row_groups=[group], columns=physical
                            )
                        else:
                            read = _without_columns(n_rows, batch_rows)
                        for batch in numbered(read, first_row, place):
                            yield replace(batch, table=self._whole(batch.table, columns, values))
                    first_row += n_rows

    def _whole(self, table, columns, values):
        """A batch of a file with the partition columns, all in the types of the schema."""
        arrays = []
        for name in columns:
            type_ = self.schema.field(name).type
            if name in table.schema.names:
                arrays.append(table.column(name).cast(type_))
            else:
                arrays.append(pa.repeat(pa.scalar(values[name], type_), table.num_rows))
        fields = [self.schema.field(name) for name in columns]
        return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))


def _without_columns(n_rows, batch_rows):
    """Batches of so many rows, of a file of which no column is asked for."""
    for start in range(0, n_rows, batch_rows):
        n = min(batch_rows, n_rows - start)
        yield pa.RecordBatch.from_struct_array(pa.array([{}] * n, pa.struct([])))


class IpcSource(Source):
    """A file of Arrow's IPC format, also called Feather version 2."""

    def __init__(self, paths):
        super().__init__(paths)
        with named(paths[0], UNREADABLE, READ_ERRORS), pa.memory_map(str(paths[0])) as file:
            self.schema = pa.ipc.open_file(file).schema.remove_metadata()

    def _batches(self, columns, batch_rows, start):
        path, first_row = self.paths[0], 0
        with open(path, "rb") as file:
            pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        reader = pa.ipc.open_file(pa.BufferReader(pages))
        for group in range(reader.num_record_batches):
            place = Place(str(path), f"record batch {group}", 0)
            with named(place, UNREADABLE, READ_ERRORS):
                table = reader.get_batch(group).select(columns)
            batch = Batch(first_row, table, place).from_row(start)
            first_row += table.num_rows
            # A record batch may be as large as its file.
            for offset in range(0, len(batch), batch_rows):
                part = batch.from_row(batch.first_row + offset)
                yield replace(part, table=part.table.slice(0, batch_rows))
                _give_back(pages)


def _give_back(pages):
    """Forget what is in memory of a file: it is read again if it is asked for again."""
    if hasattr(mmap, "MADV_DONTNEED"):
        pages.madvise(mmap.MADV_DONTNEED)


class NpySource(Source):
    """A pair of .npy files: a matrix, whose columns are named x0, x1, ..., and the target."""

    has_names = False

    def __init__(self, paths):
        super().__init__(paths)
        X, y = (self._load(path) for path in paths)
        if X.ndim != 2 or X.dtype.kind not in "fiub":
            raise OfflineError(
                f"{paths[0]}: must be a matrix of numbers. Got {X.ndim} dimensions of {X.dtype}."
            )
        if y.shape != X.shape[:1]:
            raise OfflineError(
                f"{paths[1]}: must have one dimension and {len(X)} rows, as {paths[0]} "
                f"has. Got shape {y.shape}."
            )
        self._n_rows, self._names = len(X), [f"x{j}" for j in range(X.shape[1])]
        self.schema = self._batch(0, 0, [*self._names, paths[1].stem]).schema

    def _load(self, path):
        with named(path, UNREADABLE, READ_ERRORS):
            return np.load(path, mmap_mode="r", allow_pickle=False)

    def _batch(self, start, stop, columns):
        # Mapped anew for each batch: the pages of a mapping that stays count as memory.
        target, arrays = self.paths[1].stem, {}
        if target in columns:
            arrays[target] = pa.array(np.array(self._load(self.paths[1])[start:stop]))
        if set(columns) != {target}:
            X = np.array(self._load(self.paths[0])[start:stop])
            for j, name in enumerate(self._names):
                if name in columns:
                    arrays[name] = pa.array(np.ascontiguousarray(X[:, j]))
        return pa.RecordBatch.from_arrays([arrays[name] for name in columns], columns)

    def _batches(self, columns, batch_rows, start):
        for row in range(start, self._n_rows, batch_rows):
            table = self._batch(row, min(self._n_rows, row + batch_rows), columns)
            yield Batch(row, table, Place(str(self.paths[0]), "", row))


def _kind(field):
    return f"{field.type}" if field.nullable else f"{field.type} not null"


def _aligned(path, schema, first_path, first_schema):
    """The schema of several files: that of the first, with integers as wide as any file's.

    Raises
    ------
    OfflineError
        For a column that is missing, more, or of a type whose values would change.
    """
    fields = []
    for field in first_schema:
        if field.name not in schema.names:
            raise OfflineError(
                f"{path}, column {field.name}: is missing, {first_path} has it as {field.type}."
            )
        other = schema.field(field.name)
        wider = _wider(field.type, other.type)
        if wider is None:
            raise OfflineError(
                f"{path}, column {field.name}: is {_kind(other)}, {first_path} has it as "
                f"{_kind(field)}."
            )
        nullable = field.nullable or other.nullable
        fields.append(field.with_type(wider).with_nullable(nullable))
    extra = [name for name in schema.names if name not in first_schema.names]
    if extra:
        field = schema.field(extra[0])
        raise OfflineError(
            f"{path}, column {field.name}: is {field.type}, {first_path} has no such column."
        )
    return pa.schema(fields)


def _wider(one, other):
    """The type that holds the values of both, or None."""
    if one == other:
        return one
    if pa.types.is_integer(one) and pa.types.is_integer(other):
        dtype = np.result_type(one.to_pandas_dtype(), other.to_pandas_dtype())
        return pa.from_numpy_dtype(dtype) if dtype.kind in "iu" else None
    return None


SINGLE_FILES = {
    ".parquet": ParquetSource,
    ".pq": ParquetSource,
    ".arrow": IpcSource,
    ".feather": IpcSource,
    ".ipc": IpcSource,
    ".csv": CsvSource,
}


def open_source(src, target, encoding="utf8"):
    """The source of a path.

    Parameters
    ----------
    src : path
        A file .parquet, .pq, .csv, .arrow, .feather, .ipc or .npy, or a folder of Parquet
        files and of further folders, taken in the order of their paths.
    target : str
        The target's column, or for .npy the file of the target, beside ``src`` if its path
        is relative.
    encoding : str
        That of a CSV file.

    Returns
    -------
    source : Source
    target : str
        The target's column.
    """
    src = Path(src)
    if not src.exists():
        raise OfflineError(f"{src}: there is no such file or folder.")
    if src.is_dir():
        folder = find_files(src)
        return ParquetSource(folder.files, folder.partitions, src), target
    if src.suffix == ".npy":
        path = src.parent / target
        if path.suffix != ".npy" or not path.exists():
            raise OfflineError(f"{path}: for a .npy file the target must be another. It is not.")
        return NpySource([src, path]), path.stem
    if src.suffix not in SINGLE_FILES:
        known = ", ".join([*SINGLE_FILES, ".npy"])
        raise OfflineError(f"{src}: must be a folder or end in one of {known}. It does not.")
    kind = SINGLE_FILES[src.suffix]
    if kind is CsvSource:
        return CsvSource(src, encoding), target
    return kind([Found(src, {})] if kind is ParquetSource else [src]), target
