"""One run from files to files."""

import errno
import json
import time
from contextlib import nullcontext

import pyarrow as pa

from fastsmote.offline._batches import CHANGED
from fastsmote.offline._check import check_values
from fastsmote.offline._columns import choose_columns
from fastsmote.offline._csv import WiderType, dialect_of
from fastsmote.offline._csv_writer import can_be_text
from fastsmote.offline._errors import Interrupted, OfflineError
from fastsmote.offline._files import is_remote, locate, without_query
from fastsmote.offline._formats import format_of_output
from fastsmote.offline._job import Job
from fastsmote.offline._lock import locked
from fastsmote.offline._memory import estimate
from fastsmote.offline._metadata import described
from fastsmote.offline._options import MAKE_ROWS, size
from fastsmote.offline._parts import Destination, check_destination, row_bytes
from fastsmote.offline._passes import count_passes
from fastsmote.offline._remote import RemoteDestination
from fastsmote.offline._samplers import SEGMENTS
from fastsmote.offline._segments import provenance_fields
from fastsmote.offline._shuffle import Shuffled
from fastsmote.offline._sources import open_source
from fastsmote.offline._standard_output import StandardOutput
from fastsmote.offline._survey import rows_asked_for, survey_target
from fastsmote.offline._values import given_rules
from fastsmote.offline._writers import check_can_be_written

FORMAT = 3  # version of the manifest
NOT_IN_MANIFEST = ("estimated_memory_bytes", "batch_rows")
SURVEY_ROWS = 2**15  # rows of the target to read at a time, before memory is estimated


def run(src, dst, target, options, types, progress, started):
    """Run `resample` with options that it has checked."""
    format_ = format_of_output(without_query(dst), options.format)
    source, target = open_source(src, target, options, types)
    columns = choose_columns(source, target, options)
    source, written = _as_text(source, columns, format_, options)
    columns = columns._replace(schema=source.schema)
    if isinstance(options.values, dict):
        given_rules(options.values, columns)  # raises an error before anything is read
    destination = _open_destination(dst, format_, written, columns, options)
    lock = None if options.dry_run else destination.lock
    with locked(destination, lock) if lock else nullcontext():
        return _run_locked(src, source, written, columns, destination, options, progress, started)


def _as_text(source, columns, format_, options):
    """Return the source to compute with and the source to write.

    In CSV input, columns that no sampler computes with stay text. From CSV to CSV every value
    of an original row is written unchanged.
    """
    if not source.is_text:
        return source, source
    source = source.as_text([*columns.others, *columns.categorical])
    if format_.kind != "csv":
        return source, source
    return source, source.as_text([n for n in source.schema.names if n not in columns.rewritten])


def _open_destination(dst, format_, written, columns, options):
    schema = columns.output_schema(written.schema)
    if options.flag is not None:
        schema = schema.append(pa.field(options.flag, pa.bool_()))
    for field in provenance_fields(options):
        schema = schema.append(field)
    _check_names_differ(schema, options)
    schema = described(schema, columns.others if options.sampler in MAKE_ROWS else [])
    _check_partition_by(format_, schema, options)
    is_csv, settings = format_.kind == "csv", {"n_rows": options.part_rows, "columns": columns}
    if is_csv:
        settings["dialect"] = dialect_of(format_, options)._replace(has_nulls=not written.is_text)
    class_ = Destination
    if str(dst) == "-":
        class_ = StandardOutput
    elif is_remote(dst):
        class_ = RemoteDestination
    elif str(dst).startswith("file://"):
        dst = locate(dst).path
    settings["partition_by"] = options.partition_by
    destination = class_(dst, format_, schema, written.codec, **settings)
    if format_.kind != "npy":
        check_can_be_written(destination, destination.writing)
    return destination


def _check_names_differ(schema, options):
    for name in schema.names:
        if schema.names.count(name) > 1:
            option = "--flag" if name == options.flag else "--provenance"
            raise OfflineError(f"{option}: there is already a column {name!r}.")


def _check_partition_by(format_, schema, options):
    for name in options.partition_by:
        if format_.is_file:
            raise OfflineError("--partition-by: the destination must be a folder (no ending).")
        if name not in schema.names:
            raise OfflineError(
                f"--partition-by: there is no column {name!r}. The columns are "
                f"{', '.join(schema.names)}."
            )
        if any(character in name for character in "=/%"):
            raise OfflineError(f"--partition-by: {name!r} cannot name folders (=, / or % in it).")
        type_ = schema.field(name).type
        if not can_be_text(type_):
            raise OfflineError(
                f"--partition-by: column {name} is {type_}, which cannot name folders. Choose a "
                "column of text, integers, booleans or dates."
            )
    if len(set(options.partition_by)) < len(options.partition_by):
        raise OfflineError("--partition-by: a column is named more than once.")
    if len(options.partition_by) == len(schema):
        raise OfflineError("--partition-by: at least one column must be left for the files.")


