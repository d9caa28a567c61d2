"""Files of tables, what `resample` makes of them, and what it has to."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet as pq

from fastsmote.combine import SMOTEENN, SMOTETomek
from fastsmote.offline import _memory, resample
from fastsmote.over_sampling import ADASYN, SMOTE, BorderlineSMOTE, RandomOverSampler
from fastsmote.under_sampling import (
    EditedNearestNeighbours,
    NearMiss,
    NeighbourhoodCleaningRule,
    RandomUnderSampler,
    TomekLinks,
)
from helpers.tables import FEATURES

SAMPLERS = {
    "smote": SMOTE(random_state=0),
    "borderline-smote": BorderlineSMOTE(random_state=0),
    "adasyn": ADASYN(random_state=0),
    "random-over": RandomOverSampler(random_state=0),
    "random-under": RandomUnderSampler(random_state=0),
    "tomek-links": TomekLinks(),
    "smote-tomek": SMOTETomek(random_state=0),
    "borderline-2": BorderlineSMOTE(random_state=0, kind="borderline-2"),
    "enn": EditedNearestNeighbours(),
    "smote-enn": SMOTEENN(random_state=0),
    "ncr": NeighbourhoodCleaningRule(),
    "nearmiss-1": NearMiss(),
}
MADE = ["smote", "borderline-smote", "borderline-2", "adasyn"]
BY_BUCKETS = ["enn", "smote-enn", "ncr"]
SEARCHED = [*MADE, "tomek-links", "smote-tomek", *BY_BUCKETS, "nearmiss-1"]
# Columns of make_table that are no features, to exclude: in Python and of the command.
OTHERS = ["id", "time", "text"]
OPTIONS = {"target": "y", "exclude": OTHERS}
EXCLUDE = ["--exclude", "id,time,text"]


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


def contents(folder):
    """{path inside: bytes} of every file, hidden ones and those in folders too."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


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


def assert_rows(got, expected):
    X, y = expected
    pd.testing.assert_frame_equal(got[FEATURES].reset_index(drop=True), X, check_dtype=False)
    assert got["y"].tolist() == y.tolist()


def read_csv(path, delimiter=","):
    with pa.input_stream(str(path), compression="detect") as stream:
        options = pa.csv.ParseOptions(delimiter=delimiter)
        return pa.csv.read_csv(stream, parse_options=options).to_pandas()


def write_stream(frame, path, rows=300):
    table = pa.Table.from_pandas(frame, preserve_index=False)
    with pa.ipc.new_stream(str(path), table.schema) as writer:
        writer.write_table(table, max_chunksize=rows)
    return path
