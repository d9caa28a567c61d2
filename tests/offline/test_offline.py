"""Tables in files against the same tables in memory."""

import hashlib
import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from helpers.offline.runs import SAMPLERS, SEARCHED, check_same, peak_of_command, run, split, write
from helpers.real_tables import DATA, IDS, TARGETS
from helpers.tables import FEATURES, make_table

from fastsmote.offline import OfflineError, resample
from fastsmote.over_sampling import SMOTE, SMOTENC

# The same rows


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", SAMPLERS)
def test_rows_are_those_of_the_sampler_in_memory(name, dtype, n_classes, tmp_path):
    frame = make_table(dtype=dtype, n_classes=n_classes)
    got = run(write(frame, tmp_path / "in.parquet"), tmp_path / "out", sampler=name)
    check_same(got, frame, SAMPLERS[name])
    assert (got[FEATURES].dtypes == frame[FEATURES].dtypes).all()


@pytest.mark.parametrize("name", SAMPLERS)
def test_rows_do_not_depend_on_how_they_are_read(name, tmp_path):
    frame = make_table(3_000)
    whole = write(frame, tmp_path / "in.parquet")
    expected = run(whole, tmp_path / "out", sampler=name)
    files = split(frame, tmp_path / "in", [1, 10, 1_300, 399, 90, 800])
    for number, options in enumerate(
        [
            {"batch_rows": 77},
            {"batch_rows": 10_000, "threads": 1},
            {"max_memory": "500MiB", "threads": 3},
            {"part_rows": 501},
        ]
    ):
        for src in (whole, files):
            dst = tmp_path / f"out-{number}-{src.suffix[1:]}"
            pd.testing.assert_frame_equal(run(src, dst, sampler=name, **options), expected)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_features_can_be_made_floats(dtype, tmp_path):
    frame = make_table()
    got = run(write(frame, tmp_path / "in.parquet"), tmp_path / "out", dtype=dtype)
    X, _ = SAMPLERS["smote"].fit_resample(frame[FEATURES].to_numpy(dtype), frame["y"].to_numpy())
    np.testing.assert_array_equal(got[FEATURES].to_numpy(), X)
    assert (got[FEATURES].dtypes == dtype).all()


@pytest.mark.parametrize("strategy", [0.5, "minority", {"1": 1_000}])
def test_strategy_is_that_of_imbalanced_learn(strategy, tmp_path):
    frame = make_table()
    got = run(write(frame, tmp_path / "in.parquet"), tmp_path / "out", strategy=strategy)
    in_memory = {1: 1_000} if isinstance(strategy, dict) else strategy
    check_same(got, frame, SMOTE(sampling_strategy=in_memory, random_state=0))


@pytest.mark.parametrize("values", [["no", "yes"], [False, True], [-1.0, 4.0]])
def test_target_may_be_text_or_boolean_or_float(values, tmp_path):
    frame = make_table()
    frame["y"] = np.array(values)[frame["y"].to_numpy()]
    got = run(write(frame, tmp_path / "in.parquet"), tmp_path / "out")
    check_same(got, frame, SAMPLERS["smote"])
    assert got["y"].dtype == frame["y"].dtype


