"""Draw the figures of a race from its JSON, and fill the tables in the READMEs.

    python -m benchmarks.race.figures                   # benchmarks/results/race.json
    python -m benchmarks.race.figures --json race.json --to folder

The figures are the time against the number of rows, the ratio for each table, and the speedup
by threads. By default, the program writes the SVG files beside the JSON. For the published
JSON, it also fills the marked places in benchmarks/README.md and README.md. The same JSON
gives the same bytes.
"""

import json
from pathlib import Path

import numpy as np

from benchmarks.inputs.catalog import INTELEX, LIBRARIES, OURS, STOCK
from benchmarks.measuring.machine import ROOT
from benchmarks.measuring.programs import make_parser
from benchmarks.race.cells import OK, OVER
from benchmarks.race.records import by_contest, least_ratio_to, ratio_to
from benchmarks.race.summary import fill_files

# Okabe and Ito's colors, which color-blind readers can distinguish.
COLORS = {STOCK: "#E69F00", INTELEX: "#0072B2", OURS: "#009E73"}
MARKERS = {STOCK: "s", INTELEX: "^", OURS: "o"}
STYLE = {
    "svg.fonttype": "none",  # text instead of paths keeps the files small
    "svg.hashsalt": "fastsmote",  # gives the same ids each time
    "font.size": 8,
    "font.family": "sans-serif",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
}


