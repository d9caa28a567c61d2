"""Dask collections as people make them: of folders, CSV files, filters and merges."""

import numpy as np
import pandas as pd
import pytest
from helpers.dask import dying_once, in_memory, on_dask, open_cluster
from helpers.marks import slow

dask = pytest.importorskip("dask")
pytest.importorskip("distributed")
pytest.importorskip("pyarrow")

import dask.dataframe as dd  # noqa: E402
from distributed import Client, LocalCluster  # noqa: E402

from fastsmote._cluster import over_sampling  # noqa: E402
from fastsmote.distributed import _collections  # noqa: E402

SAMPLERS = ["SMOTE", *slow("ADASYN"), "TomekLinks", *slow("RandomUnderSampler")]
KINDS = ["parquet", "row groups", "csv", "pandas", "filter", "merge", "shuffle"]
WITHOUT_ORDER = ["merge", "shuffle"]  # of which dask promises none
FEATURES = ["a", "b"]


@pytest.fixture(scope="module")
def frame():
    """Many columns, of which few are used: dask reads those in larger partitions."""
    rng = np.random.RandomState(0)
    frame = pd.DataFrame({f"wide{i}": rng.randn(4_000) for i in range(30)})
    frame["fraud"] = (rng.uniform(size=4_000) < 0.06).astype(int)
    for name in FEATURES:
        frame[name] = rng.randn(4_000) + frame["fraud"]
    return frame.assign(shop=rng.randint(9, size=4_000))


@pytest.fixture(scope="module")
def folder(frame, tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    for i in range(8):
        frame.iloc[500 * i : 500 * (i + 1)].to_parquet(folder / f"{i}.parquet", row_group_size=200)
    return folder


def tables(kind, frame, folder):
    """A dask DataFrame, and what it holds, in its order."""
    if kind == "parquet":
        table = dd.read_parquet(folder)
    elif kind == "row groups":
        table = dd.read_parquet(folder, split_row_groups=True)
    elif kind == "csv":
        paths = [folder / f"{i}.csv" for i in range(4)]
        for i, path in enumerate(paths):
            frame.iloc[1_000 * i : 1_000 * (i + 1)].to_csv(path, index=False)
        table = dd.read_csv([str(path) for path in paths], blocksize=200_000)
    elif kind == "pandas":
        table = dd.from_pandas(frame, npartitions=5)
    elif kind == "filter":
        table = dd.read_parquet(folder)
        table = table[table["wide0"] > -1.0]
    else:
        shops = pd.DataFrame({"shop": range(7), "size": np.arange(7) / 3})
        shops = dd.from_pandas(shops, npartitions=2)
        # Of a few rows every partition gets a copy, unless that is turned off.
        is_copied = {} if kind == "merge" else {"broadcast": False}
        table = dd.read_parquet(folder).merge(shops, on="shop", **is_copied)
    return table


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SAMPLERS)
def test_rows_are_those_in_memory(name, kind, frame, folder):
    table = tables(kind, frame, folder)
    X, y = table[FEATURES], table["fraud"]
    got = dask.compute(*on_dask(name).fit_resample(X, y))
    held = pd.concat(dask.compute(*table[[*FEATURES, "fraud"]].to_delayed()))
    if kind in WITHOUT_ORDER:  # the rows are compared as a set
        pairs = pd.concat([got[0], got[1]], axis=1)[[*FEATURES, "fraud"]].dropna()
        known = {*map(tuple, held.to_numpy())}
        n_known = sum(tuple(row) in known for row in pairs.to_numpy())
        assert n_known == len(held) if name in ("SMOTE", "ADASYN") else n_known == len(pairs)
        return
    expected = in_memory(name).fit_resample(held[FEATURES], held["fraud"])
    for one, other in zip(got, expected, strict=True):
        np.testing.assert_array_equal(one.to_numpy(), other.to_numpy())


def test_few_columns_of_many_files_are_read_in_fewer_partitions(folder):
    """Or the test above would not see what it is for."""
    table = dd.read_parquet(folder)
    counts = [table[names].optimize().npartitions for names in (FEATURES, "fraud")]
    assert counts[0] != counts[1]


@pytest.mark.processes
def test_rows_on_two_processes_are_those_in_memory(frame, folder):
    table = dd.read_parquet(folder)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        got = on_dask("SMOTE").fit_resample(table[FEATURES], table["fraud"], client=client)
        X, y = client.gather(client.compute(list(got)))
    expected = in_memory("SMOTE").fit_resample(frame[FEATURES], frame["fraud"])
    np.testing.assert_array_equal(X.to_numpy(), expected[0].to_numpy())
    np.testing.assert_array_equal(y.to_numpy(), expected[1].to_numpy())


def test_indexes_of_x_and_y_do_not_matter(folder, frame):
    table = dd.read_parquet(folder)
    y = table["fraud"].map_partitions(lambda part: part.set_axis(range(7, 7 + len(part))))
    got, _ = dask.compute(*on_dask("SMOTE").fit_resample(table[FEATURES], y))
    expected, _ = in_memory("SMOTE").fit_resample(frame[FEATURES], frame["fraud"])
    np.testing.assert_array_equal(got.to_numpy(), expected.to_numpy())


def test_collections_of_one_plan_stay_as_they_are(frame):
    table = dd.from_pandas(frame, npartitions=5)
    X, y = table[FEATURES], table["fraud"]
    planned = _collections.optimized_together(X, y)
    assert planned[0] is X
    assert planned[1] is y


