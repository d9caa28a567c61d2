"""Parts of the output: written under another name, synced, renamed, and listed at last.

A destination is visible only when it is whole. Until then its parts are in a folder beside
it whose name starts with a dot; what stands there under its final name is complete, so a
run that was killed goes on with the first part that does not. Where the destination is a
folder the parts become its files; a single file is put together of them at last.
"""

import json
import os
import re
import shutil
from pathlib import Path

from fastsmote.offline._errors import OfflineError, named
from fastsmote.offline._npy import NpyPair
from fastsmote.offline._options import size
from fastsmote.offline._writers import hash_file, read_streams, sync_folder, write_file

FORMATS = {".parquet": "parquet", ".pq": "parquet", ".csv": "csv", ".npy": "npy"}
FORMATS.update({".arrow": "ipc", ".feather": "ipc", ".ipc": "ipc"})
MANIFEST, PLAN = "_manifest.json", "_plan.json"  # names that readers of folders skip
ENDING = re.compile(r"\.[A-Za-z]{2,}[A-Za-z0-9]*")  # as those of files look
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


def least_row_bytes(schema):
    """The bytes that a row takes at least."""
    widths = [field.type.bit_width for field in schema if _has_width(field.type)]
    return max(1.0, sum(widths) / 8)


def _has_width(type_):
    try:
        return type_.bit_width > 0
    except ValueError:
        return False


