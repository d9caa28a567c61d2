"""What all sources share: batches of rows that know their places."""

import hashlib
from dataclasses import dataclass, replace

import pyarrow as pa

from fastsmote.offline._errors import Place, named

READ_ERRORS = (pa.ArrowException, OSError, EOFError, ValueError)
UNREADABLE = "cannot be read, is it whole?"
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

    def fingerprint(self):
        """What tells whether the input is still the same, file by file."""
        return [_fingerprint(path, self._root) for path in self.paths]

    def batches(self, columns, batch_rows, start=0):
        """The rows from number ``start`` on, no more than ``batch_rows`` at a time.

        Yields
        ------
        batch : Batch
            With the columns asked for, in their order.
        """
        for batch in self._batches(columns, batch_rows, start):
            yield from batch.from_row(start).cut(batch_rows)


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
