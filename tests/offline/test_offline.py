"""Tables in files against the same tables in memory."""

import hashlib
import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import imblearn.over_sampling
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from helpers.real_tables import DATA, IDS, TARGETS

import fastsmote
from fastsmote.combine import SMOTETomek
from fastsmote.offline import _memory, _parts, iter_synthetic, resample
from fastsmote.over_sampling import ADASYN, SMOTE, SMOTENC, BorderlineSMOTE, RandomOverSampler
from fastsmote.under_sampling import RandomUnderSampler, TomekLinks

SAMPLERS = {
    "smote": SMOTE(random_state=0),
    "borderline-smote": BorderlineSMOTE(random_state=0),
    "adasyn": ADASYN(random_state=0),
    "random-over": RandomOverSampler(random_state=0),
    "random-under": RandomUnderSampler(random_state=0),
    "tomek-links": TomekLinks(),
    "smote-tomek": SMOTETomek(random_state=0),
}
MADE = ["smote", "borderline-smote", "adasyn"]
SEARCHED = [*MADE, "tomek-links", "smote-tomek"]
FEATURES = ["a", "b", "c", "n"]


def make_table(n_rows=6_000, n_classes=2, dtype=np.float64, seed=0):
    """Overlapping classes, the last the rarest, with an id, a time and a text beside them."""
    rng = np.random.RandomState(seed)
    y = np.minimum(rng.geometric(0.95, n_rows) - 1, n_classes - 1)
    frame = pd.DataFrame(
        {name: (rng.randn(n_rows) + y).astype(dtype) for name in FEATURES[:3]},
    )
    frame["n"] = rng.randint(0, 50, n_rows).astype(np.int32 if dtype == np.float64 else np.int8)
    frame["id"] = np.arange(n_rows)
    frame["time"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(n_rows), unit="s")
    frame["text"] = pd.Categorical(rng.choice(["u", "v", "w"], n_rows))
    frame["y"] = y
    return frame


def write(frame, path, row_group_size=1_000):
    frame.to_parquet(path, index=False, row_group_size=row_group_size)
    return path


def split(frame, folder, sizes):
    """The same rows in files of these sizes and a last one."""
    folder.mkdir()
    starts = [0, *np.cumsum(sizes), len(frame)]
    for i in range(len(starts) - 1):
        write(frame.iloc[starts[i] : starts[i + 1]], folder / f"{i:02d}.parquet", 700)
    return folder


def run(src, dst, **options):
    """Resample without the columns that are no features; the rows that came out."""
    options = {"target": "y", "exclude": ["id", "time", "text"], **options}
    resample(src, dst, **options)
    return pq.read_table(dst).to_pandas()


def check_same(got, frame, sampler, features=FEATURES):
    """Values, order and dtypes of features and target."""
    X, y = sampler.fit_resample(frame[features], frame["y"])
    pd.testing.assert_frame_equal(got[features], X.reset_index(drop=True), check_exact=True)
    np.testing.assert_array_equal(got["y"], y)


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


COMMAND = """
import sys
from pathlib import Path
from fastsmote._commands.main import main
status = main(["resample", *sys.argv[1:]])
memory = Path("/proc/self/status")
lines = memory.read_text().splitlines() if memory.exists() else ["VmHWM: 0", "RssFile: 0"]
kib = {line.split()[0]: int(line.split()[1]) for line in lines if line.startswith(("VmH", "RssF"))}
print(kib["VmHWM:"] - kib["RssFile:"])
sys.exit(status)
"""


def peak_of_command(*arguments):
    """Run the command in a process of its own; its peak memory in bytes.

    Of the pages of libraries' files there are as many as the estimate says, not as many as
    the system happened to have in memory.
    """
    command = [sys.executable, "-c", COMMAND, *map(str, arguments), "-q"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=1_500)
    return int(done.stdout) * 2**10 + _memory.LIBRARY_PAGES_BYTES


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


# Columns that are no features


def test_other_columns_pass_through_and_are_null_in_synthetic_rows(tmp_path):
    frame = make_table()
    got = run(write(frame, tmp_path / "in.parquet"), tmp_path / "out", part_rows=1_100)
    others = ["id", "time", "text"]
    pd.testing.assert_frame_equal(got.iloc[: len(frame)][others], frame[others], check_dtype=False)
    assert got.iloc[len(frame) :][others].isna().all(axis=None)
    assert got["text"].dtype == "category"


def test_repeated_rows_are_whole(tmp_path):
    frame = make_table()
    got = run(write(frame, tmp_path / "in.parquet"), tmp_path / "out", sampler="random-over")
    sampler = RandomOverSampler(random_state=0)
    sampler.fit_resample(frame[FEATURES], frame["y"])
    expected = frame.iloc[sampler.sample_indices_].reset_index(drop=True)
    pd.testing.assert_frame_equal(got, expected, check_dtype=False)


def test_features_may_be_named(tmp_path):
    frame = make_table()
    src = write(frame, tmp_path / "in.parquet")
    got = run(src, tmp_path / "out", features=["b", "a"], exclude=[])
    X, _ = SAMPLERS["smote"].fit_resample(frame[["b", "a"]], frame["y"])
    pd.testing.assert_frame_equal(got[["b", "a"]], X)
    assert got["c"].isna().sum() == len(got) - len(frame)


