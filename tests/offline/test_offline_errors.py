"""Input that cannot be resampled: one line that says where, status 1, and nothing left behind."""

import errno
import json
import os
import platform
import re
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from test_offline import make_table, split, write

from fastsmote._commands import main as cli
from fastsmote.offline import OfflineError, _lock, _memory, _parts, _writers, resample
from fastsmote.offline._options import IN_MEMORY, SAMPLERS, Options, read_bytes

EXCLUDE = ["--exclude", "id,time,text"]


@pytest.fixture
def refused(tmp_path, capsys):
    """``refused(src, *arguments)`` runs the command and gives its one line of error."""

    def run(src, *arguments, target="y", dst=tmp_path / "out", exclude=EXCLUDE, kept=False):
        before = sorted(path.name for path in tmp_path.iterdir())
        command = ["resample", str(src), str(dst), "--target", target, "-q", *exclude, *arguments]
        assert cli.main(command) == 1
        streams = capsys.readouterr()
        assert streams.out == ""
        assert streams.err.count("\n") == 1
        after = sorted(path.name for path in tmp_path.iterdir())
        assert after == sorted([*before, f".{Path(dst).name}.partial"] if kept else before)
        return streams.err

    return run


@pytest.fixture
def src(tmp_path):
    """A good table."""
    return write(make_table(), tmp_path / "in.parquet")


# What the input holds


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("sampler", ["smote", "borderline-smote", "adasyn"])
@pytest.mark.parametrize("is_minority", [False, True])
def test_value_that_is_not_finite(value, sampler, is_minority, refused, tmp_path):
    frame = make_table()
    row = int(np.flatnonzero((frame["y"] == is_minority) & (frame.index > 3_000))[0])
    frame.loc[row, "b"] = value
    src = write(frame, tmp_path / "in.parquet")
    error = refused(src, "--sampler", sampler)
    value = "null" if np.isnan(value) else value  # pandas writes NaN as null
    place = f"{src}, row group {row // 1_000}, row {row % 1_000}, column b: {value}."
    assert place in error


@pytest.mark.parametrize("batch_rows", ["10", "100000"])
def test_majority_is_checked_though_only_new_rows_are_written(batch_rows, refused, tmp_path):
    frame = make_table()
    row = int(np.flatnonzero(frame["y"] == 0)[-1])
    frame.loc[row, "b"] = np.inf
    src = write(frame, tmp_path / "in.parquet")
    error = refused(src, "--only-synthetic", "--batch-rows", batch_rows)
    assert f"{src}, row group 5, row {row - 5_000}, column b: inf." in error


def test_nan_of_arrow(refused, tmp_path):
    table = pq.read_table(write(make_table(), tmp_path / "in.parquet"))
    values = table["c"].to_numpy().copy()
    values[2_345] = np.nan
    table = table.set_column(table.schema.get_field_index("c"), "c", [values])
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=1_000)
    assert "row group 2, row 345, column c: nan." in refused(tmp_path / "in.parquet")


def test_the_file_of_a_folder_is_named(refused, tmp_path):
    frame = make_table()
    frame.loc[4_200, "b"] = np.inf
    folder = split(frame, tmp_path / "in", [2_000, 2_000])
    assert f"{folder / '02.parquet'}, row group 0, row 200, column b: inf." in refused(folder)


def test_missing_target(refused, src):
    assert "in.parquet, column fraud: the target is missing. There are a, b" in refused(
        src, target="fraud"
    )


def test_null_in_the_target(refused, tmp_path):
    frame = make_table().astype({"y": "Int64"})
    frame.loc[1_234, "y"] = pd.NA
    error = refused(write(frame, tmp_path / "in.parquet"))
    assert "row group 1, row 234, column y: null." in error


def test_target_of_fractions(refused, tmp_path):
    frame = make_table()
    frame["y"] = frame["a"]
    assert "column y: " in refused(write(frame, tmp_path / "in.parquet"))


