"""Locate files on a disk, in an object store or on a web server.

A path is local or a URI such as ``s3://bucket/folder``. pyarrow opens the URIs that it has a
filesystem for. fsspec opens all others, with further packages for some of them.
"""

import io
import os
import re
from pathlib import Path
from typing import Any, NamedTuple

from pyarrow import fs

from fastsmote.offline._errors import OfflineError, first_line

URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")  # two letters at least: C:\ is a drive
COMPRESSIONS = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2"}
RETRY_SECONDS = 30
WITH_PYARROW = ("s3", "gs", "gcs", "abfs", "abfss", "hdfs")


class File(NamedTuple):
    """A file; `str` returns its path as the user gave it."""

    filesystem: Any  # pyarrow.fs.FileSystem
    path: str  # within the filesystem
    shown: str  # path for messages

    def __str__(self):
        return self.shown

    @property
    def is_local(self):
        """Whether the file is on a local disk."""
        return isinstance(self.filesystem, fs.LocalFileSystem)

    @property
    def name(self):
        """The last part of the path."""
        return self.path.rstrip("/").rpartition("/")[2]

    @property
    def compression(self):
        """The compression of the whole file by its ending: gzip, zstd, bz2 or None."""
        return COMPRESSIONS.get(os.path.splitext(self.name)[1].lower())

    @property
    def suffix(self):
        """The ending of the format, without that of the compression: .csv for a.csv.gz."""
        name = self.name.lower()
        stem, suffix = os.path.splitext(name)
        return os.path.splitext(stem)[1] if suffix in COMPRESSIONS else suffix

    def info(self):
        """Return the file's pyarrow.fs.FileInfo."""
        return self.filesystem.get_file_info(self.path)

    def open(self):
        """Open the file for random access."""
        return self.filesystem.open_input_file(self.path)

    def stream(self):
        """Open the file as a stream, decompressed."""
        return self.filesystem.open_input_stream(self.path, compression=self.compression)

    def text(self, encoding, errors="strict"):
        """Open the file as a stream of text, decompressed."""
        return io.TextIOWrapper(self.stream(), encoding=encoding, errors=errors, newline="")

    def inside(self, path):
        """Return the file of a path inside this folder, in the same filesystem."""
        relative = path[len(self.path.rstrip("/")) :]
        return File(self.filesystem, path, self.shown.rstrip("/") + relative)


def is_remote(path):
    """Return whether a path is a URI of something that is not on a local disk."""
    return bool(URI.match(str(path))) and not str(path).startswith("file://")


def locate(path):
    """Return the file or folder that a path or URI names; it need not exist.

    Raises
    ------
    OfflineError
        If no installed package supports the scheme of the URI, or if it cannot be reached.
    """
    text = str(path)
    if not URI.match(text):
        return File(fs.LocalFileSystem(), Path(os.path.abspath(text)).as_posix(), text)
    scheme = text.partition("://")[0].lower()
    if scheme == "file":
        filesystem, inner = fs.FileSystem.from_uri(text)
        return File(filesystem, inner, text)
    try:
        filesystem, inner = _with_pyarrow(text) if scheme in WITH_PYARROW else _with_fsspec(text)
    except ImportError as error:
        raise OfflineError(
            f"{text}: the package that {scheme}:// needs is not installed: {first_line(error)}."
        ) from error
    except (OSError, ValueError) as error:
        raise OfflineError(f"{text}: cannot be reached: {first_line(error)}.") from error
    return File(filesystem, inner, without_query(text))


def without_query(path):
    """Return a path unchanged, or a URI without its query (its settings)."""
    text = str(path)
    return text.partition("?")[0] if URI.match(text) else text


def _with_pyarrow(uri):
    if uri.startswith(("gs://", "gcs://")) and "retry_limit_seconds" not in uri:
        # By default pyarrow retries for 15 minutes.
        uri += f"{'&' if '?' in uri else '?'}retry_limit_seconds={RETRY_SECONDS}"
    try:
        return fs.FileSystem.from_uri(uri)
    except (ImportError, NotImplementedError, ValueError):  # this pyarrow was built without it
        return _with_fsspec(uri)


def _with_fsspec(uri):
    from fsspec.core import url_to_fs

    filesystem, inner = url_to_fs(uri)
    return fs.PyFileSystem(fs.FSSpecHandler(filesystem)), inner