def test_an_index_of_pandas_is_no_feature(tmp_path):
    frame = make_table().set_index("id")
    frame.index.name = None
    frame.index = frame.index.to_series().sample(frac=1.0, random_state=0).to_numpy()
    frame.to_parquet(tmp_path / "in.parquet")
    assert "__index_level_0__" in pq.read_schema(tmp_path / "in.parquet").names
    got = run(tmp_path / "in.parquet", tmp_path / "out", exclude=["time", "text"])
    assert got.index[: len(frame)].tolist() == frame.index.tolist()
    assert got.index[len(frame) :].isna().all()
    check_same(got.reset_index(drop=True), frame.reset_index(drop=True), SAMPLERS["smote"])


# Categories


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("kind", ["text", "category", "integer"])
def test_categories_are_voted_as_in_memory(kind, n_classes, tmp_path):
    frame = make_table(n_classes=n_classes)
    rng = np.random.RandomState(1)
    frame["many"] = [f"shop {number}" for number in rng.randint(0, 200, len(frame))]
    if kind == "integer":
        frame["many"] = frame["many"].str[5:].astype(int)
    elif kind == "category":
        frame["many"] = frame["many"].astype("category")
    features = [*FEATURES, "text", "many"]
    src = write(frame, tmp_path / "in.parquet")
    options = {"sampler": "smotenc", "exclude": ["id", "time"], "categorical": ["text", "many"]}
    got = run(src, tmp_path / "out", **options)
    X, y = SMOTENC(["text", "many"], random_state=0).fit_resample(frame[features], frame["y"])
    # What is drawn among categories with as many votes is the same code: so not that alone.
    stock = imblearn.over_sampling.SMOTENC(["text", "many"], random_state=0)
    stock_X, _ = stock.fit_resample(frame[features], frame["y"])
    for name in features:
        np.testing.assert_array_equal(got[name].to_numpy(), X[name].to_numpy())
        np.testing.assert_array_equal(got[name].to_numpy(), stock_X[name].to_numpy())
    np.testing.assert_array_equal(got["y"], y)
    assert got["id"].isna().sum() == len(got) - len(frame)
    again = run(src, tmp_path / "again", batch_rows=91, part_rows=1_234, **options)
    for name in features:
        np.testing.assert_array_equal(again[name].to_numpy(), got[name].to_numpy())


def test_categories_decide_by_all_of_a_class_and_not_by_a_batch(tmp_path):
    """A column of one category more in a batch of the majority changes no vote."""
    frame = make_table()
    options = {"sampler": "smotenc", "exclude": ["id", "time"], "categorical": ["text"]}
    one = run(write(frame, tmp_path / "one.parquet"), tmp_path / "one", **options)
    frame["text"] = frame["text"].cat.add_categories("only here")
    frame.loc[np.flatnonzero(frame["y"] == 0)[-1], "text"] = "only here"
    other = run(write(frame, tmp_path / "other.parquet"), tmp_path / "other", **options)
    new = slice(len(frame), None)
    np.testing.assert_array_equal(
        one["text"].to_numpy()[new].astype(str), other["text"].to_numpy()[new].astype(str)
    )


@pytest.mark.parametrize("name", ["a.b", "a b", "a,b", '"'])
def test_any_name_of_a_column_will_do(name, tmp_path):
    frame = make_table(1_000).rename(columns={"b": name})
    src = write(frame, tmp_path / "in.parquet")
    features = ["a", name, "c", "n"]
    check_same(run(src, tmp_path / "out"), frame, SAMPLERS["smote"], features)


# What else can be asked for


def test_only_synthetic_writes_no_original(tmp_path):
    frame = make_table()
    src = write(frame, tmp_path / "in.parquet")
    whole, new = run(src, tmp_path / "whole"), run(src, tmp_path / "new", only_synthetic=True)
    expected = whole.iloc[len(frame) :].reset_index(drop=True)
    others = ["id", "time", "text"]
    pd.testing.assert_frame_equal(new.drop(columns=others), expected.drop(columns=others))
    assert new[others].isna().all(axis=None)


def test_provenance_makes_the_rows_again(tmp_path):
    frame = make_table()
    got = run(write(frame, tmp_path / "in.parquet"), tmp_path / "out", provenance=True)
    new = got.iloc[len(frame) :]
    assert got.iloc[: len(frame)]["fastsmote_gap"].isna().all()
    provenance = fastsmote.Provenance(
        new["fastsmote_base_row"].to_numpy(np.int64),
        new["fastsmote_neighbor_row"].to_numpy(np.int64),
        new["fastsmote_gap"].to_numpy(),
    )
    again = fastsmote.regenerate(frame[["a", "b", "c"]].to_numpy(), provenance)
    np.testing.assert_array_equal(again, new[["a", "b", "c"]].to_numpy())


@pytest.mark.parametrize("name", MADE)
def test_standardized_columns_decide_distances_and_not_units(name, tmp_path):
    frame = make_table()
    frame["b"] *= 1e4
    frame["c"] = 3.0  # a constant stays what it is
    src = write(frame, tmp_path / "in.parquet")
    options = {"sampler": name, "dtype": "float64", "scale": "standard"}
    got = run(src, tmp_path / "out", **options)
    X, y = frame[FEATURES].to_numpy(np.float64), frame["y"].to_numpy()
    deviations = np.where(X.std(axis=0) == 0, 1.0, X.std(axis=0))
    sampler = SAMPLERS[name]
    sampler.fit_resample((X - X.mean(axis=0)) / deviations, y)
    expected = fastsmote.regenerate(X, sampler.provenance_)
    np.testing.assert_array_equal(got[FEATURES].to_numpy()[len(X) :], expected)
    again = run(src, tmp_path / "again", batch_rows=33, **options)
    pd.testing.assert_frame_equal(again, got)
    assert (got["c"] == 3.0).all()


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
