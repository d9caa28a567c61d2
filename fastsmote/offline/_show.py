"""Output of the command: what it will do, progress and the summary."""

import sys
import time

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as RichProgress

from fastsmote._progress import LINE_SECONDS
from fastsmote.offline._options import size
from fastsmote.offline._progress import Progress

PASSES = {
    "target": "reading the target",
    "scale": "computing means and deviations",
    "minority": "reading the minority",
    "buckets": "grouping rows that are near each other",
    "parents": "reading parents of new rows",
    "neighbors": "searching neighbors",
    "links": "verifying links",
    "categories": "reading categories",
    "write": "writing",
    "join": "joining parts",
    "check": "checking values",
}


def _pass(task, number, n_passes):
    """Describe a pass and its number."""
    if number is None:
        return PASSES[task]
    of_all = "" if n_passes is None else f" of {n_passes}"
    return f"pass {number}{of_all}: {PASSES[task]}"


class _Rate(ProgressColumn):
    """Rows per second."""

    def render(self, task):
        speed = task.finished_speed or task.speed
        return f"{speed:,.0f} rows/s" if speed else ""


class Bar(Progress):
    """A progress bar with rows per second and the time left, for terminals."""

    def __init__(self):
        columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
        self._bar = RichProgress(
            *columns, _Rate(), TimeRemainingColumn(), console=Console(stderr=True)
        )
        self._bar.start()
        self._task = None

    def announce(self, line):
        self._bar.console.print(line, highlight=False, soft_wrap=True)

    def start(self, task, total, number=None, n_passes=None):
        self._task = self._bar.add_task(_pass(task, number, n_passes), total=total)

    def advance(self, n_rows):
        self._bar.advance(self._task, n_rows)

    def stop(self):
        self._bar.stop()


class Lines(Progress):
    """A plain line every ten seconds, and one for each pass if verbose."""

    def __init__(self, is_verbose=False):
        self._is_verbose = is_verbose

    def announce(self, line):
        self._print(line)

    def start(self, task, total, number=None, n_passes=None):
        self._task, self._total, self._n_rows = _pass(task, number, n_passes), total, 0
        self._started = self._reported = time.monotonic()
        if self._is_verbose:
            self._print(f"{self._task}{'' if total is None else f', {total:,} rows'}")

    def advance(self, n_rows):
        self._n_rows += n_rows
        now = time.monotonic()
        if now - self._reported >= LINE_SECONDS:
            self._reported = now
            speed = self._n_rows / (now - self._started)
            line = f"{self._task}: {self._n_rows:,} rows, {speed:,.0f} rows/s"
            if self._total:
                line += f", {(self._total - self._n_rows) / speed:,.0f} s left"
            self._print(line)

    def _print(self, line):
        print(line, file=sys.stderr, flush=True)


def show_summary(summary, file=None):
    """Print what was done, or in a dry run what would be done."""
    if "rows_written" not in summary:
        print(f"dry run: nothing written, {summary['rows_planned']:,} rows planned", file=file)
        return
    if summary.get("was_complete"):
        print(
            f"already complete: {summary['rows_written']:,} rows, written by an earlier run. "
            "Nothing was done.",
            file=file,
        )
        return
    seconds = summary.get("seconds")
    rate = (
        f" in {seconds:.1f} s, {summary['rows_written'] / seconds:,.0f} rows/s" if seconds else ""
    )
    print(
        f"{summary['rows_written']:,} rows written to {summary['parts']} "
        f"part{'s' if summary['parts'] > 1 else ''}{rate}; "
        f"about {size(summary['estimated_output_bytes'])} before compression",
        file=file,
    )