@pytest.mark.parametrize("value", [0.5, np.nan, -2.25, np.inf])
@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".arrow"])
@pytest.mark.parametrize("row", [0, 9, 4_321, 150_123])
def test_the_row_of_a_target_that_is_no_class_is_named(row, suffix, value, refused, tmp_path):
    frame = make_table(max(6_000, row + 50))[["a", "y"]].astype({"y": float})
    frame.loc[row, "y"] = value
    path = tmp_path / f"in{suffix}"
    if suffix == ".parquet":
        frame.to_parquet(path, index=False, row_group_size=100_000)
    elif suffix == ".csv":
        frame.to_csv(path, index=False)
    else:
        frame.to_feather(path, chunksize=50_000, compression="uncompressed")
    size = {".parquet": 100_000, ".csv": 10**9, ".arrow": 50_000}[suffix]
    group = {".parquet": f"row group {row // size}, ", ".arrow": f"record batch {row // size}, "}
    error = refused(path, exclude=[])
    assert f"{path}, {group.get(suffix, '')}row {row % size}, column y: " in error


def test_the_first_value_too_many_is_named(refused, tmp_path):
    frame = make_table()
    frame["y"] = np.minimum(np.arange(len(frame)), 300)
    error = refused(write(frame, tmp_path / "in.parquet"))
    assert "row group 0, row 256, column y: 256. It is the 257th different value" in error


def test_text_far_down_a_csv_file_is_named(refused, tmp_path):
    path, frame = tmp_path / "in.csv", make_table(40_000)[["a", "b", "y"]]
    frame["b"] = frame["b"].astype(object)
    frame.loc[33_333, "b"] = "many"
    frame.to_csv(path, index=False)
    assert f"{path}, row 33333, column b: 'many' of type string." in refused(path, exclude=[])


def test_target_of_too_many_values(refused, tmp_path):
    frame = make_table()
    frame["y"] = np.arange(len(frame))
    assert "more than 256 different values" in refused(write(frame, tmp_path / "in.parquet"))


def test_one_class_only(refused, tmp_path):
    frame = make_table()
    frame["y"] = 7
    error = refused(write(frame, tmp_path / "in.parquet"))
    assert "in.parquet, column y: has one class only, 7." in error


def test_text_that_is_not_declared_categorical(refused, src):
    frame = make_table()
    error = refused(src, exclude=["--exclude", "id,time"])
    assert f"row group 0, row 0, column text: {frame['text'][0]!r} of type dictionary" in error


def test_time_is_no_feature(refused, src):
    error = refused(src, exclude=["--features", "a,time"])
    assert "column time: " in error
    assert "of type timestamp" in error


def test_categories_without_smotenc(refused, src):
    error = refused(src, "--categorical", "text", exclude=["--exclude", "id,time"])
    assert "--categorical: smote takes numbers only" in error


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".arrow"])
@pytest.mark.parametrize("share", [1.0, 0.97])
def test_an_identifier_is_no_feature_unless_it_is_named(suffix, share, refused, tmp_path):
    frame = make_table()[["a", "id", "y"]]
    frame["id"] = np.arange(6_000) % int(6_000 * share)
    path = tmp_path / f"in{suffix}"
    writers = {".parquet": frame.to_parquet, ".csv": frame.to_csv, ".arrow": frame.to_feather}
    writers[suffix](path, **({} if suffix == ".arrow" else {"index": False}))
    n_values = f"{int(6_000 * share):,}"
    error = refused(path, exclude=[])
    assert f"column id: has {n_values} different integers in the first 6,000 rows" in error
    assert "--exclude" in error
    resample(path, tmp_path / "out", target="y", features=["a", "id"])
    resample(path, tmp_path / "excluded", target="y", exclude=["id"])
    resample(path, tmp_path / "drawn", target="y", sampler="random-over")


