"""`fastsmote resample`: parse the arguments and call `resample`."""

import json
import sys
from typing import Annotated, Optional

import typer
from typer import Argument, Option

from fastsmote.offline._exit import errors_as_status, run_app
from fastsmote.offline._options import SAMPLERS, read_names, read_strategy
from fastsmote.offline._resample import resample
from fastsmote.offline._show import Bar, Lines, show_summary
from fastsmote.offline._values import read_arguments

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
OF_THE_COMMAND = ("src", "dst", "target", "as_json", "quiet", "verbose")
LISTS = ("features", "exclude", "categorical", "partition_by")
INPUT, OUTPUT = "Input", "Output"
# Optional[int], not int | None: the oldest supported typer cannot read the latter.
Count = Optional[int]  # noqa: UP045
Number = Optional[float]  # noqa: UP045
Text = Optional[str]  # noqa: UP045
Texts = Optional[list[str]]  # noqa: UP045


@app.command(name="resample")
def command(  # the command's parameters, one by one, are typer's interface
    src: Annotated[
        str, Argument(help="Input file or folder (Parquet, CSV or Arrow), .npy file, or URI.")
    ],
    dst: Annotated[
        str, Argument(help="Output file (its ending sets the format), Parquet folder, URI, or -.")
    ],
    target: Annotated[str, Option(help="Target column; for .npy the file of the target.")],
    sampler: Annotated[str, Option(help=", ".join(SAMPLERS))] = "smote",
    strategy: Annotated[
        str,
        Option(
            "--strategy",
            "--sampling-strategy",
            help='sampling_strategy: a name such as auto, a ratio, or JSON: {"1": 5000}.',
        ),
    ] = "auto",
    k_neighbors: Annotated[
        int, Option(help="Number of nearest neighbors to interpolate with.")
    ] = 5,
    m_neighbors: Annotated[
        int, Option(help="Number of neighbors to judge danger by (borderline-smote, borderline-2).")
    ] = 10,
    n_neighbors: Annotated[
        Count,
        Option(help="Number of neighbors that vote on a row (enn, smote-enn, ncr), or of minority "
               "rows to measure a row by (nearmiss-1). Default: 3.", show_default=False),
    ] = None,
    kind_sel: Annotated[
        Text,
        Option(help="all: keep a row if all of its neighbors are of its class; mode: if its class "
               "is the most frequent among them (enn, smote-enn). Default: all.",
               show_default=False),
    ] = None,
    threshold_cleaning: Annotated[
        Number,
        Option(help="Remove neighbors of minority rows only from classes with more rows than this "
               "number times those of the minority (ncr). Default: 0.5.", show_default=False),
    ] = None,
    seed: Annotated[
        int, Option("--seed", "--random-state", help="Seed of the random number generator.")
    ] = 0,
    features: Annotated[
        Text, Option(metavar="A,B", help="Columns that are features; patterns such as 'v*'.")
    ] = None,
    exclude: Annotated[
        Text, Option(metavar="A,B", help="Columns that are not features; patterns such as '*_id'.")
    ] = None,
    categorical: Annotated[
        Text, Option(metavar="A,B", help="Categorical features, for smotenc.")
    ] = None,
    dtype: Annotated[
        str, Option(help="Type of the features: file (as in the input), float64 or float32.")
    ] = "file",
    scale: Annotated[
        str, Option(help="standard: standardize columns before measuring distances; none: do not.")
    ] = "none",
    missing: Annotated[
        str, Option(help="partial: search by the values that both rows have; error: refuse "
                    "missing values.")
    ] = "error",
    values: Annotated[
        Texts, Option(metavar="COLUMN=RULE", show_default=False,
                      help="What new values may be: infer, or for each column integer, "
                      "nonnegative, LOW:HIGH or allowed numbers as 1,2,5. Can be repeated.")
    ] = None,
    delimiter: Annotated[
        Text, Option(help="Delimiter of CSV files. Default: a tab for .tsv, otherwise a comma.",
                     rich_help_panel=INPUT, show_default=False),
    ] = None,
    no_header: Annotated[
        bool, Option("--no-header", help="CSV files have no header; name the columns x0, x1, ...",
                     rich_help_panel=INPUT),
    ] = False,
    encoding: Annotated[
        str, Option(help="Encoding of CSV input, such as latin-1.", rich_help_panel=INPUT)
    ] = "utf8",
    check: Annotated[
        bool, Option("--check", help="First count missing and infinite values in every column.",
                     rich_help_panel=INPUT),
    ] = False,
    only_synthetic: Annotated[
        bool, Option("--only-synthetic", help="Write only the new rows.", rich_help_panel=OUTPUT)
    ] = False,
    provenance: Annotated[
        bool, Option("--provenance", rich_help_panel=OUTPUT,
                     help="Add columns with the row numbers of the parents of each new row, "
                     "and its gap; of samplers that only remove rows, with the number of each "
                     "row: fastsmote_base_row, fastsmote_neighbor_row and fastsmote_gap, or "
                     "fastsmote_row."),
    ] = False,
    flag: Annotated[
        Text, Option(metavar="NAME", help="Add a boolean column of this name that marks new rows.",
                     rich_help_panel=OUTPUT, show_default=False),
    ] = None,
    shuffle: Annotated[
        bool, Option("--shuffle", rich_help_panel=OUTPUT,
                     help="Shuffle the rows; otherwise they have the order of the sampler."),
    ] = False,
    partition_by: Annotated[
        Text, Option(metavar="A,B", help="Write Parquet into folders named column=value.",
                    rich_help_panel=OUTPUT),
    ] = None,
    format_: Annotated[
        Text, Option("--format", help="Format of standard output (-): csv or arrow.",
                     rich_help_panel=OUTPUT, show_default=False),
    ] = None,
    max_memory: Annotated[str, Option(help="Memory limit, such as 512MiB or 4GiB.")] = "4GiB",
    threads: Annotated[Count, Option(help="Number of threads. Default: all cores.")] = None,
    batch_rows: Annotated[Count, Option(help="Maximum number of rows to read at a time.")] = None,
    part_rows: Annotated[
        Count,
        Option(help="Rows per output part; a part is written completely or not at all."),
    ] = None,
    resume: Annotated[bool, Option("--resume", help="Resume an interrupted run.")] = False,
    overwrite: Annotated[bool, Option("--overwrite", help="Replace an earlier output.")] = False,
    dry_run: Annotated[
        bool, Option("--dry-run", help="Show what would be done; write nothing.")
    ] = False,
    as_json: Annotated[bool, Option("--json", help="Print the summary as JSON.")] = False,
    quiet: Annotated[bool, Option("--quiet", "-q", help="Print only errors.")] = False,
    verbose: Annotated[bool, Option("--verbose", "-v", help="Print a line for each pass.")] = False,
):  # fmt: skip
    """Resample a table in files, which may be larger than memory, into files."""
    options = {name: value for name, value in locals().items() if name not in OF_THE_COMMAND}
    options["format"] = options.pop("format_")
    options |= {name: read_names(options[name]) for name in LISTS}
    with errors_as_status("fastsmote resample"):
        options["strategy"] = read_strategy(strategy)
        options["values"] = read_arguments(values)
        progress = _progress(quiet, verbose)
        summary = resample(src, dst, target=target, progress=progress, **options)
        file = sys.stderr if dst == "-" else sys.stdout
        if as_json:
            print(json.dumps(summary), file=file)
        elif not quiet:
            show_summary(summary, file)


def _progress(quiet, verbose):
    if quiet:
        return None
    return Bar() if sys.stderr.isatty() else Lines(verbose)


def run(arguments):
    """Run the command and return its exit status."""
    return run_app(app, arguments, "fastsmote resample")
