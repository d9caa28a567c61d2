"""Resume a run that was interrupted or killed.

The staging folder keeps the parts that are complete, and a resumed run skips these. The run
manifest in that folder records the parameters and the input of the run. A run can be resumed
only if they are the same. The manifest of the output records them too.
"""

import json
import os
import shutil

from fastsmote.offline._errors import OfflineError
from fastsmote.offline._writers import sync_folder

RUN_MANIFEST = "_plan.json"  # of the run, in the staging folder
REPLACES = "_replaces"  # marks a run that was started to overwrite an earlier output


class Resumable:
    """Mixin for a destination: what an earlier run left, and whether this run may go on."""

    @property
    def is_complete(self):
        """Whether the output is written completely, and only has to be published."""
        return (self.staging / self.manifest_name).exists()

    def finished(self, run_manifest):
        """Return the manifest of a finished run with the same run manifest, or None.

        If a run was interrupted while it published its output, publish the rest.
        """
        if self.is_complete:
            manifest = json.loads((self.staging / self.manifest_name).read_text())
            _check_same(self.staging, manifest["plan"], run_manifest)
            self._publish()
            return manifest
        manifest = self.read_manifest() if len(self.existing()) == len(self.paths) else None
        if manifest is None:
            return None
        if not self.staging.exists():
            _check_same(self, manifest["plan"], run_manifest)
        elif _first_difference(manifest["plan"], run_manifest):
            if self.replaces():
                return None
            raise OfflineError(f"{self}: exists. Pass --overwrite to replace it.")
        self._clear()
        return manifest

    def replaces(self):
        """Return whether the run to resume was started to overwrite an earlier output."""
        return (self.staging / REPLACES).exists()

    def start(self, run_manifest, resume, overwrite=False):
        """Create the staging folder, or reuse it to resume a run with the same run manifest.

        Raises
        ------
        OfflineError
            If the run to resume has a different run manifest, naming what differs, or if the
            folder cannot be created.
        """
        path = self.staging / RUN_MANIFEST
        with self._named():
            if resume and path.exists():
                _check_same(self.staging, json.loads(path.read_text()), run_manifest)
                return
            shutil.rmtree(self.staging, ignore_errors=True)
            self.staging.mkdir()
            write_json(path, run_manifest)
            if overwrite:
                (self.staging / REPLACES).touch()

    def discard(self):
        """Remove the staging folder of a run that failed."""
        shutil.rmtree(self.staging, ignore_errors=True)

    def kept(self):
        """Describe the complete parts for a message; without any, remove the staging folder."""
        if self.is_complete:
            return (
                f" The output is complete in {self.staging}: pass --resume to move it into place."
            )
        parts = [path for path in self.staging.glob("part-*") if path.suffix != ".tmp"]
        if not parts:
            self.discard()
            return ""
        kept = "1 complete part is" if len(parts) == 1 else f"{len(parts)} complete parts are"
        return (
            f" {kept} kept in {self.staging}: pass --resume to continue or --overwrite to restart."
        )


def write_json(path, content):
    """Write a JSON file completely or not at all."""
    temporary = path.with_name(f"{path.name}.tmp")
    with open(temporary, "w") as file:
        json.dump(content, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    sync_folder(path.parent)


def _first_difference(old, new):
    """Return the name of the first entry that differs between two run manifests, or None."""
    return next((name for name in new if old.get(name) != new[name]), None)


def _check_same(where, old, new):
    name = _first_difference(old, new)
    if name is not None:
        raise OfflineError(
            f"{where}: belongs to a run with another {name}: {json.dumps(old.get(name))}. Got "
            f"{json.dumps(new[name])}. Pass --overwrite to restart."
        )
