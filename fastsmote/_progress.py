"""The progress of a sampler's call: a bar on a terminal, a line every ten seconds elsewhere.

A call (`shown`) counts the ranges of each run of `_threads.run_ranges` that its own thread
starts. Only that thread draws, between two of its own ranges, where it also handles Ctrl-C.
So progress needs no thread of its own. If progress is off, a run reads one variable.
"""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from contextvars import ContextVar
from importlib.util import find_spec
from multiprocessing import parent_process
from threading import RLock, get_ident

from fastsmote._notice import is_notebook, is_terminal

DELAY_SECONDS = 0.5  # a shorter call shows nothing, as a bar would only flicker
BAR_SECONDS = 0.1  # between two updates of a bar
LINE_SECONDS = 10.0  # between two lines
clock = time.monotonic

_is_on = ContextVar("fastsmote_progress", default=False)
_shown = ContextVar("fastsmote_shown", default=None)


@contextmanager
def progress() -> Iterator[None]:
    """Show the progress of the samplers called inside the ``with`` block.

    On a terminal, and in a notebook with ipywidgets, a bar on stderr shows the sampler, its
    current step, how much of the step is done, and the time left. The bar appears after half
    a second and is cleared at the end of the call. Elsewhere, a line is printed every ten
    seconds. The rows that a sampler returns are the same with and without progress.

    Returns
    -------
    context : context manager
        It applies to the current thread or asynchronous task only. Set the environment
        variable ``FASTSMOTE_PROGRESS=1`` to show progress in the whole process; an empty
        value or 0 turns it off.

    Notes
    -----
    A sampler works in several steps, and the bar restarts at each of them. Samplers and steps
    that run the code of imbalanced-learn or scikit-learn show nothing. A worker process
    prints lines because several bars on one terminal would overwrite each other.

    Examples
    --------
    >>> import numpy as np
    >>> import fastsmote
    >>> from fastsmote.over_sampling import SMOTE
    >>> X = np.random.RandomState(0).randn(60, 2)
    >>> y = np.repeat([0, 1], [45, 15])
    >>> with fastsmote.progress():
    ...     X_resampled, y_resampled = SMOTE(random_state=0).fit_resample(X, y)
    >>> X_resampled.shape
    (90, 2)
    """
    token = _is_on.set(True)
    try:
        yield
    finally:
        _is_on.reset(token)


def shown(name):
    """Context manager: show the progress of a call under this name if progress is on.

    A nested call, such as a step of `SMOTEENN`, appears under the name of the outer call.
    """
    if not _is_on.get() and os.environ.get("FASTSMOTE_PROGRESS", "") in ("", "0"):
        return nullcontext()
    call = _shown.get()
    if call is not None and call.is_here():
        return nullcontext()
    return _showing(_Call(name))


@contextmanager
def _showing(call):
    token = _shown.set(call)
    try:
        try:
            yield
        finally:
            _shown.reset(token)
    finally:  # a second one, because an interrupt may end the first at any step
        try:
            call.end()
        except BaseException:  # an interrupt here must not leave a bar on the terminal
            call.end()
            raise


def counted(task, n, doing):
    """Wrap a task of `run_ranges` over [0, n) so that the call that is shown counts it."""
    call = _shown.get()
    return task if call is None else call.counted(task, n, doing)


class _Run:
    """The progress of one run of ranges."""

    def __init__(self, n, doing):
        self.n, self.doing, self.started = n, doing, clock()
        self.sizes = []  # of finished ranges; list.append is atomic, so threads need no lock

    def n_done(self):
        return sum(self.sizes)


class _Call:
    """A sampler's call: its current run, and when to show it next."""

    def __init__(self, name):
        self.name, self.thread = name, get_ident()
        self.is_inside, self.view, self.started = False, None, clock()
        self.due = self.started + DELAY_SECONDS

    def is_here(self):
        """Whether the current thread made the call. Another may hold a copy of its context."""
        return get_ident() == self.thread

    def counted(self, task, n, doing):
        # The outer run already counts a run that one of its ranges starts.
        if self.is_inside or not self.is_here():
            return task
        run = _Run(n, doing)

        def count(start, stop):
            if not self.is_here():  # a helper thread
                task(start, stop)
                run.sizes.append(stop - start)
                return
            self.is_inside = True
            try:
                task(start, stop)
            finally:
                self.is_inside = False
            run.sizes.append(stop - start)
            if clock() >= self.due:
                self._show(run)

        return count

    def _show(self, run):
        try:
            if self.view is None:
                self.view = _view()
            self.due = self.view.show(self, run)
        except Exception:  # a closed or full stream must not make the call fail
            self.due = math.inf

    def end(self):
        if self.view is not None:
            self.view.end(self)


def _view():
    """Bars or lines, depending on the current stderr."""
    if parent_process() is None and is_terminal(sys.stderr):
        return _bars
    if is_notebook(sys.stderr) and find_spec("ipywidgets"):  # without it rich shows nothing
        return _bars
    return _Lines


class _Lines:
    """A line every ten seconds of a call, where a bar cannot be redrawn."""

    @staticmethod
    def show(call, run):
        now, n_done = clock(), run.n_done()
        if now < call.started + LINE_SECONDS:
            return call.started + LINE_SECONDS
        seconds_left = (now - run.started) * (run.n - n_done) / n_done
        line = f"{_title(call, run)}, {n_done:,} of {run.n:,}, {seconds_left:,.0f} s left"
        print(line, file=sys.stderr, flush=True)
        return now + LINE_SECONDS

    @staticmethod
    def end(call):
        pass


def _title(call, run):
    return f"{call.name}: {run.doing}" if run.doing else call.name


class _Bars:
    """A bar for each running call of the process, one below the other.

    All calls share one rich display and one lock because rich moves the terminal's cursor.
    """

    def __init__(self):
        self.lock, self.display, self.tasks = RLock(), None, {}

    def show(self, call, run):
        with self.lock:
            if self.display is None:
                self.display = _new_display()
                self.display.start()
            task, last_run = self.tasks.get(call, (None, None))
            state = {"total": run.n, "completed": run.n_done(), "description": _title(call, run)}
            if task is None:
                task = self.display.add_task(**state)
            elif run is not last_run:
                self.display.reset(task, **state)
            else:
                self.display.update(task, **state, refresh=True)
            self.tasks[call] = task, run
        return clock() + BAR_SECONDS

    def end(self, call):
        """Remove the call's bar; after the last one, restore the terminal.

        If an interrupt stops this method, it can be called again.
        """
        with self.lock:
            if self.display is not None and self.tasks.keys() <= {call}:
                self._close()
            elif call in self.tasks:
                with suppress(Exception):
                    self.display.remove_task(self.tasks[call][0])
            self.tasks.pop(call, None)

    def _close(self):
        # rich raises if its start was interrupted, and so may a stream. Such an error must not
        # replace the result or the error of the call.
        with suppress(Exception):
            self.display.stop()
        with suppress(Exception):
            self.display.console.show_cursor(True)  # in case `stop` failed earlier
        self.display = None


def _new_display():
    """A progress display of rich, which is imported only when a bar is drawn."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TextColumn("{task.completed:,}/{task.total:,}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        auto_refresh=False,  # True would start a thread
        transient=True,
        # Leave sys.stdout and sys.stderr of the process alone.
        redirect_stdout=False,
        redirect_stderr=False,
    )


_bars = _Bars()
if hasattr(os, "register_at_fork"):
    # The child must not draw the parent's bars, and their lock may be held for ever.
    os.register_at_fork(after_in_child=_bars.__init__)
