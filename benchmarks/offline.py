"""Resampling of files: peak memory, and the rate of writing against a plain copy.

Makes a table of standard normal columns in which a share of the rows is of class 1,
shifted a little, a row group at a time; copies it in a process of its own, row group by row
group, with the same codec and writer; resamples it in another; and prints rows, seconds,
rows/s, both rates' ratio, and the peak resident memory of each process.

python -m benchmarks.offline --rows 200000
python -m benchmarks.offline --rows 50000000 --minority 0.005 --max-memory 2GiB
python -m benchmarks.offline --rows 50000000 --minority 0.0005 --max-memory 2GiB \\
    --sampler borderline-smote
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.memory import status_bytes

GROUP_ROWS = 2**17
FEATURES = 20
SHIFT = 0.5  # of the minority: it overlaps


def schema():
    fields = [pa.field(f"x{j}", pa.float32()) for j in range(FEATURES)]
    return pa.schema([*fields, pa.field("y", pa.int8())])


def open_writer(path, codec):
    return pq.ParquetWriter(path, schema(), compression=codec, use_dictionary=["y"])


def make(path, n_rows, share, codec):
    """Write the table, one row group in memory at a time."""
    rng = np.random.default_rng(0)
    with open_writer(path, codec) as writer:
        for start in range(0, n_rows, GROUP_ROWS):
            n = min(GROUP_ROWS, n_rows - start)
            y = (rng.random(n) < share).astype(np.int8)
            X = rng.standard_normal((FEATURES, n), dtype=np.float32) + np.float32(SHIFT) * y
            writer.write_table(pa.table([*X, y], schema=schema()))


def copy(src, dst, codec):
    """The plain streaming copy that the rate is compared with."""
    n_rows = 0
    with open_writer(dst, codec) as writer, pq.ParquetFile(src) as file:
        for batch in file.iter_batches(GROUP_ROWS):
            writer.write_batch(batch)
            n_rows += batch.num_rows
    return n_rows


def measure(task, args):
    """Run a task in this process and print what it took, as JSON."""
    src, dst = args.folder / "table.parquet", args.folder / task
    if task == "copy":
        start = time.perf_counter()
        n_rows = copy(src, dst, args.codec)
        os.sync()
    else:
        from fastsmote.offline import resample

        start = time.perf_counter()
        summary = resample(
            src, dst, target="y", sampler=args.sampler, max_memory=args.max_memory,
            threads=args.threads,
        )  # fmt: skip
        n_rows = summary["rows_written"]
    seconds = time.perf_counter() - start
    print(json.dumps({"rows": n_rows, "seconds": seconds, "peak": status_bytes("VmHWM")}))


def in_process(task, args):
    """The same in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.offline", *sys.argv[1:]]
    command += ["--task", task, "--folder", str(args.folder)]
    done = json.loads(subprocess.check_output(command, text=True).splitlines()[-1])
    rate = done["rows"] / done["seconds"]
    print(
        f"{task:9} {done['rows']:>12,} rows {done['seconds']:8.1f} s {rate:>12,.0f} rows/s, "
        f"peak {done['peak'] / 2**20:,.0f} MiB",
        flush=True,
    )
    return rate


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--minority", type=float, default=0.005, help="share of class 1")
    parser.add_argument("--sampler", default="smote")
    parser.add_argument("--max-memory", default="2GiB")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--codec", default="snappy")
    parser.add_argument("--folder", type=Path, help="where to put the files; a temporary one")
    parser.add_argument("--task", choices=["copy", "resample"], help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.task:
        measure(args.task, args)
        return
    args.folder = Path(tempfile.mkdtemp(dir=args.folder))
    try:
        make(args.folder / "table.parquet", args.rows, args.minority, args.codec)
        n_bytes = (args.folder / "table.parquet").stat().st_size
        print(f"{args.rows:,} x {FEATURES} float32, {n_bytes / 2**20:,.0f} MiB, {args.codec}")
        copied = in_process("copy", args)
        (args.folder / "copy").unlink()  # room for what comes next
        print(f"ratio of the rates: {in_process('resample', args) / copied:.2f}")
    finally:
        shutil.rmtree(args.folder)


if __name__ == "__main__":
    main()
