"""Compare the time of samplers of dask collections with that of the samplers in memory.

    python -m benchmarks.distributed --rows 200000
    FASTSMOTE_DATA=folder python -m benchmarks.distributed --table fraud_handbook

The program writes a table to .npy files. The tasks map these files into memory, so that the
graph contains no rows. Then the program resamples the table in memory, on dask's threads and
on worker processes. It compares X and y before it prints a time. The time is that of
``fit_resample`` and ``compute``: the fastest of ``--repeats`` calls after a warm-up call.

Worker processes send their results to the client. For samplers that make many rows, this
transfer takes most of the time. With ``--persist``, the program also times the call without
the transfer.
"""

import os
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import dask
import dask.array as da
import numpy as np
from distributed import Client, LocalCluster, wait

from benchmarks.measuring.programs import make_parser
from fastsmote import distributed, over_sampling, under_sampling

SAMPLERS = {
    "SMOTE": over_sampling,
    "BorderlineSMOTE": over_sampling,
    "ADASYN": over_sampling,
    "TomekLinks": under_sampling,
    "RandomUnderSampler": under_sampling,
}
FEATURES = 20
SHIFT = 0.5  # of class 1, small enough for the classes to overlap


def load_table(args):
    """X and y of a Parquet file, or of a generated table."""
    if args.table is None:
        rng = np.random.default_rng(0)
        y = (rng.random(args.rows) < args.minority).astype(np.int64)
        return rng.standard_normal((args.rows, FEATURES)) + SHIFT * y[:, None], y
    import pandas as pd

    path = Path(os.environ["FASTSMOTE_DATA"]) / f"{args.table}.parquet"
    frame = pd.read_parquet(path).select_dtypes("number")
    target = "tx_fraud" if args.table == "fraud_handbook" else "y"
    y = frame.pop(target).to_numpy()
    frame = frame.drop(columns=["transaction_id"], errors="ignore")
    return np.ascontiguousarray(frame.to_numpy(np.float64)), y


def load_rows(path, start, stop):
    """Some rows of a .npy file, without reading the others."""
    return np.load(path, mmap_mode="r")[start:stop]


def as_dask(folder, n_parts):
    """The stored X and y as dask Arrays."""
    collections = []
    for name in ("X", "y"):
        path = folder / f"{name}.npy"
        values = np.load(path, mmap_mode="r")
        bounds = [part * len(values) // n_parts for part in range(n_parts + 1)]
        load = dask.delayed(load_rows, pure=True)
        parts = [
            da.from_delayed(
                load(str(path), start, stop), (stop - start, *values.shape[1:]), values.dtype
            )
            for start, stop in pairwise(bounds)
        ]
        collections.append(da.concatenate(parts))
    return collections


def make_sampler(module, name):
    """A sampler with a fixed seed, if it has one."""
    seeded = {} if name == "TomekLinks" else {"random_state": 0}
    return getattr(module, name)(**seeded)


def measure(task, repeats):
    """The result of a task, and the seconds of its fastest call after a warm-up call."""
    result, seconds = task(), []
    for _ in range(repeats):
        start = time.perf_counter()
        task()
        seconds.append(time.perf_counter() - start)
    return result, min(seconds)


def on_threads(name, arrays):
    """Resample on dask's threads."""
    return dask.compute(*make_sampler(distributed, name).fit_resample(*arrays))


def on_cluster(client, name, arrays, persist=False):
    """Resample on worker processes. With ``persist``, the result stays there."""
    resampled = make_sampler(distributed, name).fit_resample(*arrays, client=client)
    if persist:
        with client.as_current():  # `wait` needs a current client
            return wait(client.persist(list(resampled)))
    return client.gather(client.compute(list(resampled)))


def compare(name, where, got, expected):
    """End the program if the rows differ."""
    for values, rows in zip(got, expected, strict=True):
        if not np.array_equal(values, rows):
            raise SystemExit(f"{name} {where}: the rows differ from those in memory")


def report(name, where, seconds, of_memory):
    """Print a line with the seconds and the ratio to the seconds in memory."""
    print(f"{name:20} {where:32} {seconds:8.2f} s  {seconds / of_memory:6.2f} of in memory")


def run(args, folder, client):
    """Time every sampler in memory, on threads and on worker processes."""
    X, y = load_table(args)
    np.save(folder / "X.npy", X)
    np.save(folder / "y.npy", y)
    print(f"{len(X):,} x {X.shape[1]} {X.dtype}, {np.bincount(y).tolist()} rows a class")
    for name in args.samplers:
        sampler = make_sampler(SAMPLERS[name], name)
        expected, of_memory = measure(lambda s=sampler: s.fit_resample(X, y), args.repeats)
        report(name, "in memory", of_memory, of_memory)
        for n_parts in args.partitions:
            arrays = as_dask(folder, n_parts)
            for where, task in {
                "threads": lambda n=name, a=arrays: on_threads(n, a),
                f"{args.workers} processes": lambda n=name, a=arrays: on_cluster(client, n, a),
            }.items():
                where = f"{where}, {n_parts} partitions"
                got, seconds = measure(task, args.repeats)
                compare(name, where, got, expected)
                report(name, where, seconds, of_memory)
                del got
            if args.persist:
                _, seconds = measure(
                    lambda n=name, a=arrays: on_cluster(client, n, a, persist=True), args.repeats
                )
                where = f"persisted, {n_parts} partitions"
                report(name, where, seconds, of_memory)


def main():
    parser = make_parser("benchmarks.distributed", __doc__)
    parser.add_argument(
        "--table", help="Parquet file of FASTSMOTE_DATA; default: a generated table"
    )
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--minority", type=float, default=0.01, help="share of class 1")
    parser.add_argument("--samplers", nargs="+", choices=SAMPLERS, default=list(SAMPLERS))
    parser.add_argument("--partitions", nargs="+", type=int, default=[1, 3, 11])
    parser.add_argument(
        "--workers", type=int, default=2, help="worker processes, of one thread each"
    )
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--persist", action="store_true", help="also time without the transfer")
    args = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalCluster(
            n_workers=args.workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        run(args, Path(folder), client)


if __name__ == "__main__":
    main()