def _panels(n, width=3.1, height=2.4, most_columns=2):
    """A figure with n axes in a grid, without the unused axes."""
    import matplotlib.pyplot as plt

    n_columns = min(n, most_columns)
    n_rows = -(-n // n_columns)
    figure, axes = plt.subplots(
        n_rows, n_columns, figsize=(width * n_columns, height * n_rows), squeeze=False
    )
    for extra in axes.flat[n:]:
        extra.remove()
    return figure, list(axes.flat[:n])


def _save(figure, path, title):
    figure.suptitle(title, fontsize=9)
    lines, labels = figure.axes[0].get_legend_handles_labels()
    figure.tight_layout(rect=(0, 0.06 if lines else 0, 1, 1))
    if lines:
        figure.legend(lines, labels, loc="lower center", ncols=len(lines), fontsize=7)
    figure.savefig(path, format="svg", metadata={"Date": None})


def _samplers_of(contests):
    return list(dict.fromkeys(sampler for sampler, _, _ in contests))


def draw_scaling(document, path):
    """Seconds against rows on logarithmic axes, "over" where a library ran into the limit."""
    contests = by_contest(document, "scaling")
    samplers = _samplers_of(contests)
    figure, panels = _panels(len(samplers))
    for ax, sampler in zip(panels, samplers, strict=True):
        for library in LIBRARIES:
            own = [c.get(library) for (s, _, _), c in contests.items() if s == sampler]
            _draw_line(ax, library, [record for record in own if record is not None])
        ax.set(xscale="log", yscale="log", xlabel="rows", ylabel="seconds", title=sampler)
        ax.minorticks_off()  # they take a third of the file
    table = next(iter(contests))[1].partition("-")[0]
    _save(figure, path, f"Time against rows, {table} of 20 features, 1 % minority")


def _draw_line(ax, library, records):
    if not records:
        return
    done = [r for r in records if r["outcome"] == OK]
    over = [r for r in records if r["outcome"] == OVER]
    style = {"color": COLORS[library], "marker": MARKERS[library], "markersize": 3.5}
    rows, seconds = [r["rows"] for r in done], [r["median_s"] for r in done]
    ax.plot(rows, seconds, label=library, linewidth=1.2, **style)
    if library == OURS:
        _draw_guide(ax, rows, seconds)
    ended = [r["rows"] for r in over], [r["limit_s"] for r in over]
    ax.plot(*ended, linestyle="none", fillstyle="none", **style)
    for x, y in zip(*ended, strict=True):
        ax.annotate("over", (x, y), (0, 4), textcoords="offset points", fontsize=6, ha="center")


def _draw_guide(ax, rows, seconds):
    """A line of slope 1 through the last point of a library's line."""
    if rows:
        ends = np.array([min(rows), max(rows)])
        guide = seconds[-1] * ends / rows[-1]
        ax.plot(ends, guide, color="gray", linestyle=":", linewidth=1, label="linear")


def draw_ratios(document, path):
    """A bar for each table: the ratio of imbalanced-learn's time to fastsmote's.

    A dot shows the ratio for imbalanced-learn with intelex. A hollow bar shows a lower bound,
    where imbalanced-learn ran into the limit and its rows could not be compared.
    """
    contests = by_contest(document, "tables")
    samplers = _samplers_of(contests)
    n_most = max(sum(s == sampler for s, _, _ in contests) for sampler in samplers)
    figure, panels = _panels(len(samplers), height=1.0 + 0.16 * n_most, most_columns=3)
    for ax, sampler in zip(panels, samplers, strict=True):
        own = {table: c for (s, table, _), c in contests.items() if s == sampler}
        _draw_bars(ax, own)
        ax.axvline(1, color="black", linewidth=0.8)
        ax.set(xscale="log", title=sampler)
        ax.minorticks_off()
        ax.set_yticks(range(len(own)), own, fontsize=6)
        ax.invert_yaxis()
    _save(figure, path, "imbalanced-learn's time over fastsmote's (bars), and under intelex (dots)")


def _draw_bars(ax, contests):
    for place, contest in enumerate(contests.values()):
        ratio, least = ratio_to(contest), least_ratio_to(contest)
        if ratio is not None:
            ax.barh(place, ratio - 1, left=1, color=COLORS[STOCK])
        elif least is not None:
            edge = {"edgecolor": COLORS[STOCK], "linestyle": "--"}
            ax.barh(place, least - 1, left=1, color="none", **edge)
        intelex = ratio_to(contest, INTELEX)
        if intelex is not None:
            ax.plot(intelex, place, marker="o", markersize=3, color=COLORS[INTELEX])


def draw_threads(document, path):
    """The speedup by the number of threads: seconds on one over seconds on several."""
    contests = by_contest(document, "threads")
    samplers = _samplers_of(contests)
    figure, panels = _panels(len(samplers), height=2.1)
    for ax, sampler in zip(panels, samplers, strict=True):
        own = {n: c for (s, _, n), c in contests.items() if s == sampler}
        for library in LIBRARIES:
            records = {n: c[library] for n, c in own.items() if library in c}
            records = {n: record for n, record in records.items() if record["outcome"] == OK}
            if 1 in records:
                speedups = [records[1]["median_s"] / r["median_s"] for r in records.values()]
                style = {"color": COLORS[library], "marker": MARKERS[library], "markersize": 3.5}
                ax.plot(list(records), speedups, label=library, linewidth=1.2, **style)
        threads = np.array(sorted(own))
        ax.plot(threads, threads, color="gray", linestyle=":", linewidth=1, label="linear")
        ax.set(xlabel="threads", ylabel="times as fast as on one", title=sampler)
        ax.set_xticks(threads)
    table = next(iter(contests))[1]
    _save(figure, path, f"Threads, {table}")


FIGURES = {"scaling": draw_scaling, "tables": draw_ratios, "threads": draw_threads}
NAMES = {"scaling": "scaling.svg", "tables": "ratios.svg", "threads": "threads.svg"}


def draw_all(document, folder):
    """Draw a figure, as an SVG file, for each group with cells in the document.

    Returns
    -------
    paths : list of Path
    """
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    paths = []
    for group, draw in FIGURES.items():
        if by_contest(document, group):
            paths.append(Path(folder) / NAMES[group])
            with plt.rc_context(STYLE):
                draw(document, paths[-1])
            plt.close("all")
    return paths


def main(arguments=None):
    parser = make_parser("benchmarks.race.figures", __doc__)
    results = ROOT / "benchmarks" / "results"
    parser.add_argument(
        "--json", type=Path, default=results / "race.json", help="default: the published race"
    )
    parser.add_argument(
        "--to", type=Path, help="folder for the figures; default: the folder of the JSON"
    )
    args = parser.parse_args(arguments)
    document = json.loads(args.json.read_text())
    for path in draw_all(document, args.to or args.json.parent):
        print(path)
    if args.to is None and args.json.parent == results:
        fill_files(document, [ROOT / "benchmarks" / "README.md", ROOT / "README.md"])


if __name__ == "__main__":
    main()
