"""Tables that invite a guess: identifiers of any type, indexes, names of folders, odd types."""

import decimal
import os
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest
from helpers.offline.runs import OPTIONS, OTHERS, SAMPLERS, write
from helpers.tables import FEATURES, make_table

from fastsmote._commands import main as cli
from fastsmote.offline import OfflineError, resample


@pytest.fixture(scope="module")
def frame():
    return make_table(1_000)


def table_with(frame, **columns):
    table = pa.Table.from_pandas(frame[["a", "b", "y"]], preserve_index=False)
    for name, values in columns.items():
        table = table.append_column(name, values)
    return table


# What is no feature


@pytest.mark.parametrize(
    "identifiers",
    [
        pa.array([decimal.Decimal(10**19 + i) for i in range(1_000)], pa.decimal128(20, 0)),
        pa.array(np.arange(1_000) + 1e15),
        pa.array(np.arange(1_000), pa.uint64()),
    ],
)
def test_whole_numbers_that_all_differ_are_no_feature(identifiers, frame, tmp_path):
    pq.write_table(table_with(frame, key=identifiers), tmp_path / "in.parquet")
    with pytest.raises(OfflineError, match="column key: has 1,000 different integers"):
        resample(tmp_path / "in.parquet", tmp_path / "out", target="y")
    resample(tmp_path / "in.parquet", tmp_path / "out", target="y", exclude="key")
    got = pq.read_table(tmp_path / "out")["key"].slice(0, 1_000)
    assert got.to_pylist() == identifiers.to_pylist()


def test_a_decimal_of_more_digits_than_a_float_is_named(frame, tmp_path):
    values = [decimal.Decimal(f"{i % 7}.25") for i in range(1_000)]
    values[345] = decimal.Decimal("12345678901234567.25")
    pq.write_table(table_with(frame, price=pa.array(values)), tmp_path / "in.parquet")
    message = r"row 345, column price: 12345678901234567\.25 has more digits than float64 holds"
    with pytest.raises(OfflineError, match=message):
        resample(tmp_path / "in.parquet", tmp_path / "out", target="y")


@pytest.mark.parametrize("names", [["customer"], ["shop", "day"]])
def test_an_index_with_names_is_no_feature(names, frame, tmp_path):
    keys = [np.arange(1_000) // (3 + i) for i in range(len(names))]
    index = pd.MultiIndex.from_arrays(keys, names=names) if len(names) > 1 else keys[0]
    indexed = frame[["a", "b", "y"]].set_index(pd.Index(index, name=names[0])
                                                if len(names) == 1 else index)  # fmt: skip
    indexed.to_parquet(tmp_path / "in.parquet")
    resample(tmp_path / "in.parquet", tmp_path / "out", target="y")
    got = pd.read_parquet(tmp_path / "out")
    X, _ = SAMPLERS["smote"].fit_resample(frame[["a", "b"]], frame["y"])
    pd.testing.assert_frame_equal(got[["a", "b"]].reset_index(drop=True), X)
    assert list(got.index.names) == names
    assert got.index[:1_000].tolist() == indexed.index.tolist()


@pytest.mark.parametrize("options", [{"provenance": True}, {"flag": "fastsmote_gap"}])
def test_a_name_is_not_given_twice(options, frame, tmp_path):
    table = table_with(frame, fastsmote_gap=pa.array(frame["a"]))
    pq.write_table(table, tmp_path / "in.parquet")
    with pytest.raises(OfflineError, match="there is already a column 'fastsmote_gap'"):
        resample(tmp_path / "in.parquet", tmp_path / "out", target="y", **options)


def test_names_with_spaces_and_commas_can_be_given(frame, tmp_path):
    odd = frame.rename(columns={"id": " id ", "time": "t,0", "text": ""})
    odd.to_csv(tmp_path / "in.csv", index=False)
    arguments = ["--target", "y", "-q", "--exclude", 'id,"t,0",']
    assert cli.main(["resample", str(tmp_path / "in.csv"), str(tmp_path / "o"), *arguments]) == 0
    X, _ = SAMPLERS["smote"].fit_resample(frame[FEATURES], frame["y"])
    got = pq.read_table(tmp_path / "o").select(FEATURES).to_pandas()
    pd.testing.assert_frame_equal(got, X, check_dtype=False)


# Names of folders


def hive(frame, folder, names):
    for i, name in enumerate(names):
        (folder / name).mkdir(parents=True)
        write(frame[i :: len(names)], folder / name / "a.parquet")
    return folder


@pytest.mark.parametrize(
    ("names", "key", "values"),
    [
        (["k=007", "k=008"], "k", {"007", "008"}),
        (["my%20key=1", "my%20key=2"], "my key", {1, 2}),
        (["k=3000000000", "k=3000000001"], "k", {3_000_000_000, 3_000_000_001}),
        (["k=a%2Fb", "k=c"], "k", {"a/b", "c"}),
    ],
)
def test_keys_of_folders_keep_their_values(names, key, values, frame, tmp_path):
    folder = hive(frame, tmp_path / "in", names)
    exclude = [*OTHERS, key]
    resample(folder, tmp_path / "out", target="y", exclude=exclude, partition_by=[key])
    table = ds.dataset(tmp_path / "out", partitioning=None).to_table()
    assert key not in table.column_names
    folders = {path.name for path in (tmp_path / "out").iterdir() if path.is_dir()}
    if "%" not in names[0]:
        assert set(names) <= folders
    resample(folder, tmp_path / "flat", target="y", exclude=exclude)
    assert set(pq.read_table(tmp_path / "flat")[key].to_pylist()) == {*values, None}


def test_a_key_that_is_also_a_column_must_be_the_same(frame, tmp_path):
    folder = hive(frame.assign(k=1), tmp_path / "in", ["k=1"])
    resample(folder, tmp_path / "out", target="y", exclude=[*OTHERS, "k"])
    write(frame.assign(k=2), folder / "k=1" / "b.parquet")
    with pytest.raises(OfflineError, match=r"b\.parquet.* its folder is named k=1, but column k"):
        resample(folder, tmp_path / "other", target="y", exclude=[*OTHERS, "k"])


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("k=1", ["x"] * 1_000, "'k=1' cannot name folders"),
        ("k", [[1]] * 1_000, "cannot name folders"),
        ("k", ["__HIVE_DEFAULT_PARTITION__"] * 1_000, "which means null"),
    ],
)
def test_a_column_that_cannot_name_folders_is_refused(column, values, message, frame, tmp_path):
    pq.write_table(table_with(frame, **{column: pa.array(values)}), tmp_path / "in.parquet")
    with pytest.raises(OfflineError, match=message):
        resample(tmp_path / "in.parquet", tmp_path / "out", target="y", exclude=[column],
                 partition_by=[column])  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


