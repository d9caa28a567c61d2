"""Parts of the output: written under another name, synced, renamed, and listed at last.

A destination is visible only when it is whole. Until then its parts are in a folder beside
it whose name starts with a dot; what stands there under its final name is complete, so a
run that was killed goes on with the first part that does not.
"""

import hashlib
import io
import json
import os
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet as pq
import pyarrow.types as kinds

from fastsmote.offline._errors import OfflineError, first_line

FORMATS = {".parquet": "parquet", ".pq": "parquet", ".csv": "csv"}
FORMATS.update({".arrow": "ipc", ".feather": "ipc", ".ipc": "ipc"})
MANIFEST, PLAN = "_manifest.json", "_plan.json"  # names that readers of folders skip
GROUP_BYTES = 2**24
MOST_GROUP_ROWS, LEAST_GROUP_ROWS = 2**17, 2**10
PART_GROUPS = 8


def row_bytes(schema):
    """About the bytes of a row in memory; text is taken for 32."""
    total = 0
    for field in schema:
        try:
            total += field.type.bit_width / 8
        except ValueError:
            total += 32
    return max(1.0, total)


def group_rows(schema):
    """Rows of a row group: a function of the schema, so that no limit changes the files."""
    return int(min(MOST_GROUP_ROWS, max(LEAST_GROUP_ROWS, GROUP_BYTES // row_bytes(schema))))


def part_rows(schema):
    """Rows of a part of a folder, unless another number is asked for."""
    return PART_GROUPS * group_rows(schema)


class _HashedFile(io.RawIOBase):
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


def _sync_folder(folder):
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def hash_file(path):
    """The SHA-256 of a file, as `sha256sum` prints it."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while data := file.read(2**20):
            digest.update(data)
    return digest.hexdigest()


def _open_writer(kind, sink, schema, codec):
    if kind == "csv":
        return pa.csv.CSVWriter(sink, schema)
    if kind == "ipc":
        return pa.ipc.new_file(sink, schema)
    # Numbers that hardly repeat make dictionaries that are thrown away.
    repeating = [field.name for field in schema if not kinds.is_floating(field.type)]
    return pq.ParquetWriter(sink, schema, compression=codec, use_dictionary=repeating)


def _joined(batches, schema):
    """Batches as one, with one dictionary a column: that of the first, then what others add."""
    return pa.Table.from_batches(batches, schema).unify_dictionaries().combine_chunks()


def _regrouped(blocks, schema, n_rows):
    """Tables of n_rows rows each, and a last one of what is left."""
    held, n_held = [], 0
    for block in blocks:
        while n_held + block.num_rows >= n_rows:
            held.append(block.slice(0, n_rows - n_held))
            block = block.slice(n_rows - n_held)
            table, held, n_held = _joined(held, schema), [], 0  # one copy is alive
            yield table
            del table
        if block.num_rows:
            held.append(block)
            n_held += block.num_rows
    if held:
        yield _joined(held, schema)


class Destination:
    """Where the output goes, and what of it is there already.

    Parameters
    ----------
    dst : path
        A file, by its ending, or a folder of Parquet files.
    schema : pyarrow.Schema
    codec : str
        The compression of Parquet.
    n_rows : int, default=None
        Rows of a part in a folder; a file is one part.
    """

    def __init__(self, dst, schema, codec, n_rows=None):
        self.dst, self.schema, self.codec = Path(dst), schema, codec
        self.kind = FORMATS.get(self.dst.suffix, "parquet")
        self.is_file = self.dst.suffix in FORMATS
        self.group_rows = group_rows(schema)
        self.part_rows = n_rows or part_rows(schema)
        self.staging = self.dst.with_name(f".{self.dst.name}.partial")
        self.manifest = self.dst / MANIFEST
        if self.is_file:
            self.manifest = self.dst.with_name(f"{self.dst.name}.manifest.json")

    def part_ranges(self, n_rows):
        """The rows of each part, one part at least."""
        step = n_rows if self.is_file else self.part_rows
        return [(start, min(n_rows, start + step)) for start in range(0, n_rows, step)]

    def part_path(self, number):
        """Where a part that is complete stands until all are."""
        return self.staging / f"part-{number:05d}{self.dst.suffix if self.is_file else '.parquet'}"

    def finished(self, plan):
        """The manifest of a finished run with the same plan, None if there is no such run."""
        if self.staging.exists() or not self.manifest.exists():
            return None
        manifest = json.loads(self.manifest.read_text())
        _check_same(self.dst, manifest["plan"], plan)
        return manifest

    def start(self, plan, resume):
        """Make the folder of parts, or go on with the one of a run with the same plan.

        Raises
        ------
        OfflineError
            If there is a run with another plan to go on with, naming what differs, or the
            folder cannot be made.
        """
        path = self.staging / PLAN
        try:
            if resume and path.exists():
                _check_same(self.staging, json.loads(path.read_text()), plan)
                return
            shutil.rmtree(self.staging, ignore_errors=True)
            self.staging.mkdir()
            self._write_json(path, plan)
        except OSError as error:
            raise OfflineError(f"{self.dst}: cannot be written: {first_line(error)}") from error

    def write_part(self, number, blocks):
        """Write a part unless it is there; its name, rows and checksum."""
        path = self.part_path(number)
        sink, temporary, n_rows = None, path.with_name(f"{path.name}.tmp"), 0
        try:
            sink = _HashedFile(temporary)
            with _open_writer(self.kind, sink, self.schema, self.codec) as writer:
                for table in _regrouped(blocks, self.schema, self.group_rows):
                    writer.write_table(table)
                    n_rows += table.num_rows
            sink.sync_and_close()
            os.replace(temporary, path)
            _sync_folder(self.staging)
        except OSError as error:
            raise OfflineError(f"{self.dst}: cannot be written: {first_line(error)}") from error
        finally:
            if sink is not None and not sink.closed:
                sink.abandon()
            temporary.unlink(missing_ok=True)
        return n_rows, sink.digest.hexdigest()

    def finish(self, manifest, overwrite):
        """Write the manifest, then show everything under its own name."""
        try:
            if overwrite:
                self._remove()
            if self.is_file:
                os.replace(self.part_path(0), self.dst)
                self._write_json(self.manifest, manifest)
                shutil.rmtree(self.staging)
            else:
                self._write_json(self.staging / MANIFEST, manifest)
                (self.staging / PLAN).unlink()
                os.replace(self.staging, self.dst)
            _sync_folder(self.dst.parent)
        except OSError as error:
            raise OfflineError(f"{self.dst}: cannot be written: {first_line(error)}") from error

    def _remove(self):
        """Remove an earlier output; `check_destination` has seen that it is one."""
        if self.dst.is_dir():
            shutil.rmtree(self.dst)
        self.dst.unlink(missing_ok=True)
        self.manifest.unlink(missing_ok=True)

    def discard(self):
        """Remove what a run that failed has written."""
        shutil.rmtree(self.staging, ignore_errors=True)

    def _write_json(self, path, content):
        temporary = path.with_name(f"{path.name}.tmp")
        with open(temporary, "w") as file:
            json.dump(content, file, indent=2)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        _sync_folder(path.parent)


def _check_same(staging, old, new):
    for name, value in new.items():
        if old.get(name) != value:
            raise OfflineError(
                f"{staging}: is of a run with another {name}: {json.dumps(old.get(name))}. Now it "
                f"is {json.dumps(value)}. Pass --overwrite to start anew."
            )


def check_destination(destination, src, overwrite, resume):
    """Refuse a destination that would destroy something.

    Raises
    ------
    OfflineError
        If it is the source or inside it, exists and is not to be written over, holds
        something that is no earlier output, or its folder does not exist.
    """
    dst, inside = destination.dst.resolve(), Path(src).resolve()
    if dst == inside or inside in dst.parents or dst in inside.parents:
        raise OfflineError(f"{destination.dst}: is, or is inside, the source {src} or holds it.")
    if not dst.parent.is_dir():
        raise OfflineError(f"{destination.dst}: there is no folder {dst.parent} to write it in.")
    if overwrite and resume:
        raise OfflineError("--overwrite and --resume: give one of them.")
    if destination.staging.exists() and not (overwrite or resume):
        raise OfflineError(
            f"{destination.dst}: an unfinished run has left {destination.staging}. Pass --resume "
            f"to go on with it or --overwrite to start anew."
        )
    if not dst.exists() or (resume and destination.staging.exists()):
        return
    if not (overwrite or resume):
        raise OfflineError(f"{destination.dst}: exists. Pass --overwrite to write over it.")
    if not destination.manifest.exists() and not (dst.is_dir() and not any(dst.iterdir())):
        raise OfflineError(
            f"{destination.dst}: exists and has no {destination.manifest.name}, so it is no "
            f"earlier output. Remove it first."
        )
