"""What all sources share: batches of rows that know their places."""

import hashlib
import os
from dataclasses import dataclass, replace

import pyarrow as pa

from fastsmote.offline._errors import OfflineError, Place, named

READ_ERRORS = (pa.ArrowException, OSError, EOFError, ValueError)
UNREADABLE = "cannot be read, is it whole?"
CHANGED = "has changed while it was read."
END_BYTES = 2**16  # of each end of a file, that its fingerprint is made of


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

    def cut(self, batch_rows):
        """The batch in parts of so many rows at most."""
        for offset in range(0, len(self), batch_rows):
            part = self.from_row(self.first_row + offset)
            yield replace(part, table=part.table.slice(0, batch_rows))


def _fingerprint(file, root):
    """Name, size, time and both ends of a file: what tells whether it is still the same."""
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
    """Size and time of a local file; None if it is gone, or would take a request."""
    try:
        status = os.stat(file.path) if file.is_local else None
    except OSError:
        return None
    return status and (status.st_size, status.st_mtime_ns)


class Source:
    """What all sources share.

    Attributes
    ----------
    paths : list of File
    schema : pyarrow.Schema
    """

    codec = "snappy"
    format = None  # of the files, by name
    has_names = True  # of columns, by which they are chosen
    skipped = ()  # files of a folder that cannot be read
    is_text = False  # what is written as text can stand as it stood

    def __init__(self, paths, root=None):
        self.paths, self._root = paths, root
        self._stamps = [_stamp(path) for path in paths]  # before anything is read

    def fingerprint(self):
        """What tells whether the input is still the same, file by file."""
        return [_fingerprint(path, self._root) for path in self.paths]

    def check_fingerprint(self, expected):
        """Raise if a file is not what it was when its fingerprint was taken."""
        for path, of_file in zip(self.paths, expected, strict=True):
            if _fingerprint(path, self._root) != of_file:
                raise OfflineError(f"{path}: {CHANGED}")

    def first_changed(self):
        """The first local file of another size or time than before it was opened, or None."""
        stamps = zip(self.paths, self._stamps, strict=True)
        return next((path for path, stamp in stamps if _stamp(path) != stamp), None)

    def check_unchanged(self):
        """Raise if a local file has another size or time than before it was opened."""
        changed = self.first_changed()
        if changed is not None:
            raise OfflineError(f"{changed}: {CHANGED}")

    def batches(self, columns, batch_rows, start=0):
        """The rows from number ``start`` on, no more than ``batch_rows`` at a time.

        Yields
        ------
        batch : Batch
            With the columns asked for, in their order.

        Raises
        ------
        OfflineError
            At the end, if a local file has changed meanwhile.
        """
        for batch in self._batches(columns, batch_rows, start):
            yield from batch.from_row(start).cut(batch_rows)
        self.check_unchanged()


def numbered(read, first_row, place):
    """Batches of what an iterator of another library reads, with their places."""
    while True:
        with named(place, UNREADABLE, READ_ERRORS):
            table = next(read, None)
        if table is None:
            return
        yield Batch(first_row, table, place)
        first_row += table.num_rows
        place = place.row_at(table.num_rows)
