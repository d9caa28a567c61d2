"""Compare the time of samplers on dask, Spark and Ray with that of the samplers in memory.

    python -m benchmarks.distributed --rows 200000
    python -m benchmarks.distributed --engines spark ray --partitions 11 --samplers SMOTE
    FASTSMOTE_DATA=folder python -m benchmarks.distributed --table fraud_handbook

The program writes a table to files and resamples it in memory and on each engine:

threads    dask Arrays on dask's threads; the result comes to this process
processes  dask Arrays on worker processes; the result comes to this process
persisted  the same, but the result stays on the workers
spark      a DataFrame on two worker processes; the result is computed there and not collected
ray        a Dataset on two worker processes; the result stays in the object store

dask's tasks map .npy files into memory, so that the graph contains no rows. Spark and Ray read a
folder of Parquet files, one for each partition. The program compares the rows with those in memory
before it prints a time. The time is that of ``fit_resample`` and of computing the result: the
fastest of ``--repeats`` calls after a warm-up call. The last column is the ratio to the time in
memory, where nothing is read or sent.

An engine that is not installed ends the program.
"""

import os
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.inputs import catalog
from benchmarks.measuring.programs import make_parser

SAMPLERS = [
    "SMOTE",
    "BorderlineSMOTE",
    "Borderline2",
    "ADASYN",
    "RandomOverSampler",
    "TomekLinks",
    "SMOTETomek",
    "ENN",
    "SMOTEENN",
    "NCR",
    "NearMiss1",
    "RandomUnderSampler",
]
AS_BEFORE = ["SMOTE", "BorderlineSMOTE", "ADASYN", "TomekLinks", "RandomUnderSampler"]
ENGINES = ["threads", "processes", "persisted", "spark", "ray"]
FEATURES = 20
SHIFT = 0.5  # of class 1, small enough for the classes to overlap
NUMBER = "row"  # a column of the row number, in the files of Spark and Ray


def load_table(args):
    """X and y of a Parquet file, or of a generated table."""
    if args.table is None:
        rng = np.random.default_rng(0)
        y = (rng.random(args.rows) < args.minority).astype(np.int64)
        return rng.standard_normal((args.rows, FEATURES)) + SHIFT * y[:, None], y
    path = Path(os.environ["FASTSMOTE_DATA"]) / f"{args.table}.parquet"
    frame = pd.read_parquet(path).select_dtypes("number")
    target = "tx_fraud" if args.table == "fraud_handbook" else "y"
    y = frame.pop(target).to_numpy()
    frame = frame.drop(columns=["transaction_id"], errors="ignore")
    return np.ascontiguousarray(frame.to_numpy(np.float64)), y


def bounds_of(n_rows, n_parts):
    """Pairs of the first row of each partition and of the next one."""
    return pairwise(part * n_rows // n_parts for part in range(n_parts + 1))


def make(room, name):
    """A sampler of a room, with the parameters of the catalog."""
    module, cls, parameters = catalog.SAMPLERS[name]
    home = room if hasattr(room, cls) else getattr(room, module)
    return getattr(home, cls)(**parameters)


# dask


def load_rows(path, start, stop):
    """Some rows of a .npy file, without reading the others."""
    return np.load(path, mmap_mode="r")[start:stop]


def as_dask(folder, n_parts):
    """The stored X and y as dask Arrays."""
    import dask
    import dask.array as da

    collections = []
    for name in ("X", "y"):
        path = folder / f"{name}.npy"
        values = np.load(path, mmap_mode="r")
        load = dask.delayed(load_rows, pure=True)
        parts = [
            da.from_delayed(
                load(str(path), start, stop), (stop - start, *values.shape[1:]), values.dtype
            )
            for start, stop in bounds_of(len(values), n_parts)
        ]
        collections.append(da.concatenate(parts))
    return collections


@contextmanager
def on_threads(args):
    """The call of a sampler on dask's threads."""
    import dask

    from fastsmote import distributed

    yield (
        as_dask,
        lambda name, arrays: (
            dask.compute(*make(distributed, name).fit_resample(*arrays)),
            np.asarray,
        ),
    )


@contextmanager
def on_processes(args, is_persisted=False):
    """The call of a sampler on dask's worker processes."""
    from distributed import Client, LocalCluster, wait

    from fastsmote import distributed

    with (
        LocalCluster(
            n_workers=args.workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):

        def call(name, arrays):
            made = list(make(distributed, name).fit_resample(*arrays, client=client))
            if not is_persisted:
                return client.gather(client.compute(made)), np.asarray
            held = client.persist(made)
            with client.as_current():  # `wait` needs a current client
                wait(held)
            return held, lambda collection: client.gather(client.compute(collection))

        yield as_dask, call


# Spark and Ray


def write_parts(folder, n_parts):
    """Write the stored table as a folder of Parquet files, and return its path."""
    parts, X, y = folder / f"parts-{n_parts}", np.load(folder / "X.npy"), np.load(folder / "y.npy")
    if not parts.exists():
        parts.mkdir()
        frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(X.shape[1])])
        frame = frame.assign(y=y, **{NUMBER: np.arange(len(y))})
        for i, (start, stop) in enumerate(bounds_of(len(y), n_parts)):
            frame[start:stop].to_parquet(parts / f"{i:03d}.parquet", index=False)
    return str(parts)


