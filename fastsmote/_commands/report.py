"""`fastsmote report`: what the classes, missing values and neighborhoods of a table are like."""

import sys
from typing import Annotated

import numpy as np
import typer
from sklearn.preprocessing import StandardScaler
from typer import Option

import fastsmote
from fastsmote._commands import tables
from fastsmote._decision import pages
from fastsmote.offline._errors import OfflineError
from fastsmote.offline._exit import errors_as_status, run_app

SHOWN_COLUMNS = 10  # with missing values
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(name="report")
def command(  # the command's parameters, one by one, are typer's interface
    src: tables.Source,
    target: tables.Target,
    neighbors: Annotated[
        int, Option(help="Number of nearest rows that decide the type of a row.")
    ] = 5,
    features: tables.Features = None,
    exclude: tables.Exclude = None,
    delimiter: tables.Delimiter = None,
    no_header: tables.NoHeader = False,
    encoding: tables.Encoding = "utf8",
    html: tables.Html = None,
    as_json: tables.AsJson = False,
):
    """Report class counts, missing values, and how the rows of each class lie among the others.

    The nearest rows are found by the features that are numbers, standardized. Rows with a
    missing value in one of these are left out. The table must fit into memory.
    """
    with errors_as_status("fastsmote report"):
        if neighbors < 1:
            raise OfflineError(f"--neighbors: must be an integer of 1 or more. Got {neighbors}.")
        tables.check_html(html)
        table = tables.read_table(
            src, target, features=features, exclude=exclude,
            delimiter=delimiter, no_header=no_header, encoding=encoding,
        )  # fmt: skip
        print(tables.describe(src, table), file=sys.stderr, flush=True)
        is_whole = ~np.isnan(table.numbers).any(axis=1)
        _check_can_be_searched(src, table, is_whole, neighbors)
        X = StandardScaler().fit_transform(table.numbers[is_whole])
        found = fastsmote.neighborhood(X, table.y[is_whole], k=neighbors)
        if as_json:
            tables.print_json(_as_dict(table, found))
        else:
            _show(table, found)
        if html is not None:
            tables.write_html(html, f"Report on {table.target}", _parts(src, table, found))


def _check_can_be_searched(src, table, is_whole, neighbors):
    """Raise if the rows without missing values are too few, or if there are no numbers."""
    if table.numbers.shape[1] == 0:
        raise OfflineError(f"{src}: no feature is a number. Distances need at least one.")
    labels, n_whole = np.unique(table.y[is_whole]), int(is_whole.sum())
    if len(labels) == len(table.labels) and n_whole > neighbors:
        return
    if n_whole == len(is_whole):
        raise OfflineError(
            f"--neighbors: must be less than the number of rows, {n_whole}. Got {neighbors}."
        )
    names = table.number_names
    worst = max(names, key=table.n_missing.get)
    raise OfflineError(
        f"{src}: {n_whole:,} of {tables.count(len(is_whole), 'row')} have a value in every column "
        f"of numbers; these are rows of {len(labels)} of {len(table.labels)} classes. Column "
        f"{worst} lacks {table.n_missing[worst]:,} values: fill them, or name the column in "
        "--exclude."
    )


def _missing(table):
    """{column: number of missing values}, most first."""
    some = {name: n for name, n in table.n_missing.items() if n}
    return dict(sorted(some.items(), key=lambda item: -item[1]))


def _not_numbers(table):
    return [name for name in table.features if name not in table.number_names]


def _as_dict(table, found):
    """The report as an object of JSON."""
    of_classes = zip(
        found.classes_, found.n_rows_, found.counts_, found.link_shares_, found.copy_shares_,
        strict=True,
    )  # fmt: skip
    return {
        "rows": len(table.y),
        "classes": tables.counts_of(table),
        "imbalance_ratio": float(table.counts.max() / table.counts.min()),
        "target": table.target,
        "features": table.features,
        "missing": _missing(table),
        "neighborhood": {
            "neighbors": found.k_,
            "features": table.number_names,
            "rows_left_out": len(table.y) - len(found.labels_),
            "classes": {
                str(label): {
                    "rows": int(n_rows),
                    **dict(zip(found.types_, counts.tolist(), strict=True)),
                    "share_in_tomek_links": float(links),
                    "share_of_contradictory_copies": float(copies),
                }
                for label, n_rows, counts, links, copies in of_classes
            },
            "advice": found.advice(),
        },
    }


def _class_table(table):
    shares = table.counts / len(table.y)
    rows = [
        [str(label), f"{n:,}", f"{share:.2%}"]
        for label, n, share in zip(table.labels, table.counts, shares, strict=True)
    ]
    return ["class", "rows", "share"], rows


def _missing_table(table):
    missing = list(_missing(table).items())[:SHOWN_COLUMNS]
    rows = [[name, f"{n:,}", f"{n / len(table.y):.2%}"] for name, n in missing]
    return ["column", "missing values", "share"], rows


def _ratio(table):
    ratio = table.counts.max() / table.counts.min()
    return f"The largest class has {ratio:,.1f} times as many rows as the smallest."


def _method(table, found):
    """What the neighborhoods are based on, in sentences."""
    n_numbers, others = len(table.number_names), _not_numbers(table)
    text = (
        f"Neighborhoods: the {found.k_} nearest rows by {tables.count(n_numbers, 'column')} "
        "of numbers, standardized."
    )
    if others:
        text += (
            f" Not used, because they are not numbers: {', '.join(others)}. Rows that differ only "
            "in these count as copies."
        )
    n_left_out = len(table.y) - len(found.labels_)
    if n_left_out:
        n_kept = dict(zip(found.classes_.tolist(), found.n_rows_.tolist(), strict=True))
        of_classes = ", ".join(
            f"{label}: {n - n_kept[label]:,}"
            for label, n in zip(table.labels.tolist(), table.counts.tolist(), strict=True)
        )
        text += (
            f" Left out, because a number is missing: {tables.count(n_left_out, 'row')} "
            f"({of_classes})."
        )
    return text


def _show(table, found):
    tables.print_table(*_class_table(table))
    print(f"\n{_ratio(table)}\n")
    if _missing(table):
        tables.print_table(*_missing_table(table))
        _print_more(table)
        print()
    print(f"{_method(table, found)}\n\n{found.summary()}")


def _print_more(table):
    n_more = len(_missing(table)) - SHOWN_COLUMNS
    if n_more > 0:
        print(f"and {tables.count(n_more, 'more column')}")


def _parts(src, table, found):
    """The parts of the HTML page."""
    parts = [pages.paragraph(tables.describe(src, table)), pages.table(*_class_table(table))]
    parts.append(pages.paragraph(_ratio(table)))
    if _missing(table):
        parts += [pages.heading("Missing values"), pages.table(*_missing_table(table))]
    parts += [
        pages.heading("Neighborhoods"),
        pages.paragraph(_method(table, found)),
        found._repr_html_(),
        pages.picture(found.plot().figure, "shares of the types of each class"),
    ]
    return parts


def run(arguments):
    """Run the command and return its exit status."""
    return run_app(app, arguments, "fastsmote report")