def test_integers_that_repeat_are_features(tmp_path):
    frame = make_table()[["n", "y"]]
    resample(write(frame, tmp_path / "in.parquet"), tmp_path / "out", target="y")
    few = frame.iloc[:90].assign(n=np.arange(90), y=np.arange(90) % 3 == 0)
    resample(write(few, tmp_path / "few.parquet"), tmp_path / "few", target="y")


@pytest.mark.parametrize("option", ["--features", "--exclude"])
def test_unknown_column(option, refused, src):
    assert f"{option}: there is no column 'nope'" in refused(src, exclude=[option, "nope"])


def test_schema_that_differs_between_files(refused, tmp_path):
    frame = make_table()
    folder = split(frame, tmp_path / "in", [3_000])
    other = frame.astype({"b": str})
    write(other, folder / "01.parquet")
    error = refused(folder)
    first = folder / "00.parquet"
    assert re.search(rf"01\.parquet, column b: is \w+, {first} has it as double\.", error)
    write(frame.drop(columns="c"), folder / "01.parquet")
    assert f"{folder / '01.parquet'}, column c: is missing" in refused(folder)
    write(frame.assign(d=1), folder / "01.parquet")
    assert f"{folder / '01.parquet'}, column d: is int64" in refused(folder)


def test_truncated_parquet(refused, src):
    src.write_bytes(src.read_bytes()[:-100])
    assert f"{src}: cannot be read, is it whole?" in refused(src)


def test_parquet_that_is_damaged_inside(refused, src):
    column = pq.read_metadata(src).row_group(3).column(1)
    content = bytearray(src.read_bytes())
    start = column.dictionary_page_offset or column.data_page_offset
    content[start : start + 200] = b"\xff" * 200
    src.write_bytes(bytes(content))
    assert f"{src}, row group 3, row 0: cannot be read" in refused(src)


def test_empty_file(refused, tmp_path):
    path = tmp_path / "in.parquet"
    path.touch()
    assert f"{path}: cannot be read" in refused(path)
    write(make_table().iloc[:0], path)
    assert f"{path}: is empty" in refused(path)


@pytest.mark.parametrize("name", ["none.parquet", "none"])
def test_source_that_is_not_there(name, refused, tmp_path):
    assert f"{tmp_path / name}: there is no such file" in refused(tmp_path / name)


def test_source_of_no_known_kind(refused, tmp_path):
    (tmp_path / "in.xlsx").touch()
    assert "must be a folder or end in one of .parquet" in refused(tmp_path / "in.xlsx")
    (tmp_path / "folder").mkdir()
    assert "is a folder without files .parquet, .pq, " in refused(tmp_path / "folder")


def test_csv_with_a_value_of_another_type(refused, tmp_path):
    path, frame = tmp_path / "in.csv", make_table(200_000)[["a", "b", "c", "y"]]
    frame["a"] = frame["a"].astype(object)
    frame.loc[190_000, "a"] = "many"
    frame.to_csv(path, index=False)
    assert path.stat().st_size > 2**23
    error = refused(path, exclude=[])
    assert str(path) in error
    assert "many" in error


def test_text_among_the_numbers_of_a_csv_file(refused, tmp_path):
    path, frame = tmp_path / "in.csv", make_table()[["a", "b", "y"]]
    frame["b"] = frame["b"].astype(object)
    frame.loc[4_321, "b"] = "many"
    frame.to_csv(path, index=False)
    assert f"{path}, row 4321, column b: 'many' of type string." in refused(path, exclude=[])


@pytest.mark.parametrize("suffix", [".csv", ".arrow", ".npy"])
def test_empty_file_of_another_kind(suffix, refused, tmp_path):
    path, target = tmp_path / f"in{suffix}", "y.npy" if suffix == ".npy" else "y"
    np.save(tmp_path / "y.npy", np.zeros(0))
    path.touch()
    assert f"{path}: cannot be read, is it whole?: " in refused(path, target=target, exclude=[])
    frame = make_table()[["a", "y"]].iloc[:0]
    if suffix == ".csv":
        frame.to_csv(path, index=False)
    elif suffix == ".arrow":
        frame.to_feather(path)
    else:
        np.save(path, frame[["a"]].to_numpy())
    assert f"{path}: is empty, it must have rows." in refused(path, target=target, exclude=[])


