"""Run a serial kernel over ranges of rows on Python threads.

Kernels release the GIL, and each range writes only its own rows. So kernels need no lock,
and the number of threads cannot change a result. Threads exist for one call only, so a fork
between calls is safe. An interrupt is handled between two ranges.

An interrupt can occur between any two steps of Python. So code that waits for a thread or
acquires a lock must remain correct if it is interrupted there. `threading.Thread` is not
used: its `start` waits for the new thread in Python, and may wait for ever if it is
interrupted there or if the thread lacks the memory to begin.
"""

from __future__ import annotations

import os
import sys
from _thread import start_new_thread
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from multiprocessing import current_process
from numbers import Integral
from threading import Lock

import joblib

from fastsmote._progress import counted

PATIENCE = 0.5  # seconds between checks of a waiting thread, in case a wake-up was lost
FEW_RANGES = 4  # so few are done at the end of a block before a new thread would start

_chosen = ContextVar("fastsmote_threads", default=None)
_asked = ContextVar("fastsmote_asked", default=None)
_of_block = ContextVar("fastsmote_helpers", default=None)


def _check_n_threads(value, name):
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise ValueError(f"{name} must be an integer of 1 or more. Got {value!r} instead.")
    return int(value)


def _from_environment(name):
    text = os.environ.get(name, "")
    try:
        value = int(text)
    except ValueError:
        value = text
    return _check_n_threads(value, name)


def get_n_threads() -> int:
    """Return the number of threads that a call would use now.

    Returns
    -------
    n_threads : int >= 1
        The first of these that applies: the innermost ``fastsmote.threads``;
        ``FASTSMOTE_NUM_THREADS``; 1 in a daemonic process, such as a worker of
        `multiprocessing.Pool`; the number of CPUs according to joblib, which considers
        cgroups and CPU affinity. The number of CPUs is limited to ``OMP_NUM_THREADS`` if that
        is set, as it is in joblib's worker processes.

    Raises
    ------
    ValueError
        If ``FASTSMOTE_NUM_THREADS`` is not an integer of 1 or more.

    Examples
    --------
    >>> import fastsmote
    >>> with fastsmote.threads(2):
    ...     fastsmote.get_n_threads()
    2
    """
    return n_threads_and_source()[0]


def n_threads_and_source():
    """The number of threads that a call would use now, and what sets it."""
    chosen = _chosen.get()
    if chosen is not None:
        return chosen, "fastsmote.threads"
    if os.environ.get("FASTSMOTE_NUM_THREADS"):
        return _from_environment("FASTSMOTE_NUM_THREADS"), "FASTSMOTE_NUM_THREADS"
    asked = _asked.get()
    if asked:
        return asked[0]
    # In a worker of a pool joblib also returns 1, but it warns.
    is_daemon = current_process().daemon
    n_threads = 1 if is_daemon else max(1, joblib.effective_n_jobs(-1))
    source = "a daemonic process" if is_daemon else "CPUs according to joblib"
    share = os.environ.get("OMP_NUM_THREADS", "")  # which joblib sets in its workers
    if share.isdigit() and 1 <= int(share) < n_threads:
        n_threads, source = int(share), "OMP_NUM_THREADS"
    if asked is not None:
        asked.append((n_threads, source))
    return n_threads, source


@contextmanager
def asking_once():
    """Context manager: call joblib, which reads files, at most once for the number of CPUs.

    An invalid FASTSMOTE_NUM_THREADS raises ValueError, even if the block does not use it.
    """
    if os.environ.get("FASTSMOTE_NUM_THREADS"):
        _from_environment("FASTSMOTE_NUM_THREADS")
    asked = _asked.get()
    token = _asked.set([] if asked is None else asked)
    try:
        yield
    finally:
        _asked.reset(token)


