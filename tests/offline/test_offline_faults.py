"""Faults of the machine: what was finished stays, the run says so, `--resume` ends it.

Each kind of fault is met ten times, at places that are drawn among counted events.
"""

import os
import platform
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pytest
from helpers.offline.events import N_FAULTS, SMALL_PARTS, drawn, empty
from helpers.offline.runs import contents, write
from helpers.tables import make_table

from fastsmote._commands import main as cli

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked"),
]

NOBODY = 65534
BESIDE = ["--exclude", "id,time,text"]
KINDS = {  # of outputs: what it is called, and what else is asked for
    "folder": ("out", BESIDE),
    "parquet": ("out.parquet", BESIDE),
    "csv.gz": ("out.csv.gz", BESIDE),
    "npy": ("out.npy", ["--features", "a,b,c"]),
    "shuffle": ("out", [*BESIDE, "--shuffle"]),
    "partition-by": ("out", [*BESIDE, "--partition-by", "text"]),
    "overwrite": ("out", BESIDE),
}


def stamp(path):
    """Number and time of a file: others, if it was written anew."""
    return path.stat().st_ino, path.stat().st_mtime_ns


def finished_parts(staging):
    """The stamps of the files of all parts that are complete."""
    parts = [part for part in staging.glob("part-*") if part.suffix != ".tmp"]
    files = [path for part in parts for path in [part, *part.rglob("*")]]
    return {stamp(path) for path in files if path.is_file() and path.suffix == ".parquet"}


def make_source(name, folder):
    """The table that an output of this name is made of."""
    frame = make_table(4_000)
    return write(frame[["a", "b", "c", "y"]] if name == "out.npy" else frame, folder / "in.parquet")


class Place:
    """A folder for one kind of output, the command that fills it and what that gives."""

    def __init__(self, kind, nursery, tmp_path, folder=None, *, uid=None, events="disk", more=()):
        self.name, options = KINDS[kind]
        self.is_overwriting, self.nursery, self.uid = kind == "overwrite", nursery, uid
        self.folder = folder or tmp_path / "to"
        self.folder.mkdir(exist_ok=True)
        src = make_source(self.name, tmp_path)
        self.dst, self.staging = self.folder / self.name, self.folder / f".{self.name}.partial"
        is_file = "." in self.name
        self.manifest_name = f"{self.name}.manifest.json" if is_file else "_manifest.json"
        self.command = [src, self.dst, "--target", "y", *SMALL_PARTS, *options, *more]
        self.prepare()
        whole = self.run("fail" if events == "write" else "none", events=events)
        assert (whole.status, whole.error) == (0, "")
        self.n_events, self.expected = whole.n_events, contents(self.folder)
        empty(self.folder)

    def prepare(self):
        """Have an earlier output, where one is to be written over."""
        if self.is_overwriting:
            assert self.nursery.run([*self.command, "--seed", "1"]).status == 0
        self.before = contents(self.folder)

    def start(self, *fault, **options):
        """Start a run that does not go on with another, with a fault if there is one."""
        first = ["--overwrite"] if self.is_overwriting else []
        self.nursery.start([*self.command, *first], *fault, uid=self.uid, **options)

    def run(self, *fault, **options):
        """Such a run, to its end."""
        self.start(*fault, **options)
        return self.nursery.end()

    def find_size(self):
        """The bytes on the disk just before the output is shown, about the most of a run."""
        assert self.run("kill", at=self.n_events - 40).status == -9
        n_blocks = sum(path.stat().st_blocks for path in self.folder.rglob("*"))
        empty(self.folder)
        return 512 * n_blocks

    def find_left(self):
        """What the error of a run has to say of what is complete."""
        parts = [path for path in self.staging.glob("part-*") if path.suffix != ".tmp"]
        if (self.staging / self.manifest_name).exists():
            complete = f" The output is complete in {self.staging}"
            return f"{complete}: pass --resume to move it into place."
        if not parts:
            return ""
        kept = "1 complete part is" if len(parts) == 1 else f"{len(parts)} complete parts are"
        return (
            f" {kept} kept in {self.staging}: pass --resume to continue or --overwrite to restart."
        )

    def check_resumed(self):
        """Go on, with parts that are there left as they are, to the bytes of a whole run."""
        before = finished_parts(self.staging)
        stands = self.is_overwriting and self.before.items() <= contents(self.folder).items()
        # Where nothing was begun there is only an earlier output, of another run.
        again = "--overwrite" if stands and not self.staging.exists() else "--resume"
        resumed = self.nursery.run([*self.command, again], uid=self.uid)
        assert (resumed.status, resumed.error) == (0, "")
        assert contents(self.folder) == self.expected
        if self.dst.is_dir():
            assert before <= {stamp(path) for path in self.dst.rglob("*.parquet")}
        empty(self.folder)