# Pairs of .npy


def test_objects_are_never_unpickled(refused, tmp_path):
    class Evil:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "unpickled"),))

    np.save(tmp_path / "X.npy", np.array([[Evil()], [1.0]], dtype=object), allow_pickle=True)
    np.save(tmp_path / "y.npy", np.array([0, 1]))
    error = refused(tmp_path / "X.npy", target="y.npy", exclude=[])
    assert f"{tmp_path / 'X.npy'}: cannot be read" in error
    assert not (tmp_path / "unpickled").exists()


def test_pair_of_other_lengths(refused, tmp_path):
    np.save(tmp_path / "X.npy", np.zeros((5, 2)))
    np.save(tmp_path / "y.npy", np.zeros(4))
    error = refused(tmp_path / "X.npy", target="y.npy", exclude=[])
    assert "must have one dimension and 5 rows" in error
    error = refused(tmp_path / "X.npy", target="z.npy", exclude=[])
    assert f"{tmp_path / 'z.npy'}: the target of {tmp_path / 'X.npy'} must be a second" in error


def test_npy_cannot_hold_every_column(refused, src, tmp_path):
    dst = tmp_path / "out.npy"
    error = refused(src, dst=dst)
    assert f"{dst}, column id: is no feature, and .npy holds features and the target only." in error
    error = refused(src, "--sampler", "random-over", exclude=[], dst=dst)
    assert f"{dst}, column time: timestamp" in error


def test_null_cannot_be_an_integer_of_npy(refused, tmp_path):
    frame = make_table()[["n", "y"]].astype({"n": "Int32"})
    frame.loc[3, "n"] = pd.NA
    src, dst = write(frame, tmp_path / "in.parquet"), tmp_path / "out.npy"
    error = refused(src, "--sampler", "random-over", exclude=[], dst=dst)
    assert "out.npy, column n: null cannot be written to a .npy file of int32." in error


def test_either_file_of_a_pair_stands_in_the_way(refused, tmp_path):
    src, dst = write(make_table()[["a", "y"]], tmp_path / "in.parquet"), tmp_path / "out.npy"
    (tmp_path / "out.y.npy").touch()
    assert f"{tmp_path / 'out.y.npy'}: exists." in refused(src, dst=dst, exclude=[])
    assert "so it is no earlier output" in refused(src, "--overwrite", dst=dst, exclude=[])


# How many rows there are, and what fits


@pytest.mark.parametrize("sampler", ["smote", "borderline-smote", "adasyn"])
def test_minority_smaller_than_k_plus_1(sampler, refused, tmp_path):
    frame = make_table()
    frame["y"] = (frame.index < 5).astype(int)
    frame.loc[frame.index < 5, ["a", "b", "c"]] *= 1e-6  # together, so in danger
    frame.loc[frame.index < 5, "n"] = 7
    error = refused(write(frame, tmp_path / "in.parquet"), "--sampler", sampler)
    assert "column y: class 1 has 5 rows, --k-neighbors 5 needs 6 or more." in error


def test_adasyn_without_any_other_class_near(refused, tmp_path):
    frame = make_table()
    frame["a"] += 1e3 * frame["y"]
    error = refused(write(frame, tmp_path / "in.parquet"), "--sampler", "adasyn")
    assert "ADASYN is not suited for this specific dataset" in error


def test_minority_beyond_the_memory_limit(refused, src, monkeypatch):
    n_rows = int((make_table()["y"] == 1).sum())
    monkeypatch.setattr(_memory, "LIST_BYTES", 2**20)  # of each of 10 neighbors
    error = refused(src, "--max-memory", "1GiB")
    assert re.search(r"--max-memory: at least 3\.\d GiB are needed, 1\.0 GiB are allowed: ", error)
    assert f" allowed: {n_rows} minority rows 3.1 GiB, Python and its libraries 330 MiB" in error