@contextmanager
def threads(n_threads: int) -> Iterator[None]:
    """Use ``n_threads`` threads for the calls made inside the ``with`` block.

    The rows that a sampler returns do not depend on the number of threads.

    Parameters
    ----------
    n_threads : int >= 1
        The number of threads. It applies to the current thread or asynchronous task only.

    Returns
    -------
    context : context manager
        It restores the earlier number at the end of the block.

    Raises
    ------
    ValueError
        If ``n_threads`` is not an integer of 1 or more, when the block is entered.

    Examples
    --------
    >>> import numpy as np
    >>> import fastsmote
    >>> from fastsmote.over_sampling import SMOTE
    >>> X, y = np.arange(40.0).reshape(20, 2) ** 2, np.repeat([0, 1], [13, 7])
    >>> with fastsmote.threads(1):
    ...     X_one, _ = SMOTE(random_state=0).fit_resample(X, y)
    >>> with fastsmote.threads(2):
    ...     X_two, _ = SMOTE(random_state=0).fit_resample(X, y)
    >>> np.array_equal(X_one, X_two)
    True
    """
    token = _chosen.set(_check_n_threads(n_threads, "n_threads"))
    try:
        yield
    finally:
        _chosen.reset(token)


def threads_of(n_jobs):
    """Context manager: use the number of threads given by an estimator's n_jobs."""
    return asking_once() if n_jobs is None else threads(joblib.effective_n_jobs(n_jobs))


def new_lock():
    """Create a lock; raise MemoryError where Python raises RuntimeError for lack of memory."""
    try:
        return Lock()
    except RuntimeError as error:
        raise MemoryError("Not enough memory to create a lock.") from error


class _Ranges:
    """Consecutive ranges of [0, n), each processed by the next free thread."""

    def __init__(self, task, n, step):
        self.task, self.n, self.step, self.next = task, n, step, 0
        self.lock, self.error = new_lock(), None

    def is_left(self):
        return self.next < self.n

    def work_on_one(self):
        """Process the next range, if any; return whether there was one."""
        try:
            with self.lock:
                start = self.next
                self.next = start + self.step
            if start < self.n:
                self.task(start, min(self.n, start + self.step))
            return start < self.n
        except BaseException as error:  # the calling thread raises it later
            self.stop(error)
            return False

    def work(self):
        """Process ranges until none is left or a thread fails."""
        try:
            while self.work_on_one():
                pass
        except BaseException as error:  # an interrupt between two ranges
            self.stop(error)

    def stop(self, error):
        with self.lock:
            self.next = self.n
            self.error = self.error or error

    def raise_error(self):
        """Raise the first error, if any."""
        error, self.error = self.error, None
        if error is not None:
            try:
                raise error
            finally:  # the error refers to this frame: a cycle would keep the arrays alive
                del error


