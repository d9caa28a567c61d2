"""Runs that are ended before they are done, and go on."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress

import numpy as np
import pytest
from helpers.offline.runs import run, write
from helpers.tables import make_table

from fastsmote._commands import main as cli
from fastsmote.offline import OfflineError, _parts, _writers, resample

OPTIONS = {"target": "y", "exclude": ["id", "time", "text"], "part_rows": 400}
COMMAND = ["--target", "y", "--exclude", "id,time,text", "--part-rows", "400"]


def contents_of_top(folder):
    """{name: bytes} of every file, hidden ones too."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def expected(src, tmp_path):
    """What a run that is not ended writes."""
    resample(src, tmp_path / "expected", **OPTIONS)
    return contents_of_top(tmp_path / "expected")


def interrupt_after(monkeypatch, n_calls, error):
    """Let the n-th call that writes anything raise an error; from the next on all is well."""
    original, calls = _writers.HashedFile.write, []

    def write_some(self, data):
        if self.is_abandoned:  # an earlier writer of Arrow's, as it is collected
            return original(self, data)
        calls.append(data)
        if len(calls) == n_calls:
            raise error
        return original(self, data)

    monkeypatch.setattr(_writers.HashedFile, "write", write_some)


@pytest.mark.parametrize("n_calls", [1, 2, 30, 300])
def test_interrupted_run_goes_on(n_calls, src, expected, tmp_path, monkeypatch):
    dst, staging = tmp_path / "out", tmp_path / ".out.partial"
    interrupt_after(monkeypatch, n_calls, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        resample(src, dst, **OPTIONS)
    assert not dst.exists()
    left = contents_of_top(staging) if staging.exists() else {}  # nothing was complete
    assert {name: expected[name] for name in left if name != "_plan.json"} == {
        name: content for name, content in left.items() if name != "_plan.json"
    }
    stamps = {name: (staging / name).stat().st_mtime_ns for name in left}
    resample(src, dst, resume=True, batch_rows=123, **OPTIONS)
    assert contents_of_top(dst) == expected
    assert not staging.exists()
    kept = {name for name in stamps if name != "_plan.json"}
    assert all((dst / name).stat().st_mtime_ns == stamps[name] for name in kept)


def test_interrupt_gives_status_130(src, tmp_path, monkeypatch, capsys):
    interrupt_after(monkeypatch, 1, KeyboardInterrupt())
    assert cli.main(["resample", str(src), str(tmp_path / "out"), *COMMAND]) == 130
    assert capsys.readouterr().err.splitlines()[-1] == "fastsmote resample: interrupted."
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_interrupt_that_is_swallowed_is_raised_at_the_next_batch(src, tmp_path, monkeypatch):
    write_some, n_swallowed = _writers.HashedFile.write, []

    def swallow(self, data):
        try:
            if not n_swallowed:
                signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            n_swallowed.append(1)
        return write_some(self, data)

    monkeypatch.setattr(_writers.HashedFile, "write", swallow)
    with pytest.raises(KeyboardInterrupt):
        resample(src, tmp_path / "out", **OPTIONS)
    assert n_swallowed == [1]
    assert not (tmp_path / "out").exists()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def start_process(src, dst, *arguments):
    code = "import sys; from fastsmote._commands.main import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "resample", str(src), str(dst), *COMMAND, *arguments]
    return subprocess.Popen(command, stderr=subprocess.PIPE)


@pytest.mark.processes
@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_signal_of_an_interrupt_gives_status_130(tmp_path):
    src, dst = write(make_table(200_000), tmp_path / "in.parquet"), tmp_path / "out"
    process = start_process(src, dst, "--part-rows", "2000")
    staging = tmp_path / ".out.partial"
    while process.poll() is None and len(list(staging.glob("*.parquet"))) < 2:
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    line = error.splitlines()[-1].decode()
    assert re.match(r"fastsmote resample: interrupted\. \d+ complete parts are kept in ", line)
    assert f"{staging}: pass --resume to continue or --overwrite to restart." in line
    assert not dst.exists()
    assert list(staging.glob("*.tmp")) == []


NURSERY = """
import json, os, sys, time
from fastsmote.offline._resample import resample  # imported once; nothing has started a thread yet
move = os.replace
def replace(*paths):
    move(*paths)
    time.sleep(0.005)  # time to be killed in, before the next part is there
os.replace = replace
for line in sys.stdin:
    src, dst, options = json.loads(line)
    child = os.fork()
    if child == 0:
        resample(src, dst, **options)
        os._exit(0)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def test_unfinished_run_is_not_taken_for_nothing(src, tmp_path, monkeypatch, expected):
    dst = tmp_path / "out"
    interrupt_after(monkeypatch, 50, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        resample(src, dst, **OPTIONS)
    with pytest.raises(OfflineError, match=r"an unfinished run has left .*Pass --resume"):
        resample(src, dst, **OPTIONS)
    resample(src, dst, overwrite=True, **OPTIONS)
    assert contents_of_top(dst) == expected


@pytest.mark.parametrize(
    ("changed", "name"),
    [({"seed": 1}, "seed"), ({"k_neighbors": 3}, "k_neighbors"), ({"part_rows": 500}, "part_rows")],
)
def test_run_does_not_go_on_with_other_parameters(changed, name, src, tmp_path, monkeypatch):
    dst = tmp_path / "out"
    interrupt_after(monkeypatch, 50, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        resample(src, dst, **OPTIONS)
    left = contents_of_top(tmp_path / ".out.partial")
    with pytest.raises(OfflineError, match=f"another {name}: .* Pass --overwrite"):
        resample(src, dst, resume=True, **{**OPTIONS, **changed})
    assert contents_of_top(tmp_path / ".out.partial") == left


def test_run_does_not_go_on_with_another_input(src, tmp_path, monkeypatch):
    interrupt_after(monkeypatch, 50, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        resample(src, tmp_path / "out", **OPTIONS)
    write(make_table(seed=1), src)
    with pytest.raises(OfflineError, match=r"belongs to a run with another input: .*in.parquet"):
        resample(src, tmp_path / "out", resume=True, **OPTIONS)


def test_run_with_counts_by_class_goes_on(src, tmp_path, monkeypatch):
    options = {**OPTIONS, "strategy": {np.int64(1): np.int64(2_000)}, "seed": np.int64(4)}
    interrupt_after(monkeypatch, 50, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        resample(src, tmp_path / "out", **options)
    resample(src, tmp_path / "out", resume=True, **options)
    resample(src, tmp_path / "again", **options)
    assert contents_of_top(tmp_path / "out") == contents_of_top(tmp_path / "again")


def test_finished_run_is_left_as_it_is(src, expected, tmp_path):
    dst = tmp_path / "expected"
    stamps = {path: path.stat().st_mtime_ns for path in dst.iterdir()}
    summary = resample(src, dst, resume=True, **OPTIONS)
    assert summary["rows_written"] > 6_000
    assert {path: path.stat().st_mtime_ns for path in dst.iterdir()} == stamps
    with pytest.raises(OfflineError, match="another seed"):
        resample(src, dst, resume=True, seed=1, **OPTIONS)


@pytest.mark.parametrize("dst", ["out", "out.parquet", "out.csv"])
def test_earlier_output_is_written_over(dst, src, tmp_path):
    resample(src, tmp_path / dst, **OPTIONS)
    resample(src, tmp_path / dst, overwrite=True, seed=1, **OPTIONS)
    resample(src, tmp_path / f"new-{dst}", seed=1, **OPTIONS)
    if dst == "out":
        assert contents_of_top(tmp_path / dst) == contents_of_top(tmp_path / f"new-{dst}")
    else:
        assert (tmp_path / dst).read_bytes() == (tmp_path / f"new-{dst}").read_bytes()
        manifest = json.loads((tmp_path / f"{dst}.manifest.json").read_text())
        assert manifest["plan"]["seed"] == 1


def test_earlier_output_stands_until_the_new_one_is_whole(src, tmp_path, monkeypatch):
    dst = tmp_path / "out"
    resample(src, dst, **OPTIONS)
    before = contents_of_top(dst)
    interrupt_after(monkeypatch, 100, OSError(28, "No space left on device"))
    with pytest.raises(OfflineError, match="No space left"):
        resample(src, dst, overwrite=True, seed=1, **OPTIONS)
    assert contents_of_top(dst) == before
    assert list((tmp_path / ".out.partial").glob("part-*.parquet"))  # for --resume


FILES = ["out.parquet", "out.csv", "out.arrow", "out.npy"]
N_PARTS = 29  # of 400 rows each


def options_for(dst):
    """A .npy file holds features and the target only."""
    return {**OPTIONS, "exclude": []} if dst.endswith(".npy") else OPTIONS


def source_for(dst, tmp_path):
    frame = make_table()
    return write(frame[["a", "b", "c", "y"]] if dst.endswith(".npy") else frame, tmp_path / "in.pq")


def output(folder, dst):
    """What a run has written, a folder or a file and what stands beside it: {name: bytes}."""
    return contents_of_top(folder / dst) if dst == "out" else visible(folder, dst)


@pytest.fixture
def expected_file(tmp_path):
    """``expected_file(dst)`` gives what a run that is not ended writes: {name: bytes}."""

    def run(dst):
        (tmp_path / "expected").mkdir()
        src = source_for(dst, tmp_path)
        resample(src, tmp_path / "expected" / dst, **options_for(dst))
        return output(tmp_path / "expected", dst)

    return run


def visible(folder, dst):
    """What stands there of a destination, its manifest and, for .npy, its target."""
    stem = dst.partition(".")[0]
    return {path.name: path.read_bytes() for path in folder.glob(f"{stem}.*")}


@pytest.mark.processes
@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
@pytest.mark.parametrize("dst", ["out", "out.parquet", "out.npy"])
def test_killed_run_goes_on(dst, expected_file, tmp_path):
    """Ten kills, while parts are written and, of a file, while they are put together."""
    expected, src, staging = expected_file(dst), tmp_path / "in.pq", tmp_path / f".{dst}.partial"
    rng, statuses, n_left = np.random.RandomState(0), [], []

    def count():
        """Parts that are there, and files that are being put together of them."""
        parts = [path for path in staging.glob("part-*") if path.suffix != ".tmp"]
        return len([*parts, *staging.glob("out.*")])

    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", NURSERY], **pipes) as nursery:
        for n_killed in range(10):
            options = {**options_for(dst), "resume": True}
            nursery.stdin.write(json.dumps([str(src), str(tmp_path / dst), options]) + "\n")
            nursery.stdin.flush()
            child = int(nursery.stdout.readline())
            n_wanted = min(N_PARTS + (dst != "out"), 4 * n_killed + rng.randint(0, 4))
            while not (tmp_path / dst).exists() and count() < n_wanted:
                time.sleep(0.0005)
            time.sleep(rng.uniform(0, 0.01))
            with suppress(ProcessLookupError):  # the last may have come to its end
                os.kill(child, signal.SIGKILL)
            statuses.append(int(nursery.stdout.readline()))
            n_left.append(count())
        nursery.stdin.close()
    assert statuses.count(-signal.SIGKILL) >= 5, statuses
    assert len(set(n_left)) >= 5, n_left
    resample(src, tmp_path / dst, resume=True, **options_for(dst))
    assert output(tmp_path, dst) == expected


@pytest.mark.parametrize("n_calls", [1, 60, 300])
@pytest.mark.parametrize("dst", FILES)
def test_interrupted_single_file_goes_on(dst, n_calls, expected_file, tmp_path, monkeypatch):
    expected, src = expected_file(dst), tmp_path / "in.pq"
    staging = tmp_path / f".{dst}.partial"
    with monkeypatch.context() as patch:
        interrupt_after(patch, n_calls, KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            resample(src, tmp_path / dst, **options_for(dst))
    assert visible(tmp_path, dst) == {}
    kept = {path: path.stat().st_mtime_ns for path in staging.glob("part-*")}
    assert list(staging.glob("*.tmp")) == []
    written, write_file = [], _parts.write_file
    monkeypatch.setattr(
        _parts, "write_file", lambda path, *args: written.append(path) or write_file(path, *args)
    )
    resample(src, tmp_path / dst, resume=True, batch_rows=123, **options_for(dst))
    assert visible(tmp_path, dst) == expected
    assert not staging.exists()
    assert not kept.keys() & set(written)
    assert len(kept) + len([path for path in written if path.suffix == ".arrows"]) == N_PARTS
    assert n_calls == 1 or kept


@pytest.mark.parametrize("dst", FILES)
def test_single_file_goes_on_wherever_its_names_were_given(
    dst, expected_file, tmp_path, monkeypatch
):
    """Ended before, between and after the renames that show it."""
    expected, src, replace = expected_file(dst), tmp_path / "in.pq", os.replace
    names = [name for name in expected if not name.endswith(".json")]
    for n_shown in range(len(names) + 1):
        shown = []

        def replace_some(old, new, n_shown=n_shown, shown=shown):
            if os.path.dirname(new) == str(tmp_path):
                if len(shown) == n_shown:
                    raise KeyboardInterrupt
                shown.append(new)
            replace(old, new)

        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", replace_some)
            with pytest.raises(KeyboardInterrupt):
                resample(src, tmp_path / dst, **options_for(dst))
        assert len(visible(tmp_path, dst)) == n_shown
        assert not (tmp_path / f"{dst}.manifest.json").exists()
        resample(src, tmp_path / dst, resume=True, **options_for(dst))
        assert visible(tmp_path, dst) == expected
        for name in expected:
            (tmp_path / name).unlink()


def test_single_file_is_shown_when_it_is_whole(src, tmp_path, monkeypatch):
    interrupt_after(monkeypatch, 20, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        run(src, tmp_path / "out.parquet")
    assert not (tmp_path / "out.parquet").exists()
    got = run(src, tmp_path / "out.parquet", resume=True)
    assert got.equals(run(src, tmp_path / "again.parquet"))
