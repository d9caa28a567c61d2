"""The same rows in every format, in pairs of .npy files, and as a stream."""

import hashlib
import json
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from helpers.offline.runs import SAMPLERS, write
from helpers.tables import FEATURES, make_table

from fastsmote.offline import _parts, iter_synthetic, resample
from fastsmote.over_sampling import SMOTE

# Other formats


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".arrow", ".feather"])
def test_formats_hold_the_same_rows(suffix, tmp_path):
    frame = make_table(2_000)[[*FEATURES, "y"]]
    table = pa.Table.from_pandas(frame, preserve_index=False)
    src, dst = tmp_path / f"in{suffix}", tmp_path / f"out{suffix}"
    if suffix == ".csv":
        frame.to_csv(src, index=False)
    elif suffix == ".parquet":
        pq.write_table(table, src)
    else:
        with pa.ipc.new_file(src, table.schema) as writer:
            writer.write_table(table, max_chunksize=300)
    resample(src, dst, target="y", batch_rows=171)
    X, y = SAMPLERS["smote"].fit_resample(frame[FEATURES], frame["y"])
    got = (
        pa.csv.read_csv(dst).to_pandas()  # pandas 2 rounds twice
        if suffix == ".csv"
        else pd.read_parquet(dst)
        if suffix == ".parquet"
        else pa.ipc.open_file(dst).read_all().to_pandas()
    )
    np.testing.assert_array_equal(got[FEATURES].to_numpy(), X.to_numpy())
    np.testing.assert_array_equal(got["y"], y)
    assert (tmp_path / f"out{suffix}.manifest.json").exists()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_pair_of_npy_files(dtype, tmp_path):
    frame = make_table(2_000)
    X, y = frame[FEATURES].to_numpy(dtype), frame["y"].to_numpy()
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "label.npy", y)
    resample(tmp_path / "X.npy", tmp_path / "out", target="label.npy", batch_rows=171)
    got = pq.read_table(tmp_path / "out").to_pandas()
    expected, _ = SAMPLERS["smote"].fit_resample(X, y)
    np.testing.assert_array_equal(got[["x0", "x1", "x2", "x3"]].to_numpy(), expected)
    assert got["x0"].dtype == dtype


def read_pair(dst, target="y"):
    """A matrix and its target, neither of which may hold objects."""
    return np.load(dst), np.load(dst.with_name(f"{dst.stem}.{target}.npy"))


