"""Folders of files as people have them: nested, hive-partitioned, with columns in any order."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from helpers.offline.runs import OPTIONS, split, write
from helpers.tables import make_table

from fastsmote.offline import OfflineError, resample
from fastsmote.over_sampling import SMOTE


def output(src, tmp_path, **options):
    dst = tmp_path / "out"
    resample(src, dst, **{**OPTIONS, **options})
    return pq.read_table(dst).to_pandas()


def assert_smote_by_folder(got, frame, features):
    """Original rows first, unchanged, then SMOTE's."""
    expected, y = SMOTE(random_state=0).fit_resample(frame[features], frame["y"])
    pd.testing.assert_frame_equal(got[features], expected, check_dtype=False)
    assert got["y"].tolist() == y.tolist()
    originals = got.iloc[: len(frame)]
    assert originals["id"].tolist() == frame["id"].tolist()
    assert got["id"].iloc[len(frame) :].isna().all()


def test_folders_inside_a_folder_are_read_in_the_order_of_their_paths(tmp_path):
    frame = make_table()
    folder = split(frame.iloc[:2_000], tmp_path / "in", [900])
    (folder / "2024" / "05").mkdir(parents=True)
    write(frame.iloc[2_000:4_000], folder / "2024" / "05" / "a.parquet")
    write(frame.iloc[4_000:], folder / "2025.parquet")
    assert_smote_by_folder(output(folder, tmp_path), frame, ["a", "b", "c", "n"])


def test_hidden_names_are_skipped(tmp_path):
    frame = make_table()
    folder = split(frame, tmp_path / "in", [3_000])
    for name in ("_delta_log", ".hidden", "_temporary"):
        (folder / name).mkdir()
        write(frame, folder / name / "a.parquet")
    (folder / "_metadata.parquet").write_bytes(b"")
    (folder / "_SUCCESS").touch()
    (folder / "notes.txt").write_text("not data")
    assert_smote_by_folder(output(folder, tmp_path), frame, ["a", "b", "c", "n"])


def hive(frame, folder, columns):
    ds.write_dataset(
        pa.Table.from_pandas(frame, preserve_index=False),
        folder,
        format="parquet",
        partitioning=ds.partitioning(
            pa.schema([pa.Table.from_pandas(frame).schema.field(name) for name in columns]),
            flavor="hive",
        ),
    )
    return folder


def in_order_of_paths(folder):
    """The table as pyarrow reads it, file by file."""
    table = ds.dataset(folder, partitioning="hive").to_table()
    return table.to_pandas()


def test_partition_columns_of_hive_folders_come_back(tmp_path):
    frame = make_table().assign(year=2020 + np.arange(6_000) % 3, region=list("nsew") * 1_500)
    folder = hive(frame, tmp_path / "in", ["year", "region"])
    expected = in_order_of_paths(folder)
    got = output(folder, tmp_path, exclude=["id", "time", "text", "region"])
    assert_smote_by_folder(got, expected, ["a", "b", "c", "n", "year"])
    originals = got.iloc[:6_000]
    assert originals["region"].tolist() == expected["region"].tolist()
    assert pq.read_schema(tmp_path / "out" / "part-00000.parquet").field("year").type == pa.int32()


def test_the_target_may_be_a_partition_column(tmp_path):
    frame = make_table()
    folder = hive(frame, tmp_path / "in", ["y"])
    assert_smote_by_folder(
        output(folder, tmp_path), in_order_of_paths(folder), ["a", "b", "c", "n"]
    )


def test_a_missing_value_of_a_partition_column_is_null(tmp_path):
    frame = make_table().assign(shop=np.where(np.arange(6_000) % 2, "x", None))
    folder = hive(frame, tmp_path / "in", ["shop"])
    got = output(folder, tmp_path, exclude=["id", "time", "text", "shop"])
    assert got["shop"].iloc[:6_000].isna().sum() == 3_000


