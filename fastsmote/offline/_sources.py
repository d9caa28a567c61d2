"""Sources: tables in files that are read one batch of rows at a time.

A source has a schema, and it yields its rows from any row number on. Rows are numbered in
the order of the paths of the files, and within a file in the order of its rows.
"""

import copy
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from fastsmote.offline._alignment import aligned
from fastsmote.offline._batches import READ_ERRORS, Source
from fastsmote.offline._csv import CsvReader, WiderType, dialect_of
from fastsmote.offline._discovery import FORMATS, Folder, Found, find_files, format_of
from fastsmote.offline._errors import OfflineError, named
from fastsmote.offline._files import COMPRESSIONS, locate
from fastsmote.offline._npy_source import NpySource
from fastsmote.offline._readers import ParquetReader, open_ipc

TYPE_CHANGES = "does not fit the other files"


class FilesSource(Source):
    """One file, or several files of one format, read one after the other.

    The order of the columns and the widths of numbers may differ between files. Columns are
    converted to one schema that holds every value unchanged.
    """

    def __init__(self, folder, open_reader, root=None):
        super().__init__([found.file for found in folder.files], root)
        self.skipped = folder.skipped
        self._readers = [open_reader(file) for file in self.paths]
        self._values = [found.values for found in folder.files]
        self._n_rows = [reader.n_rows for reader in self._readers]  # None if not known yet
        self.is_text = isinstance(self._readers[0], CsvReader)
        self.format = format_of(self.paths[0])
        self.codec = self._readers[0].codec or self.codec
        self.schema = self._readers[0].schema
        for reader in self._readers[1:]:
            self.schema = aligned(
                reader.file, reader.schema, self.paths[0], self.schema, self.is_text
            )
        self._names_in_files = set(self.schema.names)
        for field in folder.partitions:
            if field.name not in self._names_in_files:
                self.schema = self.schema.append(field)

    def as_text(self, names):
        """Return the source with some columns as text, unchanged from the CSV files."""
        source = copy.copy(self)
        fields = [
            field.with_type(pa.string())
            if field.name in names and field.name in self._names_in_files
            else field
            for field in self.schema
        ]
        source.schema = pa.schema(fields, self.schema.metadata)
        return source

    def _batches(self, columns, batch_rows, start):
        first_row = 0
        physical = [name for name in columns if name in self._names_in_files]
        fields = pa.schema([self.schema.field(name) for name in physical] or [self._counted()])
        of_files = zip(self._readers, self._values, strict=True)
        for number, (reader, values) in enumerate(of_files):
            n_rows = self._n_rows[number]
            if n_rows is None or start < first_row + n_rows:
                n_rows = max(0, start - first_row) if n_rows is not None else 0
                for batch in reader.batches(fields, batch_rows, max(0, start - first_row)):
                    n_rows = batch.first_row + len(batch)
                    with named(batch.place, TYPE_CHANGES, READ_ERRORS):
                        table = self._whole(batch.table, columns, values)
                    yield replace(batch, first_row=first_row + batch.first_row, table=table)
                self._n_rows[number] = n_rows
            first_row += n_rows

    def _counted(self):
        """Return a column to count the rows by if none is requested; CSV values stay text."""
        field = self.schema.field(self._readers[0].schema.names[0])
        return field.with_type(pa.string()) if self.is_text else field

    def _whole(self, table, columns, values):
        """Add the partition columns to a batch, and convert all columns to the schema."""
        arrays = []
        for name in columns:
            type_ = self.schema.field(name).type
            if name in table.schema.names:
                column = table.column(name)
                column = column if column.type == type_ else column.cast(type_)
                if name in values:
                    _check_is_all(column, values[name], name)
                arrays.append(column)
            else:
                arrays.append(pa.repeat(pa.scalar(values[name], type_), table.num_rows))
        fields = [self.schema.field(name) for name in columns]
        return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))


def _check_is_all(column, value, name):
    """Raise if a column of a file differs from the value in the name of its folder."""
    is_same = column.is_null() if value is None else pc.equal(column, pa.scalar(value, column.type))
    if not pc.all(pc.fill_null(is_same, False)).as_py():
        raise ValueError(f"its folder is named {name}={value}, but column {name} has another value")


def open_source(src, target, options, types=None):
    """Open the source of a path.

    Parameters
    ----------
    src : path or URI
        A file, or a folder whose files, including those in subfolders, have one format. Files
        are read in the order of their paths.
    target : str
        The target column; for .npy the file of the target, whose path is relative to the
        folder of ``src``.
    options : Options
    types : dict, default=None
        Types of CSV columns for which the inferred type is known to be wrong.

    Returns
    -------
    source : Source
    target : str
        The target column.
    """
    if str(src) == "-":
        raise OfflineError("-: cannot read standard input; a run reads its input repeatedly.")
    file = locate(src)
    with named(file, "cannot be read", OSError):
        info = file.info()
    if info.type.name == "NotFound":
        raise OfflineError(f"{file}: there is no such file or folder.")
    if info.type.name == "Directory":
        return FilesSource(find_files(file), _reader_of(options, types or {}), file), target
    if file.suffix == ".npy" and not file.compression:
        return _open_pair(file, target)
    if format_of(file) is None:
        raise OfflineError(
            f"{file}: must be a folder or end in one of {', '.join(FORMATS)}, .npy; CSV and "
            f".arrows may be compressed ({', '.join(COMPRESSIONS)})."
        )
    return FilesSource(
        Folder([Found(file, {})], pa.schema([]), []), _reader_of(options, types or {})
    ), target


def with_wider_types(src, read):
    """Read a source; start again if a value of a CSV file does not fit its column's type.

    Parameters
    ----------
    src : path or URI
    read : callable
        ``read(types)`` opens the source with these types of CSV columns, and reads it.

    Returns
    -------
    found : object
        What ``read`` returns.
    """
    types = {}
    while True:
        try:
            return read(types)
        except WiderType as wider:
            if types.get(wider.column) == wider.type:
                raise OfflineError(f"{src}, column {wider.column}: cannot be read.") from wider
            types[wider.column] = wider.type


def _reader_of(options, types):
    """Return a function that opens a file by its ending."""

    def open_reader(file):
        if format_of(file) == "Parquet":
            return ParquetReader(file)
        if format_of(file) == "CSV":
            return CsvReader(file, dialect_of(file, options), types)
        return open_ipc(file)

    return open_reader


def _open_pair(file, target):
    folder = file.path[: len(file.path) - len(file.name)]
    is_absolute = file.is_local and str(target).startswith("/")
    path = str(target) if is_absolute else folder + str(target)
    of_target = file._replace(path=path, shown=path if file.is_local else file.shown)
    if of_target.suffix != ".npy" or of_target.info().type.name != "File":
        raise OfflineError(
            f"{of_target}: the target of {file} must be a second .npy file that exists."
        )
    return NpySource(file, of_target), of_target.name.rpartition(".")[0]