# Killed


@pytest.mark.parametrize("kind", sorted({*KINDS} - {"folder"}))  # in test_offline_resume.py
def test_a_run_that_was_killed_goes_on(kind, nursery, tmp_path):
    place = Place(kind, nursery, tmp_path)
    for at in drawn(place.n_events, n_last=4):
        place.prepare()
        killed = place.run("kill", at=at)
        assert (killed.status, killed.error) == (-9, "")
        place.check_resumed()


def test_what_others_have_put_in_its_place_is_not_overwritten(nursery, tmp_path):
    place = Place("parquet", nursery, tmp_path)
    assert place.run("kill", at=place.n_events // 2).status == -9
    place.dst.write_text("by hand")
    refused = nursery.run([*place.command, "--resume"])
    assert refused.status == 1
    assert f"{place.dst}: exists and has no out.parquet.manifest.json" in refused.error
    assert place.dst.read_text() == "by hand"
    place.dst.unlink()
    place.check_resumed()


def test_an_output_that_was_removed_is_written_again(nursery, tmp_path):
    place = Place("npy", nursery, tmp_path)
    assert place.run().status == 0
    place.dst.unlink()
    place.check_resumed()


# A full disk


def check_full(place, ended):
    """One line says what happened and what is left."""
    assert ended.status == 1
    full = r"cannot be written: \[Errno 28\] .*No space left on device"
    refused = rf"{full}|needs .* of disk space for"
    left = place.find_left()
    line = rf"fastsmote resample: {re.escape(str(place.dst))}: ({refused}).*{re.escape(left)}\n"
    assert re.fullmatch(line, ended.error), ended.error
    assert left or contents(place.folder) in (place.before, place.expected)


@pytest.mark.parametrize("kind", ["parquet", "partition-by", "overwrite"])
def test_a_full_disk_is_said_and_the_run_goes_on(kind, nursery, tmp_path):
    place = Place(kind, nursery, tmp_path, events="write")
    for at in [1, *drawn(place.n_events, n_last=3)]:  # the first is of the lock
        place.prepare()
        check_full(place, place.run("fail", at=at, events="write"))
        place.check_resumed()


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 4 MiB, mounted; the file "ballast" on it takes room."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={2**22}", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        pytest.skip("a disk cannot be mounted")
    yield folder
    subprocess.run(["umount", str(folder)], check=True, timeout=30)


@pytest.mark.parametrize("kind", ["folder", "csv.gz", "npy", "shuffle"])
def test_a_disk_that_is_really_full(kind, nursery, tmp_path, small_disk):
    place = Place(kind, nursery, tmp_path, small_disk / "to")
    needed = place.find_size()
    rng, ballast = np.random.RandomState(0), small_disk / "ballast"
    for share in np.linspace(0, 0.9, N_FAULTS):
        place.prepare()
        room = int(needed * share * rng.uniform(0.9, 1.0))
        with ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(small_disk).free - room)
        check_full(place, place.run())
        ballast.unlink()
        place.check_resumed()


# A second run


@pytest.mark.parametrize("kind", ["folder", "parquet"])
def test_a_second_run_is_refused_and_the_first_ends_well(kind, nursery, tmp_path, capsys):
    place, fifo = Place(kind, nursery, tmp_path), tmp_path / "fifo"
    os.mkfifo(fifo)
    for at in drawn(place.n_events - 3):  # at last the lock is removed
        place.start("hold", fifo, at=at)
        word, pid = nursery.read().split()
        assert word == "holds"
        for arguments in ([], ["--resume"], ["--overwrite"]):
            assert cli.main(["resample", *map(str, place.command), *arguments]) == 1
            error = capsys.readouterr().err
            assert error == (
                f"fastsmote resample: {place.dst}: process {pid} on {platform.node()} is writing "
                "to it. Wait until that run has ended.\n"
            )
        fifo.write_text("go on")
        first = nursery.end()
        assert (first.status, first.error) == (0, "")
        assert contents(place.folder) == place.expected
        empty(place.folder)