@pytest.mark.parametrize("name", [*SAMPLERS])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_pair_of_npy_files_is_written(dtype, name, tmp_path):
    frame = make_table(2_000)
    X, y = frame[FEATURES].to_numpy(dtype), frame["y"].to_numpy(np.int8)
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "label.npy", y)
    src, dst = tmp_path / "X.npy", tmp_path / "out.npy"
    summary = resample(src, dst, target="label.npy", sampler=name, batch_rows=171, part_rows=600)
    got_X, got_y = read_pair(dst, "label")
    expected_X, expected_y = SAMPLERS[name].fit_resample(X, y)
    np.testing.assert_array_equal(got_X, expected_X)
    np.testing.assert_array_equal(got_y, expected_y)
    assert (got_X.dtype, got_y.dtype, got_X.flags.c_contiguous) == (dtype, np.int8, True)
    assert (summary["rows_written"], summary["parts"]) == (len(expected_X), 2)
    manifest = json.loads((tmp_path / "out.npy.manifest.json").read_text())
    assert [(part["file"], part["rows"]) for part in manifest["parts"]] == [
        ("out.label.npy", len(got_X)),
        ("out.npy", len(got_X)),
    ]
    for part in manifest["parts"]:
        content = (tmp_path / part["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == part["sha256"]


@pytest.mark.parametrize("values", [["no", "yes"], [False, True], [-1.0, 4.0]])
@pytest.mark.parametrize("is_categorical", [False, True])
def test_npy_of_a_table_with_any_target(values, is_categorical, tmp_path):
    frame = make_table(2_000)[[*FEATURES, "y"]]
    frame["y"] = np.array(values)[frame["y"].to_numpy()]
    X, y = SAMPLERS["smote"].fit_resample(frame[FEATURES], frame["y"].to_numpy())
    if is_categorical:
        frame["y"] = frame["y"].astype("category")
    resample(write(frame, tmp_path / "in.parquet"), tmp_path / "out.npy", target="y", part_rows=999)
    got_X, got_y = read_pair(tmp_path / "out.npy")
    np.testing.assert_array_equal(got_X, X)
    np.testing.assert_array_equal(got_y, y)
    assert got_y.dtype.kind == np.array(values).dtype.kind


def test_pair_that_was_written_can_be_read(tmp_path):
    frame = make_table(2_000)[[*FEATURES, "y"]]
    src = write(frame, tmp_path / "in.parquet")
    resample(src, tmp_path / "out.npy", target="y", only_synthetic=False, strategy=0.5)
    resample(tmp_path / "out.npy", tmp_path / "again.npy", target="out.y.npy", seed=1)
    X, y = read_pair(tmp_path / "out.npy")
    expected = SMOTE(random_state=1).fit_resample(X, y)
    for got, wanted in zip(read_pair(tmp_path / "again.npy", "out.y"), expected, strict=True):
        np.testing.assert_array_equal(got, wanted)


@pytest.mark.parametrize("suffix", [".arrow", ".parquet", ".csv"])
def test_texts_that_come_up_on_the_way_are_in_a_single_file(suffix, tmp_path):
    """A dictionary that grows from batch to batch is one of a file."""
    frame = make_table(6_000)
    texts = pa.array([f"text {i // 500}" for i in range(len(frame))])
    table = pa.Table.from_pandas(frame[[*FEATURES, "y"]], preserve_index=False)
    table = table.append_column("text", texts.dictionary_encode())
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=1_000)
    dst = tmp_path / f"out{suffix}"
    original, _parts.GROUP_BYTES = _parts.GROUP_BYTES, 2**10  # groups of 1,024 rows
    try:
        resample(tmp_path / "in.parquet", dst, target="y", exclude="text", part_rows=1_500)
    finally:
        _parts.GROUP_BYTES = original
    if suffix == ".arrow":
        assert pa.ipc.open_file(dst).num_record_batches == 12
        got = pa.ipc.open_file(dst).read_all().to_pandas()
    elif suffix == ".csv":  # to the last digit, which pandas 2 rounds
        options = pa.csv.ConvertOptions(strings_can_be_null=True)
        got = pa.csv.read_csv(dst, convert_options=options).to_pandas()
    else:
        got = pd.read_parquet(dst)
    assert got["text"].iloc[:6_000].tolist() == texts.to_pylist()
    assert got["text"].iloc[6_000:].isna().all()
    X, _ = SAMPLERS["smote"].fit_resample(frame[FEATURES], frame["y"])
    np.testing.assert_array_equal(got[FEATURES].to_numpy(), X.to_numpy())


# Streams


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
@pytest.mark.parametrize("block_rows", [47, 999, 200_000])
def test_stream_is_the_rows_of_smote(block_rows, dtype):
    rng = np.random.RandomState(0)
    X = (1_000 * rng.randn(5_300, 3)).astype(dtype)
    y = np.repeat([0, 1], [5_000, 300])
    expected = SAMPLERS["smote"].fit_resample(X, y)[0][len(X) :]
    blocks = list(iter_synthetic(X[y == 1], 4_700, block_rows=block_rows))
    np.testing.assert_array_equal(np.concatenate(blocks), expected)
    assert {len(block) for block in blocks[:-1]} <= {block_rows}


def test_ranges_of_a_stream_join_to_the_whole():
    X = np.random.RandomState(0).randn(50, 3)
    whole = np.concatenate(list(iter_synthetic(X, 300_000)))
    cuts = [0, 1, 131_071, 131_072, 131_073, 262_144, 299_999, 300_000]
    parts = [
        block
        for start, stop in pairwise(cuts)
        for block in iter_synthetic(X, 300_000, start=start, stop=stop, block_rows=60_001)
    ]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"k_neighbors": 50}, "n_neighbors = 51, n_samples_fit = 50"),
        ({"start": 5, "stop": 4}, "start = 5, stop = 4"),
        ({"stop": 101}, "stop = 101"),
        ({"block_rows": 0}, "Got 0"),
    ],
)
def test_wrong_stream_is_refused_at_the_call(options, message):
    with pytest.raises(ValueError, match=message):
        iter_synthetic(np.random.RandomState(0).randn(50, 3), 100, **options)
