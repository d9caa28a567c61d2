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
from fastsmote.offline._samplers import PLANS
from fastsmote.offline._segments import PROVENANCE
from fastsmote.offline._shuffle import Shuffled
from fastsmote.offline._sources import open_source
from fastsmote.offline._standard_output import StandardOutput
from fastsmote.offline._survey import rows_asked_for, survey_target
from fastsmote.offline._writers import check_can_be_written

FORMAT = 2  # of the manifest
OF_ONE_RUN = ("estimated_memory_bytes", "batch_rows")
SURVEY_ROWS = 2**15  # of the target, before it is known what fits


def run(src, dst, target, options, types, progress, started):
    """Run as `resample` says, which has checked the options."""
    format_ = format_of_output(without_query(dst), options.format)
    source, target = open_source(src, target, options, types)
    columns = choose_columns(source, target, options)
    source, written = _as_text(source, columns, format_, options)
    columns = columns._replace(schema=source.schema)
    destination = _open_destination(dst, format_, written, columns, options)
    lock = None if options.dry_run else destination.lock
    with locked(destination, lock) if lock else nullcontext():
        return _run_locked(src, source, written, columns, destination, options, progress, started)


def _as_text(source, columns, format_, options):
    """The source with text where no sampler computes, and the one that is written.

    From CSV to CSV every value of an original row stands as it stood.
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
    if options.provenance:
        schema = pa.schema([*schema, *PROVENANCE], schema.metadata)
    _check_names_differ(schema, options)
    schema = described(schema, columns.others if options.sampler in MAKE_ROWS else [])
    _check_partition_by(format_, schema, options)
    is_csv, settings = format_.kind == "csv", {"n_rows": options.part_rows, "columns": columns}
    if is_csv:
        settings["dialect"] = dialect_of(format_, options)._replace(has_nulls=not written.is_text)
    kind = Destination
    if str(dst) == "-":
        kind = StandardOutput
    elif is_remote(dst):
        kind = RemoteDestination
    elif str(dst).startswith("file://"):
        dst = locate(dst).path
    settings["partition_by"] = options.partition_by
    destination = kind(dst, format_, schema, written.codec, **settings)
    if format_.kind != "npy":
        check_can_be_written(destination, destination.writing)
    return destination


def _check_names_differ(schema, options):
    for name in schema.names:
        if schema.names.count(name) > 1:
            option = "--flag" if name == options.flag else "--provenance"
            raise OfflineError(f"{option}: there is a column {name!r} already.")


def _check_partition_by(format_, schema, options):
    for name in options.partition_by:
        if format_.is_file:
            raise OfflineError("--partition-by: the destination must be a folder, without ending.")
        if name not in schema.names:
            raise OfflineError(
                f"--partition-by: there is no column {name!r}. There are {', '.join(schema.names)}."
            )
        if any(character in name for character in "=/%"):
            raise OfflineError(f"--partition-by: {name!r} cannot be the name of a folder.")
        type_ = schema.field(name).type
        if not can_be_text(type_):
            raise OfflineError(
                f"--partition-by: column {name} is {type_}, which cannot name folders. Name a "
                "column of text, integers, booleans or dates."
            )
    if len(set(options.partition_by)) < len(options.partition_by):
        raise OfflineError("--partition-by: a column is named more than once.")
    if len(options.partition_by) == len(schema):
        raise OfflineError("--partition-by: one column at least must be left for the files.")


def _run_locked(src, source, written, columns, destination, options, progress, started):
    check_destination(destination, src, options.overwrite, options.resume)
    plan = {
        "format": FORMAT,
        "target": columns.target,
        "part_rows": int(destination.part_rows),
        **options.deciding(),
        "input": source.fingerprint(),
    }
    plan = json.loads(json.dumps(plan))  # as it will be read, to be compared
    finished = destination.finished(plan) if options.resume else None
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
    asked = rows_asked_for(survey, options.strategy, options.kind)
    memory = estimate(columns, destination.schema, survey, asked, options)
    chosen = memory.choose(options.batch_rows)
    job = Job(source, written, columns, options, survey, asked, *chosen, progress)
    progress.expect(count_passes(options, destination, job))
    summary = _summary(job, destination.schema, memory)
    progress.plan(_plan_line(job, summary))
    if options.dry_run:
        return summary
    return _write(job, destination, plan, summary, started)


def _write(job, destination, plan, summary, started):
    destination.start(plan, job.options.resume, job.options.overwrite)
    try:
        destination.check_room(summary["rows_planned"], _least_folder_bytes(job, summary))
        segments = PLANS[job.options.sampler](job)
        parts = _write_parts(job, destination, segments)
        summary["rows_written"] = sum(segment.n_rows for segment in segments)
        summary["parts"] = len(parts)
        job.progress.check()
        job.source.check_fingerprint(plan["input"])
        # Nothing that a second run would have otherwise.
        known = {name: summary[name] for name in summary if name not in OF_ONE_RUN}
        manifest = {"plan": plan, "summary": known, "parts": parts}
        destination.finish(manifest)
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted.{destination.kept()}") from None
    except Exception as error:
        changed = job.source.first_changed()
        if changed is not None:  # whatever came of that; no part was completed since
            raise OfflineError(f"{changed}: {CHANGED}{destination.kept()}") from error
        if not isinstance(error, OfflineError):
            destination.kept()
            raise
        if error.__cause__ is None:  # of the data, which the same run would meet again
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
    """What an error says of the disk, if that was full."""
    if getattr(error.__cause__, "errno", None) != errno.ENOSPC:
        return ""
    needed, free = size(summary["estimated_output_bytes"]), size(destination.free_bytes())
    return f" The output takes about {needed} before compression, {free} are free."


def _least_folder_bytes(job, summary):
    """What a folder of Parquet files takes at least: half of what the input takes a row."""
    if job.source.format != "Parquet":
        return 0
    n_bytes = sum(file.info().size or 0 for file in job.source.paths)
    return n_bytes * summary["rows_planned"] // max(1, summary["rows_read"]) // 2


def _write_parts(job, destination, segments):
    """Write the parts that are not there yet; what the manifest says of each file."""
    n_rows = sum(segment.n_rows for segment in segments)
    if n_rows == 0:
        raise OfflineError(f"{destination}: there are no rows to write.")

    def read(start=0, stop=n_rows):
        yield from _blocks(segments, start, stop, destination.schema, job.progress)
        job.source.check_unchanged()  # before what they go into is complete

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
    n_files, skipped = len(job.source.paths), job.source.skipped
    text = f"{n_files:,} files" if n_files > 1 else "1 file"
    return f"{text}, {len(skipped)} not read" if skipped else text


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
    if job.source.skipped:
        names = [file.name for file in job.source.skipped]
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        line += f"; not read, of other formats: {', '.join(names[:5])}{more}"
    return line
