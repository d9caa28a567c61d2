"""The base class of all sources, and batches of rows that know their row numbers."""

import hashlib
import os
from dataclasses import dataclass, replace

import pyarrow as pa

from fastsmote.offline._errors import OfflineError, Place, named

READ_ERRORS = (pa.ArrowException, OSError, EOFError, ValueError)
UNREADABLE = "cannot be read; it may be incomplete"
CHANGED = "changed while it was read."
END_BYTES = 2**16  # hashed at each end of a file for its fingerprint


@dataclass(frozen=True)
class Batch:
    """Consecutive rows of a table."""

    first_row: int  # row number in the whole table
    table: pa.RecordBatch
    place: Place  # of the first row, for error messages

    def __len__(self):
        return self.table.num_rows

    def from_row(self, row):
        """Return the rows from a row number on; no rows if the batch ends before it."""
        skip = min(max(0, row - self.first_row), self.table.num_rows)
        if skip == 0:
            return self
        return Batch(self.first_row + skip, self.table.slice(skip), self.place.row_at(skip))

    def cut(self, batch_rows):
        """Yield the batch in pieces of at most ``batch_rows`` rows."""
        for offset in range(0, len(self), batch_rows):
            piece = self.from_row(self.first_row + offset)
            yield replace(piece, table=piece.table.slice(0, batch_rows))


def _fingerprint(file, root):
    """Return name, size, modification time and a hash of both ends of a file."""
    with named(file, UNREADABLE, READ_ERRORS):
        info, digest = file.info(), hashlib.sha256()
        with file.open() as opened:
            n_bytes = opened.size()
            digest.update(opened.read_at(min(END_BYTES, n_bytes), 0))
            start = max(0, n_bytes - END_BYTES)
            digest.update(opened.read_at(n_bytes - start, start))
    return {
        "file": file.name if root is None else file.path[len(root.path) :].lstrip("/"),
        "bytes": n_bytes,
        "modified_ns": info.mtime_ns,
        "sha256_of_ends": digest.hexdigest(),
    }


def _stamp(file):
    """Return size and modification time of a local file; None if it is missing or remote."""
    try:
        status = os.stat(file.path) if file.is_local else None
    except OSError:
        return None
    return status and (status.st_size, status.st_mtime_ns)


class Source:
    """Base class of all sources.

    Attributes
    ----------
    paths : list of File
    schema : pyarrow.Schema
    """

    codec = "snappy"
    format = None  # name of the format of the files
    has_names = True  # whether columns have names of their own
    skipped = ()  # files of a folder whose format is not known
    is_text = False  # whether the values are text, which the output can repeat unchanged

    def __init__(self, paths, root=None):
        self.paths, self._root = paths, root
        self._stamps = [_stamp(path) for path in paths]  # taken before anything is read

    def fingerprint(self):
        """Return the fingerprint of every file, to detect that the input has changed."""
        return [_fingerprint(path, self._root) for path in self.paths]

    def check_fingerprint(self, expected):
        """Raise if a file has changed since its fingerprint was taken."""
        for path, of_file in zip(self.paths, expected, strict=True):
            if _fingerprint(path, self._root) != of_file:
                raise OfflineError(f"{path}: {CHANGED}")

    def first_changed(self):
        """Return the first local file whose size or time has changed, or None."""
        stamps = zip(self.paths, self._stamps, strict=True)
        return next((path for path, stamp in stamps if _stamp(path) != stamp), None)

    def check_unchanged(self):
        """Raise if the size or time of a local file has changed since it was opened."""
        changed = self.first_changed()
        if changed is not None:
            raise OfflineError(f"{changed}: {CHANGED}")

    def batches(self, columns, batch_rows, start=0):
        """Yield the rows from number ``start`` on, at most ``batch_rows`` at a time.

        Yields
        ------
        batch : Batch
            With the requested columns, in the requested order.

        Raises
        ------
        OfflineError
            At the end, if a local file changed while it was read.
        """
        for batch in self._batches(columns, batch_rows, start):
            yield from batch.from_row(start).cut(batch_rows)
        self.check_unchanged()


def numbered(read, first_row, place):
    """Yield the tables that a reader of another library yields as batches with row numbers."""
    while True:
        with named(place, UNREADABLE, READ_ERRORS):
            table = next(read, None)
        if table is None:
            return
        yield Batch(first_row, table, place)
        first_row += table.num_rows
        place = place.row_at(table.num_rows)