def test_files_that_are_not_read_are_named(frame, tmp_path, capsys):
    folder = hive(frame, tmp_path / "in", ["one"])
    for name in ("b.csv.zip", "c.txt", "part-3"):
        (folder / name).touch()
    arguments = ["--target", "y", "--exclude", "id,time,text"]
    assert cli.main(["resample", str(folder), str(tmp_path / "out"), *arguments]) == 0
    error = capsys.readouterr().err
    assert "in 1 file, 3 not read (" in error
    assert "; not read, of other formats: b.csv.zip, c.txt, part-3\n" in error


# Types


def test_categories_of_many_files_are_brought_together(frame, tmp_path):
    """Of a byte each there is no room for those of all files."""
    (tmp_path / "in").mkdir()
    for i in range(3):
        part = frame[300 * i : 300 * (i + 1)].copy()
        part["shop"] = pd.Categorical([f"shop {100 * i + j % 100}" for j in range(300)])
        assert part["shop"].cat.codes.dtype == np.int8
        write(part, tmp_path / "in" / f"{i}.parquet")
    resample(tmp_path / "in", tmp_path / "out", target="y", exclude=[*OTHERS, "shop"])
    got = pq.read_table(tmp_path / "out")["shop"].to_pylist()[:900]
    assert got == [f"shop {100 * i + j % 100}" for i in range(3) for j in range(300)]


@pytest.mark.parametrize("suffix", ["", ".parquet", ".csv"])
def test_a_type_that_cannot_be_written_is_named(suffix, frame, tmp_path):
    table = table_with(frame, odd=pa.nulls(1_000, pa.month_day_nano_interval()))
    with pa.ipc.new_file(tmp_path / "in.arrow", table.schema) as writer:
        writer.write_table(table)
    with pytest.raises(OfflineError, match="column odd: month_day_nano_interval cannot be written"):
        resample(tmp_path / "in.arrow", tmp_path / f"out{suffix}", target="y", exclude="odd")
    assert [path.name for path in tmp_path.iterdir()] == ["in.arrow"]


def test_a_target_of_lists_is_named(frame, tmp_path):
    table = table_with(frame, z=pa.array([[1]] * 1_000))
    pq.write_table(table, tmp_path / "in.parquet")
    with pytest.raises(OfflineError, match=r"column z: is list.*the target must hold classes"):
        resample(tmp_path / "in.parquet", tmp_path / "out", target="z")


@pytest.mark.parametrize("dst", [".", "/", ""])
def test_a_destination_without_a_name_is_refused(dst, frame, tmp_path):
    src = write(frame, tmp_path / "in.parquet")
    with pytest.raises(OfflineError, match="is not the name of a file or folder"):
        resample(src, dst, **OPTIONS)


@pytest.mark.parametrize("encoding", ["rot13", "klingon", "hex"])
def test_an_encoding_that_is_of_no_text_is_named(encoding, tmp_path):
    with pytest.raises(OfflineError, match=f"--encoding: .* Got '{encoding}'"):
        resample(tmp_path / "in.csv", tmp_path / "out", target="y", encoding=encoding)


# How a run ends


@pytest.mark.skipif(os.name != "posix", reason="links and signals are POSIX's")
def test_a_link_to_a_folder_is_followed(frame, tmp_path):
    src = write(frame, tmp_path / "in.parquet")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    resample(src, tmp_path / "link", **OPTIONS)
    resample(src, tmp_path / "link", overwrite=True, seed=1, **OPTIONS)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "_manifest.json").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.parquet", "link", "real"]


@pytest.mark.processes
@pytest.mark.skipif(os.name != "posix", reason="links and signals are POSIX's")
def test_sigterm_leaves_what_ctrl_c_leaves(tmp_path):
    src = write(make_table(200_000), tmp_path / "in.parquet")
    code = "import sys; from fastsmote._commands.main import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "resample", str(src), str(tmp_path / "out")]
    command += ["--target", "y", "--exclude", "id,time,text", "--part-rows", "2000", "-q"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while process.poll() is None and len(list(tmp_path.glob(".out.partial/*.parquet"))) < 2:
        time.sleep(0.002)
    process.terminate()
    _, error = process.communicate(timeout=60)
    assert process.returncode == 143
    assert "complete parts are kept in" in error
    assert not (tmp_path / ".out.lock").exists()