# Folders and files without permission


@pytest.fixture
def uid():
    """The user of runs that may not write everywhere; None for the one who runs the tests."""
    return NOBODY if os.geteuid() == 0 else None


@pytest.fixture
def open_folder(uid):
    """A folder in which that user may do everything, on a path that it may enter."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    if uid is not None:
        os.chown(folder, uid, uid)
    yield folder
    for path, *_ in os.walk(folder):
        os.chmod(path, 0o700)
    shutil.rmtree(folder)


def make_folder(folder, uid, mode=0o755):
    folder.mkdir()
    if uid is not None:
        os.chown(folder, uid, uid)
    folder.chmod(mode)
    return folder


def contents_and_folders(folder):
    return sorted(path for path in folder.rglob("*")), contents(folder)


@pytest.mark.parametrize("mode", [0o500, 0o400, 0o000])
@pytest.mark.parametrize("inside", ["", "deeper"])
@pytest.mark.parametrize("kind", ["folder", "csv.gz", "npy"])
def test_a_folder_that_cannot_be_written_is_named(kind, inside, mode, nursery, uid, open_folder):
    name, options = KINDS[kind]
    src, to = make_source(name, open_folder), make_folder(open_folder / "to", uid)
    if inside:
        make_folder(to / inside, uid, mode)
    before = contents_and_folders(open_folder)
    to.chmod(mode)
    command = [src, to / inside / name, "--target", "y", *options]
    for arguments in ([], ["--resume"], ["--overwrite"]):
        ended = nursery.run([*command, *arguments], uid=uid)
        assert ended.status == 1
        line = rf"fastsmote resample: {re.escape(str(command[1]))}: cannot be written: .*\n"
        assert re.fullmatch(line, ended.error), ended.error
    to.chmod(0o700)
    assert contents_and_folders(open_folder) == before


def test_input_that_cannot_be_read_is_named(nursery, uid, open_folder):
    frame = make_table()[["a", "b", "y"]]
    (open_folder / "in").mkdir()
    paths = [open_folder / "in" / f"{number}.parquet" for number in range(2)]
    for path in paths:
        write(frame, path)
    frame.to_csv(open_folder / "in.csv")
    frame[["a"]].to_feather(open_folder / "in.arrow")
    np.save(open_folder / "X.npy", frame[["a", "b"]])
    np.save(open_folder / "y.npy", frame["y"])
    before = contents_and_folders(open_folder)
    for path, src, target in [
        (paths[0], paths[0], "y"),
        (paths[1], open_folder / "in", "y"),
        (open_folder / "in", open_folder / "in", "y"),
        (open_folder / "in.csv", open_folder / "in.csv", "y"),
        (open_folder / "in.arrow", open_folder / "in.arrow", "y"),
        (open_folder / "X.npy", open_folder / "X.npy", "y.npy"),
        (open_folder / "y.npy", open_folder / "X.npy", "y.npy"),
    ]:
        mode = path.stat().st_mode
        path.chmod(0)
        if uid is not None:
            os.chown(path, uid, uid)
        ended = nursery.run([src, open_folder / "out", "--target", target], uid=uid)
        path.chmod(mode)
        assert ended.status == 1
        line = rf"fastsmote resample: {re.escape(str(path))}[:,] .*\n"
        assert re.fullmatch(line, ended.error), ended.error
    assert contents_and_folders(open_folder) == before


@pytest.mark.parametrize("kind", ["folder", "parquet", "partition-by"])
def test_a_folder_that_cannot_be_written_any_more(kind, nursery, uid, open_folder):
    to = make_folder(open_folder / "to", uid)
    place = Place(kind, nursery, open_folder, to, uid=uid, more=["--sampler", "random-over"])
    for at in drawn(place.n_events - 12):
        ended = place.run("protect", to, at=at)
        assert ended.status == 1
        assert ended.error.count("\n") == 1
        assert ended.error.startswith(f"fastsmote resample: {place.dst}: cannot be written: ")
        assert ended.error.endswith(place.find_left() + "\n")
        for path, *_ in os.walk(to):
            os.chmod(path, 0o755)
        place.check_resumed()
