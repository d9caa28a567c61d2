"""Write the parts of the output, and publish the output once all parts are complete.

A destination appears only once it is complete. Until then its parts are in the staging
folder, which is beside the destination and whose name starts with a dot. Each part is written
under a temporary name, synced and renamed, so a part with its final name is complete. If the
destination is a folder, the parts become its files; if it is a file, the parts are joined into
it at the end. `_resume` says how a run that was interrupted continues.
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
from fastsmote.offline._resume import REPLACES, RUN_MANIFEST, Resumable, write_json
from fastsmote.offline._writers import Writing, hash_file, read_streams, sync_folder, write_file

# Readers of folders skip names that begin with an underscore.
MANIFEST = "_manifest.json"  # of the output
PART_FILES = "_plan.json"  # list of the files of a partitioned part, in the folder of the part
GROUP_BYTES = 2**24
MOST_GROUP_ROWS, LEAST_GROUP_ROWS = 2**17, 2**10
PART_GROUPS = 8


def row_bytes(schema):
    """Estimate the bytes of a row in memory; a value of text counts as 32."""
    total = 0
    for field in schema:
        try:
            total += field.type.bit_width / 8
        except ValueError:
            total += 32
    return max(1.0, total)


def least_row_bytes(schema):
    """Return a lower bound of the bytes of a row."""
    widths = [field.type.bit_width for field in schema if _has_width(field.type)]
    return max(1.0, sum(widths) / 8)


def _has_width(type_):
    try:
        return type_.bit_width > 0
    except ValueError:
        return False


def group_rows(schema):
    """Return the rows of a row group, from the schema alone: memory limits change no file."""
    return int(min(MOST_GROUP_ROWS, max(LEAST_GROUP_ROWS, GROUP_BYTES // row_bytes(schema))))


def part_rows(schema):
    """Return the default number of rows of a part."""
    return PART_GROUPS * group_rows(schema)


def _is_folder(path):
    """Return whether a path is a folder; raise if the path is not accessible."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


