"""The public function, which checks its parameters and lets a run do the rest."""

import time
from contextlib import contextmanager, nullcontext

import pyarrow as pa

from fastsmote import _threads
from fastsmote.offline._csv import WiderType
from fastsmote.offline._errors import OfflineError
from fastsmote.offline._interrupt import Interruptible
from fastsmote.offline._options import Options
from fastsmote.offline._progress import Progress
from fastsmote.offline._run import run


def resample(
    src,
    dst,
    *,
    target,
    sampler="smote",
    strategy="auto",
    k_neighbors=5,
    m_neighbors=10,
    seed=0,
    features=(),
    exclude=(),
    categorical=(),
    dtype="file",
    scale="none",
    delimiter=None,
    no_header=False,
    encoding="utf8",
    max_memory="4GiB",
    threads=None,
    batch_rows=None,
    part_rows=None,
    only_synthetic=False,
    provenance=False,
    flag=None,
    shuffle=False,
    partition_by=(),
    format=None,
    check=False,
    resume=False,
    overwrite=False,
    dry_run=False,
    progress=None,
    sampling_strategy=None,
    random_state=None,
):
    """Resample a table in files, larger than memory, into files.

    The rows are those that the sampler of the same name gives for the same table in
    memory, in the same order.

    Parameters
    ----------
    src : path or URI
        A Parquet, CSV (.csv, .tsv), Arrow IPC (.arrow, .feather, .ipc, .arrows) or .npy file,
        or a folder of Parquet, CSV or Arrow files. CSV and Arrow streams may be compressed
        (.gz, .zst, .bz2). A folder is read with the folders inside it, in the order of their
        paths; a folder named ``key=value`` gives its rows that value in the column ``key``.
        Names that begin with a dot or an underscore are skipped. Columns may come in another
        order, and numbers be of other widths, from file to file. URIs such as s3://, gs://,
        abfs://, hf:// and https:// are read with pyarrow's filesystems or fsspec's.
    dst : path or URI
        A file .parquet, .csv, .tsv, .arrow, .feather, .ipc or .arrows, CSV also with .gz or
        .zst, or else a folder for Parquet parts. X.npy is the matrix of features, with the
        target beside it as X.TARGET.npy. "-" is standard output, in the `format` given.
    target : str
        The column of classes; for .npy the file of the target.
    sampler : str, default="smote"
        One of smote, borderline-smote, adasyn, smotenc, random-over, random-under,
        tomek-links and smote-tomek.
    strategy : float, str, list or dict, default="auto"
        imbalanced-learn's ``sampling_strategy``.
    k_neighbors, m_neighbors : int >= 1, default=5 and 10
        Neighbors to join a row with (adasyn: to judge by too), and for borderline-smote to
        judge danger by.
    seed : int in [0, 2^32), default=0
        imbalanced-learn's ``random_state``.
    features, exclude : list of str, default=()
        The columns that are features, or else those that are not; patterns such as "*_id"
        stand for all columns that match. Without either every column but the target is a
        feature. Other columns pass through; in synthetic rows they are null.
    categorical : list of str, default=()
        For smotenc: the features that are categories.
    dtype : {"file", "float64", "float32"}, default="file"
        What features are computed in and written as. "file" keeps each column's type, as
        the samplers do for dataframes: new values of integer columns are truncated toward
        zero, those of decimal columns rounded to their digits.
    scale : {"none", "standard"}, default="none"
        Whether to standardize columns before distances are measured. New rows are
        interpolated in the original units.
    delimiter : str, default=None
        What separates the values of a CSV file, of the output too. None means a tab for
        .tsv and a comma for all others.
    no_header : bool, default=False
        CSV files have no header, the output neither; columns are named x0, x1, ...
    encoding : str, default="utf8"
        The encoding of a CSV file, such as "latin-1". Output is UTF-8.
    max_memory : int or str, default="4GiB"
        Bytes, or a size such as 512MiB (512 * 2^20) or 500MB (500,000,000).
    threads : int >= 1, default=None
        None means what `fastsmote.threads` says.
    batch_rows : int >= 1, default=None
        Rows to read at a time, or fewer if they do not fit; None means up to 131,072.
    part_rows : int >= 1, default=None
        Rows of a part, written completely or not at all; None means about a million.
    only_synthetic, provenance : bool, default=False
        Write new rows only; add columns with base row, neighbor row and gap.
    flag : str, default=None
        Add a boolean column of this name: whether the sampler added the row.
    shuffle : bool, default=False
        Write the rows in the order of ``sklearn.utils.shuffle`` with `seed`, and not with
        new rows last. Needs the output's uncompressed size on the disk.
    partition_by : list of str, default=()
        Write Parquet files into folders ``column=value`` (hive partitioning).
    format : {"csv", "arrow"}, default=None
        The format of standard output.
    check : bool, default=False
        Before all else, count values that are null, NaN or infinite, in every column.
    resume, overwrite : bool, default=False
        Go on with a run that was interrupted; write over an earlier output.
    dry_run : bool, default=False
        Say what would be done, and stop before the features are read.
    progress : Progress, default=None
        Told what happens; None says nothing.
    sampling_strategy, random_state : default=None
        imbalanced-learn's names of `strategy` and `seed`.

    Returns
    -------
    summary : dict
        Rows read and written, by class too, estimated memory, seconds and parts.

    Raises
    ------
    OfflineError
        In one line: what was wrong, where, the value, and what would be right. Complete
        parts stay for ``resume`` after an interrupt, and where a file could not be read or
        written, or a local one changed meanwhile. Otherwise nothing is left behind.

    Notes
    -----
    The rows do not depend on batch size, number of files, memory limit and threads. Ties
    and reproducibility are as for the samplers in memory. Time is two to four passes over
    the input and the output's writing.

    Examples
    --------
    >>> from fastsmote.offline import resample
    >>> resample("payments/", "balanced/", target="fraud", exclude=["id"])  # doctest: +SKIP
    """
    chosen = dict(locals())
    started, progress = time.perf_counter(), progress or Progress()
    for name in ("src", "dst", "target", "progress"):
        del chosen[name]
    options = Options(**_with_our_names(chosen))
    with _our_threads(options), _arrow_threads(options), Interruptible(progress) as watched:
        try:
            return _run_with_wider_types(src, dst, target, options, watched, started)
        finally:
            progress.stop()


def _with_our_names(chosen):
    """The parameters, those by imbalanced-learn's names under ours."""
    names = {"sampling_strategy": ("strategy", "auto"), "random_state": ("seed", 0)}
    for theirs, (ours, default) in names.items():
        value = chosen.pop(theirs)
        if value is not None:
            if chosen[ours] != default:
                raise OfflineError(
                    f"--{ours} and --{theirs.replace('_', '-')}: give one of them, they are the "
                    "same."
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


def _run_with_wider_types(src, dst, target, options, progress, started):
    """Run; begin again where a CSV file holds other types than it seems to at its beginning."""
    types = {}
    while True:
        try:
            return run(src, dst, target, options, types, progress, started)
        except WiderType as wider:
            if types.get(wider.column) == wider.type:
                raise OfflineError(f"{src}: column {wider.column} cannot be read.") from wider
            types[wider.column] = wider.type