# One table in, one table out


def check_table(name, got, held):
    """Check a table against the sampler in memory, on what dask itself makes of the input."""
    sampler = in_memory(name)
    expected, labels = sampler.fit_resample(held[FEATURES], held["fraud"])
    assert got.columns.tolist() == held.columns.tolist()
    np.testing.assert_array_equal(got[FEATURES], expected)
    np.testing.assert_array_equal(got["fraud"], labels)
    others = held.columns.difference([*FEATURES, "fraud"])
    if name in ("SMOTE", "ADASYN"):
        np.testing.assert_array_equal(got[others].iloc[: len(held)], held[others])
        assert got[others].iloc[len(held) :].isna().all(axis=None)
    else:
        np.testing.assert_array_equal(got[others], held[others].iloc[sampler.sample_indices_])


def made_by_dask(kind, got, table):
    """The rows of the input: of a merge, which has no promised order, those of the output."""
    held = table.compute()
    if kind not in WITHOUT_ORDER:
        return held
    names = held.columns.tolist()
    first = got.iloc[: len(held)].astype(held.dtypes.to_dict())
    both = [rows.sort_values(names, ignore_index=True) for rows in (first, held)]
    pd.testing.assert_frame_equal(*both)
    return first


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SAMPLERS)
def test_a_table_is_resampled_as_in_memory(name, kind, frame, folder):
    if kind in WITHOUT_ORDER and name not in ("SMOTE", "ADASYN"):
        pytest.skip("the order in which dask merged cannot be seen in rows that are left")
    table = tables(kind, frame, folder)
    got = on_dask(name).fit_resample(table, "fraud", features=FEATURES).compute()
    check_table(name, got, made_by_dask(kind, got, table))


@pytest.mark.parametrize("kind", WITHOUT_ORDER)
@pytest.mark.parametrize("name", ["SMOTE", "ADASYN"])
def test_columns_of_a_merge_are_resampled_as_in_memory(name, kind, frame, folder):
    """The rows that were counted are those that are read later, in their order."""
    table = tables(kind, frame, folder)
    X, y = dask.compute(*on_dask(name).fit_resample(table[FEATURES], table["fraud"]))
    n_rows = len(table)
    expected = in_memory(name).fit_resample(X.iloc[:n_rows], y.iloc[:n_rows])
    np.testing.assert_array_equal(X, expected[0])
    np.testing.assert_array_equal(y, expected[1])


def test_a_merge_is_planned_without_a_shuffle_by_way_of_the_disk(frame, folder):
    """Or the test above would fail at times only."""
    table = tables("shuffle", frame, folder)
    with dask.config.set({"dataframe.shuffle.method": "disk"}):  # the default without a cluster
        plans = table.optimize(), _collections.planned(table)
    shuffles = [
        {type(node).__name__ for node in plan.expr.walk()} & {"DiskShuffle", "TaskShuffle"}
        for plan in plans
    ]
    assert shuffles == [{"DiskShuffle"}, {"TaskShuffle"}]


def test_a_shuffle_by_way_of_the_disk_is_refused(frame, folder):
    table = dd.read_parquet(folder).shuffle("shop", shuffle_method="disk")
    with pytest.raises(ValueError, match=r"shuffle_method='disk' .* Pass shuffle_method='tasks'"):
        on_dask("SMOTE").fit_resample(table, "fraud", features=FEATURES)


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # dask's, with pandas 3.1
def test_what_is_written_is_what_is_computed(folder, tmp_path):
    table = dd.read_parquet(folder)
    balanced = on_dask("SMOTE").fit_resample(table, "fraud", features=FEATURES)
    balanced.to_parquet(tmp_path / "balanced")
    written = dd.read_parquet(tmp_path / "balanced").compute()
    pd.testing.assert_frame_equal(written, balanced.compute(), check_dtype=False)


@pytest.fixture(scope="module")
def client():
    """A client of two worker processes, the default one: dask merges peer to peer."""
    patient = {"distributed.deploy.lost-worker-timeout": "10 minutes"}
    with dask.config.set(patient), open_cluster(2) as cluster, Client(cluster) as client:
        yield client


@pytest.mark.processes
@pytest.mark.parametrize(("name", "kind"), [("SMOTE", "filter"), ("ADASYN", "shuffle")])
def test_a_table_on_two_processes_is_resampled_as_in_memory(name, kind, frame, folder, client):
    table = tables(kind, frame, folder)
    resampled = on_dask(name).fit_resample(table, "fraud", features=FEATURES, client=client)
    got = client.compute(resampled).result()
    check_table(name, got, made_by_dask(kind, got, table))


@pytest.mark.processes
@pytest.mark.parametrize("kind", ["parquet", "shuffle"])
def test_a_table_after_a_worker_was_killed(kind, frame, folder, client, tmp_path, monkeypatch):
    marker = tmp_path / "killed"
    dying = dying_once(over_sampling.find_nearest, str(marker))
    monkeypatch.setattr(over_sampling, "find_nearest", dying)
    table = tables(kind, frame, folder)
    resampled = on_dask("ADASYN").fit_resample(table, "fraud", features=FEATURES, client=client)
    got = client.compute(resampled).result()
    assert marker.exists()
    check_table("ADASYN", got, made_by_dask(kind, got, table))
