"""What the output can be beside the sampler's rows: shuffled, flagged, partitioned, described."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from helpers.marks import slow
from helpers.offline.runs import OPTIONS, OTHERS, SAMPLERS, contents, write
from helpers.tables import FEATURES, make_table
from sklearn.utils import shuffle

from fastsmote._commands import main as cli
from fastsmote.offline import OfflineError, _partitions, _parts, _shuffle, resample


@pytest.fixture(scope="module")
def frame():
    return make_table(3_000)


@pytest.fixture
def src(frame, tmp_path):
    return write(frame, tmp_path / "in.parquet", 300)


# --shuffle


@pytest.mark.parametrize("most_files", [*slow(1), 3, *slow(200)])
@pytest.mark.parametrize("name", ["smote", "random-under", "smote-enn", "random-over"])
def test_rows_are_shuffled_as_by_scikit_learn(name, most_files, frame, src, tmp_path, monkeypatch):
    monkeypatch.setattr(_shuffle, "MOST_FILES", most_files)
    X, y = SAMPLERS[name].fit_resample(frame[FEATURES], frame["y"])
    X, y = shuffle(X, y, random_state=0)
    for number, more in enumerate([{}, {"part_rows": 311}, {"part_rows": 311, "batch_rows": 70}]):
        dst = tmp_path / f"out{number}"
        resample(src, dst, sampler=name, shuffle=True, **OPTIONS, **more)
        got = pq.read_table(dst).to_pandas()
        pd.testing.assert_frame_equal(got[FEATURES], X.reset_index(drop=True))
        np.testing.assert_array_equal(got["y"], y)
        assert not (dst / "_shuffled").exists()
    assert contents(tmp_path / "out1") == contents(tmp_path / "out2")


@pytest.mark.parametrize("dst", ["out.csv", "out.arrow", "out.npy"])
def test_single_files_are_shuffled_too(dst, frame, tmp_path):
    src = write(frame[[*FEATURES, "y"]], tmp_path / "in.parquet")
    resample(src, tmp_path / dst, target="y", shuffle=True, part_rows=500)
    X, _ = SAMPLERS["smote"].fit_resample(frame[FEATURES], frame["y"])
    X = shuffle(X, random_state=0).to_numpy()
    if dst.endswith(".csv"):
        got = pa.csv.read_csv(tmp_path / dst).select(FEATURES).to_pandas().to_numpy()
    elif dst.endswith(".arrow"):
        table = pa.ipc.open_file(tmp_path / dst).read_all()
        got = table.select(FEATURES).to_pandas().to_numpy()
    else:
        got = np.load(tmp_path / dst)
    np.testing.assert_array_equal(got, X)


def test_a_shuffled_run_that_was_interrupted_goes_on(src, tmp_path, monkeypatch):
    options = {**OPTIONS, "shuffle": True, "part_rows": 400}
    resample(src, tmp_path / "whole", **options)
    blocks, calls = _shuffle.Shuffled.blocks, []

    def interrupt(self, *args):
        calls.append(args)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return blocks(self, *args)

    with monkeypatch.context() as patch:
        patch.setattr(_shuffle.Shuffled, "blocks", interrupt)
        with pytest.raises(KeyboardInterrupt, match="2 complete parts are kept"):
            resample(src, tmp_path / "out", **options)
    resample(src, tmp_path / "out", resume=True, **options)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


# --flag


@pytest.mark.parametrize("name", ["smote", "random-over", "smote-tomek"])
def test_a_flag_tells_which_rows_were_added(name, frame, src, tmp_path):
    resample(src, tmp_path / "out", sampler=name, flag="is_synthetic", **OPTIONS)
    got = pq.read_table(tmp_path / "out").to_pandas()
    is_new = got["is_synthetic"].to_numpy()
    assert got["is_synthetic"].dtype == bool
    n_before = int((~is_new).sum())
    assert not is_new[:n_before].any()
    assert is_new[n_before:].all()
    assert n_before == len(frame) or name == "smote-tomek"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"flag": "a"}, "--flag: there is already a column 'a'."),
        ({"flag": "f", "sampler": "tomek-links"}, "--flag: tomek-links adds no rows."),
    ],
)
def test_a_flag_that_cannot_be_is_named(options, message, src, tmp_path):
    with pytest.raises(OfflineError, match=message):
        resample(src, tmp_path / "out", **OPTIONS, **options)


# --partition-by


@pytest.fixture
def regions(frame, tmp_path):
    values = np.array(["north", "a b", "c/d", "é"])[np.arange(len(frame)) % 4]
    return write(frame.assign(region=values, year=2020 + np.arange(len(frame)) % 2),
                 tmp_path / "regions.parquet", 300)  # fmt: skip


def test_output_is_partitioned_as_hive_has_it(regions, frame, tmp_path):
    options = {"target": "y", "exclude": [*OTHERS, "region", "year"], "part_rows": 700}
    dst = tmp_path / "out"
    resample(regions, dst, partition_by=["year", "region"], **options)
    got = ds.dataset(dst, partitioning="hive").to_table().to_pandas()
    resample(regions, tmp_path / "whole", **options)
    whole = pq.read_table(tmp_path / "whole").to_pandas()
    assert got["region"].isna().sum() == len(whole) - len(frame)
    keys = [*FEATURES, "y"]
    left, right = (table.sort_values(keys).reset_index(drop=True) for table in (got, whole))
    pd.testing.assert_frame_equal(
        left[[*keys, "region", "id"]], right[[*keys, "region", "id"]], check_dtype=False
    )
    assert (dst / "year=2020").is_dir()
    manifest = json.loads((dst / "_manifest.json").read_text())
    assert {part["file"] for part in manifest["parts"]} | {"_manifest.json"} == contents(dst).keys()
    assert sum(part["rows"] for part in manifest["parts"]) == len(whole)


def test_partitioned_in_is_partitioned_out(frame, tmp_path):
    folder = tmp_path / "in"
    for year in (2020, 2021):
        (folder / f"year={year}").mkdir(parents=True)
        write(frame[year % 2 :: 2], folder / f"year={year}" / "a.parquet")
    options = {"target": "y", "exclude": [*OTHERS, "year"]}
    resample(folder, tmp_path / "out", partition_by=["year"], only_synthetic=False, **options)
    got = ds.dataset(tmp_path / "out", partitioning="hive").to_table().to_pandas()
    assert (got["year"] == 2020).sum() == (got["year"] == 2021).sum() == 1_500


def test_a_partitioned_run_that_was_interrupted_goes_on(regions, tmp_path, monkeypatch):
    options = {"target": "y", "exclude": [*OTHERS, "region", "year"], "part_rows": 700}
    options["partition_by"] = ["region"]
    resample(regions, tmp_path / "whole", **options)
    write_part, calls = _parts.write_partitioned, []

    def interrupt(*args):
        calls.append(args)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return write_part(*args)

    with monkeypatch.context() as patch:
        patch.setattr(_parts, "write_partitioned", interrupt)
        with pytest.raises(KeyboardInterrupt, match="2 complete parts are kept"):
            resample(regions, tmp_path / "out", **options)
    resample(regions, tmp_path / "out", resume=True, **options)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


@pytest.mark.parametrize(
    ("dst", "names", "message"),
    [
        ("out.parquet", ["y"], "--partition-by: the destination must be a folder"),
        ("out", ["nope"], "--partition-by: there is no column 'nope'"),
        ("out", ["id"], "3,001 different values in one part; at most 2,000"),
    ],
)
def test_a_partition_that_cannot_be_is_named(dst, names, message, src, tmp_path, monkeypatch):
    monkeypatch.setattr(_partitions, "MOST_FOLDERS", 2_000)
    with pytest.raises(OfflineError, match=message):
        resample(src, tmp_path / dst, partition_by=names, sampler="smote", **OPTIONS)
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


@pytest.mark.parametrize("type_", [pa.binary(), pa.list_(pa.int64()), pa.struct([("x", "i4")])])
def test_a_column_that_cannot_name_folders_is_named(type_, tmp_path):
    table = {"a": np.arange(30) / 3, "key": pa.nulls(30, type_), "y": np.arange(30) % 3}
    pq.write_table(pa.table(table), tmp_path / "in.parquet")
    options = {"target": "y", "exclude": ["key"], "partition_by": ["key"]}
    with pytest.raises(OfflineError, match=r"--partition-by: column key is .*cannot name folders"):
        resample(tmp_path / "in.parquet", tmp_path / "out", **options)
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


# What files say beside their rows


def test_identifiers_stay_integers_beside_nulls(src, frame, tmp_path):
    resample(src, tmp_path / "out", **OPTIONS)
    got = pd.read_parquet(tmp_path / "out")
    assert got["id"].dtype == "Int64"
    assert got["id"][: len(frame)].tolist() == frame["id"].tolist()


@pytest.mark.parametrize("has_pandas", [True, False])
def test_long_identifiers_are_not_rounded_by_pandas(has_pandas, frame, tmp_path):
    long = 10**18 + np.arange(len(frame)) * 7
    table = pa.Table.from_pandas(frame.assign(id=long, seen=frame["y"] > 0), preserve_index=False)
    if not has_pandas:
        table = table.replace_schema_metadata(None)
    pq.write_table(table, tmp_path / "in.parquet")
    resample(tmp_path / "in.parquet", tmp_path / "out", target="y", exclude=[*OTHERS, "seen"])
    got = pd.read_parquet(tmp_path / "out")
    assert got["id"][: len(frame)].tolist() == long.tolist()
    assert got["seen"].dtype == "boolean"
    assert got["id"][len(frame) :].isna().all()


@pytest.mark.parametrize("sampler", ["random-under", "tomek-links"])
def test_types_stay_where_no_row_is_new(sampler, src, frame, tmp_path):
    resample(src, tmp_path / "out", sampler=sampler, **OPTIONS)
    got = pd.read_parquet(tmp_path / "out")
    assert got.dtypes["id"] == np.int64


@pytest.mark.parametrize("name", [None, "key"])
def test_the_index_of_pandas_is_kept(name, frame, tmp_path):
    indexed = frame.set_index(pd.Index([f"row {i}" for i in range(len(frame))], name=name))
    indexed.to_parquet(tmp_path / "in.parquet")
    exclude = [*OTHERS, *([name] if name else [])]
    resample(tmp_path / "in.parquet", tmp_path / "out", target="y", exclude=exclude)
    got = pd.read_parquet(tmp_path / "out")
    assert got.index.name == name
    assert got.index[: len(frame)].tolist() == indexed.index.tolist()
    assert list(got.columns) == list(frame.columns)


def test_metadata_of_others_is_kept(frame, tmp_path):
    table = pa.Table.from_pandas(frame, preserve_index=False)
    geo = json.dumps({"version": "1.0.0", "primary_column": "text", "columns": {}})
    table = table.replace_schema_metadata({**table.schema.metadata, "geo": geo})
    pq.write_table(table, tmp_path / "in.parquet")
    for dst in ("out", "out.parquet"):
        resample(tmp_path / "in.parquet", tmp_path / dst, **OPTIONS)
    resample(tmp_path / "in.parquet", tmp_path / "out.arrow", **OPTIONS)
    for schema in (
        pq.read_schema(tmp_path / "out" / "part-00000.parquet"),
        pq.read_schema(tmp_path / "out.parquet"),
        pa.ipc.open_file(tmp_path / "out.arrow").schema,
    ):
        assert schema.metadata[b"geo"].decode() == geo


# What is said


def run(src, dst, *arguments):
    return cli.main(["resample", str(src), str(dst), "--target", "y", *arguments])


def test_a_finished_run_says_that_nothing_was_done(src, tmp_path, capsys):
    arguments = ["--exclude", "id,t*"]
    assert run(src, tmp_path / "out", *arguments) == 0
    before = contents(tmp_path / "out")
    capsys.readouterr()
    assert run(src, tmp_path / "out", *arguments, "--resume") == 0
    assert capsys.readouterr().out.startswith("already complete: 5,")
    assert contents(tmp_path / "out") == before


def test_check_counts_what_is_missing(frame, tmp_path, capsys):
    frame = frame.copy()
    table = pa.Table.from_pandas(frame, preserve_index=False)
    a = table["a"].to_numpy().copy()
    a[[3, 5, 7]], a[9] = np.nan, -np.inf
    b = pa.array([None if i % 1_000 == 0 else value for i, value in enumerate(frame["b"])])
    y = pa.array([None if i == 77 else value for i, value in enumerate(frame["y"].tolist())])
    for name, values in (("a", pa.array(a)), ("b", b), ("y", y)):
        table = table.set_column(table.schema.get_field_index(name), name, values)
    pq.write_table(table, tmp_path / "in.parquet")
    arguments = ["--exclude", "id,time,text", "--dry-run", "--check"]
    assert run(tmp_path / "in.parquet", tmp_path / "out", *arguments) == 1
    error = capsys.readouterr().err
    assert "some of 3,000 rows have missing or infinite values. " in error
    assert "a: 3 NaN, 1 infinite; b: 3 null; y: 1 null. Fill the values" in error


def test_check_of_a_good_table_passes(src, tmp_path, capsys):
    assert run(src, tmp_path / "out", "--exclude", "id,time,text", "--check", "--dry-run") == 0
    assert capsys.readouterr().out.startswith("dry run: ")


def test_all_columns_that_cannot_be_features_are_named_at_once(src, tmp_path, capsys):
    assert run(src, tmp_path / "out", "-q") == 1
    error = capsys.readouterr().err
    assert "column time: " in error
    assert " of type timestamp" in error
    assert "other columns that are not numbers: text (dictionary" in error
    assert "in --exclude (time,text)" in error


# Names


@pytest.mark.parametrize(
    ("option", "names", "features"),
    [
        ("exclude", ["t*", "id"], FEATURES),
        ("exclude", ["[it]*"], FEATURES),
        ("features", ["?"], FEATURES),  # but not the target
        ("features", ["b", "[ab]"], ["b", "a"]),
    ],
)
def test_patterns_stand_for_columns(option, names, features, frame, src, tmp_path):
    resample(src, tmp_path / "out", target="y", **{option: names})
    got = pq.read_table(tmp_path / "out").to_pandas()
    X, _ = SAMPLERS["smote"].fit_resample(frame[features], frame["y"])
    pd.testing.assert_frame_equal(got[features], X)


def test_a_pattern_of_no_column_is_named(src, tmp_path):
    message = r"--exclude: there is no column that matches '\*_key'. The columns are a, b, "
    with pytest.raises(OfflineError, match=message):
        resample(src, tmp_path / "out", target="y", exclude=["*_key"])


def test_options_answer_to_the_names_of_imbalanced_learn(src, tmp_path):
    ours = {"strategy": 0.5, "seed": 3}
    theirs = {"sampling_strategy": 0.5, "random_state": 3}
    resample(src, tmp_path / "ours", **OPTIONS, **ours)
    resample(src, tmp_path / "theirs", **OPTIONS, **theirs)
    arguments = ["--exclude", "id,time,text", "--sampling-strategy", "0.5", "--random-state", "3"]
    assert run(src, tmp_path / "command", *arguments, "-q") == 0
    for name in ("theirs", "command"):
        assert contents(tmp_path / name) == contents(tmp_path / "ours")
    with pytest.raises(OfflineError, match="--seed and --random-state: give only one of them"):
        resample(src, tmp_path / "out", **OPTIONS, seed=1, random_state=2)


def test_resample_shows_its_parameters():
    import inspect

    from fastsmote import offline

    assert "resample" in dir(offline)
    parameters = inspect.signature(offline.resample).parameters
    assert {"sampler", "strategy", "k_neighbors", "shuffle"} <= parameters.keys()
    assert not any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    for name in parameters:
        assert name in offline.resample.__doc__
    with pytest.raises(TypeError, match="unexpected keyword argument 'k_neighbours'"):
        offline.resample("a", "b", target="y", k_neighbours=3)
