"""One run from files to files."""

import json
import time
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pyarrow as pa

from fastsmote._threads import threads
from fastsmote.offline._columns import choose_columns
from fastsmote.offline._csv import CsvSource
from fastsmote.offline._errors import OfflineError
from fastsmote.offline._interrupt import Interruptible
from fastsmote.offline._job import Job
from fastsmote.offline._lock import locked
from fastsmote.offline._memory import estimate
from fastsmote.offline._options import Options, size
from fastsmote.offline._parts import Destination, check_destination, row_bytes
from fastsmote.offline._progress import Progress
from fastsmote.offline._samplers import PLANS
from fastsmote.offline._segments import PROVENANCE
from fastsmote.offline._sources import open_source
from fastsmote.offline._survey import rows_asked_for, survey_target

FORMAT = 1  # of the manifest
OF_ONE_RUN = ("estimated_memory_bytes", "batch_rows")
SURVEY_ROWS = 2**15  # of the target, before it is known what fits


def resample(src, dst, *, target, progress=None, **options):
    """Resample a table in files, larger than memory, into files.

    The rows are those that the sampler of the same name gives for the same table in
    memory, in the same order.

    Parameters
    ----------
    src : path
        A Parquet file, a folder of Parquet files, or a file .csv, .arrow, .feather, .ipc or
        .npy. A folder is read with the folders inside it, in the order of their paths; a
        folder named ``key=value`` gives its rows that value in the column ``key``. Names
        that begin with a dot or an underscore are skipped.
    dst : path
        A file .parquet, .csv, .arrow, .feather or .ipc, or else a folder for Parquet parts.
        X.npy is the matrix of features, with the target beside it as X.TARGET.npy.
    target : str
        The column of classes; for .npy the file of the target.
    progress : Progress, default=None
        Told what happens; None says nothing.
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
        The features, or else the columns that are none. Without either every column but
        the target is one. Other columns pass through; in synthetic rows they are null.
    categorical : list of str, default=()
        For smotenc: the features that are categories.
    dtype : {"file", "float64", "float32"}, default="file"
        What features are computed in and written as. "file" keeps each column's type, as
        the samplers do for dataframes: new values of integer columns are cut down.
    scale : {"none", "standard"}, default="none"
        Whether distances are between standardized columns. Rows are interpolated in
        the original units.
    encoding : str, default="utf8"
        The encoding of a CSV file, such as "latin-1". Output is UTF-8.
    max_memory : int or str, default="4GiB"
        Bytes, or a size such as 512MiB.
    threads : int >= 1, default=None
        None means what `fastsmote.threads` says.
    batch_rows : int >= 1, default=None
        Rows to read at a time, or fewer if they do not fit; None means up to 131,072.
    part_rows : int >= 1, default=None
        Rows of a part, written at once or not at all; None means about a million.
    only_synthetic, provenance : bool, default=False
        Write new rows only; add columns with base row, neighbor row and gap.
    resume, overwrite : bool, default=False
        Go on with a run that was ended; write over an earlier output.
    dry_run : bool, default=False
        Say what would be done, and stop before the features are read.

    Returns
    -------
    summary : dict
        Rows read and written, by class too, estimated memory, seconds and parts.

    Raises
    ------
    OfflineError
        In one line: what was wrong, where, the value, and what would be right. Complete
        parts stay for ``resume`` after an interrupt, and where a file could not be read or
        written. Otherwise nothing is left behind.

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
    started, options, progress = time.perf_counter(), Options(**options), progress or Progress()
    chosen_threads = threads(options.threads) if options.threads else nullcontext()
    with chosen_threads, _arrow_threads(options), Interruptible(progress) as watched:
        try:
            return _run(src, dst, target, options, watched, started)
        finally:
            progress.stop()


@contextmanager
def _arrow_threads(options):
    before = pa.cpu_count()
    if options.threads:
        pa.set_cpu_count(options.threads)
    try:
        yield
    finally:
        pa.set_cpu_count(before)


def _run(src, dst, target, options, progress, started):
    source, target = open_source(src, target, options.encoding)
    columns = choose_columns(source, target, options)
    if isinstance(source, CsvSource):
        columns = columns._replace(schema=source.keep_text(_columns_of_text(columns, dst, options)))
    schema = columns.output_schema()
    if options.provenance:
        schema = pa.schema([*schema, *PROVENANCE])
    destination = Destination(dst, schema, source.codec, options.part_rows, columns)
    has_folder = destination.dst.absolute().parent.is_dir()
    with locked(destination.dst) if has_folder and not options.dry_run else nullcontext():
        return _run_locked(src, source, columns, destination, options, progress, started)


def _columns_of_text(columns, dst, options):
    """The columns of a CSV file that no sampler computes with."""
    if not options.takes_any_columns:
        return columns.others
    is_csv = Path(dst).suffix == ".csv"  # elsewhere they keep the types that they seem to have
    return [name for name in columns.schema.names if name != columns.target] if is_csv else []


def _run_locked(src, source, columns, destination, options, progress, started):
    check_destination(destination, src, options.overwrite, options.resume)
    target, schema = columns.target, destination.schema
    plan = {
        "format": FORMAT,
        "target": target,
        "part_rows": int(destination.part_rows),
        **options.deciding(),
        "input": source.fingerprint(),
    }
    plan = json.loads(json.dumps(plan))  # as it will be read, to be compared
    finished = destination.finished(plan) if options.resume else None
    if finished is not None:
        return {**finished["summary"], "seconds": round(time.perf_counter() - started, 3)}
    progress.start("target", None)
    survey = survey_target(source, target, options.batch_rows or SURVEY_ROWS, progress)
    asked = rows_asked_for(survey, options.strategy, options.kind)
    memory = estimate(columns, schema, survey, asked, options)
    job = Job(source, columns, options, survey, asked, *memory.choose(options.batch_rows), progress)
    summary = _summary(job, schema, memory)
    progress.plan(_plan_line(job, summary))
    if options.dry_run:
        return summary
    return _write(job, destination, plan, summary, started)


def _write(job, destination, plan, summary, started):
    destination.start(plan, job.options.resume)
    try:
        destination.check_room(summary["rows_planned"])
        segments = PLANS[job.options.sampler](job)
        parts = _write_parts(job, destination, segments)
        summary["rows_written"] = sum(segment.n_rows for segment in segments)
        summary["parts"] = len(parts)
        job.progress.check()
        # Nothing that a second run would have otherwise.
        known = {name: summary[name] for name in summary if name not in OF_ONE_RUN}
        manifest = {"plan": plan, "summary": known, "parts": parts}
        destination.finish(manifest, job.options.overwrite)
    except KeyboardInterrupt:
        raise  # what is complete is kept for --resume
    except OfflineError as error:
        if error.__cause__ is None:  # of the data, which the same run would meet again
            destination.discard()
            raise
        raise OfflineError(f"{error}{destination.kept()}") from error
    except BaseException:
        destination.kept()
        raise
    return {**summary, "seconds": round(time.perf_counter() - started, 3)}


def _write_parts(job, destination, segments):
    """Write the parts that are not there yet; what the manifest says of each."""
    n_rows, parts = sum(segment.n_rows for segment in segments), []
    if n_rows == 0:
        raise OfflineError(f"{destination.dst}: there are no rows to write.")
    job.progress.start("write", n_rows)
    for number, (start, stop) in enumerate(destination.part_ranges(n_rows)):
        if destination.part_path(number).exists():
            parts.append(destination.known_part(number, stop - start))
            job.progress.advance(stop - start)
        else:
            blocks = _blocks(segments, start, stop, destination.schema, job.progress)
            parts.append(destination.write_part(number, blocks))
    if not destination.is_file:
        return parts
    job.progress.start("join", n_rows)
    return destination.join(n_rows, job.survey.labels, job.progress)


def _blocks(segments, start, stop, schema, progress):
    """The output's rows from one to another."""
    first = 0
    for segment in segments:
        low, high = max(start, first) - first, min(stop, first + segment.n_rows) - first
        if low < high:
            for block in segment.blocks(low, high, schema):
                yield block
                progress.advance(block.num_rows)
        first += segment.n_rows


