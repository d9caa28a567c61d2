"""The progress of `compare` on a terminal or in a notebook."""

import os
import sys
from contextlib import contextmanager

from fastsmote._notice import is_notebook, is_terminal


def _is_shown():
    if os.environ.get("FASTSMOTE_PROGRESS") == "0":
        return False
    return is_terminal(sys.stderr) or is_notebook(sys.stderr)


@contextmanager
def bar(n_steps):
    """Context manager: show a bar on stderr that is cleared at the end.

    Yields
    ------
    advance : callable
        ``advance(name)`` says that a step of the strategy `name` is done.
    """
    if not _is_shown():
        yield lambda name: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("compare"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, transient=True, console=Console(stderr=True)) as shown:
        task = shown.add_task("", total=n_steps)
        yield lambda name: shown.update(task, advance=1, description=name)
