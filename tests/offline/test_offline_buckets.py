"""Samplers that need the neighbors of every row: buckets of rows in temporary files."""

import errno
import os
import re
import signal
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from helpers.offline.runs import BY_BUCKETS, OPTIONS, SAMPLERS, check_same, run, split, write
from helpers.tables import FEATURES, make_labeled_frame, make_table
from sklearn.base import clone

from fastsmote.combine import SMOTEENN
from fastsmote.offline import OfflineError, _buckets, _cleaners, _memory, _parts, resample
from fastsmote.offline._options import read_bytes
from fastsmote.under_sampling import EditedNearestNeighbours, NeighbourhoodCleaningRule


@pytest.fixture
def small_buckets(monkeypatch):
    """Buckets of about 260 rows; the list of the rows of each bucket that was read."""
    sample, read, sizes = _cleaners.Sample, _buckets._Files.read, []

    def read_noted(self, number):
        X, rows = read(self, number)
        sizes.append(len(rows))
        return X, rows

    monkeypatch.setattr(_cleaners, "Sample", lambda n_rows, _: sample(n_rows, 300))
    monkeypatch.setattr(_buckets._Files, "read", read_noted)
    return sizes


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", BY_BUCKETS)
def test_rows_are_those_in_memory(name, dtype, n_classes, small_buckets, tmp_path):
    frame = make_table(3_000, dtype=dtype, n_classes=n_classes)
    for n_files in (1, 3, 11):
        files = split(frame, tmp_path / f"in-{n_files}", [3_000 // n_files] * (n_files - 1))
        dst = tmp_path / f"out-{n_files}"
        options = {"sampler": name, "batch_rows": 170 * n_files, "part_rows": 501}
        check_same(run(files, dst, **options), frame, SAMPLERS[name])
    assert 100 < max(small_buckets) < 400
    assert not list(tmp_path.glob(".*"))


# Ties of a few places, copies of one row, and distances of which float64 has no squares.
@pytest.mark.parametrize(("n_values", "scale"), [(4, 1.0), (1, 1.0), (1_000, 1e160), (20, 1e-170)])
@pytest.mark.parametrize("name", BY_BUCKETS)
def test_ties_are_those_in_memory(name, n_values, scale, small_buckets, tmp_path):
    rng = np.random.RandomState(0)
    frame = pd.DataFrame(rng.randint(0, n_values, (1_500, 3)) * scale, columns=list("abc"))
    frame["y"] = (np.arange(1_500) % 4 == 0).astype(int)
    src = write(frame, tmp_path / "in.parquet", 123)
    expected = SAMPLERS[name].fit_resample(frame[["a", "b", "c"]], frame["y"])
    if len(expected[1]) == 0:
        with pytest.raises(OfflineError, match="there are no rows to write"):
            run(src, tmp_path / "out", sampler=name, exclude=[])
        return
    got = run(src, tmp_path / "out", sampler=name, exclude=[], batch_rows=97)
    check_same(got, frame, SAMPLERS[name], ["a", "b", "c"])
    assert max(small_buckets) < 400


@pytest.mark.parametrize("name", BY_BUCKETS)
def test_labels_may_be_text_and_features_integers(name, small_buckets, tmp_path):
    frame = make_labeled_frame(2_000)
    frame[FEATURES] = (frame[FEATURES] * 100).round().astype(np.int64)
    got = run(write(frame, tmp_path / "in.parquet"), tmp_path / "out", sampler=name, exclude=[])
    check_same(got, frame, SAMPLERS[name])
    assert small_buckets


@pytest.mark.parametrize("name", ["ncr", "nearmiss-1"])
def test_minority_of_classes_of_one_size_is_the_first_in_the_table(name, tmp_path):
    rng = np.random.RandomState(0)
    frame = pd.DataFrame({"a": rng.randn(50), "b": rng.randn(50), "y": [1, 0] * 20 + [2] * 10})
    for table in (frame.iloc[:40], frame.iloc[1:40], frame.iloc[10:]):
        src = write(table, tmp_path / "in.parquet")
        options = {"exclude": [], "strategy": "all", "overwrite": True}
        sampler = clone(SAMPLERS[name]).set_params(sampling_strategy="all")
        got = run(src, tmp_path / "out", sampler=name, **options)
        check_same(got, table, sampler, ["a", "b"])


@pytest.mark.parametrize("name", ["enn", "smote-enn"])
def test_values_may_be_missing(name, small_buckets, tmp_path):
    frame = make_table(1_500)
    frame["n"] = frame["n"].astype(np.float64)
    frame[FEATURES[:3]] = frame[FEATURES[:3]].mask(np.random.RandomState(1).rand(1_500, 3) < 0.3)
    src = write(frame, tmp_path / "in.parquet")
    got = run(src, tmp_path / "out", sampler=name, missing="partial")
    check_same(got, frame, SAMPLERS[name].__class__(**PARTIAL[name]))
    assert small_buckets


PARTIAL = {
    "enn": {"missing": "partial"},
    "smote-enn": {"missing": "partial", "random_state": 0},
}


@pytest.mark.parametrize("n_neighbors", [1, 6])
@pytest.mark.parametrize("kind_sel", ["all", "mode"])
def test_parameters_are_those_of_the_samplers(n_neighbors, kind_sel, small_buckets, tmp_path):
    frame = make_table(2_000, n_classes=3)
    src = write(frame, tmp_path / "in.parquet")
    given = {"n_neighbors": n_neighbors, "kind_sel": kind_sel}
    enn = EditedNearestNeighbours(sampling_strategy="all", **given)
    got = run(src, tmp_path / "enn", sampler="enn", strategy="all", **given)
    check_same(got, frame, enn)
    got = run(src, tmp_path / "smote-enn", sampler="smote-enn", seed=3, **given)
    check_same(got, frame, SMOTEENN(random_state=3, enn=enn))
    cleaning = {"n_neighbors": n_neighbors, "threshold_cleaning": 4.0}
    got = run(src, tmp_path / "ncr", sampler="ncr", strategy=[0, 1], **cleaning)
    check_same(got, frame, NeighbourhoodCleaningRule(sampling_strategy=[0, 1], **cleaning))


def test_scaled_rows_are_searched_scaled(small_buckets, tmp_path):
    frame = make_table(2_000)
    src = write(frame, tmp_path / "in.parquet")
    got = run(src, tmp_path / "out", sampler="enn", scale="standard", provenance=True)
    X = frame[FEATURES].to_numpy(np.float64)
    enn = EditedNearestNeighbours()
    enn.fit_resample((X - X.mean(axis=0)) / X.std(axis=0), frame["y"])
    np.testing.assert_array_equal(got["fastsmote_row"], enn.sample_indices_)


def test_rows_of_smote_enn_alone_and_marked(small_buckets, tmp_path):
    frame = make_table(2_000)
    src = write(frame, tmp_path / "in.parquet")
    whole = run(src, tmp_path / "out", sampler="smote-enn", flag="is_new", provenance=True)
    sampler = SAMPLERS["smote-enn"]
    sampler.fit_resample(frame[FEATURES], frame["y"])
    np.testing.assert_array_equal(whole["is_new"], sampler.is_synthetic_)
    np.testing.assert_array_equal(whole["id"].dropna(), sampler.sample_indices_)
    new = run(src, tmp_path / "new", sampler="smote-enn", only_synthetic=True, provenance=True)
    columns = [*FEATURES, "y", "fastsmote_base_row", "fastsmote_neighbor_row", "fastsmote_gap"]
    expected = whole[whole["is_new"]][columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(new[columns], expected, check_dtype=False)
    shuffled = run(src, tmp_path / "shuffled", sampler="smote-enn", shuffle=True)
    assert sorted(shuffled["a"]) == sorted(whole["a"])


def test_little_memory_makes_many_buckets(tmp_path, monkeypatch):
    """A row of a bucket is said to take 40 KiB, so few fit into 700 MiB."""
    sample, made = _cleaners.Sample, []

    def make_noted(n_rows, bucket_rows):
        made.append(bucket_rows)
        return sample(n_rows, bucket_rows)

    monkeypatch.setattr(_cleaners, "Sample", make_noted)
    monkeypatch.setattr(_memory, "FLOAT_BYTES", 40 * 2**10 // (3 * len(FEATURES)))
    src = write(make_table(30_000), tmp_path / "in.parquet")
    for max_memory in ("700MiB", "2GiB"):
        options = {"sampler": "enn", "max_memory": max_memory, **OPTIONS}
        summary = resample(src, tmp_path / max_memory, **options)
        assert summary["estimated_memory_bytes"] <= read_bytes(max_memory)
    assert made[0] < 10_000 < 30_000 < made[1]
    pd.testing.assert_frame_equal(*map(pd.read_parquet, [tmp_path / "700MiB", tmp_path / "2GiB"]))


@pytest.mark.parametrize("more_memory", [0, 2**20, 2**23])
@pytest.mark.parametrize("name", BY_BUCKETS)
def test_a_thousand_buckets_at_most(name, more_memory, src, tmp_path, monkeypatch):
    """Of the least memory that a run accepts, a bucket gets all that is left."""
    monkeypatch.setattr(_memory, "MOST_BUCKETS", 3)
    monkeypatch.setattr(_memory, "LEAST_BATCH_ROWS", 16)
    monkeypatch.setattr(_memory, "FLOAT_BYTES", 2**12)
    options, samples = {"sampler": name, "batch_rows": 100, **OPTIONS}, []
    with pytest.raises(OfflineError) as error:
        resample(src, tmp_path / "out", max_memory="1MiB", **options)
    least = read_bytes(re.search("at least (.*?)[.] Got", str(error.value))[1])
    find_cuts = _cleaners.Sample.find_cuts

    def note(sample, searched):
        samples.append(sample)
        return find_cuts(sample, searched)

    monkeypatch.setattr(_cleaners.Sample, "find_cuts", note)
    options["max_memory"] = least + more_memory
    summary = resample(src, tmp_path / "out", **options)
    assert 1 < samples[0].n_buckets <= 3
    assert summary["estimated_memory_bytes"] <= least + more_memory


def test_sample_takes_less_memory_than_a_bucket():
    n_features, rng = 50, np.random.RandomState(0)
    sample, rows = _cleaners.Sample(400_000, 4_000), np.arange(400_000)
    tracemalloc.start()
    for some in np.array_split(rows, 40):
        chosen = some[sample.are_chosen(some)]
        sample.add(rng.randn(len(chosen), n_features), chosen)
    sample.find_cuts(lambda X: X)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4_000 * n_features * (3 * _memory.FLOAT_BYTES + _memory.SEARCH_BYTES)


# Endings


def fail_at(monkeypatch, method, n_calls, error):
    """Let the n-th call of a method of buckets raise an error."""
    original, calls = getattr(_buckets._Files, method), []

    def call(self, *arguments):
        calls.append(arguments)
        if len(calls) == n_calls:
            raise error
        return original(self, *arguments)

    monkeypatch.setattr(_buckets._Files, method, call)


@pytest.mark.parametrize(("method", "n_calls"), [("write", 1), ("write", 3), ("read", 1)])
@pytest.mark.parametrize("kind", [KeyboardInterrupt, RuntimeError])
def test_nothing_is_left_of_a_search_that_ended(
    kind, method, n_calls, small_buckets, tmp_path, monkeypatch
):
    src = write(make_table(2_000), tmp_path / "in.parquet")
    fail_at(monkeypatch, method, n_calls, kind())
    with pytest.raises(kind):
        resample(src, tmp_path / "out", sampler="smote-enn", batch_rows=300, **OPTIONS)
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


def test_full_disk_during_the_search(small_buckets, refused, tmp_path, monkeypatch):
    src = write(make_table(2_000), tmp_path / "in.parquet")
    error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    fail_at(monkeypatch, "write", 2, error)
    line = refused(src, "--sampler", "enn", "--batch-rows", "300")
    assert "_buckets: cannot be written: [Errno 28] No space left" in line


def test_rows_that_do_not_fit_on_the_disk(small_buckets, refused, src, monkeypatch, tmp_path):
    usage = _buckets.shutil.disk_usage(tmp_path)
    free = 200_000  # of 6,000 rows of 32 bytes and a number
    monkeypatch.setattr(_buckets.shutil, "disk_usage", lambda _: usage._replace(free=free))
    line = refused(src, "--sampler", "ncr", "--dtype", "float64")
    assert "needs 234 KiB of disk space to search neighbors; 195 KiB are free." in line
    assert "raise --max-memory" in line


@pytest.mark.parametrize("is_in_one_bucket", [False, True])
def test_killed_search_leaves_files_that_a_resumed_run_removes(
    is_in_one_bucket, small_buckets, src, tmp_path, monkeypatch
):
    """The parts of the first run stay; its rows are searched again, and its buckets removed."""
    options = {"sampler": "smote-enn", "part_rows": 2_000, **OPTIONS}
    expected = tmp_path / "expected"
    resample(src, expected, **options)
    staging = tmp_path / ".out.partial"
    with monkeypatch.context() as patch:
        write_part, n_parts = _parts.Destination.write_part, []

        def write_one(self, number, blocks):
            if n_parts:
                raise KeyboardInterrupt
            n_parts.append(number)
            return write_part(self, number, blocks)

        patch.setattr(_parts.Destination, "write_part", write_one)
        with pytest.raises(KeyboardInterrupt):
            resample(src, tmp_path / "out", **options)
    assert {path.name for path in staging.iterdir()} == {"_plan.json", "part-00000.parquet"}
    (staging / _buckets.BUCKET_FOLDER).mkdir()
    (staging / _buckets.BUCKET_FOLDER / "00000.values").write_bytes(b"of a killed run")
    stamp = (staging / "part-00000.parquet").stat().st_mtime_ns
    if is_in_one_bucket:
        monkeypatch.undo()
    resample(src, tmp_path / "out", resume=True, **options)
    assert not staging.exists()
    assert (tmp_path / "out" / "part-00000.parquet").stat().st_mtime_ns == stamp
    for path in expected.iterdir():
        assert (tmp_path / "out" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.processes
@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
def test_run_that_is_killed_while_it_searches(small_buckets, src, tmp_path, monkeypatch):
    options = {"sampler": "enn", **OPTIONS}
    expected = run(src, tmp_path / "expected", **options)
    child = os.fork()
    if child == 0:
        fork_and_die = _buckets._Files.read

        def read(self, number):
            if number == 3:
                os.kill(os.getpid(), signal.SIGKILL)
            return fork_and_die(self, number)

        _buckets._Files.read = read
        resample(src, tmp_path / "out", threads=1, **options)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
    assert (tmp_path / ".out.partial" / _buckets.BUCKET_FOLDER).is_dir()
    got = run(src, tmp_path / "out", resume=True, **options)
    pd.testing.assert_frame_equal(got, expected)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["expected", "in.parquet", "out"]


# Refusals


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"sampler": "enn", "n_neighbors": 0}, "--n-neighbors: must be an integer of 1 or more"),
        ({"sampler": "smote", "n_neighbors": 3}, "applies only to enn, smote-enn, ncr, nearmiss-1"),
        ({"sampler": "ncr", "kind_sel": "mode"}, "--kind-sel: applies only to enn, smote-enn."),
        (
            {"sampler": "enn", "kind_sel": "most"},
            "must be one of all, mode. Got 'most'",
        ),
        ({"sampler": "ncr", "threshold_cleaning": 0.0}, "must be a number greater than 0. Got 0."),
        (
            {"sampler": "enn", "threshold_cleaning": 1.0},
            "threshold-cleaning: applies only to ncr",
        ),
        ({"sampler": "ncr", "missing": "partial"}, "ncr takes missing values only if they are fil"),
        ({"sampler": "enn", "only_synthetic": True}, "--only-synthetic: enn adds no rows."),
        ({"sampler": "nearmiss-1", "flag": "new"}, "--flag: nearmiss-1 adds no rows."),
        ({"sampler": "enn", "values": "infer"}, "enn makes no new values."),
        (
            {"sampler": "enn", "n_neighbors": 6_000},
            "has 6000 rows, but --n-neighbors 6000",
        ),
        (
            {"sampler": "nearmiss-1", "n_neighbors": 400},
            "class 1 has 313 rows, --n-neighbors 400 needs 400 or more.",
        ),
        ({"sampler": "borderline-2", "k_neighbors": 6_000}, "but --k-neighbors 6000 needs 6001"),
        ({"sampler": "enn", "strategy": {"0": 10}}, "--strategy: "),
    ],
)
def test_parameters_that_are_refused(options, expected, src, tmp_path):
    with pytest.raises(OfflineError) as error:
        resample(src, tmp_path / "out", **OPTIONS, **options)
    assert expected in str(error.value)
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]
