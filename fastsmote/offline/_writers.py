"""Files that are hashed as they are written and have their name only when they are whole."""

import hashlib
import io
import os
from contextlib import contextmanager, nullcontext
from typing import NamedTuple

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pyarrow.types as arrow_types

from fastsmote.offline._csv import Dialect
from fastsmote.offline._csv_writer import CsvWriter, is_bytes
from fastsmote.offline._errors import OfflineError

# A dictionary may grow from batch to batch: the format of files allows that, no other change.
GROWING = pa.ipc.IpcWriteOptions(emit_dictionary_deltas=True)


class HashedFile(io.RawIOBase):
    """A file that is hashed as it is written."""

    def __init__(self, path):
        self._file, self.digest = path.open("wb"), hashlib.sha256()
        self.is_abandoned = False

    def writable(self):
        return True

    def tell(self):
        return 0 if self.is_abandoned else self._file.tell()

    def write(self, data):
        if self.is_abandoned:
            return memoryview(data).nbytes
        self.digest.update(data)
        return self._file.write(data)

    def sync_and_close(self):
        self._file.flush()
        os.fsync(self._file.fileno())
        self.close()

    def abandon(self):
        """Close the file and take no more: a writer that failed writes when it is collected."""
        self.is_abandoned = True
        self._file.close()

    def close(self):
        self._file.close()
        super().close()


class _LeftOpen(io.RawIOBase):
    """A sink that stays open when what compresses into it is closed."""

    def __init__(self, sink):
        self._sink = sink

    def writable(self):
        return True

    def write(self, data):
        return self._sink.write(data)


def sync_folder(folder):
    """Make the names in a folder last."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def written_whole(path):
    """A `HashedFile` under another name, which is synced and renamed if all went well."""
    sink, temporary = None, path.with_name(f"{path.name}.tmp")
    try:
        sink = HashedFile(temporary)
        yield sink
        sink.sync_and_close()
        os.replace(temporary, path)
        sync_folder(path.parent)
    finally:
        if sink is not None and not sink.closed:
            sink.abandon()
        temporary.unlink(missing_ok=True)


def hash_file(path):
    """The SHA-256 of a file, as `sha256sum` prints it."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while data := file.read(2**20):
            digest.update(data)
    return digest.hexdigest()


class Writing(NamedTuple):
    """How rows are written into a file."""

    kind: str  # parquet, csv, ipc or stream
    schema: pa.Schema
    codec: str  # of Parquet
    group_rows: int
    dialect: Dialect | None = None  # of CSV
    compression: str | None = None  # of the file as a whole

    def staged(self):
        """How the parts are written that a single file is put together of."""
        return self._replace(kind="stream", compression=None)

    def open(self, sink):
        """What writes tables into a sink."""
        schema = self.schema
        if self.kind == "csv":
            return CsvWriter(sink, schema, self.dialect)
        if self.kind == "ipc":
            return pa.ipc.new_file(sink, schema, options=GROWING)
        if self.kind == "stream":
            return pa.ipc.new_stream(sink, schema)
        # Numbers that hardly repeat make dictionaries that are thrown away.
        repeating = [field.name for field in schema if not arrow_types.is_floating(field.type)]
        return pq.ParquetWriter(sink, schema, compression=self.codec, use_dictionary=repeating)

    def compressed(self, sink):
        """A context of the sink, or of what compresses into it."""
        if self.compression is None:
            return nullcontext(sink)
        return pa.CompressedOutputStream(pa.PythonFile(_LeftOpen(sink), "w"), self.compression)

    def write(self, sink, blocks):
        """Write blocks of rows into a sink; how many rows there were."""
        n_rows = 0
        with self.compressed(sink) as inner, self.open(inner) as writer:
            for table in regrouped(blocks, self.schema, self.group_rows, self.kind == "ipc"):
                writer.write_table(table)
                n_rows += table.num_rows
        return n_rows


def check_can_be_written(where, writing):
    """Raise for a column of a type that a file of a kind cannot hold."""
    for field in writing.schema:
        alone = writing._replace(schema=pa.schema([field.with_nullable(True)]), compression=None)
        try:
            null = pa.nulls(1, field.type).take(pa.array([0]))
            alone.write(io.BytesIO(), [pa.RecordBatch.from_arrays([null], schema=alone.schema)])
            is_possible = not (writing.kind == "csv" and is_bytes(field.type))
        except (pa.ArrowException, TypeError):
            is_possible = False
        if not is_possible:
            kind = {"csv": "CSV", "parquet": "Parquet"}.get(writing.kind, "Arrow IPC")
            raise OfflineError(
                f"{where}, column {field.name}: {field.type} cannot be written to {kind}. Convert "
                "the column, or choose another format."
            )


def _joined(batches, schema):
    """Batches as one, with one dictionary a column: that of the first, then what others add."""
    return pa.Table.from_batches(batches, schema).unify_dictionaries().combine_chunks()


def _dictionaries(table):
    """No rows, but the dictionaries of a table of one chunk."""
    arrays = []
    for field, column in zip(table.schema, table.columns, strict=True):
        if arrow_types.is_dictionary(field.type):
            none = pa.array([], field.type.index_type)
            values = column.chunk(0).dictionary
            arrays.append(pa.DictionaryArray.from_arrays(none, values, ordered=field.type.ordered))
        else:
            arrays.append(pa.nulls(0, field.type))
    return pa.RecordBatch.from_arrays(arrays, schema=table.schema)


def regrouped(blocks, schema, n_rows, is_growing=False):
    """Tables of n_rows rows each, and a last one of what is left.

    If ``is_growing``, a dictionary has that of the table before as its beginning.
    """
    known, held, n_held = [], [], 0
    for block in blocks:
        while n_held + block.num_rows >= n_rows:
            held.append(block.slice(0, n_rows - n_held))
            block = block.slice(n_rows - n_held)
            table, held, n_held = _joined([*known, *held], schema), [], 0  # one copy is alive
            known = [_dictionaries(table)] if is_growing else []
            yield table
            del table
        if block.num_rows:
            held.append(block)
            n_held += block.num_rows
    if held:
        yield _joined([*known, *held], schema)


def write_file(path, blocks, writing):
    """Write blocks of rows into one file; what the manifest says of it."""
    # A writer that fails writes its end into the sink, which is abandoned after that.
    with written_whole(path) as sink:
        n_rows = writing.write(sink, blocks)
    return {"file": path.name, "rows": n_rows, "sha256": sink.digest.hexdigest()}


def read_streams(paths, progress):
    """The batches of files of the kind "stream", one after the other."""
    for path in paths:
        with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as reader:
            for batch in reader:
                yield batch
                progress.advance(batch.num_rows)
