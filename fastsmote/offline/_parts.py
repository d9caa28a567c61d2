"""Parts of the output: written under another name, synced, renamed, and listed at last.

A destination is visible only when it is whole. Until then its parts are in a folder beside
it whose name starts with a dot; what stands there under its final name is complete, so a
run that was killed goes on with the first part that does not. Where the destination is a
folder the parts become its files; a single file is put together of them at last.
"""

import errno
import json
import os
import shutil
import stat
from pathlib import Path

from fastsmote.offline._errors import OfflineError, named
from fastsmote.offline._npy import NpyPair
from fastsmote.offline._options import size
from fastsmote.offline._partitions import write_partitioned
from fastsmote.offline._writers import Writing, hash_file, read_streams, sync_folder, write_file

MANIFEST, PLAN = "_manifest.json", "_plan.json"  # names that readers of folders skip
REPLACES = "_replaces"  # there is an earlier output, which was to be written over
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


def _is_folder(path):
    """Whether there is such a folder; an error where that cannot be seen."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


class Destination:
    """Where the output goes, and what of it is there already.

    Parameters
    ----------
    dst : path
        A file, or a folder of Parquet files.
    format_ : Format
    schema : pyarrow.Schema
    codec : str
        The compression of Parquet.
    dialect : Dialect, default=None
        Of CSV.
    n_rows : int, default=None
        Rows of a part.
    columns : Columns, default=None
        For .npy: which columns are features.
    partition_by : list of str, default=()
        Columns that name the folders of Parquet files (hive partitioning).
    """

    def __init__(
        self, dst, format_, schema, codec, *, dialect=None, n_rows=None, columns=None,
        partition_by=(),
    ):  # fmt: skip
        dst = Path(dst)
        self.dst = dst.resolve() if os.path.islink(dst) else dst
        self.schema, self.partition_by = schema, list(partition_by)
        self.is_file, self.kind = format_.is_file, format_.kind
        self.group_rows = group_rows(schema)
        self.part_rows = n_rows or part_rows(schema)
        self.writing = Writing(
            format_.kind, schema, codec, self.group_rows, dialect, format_.compression
        )
        self.staging = self.dst.with_name(f".{self.dst.name}.partial")
        self.manifest_name = f"{self.dst.name}.manifest.json" if self.is_file else MANIFEST
        self._pair = NpyPair(self.dst, schema, columns) if self.kind == "npy" else None

    def __str__(self):
        return str(self.dst)

    @property
    def names(self):
        """What it is to be made of: the file or folder, and for .npy the target's file first."""
        return [self.dst.name] if self._pair is None else self._pair.names

    @property
    def paths(self):
        """Where these stand in the end."""
        return [self.dst.with_name(name) for name in self.names]

    @property
    def manifest(self):
        """Where the manifest stands in the end."""
        return self.dst.with_name(self.manifest_name) if self.is_file else self.dst / MANIFEST

    @property
    def lock(self):
        """The file that a run holds while it writes the destination, or None for no lock."""
        with self._named():
            has_folder = _is_folder(self.staging.absolute().parent)
        return self.staging.with_name(f".{self.dst.name}.lock") if has_folder else None

    # What is there

    def check_place(self, src):
        """Refuse a place in or at the source, and one without a folder."""
        dst, inside = self.dst.resolve(), Path(src).resolve()
        if dst == inside or inside in dst.parents or dst in inside.parents:
            raise OfflineError(f"{self}: is, or is inside, the source {src} or holds it.")
        with self._named():
            has_folder = _is_folder(dst.parent)
        if not has_folder:
            raise OfflineError(f"{self}: there is no folder {dst.parent} to write it in.")

    def existing(self):
        """Those of its paths that exist."""
        return [path for path in self.paths if path.exists()]

    def is_earlier_output(self):
        """Whether what exists was written by a run, or is an empty folder."""
        is_empty_folder = self.dst.is_dir() and not any(self.dst.iterdir())
        return self.manifest.exists() or is_empty_folder

    def read_manifest(self):
        """The manifest of a finished run, or None."""
        return json.loads(self.manifest.read_text()) if self.manifest.exists() else None

    @property
    def is_whole(self):
        """Whether all is written, and only has to be shown under its own name."""
        return (self.staging / self.manifest_name).exists()

    def finished(self, plan):
        """The manifest of a finished run with the same plan, None if there is no such run.

        A run that was ended while it showed its output is brought to its end.
        """
        if self.is_whole:
            manifest = json.loads((self.staging / self.manifest_name).read_text())
            _check_same(self.staging, manifest["plan"], plan)
            self._show()
            return manifest
        manifest = self.read_manifest() if len(self.existing()) == len(self.paths) else None
        if manifest is None:
            return None
        if not self.staging.exists():
            _check_same(self, manifest["plan"], plan)
        elif _first_difference(manifest["plan"], plan):
            if self.replaces():
                return None
            raise OfflineError(f"{self}: exists. Pass --overwrite to write over it.")
        self._clear()
        return manifest

    # Parts

    def part_ranges(self, n_rows):
        """The rows of each part, one part at least."""
        step = self.part_rows
        return [(start, min(n_rows, start + step)) for start in range(0, n_rows, step)]

    def part_path(self, number):
        """Where a part that is complete stands until all are."""
        ending = ".arrows" if self.is_file else "" if self.partition_by else ".parquet"
        return self.staging / f"part-{number:05d}{ending}"

    def has_part(self, number):
        """Whether a part is complete."""
        path = self.part_path(number)
        return (path / PLAN if self.partition_by else path).exists()

    def replaces(self):
        """Whether the run that is to be gone on with was to write over an earlier output."""
        return (self.staging / REPLACES).exists()

    def start(self, plan, resume, overwrite=False):
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
            if overwrite:
                (self.staging / REPLACES).touch()

    def known_part(self, number, n_rows):
        """What the manifest says of the files of a part that is there."""
        path = self.part_path(number)
        if self.partition_by:
            return json.loads((path / PLAN).read_text())
        checksum = None if self.is_file else hash_file(path)
        return [{"file": path.name, "rows": n_rows, "sha256": checksum}]

    def write_part(self, number, blocks):
        """Write a part; what the manifest says of its files."""
        path = self.part_path(number)
        with self._named():
            if self.partition_by:
                return write_partitioned(path, blocks, self.writing, self.partition_by, PLAN)
            writing = self.writing.staged() if self.is_file else self.writing
            return [write_file(path, blocks, writing)]

    def join(self, n_rows, labels, progress):
        """Put the parts of a file together; what the manifest says of it, or of a pair."""
        paths = [self.part_path(number) for number in range(len(self.part_ranges(n_rows)))]
        with self._named():
            batches = read_streams(paths, progress)
            if self._pair is not None:
                return self._pair.join(self.staging, batches, n_rows, labels)
            return [write_file(self.staging / self.dst.name, batches, self.writing)]

    # The end

    def finish(self, manifest):
        """Write the manifest, then show everything under its own name."""
        with self._named():
            self._write_json(self.staging / self.manifest_name, manifest)
        self._show()

    def _show(self):
        """Give everything its own name; may be ended anywhere, and called again."""
        with self._named():
            if self.partition_by:
                self._merge_folders()
            self._publish()

    def _publish(self):
        if self.is_file:
            for name, path in zip(self.names, self.paths, strict=True):
                if (self.staging / name).exists():
                    os.replace(self.staging / name, path)
            os.replace(self.staging / self.manifest_name, self.manifest)
            shutil.rmtree(self.staging)
        else:
            # An earlier output stays until the new one takes its name.
            if self.dst.exists() and self.is_earlier_output():
                shutil.rmtree(self._before, ignore_errors=True)
                os.replace(self.dst, self._before)
            os.replace(self.staging, self.dst)
            self._clear()
        sync_folder(self.dst.absolute().parent)

    @property
    def _before(self):
        """Where an earlier output stands while the new one takes its name."""
        return self.dst.with_name(f".{self.dst.name}.before")

    def _clear(self):
        """Remove what a run leaves beside its output, when that has its name."""
        with self._named():
            if not self.is_file:
                shutil.rmtree(self._before, ignore_errors=True)
                for name in (PLAN, REPLACES):
                    (self.dst / name).unlink(missing_ok=True)
            shutil.rmtree(self.staging, ignore_errors=True)

    def _merge_folders(self):
        """Move the files of all parts, each in the folder of its key, into one tree."""
        for folder in sorted(self.staging.glob("part-*")):
            for path in [path for path in folder.rglob("*.parquet") if path.is_file()]:
                new = self.staging / path.relative_to(folder)
                new.parent.mkdir(parents=True, exist_ok=True)
                os.replace(path, new)
            shutil.rmtree(folder)

    def _named(self):
        """A context in which what the disk refuses is said of the destination."""
        return named(self, "cannot be written", OSError)

    def free_bytes(self):
        """How much room the disk of the parts has."""
        return shutil.disk_usage(self.staging.absolute().parent).free

    def check_room(self, n_rows, folder_bytes):
        """Raise if the disk has no room for the parts, which of a file are not compressed.

        Parameters
        ----------
        n_rows : int
        folder_bytes : int
            What a folder of Parquet files takes at least, as far as that is known.
        """
        there = sum(path.stat().st_size for path in self.staging.glob("part-*"))
        what, cure = "its files", "Free some."
        needed = folder_bytes - there
        if self.is_file:
            needed = int(n_rows * least_row_bytes(self.schema)) - there
            what, cure = "its parts, and room for the file", "Free some, or write a folder."
        free = self.free_bytes()
        if needed > free:
            raise OfflineError(
                f"{self}: needs {size(needed)} on the disk for {what}; {size(free)} are free. "
                f"{cure}"
            ) from OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # so that parts are kept

    def discard(self):
        """Remove what a run that failed has written."""
        shutil.rmtree(self.staging, ignore_errors=True)

    def kept(self):
        """What an error says of the parts that are complete; nothing stays if there are none."""
        if self.is_whole:
            return f" The output is complete in {self.staging}: pass --resume to show it."
        parts = [path for path in self.staging.glob("part-*") if path.suffix != ".tmp"]
        if not parts:
            self.discard()
            return ""
        n_parts = (
            "1 complete part stays" if len(parts) == 1 else f"{len(parts)} complete parts stay"
        )
        return (
            f" {n_parts} in {self.staging}: pass --resume to go on, or --overwrite to start anew."
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


def _first_difference(old, new):
    """The name of what differs first between two plans, or None."""
    return next((name for name in new if old.get(name) != new[name]), None)


def _check_same(where, old, new):
    name = _first_difference(old, new)
    if name is not None:
        raise OfflineError(
            f"{where}: is of a run with another {name}: {json.dumps(old.get(name))}. Now it "
            f"is {json.dumps(new[name])}. Pass --overwrite to start anew."
        )


def check_destination(destination, src, overwrite, resume):
    """Refuse a destination that would destroy something.

    Raises
    ------
    OfflineError
        If it is the source or inside it, exists and is not to be written over, holds
        something that is no earlier output, or its folder does not exist.
    """
    destination.check_place(src)
    if overwrite and resume:
        raise OfflineError("--overwrite and --resume: give one of them.")
    if destination.staging.exists() and not (overwrite or resume):
        raise OfflineError(
            f"{destination}: an unfinished run has left {destination.staging}. Pass --resume "
            f"to go on with it or --overwrite to start anew."
        )
    there = destination.existing()
    if not there or (resume and destination.is_whole):
        return
    if not (overwrite or resume):
        raise OfflineError(f"{there[0]}: exists. Pass --overwrite to write over it.")
    if not destination.is_earlier_output():
        raise OfflineError(
            f"{there[0]}: exists and has no {destination.manifest_name}, so it is no "
            f"earlier output. Remove it first."
        )
