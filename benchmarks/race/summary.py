"""Markdown tables of the JSON of a race, and the places in the READMEs for them.

A place is the text between ``<!-- begin NAME -->`` and ``<!-- end NAME -->``.
"""

import re

import numpy as np

from benchmarks.inputs.catalog import INTELEX, OURS, STOCK
from benchmarks.inputs.generators import GENERATORS
from benchmarks.race.cells import OK, OVER
from benchmarks.race.records import (
    PEERS,
    by_contest,
    is_compared,
    ratio_text,
    ratio_to,
    time_text,
)

MOST_NAMED = 3  # cells that a line lists for the same outcome
NO_BETTER = 1.1  # the READMEs list contests with a smaller ratio as no better
PLACE = re.compile(r"(<!-- begin (\w+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)


def as_table(head, rows):
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def about(document):
    """The command, the commit, the machine and the versions."""
    machine = document["machine"]
    versions = ", ".join(f"{k} {v or 'missing'}" for k, v in document["versions"].items())
    changed = ", with changes that are not committed" if document["is_changed"] else ""
    return (
        f"`{document['command']}`, {document['date'][:10]}, commit "
        f"{(document['commit'] or 'unknown')[:10]}{changed}.\n\n"
        f"{machine['processor']} with {machine['vectors']}, {machine['cores']} cores, "
        f"{machine['memory_gib']} GiB, {machine['system']}, Python {machine['python']}; "
        f"load before the run {document['load_average']}.\n\n{versions}.\n"
    )


def _same_text(records):
    """How many outputs were identical, and the least share of equal rows of the others."""
    compared = [r for r in records if is_compared(r)]
    n_identical = sum(r["is_identical"] for r in compared)
    text = f"{n_identical} of {len(compared)}"
    if n_identical < len(compared):
        text += f", the others {100 * min(r['share_identical'] for r in compared):.1f} % or more"
    return text


def ten_lines(document):
    """A line for each sampler: the least, median and greatest ratio, and the command."""
    groups, rows = {}, []
    for (sampler, table, _), contest in by_contest(document, "tables").items():
        groups.setdefault(sampler, []).append((table, contest))
    for sampler, contests in groups.items():
        ratios = {table: ratio_to(contest) for table, contest in contests}
        ratios = {table: ratio for table, ratio in ratios.items() if ratio is not None}
        if not ratios:
            continue
        worst, best = min(ratios, key=ratios.get), max(ratios, key=ratios.get)
        rows.append(
            (
                sampler,
                f"{ratio_text(ratios[worst])} ({worst})",
                ratio_text(float(np.median(list(ratios.values())))),
                f"{ratio_text(ratios[best])} ({best})",
                _same_text([contest[OURS] for _, contest in contests]),
                f"`{_command(sampler, worst, best)}`",
            )
        )
    head = ("sampler", "least", "median", "most", "identical outputs", "run it")
    return as_table(head, rows) + _large_line(document)


def _command(sampler, *tables):
    """The command that races a sampler on some tables. Parquet files need --data."""
    tables = list(dict.fromkeys(tables))
    is_made = [re.split("[-:]", table)[0] in GENERATORS for table in tables]
    data = "" if all(is_made) else "--data FOLDER "
    return f"python -m benchmarks.race {data}--samplers {sampler} --tables {' '.join(tables)}"


def _large_line(document):
    records = [r for r in document["cells"] if (r["group"], r["library"]) == ("large", OURS)]
    if not records:
        return ""
    cells = "; ".join(f"{r['sampler']} {time_text(r)}{_memory_text(r)}" for r in records)
    rows = f"{records[0]['rows']:,} x {records[0]['features']} float32"
    return f"\n{rows}, 0.5 % minority: {cells} (`python -m benchmarks.race.large`).\n"


def _memory_text(record):
    return "" if record["peak_bytes"] is None else f", {record['peak_bytes'] / 2**30:.1f} GiB"


def no_better(document):
    """The contests on all cores in which a peer is about as fast as fastsmote or faster."""
    rows = []
    for group in ("tables", "scaling"):
        for (sampler, table, _), contest in by_contest(document, group).items():
            for peer in PEERS:
                ratio = ratio_to(contest, peer)
                if ratio is not None and ratio < NO_BETTER:
                    times = time_text(contest[OURS]), time_text(contest[peer])
                    rows.append((sampler, table, peer, *times, ratio_text(ratio)))
    if not rows:
        return f"Every ratio is {NO_BETTER} or more.\n"
    head = ("sampler", "table", "peer", "fastsmote", "the peer", "ratio")
    return as_table(head, rows)


def _same_cell(record):
    if not is_compared(record):
        return "not compared"
    return "identical" if record["is_identical"] else f"{100 * record['share_identical']:.2f} %"


def every_contest(document, group):
    """All times of a group, one line for each contest."""
    rows = []
    for (sampler, table, threads), contest in by_contest(document, group).items():
        ours, record = contest.get(OURS), next(iter(contest.values()))
        extra = None if ours is None else ours["extra_bytes"]
        rows.append(
            (
                sampler + ("" if threads is None else f", {threads} threads"),
                f"{table}, {record['rows']:,} x {record['features']}" if record["rows"] else table,
                *(time_text(contest.get(library)) for library in (STOCK, INTELEX, OURS)),
                ratio_text(ratio_to(contest)),
                _same_cell(ours),
                "" if extra is None or ours["outcome"] != OK else f"{extra / 2**20:.0f}",
            )
        )
    head = ("sampler", "table", STOCK, INTELEX, OURS, "ratio", "rows", "MiB above input")
    return as_table(head, rows)


def missing(document):
    """The cells without a result, and their messages.

    Calls over the limit are in the other tables.
    """
    cells = {}
    for record in document["cells"]:
        if record["outcome"] not in (OK, OVER):
            key = record["library"], record["outcome"], record["message"].partition("\n")[0]
            cells.setdefault(key, []).append(f"{record['sampler']} on {record['table']}")
    if not cells:
        return "Nothing.\n"
    rows = [(*key, len(names), ", ".join(names[:MOST_NAMED])) for key, names in cells.items()]
    return as_table(("library", "outcome", "message", "cells", "such as"), rows)


def figure_links(document, folder="results"):
    """Links to the figures that `race.figures` draws."""
    links = {
        "scaling": "Time against rows, on logarithmic axes](scaling.svg)",
        "tables": "Ratio to imbalanced-learn's time, by table](ratios.svg)",
        "threads": "Time on one core over time on several](threads.svg)",
    }
    links = [link for group, link in links.items() if by_contest(document, group)]
    return "\n\n".join(f"![{link.replace('](', f']({folder}/')}" for link in links) + "\n"


def first_figure(document):
    """The link to the figure in the README of the project."""
    return figure_links(document, "benchmarks/results").partition("\n")[0] + "\n"


SECTIONS = {
    "about": about,
    "figures": figure_links,
    "first_figure": first_figure,
    "ten_lines": ten_lines,
    "no_better": no_better,
    "missing": missing,
    **{
        group: lambda document, group=group: every_contest(document, group)
        for group in ("tables", "scaling", "threads", "large")
    },
}


def fill(text, document):
    """Fill each place in a text from the document.

    Raises
    ------
    ValueError
        If the name of a place is not in SECTIONS.
    """

    def section(match):
        name = match[2]
        if name not in SECTIONS:
            raise ValueError(f"a place must be one of {list(SECTIONS)}. Got {name!r} instead.")
        return f"{match[1]}{SECTIONS[name](document)}{match[3]}"

    return PLACE.sub(section, text)


def fill_files(document, paths):
    """Fill the places in some files."""
    for path in paths:
        path.write_text(fill(path.read_text(), document))