def _run_locked(src, source, written, columns, destination, options, progress, started):
    check_destination(destination, src, options.overwrite, options.resume)
    run_manifest = {
        "format": FORMAT,
        "target": columns.target,
        "part_rows": int(destination.part_rows),
        **options.deciding(),
        "input": source.fingerprint(),
    }
    run_manifest = json.loads(json.dumps(run_manifest))  # equal to what is read from its file
    finished = destination.finished(run_manifest) if options.resume else None
    if finished is not None:
        seconds = round(time.perf_counter() - started, 3)
        return {**finished["summary"], "was_complete": True, "seconds": seconds}
    progress.expect(count_passes(options, destination))
    batch_rows = options.batch_rows or SURVEY_ROWS
    if options.check:
        progress.start("check", None)
        check_values(source, columns, batch_rows, progress)
    progress.start("target", None)
    survey = survey_target(source, columns.target, batch_rows, progress)
    asked = rows_asked_for(survey, options.strategy, options.sampling_type)
    memory = estimate(columns, destination.schema, survey, asked, options)
    chosen = memory.choose(options.batch_rows)
    folder = destination.staging
    job = Job(source, written, columns, options, survey, asked, *chosen, progress, folder)
    progress.expect(count_passes(options, destination, job))
    summary = _summary(job, destination.schema, memory)
    progress.announce(_announcement(job, summary))
    if options.dry_run:
        return summary
    return _write(job, destination, run_manifest, summary, started)


def _write(job, destination, run_manifest, summary, started):
    destination.start(run_manifest, job.options.resume, job.options.overwrite)
    try:
        destination.check_room(summary["rows_planned"], _least_folder_bytes(job, summary))
        segments = SEGMENTS[job.options.sampler](job)
        parts = _write_parts(job, destination, segments)
        summary["rows_written"] = sum(segment.n_rows for segment in segments)
        summary["parts"] = len(parts)
        job.progress.check()
        job.source.check_fingerprint(run_manifest["input"])
        # Entries that a second run could change are left out: its manifest would differ.
        stable = {name: summary[name] for name in summary if name not in NOT_IN_MANIFEST}
        manifest = {"plan": run_manifest, "summary": stable, "parts": parts}
        destination.finish(manifest)
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted.{destination.kept()}") from None
    except Exception as error:
        changed = job.source.first_changed()
        if changed is not None:  # likely the cause; no part has been completed since
            raise OfflineError(f"{changed}: {CHANGED}{destination.kept()}") from error
        if not isinstance(error, OfflineError):
            destination.kept()
            raise
        if error.__cause__ is None:  # an error in the data, which would occur again
            destination.discard()
            raise
        text = str(error) if str(error).endswith(".") else f"{error}."
        raise OfflineError(
            f"{text}{_room(error, destination, summary)}{destination.kept()}"
        ) from error
    except WiderType:
        destination.discard()
        raise
    except BaseException:
        destination.kept()
        raise
    return {**summary, "seconds": round(time.perf_counter() - started, 3)}


def _room(error, destination, summary):
    """Describe the disk space for a message if the disk is full."""
    if getattr(error.__cause__, "errno", None) != errno.ENOSPC:
        return ""
    needed, free = size(summary["estimated_output_bytes"]), size(destination.free_bytes())
    return f" The output needs about {needed} before compression; {free} are free."


def _least_folder_bytes(job, summary):
    """Return a lower bound of the size of a Parquet folder: half the input's bytes per row."""
    if job.source.format != "Parquet":
        return 0
    n_bytes = sum(file.info().size or 0 for file in job.source.paths)
    return n_bytes * summary["rows_planned"] // max(1, summary["rows_read"]) // 2


def _write_parts(job, destination, segments):
    """Write the parts that are not complete yet; return the entries of all files."""
    n_rows = sum(segment.n_rows for segment in segments)
    if n_rows == 0:
        raise OfflineError(f"{destination}: there are no rows to write.")

    def read(start=0, stop=n_rows):
        yield from _blocks(segments, start, stop, destination.schema, job.progress)
        job.source.check_unchanged()  # before the part is complete

    shuffled = None
    if job.options.shuffle:
        step, seed = destination.part_rows, job.options.seed
        shuffled = Shuffled(read, n_rows, step, destination.staging, seed)
    job.progress.start("write", n_rows)
    if isinstance(destination, StandardOutput):
        blocks = read() if shuffled is None else _in_parts(shuffled, destination, n_rows)
        return destination.write_all(blocks)
    parts = []
    for number, (start, stop) in enumerate(destination.part_ranges(n_rows)):
        if destination.has_part(number):
            parts += destination.known_part(number, stop - start)
            job.progress.advance(stop - start)
        elif shuffled is None:
            parts += destination.write_part(number, read(start, stop))
        else:
            blocks = shuffled.blocks(start, stop, destination.schema)
            parts += destination.write_part(number, blocks)
    if shuffled is not None:
        shuffled.discard()
    if not destination.is_file:
        return parts
    job.progress.start("join", n_rows)
    return destination.join(n_rows, job.survey.labels, job.progress)


def _in_parts(shuffled, destination, n_rows):
    for start, stop in destination.part_ranges(n_rows):
        yield from shuffled.blocks(start, stop, destination.schema)


def _blocks(segments, start, stop, schema, progress):
    """Yield the rows of the output from ``start`` up to ``stop``."""
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
    n_new = sum(n_rows for _, n_rows in job.to_make) if options.adds_rows else 0
    n_out = (0 if options.only_synthetic else len(survey.codes)) + n_new
    if options.sampling_type == "under-sampling":
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
    n_files, skipped = len(job.source.paths), job.source.skipped
    text = f"{n_files:,} files" if n_files > 1 else "1 file"
    return f"{text}, {len(skipped)} not read" if skipped else text


def _announcement(job, summary):
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
    if job.source.skipped:
        names = [file.name for file in job.source.skipped]
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        line += f"; not read, of other formats: {', '.join(names[:5])}{more}"
    return line
