"""Readers of single files: some columns, from any row on, a few rows at a time.

pyarrow.dataset reads the same files, but it holds whole row groups and does not report the
place of a row in its file. So these classes wrap pyarrow's readers of single files.
"""

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from fastsmote.offline._batches import READ_ERRORS, UNREADABLE, Batch, numbered
from fastsmote.offline._errors import OfflineError, Place, named
from fastsmote.offline._large_batches import LargeBatches

PAGE_BYTES = 2**18  # read at a time from each column
REMOTE_PAGE_BYTES = 2**22  # larger, as each read is a request
WHOLE_BATCH_BYTES = 2**25  # a larger record batch is not read as a whole
MAGIC = b"ARROW1"  # starts a file of the Arrow IPC format, but not a stream


class ParquetReader:
    """A Parquet file."""

    def __init__(self, file):
        self.file = file
        with named(file, UNREADABLE, READ_ERRORS), self._open() as opened:
            metadata, self.schema = opened.metadata, opened.schema_arrow
        self._group_rows = [metadata.row_group(g).num_rows for g in range(metadata.num_row_groups)]
        self.n_rows, self.codec = sum(self._group_rows), None
        if metadata.num_row_groups and metadata.num_columns:
            codec = metadata.row_group(0).column(0).compression.lower()
            self.codec = codec.replace("uncompressed", "none")

    def _open(self):
        # A row group may be as large as its file, so pages are read one by one.
        n_bytes = PAGE_BYTES if self.file.is_local else REMOTE_PAGE_BYTES
        return pq.ParquetFile(self.file.open(), pre_buffer=False, buffer_size=n_bytes)

    def batches(self, fields, batch_rows, start):
        """Yield the rows from number ``start`` on; row numbers count within the file.

        Parameters
        ----------
        fields : pyarrow.Schema
            The columns to read, with their types.
        """
        with named(self.file, UNREADABLE, READ_ERRORS):
            opened = self._open()
        first_row = 0
        with opened:
            for group, n_rows in enumerate(self._group_rows):
                if start < first_row + n_rows:
                    place = Place(str(self.file), f"row group {group}", 0)
                    read = opened.iter_batches(batch_rows, row_groups=[group], columns=fields.names)
                    yield from numbered(read, first_row, place)
                first_row += n_rows


class IpcReader:
    """A file of the Arrow IPC format, also called Feather version 2."""

    codec = n_rows = None

    def __init__(self, file):
        self.file = file
        with named(file, UNREADABLE, READ_ERRORS), self._open() as opened:
            self.schema = opened.schema

    def _open(self):
        return pa.ipc.open_file(self.file.open())

    def batches(self, fields, batch_rows, start):
        """Yield batches like `ParquetReader.batches`."""
        first_row = 0
        with named(self.file, UNREADABLE, READ_ERRORS):
            reader = self._open()
            large_batches = LargeBatches(self.file, self.schema, WHOLE_BATCH_BYTES)
        for group in range(reader.num_record_batches):
            place = Place(str(self.file), f"record batch {group}", 0)
            with named(place, UNREADABLE, READ_ERRORS):
                large = large_batches.open(group)
                table = reader.get_batch(group) if large is None else None
            if table is not None:
                batch = Batch(first_row, table.select(fields.names), place)
                first_row += len(batch)
                yield batch.from_row(start)
                continue
            for row in range(max(0, start - first_row), large.n_rows, batch_rows):
                stop = min(large.n_rows, row + batch_rows)
                with named(place.row_at(row), UNREADABLE, READ_ERRORS):
                    table = large.read(fields.names, row, stop)
                yield Batch(first_row + row, table, place.row_at(row))
            first_row += large.n_rows


class StreamReader:
    """A stream of the Arrow IPC format."""

    codec = n_rows = None

    def __init__(self, file):
        self.file = file
        with named(file, UNREADABLE, READ_ERRORS), file.stream() as stream:
            self.schema = pa.ipc.open_stream(stream).schema

    def batches(self, fields, batch_rows, start):
        """Yield batches like `ParquetReader.batches`, but from the first row on."""
        with named(self.file, UNREADABLE, READ_ERRORS):
            stream = self.file.stream()
        with stream:
            with named(self.file, UNREADABLE, READ_ERRORS):
                reader = iter(pa.ipc.open_stream(stream))
            first_row, group = 0, 0
            while True:
                place = Place(str(self.file), f"record batch {group}", 0)
                with named(place, UNREADABLE, READ_ERRORS):
                    table = next(reader, None)
                    if table is None:
                        return
                    batch = Batch(first_row, table.select(fields.names), place)
                yield batch
                first_row, group = first_row + len(batch), group + 1


def open_ipc(file):
    """Return a reader of the Arrow IPC format, for a file or a stream."""
    if file.compression:
        return StreamReader(file)
    with named(file, UNREADABLE, READ_ERRORS), file.open() as opened:
        n_bytes = opened.size()
        start = opened.read_at(min(len(MAGIC), n_bytes), 0)
    if n_bytes == 0:
        raise OfflineError(f"{file}: {UNREADABLE}: it is empty")
    return IpcReader(file) if start == MAGIC else StreamReader(file)