class Destination(Resumable):
    """The place of the output, with the parts that are complete already.

    Parameters
    ----------
    dst : path
        A file, or a folder of Parquet files.
    format_ : Format
    schema : pyarrow.Schema
    codec : str
        The compression of Parquet files.
    dialect : Dialect, default=None
        The dialect of CSV files.
    n_rows : int, default=None
        Rows per part.
    columns : Columns, default=None
        For .npy: the roles of the columns.
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
        """The names of the output; for .npy the file of the target, then the matrix."""
        return [self.dst.name] if self._pair is None else self._pair.names

    @property
    def paths(self):
        """The final paths of the output."""
        return [self.dst.with_name(name) for name in self.names]

    @property
    def manifest(self):
        """The final path of the manifest."""
        return self.dst.with_name(self.manifest_name) if self.is_file else self.dst / MANIFEST

    @property
    def lock(self):
        """The lock file of the destination; None if it needs no lock."""
        with self._named():
            has_folder = _is_folder(self.staging.absolute().parent)
        return self.staging.with_name(f".{self.dst.name}.lock") if has_folder else None

    # Existing output

    def check_place(self, src):
        """Raise if the destination overlaps the source, or if its parent folder is missing."""
        dst, inside = self.dst.resolve(), Path(src).resolve()
        if dst == inside or inside in dst.parents or dst in inside.parents:
            raise OfflineError(f"{self}: is, contains or is inside the source {src}.")
        with self._named():
            has_folder = _is_folder(dst.parent)
        if not has_folder:
            raise OfflineError(f"{self}: the folder {dst.parent} does not exist.")

    def existing(self):
        """Return the paths of the output that exist."""
        return [path for path in self.paths if path.exists()]

    def is_earlier_output(self):
        """Return whether the existing output was written by a run or is an empty folder."""
        is_empty_folder = self.dst.is_dir() and not any(self.dst.iterdir())
        return self.manifest.exists() or is_empty_folder

    def read_manifest(self):
        """Return the manifest of the existing output, or None."""
        return json.loads(self.manifest.read_text()) if self.manifest.exists() else None

    # Parts

    def part_ranges(self, n_rows):
        """Return the range of rows of each part."""
        step = self.part_rows
        return [(start, min(n_rows, start + step)) for start in range(0, n_rows, step)]

    def part_path(self, number):
        """Return the path of a complete part in the staging folder."""
        ending = ".arrows" if self.is_file else "" if self.partition_by else ".parquet"
        return self.staging / f"part-{number:05d}{ending}"

    def has_part(self, number):
        """Return whether a part is complete."""
        path = self.part_path(number)
        return (path / PART_FILES if self.partition_by else path).exists()

    def known_part(self, number, n_rows):
        """Return the entries for the manifest of the files of a complete part."""
        path = self.part_path(number)
        if self.partition_by:
            return json.loads((path / PART_FILES).read_text())
        checksum = None if self.is_file else hash_file(path)
        return [{"file": path.name, "rows": n_rows, "sha256": checksum}]

    def write_part(self, number, blocks):
        """Write a part; return the entries of its files for the manifest."""
        path = self.part_path(number)
        with self._named():
            if self.partition_by:
                keys, name = self.partition_by, PART_FILES
                return write_partitioned(path, blocks, self.writing, keys, name)
            writing = self.writing.staged() if self.is_file else self.writing
            return [write_file(path, blocks, writing)]

    def join(self, n_rows, labels, progress):
        """Join the parts into a file or a .npy pair; return the entries for the manifest."""
        paths = [self.part_path(number) for number in range(len(self.part_ranges(n_rows)))]
        with self._named():
            batches = read_streams(paths, progress)
            if self._pair is not None:
                return self._pair.join(self.staging, batches, n_rows, labels)
            return [write_file(self.staging / self.dst.name, batches, self.writing)]

    # The end

    def finish(self, manifest):
        """Write the manifest, then publish the output."""
        with self._named():
            write_json(self.staging / self.manifest_name, manifest)
        self._publish()

    def _publish(self):
        """Give the output its final name; can be interrupted anywhere and called again."""
        with self._named():
            if self.partition_by:
                self._merge_folders()
            self._move()

    def _move(self):
        if self.is_file:
            for name, path in zip(self.names, self.paths, strict=True):
                if (self.staging / name).exists():
                    os.replace(self.staging / name, path)
            os.replace(self.staging / self.manifest_name, self.manifest)
            shutil.rmtree(self.staging)
        else:
            # Keep an earlier output until the new one takes its name.
            if self.dst.exists() and self.is_earlier_output():
                shutil.rmtree(self._before, ignore_errors=True)
                os.replace(self.dst, self._before)
            os.replace(self.staging, self.dst)
            self._clear()
        sync_folder(self.dst.absolute().parent)

    @property
    def _before(self):
        """The path of an earlier output while the new one takes its name."""
        return self.dst.with_name(f".{self.dst.name}.before")

    def _clear(self):
        """Remove the other files of a run once its output has its final name."""
        with self._named():
            if not self.is_file:
                shutil.rmtree(self._before, ignore_errors=True)
                for name in (RUN_MANIFEST, REPLACES):
                    (self.dst / name).unlink(missing_ok=True)
            shutil.rmtree(self.staging, ignore_errors=True)

    def _merge_folders(self):
        """Merge the folders of all parts into one tree of folders."""
        for folder in sorted(self.staging.glob("part-*")):
            for path in [path for path in folder.rglob("*.parquet") if path.is_file()]:
                new = self.staging / path.relative_to(folder)
                new.parent.mkdir(parents=True, exist_ok=True)
                os.replace(path, new)
            shutil.rmtree(folder)

    def _named(self):
        """Return a context that turns errors of the disk into errors of the destination."""
        return named(self, "cannot be written", OSError)

    def free_bytes(self):
        """Return the free bytes on the disk of the staging folder."""
        return shutil.disk_usage(self.staging.absolute().parent).free

    def check_room(self, n_rows, folder_bytes):
        """Raise if the disk has no room for the parts; parts of a single file are uncompressed.

        Parameters
        ----------
        n_rows : int
        folder_bytes : int
            A lower bound of the size of a folder of Parquet files; 0 if not known.
        """
        written = sum(path.stat().st_size for path in self.staging.glob("part-*"))
        what, cure = "its files", "Free some space."
        needed = folder_bytes - written
        if self.is_file:
            needed = int(n_rows * least_row_bytes(self.schema)) - written
            what, cure = "its parts and more for the file", "Free some space, or write a folder."
        free = self.free_bytes()
        if needed > free:
            raise OfflineError(
                f"{self}: needs {size(needed)} of disk space for {what}; {size(free)} are free. "
                f"{cure}"
            ) from OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # keeps the parts


def check_destination(destination, src, overwrite, resume):
    """Raise if writing the destination would destroy data.

    Raises
    ------
    OfflineError
        If the destination overlaps the source, if it exists and neither `overwrite` nor
        `resume` is given, if it is not an earlier output, or if its parent folder is missing.
    """
    destination.check_place(src)
    if overwrite and resume:
        raise OfflineError("--overwrite and --resume: give only one of them.")
    if destination.staging.exists() and not (overwrite or resume):
        raise OfflineError(
            f"{destination}: an unfinished run has left {destination.staging}. Pass --resume "
            f"to continue it or --overwrite to restart."
        )
    existing = destination.existing()
    if not existing or (resume and destination.is_complete):
        return
    if not (overwrite or resume):
        raise OfflineError(f"{existing[0]}: exists. Pass --overwrite to replace it.")
    if not destination.is_earlier_output():
        raise OfflineError(
            f"{existing[0]}: exists and has no {destination.manifest_name}, so it is not an "
            f"earlier output. Remove it first."
        )