def split(table, place):
    """X and y of an Arrow table, in the order of a column."""
    frame = table.to_pandas().sort_values(place)
    y = frame["y"].to_numpy()
    return np.ascontiguousarray(frame.drop(columns=["y", NUMBER, place])), y


@contextmanager
def on_spark(args):
    """The call of a sampler on Spark."""
    from pyspark.sql import SparkSession

    from fastsmote import spark

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(f"local-cluster[{args.workers},1,4096]")
    builder = builder.config("spark.ui.enabled", "false").config("spark.driver.memory", "4g")
    session = builder.config("spark.executor.memory", "4g").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")

    def open_table(folder, n_parts):
        session.conf.set("spark.sql.shuffle.partitions", n_parts)
        return session.read.parquet(write_parts(folder, n_parts))

    def call(name, table):
        sampler = make(spark, name)
        made = sampler.fit_resample(
            table, target="y", exclude=[NUMBER], order_by=NUMBER, row_number="place"
        )
        made.write.format("noop").mode("overwrite").save()
        return [made], lambda frame: split(frame.toArrow(), "place")

    try:
        yield open_table, call
    finally:
        session.stop()


@contextmanager
def on_ray(args):
    """The call of a sampler on Ray."""
    import ray

    from fastsmote import ray as room

    ray.init(num_cpus=args.workers, include_dashboard=False, logging_level="error")
    ray.data.DataContext.get_current().enable_progress_bars = False

    def open_table(folder, n_parts):
        return ray.data.read_parquet(write_parts(folder, n_parts), override_num_blocks=n_parts)

    def call(name, table):
        sampler = make(room, name)
        made = sampler.fit_resample(table, target="y", exclude=[NUMBER], row_number="place")
        made = made.materialize()
        return [made], lambda ds: split(_arrow_of(ds), "place")

    try:
        yield open_table, call
    finally:
        ray.shutdown()


def _arrow_of(ds):
    import pyarrow as pa
    import ray

    return pa.concat_tables(ray.get(ds.to_arrow_refs()))


OPENERS = {
    "threads": on_threads,
    "processes": on_processes,
    "persisted": partial(on_processes, is_persisted=True),
    "spark": on_spark,
    "ray": on_ray,
}


# Times


def measure(task, repeats):
    """The result of a task, and the seconds of its fastest call after a warm-up call."""
    result, seconds = task(), []
    for _ in range(repeats):
        result = None  # frees the memory for the next call
        start = time.perf_counter()
        result = task()
        seconds.append(time.perf_counter() - start)
    return result, min(seconds)


def check(name, where, result, expected):
    """End the program if the rows differ from those in memory."""
    made, fetch = result
    got = fetch(made[0]) if len(made) == 1 else [fetch(each) for each in made]
    for values, rows in zip(got, expected, strict=True):
        if not np.array_equal(values, rows):
            raise SystemExit(f"{name} {where}: the rows differ from those in memory")


def report(name, where, seconds, of_memory):
    """Print a line with the seconds and the ratio to the seconds in memory."""
    ratio = f"{seconds / of_memory:6.2f} of in memory"
    print(f"{name:20} {where:32} {seconds:8.2f} s  {ratio}", flush=True)


def run(args, folder):
    """Time every sampler in memory and on every engine."""
    import fastsmote

    X, y = load_table(args)
    np.save(folder / "X.npy", X)
    np.save(folder / "y.npy", y)
    print(f"{len(X):,} x {X.shape[1]} {X.dtype}, {np.bincount(y).tolist()} rows a class")
    expected, of_memory = {}, {}
    for name in args.samplers:
        expected[name], of_memory[name] = measure(
            lambda n=name: make(fastsmote, n).fit_resample(X, y), args.repeats
        )
        report(name, "in memory", of_memory[name], of_memory[name])
    for engine in args.engines:
        with ExitStack() as stack:
            open_table, call = stack.enter_context(OPENERS[engine](args))
            for n_parts in args.partitions:
                table, where = open_table(folder, n_parts), f"{engine}, {n_parts} partitions"
                for name in args.samplers:
                    result, seconds = measure(partial(call, name, table), args.repeats)
                    check(name, where, result, expected[name])
                    del result
                    report(name, where, seconds, of_memory[name])


def main():
    parser = make_parser("benchmarks.distributed", __doc__)
    parser.add_argument(
        "--table", help="Parquet file of FASTSMOTE_DATA; default: a generated table"
    )
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--minority", type=float, default=0.01, help="share of class 1")
    parser.add_argument("--samplers", nargs="+", choices=SAMPLERS, default=AS_BEFORE)
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=["threads", "processes"])
    parser.add_argument("--partitions", nargs="+", type=int, default=[1, 3, 11])
    parser.add_argument(
        "--workers", type=int, default=2, help="worker processes, of one thread each"
    )
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run(args, Path(folder))


if __name__ == "__main__":
    main()
