"""Input that cannot be resampled: one line that says where, status 1, and nothing left behind."""

import os
import re

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from helpers.offline.runs import split, write
from helpers.tables import make_table

from fastsmote.offline import resample

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
    assert "in.parquet: there is no target column 'fraud'. The columns are a, b" in refused(
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
    assert "at most 256 classes are allowed" in refused(write(frame, tmp_path / "in.parquet"))


def test_one_class_only(refused, tmp_path):
    frame = make_table()
    frame["y"] = 7
    error = refused(write(frame, tmp_path / "in.parquet"))
    assert "in.parquet, column y: has only one class, 7." in error


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
    assert re.search(rf"01\.parquet, column b: is \w+; {first} has it as double\.", error)
    write(frame.drop(columns="c"), folder / "01.parquet")
    assert f"{folder / '01.parquet'}, column c: is missing" in refused(folder)
    write(frame.assign(d=1), folder / "01.parquet")
    assert f"{folder / '01.parquet'}, column d: is int64" in refused(folder)


def test_truncated_parquet(refused, src):
    src.write_bytes(src.read_bytes()[:-100])
    assert f"{src}: cannot be read; it may be incomplete" in refused(src)


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
    assert f"{path}: has no rows" in refused(path)


@pytest.mark.parametrize("name", ["none.parquet", "none"])
def test_source_that_is_not_there(name, refused, tmp_path):
    assert f"{tmp_path / name}: there is no such file" in refused(tmp_path / name)


def test_source_of_no_known_kind(refused, tmp_path):
    (tmp_path / "in.xlsx").touch()
    assert "must be a folder or end in one of .parquet" in refused(tmp_path / "in.xlsx")
    (tmp_path / "folder").mkdir()
    assert "the folder contains no .parquet, .pq, " in refused(tmp_path / "folder")


@pytest.mark.slow
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
    expected = f"{path}: cannot be read; it may be incomplete: "
    assert expected in refused(path, target=target, exclude=[])
    frame = make_table()[["a", "y"]].iloc[:0]
    if suffix == ".csv":
        frame.to_csv(path, index=False)
    elif suffix == ".arrow":
        frame.to_feather(path)
    else:
        np.save(path, frame[["a"]].to_numpy())
    expected = f"{path}: has no rows. It must have at least one."
    assert expected in refused(path, target=target, exclude=[])


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
    assert f"{dst}, column id: is not a feature. .npy holds only features and the target." in error
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
    assert "so it is not an earlier output" in refused(src, "--overwrite", dst=dst, exclude=[])
