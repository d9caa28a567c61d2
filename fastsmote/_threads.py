"""Run a serial kernel over ranges of rows on Python threads.

Kernels release the GIL and write to rows of their own, so no lock is needed and the
number of threads cannot change a result. The threads work for one call: nothing is
left for a fork to break, and an interrupt is seen between two ranges.

An interrupt can come between any two steps of Python, so whoever waits for a thread, or
takes a lock, does it where nothing is lost by that. Hence no `threading.Thread`, whose
start waits for the thread in Python, and ends in waiting for ever if one is interrupted
there or finds no memory to begin.
"""

import os
import sys
from _thread import start_new_thread
from contextlib import contextmanager
from contextvars import ContextVar
from multiprocessing import current_process
from numbers import Integral
from threading import Lock

import joblib

from fastsmote._progress import counted

PATIENCE = 0.5  # seconds after which who waits looks again, whatever became of a telling
FEW_RANGES = 4  # that are done at the end of a block sooner than a thread has started

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


def get_n_threads():
    """The number of threads that a call made here and now would use.

    Returns
    -------
    n_threads : int >= 1
        The innermost ``fastsmote.threads``; else ``FASTSMOTE_NUM_THREADS``; else the
        CPUs that joblib sees (it knows about cgroups and affinity) or, inside a joblib
        worker process, that worker's share of them; 1 in a daemonic process, as those of
        `multiprocessing.Pool` are.

    Raises
    ------
    ValueError
        If ``FASTSMOTE_NUM_THREADS`` is not an integer of 1 or more.
    """
    chosen = _chosen.get()
    if chosen is not None:
        return chosen
    if os.environ.get("FASTSMOTE_NUM_THREADS"):
        return _from_environment("FASTSMOTE_NUM_THREADS")
    asked = _asked.get()
    if asked:
        return asked[0]
    # joblib too says one in a worker of a pool, but with a warning.
    n_threads = 1 if current_process().daemon else max(1, joblib.effective_n_jobs(-1))
    share = os.environ.get("OMP_NUM_THREADS", "")  # what joblib tells its workers
    if share.isdigit() and int(share) >= 1:
        n_threads = min(n_threads, int(share))
    if asked is not None:
        asked.append(n_threads)
    return n_threads


@contextmanager
def asking_once():
    """Ask joblib, who reads files, no more than once for the CPUs in a ``with`` block.

    A setting of the environment that is none is an error even where nobody asks.
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
def threads(n_threads):
    """Use ``n_threads`` threads for the calls made inside the ``with`` block.

    The rows a sampler returns do not depend on it.

    Parameters
    ----------
    n_threads : int >= 1
        The number of threads, in this thread or asynchronous task only.

    Raises
    ------
    ValueError
        If ``n_threads`` is not an integer of 1 or more.

    Examples
    --------
    >>> import fastsmote
    >>> with fastsmote.threads(1):
    ...     pass
    """
    token = _chosen.set(_check_n_threads(n_threads, "n_threads"))
    try:
        yield
    finally:
        _chosen.reset(token)


def threads_of(n_jobs):
    """Context manager: the threads that an estimator's n_jobs asks for."""
    return asking_once() if n_jobs is None else threads(joblib.effective_n_jobs(n_jobs))


def _new_lock():
    """A lock; where there is no memory for one Python says RuntimeError."""
    try:
        return Lock()
    except RuntimeError as error:
        raise MemoryError("There is no memory left for a lock.") from error


