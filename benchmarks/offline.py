"""Resample files and compare the rate of writing with that of a plain copy.

    python -m benchmarks.offline --rows 200000
    python -m benchmarks.offline --rows 50000000 --max-memory 2GiB --folder DISK
    python -m benchmarks.offline --rows 1000000 --cases random-over:0.01 tomek-links:0.01

A case names a sampler and the share of rows of class 1. For each case, the program

1. writes a Parquet file of standard normal columns, in which class 1 is shifted a little;
2. copies the file in a fresh process, with the same codec and row groups;
3. resamples the file in another fresh process;
4. prints the rows, the seconds, the rows per second and the peak memory of both processes.

The peak must be below 1.25 times ``--max-memory``. With ``smote``, the rate must be at least
0.3 times that of the copy. Otherwise the program ends with status 1.

A table of 50,000,000 rows takes 4 GB. A case needs three times as much disk space.
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

from benchmarks.measuring.process_memory import peak_bytes
from benchmarks.measuring.programs import make_parser
from fastsmote.offline._options import read_bytes

GROUP_ROWS = 2**17
FEATURES = 20
SHIFT = 0.5  # of class 1, small enough for the classes to overlap
CASES = ["smote:0.005", "borderline-smote:0.0005"]
PEAK_SHARE = 1.25  # upper limit of the peak, as a share of --max-memory
LEAST_RATIO = {"smote": 0.3}  # lower limit of the rate, as a share of the copy's
MIB = 2**20


def schema():
    fields = [pa.field(f"x{j}", pa.float32()) for j in range(FEATURES)]
    return pa.schema([*fields, pa.field("y", pa.int8())])


def open_writer(path, codec):
    return pq.ParquetWriter(path, schema(), compression=codec, use_dictionary=["y"])


def make(path, n_rows, share, codec):
    """Write the table, with one row group in memory at a time."""
    rng = np.random.default_rng(0)
    with open_writer(path, codec) as writer:
        for start in range(0, n_rows, GROUP_ROWS):
            n = min(GROUP_ROWS, n_rows - start)
            y = (rng.random(n) < share).astype(np.int8)
            X = rng.standard_normal((FEATURES, n), dtype=np.float32) + np.float32(SHIFT) * y
            writer.write_table(pa.table([*X, y], schema=schema()))


def copy(src, dst, codec):
    """Copy a file in batches. Resampling is compared with the rate of this copy."""
    n_rows = 0
    with open_writer(dst, codec) as writer, pq.ParquetFile(src) as file:
        for batch in file.iter_batches(GROUP_ROWS):
            writer.write_batch(batch)
            n_rows += batch.num_rows
    return n_rows


def measure(task, sampler, args):
    """Run a task in this process and print its rows, seconds and peak memory as JSON."""
    src, dst = args.folder / "table.parquet", args.folder / task
    start = time.perf_counter()
    if task == "copy":
        n_rows = copy(src, dst, args.codec)
        os.sync()
    else:
        from fastsmote.offline import resample

        options = {"max_memory": args.max_memory, "threads": args.threads}
        n_rows = resample(src, dst, target="y", sampler=sampler, **options)["rows_written"]
    seconds = time.perf_counter() - start
    print(json.dumps({"rows": n_rows, "seconds": seconds, "peak": peak_bytes()}))


def in_process(task, sampler, args):
    """Run a task in a fresh process; print and return its rows, seconds, rate and peak."""
    command = [sys.executable, "-m", "benchmarks.offline", "--task", task, "--cases", sampler]
    command += ["--folder", str(args.folder), "--codec", args.codec]
    command += ["--max-memory", args.max_memory]
    command += [] if args.threads is None else ["--threads", str(args.threads)]
    done = json.loads(subprocess.check_output(command, text=True).splitlines()[-1])
    done["rate"] = done["rows"] / done["seconds"]
    peak = "" if done["peak"] is None else f", peak {done['peak'] / MIB:,.0f} MiB"
    print(
        f"{task:9} {done['rows']:>12,} rows {done['seconds']:8.1f} s "
        f"{done['rate']:>12,.0f} rows/s{peak}",
        flush=True,
    )
    return done


def judge(sampler, copied, resampled, max_bytes):
    """Lines about the limits, and whether the case meets all of them."""
    verdicts = []
    if resampled["peak"] is not None:
        most = PEAK_SHARE * max_bytes
        text = f"peak {resampled['peak'] / MIB:,.0f} MiB, must be below {most / MIB:,.0f} MiB"
        verdicts.append((text, resampled["peak"] < most))
    ratio, least = resampled["rate"] / copied["rate"], LEAST_RATIO.get(sampler)
    text = f"rate {ratio:.2f} of the copy's"
    verdicts.append(
        (text, True) if least is None else (f"{text}, must be at least {least}", ratio >= least)
    )
    lines = [text if is_met else f"{text}: NOT MET" for text, is_met in verdicts]
    return lines, all(is_met for _, is_met in verdicts)


def run_case(case, args):
    """Make, copy and resample the table of a case. Return whether it meets the limits."""
    sampler, _, share = case.partition(":")
    args.folder = Path(tempfile.mkdtemp(dir=args.folder))
    try:
        path = args.folder / "table.parquet"
        make(path, args.rows, float(share), args.codec)
        print(
            f"{sampler}, {100 * float(share):g} % of {args.rows:,} x {FEATURES} float32, "
            f"{path.stat().st_size / MIB:,.0f} MiB, {args.codec}, --max-memory {args.max_memory}",
            flush=True,
        )
        copied = in_process("copy", sampler, args)
        (args.folder / "copy").unlink()  # frees disk space for the next task
        resampled = in_process("resample", sampler, args)
        lines, is_met = judge(sampler, copied, resampled, read_bytes(args.max_memory))
        print(*lines, sep="\n", flush=True)
    finally:
        shutil.rmtree(args.folder)
        args.folder = args.folder.parent
    return is_met


def main(arguments=None):
    parser = make_parser("benchmarks.offline", __doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument(
        "--cases", nargs="+", default=CASES, help="SAMPLER:SHARE of class 1", metavar="CASE"
    )
    parser.add_argument("--max-memory", default="2GiB")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--codec", default="snappy")
    parser.add_argument(
        "--folder", type=Path, help="folder for the files; default: the temporary folder"
    )
    parser.add_argument("--task", choices=["copy", "resample"], help=argparse.SUPPRESS)
    args = parser.parse_args(arguments)
    if args.task:
        measure(args.task, args.cases[0], args)
        return 0
    args.folder = args.folder or Path(tempfile.gettempdir())
    are_met = [run_case(case, args) for case in args.cases]  # runs all cases, even after a failure
    return 0 if all(are_met) else 1


if __name__ == "__main__":
    sys.exit(main())
