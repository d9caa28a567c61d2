"""Outputs in an object store: written to a local disk, and copied at the end."""

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

import pyarrow as pa
from pyarrow import fs

from fastsmote.offline._errors import OfflineError, named
from fastsmote.offline._files import locate, without_query
from fastsmote.offline._parts import Destination
from fastsmote.offline._resume import REPLACES, RUN_MANIFEST

STAGING = "FASTSMOTE_STAGING"  # environment variable: the parent of staging folders
REFUSALS = (OSError, NotImplementedError, pa.ArrowException)


class RemoteDestination(Destination):
    """A file or folder that a URI names.

    An object store cannot rename a folder. So the parts are staged in a local folder inside
    ``FASTSMOTE_STAGING``, or inside the folder for temporary files. At the end all files are
    copied, the manifest last. The name of the staging folder depends only on the URI, so a
    run can be resumed on the same machine.
    """

    def __init__(self, dst, format_, schema, codec, **options):
        self._file = locate(dst)
        self._file = self._file._replace(
            path=self._file.path.rstrip("/"), shown=self._file.shown.rstrip("/")
        )
        super().__init__(self._file.name, format_, schema, codec, **options)
        self._uri = self._file.shown
        digest = hashlib.sha256(self._uri.encode()).hexdigest()[:16]
        root = Path(os.environ.get(STAGING) or tempfile.gettempdir())
        self.staging = root / f"fastsmote-{digest}-{self.dst.name}.partial"

    def __str__(self):
        return self._uri

    def _beside(self, name):
        """Return a file in the parent folder of the destination."""
        folder = self._file.path[: -len(self._file.name)]
        shown = self._uri[: -len(self._file.name)]
        return self._file._replace(path=folder + name, shown=shown + name)

    @property
    def paths(self):
        return [self._beside(name) for name in self.names]

    @property
    def manifest(self):
        if self.is_file:
            return self._beside(self.manifest_name)
        folder = self._file
        name = f"/{self.manifest_name}"
        return folder._replace(path=folder.path + name, shown=folder.shown + name)

    @property
    def lock(self):
        return self.staging.with_suffix(".lock")

    def check_place(self, src):
        here, there = f"{self._uri}/", f"{without_query(src).rstrip('/')}/"
        if here.startswith(there) or there.startswith(here):
            raise OfflineError(f"{self}: is, contains or is inside the source {src}.")
        if not self.staging.parent.is_dir():
            raise OfflineError(
                f"{STAGING}: the folder {self.staging.parent}, which is for the parts of "
                f"{self}, does not exist."
            )

    def existing(self):
        with self._named():
            return [path for path in self.paths if path.info().type != fs.FileType.NotFound]

    def is_earlier_output(self):
        with self._named():
            return self.manifest.info().type == fs.FileType.File

    def read_manifest(self):
        if not self.is_earlier_output():
            return None
        with self._named(), self.manifest.open() as file:
            return json.loads(file.read())

    def _named(self):
        return named(self, "cannot be written", REFUSALS)

    def _move(self):
        if self.is_earlier_output():  # an object store cannot rename it
            self._remove()
        if self.is_file:
            for name, path in zip(self.names, self.paths, strict=True):
                _copy(self.staging / name, path)
        else:
            files = sorted(path for path in self.staging.rglob("*") if path.is_file())
            for path in files:
                relative = path.relative_to(self.staging).as_posix()
                if relative not in (self.manifest_name, RUN_MANIFEST, REPLACES):
                    _copy(path, self._file._replace(path=f"{self._file.path}/{relative}"))
        _copy(self.staging / self.manifest_name, self.manifest)
        shutil.rmtree(self.staging)

    def _clear(self):
        shutil.rmtree(self.staging, ignore_errors=True)

    def _remove(self):
        # The manifest goes first: without a manifest the rest does not count as an output.
        for path in (self.manifest, *self.paths):
            type_ = path.info().type
            if type_ == fs.FileType.File:
                path.filesystem.delete_file(path.path)
            elif type_ == fs.FileType.Directory:
                path.filesystem.delete_dir(path.path)


def _copy(path, file):
    """Copy a local file into another filesystem, and check its size there."""
    parent = file.path.rpartition("/")[0]
    if parent:
        file.filesystem.create_dir(parent, recursive=True)
    fs.copy_files(
        str(path),
        file.path,
        source_filesystem=fs.LocalFileSystem(),
        destination_filesystem=file.filesystem,
    )
    n_bytes = file.info().size
    if n_bytes != path.stat().st_size:
        raise OSError(f"{file} has {n_bytes} bytes after {path.stat().st_size} were copied")
