"""Destinations and parameters that are refused in one line, with nothing left behind."""

import errno
import os
import re

import pytest
from helpers.offline.runs import split, write
from helpers.tables import make_table

from fastsmote.offline import OfflineError, _memory, _parts, resample
from fastsmote.offline._options import IN_MEMORY, SAMPLERS, Options, read_bytes

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


def test_smotenc_of_numbers_whose_deviation_overflows(refused, tmp_path):
    frame = make_table()
    frame[["a", "b", "c"]] *= 1e169
    src = write(frame.assign(text=frame["text"].astype(str)), tmp_path / "in.parquet")
    options = ["--sampler", "smotenc", "--categorical", "text"]
    error = refused(src, *options, exclude=["--features", "a,b,c,text"])
    assert "standard deviations that float64 holds, and those of class 1 overflow" in error


def test_minority_beyond_the_memory_limit(refused, src, monkeypatch):
    n_rows = int((make_table()["y"] == 1).sum())
    monkeypatch.setattr(_memory, "LIST_BYTES", 2**20)  # of each of 10 neighbors
    error = refused(src, "--max-memory", "1GiB")
    assert re.search(r"--max-memory: the run needs at least 3\d{3} MiB\. Got 1\.0 GiB\. ", error)
    assert f"Estimate: {n_rows} minority rows 3.1 GiB, Python and its libraries 330 MiB" in error


def test_memory_that_no_run_could_do_with(refused, src):
    error = refused(src, "--max-memory", "340MiB")
    assert "Got 340 MiB. Estimate: Python and its libraries 330 MiB, " in error
    assert "a row group to write" in error


def test_strategy_of_an_unknown_class(refused, src):
    assert "--strategy: there is no class 9. The classes are 0, 1." in refused(
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
    assert "not an earlier output. Remove it first." in refused(src, "--overwrite")
    assert (tmp_path / "out" / "thesis.tex").exists()


@pytest.mark.parametrize("inside", ["", "out", "deep/out"])
def test_destination_in_or_at_the_source(inside, refused, tmp_path):
    folder = split(make_table(), tmp_path / "in", [3_000])
    (folder / "deep").mkdir()
    before = sorted(folder.rglob("*"))
    error = refused(folder, "--overwrite", dst=folder / inside)
    assert "is, contains or is inside the source" in error
    assert sorted(folder.rglob("*")) == before


def test_destination_that_is_the_source_file(refused, src):
    before = src.read_bytes()
    assert "is, contains or is inside the source" in refused(src, "--overwrite", dst=src)
    assert src.read_bytes() == before


def test_destination_without_a_folder(refused, src, tmp_path):
    assert "does not exist." in refused(src, dst=tmp_path / "none" / "out")


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


@pytest.mark.parametrize("name", ["out.xlsx", "out.csv.bz2", "-", "out.txt", "out.parquet.gz"])
def test_endings_that_cannot_be_written(name, refused, src, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    error = refused(src, dst=name)
    assert "standard output" in error if name == "-" else "cannot be written. A file must" in error


@pytest.mark.parametrize("name", ["balanced.2024", "run.v2", "blobs-1.0_float32-smote"])
def test_a_folder_may_have_a_dot_in_its_name(name, src, tmp_path):
    resample(src, tmp_path / name, target="y", exclude=["id", "time", "text"])
    assert (tmp_path / name / "part-00000.parquet").exists()


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
        ({"strategy": {1: 0.5}}, "--strategy: the number of rows of class 1: must be an integer"),
        ({"strategy": lambda y: y}, "--strategy: must be a name, a number, a list or a dict"),
        ({"scale": "log"}, "--scale: must be one of none, standard. Got 'log'."),
        ({"dtype": "int8"}, "--dtype: must be one of file, float64, float32. Got 'int8'."),
        ({"max_memory": "lots"}, "--max-memory: must be a size such as 512MiB or 4GiB"),
        ({"sampler": "random-under", "only_synthetic": True}, "random-under adds no rows"),
        ({"sampler": "random-over", "missing": "partial"}, "random-over takes missing values"),
        ({"missing": "some"}, "--missing: must be one of error, partial. Got 'some'."),
        ({"sampler": "tomek-links", "values": "infer"}, "tomek-links makes no new values."),
        ({"values": "round"}, "--values: must be infer or COLUMN=RULE. Got 'round'."),
        ({"values": {"a": (3, 1)}}, "--values: column 'a': no number is in the range (3, 1)"),
        ({"values": {0: "integer"}}, "--values: a column must be given by its name. Got 0."),
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
    assert "--strategy: must be a name, a number, a list" in refused(src, "--strategy", "null")


def test_errors_are_raised_in_python(src, tmp_path):
    with pytest.raises(OfflineError, match="there is no column 'nope'"):
        resample(src, tmp_path / "out", target="y", features=["nope"])
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]