@pytest.mark.parametrize("is_ordered", [False, True])
def test_categorical_target_keeps_its_type(is_ordered, tmp_path):
    frame = make_table()
    labels = np.array(["no", "yes"])[frame["y"].to_numpy()]
    frame["y"] = pd.Categorical(labels, ["yes", "no"], ordered=is_ordered)
    got = run(write(frame, tmp_path / "in.parquet"), tmp_path / "out", part_rows=999)
    assert got["y"].dtype == frame["y"].dtype
    assert got["y"].value_counts().tolist() == [len(got) // 2] * 2


# Ties of a few places, and of distances of which float64 has no squares.
@pytest.mark.parametrize(("n_values", "scale"), [(4, 1.0), (1_000, 1e160)])
def test_neighbors_at_the_same_distance_are_those_in_memory(n_values, scale, tmp_path):
    rng = np.random.RandomState(0)
    frame = pd.DataFrame(rng.randint(0, n_values, (2_000, 3)) * scale, columns=list("abc"))
    frame["y"] = (np.arange(2_000) % 4 == 0).astype(int)
    src = write(frame, tmp_path / "in.parquet", 123)
    for name in SEARCHED:
        dst = tmp_path / name
        if name == "smote-enn" and scale > 1:  # the rows before all others are of both classes
            assert len(SAMPLERS[name].fit_resample(frame[["a", "b", "c"]], frame["y"])[0]) == 0
            with pytest.raises(OfflineError, match="there are no rows to write"):
                run(src, dst, sampler=name, exclude=[], batch_rows=97)
            continue
        got = run(src, dst, sampler=name, exclude=[], batch_rows=97)
        check_same(got, frame, SAMPLERS[name], ["a", "b", "c"])


def test_integers_stay_integers(tmp_path):
    rng = np.random.RandomState(0)
    frame = pd.DataFrame(rng.randint(0, 1_000, (2_000, 3)), columns=list("abc"))
    frame["y"] = (rng.uniform(size=2_000) < 0.1).astype(int)
    got = run(write(frame, tmp_path / "in.parquet"), tmp_path / "out", exclude=[])
    check_same(got, frame, SAMPLERS["smote"], ["a", "b", "c"])


def split_unequally(src, folder):
    """The rows of a Parquet file in seven files."""
    folder.mkdir()
    table = pq.read_table(src)
    cuts = (np.array([0, 1, 3, 40, 41, 60, 95, 100]) * len(table)) // 100
    for number, (start, stop) in enumerate(pairwise(cuts)):
        pq.write_table(table.slice(start, stop - start), folder / f"{number}.parquet")
    return folder


@pytest.mark.parametrize("is_split", [False, True])
@pytest.mark.parametrize("batch_rows", [10_000, 200_000])
@pytest.mark.parametrize("name", [*SAMPLERS, "smotenc"])
def test_real_table_gives_the_rows_in_memory(name, batch_rows, is_split, table_name, tmp_path):
    if table_name not in ("fraud_handbook", "mammography"):
        pytest.skip("two tables show it")
    src, target = Path(DATA) / f"{table_name}.parquet", TARGETS.get(table_name, "y")
    frame = pd.read_parquet(src)
    categorical = list(frame.select_dtypes("category")) if name == "smotenc" else []
    if name == "smotenc" and not categorical:
        pytest.skip("no categories")
    exclude = [*IDS.get(table_name, []), *frame.select_dtypes(exclude="number").columns]
    exclude = [column for column in exclude if column not in categorical]
    features = [column for column in frame.columns if column not in (*exclude, target)]
    numbers = [column for column in features if column not in categorical]
    frame = frame.astype(dict.fromkeys(numbers, np.float64))
    sampler = SMOTENC(categorical, random_state=0) if categorical else SAMPLERS[name]
    X, y = sampler.fit_resample(frame[features], frame[target])
    options = ["--target", target, "--sampler", name, "--exclude", ",".join(exclude)]
    options += ["--categorical", ",".join(categorical), "--dtype", "float64"]
    options += ["--max-memory", "512MiB", "--batch-rows", batch_rows]
    src = split_unequally(src, tmp_path / "in") if is_split else src
    peak = peak_of_command(src, tmp_path / "out", *options)
    print(f"{table_name}, {name}, {batch_rows}: peak {peak / 2**20:.0f} MiB")  # pytest -s
    assert peak < 512 * 2**20
    got = pq.read_table(tmp_path / "out", columns=[*features, target]).to_pandas()
    for column in features:
        np.testing.assert_array_equal(got[column].to_numpy(), X[column].to_numpy())
    np.testing.assert_array_equal(got[target], y)


def test_dry_run_plans_and_writes_nothing(tmp_path):
    src = write(make_table(), tmp_path / "in.parquet")
    summary = resample(
        src, tmp_path / "out", target="y", exclude=["id", "time", "text"], dry_run=True
    )
    counts = list(summary["classes"].values())
    assert summary["rows_to_make"] == counts[0] - counts[1]
    assert summary["rows_planned"] == 2 * counts[0]
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


def test_manifest_tells_rows_and_checksums(tmp_path):
    src = write(make_table(), tmp_path / "in.parquet")
    run(src, tmp_path / "out", part_rows=2_500)
    manifest = json.loads((tmp_path / "out" / "_manifest.json").read_text())
    assert (manifest["plan"]["sampler"], manifest["plan"]["seed"]) == ("smote", 0)
    assert manifest["plan"]["input"][0]["bytes"] == src.stat().st_size
    assert len(manifest["parts"]) > 2
    for part in manifest["parts"]:
        path = tmp_path / "out" / part["file"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == part["sha256"]
        assert pq.read_metadata(path).num_rows == part["rows"]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "_manifest.json",
        *(part["file"] for part in manifest["parts"]),
    }


def test_codec_is_that_of_the_source(tmp_path):
    frame = make_table()
    frame.to_parquet(tmp_path / "in.parquet", compression="zstd")
    run(tmp_path / "in.parquet", tmp_path / "out.parquet")
    metadata = pq.read_metadata(tmp_path / "out.parquet")
    assert metadata.row_group(0).column(0).compression == "ZSTD"