def group_rows(schema):
    """Rows of a row group: a function of the schema, so that no limit changes the files."""
    return int(min(MOST_GROUP_ROWS, max(LEAST_GROUP_ROWS, GROUP_BYTES // row_bytes(schema))))


def part_rows(schema):
    """Rows of a part of a folder, unless another number is asked for."""
    return PART_GROUPS * group_rows(schema)


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
        Rows of a part.
    columns : Columns, default=None
        For .npy: which columns are features.
    """

    def __init__(self, dst, schema, codec, n_rows=None, columns=None):
        self.dst, self.schema, self.codec = Path(dst), schema, codec
        self.kind = FORMATS.get(self.dst.suffix, "parquet")
        self.is_file = self.dst.suffix in FORMATS
        self.group_rows = group_rows(schema)
        self.part_rows = n_rows or part_rows(schema)
        self.staging = self.dst.with_name(f".{self.dst.name}.partial")
        self.manifest, self._pair = self.dst / MANIFEST, None
        if self.is_file:
            self.manifest = self.dst.with_name(f"{self.dst.name}.manifest.json")
        if self.kind == "npy":
            self._pair = NpyPair(self.dst, schema, columns)

    @property
    def paths(self):
        """What it is to be made of: the file or folder, and for .npy the target's file first."""
        names = [self.dst.name] if self._pair is None else self._pair.names
        return [self.dst.with_name(name) for name in names]

    def part_ranges(self, n_rows):
        """The rows of each part, one part at least."""
        step = self.part_rows
        return [(start, min(n_rows, start + step)) for start in range(0, n_rows, step)]

    def part_path(self, number):
        """Where a part that is complete stands until all are."""
        return self.staging / f"part-{number:05d}{'.arrows' if self.is_file else '.parquet'}"

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
        with self._named():
            if resume and path.exists():
                _check_same(self.staging, json.loads(path.read_text()), plan)
                return
            shutil.rmtree(self.staging, ignore_errors=True)
            self.staging.mkdir()
            self._write_json(path, plan)

    def known_part(self, number, n_rows):
        """What the manifest says of a part that is there."""
        path = self.part_path(number)
        checksum = None if self.is_file else hash_file(path)
        return {"file": path.name, "rows": n_rows, "sha256": checksum}

    def write_part(self, number, blocks):
        """Write a part; what the manifest says of it."""
        path, kind = self.part_path(number), "stream" if self.is_file else self.kind
        with self._named():
            return write_file(path, kind, blocks, self.schema, self.codec, self.group_rows)

    def join(self, n_rows, labels, progress):
        """Put the parts of a file together; what the manifest says of it, or of a pair."""
        paths = [self.part_path(number) for number in range(len(self.part_ranges(n_rows)))]
        with self._named():
            batches = read_streams(paths, progress)
            if self._pair is not None:
                return self._pair.join(self.staging, batches, n_rows, labels)
            path = self.staging / self.dst.name
            return [write_file(path, self.kind, batches, self.schema, self.codec, self.group_rows)]

    def finish(self, manifest, overwrite):
        """Write the manifest, then show everything under its own name."""
        with self._named():
            if overwrite:
                self._remove()
            self._write_json(self.staging / self.manifest.name, manifest)
            if self.is_file:
                for path in (*self.paths, self.manifest):
                    os.replace(self.staging / path.name, path)
                shutil.rmtree(self.staging)
            else:
                (self.staging / PLAN).unlink()
                os.replace(self.staging, self.dst)
            sync_folder(self.dst.parent)

    def _named(self):
        """A context in which what the disk refuses is said of the destination."""
        return named(self.dst, "cannot be written", OSError)

    def _remove(self):
        """Remove an earlier output; `check_destination` has seen that it is one."""
        if self.dst.is_dir():
            shutil.rmtree(self.dst)
        for path in (*self.paths, self.manifest):
            path.unlink(missing_ok=True)

    def check_room(self, n_rows):
        """Raise if the disk has no room for the parts of a file, which are not compressed.

        How far Parquet compresses is not known before.
        """
        if not self.is_file:
            return
        there = sum(path.stat().st_size for path in self.staging.glob("part-*"))
        needed = int(n_rows * least_row_bytes(self.schema)) - there
        free = shutil.disk_usage(self.staging).free
        if needed > free:
            raise OfflineError(
                f"{self.dst}: needs {size(needed)} on the disk for its parts, and room for the "
                f"file; {size(free)} are free. Free some, or write a folder of Parquet files."
            )

    def discard(self):
        """Remove what a run that failed has written."""
        shutil.rmtree(self.staging, ignore_errors=True)

    def kept(self):
        """What an error says of the parts that are complete; nothing stays if there are none."""
        parts = [path for path in self.staging.glob("part-*") if path.suffix != ".tmp"]
        if not parts:
            self.discard()
            return ""
        return (
            f" The {len(parts)} parts that are complete stay in {self.staging}: pass --resume to "
            "go on, or --overwrite to start anew."
        )

    def _write_json(self, path, content):
        temporary = path.with_name(f"{path.name}.tmp")
        with open(temporary, "w") as file:
            json.dump(content, file, indent=2)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        sync_folder(path.parent)


def _check_same(staging, old, new):
    for name, value in new.items():
        if old.get(name) != value:
            raise OfflineError(
                f"{staging}: is of a run with another {name}: {json.dumps(old.get(name))}. Now it "
                f"is {json.dumps(value)}. Pass --overwrite to start anew."
            )


def _check_ending(destination):
    """Refuse what looks like a file of a kind that cannot be written."""
    dst = destination.dst
    is_ending = ENDING.fullmatch(dst.suffix)  # not of a folder such as balanced.2024 or run.v2
    if str(dst) == "-":
        raise OfflineError("-: cannot write to standard output. Name a file or a folder.")
    if destination.is_file or not is_ending or dst.is_dir():
        return
    raise OfflineError(
        f"{dst}: {dst.suffix} cannot be written. A file must end in one of {', '.join(FORMATS)}; a "
        "folder of Parquet files must have no ending."
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
    _check_ending(destination)
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
    there = [path for path in destination.paths if path.exists()]
    if not there or (resume and destination.staging.exists()):
        return
    if not (overwrite or resume):
        raise OfflineError(f"{there[0]}: exists. Pass --overwrite to write over it.")
    if not destination.manifest.exists() and not (dst.is_dir() and not any(dst.iterdir())):
        raise OfflineError(
            f"{there[0]}: exists and has no {destination.manifest.name}, so it is no "
            f"earlier output. Remove it first."
        )
