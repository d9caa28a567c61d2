"""`fastsmote resample`: parse, check, one call."""

import json
import sys
from contextlib import contextmanager
from typing import Annotated, Optional

import typer
from typer import Argument, Option

from fastsmote.offline._errors import OfflineError
from fastsmote.offline._options import SAMPLERS, read_strategy
from fastsmote.offline._run import resample
from fastsmote.offline._show import Bar, Lines, show_summary

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


def _names(text):
    return tuple(filter(None, (name.strip() for name in (text or "").split(","))))


@app.command(name="resample")
def command(  # the command's parameters, one by one, are typer's interface
    src: Annotated[str, Argument(help="Parquet, CSV, Arrow IPC or .npy file, or a folder.")],
    dst: Annotated[str, Argument(help="File, by its ending, or folder of Parquet parts.")],
    target: Annotated[str, Option(help="Column of classes; for .npy the target's file.")],
    sampler: Annotated[str, Option(help=", ".join(SAMPLERS))] = "smote",
    strategy: Annotated[str, Option(help="A word, a number, or JSON: rows a class.")] = "auto",
    k_neighbors: Annotated[int, Option(help="Neighbors to join a row with.")] = 5,
    m_neighbors: Annotated[int, Option(help="Neighbors to judge danger by.")] = 10,
    seed: Annotated[int, Option(help="imbalanced-learn's random_state.")] = 0,
    features: Annotated[str, Option(metavar="A,B", help="The features.")] = "",
    exclude: Annotated[str, Option(metavar="A,B", help="The columns that are none.")] = "",
    categorical: Annotated[str, Option(metavar="A,B", help="Categories, for smotenc.")] = "",
    dtype: Annotated[str, Option(help="file, float64 or float32: of the features.")] = "file",
    scale: Annotated[str, Option(help="standard or none: what distances are of.")] = "none",
    encoding: Annotated[str, Option(help="Encoding of a CSV file, such as latin-1.")] = "utf8",
    max_memory: Annotated[str, Option(help="Such as 512MiB.")] = "4GiB",
    threads: Annotated[Optional[int], Option(help="Every core unless given.")] = None,  # noqa: UP045
    batch_rows: Annotated[Optional[int], Option(help="Rows to read at a time, at most.")] = None,  # noqa: UP045
    part_rows: Annotated[Optional[int], Option(help="Rows of a part, whole or not there.")] = None,  # noqa: UP045
    only_synthetic: Annotated[bool, Option("--only-synthetic", help="New rows only.")] = False,
    provenance: Annotated[bool, Option("--provenance", help="Add each new row's parents.")] = False,
    resume: Annotated[bool, Option("--resume", help="Go on with a run that ended.")] = False,
    overwrite: Annotated[bool, Option("--overwrite", help="Write over an output.")] = False,
    dry_run: Annotated[bool, Option("--dry-run", help="Only say what would be done.")] = False,
    as_json: Annotated[bool, Option("--json", help="The summary as JSON.")] = False,
    quiet: Annotated[bool, Option("--quiet", "-q", help="Errors only.")] = False,
    verbose: Annotated[bool, Option("--verbose", "-v", help="Each pass as well.")] = False,
):
    """Resample a table in files, larger than memory, into files."""
    options = dict(locals())
    for name in ("src", "dst", "target", "as_json", "quiet", "verbose"):
        del options[name]
    for name in ("features", "exclude", "categorical"):
        options[name] = _names(options[name])
    with _errors_as_status():
        options["strategy"] = read_strategy(strategy)
        progress = _progress(quiet, verbose)
        summary = resample(src, dst, target=target, progress=progress, **options)
    if as_json:
        print(json.dumps(summary))
    elif not quiet:
        show_summary(summary)


@contextmanager
def _errors_as_status():
    # Not left to typer, which has its own words and status for an interrupt.
    try:
        yield
    except OfflineError as error:
        print(f"fastsmote resample: {error}", file=sys.stderr)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        raise typer.Exit(130) from None


def _progress(quiet, verbose):
    if quiet:
        return None
    return Bar() if sys.stderr.isatty() else Lines(verbose)


def run(arguments):
    """Run the command; its status.

    Returns
    -------
    status : int
        0, 1 for an error of the run, 2 for one of the arguments, 130 if interrupted.
    """
    try:
        app(arguments, prog_name="fastsmote resample")
    except SystemExit as done:
        return done.code
