"""Tables in files, read a batch of rows at a time and never as a whole.

A source has a schema and gives its rows, from any row on, in the order of the files'
names and of the rows in them. That order numbers the rows.
"""

import hashlib
import mmap
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet as pq

from fastsmote.offline._errors import OfflineError, Place, named

READ_ERRORS = (pa.ArrowException, OSError, EOFError, ValueError)
UNREADABLE = "cannot be read, is it whole?"
CSV_BLOCK_BYTES = 2**23
PAGE_BYTES = 2**18  # read at a time of each column
END_BYTES = 2**20  # of each end of a file, that its fingerprint is made of


@dataclass(frozen=True)
class Batch:
    """Consecutive rows of a table."""

    first_row: int  # its number in the whole table
    table: pa.RecordBatch
    place: Place  # of the first row

    def __len__(self):
        return self.table.num_rows

    def from_row(self, row):
        """The part of the batch that begins at a row's number; empty if that is above it."""
        skip = min(max(0, row - self.first_row), self.table.num_rows)
        if skip == 0:
            return self
        return Batch(self.first_row + skip, self.table.slice(skip), self.place.row_at(skip))


def _fingerprint(path):
    """Name, size, time and both ends of a file: what tells whether it is still the same."""
    stat = path.stat()
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        digest.update(file.read(END_BYTES))
        file.seek(max(0, stat.st_size - END_BYTES))
        digest.update(file.read(END_BYTES))
    return {
        "file": path.name,
        "bytes": stat.st_size,
        "modified_ns": stat.st_mtime_ns,
        "sha256_of_ends": digest.hexdigest(),
    }


class Source:
    """What all sources share."""

    codec = "snappy"

    def __init__(self, paths):
        self.paths = paths

    def fingerprint(self):
        """What tells whether the input is still the same, file by file."""
        return [_fingerprint(path) for path in self.paths]

    def batches(self, columns, batch_rows, start=0):
        """The rows from number ``start`` on, no more than ``batch_rows`` at a time.

        Yields
        ------
        batch : Batch
            With the columns asked for, in any order.
        """
        for batch in self._batches(columns, batch_rows, start):
            batch = batch.from_row(start)
            for offset in range(0, len(batch), batch_rows):
                part = batch.from_row(batch.first_row + offset)
                yield replace(part, table=part.table.slice(0, batch_rows))


class ParquetSource(Source):
    """One Parquet file, or several of the same schema one after the other."""

    def __init__(self, paths):
        super().__init__(paths)
        self._group_rows = []
        for path in paths:
            with named(path, UNREADABLE, READ_ERRORS), pq.ParquetFile(path) as file:
                self._add(path, file)

    def _add(self, path, file):
        metadata, schema = file.metadata, file.schema_arrow.remove_metadata()
        if not self._group_rows:
            self.schema = schema
            if metadata.num_row_groups and metadata.num_columns:
                self.codec = metadata.row_group(0).column(0).compression.lower()
                self.codec = self.codec.replace("uncompressed", "none")
        elif not schema.equals(self.schema):
            raise OfflineError(_schema_difference(path, schema, self.paths[0], self.schema))
        n_groups = metadata.num_row_groups
        self._group_rows.append([metadata.row_group(g).num_rows for g in range(n_groups)])

    def _batches(self, columns, batch_rows, start):
        first_row = 0
        for path, group_rows in zip(self.paths, self._group_rows, strict=True):
            if start >= first_row + sum(group_rows):
                first_row += sum(group_rows)
                continue
            with named(path, UNREADABLE, READ_ERRORS):
                # A row group may be as large as its file: pages are read as they are needed.
                file = pq.ParquetFile(path, pre_buffer=False, buffer_size=PAGE_BYTES)
            with file:
                for group, n_rows in enumerate(group_rows):
                    if start < first_row + n_rows:
                        place = Place(str(path), f"row group {group}", 0)
                        read = file.iter_batches(batch_rows, row_groups=[group], columns=columns)
                        yield from _numbered(read, first_row, place)
                    first_row += n_rows


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


class CsvSource(Source):
    """A CSV file with a header; the types are those of its first 8 MiB."""

    def __init__(self, paths):
        super().__init__(paths)
        with named(paths[0], UNREADABLE, READ_ERRORS), self._open() as reader:
            self.schema = reader.schema

    def _open(self, **convert):
        return pa.csv.open_csv(
            self.paths[0],
            read_options=pa.csv.ReadOptions(block_size=CSV_BLOCK_BYTES),
            convert_options=pa.csv.ConvertOptions(**convert),
        )

    def _batches(self, columns, batch_rows, start):
        place = Place(str(self.paths[0]), "", 0)
        with self._open(include_columns=columns, column_types=self.schema) as reader:
            yield from _numbered(iter(reader), 0, place)


class NpySource(Source):
    """A pair of .npy files: a matrix, whose columns are named x0, x1, ..., and the target."""

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


def _numbered(read, first_row, place):
    """Batches of what an iterator of another library reads, with their places."""
    while True:
        with named(place, UNREADABLE, READ_ERRORS):
            table = next(read, None)
        if table is None:
            return
        yield Batch(first_row, table, place)
        first_row += table.num_rows
        place = place.row_at(table.num_rows)


def _kind(field):
    return f"{field.type}" if field.nullable else f"{field.type} not null"


def _schema_difference(path, schema, first_path, first_schema):
    """One line on the first column that differs."""
    for field in first_schema:
        if field.name not in schema.names:
            return f"{path}, column {field.name}: is missing, {first_path} has it as {field.type}."
        other = schema.field(field.name)
        if other != field:
            return (
                f"{path}, column {field.name}: is {_kind(other)}, {first_path} has it as "
                f"{_kind(field)}."
            )
    extra = [name for name in schema.names if name not in first_schema.names]
    if extra:
        field = schema.field(extra[0])
        return f"{path}, column {field.name}: is {field.type}, {first_path} has no such column."
    return f"{path}, columns in another order than in {first_path}: {', '.join(schema.names)}."


SINGLE_FILES = {
    ".parquet": ParquetSource,
    ".pq": ParquetSource,
    ".arrow": IpcSource,
    ".feather": IpcSource,
    ".ipc": IpcSource,
    ".csv": CsvSource,
}


def open_source(src, target):
    """The source of a path.

    Parameters
    ----------
    src : path
        A file .parquet, .pq, .csv, .arrow, .feather, .ipc or .npy, or a folder of Parquet
        files, which are taken in the order of their names.
    target : str
        The target's column, or for .npy the file of the target, beside ``src`` if its path
        is relative.

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
        names = (path for path in src.iterdir() if path.suffix in (".parquet", ".pq"))
        paths = sorted(path for path in names if not path.name.startswith((".", "_")))
        if not paths:
            raise OfflineError(f"{src}: is a folder without Parquet files.")
        return ParquetSource(paths), target
    if src.suffix == ".npy":
        path = src.parent / target
        if path.suffix != ".npy" or not path.exists():
            raise OfflineError(f"{path}: for a .npy file the target must be another. It is not.")
        return NpySource([src, path]), path.stem
    if src.suffix not in SINGLE_FILES:
        known = ", ".join([*SINGLE_FILES, ".npy"])
        raise OfflineError(f"{src}: must be a folder or end in one of {known}. It does not.")
    return SINGLE_FILES[src.suffix]([src]), target
