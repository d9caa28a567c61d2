"""Disks that are full or too small, and two runs at one destination: one line, and no harm."""

import errno
import json
import os
import platform
import re
import subprocess
import sys
from contextlib import nullcontext

import pytest
from helpers.marks import slow
from helpers.offline.runs import EXCLUDE, write
from helpers.tables import make_table

from fastsmote._commands import main as cli
from fastsmote.offline import OfflineError, _lock, _parts, _writers, resample

SINGLE_FILES = ["out.parquet", "out.csv", "out.arrow", "out.npy"]


@pytest.fixture
def disk_with_room(monkeypatch):
    """``disk_with_room(n, is_counted)`` refuses the writes of some files after the n-th."""

    def set_up(n_written, is_counted=lambda name: True, monkeypatch=monkeypatch):
        write, calls = _writers.HashedFile.write, []

        def write_until_full(self, data):
            if is_counted(os.path.basename(self._file.name)):
                calls.append(data)
                if len(calls) > n_written:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return write(self, data)

        monkeypatch.setattr(_writers.HashedFile, "write", write_until_full)
        return calls

    return set_up


def check_full(refused, dst, tmp_path, kept=False):
    """A .npy file holds features and the target only."""
    frame = make_table()[["a", "b", "c", "y"]] if dst.endswith(".npy") else make_table()
    src = write(frame, tmp_path / "in.pq")
    exclude = [] if dst.endswith(".npy") else EXCLUDE
    arguments = ["--part-rows", "2000"]
    error = refused(src, *arguments, dst=tmp_path / dst, exclude=exclude, kept=kept)
    assert f"{tmp_path / dst}: cannot be written: [Errno 28] No space left" in error
    assert re.search(r"The output needs about \d+ KiB before compression; .* are free\.", error)
    assert ("pass --resume to continue" in error) == kept
    return [str(src), str(tmp_path / dst), "--target", "y", "-q", *exclude, *arguments]


@pytest.mark.parametrize("n_written", [0, 1, 5])
@pytest.mark.parametrize("dst", ["out", *SINGLE_FILES])
def test_full_disk(dst, n_written, refused, tmp_path, disk_with_room):
    calls = disk_with_room(n_written)
    check_full(refused, dst, tmp_path)
    assert len(calls) > n_written


@pytest.mark.parametrize("n_written", [0, 1, 5])
@pytest.mark.parametrize("dst", SINGLE_FILES)
def test_disk_that_is_full_when_the_parts_are_put_together(
    dst, n_written, refused, tmp_path, disk_with_room, monkeypatch
):
    with monkeypatch.context() as patch:
        calls = disk_with_room(n_written, lambda name: not name.startswith("part-"), patch)
        command = check_full(refused, dst, tmp_path, kept=True)
    assert len(calls) > n_written
    parts = sorted(tmp_path.glob(f".{dst}.partial/part-*"))
    stamps = [path.stat().st_mtime_ns for path in parts]
    assert len(parts) == 6
    whole = tmp_path / f"whole-{dst}"
    command[1:2], again = [str(whole)], command.copy()
    assert cli.main(["resample", *command]) == 0
    assert stamps == [path.stat().st_mtime_ns for path in parts]
    assert cli.main(["resample", again[0], str(tmp_path / dst), *again[2:], "--resume"]) == 0
    assert (tmp_path / dst).read_bytes() == whole.read_bytes()


@pytest.mark.processes
@pytest.mark.skipif(os.name != "posix", reason="limits are POSIX's")
def test_system_that_takes_no_more(src, tmp_path):
    """The error of a real write, which no test has made up."""
    code = (
        "import resource, signal, sys; from fastsmote._commands.main import main\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "sys.exit(main(['resample', *sys.argv[1:]]))"
    )
    command = [sys.executable, "-c", code, str(src), str(tmp_path / "out"), "--target", "y", "-q"]
    done = subprocess.run([*command, *EXCLUDE], capture_output=True, text=True, timeout=200)
    assert done.returncode == 1
    place = f"fastsmote resample: {tmp_path / 'out'}: cannot be written: "
    assert re.fullmatch(rf"{re.escape(place)}.*too large\.\n", done.stderr)
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


