"""Standard output: rows are written as they are computed, and a run cannot be resumed."""

import shutil
import sys
import tempfile
import uuid
from pathlib import Path

from fastsmote.offline._errors import OfflineError, named
from fastsmote.offline._parts import Destination


class StandardOutput(Destination):
    """Write rows to standard output; the staging folder is used only for --shuffle."""

    lock = None

    def __init__(self, dst, format_, schema, codec, **options):
        super().__init__(f"out{format_.suffix}", format_, schema, codec, **options)
        self.staging = Path(tempfile.gettempdir()) / f"fastsmote-{uuid.uuid4()}"

    def __str__(self):
        return "standard output"

    def check_place(self, src):
        pass

    def existing(self):
        return []

    def finished(self, run_manifest):
        return None

    def start(self, run_manifest, resume, overwrite=False):
        if resume:
            raise OfflineError("--resume: standard output cannot be resumed. Write a file.")
        with self._named():
            self.staging.mkdir()

    def check_room(self, n_rows, folder_bytes):
        pass

    def write_all(self, blocks):
        """Write the rows; return the entry that a manifest would contain."""
        with named(self, "cannot be written", OSError):
            if sys.stdout is None:
                raise OSError("it is closed")
            n_rows = self.writing.write(sys.stdout.buffer, blocks)
            sys.stdout.buffer.flush()
        return [{"file": "-", "rows": n_rows, "sha256": None}]

    def finish(self, manifest):
        self.discard()

    def discard(self):
        shutil.rmtree(self.staging, ignore_errors=True)

    def kept(self):
        self.discard()
        return ""