class _Helpers:
    """Threads that process ranges beside the calling thread; ranges of a run come first.

    They end when no range is left and ``is_over`` says that no further run can follow.

    A waiting thread does not hold the lock. ``with`` acquires and releases the lock in one
    step each, so an interrupt at any step of Python leaves it free. A `Condition` would not
    guarantee that.
    """

    def __init__(self, ranges, is_over):
        self.ranges, self.is_over, self.run = ranges, is_over, None
        self.lock, self.tickets = new_lock(), []
        self.n_started, self.n_inside, self.is_closed, self.have_ended = 0, 0, False, False
        self.n_at_run, self.n_at_ranges = 0, 0

    def start(self, n):
        """Start n threads, or as many as possible."""
        try:
            for _ in range(n):
                start_new_thread(self._help, ())
                self.n_started += 1
        except RuntimeError:  # memory or thread limit reached: fewer threads suffice
            pass

    def _help(self):
        with self.lock:
            if self.is_closed:  # the call ended before this thread started
                return
            self.n_inside += 1
        try:
            self._work()
        except MemoryError:  # from a new ticket: the other threads finish the ranges
            pass
        finally:
            with self.lock:
                self.n_inside -= 1
                self._tell()

    def _work(self):
        while True:
            with self.lock:
                run = self.run
                self.n_at_run += run is not None
                is_idle = run is None and not (self.is_over or self.ranges.is_left())
                ticket = self._take_ticket() if is_idle else None
            if ticket is not None:
                ticket.acquire(timeout=PATIENCE)
            elif run is not None:
                try:
                    run.work()
                finally:
                    with self.lock:
                        self.n_at_run -= 1
                        self._tell()
                self._wait_until(lambda: self.run is not run)  # noqa: B023
            elif not self._work_on_one() and self.is_over:
                return

    def _work_on_one(self):
        """Process the next range, if any, and count this thread while it does."""
        with self.lock:
            self.n_at_ranges += 1
        try:
            return self.ranges.work_on_one()
        finally:
            with self.lock:
                self.n_at_ranges -= 1
                self._tell()

    def complete(self):
        """Process the remaining ranges and wait until all are processed; raise their error."""
        self.ranges.work()
        self._wait_until(lambda: not self.n_at_ranges)
        self.ranges.raise_error()

    def can_take_a_run(self, n_threads):
        """Whether there are exactly n_threads threads and no current run."""
        return self.n_started == n_threads and self.run is None and not self.is_closed

    def work_on(self, run):
        """Process the ranges of a run with all threads; raise its first error."""
        try:
            self._change(run, self.is_over)
            run.work()
        except BaseException as error:  # an interrupt
            run.stop(error)
        while self.run is not None or self.n_at_run:
            try:
                self._change(None, self.is_over)
                self._wait_until(lambda: not self.n_at_run)
            except BaseException as error:
                run.stop(error)
        run.raise_error()

    def finish(self):
        """Process the remaining ranges, then wait for the started threads to end.

        Callers repeat it until ``have_ended``, as an interrupt can precede its first step.
        """
        self.ranges.work()
        self._change(None, is_over=True)
        with self.lock:
            self.is_closed = True
        # At interpreter shutdown the threads are frozen and never leave.
        self._wait_until(lambda: not self.n_inside or sys.is_finalizing())
        self.have_ended = True

    def _change(self, run, is_over):
        with self.lock:
            self.run, self.is_over = run, is_over
            self._tell()

    def _wait_until(self, is_so):
        """Wait until is_so() is true; every change wakes the thread to check."""
        while True:
            with self.lock:
                if is_so():
                    return
                ticket = self._take_ticket()
            ticket.acquire(timeout=PATIENCE)

    def _take_ticket(self):
        """A lock that is released at the next change. The caller holds ``self.lock``."""
        ticket = new_lock()
        ticket.acquire()
        self.tickets.append(ticket)
        return ticket

    def _tell(self):
        """Wake all waiting threads. The caller holds ``self.lock``."""
        for ticket in self.tickets:
            if ticket.locked():  # not if an interrupted call has released it
                ticket.release()
        self.tickets.clear()


def run_ranges(task, n, step, n_threads=None, doing=""):
    """Call ``task(start, stop)`` over [0, n) in ranges of ``step``, on several threads.

    The calling thread also works, alone if no other thread can be started. The first
    exception ends the run and is raised. An interrupt waits for the current ranges, so keep
    a range below 300 ms. ``doing`` names the step in the display of progress.
    """
    if n <= step:
        if n > 0:
            task(0, n)
        return
    ranges, helpers = _Ranges(counted(task, n, doing), n, step), _of_block.get()
    n_helpers = (n_threads or get_n_threads()) - 1
    if helpers is not None and helpers.can_take_a_run(n_helpers):
        helpers.work_on(ranges)
    else:
        helpers = _Helpers(ranges, is_over=True)
        while not helpers.have_ended:
            try:
                if ranges.is_left():
                    helpers.start(min(n_helpers, -(-n // step) - 1))
                helpers.finish()
            except BaseException as error:  # an interrupt
                ranges.stop(error)
        ranges.raise_error()


@contextmanager
def meanwhile(task, n, step):
    """Context manager: call ``task(start, stop)`` over [0, n) on idle threads.

    The threads are those of `run_ranges` inside the block, whose ranges come first. At the
    end of the block the remaining ranges are processed, also by the calling thread. If the
    block raises, they are dropped.

    It yields a function that processes them at once, for a block that needs their results.
    """
    ranges = _Ranges(task, n, step)
    helpers = _Helpers(ranges, is_over=False)
    try:
        token = _of_block.set(helpers)
        try:
            if n > FEW_RANGES * step:
                helpers.start(get_n_threads() - 1)
            yield helpers.complete
        finally:
            _of_block.reset(token)
    except BaseException as error:
        ranges.stop(error)
    while not helpers.have_ended:
        try:
            helpers.finish()
        except BaseException as error:  # an interrupt
            ranges.stop(error)
    ranges.raise_error()
