"""Formats in and out: compressed CSV, streams, folders of each format, standard output."""

import io
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest
from helpers.marks import slow
from helpers.offline.runs import OPTIONS, OTHERS, assert_rows, read_csv, write, write_stream
from helpers.tables import FEATURES, make_table

from fastsmote._commands import main as cli
from fastsmote.offline import OfflineError, _readers, resample
from fastsmote.over_sampling import SMOTE

CODECS = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2"}


# Compressed files


@pytest.mark.parametrize("compression", CODECS)
def test_compressed_csv_is_read(compression, frame, expected, tmp_path):
    src = tmp_path / f"in.csv{compression}"
    with pa.output_stream(str(src), compression=CODECS[compression]) as stream:
        stream.write(frame.to_csv(index=False).encode())
    resample(src, tmp_path / "out.parquet", batch_rows=171, **OPTIONS)
    assert_rows(pq.read_table(tmp_path / "out.parquet").to_pandas(), expected)


@pytest.mark.parametrize("ending", [".csv.gz", ".csv.zst", ".tsv.gz", ".tsv"])
def test_compressed_csv_is_written(ending, frame, expected, tmp_path):
    dst = tmp_path / f"out{ending}"
    resample(write(frame, tmp_path / "in.parquet"), dst, part_rows=999, **OPTIONS)
    assert_rows(read_csv(dst, "\t" if ".tsv" in ending else ","), expected)
    again = tmp_path / f"again{ending}"
    resample(tmp_path / "in.parquet", again, batch_rows=77, **OPTIONS)
    assert dst.read_bytes() == again.read_bytes()


def test_error_in_a_compressed_file_names_the_row(frame, tmp_path):
    src = tmp_path / "in.csv.gz"
    frame = frame.astype({"b": object})
    frame.loc[1_234, "b"] = "many"
    frame.to_csv(src, index=False)
    with pytest.raises(OfflineError, match=r"in\.csv\.gz, row 1234, column b: 'many'"):
        resample(src, tmp_path / "out", **OPTIONS)


@pytest.mark.parametrize("content", [b"", b"not compressed"])
def test_file_that_is_not_compressed_is_named(content, tmp_path):
    src = tmp_path / "in.csv.gz"
    src.write_bytes(content)
    with pytest.raises(OfflineError, match=r"in\.csv\.gz: cannot be read; it may be incomplete"):
        resample(src, tmp_path / "out", **OPTIONS)


def test_truncated_gzip_is_named(frame, tmp_path):
    src = tmp_path / "in.csv.gz"
    frame.to_csv(src, index=False)
    src.write_bytes(src.read_bytes()[:-2_000])
    with pytest.raises(OfflineError, match=r"in\.csv\.gz"):
        resample(src, tmp_path / "out", **OPTIONS)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv.gz"]


# Arrow streams, and record batches that are read in parts


@pytest.mark.parametrize("name", ["in.arrows", "in.arrow"])
def test_arrow_streams_are_read(name, frame, expected, tmp_path):
    src = write_stream(frame, tmp_path / name)
    resample(src, tmp_path / "out.arrows", batch_rows=171, **OPTIONS)
    with pa.ipc.open_stream(pa.OSFile(str(tmp_path / "out.arrows"))) as reader:
        assert_rows(reader.read_all().to_pandas(), expected)


def test_record_batches_too_large_to_hold_are_read_in_parts(frame, expected, tmp_path, monkeypatch):
    monkeypatch.setattr(_readers, "WHOLE_BATCH_BYTES", 20_000)
    src = tmp_path / "in.arrow"
    table = pa.Table.from_pandas(frame, preserve_index=False)
    with pa.ipc.new_file(str(src), table.schema) as writer:
        writer.write_table(table.slice(0, 1_900))
        writer.write_table(table.slice(1_900))
    resample(src, tmp_path / "out", batch_rows=171, **OPTIONS)
    assert_rows(pq.read_table(tmp_path / "out").to_pandas(), expected)