def test_partition_columns_that_differ_are_refused(tmp_path):
    frame = make_table()
    folder = hive(frame, tmp_path / "in", ["y"])
    write(frame.drop(columns="y"), folder / "a.parquet")
    with pytest.raises(OfflineError, match=r"a\.parquet has \(none\)\. They must be the same\."):
        resample(folder, tmp_path / "out", **OPTIONS)


@pytest.mark.parametrize("batch_rows", [64, 100_000])
def test_columns_in_another_order_and_wider_integers_are_aligned(batch_rows, tmp_path):
    frame = make_table()
    folder = split(frame.iloc[:2_000], tmp_path / "in", [1_000])
    other = frame.iloc[2_000:][frame.columns[::-1]].astype({"n": np.int64, "id": np.int16})
    write(other, folder / "02.parquet")
    got = output(folder, tmp_path, batch_rows=batch_rows)
    assert_smote_by_folder(got, frame, ["a", "b", "c", "n"])
    schema = pq.read_schema(tmp_path / "out" / "part-00000.parquet")
    assert schema.names == list(frame.columns)
    assert schema.field("n").type == schema.field("id").type == pa.int64()


def test_integers_of_which_no_type_holds_both_are_refused(tmp_path):
    frame = make_table().astype({"n": np.uint64})
    folder = split(frame, tmp_path / "in", [3_000])
    write(frame.astype({"n": np.int64}), folder / "02.parquet")
    with pytest.raises(OfflineError, match=r"02\.parquet, column n: is int64; .* as uint64"):
        resample(folder, tmp_path / "out", **OPTIONS)


def test_a_run_over_nested_folders_goes_on(tmp_path):
    frame = make_table()
    folder = hive(frame.assign(year=2020 + np.arange(6_000) % 3), tmp_path / "in", ["year"])
    options = {**OPTIONS, "part_rows": 1_000}
    resample(folder, tmp_path / "whole", **options)
    resample(folder, tmp_path / "out", **options)
    assert resample(folder, tmp_path / "out", **options, resume=True)["parts"] == 12
    for path in (tmp_path / "whole").iterdir():
        assert path.read_bytes() == (tmp_path / "out" / path.name).read_bytes()


@pytest.mark.parametrize("path", ["in", "./in", "in/", "in/.", "../{}/in", "in/2024/.."])
def test_a_folder_may_be_named_in_any_way(path, tmp_path, monkeypatch):
    frame = make_table()
    folder = split(frame.iloc[:2_000], tmp_path / "in", [900])
    (folder / "2024").mkdir()
    write(frame.iloc[2_000:], folder / "2024" / "a.parquet")
    monkeypatch.chdir(tmp_path)
    resample(path.format(tmp_path.name), "out", **OPTIONS)
    got = pq.read_table(tmp_path / "out").to_pandas()
    order = [*range(2_000), *range(2_000, 6_000)]  # 00.parquet, 01.parquet, 2024/a.parquet
    assert_smote_by_folder(got, frame.iloc[order], ["a", "b", "c", "n"])


def test_integers_of_many_small_files_are_counted_together(tmp_path):
    """The first file alone would look like a column of identifiers."""
    frame = make_table()[["a", "y"]]
    frame["amount"] = np.random.RandomState(0).randint(0, 3_000, 6_000)
    folder = split(frame, tmp_path / "in", [120] * 40)
    assert frame["amount"][:120].nunique() >= 114
    resample(folder, tmp_path / "out", target="y")


def test_a_column_that_is_excluded_is_not_parsed_where_a_partition_is_a_feature(tmp_path):
    folder = tmp_path / "in" / "year=2024"
    folder.mkdir(parents=True)
    frame = make_table()[["a", "y"]]
    frame.insert(0, "card", ["10000000000000000007", "4"] * 3_000)
    frame.to_csv(folder / "a.csv", index=False)
    resample(tmp_path / "in", tmp_path / "out", target="y", exclude="card")
    got = pq.read_table(tmp_path / "out")
    assert got["card"][0].as_py() == "10000000000000000007"
