"""What a sampler's call shows while it works: a bar on a terminal, else a line at times.

A call (`shown`) counts the ranges of each run of `_threads.run_ranges` that its own thread
starts. That thread alone draws, after a range of its own: where it also sees Ctrl-C, so no
thread has to be started, stopped or waited for. Off, a run costs the look at one variable.
"""

import math
import os
import sys
import time
from contextlib import contextmanager, nullcontext, suppress
from contextvars import ContextVar
from importlib.util import find_spec
from multiprocessing import parent_process
from threading import RLock, get_ident

from fastsmote._notice import is_notebook, is_terminal

DELAY_SECONDS = 0.5  # a call that ends sooner shows nothing: it would flicker
BAR_SECONDS = 0.1  # between two drawings of a bar
LINE_SECONDS = 10.0  # between two lines
clock = time.monotonic

_is_on = ContextVar("fastsmote_progress", default=False)
_shown = ContextVar("fastsmote_shown", default=None)


@contextmanager
def progress():
    """Show the progress of the samplers called inside the ``with`` block.

    On a terminal and in a notebook (with ipywidgets) a bar on stderr shows the sampler, its
    current step, how much of the step is done, and the time left. It appears after half a
    second and is cleared at the end of the call. Elsewhere a line is printed every ten
    seconds. The rows that a sampler returns are the same with and without it.

    Returns
    -------
    context : context manager
        For this thread or asynchronous task only. ``FASTSMOTE_PROGRESS=1`` in the
        environment does the same for the whole process; empty and 0 mean no.

    Notes
    -----
    A sampler works in several steps, and the bar starts again with each. Samplers and steps
    that run the code of imbalanced-learn or scikit-learn show nothing. A worker process
    prints lines, as several bars on one terminal would overwrite each other.

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
    """Context manager: a call that shows its progress under this name, if that is on.

    A call inside a call, as the steps of `SMOTEENN`, shows it under the name of the outer one.
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
    finally:  # of its own: an interrupt may come after any step of the other
        try:
            call.end()
        except BaseException:  # an interrupt here must not leave a bar on the terminal
            call.end()
            raise


def counted(task, n, doing):
    """A task of `run_ranges` over [0, n) that the call under way counts, if one is shown."""
    call = _shown.get()
    return task if call is None else call.counted(task, n, doing)


class _Run:
    """How far one run of ranges is."""

    def __init__(self, n, doing):
        self.n, self.doing, self.started = n, doing, clock()
        self.sizes = []  # of the ranges done; several threads append, which needs no lock

    def n_done(self):
        return sum(self.sizes)


class _Call:
    """A call of a sampler: what it is doing, and when to show it next."""

    def __init__(self, name):
        self.name, self.thread = name, get_ident()
        self.is_inside, self.view, self.started = False, None, clock()
        self.due = self.started + DELAY_SECONDS

    def is_here(self):
        """Whether the current thread made the call; a context may have been copied."""
        return get_ident() == self.thread

    def counted(self, task, n, doing):
        # A run inside a range of another run is a part of that range.
        if self.is_inside or not self.is_here():
            return task
        run = _Run(n, doing)

        def count(start, stop):
            if not self.is_here():  # a helper
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
        except Exception:  # a stream that is closed or full is no reason for a call to fail
            self.due = math.inf

    def end(self):
        if self.view is not None:
            self.view.end(self)


def _view():
    """The bars or the lines, by what stderr is now."""
    if parent_process() is None and is_terminal(sys.stderr):
        return _bars
    if is_notebook(sys.stderr) and find_spec("ipywidgets"):  # without it rich shows nothing
        return _bars
    return _Lines


class _Lines:
    """A line every ten seconds of a call, where nothing can be drawn over."""

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
    """A bar for each call of the process that is under way, one below the other.

    rich moves the cursor, so that all calls share one display of it, and one lock.
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
        """Take the bar away, and after the last one leave the terminal as it was.

        It can be called again if it was interrupted.
        """
        with self.lock:
            if self.display is not None and self.tasks.keys() <= {call}:
                self._close()
            elif call in self.tasks:
                with suppress(Exception):
                    self.display.remove_task(self.tasks[call][0])
            self.tasks.pop(call, None)

    def _close(self):
        # rich raises if it was interrupted while it started, as any stream may: the call's own
        # result or error counts.
        with suppress(Exception):
            self.display.stop()
        with suppress(Exception):
            self.display.console.show_cursor(True)  # if `stop` did not get as far
        self.display = None


def _new_display():
    """rich's progress display, which is imported when the first bar is drawn."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TextColumn("{task.completed:,}/{task.total:,}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        auto_refresh=False,  # it would start a thread
        transient=True,
        # The streams of the process are not ours to replace.
        redirect_stdout=False,
        redirect_stderr=False,
    )


_bars = _Bars()
if hasattr(os, "register_at_fork"):
    # The bars are the parent's, and another thread may have held the lock.
    os.register_at_fork(after_in_child=_bars.__init__)