def test_a_file_that_does_not_fit_on_the_disk(refused, src, tmp_path, monkeypatch):
    usage = _parts.shutil.disk_usage(tmp_path)
    monkeypatch.setattr(_parts.shutil, "disk_usage", lambda _: usage._replace(free=100_000))
    error = refused(src, dst=tmp_path / "out.csv")
    assert re.search(r"needs \d+ KiB of disk space for its parts .*; 98 KiB are free", error)


def test_a_folder_that_does_not_fit_on_the_disk(refused, src, monkeypatch, tmp_path):
    usage = _parts.shutil.disk_usage(tmp_path)
    monkeypatch.setattr(_parts.shutil, "disk_usage", lambda _: usage._replace(free=10_000))
    error = refused(src)
    assert re.search(r"needs \d+ KiB of disk space for its files; 9.8 KiB are free\. Free", error)


def test_parts_stay_where_there_is_still_no_room(src, tmp_path, monkeypatch):
    options = {"target": "y", "exclude": ["id", "time", "text"], "part_rows": 1_000}
    with monkeypatch.context() as patch:
        patch.setattr(_parts.Destination, "join", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            resample(src, tmp_path / "out.csv", **options)
    parts = sorted((tmp_path / ".out.csv.partial").glob("part-*"))
    assert len(parts) == 12
    for path in parts[2:]:
        path.unlink()
    usage = _parts.shutil.disk_usage(tmp_path)
    monkeypatch.setattr(_parts.shutil, "disk_usage", lambda _: usage._replace(free=1))
    with pytest.raises(OfflineError, match=r"2 complete parts are kept in .*--resume to continue"):
        resample(src, tmp_path / "out.csv", **options, resume=True)
    assert sorted((tmp_path / ".out.csv.partial").glob("part-*")) == parts[:2]


# Two runs


HOLD = """
import sys
from fastsmote.offline import _run, resample
def wait(*args):
    print("holds", flush=True)
    sys.stdin.read()  # until the test ends
_run.check_destination = wait
resample(sys.argv[1], sys.argv[2], target="y", exclude=["id", "time", "text"])
"""


@pytest.fixture
def holder(src, tmp_path):
    """A process that has begun to write tmp_path / "out"."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(src), str(tmp_path / "out")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "holds\n"
    yield process
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


@pytest.mark.processes
@pytest.mark.parametrize("arguments", [[], *slow(["--resume"], ["--overwrite"])])
def test_a_second_run_says_who_writes(arguments, refused, src, holder):
    error = refused(src, *arguments)
    assert f"process {holder.pid} on " in error
    assert "Wait until that run has ended." in error
    assert holder.poll() is None


@pytest.mark.processes
def test_the_lock_of_a_run_that_was_killed_is_no_obstacle(src, holder, tmp_path):
    holder.kill()
    holder.wait()
    assert (tmp_path / ".out.lock").exists()
    resample(src, tmp_path / "out", target="y", exclude=["id", "time", "text"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.parquet", "out"]


@pytest.mark.parametrize("is_alive", [True, False])
def test_without_locks_of_the_system_a_process_that_is_gone_is_told(
    is_alive, monkeypatch, tmp_path
):
    monkeypatch.setattr(_lock, "fcntl", None)
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    pid = os.getpid() if is_alive else done.pid
    lock = tmp_path / ".out.lock"
    lock.write_text(json.dumps({"pid": pid, "host": platform.node()}))
    refusal = pytest.raises(OfflineError) if is_alive else nullcontext()
    with refusal, _lock.locked(tmp_path / "out", lock):
        assert json.loads(lock.read_text())["pid"] == os.getpid()
    assert lock.exists() == is_alive