def test_memory_that_no_run_could_do_with(refused, src):
    error = refused(src, "--max-memory", "340MiB")
    assert "340 MiB are allowed: Python and its libraries 330 MiB, " in error
    assert "a row group to write" in error


def test_strategy_of_an_unknown_class(refused, src):
    assert "--strategy: there is no class 9. There are 0, 1." in refused(
        src, "--strategy", '{"9": 10}'
    )
    error = refused(src, "--strategy", "{True: 5000}")
    assert 'must be a number, a list or an object in JSON such as {"1": 5000}, or one of' in error
    assert "0x" not in error


# Where the output goes


def test_existing_destination(refused, src, tmp_path):
    (tmp_path / "out").mkdir()
    assert f"{tmp_path / 'out'}: exists. Pass --overwrite" in refused(src)


def test_what_is_no_earlier_output_is_not_overwritten(refused, src, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").touch()
    assert "no earlier output. Remove it first." in refused(src, "--overwrite")
    assert (tmp_path / "out" / "thesis.tex").exists()


@pytest.mark.parametrize("inside", ["", "out", "deep/out"])
def test_destination_in_or_at_the_source(inside, refused, tmp_path):
    folder = split(make_table(), tmp_path / "in", [3_000])
    (folder / "deep").mkdir()
    before = sorted(folder.rglob("*"))
    error = refused(folder, "--overwrite", dst=folder / inside)
    assert "is, or is inside, the source" in error
    assert sorted(folder.rglob("*")) == before


def test_destination_that_is_the_source_file(refused, src):
    before = src.read_bytes()
    assert "is, or is inside, the source" in refused(src, "--overwrite", dst=src)
    assert src.read_bytes() == before


def test_destination_without_a_folder(refused, src, tmp_path):
    assert "there is no folder" in refused(src, dst=tmp_path / "none" / "out")


def test_destination_that_cannot_be_written(refused, src, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(tmp_path))

    monkeypatch.setattr(_parts.Path, "mkdir", refuse)  # root may write anywhere
    assert f"{tmp_path / 'out'}: cannot be written: [Errno 13]" in refused(src)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_folder_that_is_read_only(refused, src, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    error = refused(src, dst=tmp_path / "locked" / "out")
    assert "cannot be written: [Errno 13]" in error


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
    assert re.search(r"The output takes about \d+ KiB before compression, .* are free\.", error)
    assert ("pass --resume to go on" in error) == kept
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


@pytest.mark.parametrize("name", ["out.xlsx", "out.csv.bz2", "-", "out.txt", "out.parquet.gz"])
def test_endings_that_cannot_be_written(name, refused, src, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    error = refused(src, dst=name)
    assert "standard output" in error if name == "-" else "cannot be written. A file must" in error


@pytest.mark.parametrize("name", ["balanced.2024", "run.v2", "blobs-1.0_float32-smote"])
def test_a_folder_may_have_a_dot_in_its_name(name, src, tmp_path):
    resample(src, tmp_path / name, target="y", exclude=["id", "time", "text"])
    assert (tmp_path / name / "part-00000.parquet").exists()


def test_a_file_that_does_not_fit_on_the_disk(refused, src, tmp_path, monkeypatch):
    usage = _parts.shutil.disk_usage(tmp_path)
    monkeypatch.setattr(_parts.shutil, "disk_usage", lambda _: usage._replace(free=100_000))
    error = refused(src, dst=tmp_path / "out.csv")
    assert re.search(r"needs \d+ KiB on the disk for its parts, .*; 98 KiB are free", error)


def test_a_folder_that_does_not_fit_on_the_disk(refused, src, monkeypatch, tmp_path):
    usage = _parts.shutil.disk_usage(tmp_path)
    monkeypatch.setattr(_parts.shutil, "disk_usage", lambda _: usage._replace(free=10_000))
    error = refused(src)
    assert re.search(r"needs \d+ KiB on the disk for its files; 9.8 KiB are free. Free some", error)


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
    with pytest.raises(OfflineError, match=r"2 complete parts stay in .* pass --resume to go on"):
        resample(src, tmp_path / "out.csv", **options, resume=True)
    assert sorted((tmp_path / ".out.csv.partial").glob("part-*")) == parts[:2]


# Two runs


HOLD = """
import sys, time
from fastsmote.offline import _run, resample
def wait(*args):
    print("holds", flush=True)
    time.sleep(100)
_run.check_destination = wait
resample(sys.argv[1], sys.argv[2], target="y", exclude=["id", "time", "text"])
"""


@pytest.fixture
def holder(src, tmp_path):
    """A process that has begun to write tmp_path / "out"."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(src), str(tmp_path / "out")],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "holds\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.mark.parametrize("arguments", [[], ["--resume"], ["--overwrite"]])
def test_a_second_run_says_who_writes(arguments, refused, src, holder):
    error = refused(src, *arguments)
    assert f"process {holder.pid} on " in error
    assert "Wait until that run has ended." in error
    assert holder.poll() is None


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


# Parameters


@pytest.mark.parametrize("name", IN_MEMORY)
def test_sampler_that_cannot_stream_names_the_class_in_memory(name):
    with pytest.raises(OfflineError, match=f"--sampler: {name} cannot stream") as raised:
        Options(sampler=name)
    path = str(raised.value).partition("Use ")[2].split()[0].partition("(")[0]
    module, _, class_name = path.rpartition(".")
    assert hasattr(__import__(module, fromlist=[class_name]), class_name)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sampler": "smite"}, f"must be one of {', '.join(SAMPLERS)}. Got 'smite'"),
        ({"k_neighbors": 0}, "--k-neighbors: must be an integer of 1 or more. Got 0."),
        ({"m_neighbors": 2.5}, "--m-neighbors: must be an integer of 1 or more. Got 2.5."),
        ({"seed": -1}, "--seed: must be an integer of 0 or more and at most 4294967295. Got -1."),
        ({"threads": True}, "--threads: must be an integer of 1 or more. Got True."),
        ({"strategy": {1: 0.5}}, "--strategy: the rows of class 1: must be an integer of 0"),
        ({"strategy": lambda y: y}, "--strategy: must be a word, a number, a list or rows"),
        ({"scale": "log"}, "--scale: must be one of none, standard. Got 'log'."),
        ({"dtype": "int8"}, "--dtype: must be one of file, float64, float32. Got 'int8'."),
        ({"max_memory": "lots"}, "--max-memory: must be a size such as 512MiB or 4GiB"),
        ({"sampler": "random-under", "only_synthetic": True}, "random-under makes no rows"),
        ({"sampler": "random-over", "provenance": True}, "random-over makes none"),
        ({"sampler": "random-over", "scale": "standard"}, "Got random-over."),
        ({"sampler": "smotenc"}, "smotenc needs at least one column"),
    ],
)
def test_wrong_parameter_is_named(options, message):
    with pytest.raises(OfflineError) as raised:
        Options(**options)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4GiB", 2**32),
        ("512MiB", 2**29),
        ("1.5g", 3 * 2**29),
        ("2 GB", 2 * 10**9),
        (7, 7),
        ("9", 9),
        ("10MB", 10**7),
        ("10MiB", 10 * 2**20),
        ("3kB", 3_000),
        ("3K", 3 * 2**10),
    ],
)
def test_size_is_read(text, expected):
    assert read_bytes(text) == expected


def test_strategy_that_is_no_word_number_or_object(refused, src):
    assert "--strategy: must be a word, a number, a list" in refused(src, "--strategy", "null")


def test_errors_are_raised_in_python(src, tmp_path):
    with pytest.raises(OfflineError, match="there is no column 'nope'"):
        resample(src, tmp_path / "out", target="y", features=["nope"])
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]
