"""The public function `resample`: check the parameters, then start a run."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import contextmanager, nullcontext
from os import PathLike
from typing import Any, Literal

import pyarrow as pa

from fastsmote import _threads
from fastsmote._types import Columns, KindSel, Missing, Values
from fastsmote.offline._errors import OfflineError
from fastsmote.offline._interrupt import Interruptible
from fastsmote.offline._options import Options
from fastsmote.offline._progress import Progress
from fastsmote.offline._run import run
from fastsmote.offline._sources import with_wider_types


def resample(
    src: str | PathLike[str],
    dst: str | PathLike[str],
    *,
    target: str,
    sampler: str = "smote",
    strategy: float | str | list[Any] | Mapping[Any, Any] = "auto",
    k_neighbors: int = 5,
    m_neighbors: int = 10,
    n_neighbors: int | None = None,
    kind_sel: KindSel | None = None,
    threshold_cleaning: float | None = None,
    seed: int = 0,
    features: Columns = (),
    exclude: Columns = (),
    categorical: Columns = (),
    dtype: Literal["file", "float64", "float32"] = "file",
    scale: Literal["none", "standard"] = "none",
    missing: Missing = "error",
    values: Values = None,
    delimiter: str | None = None,
    no_header: bool = False,
    encoding: str = "utf8",
    max_memory: int | str = "4GiB",
    threads: int | None = None,
    batch_rows: int | None = None,
    part_rows: int | None = None,
    only_synthetic: bool = False,
    provenance: bool = False,
    flag: str | None = None,
    shuffle: bool = False,
    partition_by: Columns = (),
    format: Literal["csv", "arrow"] | None = None,
    check: bool = False,
    resume: bool = False,
    overwrite: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
    sampling_strategy: Any = None,
    random_state: Any = None,
) -> dict[str, Any]:
    """Resample a table in files, which may be larger than memory, into files.

    The output has the same rows, in the same order, as the sampler of the same name returns
    for the same table in memory.

    Parameters
    ----------
    src : path or URI
        A Parquet, CSV (.csv, .tsv), Arrow IPC (.arrow, .feather, .ipc, .arrows) or .npy file,
        or a folder of Parquet, CSV or Arrow files. CSV files and Arrow streams may be
        compressed (.gz, .zst, .bz2). A folder is read with its subfolders, in the order of the
        paths. In a folder named ``key=value``, all rows have that value in the column ``key``.
        Names that begin with a dot or an underscore are skipped. The order of the columns and
        the widths of numbers may differ between files. URIs such as s3://, gs://, abfs://,
        hf:// and https:// are read with the filesystems of pyarrow or fsspec.
    dst : path or URI
        A .parquet, .csv, .tsv, .arrow, .feather, .ipc or .arrows file; CSV and .arrows also
        with .gz or .zst. A path without such an ending is a folder of Parquet parts. X.npy
        holds the matrix of features; the target is written beside it as X.TARGET.npy. "-"
        writes to standard output in the given `format`.
    target : str
        The target column; for .npy the file of the target.
    sampler : str, default="smote"
        One of smote, borderline-smote, borderline-2, adasyn, smotenc, random-over,
        random-under, nearmiss-1, tomek-links, smote-tomek, enn, smote-enn and ncr.
    strategy : float, str, list or dict, default="auto"
        imbalanced-learn's ``sampling_strategy``.
    k_neighbors, m_neighbors : int >= 1, default=5 and 10
        Number of nearest neighbors to interpolate with (adasyn also counts the other classes
        among them), and for borderline-smote and borderline-2 the number of neighbors to judge
        danger by.
    n_neighbors : int >= 1, default=None
        For enn, smote-enn and ncr, the number of neighbors that vote on a row; for nearmiss-1,
        the number of minority rows that a row is measured by. None means 3.
    kind_sel : {"all", "mode"}, default=None
        For enn and smote-enn: whether a row is kept only if all of its neighbors are of its
        class, or if its class is the most frequent among them. None means "all".
    threshold_cleaning : float, default=None
        For ncr: the second step removes rows only from classes with more rows than this number
        times the number of minority rows. None means 0.5.
    seed : int in [0, 2^32), default=0
        imbalanced-learn's ``random_state``.
    features, exclude : list of str, default=()
        The columns that are features, or the columns that are not; give only one of them.
        Patterns such as ``"*_id"`` select all columns that match. By default every column except
        the target is a feature. Other columns pass through; in synthetic rows they are null.
    categorical : list of str, default=()
        The categorical features, for smotenc.
    dtype : {"file", "float64", "float32"}, default="file"
        The dtype in which features are computed and written. "file" keeps the type of each
        column, as the samplers do for dataframes: new values of integer columns are truncated
        toward zero, and new values of decimal columns are rounded to their digits.
    scale : {"none", "standard"}, default="none"
        Whether to standardize columns before measuring distances. New rows are interpolated
        in the original units.
    missing : {"error", "partial"}, default="error"
        Whether null or NaN in a numeric feature is an error, or distances are computed by the
        features that both rows have, as the samplers do with the same parameter. A row without
        any value is an error; for smotenc, categories are values, and a missing category is an
        error. random-over and random-under take missing values without this option. A new value
        is missing if it is missing in both parents; it is then null, and NaN in .npy. Original
        rows are unchanged.
    values : {"infer"}, dict of str to rule, or None, default=None
        Rules for the values of new rows, as the parameter of the samplers: for each column
        "integer", "nonnegative", a range (low, high), or a list of allowed numbers. "infer" keeps
        every numeric feature in the range of all rows, and rounds those whose values are whole.
        The samplers that make new values take rules. A range of a decimal column applies before
        its values are rounded to their digits.
    delimiter : str, default=None
        The delimiter of CSV files, both input and output. None means a tab for .tsv and a
        comma for other files.
    no_header : bool, default=False
        Neither CSV input nor CSV output has a header; columns are named x0, x1, ...
    encoding : str, default="utf8"
        The encoding of CSV input, such as "latin-1". Output is UTF-8.
    max_memory : int or str, default="4GiB"
        The memory limit: bytes, or a size such as 512MiB (512 * 2^20) or 500MB
        (500,000,000).
    threads : int >= 1, default=None
        Number of threads. None means the number that `fastsmote.threads` sets.
    batch_rows : int >= 1, default=None
        Maximum number of rows to read at a time; fewer are read if memory is short. None means
        131,072.
    part_rows : int >= 1, default=None
        Rows per output part; a part is written completely or not at all. None means 8 row
        groups, at most 1,048,576 rows.
    only_synthetic : bool, default=False
        Whether to write only the new rows.
    provenance : bool, default=False
        Whether to add the columns fastsmote_base_row, fastsmote_neighbor_row and fastsmote_gap:
        the row numbers of both parents in the order of the input, from 0, and the gap; null in
        original rows. borderline-2 also adds fastsmote_shrink, the factor that multiplies the
        difference of the parents. For random-over, both parents are the row that is repeated, and
        the gap is 0. Samplers that only remove rows add the column fastsmote_row instead, with
        the row number of each row.
    flag : str, default=None
        Add a boolean column of this name that is true in rows that the sampler added.
    shuffle : bool, default=False
        Write the rows in the order of ``sklearn.utils.shuffle`` with `seed`; otherwise they have
        the order of the sampler in memory. Shuffling needs disk space for the uncompressed output.
    partition_by : list of str, default=()
        Write Parquet files into folders named ``column=value`` (hive partitioning).
    format : {"csv", "arrow"}, default=None
        The format of standard output.
    check : bool, default=False
        First count the null, NaN and infinite values in every column.
    resume, overwrite : bool, default=False
        Resume an interrupted run; replace an earlier output.
    dry_run : bool, default=False
        Report what would be done, and stop before the features are read.
    progress : Progress, default=None
        Receives progress reports. None reports nothing.
    sampling_strategy, random_state : default=None
        imbalanced-learn's names for `strategy` and `seed`.

    Returns
    -------
    summary : dict
        Rows read and written, rows per class, estimated memory, seconds and parts.

    Raises
    ------
    OfflineError
        The message is one line: the place, what was wrong, the value, and what would be
        right. Complete parts are kept for ``resume`` after an interrupt, if a file cannot be
        read or written, or if a local file changed during the run. After any other error
        nothing is left behind.

    Notes
    -----
    The output rows do not depend on the batch size, the number of files, the memory limit or
    the number of threads. Ties and reproducibility are as for the samplers in memory. Most runs
    read the input two to five times and write the output. The rows of enn, smote-enn and
    nearmiss-1 come class by class, and each class takes one more pass.

    Examples
    --------
    >>> import numpy as np
    >>> import pyarrow as pa
    >>> import pyarrow.parquet as pq
    >>> from fastsmote.offline import resample
    >>> amounts = np.random.default_rng(0).normal(size=60)
    >>> table = pa.table({"id": range(60), "amount": amounts, "fraud": [0] * 45 + [1] * 15})
    >>> pq.write_table(table, "payments.parquet")
    >>> summary = resample("payments.parquet", "balanced", target="fraud", exclude=["id"])
    >>> summary["rows_read"], summary["rows_written"], summary["classes"]
    (60, 90, {'0': 45, '1': 15})
    >>> pq.read_table("balanced").group_by("fraud").aggregate([([], "count_all")]).to_pydict()
    {'fraud': [0, 1], 'count_all': [45, 45]}
    """
    chosen = dict(locals())
    started, progress = time.perf_counter(), progress or Progress()
    for name in ("src", "dst", "target", "progress"):
        del chosen[name]
    options = Options(**_with_our_names(chosen))
    with _our_threads(options), _arrow_threads(options), Interruptible(progress) as watched:
        try:
            return with_wider_types(
                src, lambda types: run(src, dst, target, options, types, watched, started)
            )
        finally:
            progress.stop()


def _with_our_names(chosen):
    """Replace imbalanced-learn's names of parameters by the names of this function."""
    names = {"sampling_strategy": ("strategy", "auto"), "random_state": ("seed", 0)}
    for theirs, (ours, default) in names.items():
        value = chosen.pop(theirs)
        if value is not None:
            if chosen[ours] != default:
                raise OfflineError(
                    f"--{ours} and --{theirs.replace('_', '-')}: give only one of them; they "
                    "are the same."
                )
            chosen[ours] = value
    return chosen


def _our_threads(options):
    return _threads.threads(options.threads) if options.threads else nullcontext()


@contextmanager
def _arrow_threads(options):
    before = pa.cpu_count()
    if options.threads:
        pa.set_cpu_count(options.threads)
    try:
        yield
    finally:
        pa.set_cpu_count(before)