@pytest.mark.parametrize("order", "CF")
def test_npy_of_either_order_is_read(order, frame, expected, tmp_path):
    X = np.asarray(frame[FEATURES].to_numpy(np.float64), order=order)
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "y.npy", frame["y"])
    resample(tmp_path / "X.npy", tmp_path / "out.npy", target="y.npy", batch_rows=171)
    got, _ = SMOTE(random_state=0).fit_resample(X, frame["y"].to_numpy())
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy"), got)


def test_npy_that_is_cut_off_is_named(frame, tmp_path):
    np.save(tmp_path / "X.npy", frame[FEATURES].to_numpy())
    np.save(tmp_path / "y.npy", frame["y"])
    content = (tmp_path / "X.npy").read_bytes()
    (tmp_path / "X.npy").write_bytes(content[:-8])
    with pytest.raises(
        OfflineError, match=r"X\.npy: cannot be read; it may be incomplete: 63992 of"
    ):
        resample(tmp_path / "X.npy", tmp_path / "out.npy", target="y.npy")


# Folders


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".tsv", ".arrow", ".arrows"])
def test_folders_of_other_formats_are_read(ending, frame, expected, tmp_path):
    folder = tmp_path / "in"
    for name, part in (("a", frame[:700]), ("b/c", frame[700:701]), ("d", frame[701:])):
        path = folder / f"{name}{ending}"
        path.parent.mkdir(exist_ok=True, parents=True)
        part = part if name == "a" else part[part.columns[::-1]]
        if ending == ".arrow":
            part.reset_index(drop=True).to_feather(path)
        elif ending == ".arrows":
            write_stream(part, path)
        else:
            part.to_csv(path, index=False, sep="\t" if ending == ".tsv" else ",")
    (folder / "_SUCCESS").touch()
    resample(folder, tmp_path / "out", batch_rows=171, **OPTIONS)
    got = pq.read_table(tmp_path / "out").to_pandas()
    assert_rows(got, expected)
    assert got["text"][: len(frame)].tolist() == frame["text"].tolist()


def test_row_of_an_error_is_counted_in_its_file(frame, tmp_path):
    (tmp_path / "in").mkdir()
    frame = frame.copy()
    frame.loc[1_234, "b"] = np.inf
    for i in range(4):
        frame[500 * i : 500 * (i + 1)].to_csv(tmp_path / "in" / f"{i}.csv", index=False)
    with pytest.raises(OfflineError, match=r"in/2\.csv, row 234, column b: inf"):
        resample(tmp_path / "in", tmp_path / "out", **OPTIONS)


def test_types_that_csv_files_seem_to_have_are_brought_together(frame, tmp_path):
    """A column of whole numbers in one file may have fractions or nothing in another."""
    (tmp_path / "in").mkdir()
    frame = frame.assign(code=["7"] * 1_000 + ["x"] * 1_000, empty=[""] * 1_000 + ["5"] * 1_000)
    frame.loc[:999, "a"] = frame["a"][:1_000].round()
    for i in range(2):
        part = frame[1_000 * i : 1_000 * (i + 1)].copy()
        part["a"] = part["a"].astype(int) if i == 0 else part["a"]
        part.to_csv(tmp_path / "in" / f"{i}.csv", index=False)
    dst = tmp_path / "out.csv"
    resample(tmp_path / "in", dst, target="y", exclude=[*OTHERS, "code", "empty"])
    X, _ = SMOTE(random_state=0).fit_resample(frame[FEATURES], frame["y"])
    pd.testing.assert_frame_equal(read_csv(dst)[FEATURES], X, check_dtype=False)
    lines = [(tmp_path / "in" / f"{i}.csv").read_text().splitlines() for i in range(2)]
    assert dst.read_text().splitlines()[: len(frame) + 1] == lines[0] + lines[1][1:]


