"""The tables of a race's JSON, in Markdown, and the places in the READMEs that they go to.

A place is what stands between ``<!-- begin NAME -->`` and ``<!-- end NAME -->``.
"""

import re

import numpy as np

from benchmarks.catalog import INTELEX, OURS, STOCK
from benchmarks.cells import OK, OVER
from benchmarks.generators import GENERATORS
from benchmarks.records import (
    PEERS,
    by_contest,
    is_compared,
    ratio_text,
    ratio_to,
    time_text,
)

MOST_NAMED = 3  # cells of the same fate
NO_BETTER = 1.1  # a ratio below it is called no better
PLACE = re.compile(r"(<!-- begin (\w+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)


def as_table(head, rows):
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def about(document):
    """Command, commit, machine and versions."""
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
    """How many outputs were identical, and how far off the others were."""
    compared = [r for r in records if is_compared(r)]
    n_identical = sum(r["is_identical"] for r in compared)
    text = f"{n_identical} of {len(compared)}"
    if n_identical < len(compared):
        text += f", the others {100 * min(r['share_identical'] for r in compared):.1f} % or more"
    return text


def ten_lines(document):
    """A line for each sampler: its worst, median and best ratio, and how to run it again."""
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
    """What races a sampler on some tables again; those of files want their folder."""
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
    return f"\n{rows}, 0.5 % minority: {cells} (`python -m benchmarks.large`).\n"


def _memory_text(record):
    return "" if record["peak_bytes"] is None else f", {record['peak_bytes'] / 2**30:.1f} GiB"


def no_better(document):
    """Every contest of whole tables in which a peer is as fast as fastsmote, or faster."""
    rows = []
    for group in ("tables", "scaling"):
        for (sampler, table, _), contest in by_contest(document, group).items():
            for peer in PEERS:
                ratio = ratio_to(contest, peer)
                if ratio is not None and ratio < NO_BETTER:
                    times = time_text(contest[OURS]), time_text(contest[peer])
                    rows.append((sampler, table, peer, *times, ratio_text(ratio)))
    if not rows:
        return f"None: every ratio is {NO_BETTER} or more.\n"
    head = ("sampler", "table", "peer", "fastsmote", "the peer", "ratio")
    return as_table(head, rows)


def _same_cell(record):
    if not is_compared(record):
        return "not compared"
    return "identical" if record["is_identical"] else f"{100 * record['share_identical']:.2f} %"


def every_contest(document, group):
    """All times of a group, one line a contest."""
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
    """What was not measured, and what was said instead; calls over the limit are in the tables."""
    cells = {}
    for record in document["cells"]:
        if record["outcome"] not in (OK, OVER):
            told = record["library"], record["outcome"], record["message"].partition("\n")[0]
            cells.setdefault(told, []).append(f"{record['sampler']} on {record['table']}")
    if not cells:
        return "Nothing.\n"
    rows = [(*told, len(names), ", ".join(names[:MOST_NAMED])) for told, names in cells.items()]
    return as_table(("library", "outcome", "message", "cells", "such as"), rows)


def figure_links(document, folder="results"):
    """The figures that `benchmarks.figures` draws of the document."""
    links = {
        "scaling": "Time against rows, on logarithmic axes](scaling.svg)",
        "tables": "Ratio to imbalanced-learn's time, by table](ratios.svg)",
        "threads": "Time on one core over time on several](threads.svg)",
    }
    links = [link for group, link in links.items() if by_contest(document, group)]
    return "\n\n".join(f"![{link.replace('](', f']({folder}/')}" for link in links) + "\n"


def first_figure(document):
    """The figure that the README of the project shows."""
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
    """A text with what the document says in each of its places.

    Raises
    ------
    ValueError
        If a place has a name that is none of SECTIONS.
    """

    def section(match):
        name = match[2]
        if name not in SECTIONS:
            raise ValueError(f"a place must be one of {list(SECTIONS)}. Got {name!r} instead.")
        return f"{match[1]}{SECTIONS[name](document)}{match[3]}"

    return PLACE.sub(section, text)


def fill_files(document, paths):
    """Fill the places of some files."""
    for path in paths:
        path.write_text(fill(path.read_text(), document))
