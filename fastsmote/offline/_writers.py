"""Write files that are hashed while they are written and renamed once they are complete."""

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

# The file format allows a dictionary to grow from batch to batch, but not to change otherwise.
GROWING = pa.ipc.IpcWriteOptions(emit_dictionary_deltas=True)


class HashedFile(io.RawIOBase):
    """A file that is hashed while it is written."""

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
        """Close the file and ignore later writes, which a failed writer makes when it is freed."""
        self.is_abandoned = True
        self._file.close()

    def close(self):
        self._file.close()
        super().close()


class _LeftOpen(io.RawIOBase):
    """A sink that stays open when the compressor that writes into it is closed."""

    def __init__(self, sink):
        self._sink = sink

    def writable(self):
        return True

    def write(self, data):
        return self._sink.write(data)


def sync_folder(folder):
    """Sync a folder, so that renames in it survive a crash."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def written_completely(path):
    """Yield a `HashedFile` under a temporary name; sync and rename it if no error occurs."""
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
    """Return the SHA-256 of a file, as `sha256sum` prints it."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while data := file.read(2**20):
            digest.update(data)
    return digest.hexdigest()


class Writing(NamedTuple):
    """The format in which rows are written into a file."""

    kind: str  # parquet, csv, ipc or stream
    schema: pa.Schema
    codec: str  # of Parquet
    group_rows: int
    dialect: Dialect | None = None  # of CSV
    compression: str | None = None  # of the whole file

    def staged(self):
        """Return the format of the parts that are joined into a single file."""
        return self._replace(kind="stream", compression=None)

    def open(self, sink):
        """Return a writer of tables into a sink."""
        schema = self.schema
        if self.kind == "csv":
            return CsvWriter(sink, schema, self.dialect)
        if self.kind == "ipc":
            return pa.ipc.new_file(sink, schema, options=GROWING)
        if self.kind == "stream":
            return pa.ipc.new_stream(sink, schema)
        # Floats hardly repeat: Parquet would build dictionaries for them and discard them.
        repeating = [field.name for field in schema if not arrow_types.is_floating(field.type)]
        return pq.ParquetWriter(sink, schema, compression=self.codec, use_dictionary=repeating)

    def compressed(self, sink):
        """Return a context of the sink, or of a compressor that writes into it."""
        if self.compression is None:
            return nullcontext(sink)
        return pa.CompressedOutputStream(pa.PythonFile(_LeftOpen(sink), "w"), self.compression)

    def write(self, sink, blocks):
        """Write blocks of rows into a sink; return the number of rows."""
        n_rows = 0
        with self.compressed(sink) as inner, self.open(inner) as writer:
            for table in regrouped(blocks, self.schema, self.group_rows, self.kind == "ipc"):
                writer.write_table(table)
                n_rows += table.num_rows
        return n_rows


def check_can_be_written(where, writing):
    """Raise if the format cannot hold the type of a column."""
    for field in writing.schema:
        alone = writing._replace(schema=pa.schema([field.with_nullable(True)]), compression=None)
        try:
            null = pa.nulls(1, field.type).take(pa.array([0]))
            alone.write(io.BytesIO(), [pa.RecordBatch.from_arrays([null], schema=alone.schema)])
            is_possible = not (writing.kind == "csv" and is_bytes(field.type))
        except (pa.ArrowException, TypeError):
            is_possible = False
        if not is_possible:
            format_ = {"csv": "CSV", "parquet": "Parquet"}.get(writing.kind, "Arrow IPC")
            raise OfflineError(
                f"{where}, column {field.name}: {field.type} cannot be written to {format_}. "
                "Convert the column, or choose another format."
            )


def _joined(batches, schema):
    """Join batches; each dictionary is that of the first batch, extended by the others."""
    return pa.Table.from_batches(batches, schema).unify_dictionaries().combine_chunks()


def _dictionaries(table):
    """Return a batch without rows that has the dictionaries of a table of one chunk."""
    arrays = []
    for field, column in zip(table.schema, table.columns, strict=True):
        if arrow_types.is_dictionary(field.type):
            codes = pa.array([], field.type.index_type)
            values = column.chunk(0).dictionary
            arrays.append(pa.DictionaryArray.from_arrays(codes, values, ordered=field.type.ordered))
        else:
            arrays.append(pa.nulls(0, field.type))
    return pa.RecordBatch.from_arrays(arrays, schema=table.schema)


def regrouped(blocks, schema, n_rows, is_growing=False):
    """Yield tables of ``n_rows`` rows each; the last one holds the rest.

    If ``is_growing``, each dictionary starts with the dictionary of the previous table.
    """
    known, held, n_held = [], [], 0
    for block in blocks:
        while n_held + block.num_rows >= n_rows:
            held.append(block.slice(0, n_rows - n_held))
            block = block.slice(n_rows - n_held)
            table, held, n_held = _joined([*known, *held], schema), [], 0  # keeps only one copy
            known = [_dictionaries(table)] if is_growing else []
            yield table
            del table
        if block.num_rows:
            held.append(block)
            n_held += block.num_rows
    if held:
        yield _joined([*known, *held], schema)


def write_file(path, blocks, writing):
    """Write blocks of rows into one file; return its entry for the manifest."""
    # A failed writer still writes its footer into the sink, which is abandoned only then.
    with written_completely(path) as sink:
        n_rows = writing.write(sink, blocks)
    return {"file": path.name, "rows": n_rows, "sha256": sink.digest.hexdigest()}


def read_streams(paths, progress):
    """Yield the batches of several stream files, one after the other."""
    for path in paths:
        with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as reader:
            for batch in reader:
                yield batch
                progress.advance(batch.num_rows)