class _Ranges:
    """Consecutive ranges of [0, n), each worked on by whoever asks next."""

    def __init__(self, task, n, step):
        self.task, self.n, self.step, self.next = task, n, step, 0
        self.lock, self.error = _new_lock(), None

    def is_left(self):
        return self.next < self.n

    def work_on_one(self):
        """Whether there was a range left to work on."""
        try:
            with self.lock:
                start = self.next
                self.next = start + self.step
            if start < self.n:
                self.task(start, min(self.n, start + self.step))
            return start < self.n
        except BaseException as error:  # told to the caller, who raises it
            self.stop(error)
            return False

    def work(self):
        """Work until nothing is left or somebody failed."""
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
        """Raise the first error, if there was one."""
        error, self.error = self.error, None
        if error is not None:
            try:
                raise error
            finally:  # the error knows this frame: a cycle would keep the arrays of the call
                del error


class _Helpers:
    """Threads that work on ranges beside the calling one, on those of a run before others.

    They end when nothing is left and, by ``is_over``, no run can come any more.

    Who waits has let go of the lock, which ``with`` takes and gives back in one step each, so
    that an interrupt at any step of Python leaves it free; a `Condition` would not.
    """

    def __init__(self, ranges, is_over):
        self.ranges, self.is_over, self.run, self.n_at_run = ranges, is_over, None, 0
        self.lock, self.tickets = _new_lock(), []
        self.n_started, self.n_inside, self.is_closed, self.have_ended = 0, 0, False, False

    def start(self, n):
        """Start so many threads, or as many as can be."""
        try:
            for _ in range(n):
                start_new_thread(self._help, ())
                self.n_started += 1
        except RuntimeError:  # no memory, or no number left, for another: fewer will do
            pass

    def _help(self):
        with self.lock:
            if self.is_closed:  # the call was over before this thread began
                return
            self.n_inside += 1
        try:
            self._work()
        except MemoryError:  # for a ticket: the others do what is left
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
            elif not self.ranges.work_on_one() and self.is_over:
                return

    def can_take_a_run(self, n_threads):
        """Whether there are so many threads, and no run is under way."""
        return self.n_started == n_threads and self.run is None and not self.is_closed

    def work_on(self, run):
        """Let everyone work on other ranges until they are done; raise their first error."""
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
        """Do what is left, and wait for the threads that have begun to end.

        It is called in a loop until they have, as an interrupt can come before its first step.
        """
        self.ranges.work()
        self._change(None, is_over=True)
        with self.lock:
            self.is_closed = True
        # When the interpreter ends, they are frozen.
        self._wait_until(lambda: not self.n_inside or sys.is_finalizing())
        self.have_ended = True

    def _change(self, run, is_over):
        with self.lock:
            self.run, self.is_over = run, is_over
            self._tell()

    def _wait_until(self, is_so):
        """Wait for what is so after a change."""
        while True:
            with self.lock:
                if is_so():
                    return
                ticket = self._take_ticket()
            ticket.acquire(timeout=PATIENCE)

    def _take_ticket(self):
        """A lock that is let go of at the next change; the caller has the lock of all."""
        ticket = _new_lock()
        ticket.acquire()
        self.tickets.append(ticket)
        return ticket

    def _tell(self):
        """Wake whoever waits; the caller has the lock."""
        for ticket in self.tickets:
            if ticket.locked():  # not yet, by a telling that was interrupted
                ticket.release()
        self.tickets.clear()


def run_ranges(task, n, step, n_threads=None, doing=""):
    """Call ``task(start, stop)`` over [0, n) in ranges of ``step``, on several threads.

    The calling thread works too, alone if no other can be started. The first exception
    ends the run and is raised; an interrupt waits for the ranges under way, so keep a
    range below 300 ms. ``doing`` is what the step is called where its progress is shown.
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
    """``task(start, stop)`` over [0, n), by the threads that a ``with`` block leaves idle.

    They are the threads of `run_ranges` within the block, whose ranges come first. What the
    block leaves undone is done at its end, by the calling thread too; a block that raises
    ends it.
    """
    ranges = _Ranges(task, n, step)
    helpers = _Helpers(ranges, is_over=False)
    try:
        token = _of_block.set(helpers)
        try:
            if n > FEW_RANGES * step:
                helpers.start(get_n_threads() - 1)
            yield
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
