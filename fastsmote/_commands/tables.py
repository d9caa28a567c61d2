"""What the commands on a table in memory share: options, input, and output."""

import json
import math
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Optional

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text
from typer import Argument, Option

from fastsmote._decision.pages import page
from fastsmote.offline._errors import OfflineError
from fastsmote.offline._options import Options, read_names
from fastsmote.offline._whole import read_whole
from fastsmote.offline._writers import written_completely

INPUT, OUTPUT = "Input", "Output"
GAP = 3  # characters between two columns
ANY_WIDTH = 1000  # of a table that is not shown on a terminal: its lines are not broken
# Optional[str], not str | None: the oldest supported typer cannot read the latter.
OptionalText = Optional[str]  # noqa: UP045

# The options of more than one command, with the words of `fastsmote resample`.
Source = Annotated[
    str,
    Argument(
        metavar="FILE", help="Input file or folder (Parquet, CSV or Arrow), .npy file, or URI."
    ),
]
Target = Annotated[str, Option(help="Target column; for .npy the file of the target.")]
Features = Annotated[
    OptionalText,
    Option(metavar="A,B", help="Columns that are features; patterns such as 'v*'."),
]
Exclude = Annotated[
    OptionalText,
    Option(metavar="A,B", help="Columns that are not features; patterns such as '*_id'."),
]
Delimiter = Annotated[
    OptionalText,
    Option(
        help="Delimiter of CSV files. Default: a tab for .tsv, otherwise a comma.",
        rich_help_panel=INPUT,
        show_default=False,
    ),
]
NoHeader = Annotated[
    bool,
    Option(
        "--no-header",
        help="CSV files have no header; name the columns x0, x1, ...",
        rich_help_panel=INPUT,
    ),
]
Encoding = Annotated[
    str, Option(help="Encoding of CSV input, such as latin-1.", rich_help_panel=INPUT)
]
Html = Annotated[
    OptionalText,
    Option(
        metavar="FILE",
        help="Also write the result with pictures as one HTML file, and replace an earlier one.",
        rich_help_panel=OUTPUT,
        show_default=False,
    ),
]
AsJson = Annotated[bool, Option("--json", help="Print the result as JSON.", rich_help_panel=OUTPUT)]


def read_table(src, target, groups=None, *, features, exclude, categorical=None, **options):
    """Read the table that the options of a command describe.

    Returns
    -------
    WholeTable
    """
    roles = {"features": features, "exclude": exclude, "categorical": categorical}
    roles = {name: read_names(text) for name, text in roles.items()}
    # The sampler is one that does not restrict the types of the columns.
    options = Options(sampler="random-over", **roles, **options)
    return read_whole(src, target, options, groups)


def describe(src, table):
    """Return what was read as a line of text."""
    classes = ", ".join(
        f"{label}: {n:,}" for label, n in zip(table.labels, table.counts, strict=True)
    )
    excluded = f"; not features: {', '.join(table.excluded)}" if table.excluded else ""
    return (
        f"{src}: {len(table.y):,} rows ({classes}), "
        f"{count(len(table.features), 'feature')}{excluded}"
    )


def count(n, noun):
    """Return a number with its noun: 1 feature, 2 features."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def counts_of(table):
    """Return the number of rows of each class, by the label as text."""
    return {str(k): int(n) for k, n in zip(table.labels, table.counts, strict=True)}


def require(package, what):
    """Raise if a package of the extra ``compare`` is not installed."""
    if find_spec(package) is None:
        raise OfflineError(
            f'{what} needs {package}. Install it with: pip install "fastsmote[compare]"'
        )


def check_html(path):
    """Raise before the work starts if the HTML file cannot be written."""
    if path is None:
        return
    require("matplotlib", "--html")
    folder = os.path.dirname(path) or os.curdir
    if not os.path.isdir(folder):
        raise OfflineError(f"--html: there is no folder {folder!r}.")
    if not os.access(folder, os.W_OK):
        raise OfflineError(f"--html: the folder {folder!r} cannot be written.")
    if os.path.isdir(path):
        raise OfflineError(f"--html: must be a file. {path!r} is a folder.")


def write_html(path, title, parts):
    """Write a page; the file appears only once it is complete."""
    try:
        with written_completely(Path(path)) as sink:
            sink.write(page(title, parts).encode())
    except OSError as error:
        raise OfflineError(f"--html: {path} cannot be written: {error.strerror}.") from error


def print_json(found):
    """Print an object as strict JSON: numbers that are not finite are null."""
    print(json.dumps(_finite(found), allow_nan=False))


def _finite(value):
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_finite(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def print_table(headers, rows, marked=(), optional=()):
    """Print cells of text as a table.

    Parameters
    ----------
    headers : list of str
    rows : list of list of str
    marked : collection of int, default=()
        The numbers of the rows that are bold.
    optional : sequence of str, default=()
        Headers of columns that are left out if the terminal is too narrow, the first one first.
    """
    width = None if sys.stdout.isatty() else ANY_WIDTH
    console = Console(file=sys.stdout, width=width, highlight=False)
    columns = dict(zip(headers, zip(headers, *rows, strict=True), strict=True))
    lines = {name: max(map(cell_len, cells)) for name, cells in columns.items()}
    words = {name: max(map(cell_len, " ".join(cells).split())) for name, cells in columns.items()}

    def is_too_wide(widths):
        return sum(widths.values()) + GAP * len(widths) > console.width

    left_out = []
    while is_too_wide(words) and len(left_out) < len(optional):
        left_out.append(optional[len(left_out)])
        del lines[left_out[-1]], words[left_out[-1]]
    widths = words if is_too_wide(lines) else lines  # rich itself would break words
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for i, (header, width) in enumerate(widths.items()):
        table.add_column(Text(header), justify="right" if i else "left", width=width)
    for i, row in enumerate(rows):
        # Text, not str: rich takes brackets in a str for its markup.
        cells = [Text(cell) for header, cell in zip(headers, row, strict=True) if header in widths]
        table.add_row(*cells, style="bold" if i in marked else None)
    console.print(table)
    if left_out:
        print(f"Left out, because the terminal is narrow: {', '.join(left_out)}.")