def test_a_folder_of_several_formats_is_refused(frame, tmp_path):
    (tmp_path / "in").mkdir()
    write(frame, tmp_path / "in" / "a.parquet")
    frame.to_csv(tmp_path / "in" / "b.csv", index=False)
    with pytest.raises(OfflineError, match=r"several formats: Parquet \(.*a\.parquet\), CSV \("):
        resample(tmp_path / "in", tmp_path / "out", **OPTIONS)


def test_number_of_files_and_rows_is_said_before_work_begins(frame, tmp_path, capsys):
    for path in ("in/a.parquet", "in/y=0/b.parquet", "in/y=1/c.parquet"):
        (tmp_path / path).parent.mkdir(exist_ok=True, parents=True)
    write(frame.drop(columns="y")[:1_900], tmp_path / "in" / "y=0" / "b.parquet")
    write(frame.drop(columns="y")[1_900:], tmp_path / "in" / "y=1" / "c.parquet")
    arguments = [str(tmp_path / "in"), str(tmp_path / "out"), "--target", "y"]
    assert cli.main(["resample", *arguments, "--exclude", "id,time,text", "--dry-run"]) == 0
    error = capsys.readouterr().err
    assert error.startswith("smote: 2,000 rows in 2 files (0: 1,900, 1: 100), 1,800 to make")
    assert "; features: a, b, c, n; not features: id, time, text" in error


# CSV as it is written elsewhere


@pytest.mark.parametrize("delimiter", [";", "|", "\t"])
@pytest.mark.parametrize("has_header", [True, False])
def test_delimiter_and_header(delimiter, has_header, frame, expected, tmp_path):
    src, dst = tmp_path / "in.csv", tmp_path / "out.csv"
    frame.to_csv(src, index=False, sep=delimiter, header=has_header)
    given = ["--delimiter", "tab" if delimiter == "\t" else delimiter, "-q"]
    given += [] if has_header else ["--no-header"]
    given += ["--target", "y" if has_header else "x7"]
    given += ["--exclude", "id,time,text" if has_header else "x4,x5,x6"]
    assert cli.main(["resample", str(src), str(dst), *given]) == 0
    lines = dst.read_text().splitlines()
    assert lines[: len(frame) + has_header] == src.read_text().splitlines()
    options = pa.csv.ReadOptions(column_names=[*frame.columns], skip_rows=int(has_header))
    parse = pa.csv.ParseOptions(delimiter=delimiter)
    got = pa.csv.read_csv(dst, read_options=options, parse_options=parse)
    assert_rows(got.to_pandas(), expected)


@pytest.mark.parametrize("has_header", [True, False])
def test_a_quote_may_follow_the_mark_of_the_byte_order(has_header, frame, tmp_path):
    src = tmp_path / "in.csv"
    columns = {"note, or none": ["x, y"] * 2_000, "a": frame["a"], "y": frame["y"]}
    pd.DataFrame(columns).to_csv(src, index=False, header=has_header, encoding="utf-8-sig")
    assert src.read_bytes()[3:4] == b'"'
    names = {"target": "y", "features": ["a"]} if has_header else {"target": "x2"}
    names |= {} if has_header else {"features": ["x1"], "no_header": True}
    resample(src, tmp_path / "out.parquet", **names)
    assert pq.read_table(tmp_path / "out.parquet").column(0)[0].as_py() == "x, y"
    src.write_bytes(src.read_bytes().replace(b"x, y", b"x, \xe9", 1))
    name = "note, or none" if has_header else "x0"
    with pytest.raises(OfflineError, match=rf"in\.csv, row 0, column {name}: the byte 0xe9"):
        resample(src, tmp_path / "out", **names)


@pytest.mark.parametrize("delimiter", ["", "ab", '"', "\n", "ü"])
def test_a_delimiter_that_cannot_be_is_named(delimiter, tmp_path):
    with pytest.raises(OfflineError, match="--delimiter: must be one ASCII character"):
        resample(tmp_path / "in.csv", tmp_path / "out", target="y", delimiter=delimiter)


