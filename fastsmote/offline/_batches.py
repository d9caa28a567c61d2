"""What all sources share: batches of rows that know their places."""

import hashlib
from dataclasses import dataclass, replace

import pyarrow as pa

from fastsmote.offline._errors import Place, named

READ_ERRORS = (pa.ArrowException, OSError, EOFError, ValueError)
UNREADABLE = "cannot be read, is it whole?"
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


def _fingerprint(path, root):
    """Name, size, time and both ends of a file: what tells whether it is still the same."""
    stat = path.stat()
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        digest.update(file.read(END_BYTES))
        file.seek(max(0, stat.st_size - END_BYTES))
        digest.update(file.read(END_BYTES))
    return {
        "file": path.name if root is None else path.relative_to(root).as_posix(),
        "bytes": stat.st_size,
        "modified_ns": stat.st_mtime_ns,
        "sha256_of_ends": digest.hexdigest(),
    }


class Source:
    """What all sources share."""

    codec = "snappy"
    has_names = True  # of columns, by which they are chosen

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
            With the columns asked for, in any order.
        """
        for batch in self._batches(columns, batch_rows, start):
            batch = batch.from_row(start)
            for offset in range(0, len(batch), batch_rows):
                part = batch.from_row(batch.first_row + offset)
                yield replace(part, table=part.table.slice(0, batch_rows))


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