def _summary(job, schema, memory):
    survey, options = job.survey, job.options
    labels, counts = survey.labels.tolist(), survey.counts.tolist()
    n_new = sum(n_rows for _, n_rows in job.to_make) if options.kind == "over-sampling" else 0
    n_out = (0 if options.only_synthetic else len(survey.codes)) + n_new
    if options.sampler == "random-under":
        kept = dict(job.asked)
        n_out = sum(kept.get(code, count) for code, count in enumerate(counts))
    return {
        "sampler": options.sampler,
        "rows_read": len(survey.codes),
        "classes": {str(label): n for label, n in zip(labels, counts, strict=True)},
        "rows_to_make": n_new,
        "rows_planned": n_out,
        "estimated_memory_bytes": memory.total(job.batch_rows, min(job.query_rows, n_out)),
        "estimated_output_bytes": int(n_out * row_bytes(schema)),
        "batch_rows": job.batch_rows,
    }


def _counted_files(job):
    n_files = len(job.source.paths)
    return f"{n_files:,} files" if n_files > 1 else "1 file"


def _plan_line(job, summary):
    classes = ", ".join(f"{label}: {n:,}" for label, n in summary["classes"].items())
    line = (
        f"{summary['sampler']}: {summary['rows_read']:,} rows in {_counted_files(job)} "
        f"({classes}), "
        f"{summary['rows_to_make']:,} to make, {summary['rows_planned']:,} to write; "
        f"about {size(summary['estimated_memory_bytes'])} of memory and "
        f"{size(summary['estimated_output_bytes'])} of output before compression"
    )
    if job.columns.features and not job.options.takes_any_columns:
        line += f"; features: {', '.join(job.columns.features)}"
    if job.columns.others:
        line += f"; not features: {', '.join(job.columns.others)}"
    return line
