"""Resample a table of millions of rows in memory and from files, on the cores of one machine.

    python -m benchmarks.studies.size
    python -m benchmarks.studies.size --rows 62000 --minority 3650 --max-memory 768MiB

The default table has the shape of the HIGGS table that M. Juez-Gil et al. resample in
"Approx-SMOTE: fast SMOTE for big data on Apache Spark", Neurocomputing 464, 2021: 6,200,000 rows of
28 features, of which 365,000 are of the smaller class. They report 77 s on 28 virtual CPUs with
approximate neighbors. Here the neighbors are exact. The values are generated, in float32: momenta,
angles, tags of three values, and masses that are computed from them.

Three tasks run in fresh processes, one after the other:

make    writes the table as a Parquet file
memory  reads the file, which is not timed, and calls the sampler
files   calls `fastsmote.offline.resample`, which reads the file and writes the result

The rows of both results are compared by their digests before a time is printed. A peak above 1.25
times ``--max-memory`` is marked, and the status is 1.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.measuring.process_memory import forget_peak, peak_bytes, resident_bytes
from benchmarks.measuring.programs import make_parser, whole
from fastsmote import combine, over_sampling, under_sampling
from fastsmote.offline import resample
from fastsmote.offline._options import read_bytes

SAMPLERS = {
    "smote": over_sampling.SMOTE,
    "borderline-smote": over_sampling.BorderlineSMOTE,
    "tomek-links": under_sampling.TomekLinks,
    "smote-tomek": combine.SMOTETomek,
}
GROUP_ROWS, DIGEST_ROWS = 2**17, 2**16
N_BODIES, N_FEATURES = 6, 28  # a lepton, the missing energy and four jets
PEAK_SHARE = 1.25  # upper limit of the peak, as a share of --max-memory
MIB = 2**20


def make_rows(rng, y):
    """Some rows of the table, of the classes y."""
    n_rows, columns = len(y), []
    momenta = np.exp(rng.normal(0.0, 0.5, (N_BODIES, n_rows)) + 0.1 * y)
    directions = rng.normal(0.0, 1.0, (N_BODIES, n_rows))
    angles = rng.uniform(-1.74, 1.74, (N_BODIES, n_rows))
    for body in range(N_BODIES):
        columns += [momenta[body], angles[body]]
        columns += [] if body == 1 else [directions[body]]  # missing energy has no direction
        columns += [rng.choice([0.0, 1.09, 2.17], n_rows)] if body > 1 else []
    pairs = [(2, 3), (2, 4), (3, 4), (4, 5), (0, 1), (0, 2), (3, 5)]
    for a, b in pairs:  # the invariant mass of two bodies without mass
        separation = np.cosh(directions[a] - directions[b]) - np.cos(angles[a] - angles[b])
        columns.append(np.sqrt(2 * momenta[a] * momenta[b] * separation))
    return np.stack(columns, axis=1).astype(np.float32)


def write_table(path, n_rows, n_minority):
    """Write the table, one row group at a time."""
    rng = np.random.default_rng(0)
    y = np.zeros(n_rows, np.int8)
    y[rng.choice(n_rows, n_minority, replace=False)] = 1
    fields = [pa.field(f"x{j}", pa.float32()) for j in range(N_FEATURES)]
    schema = pa.schema([*fields, pa.field("y", pa.int8())])
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, n_rows, GROUP_ROWS):
            of_group = y[start : start + GROUP_ROWS]
            X = make_rows(rng, of_group)
            assert X.shape[1] == N_FEATURES
            writer.write_table(pa.table([*X.T, of_group], schema=schema))


class Digest:
    """A digest of rows that does not depend on how they are cut into blocks."""

    def __init__(self):
        self._of_X, self._of_y = hashlib.blake2b(), hashlib.blake2b()

    def see(self, X, y):
        self._of_X.update(np.ascontiguousarray(X, np.float32))
        self._of_y.update(np.ascontiguousarray(y, np.int8))

    def text(self):
        return self._of_X.hexdigest()[:32] + self._of_y.hexdigest()[:32]


def blocks_of(path):
    """X and y of a Parquet file or of a folder of parts, some rows at a time."""
    for part in sorted(path.glob("*.parquet")) if path.is_dir() else [path]:
        with pq.ParquetFile(part) as file:
            for batch in file.iter_batches(DIGEST_ROWS):
                *columns, y = (column.to_numpy() for column in batch.columns)
                yield np.stack(columns, axis=1), y


def digest_of(blocks):
    """The number of rows of some blocks, and their digest."""
    digest, n_rows = Digest(), 0
    for X, y in blocks:
        digest.see(X, y)
        n_rows += len(y)
    return n_rows, digest.text()


def in_memory(src, sampler):
    """Resample a table in memory: the rows, their digest, the seconds, the peak memory."""
    table = pq.read_table(src)
    y, X = table["y"].to_numpy(), np.empty((table.num_rows, N_FEATURES), np.float32)
    for j in range(N_FEATURES):
        X[:, j] = table.column(j)
    del table
    pa.default_memory_pool().release_unused()
    sampler = SAMPLERS[sampler]()
    if "random_state" in sampler.get_params():
        sampler.set_params(random_state=0)
    forget_peak()
    before, start = resident_bytes(), time.perf_counter()
    X, y = sampler.fit_resample(X, y)
    seconds, peak = time.perf_counter() - start, peak_bytes()
    starts = range(0, len(y), DIGEST_ROWS)
    n_rows, digest = digest_of((X[i : i + DIGEST_ROWS], y[i : i + DIGEST_ROWS]) for i in starts)
    return {"rows": n_rows, "digest": digest, "seconds": seconds, "peak": peak, "before": before}


def from_files(src, sampler, max_memory):
    """Resample a file: the rows, their digest, the seconds, the peak memory."""
    dst, start = src.with_name("resampled"), time.perf_counter()
    resample(src, dst, target="y", sampler=sampler, max_memory=max_memory)
    seconds, peak = time.perf_counter() - start, peak_bytes()
    n_rows, digest = digest_of(blocks_of(dst))
    return {"rows": n_rows, "digest": digest, "seconds": seconds, "peak": peak}


def run_task(args):
    """Run one task in this process."""
    src = args.folder / "table.parquet"
    if args.task == "make":
        write_table(src, args.rows, args.minority)
        return {"rows": args.rows}
    if args.task == "memory":
        return in_memory(src, args.sampler)
    return from_files(src, args.sampler, args.max_memory)


def in_process(task, args, folder):
    """Run a task in a fresh process and return what it printed."""
    command = [sys.executable, "-m", "benchmarks.studies.size", "--task", task]
    for name in ("rows", "minority", "sampler", "max_memory"):
        command += [f"--{name.replace('_', '-')}", str(getattr(args, name))]
    output = subprocess.check_output([*command, "--folder", str(folder)], text=True)
    return json.loads(output.splitlines()[-1])


def main(arguments=None):
    parser = make_parser("benchmarks.studies.size", __doc__)
    parser.add_argument("--rows", type=whole, default=6_200_000)
    parser.add_argument("--minority", type=whole, default=365_000, help="rows of class 1")
    parser.add_argument("--sampler", choices=SAMPLERS, default="smote")
    parser.add_argument("--max-memory", default="2GiB", help="of the files' run")
    parser.add_argument(
        "--folder", type=Path, help="folder for the files; default: the temporary folder"
    )
    parser.add_argument("--task", choices=["make", "memory", "files"], help=argparse.SUPPRESS)
    args = parser.parse_args(arguments)
    if args.task:
        print(json.dumps(run_task(args)))
        return 0
    folder = Path(tempfile.mkdtemp(dir=args.folder))
    try:
        in_process("make", args, folder)
        memory = in_process("memory", args, folder)
        files = in_process("files", args, folder)
    finally:
        shutil.rmtree(folder)
    print(f"{args.sampler}, {args.rows:,} x {N_FEATURES} float32, {args.minority:,} of class 1")
    if (memory["rows"], memory["digest"]) != (files["rows"], files["digest"]):
        raise SystemExit("the rows of the files differ from those in memory")
    print(f"{memory['rows']:,} rows, the same from files as in memory")
    for where, done in ("in memory", memory), (f"files, {args.max_memory}", files):
        peak = "" if done["peak"] is None else f", peak {done['peak'] / MIB:,.0f} MiB"
        held = f", {done['before'] / MIB:,.0f} MiB before the call" if done.get("before") else ""
        print(f"{where:16} {done['seconds']:8.1f} s{peak}{held}")
    most = PEAK_SHARE * read_bytes(args.max_memory)
    is_over = files["peak"] is not None and files["peak"] >= most
    if is_over:
        print(f"the peak of the files' run must be below {most / MIB:,.0f} MiB: NOT MET")
    return int(is_over)


if __name__ == "__main__":
    sys.exit(main())