def test_every_value_of_a_csv_row_stands_as_it_stood(tmp_path):
    """Features and target too: 1.50, +3, 007, True."""
    rng = np.random.RandomState(0)
    lines = ["a,b,flag,y"]
    for i in range(400):
        y = ["no", " yes"][i % 5 == 0]
        lines.append(f"{rng.randn():.3f}0,{rng.randint(9):+03d},{str(bool(i % 3)).upper()},{y}")
    src, dst = tmp_path / "in.csv", tmp_path / "out.csv"
    src.write_text("\n".join(lines) + "\n")
    resample(src, dst, target="y")
    got = dst.read_text().splitlines()
    assert got[: len(lines)] == lines
    new = [line.split(",") for line in got[len(lines) :]]
    assert {values[3] for values in new} == {" yes"}
    assert {values[2] for values in new} <= {"TRUE", "FALSE"}
    table = pa.csv.read_csv(src).to_pandas()
    X, _ = SMOTE(random_state=0).fit_resample(table[["a", "b", "flag"]], table["y"])
    again = pa.csv.read_csv(dst).to_pandas()
    pd.testing.assert_frame_equal(again[["a", "b", "flag"]], X)


def test_text_over_several_lines_may_be_anywhere(tmp_path, monkeypatch):
    """Between the blocks that Arrow reads, too."""
    frame = make_table(60_000)[["a", "y"]].assign(note='"two\nlines", ' + "x" * 200)
    assert len(frame) * 200 > 2**23
    src, dst = tmp_path / "in.csv", tmp_path / "out.csv"
    frame.to_csv(src, index=False)
    resample(src, dst, target="y", exclude="note")
    got = pd.read_csv(dst, usecols=["note"])
    assert (got["note"][: len(frame)] == frame["note"]).all()


# Standard output


def pipe(*arguments, **kwargs):
    code = "import sys; from fastsmote._commands.main import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "resample", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, timeout=100, **kwargs)


@pytest.mark.parametrize("format", ["csv", *slow("arrow")])
@pytest.mark.parametrize("more", [[], *slow(["--shuffle"])])
def test_standard_output(format, more, frame, expected, tmp_path):
    src = write(frame, tmp_path / "in.parquet")
    done = pipe(src, "-", "--target", "y", "--exclude", "id,time,text", "--format", format, *more)
    assert done.returncode == 0
    assert b"3,754 rows written" in done.stderr
    content = io.BytesIO(done.stdout)
    if format == "csv":
        got = pa.csv.read_csv(content).to_pandas()
    else:
        got = pa.ipc.open_stream(content).read_all().to_pandas()
    if more:
        order = np.lexsort((got["a"], got["b"]))
        got, X = got.iloc[order], expected[0]
        in_order = np.lexsort((X["a"], X["b"]))
        np.testing.assert_array_equal(got["a"], X["a"].to_numpy()[in_order])
    else:
        assert_rows(got, expected)
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


@pytest.mark.parametrize("format", [[], *slow(["--format", "parquet"])])
def test_standard_output_needs_a_format(format, frame, tmp_path):
    done = pipe(write(frame, tmp_path / "in.parquet"), "-", "--target", "y", *format)
    assert done.returncode == 1
    assert done.stdout == b""
    assert b"--format: standard output needs one of csv, arrow." in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="pipes are POSIX's")
def test_reader_that_has_seen_enough_is_one_line(tmp_path):
    src = write(make_table(50_000), tmp_path / "in.parquet")
    code = "import sys; from fastsmote._commands.main import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "resample", str(src), "-", "--target", "y", "-q"]
    command += ["--exclude", "id,time,text", "--format", "csv"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.read(10)
    process.stdout.close()
    error = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait(timeout=60) == 1
    assert error.count("\n") == 1
    assert "standard output: cannot be written: [Errno 32] Broken pipe" in error


def test_standard_input_is_refused(tmp_path):
    with pytest.raises(OfflineError, match="cannot read standard input"):
        resample("-", tmp_path / "out", target="y")
