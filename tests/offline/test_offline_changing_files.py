"""Input that changes while it is read: it is named, and the run goes on."""

import os

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pytest
from helpers.offline.events import SMALL_PARTS, drawn, empty
from helpers.offline.runs import contents, write
from helpers.tables import make_table

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked"),
]


def write_stream(table, path, n_rows):
    with pa.ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table, n_rows)


def write_file(table, path, n_rows):
    with pa.ipc.new_file(path, table.schema) as writer:
        writer.write_table(table, n_rows)


def write_input(format_, folder, seed=0):
    """Write a table in a format. Return its path and the command's --target."""
    frame = make_table(4_000, seed=seed)[["a", "b", "c", "n", "y"]]
    table, path = (
        pa.Table.from_pandas(frame, preserve_index=False),
        folder / f"in{SUFFIXES[format_]}",
    )
    if format_ == "npy":
        path = folder / "in.npy"
        np.save(path, frame[["a", "b", "c"]].to_numpy())
        np.save(folder / "y.npy", frame["y"].to_numpy())
        return path, "y.npy"
    if format_ == "csv":
        frame.to_csv(path, index=False)
    elif format_ == "parquet":
        write(frame, path)
    elif format_ == "arrows":
        write_stream(table, path, 1_000)
    else:
        write_file(table, path, 1_000 if format_ == "arrow" else 10_000)
    return path, "y"


SUFFIXES = {
    "parquet": ".parquet", "csv": ".csv", "arrow": ".arrow", "arrow, large batches": ".arrow",
    "arrows": ".arrows", "npy": ".npy",
}  # fmt: skip
READ_BYTES = {"arrow, large batches": 20_000, "csv": 20_000}  # at a time


class Reading:
    """An input in a format, and what a run makes of it that reads it undisturbed."""

    def __init__(self, format_, nursery, folder):
        self.path, target = write_input(format_, folder)
        self.nursery, self.read_bytes = nursery, READ_BYTES.get(format_)
        self.content, self.status = self.path.read_bytes(), self.path.stat()
        self.folder = folder / "to"
        self.folder.mkdir()
        self.staging = self.folder / ".out.partial"
        self.command = [self.path, self.folder / "out", "--target", target, *SMALL_PARTS]
        ended = self.run()
        assert (ended.status, ended.error) == (0, "")
        self.n_events, self.expected = ended.n_events, contents(self.folder)
        empty(self.folder)

    def run(self, action="none", *arguments, at=0):
        fault = {"at": at, "events": "batch", "read_bytes": self.read_bytes}
        return self.nursery.run(self.command, action, *arguments, **fault)

    def resume(self):
        return self.nursery.run([*self.command, "--resume"], read_bytes=self.read_bytes)

    def put_back(self, later=0):
        """Give the file its content, and the time that it had or a later one."""
        self.path.write_bytes(self.content)
        os.utime(self.path, ns=(self.status.st_atime_ns, self.status.st_mtime_ns + later))

    def check_named(self, ended):
        """One line names the file; the parts that are complete are those of a whole run."""
        assert ended.status == 1, ended
        assert ended.error.count("\n") == 1, ended.error
        assert ended.error.startswith(f"fastsmote resample: {self.path}"), ended.error
        assert not (self.folder / "out").exists()
        parts = {path.name: path.read_bytes() for path in self.staging.glob("part-*")}
        assert parts == {name: self.expected[f"out/{name}"] for name in parts}
        assert (f" {len(parts)} complete part" in ended.error) == (len(parts) > 0)
        return len(parts)

    def check_resumed(self):
        resumed = self.resume()
        assert (resumed.status, resumed.error) == (0, "")
        assert contents(self.folder) == self.expected
        empty(self.folder)


@pytest.mark.parametrize("format_", SUFFIXES)
def test_a_file_that_shrinks_is_named_and_the_run_goes_on(format_, nursery, tmp_path):
    reading, rng, n_kept = Reading(format_, nursery, tmp_path), np.random.RandomState(0), []
    for at in drawn(reading.n_events):
        n_bytes = int(rng.randint(0, len(reading.content)))
        if format_ == "csv":  # at the end of a line, where nothing seems to be missing
            n_bytes = reading.content.rfind(b"\n", 0, n_bytes) + 1
        n_kept.append(reading.check_named(reading.run("truncate", reading.path, n_bytes, at=at)))
        if n_kept[-1]:
            reading.put_back(later=10**9)
            another = reading.resume()
            assert another.status == 1
            assert "belongs to a run with another input: " in another.error
        reading.put_back()
        reading.check_resumed()
    assert len(set(n_kept)) >= 3


@pytest.mark.parametrize("format_", SUFFIXES)
def test_a_file_that_grows_gives_no_output(format_, nursery, tmp_path):
    reading = Reading(format_, nursery, tmp_path)
    more = reading.content.splitlines(True)[-1] if format_ == "csv" else reading.content[-40:]
    for at in drawn(reading.n_events, seed=1):
        reading.check_named(reading.run("append", reading.path, more.hex(), at=at))
        reading.put_back()
        empty(reading.folder)


@pytest.mark.parametrize("format_", SUFFIXES)
def test_a_file_that_becomes_another_gives_no_output(format_, nursery, tmp_path):
    reading = Reading(format_, nursery, tmp_path)
    (tmp_path / "other").mkdir()
    other, _ = write_input(format_, tmp_path / "other", seed=1)
    content = other.read_bytes()
    for at in drawn(reading.n_events, seed=2):
        other.write_bytes(content)
        reading.check_named(reading.run("replace", other, reading.path, at=at))
        reading.put_back()
        empty(reading.folder)
