"""Readers of one file each: its rows from any row on, some columns, a few rows at a time.

pyarrow.dataset reads the same files, but it holds whole row groups and does not say where
in a file a row stands. So the readers here are pyarrow's readers of single files.
"""

import mmap
import os

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from fastsmote.offline._batches import READ_ERRORS, UNREADABLE, Batch, numbered
from fastsmote.offline._errors import OfflineError, Place, named

PAGE_BYTES = 2**18  # read at a time of each column
REMOTE_PAGE_BYTES = 2**22  # each is a request
WHOLE_BATCH_BYTES = 2**25  # of a record batch that is read as a whole
MAGIC = b"ARROW1"  # at the beginning of a file of Arrow's IPC format, not of a stream


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
        # A row group may be as large as its file: pages are read as they are needed.
        n_bytes = PAGE_BYTES if self.file.is_local else REMOTE_PAGE_BYTES
        return pq.ParquetFile(self.file.open(), pre_buffer=False, buffer_size=n_bytes)

    def batches(self, fields, batch_rows, start):
        """The rows from one on; batches are numbered within the file.

        Parameters
        ----------
        fields : pyarrow.Schema
            Of the columns to read, with the types that are wanted of them.
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
    """A file of Arrow's IPC format, also called Feather version 2."""

    codec = n_rows = None

    def __init__(self, file):
        self.file = file
        with named(file, UNREADABLE, READ_ERRORS), self._open() as opened:
            self.schema = opened.schema

    def _open(self):
        return pa.ipc.open_file(self.file.open())

    def batches(self, fields, batch_rows, start):
        """As for `ParquetReader`."""
        first_row = 0
        with named(self.file, UNREADABLE, READ_ERRORS):
            reader, mapped = self._open(), _Mapped(self.file)
        for group in range(reader.num_record_batches):
            place = Place(str(self.file), f"record batch {group}", 0)
            with named(place, UNREADABLE, READ_ERRORS):
                large = mapped.large_batch(group)
                table = reader.get_batch(group) if large is None else large
                batch = Batch(first_row, table.select(fields.names), place).from_row(start)
            first_row += table.num_rows
            for part in batch.cut(batch_rows):
                if large is not None:
                    mapped.check()
                yield part
                if large is not None:
                    mapped.give_back()


class _Mapped:
    """Record batches of a local file that are too large to be read as a whole.

    A record batch may be as large as its file, and Arrow reads one as a whole. So a large one
    is mapped into memory, and its pages are given back after each part of it. If a mapped file
    becomes shorter, the system ends the process that reads it: its size is checked before.
    """

    def __init__(self, file):
        self._file, self._reader = file, None
        n_bytes = file.info().size
        if file.is_local and n_bytes and n_bytes > WHOLE_BATCH_BYTES:
            with open(file.path, "rb") as opened:
                self._pages = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
            self._reader = pa.ipc.open_file(pa.BufferReader(self._pages))

    def large_batch(self, group):
        """A record batch that is too large, or None if it is not."""
        if self._reader is None:
            return None
        self.check()
        table = self._reader.get_batch(group)
        return table if table.nbytes > WHOLE_BATCH_BYTES else None

    def check(self):
        """Raise if the file has become shorter."""
        if os.path.getsize(self._file.path) < len(self._pages):
            raise OSError("the file has become shorter while it was read")

    def give_back(self):
        """Forget what is in memory of the file: it is read again if it is asked for again."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._pages.madvise(mmap.MADV_DONTNEED)


class StreamReader:
    """A stream of Arrow's IPC format."""

    codec = n_rows = None

    def __init__(self, file):
        self.file = file
        with named(file, UNREADABLE, READ_ERRORS), file.stream() as stream:
            self.schema = pa.ipc.open_stream(stream).schema

    def batches(self, fields, batch_rows, start):
        """As for `ParquetReader`; rows before ``start`` are read too."""
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
    """The reader of a file of Arrow's IPC format, of a file or of a stream."""
    if file.compression:
        return StreamReader(file)
    with named(file, UNREADABLE, READ_ERRORS), file.open() as opened:
        n_bytes = opened.size()
        start = opened.read_at(min(len(MAGIC), n_bytes), 0)
    if n_bytes == 0:
        raise OfflineError(f"{file}: {UNREADABLE}: it has no bytes")
    return IpcReader(file) if start == MAGIC else StreamReader(file)
