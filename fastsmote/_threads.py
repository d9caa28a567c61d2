"""Run a serial kernel over ranges of rows on Python threads.

Kernels release the GIL and write to rows of their own, so no lock is needed and the
number of threads cannot change a result. The threads live for one call: nothing is
left for a fork to break, and an interrupt is seen between two ranges.
"""

import os
from contextlib import contextmanager
from contextvars import ContextVar
from numbers import Integral
from threading import Event, Lock, Thread

import joblib

FEW_RANGES = 4  # that are done at the end of a block sooner than a thread has started

_chosen = ContextVar("fastsmote_threads", default=None)
_background = ContextVar("fastsmote_background", default=None)


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
        worker process, that worker's share of them.

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
    n_threads = max(1, joblib.effective_n_jobs(-1))
    share = os.environ.get("OMP_NUM_THREADS", "")  # what joblib tells its workers
    if share.isdigit() and int(share) >= 1:
        n_threads = min(n_threads, int(share))
    return n_threads


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


class _Ranges:
    """Consecutive ranges of [0, n), each worked on by whoever asks next."""

    def __init__(self, task, n, step):
        self.task, self.n, self.step, self.next = task, n, step, 0
        self.lock, self.may_work, self.error = Lock(), Event(), None
        self.may_work.set()
        self.helpers = []

    def start(self, n_threads):
        """Let so many threads, the calling one among them, work from now on."""
        try:
            for _ in range(min(n_threads, -(-self.n // self.step)) - 1):
                helper = Thread(target=self.work)
                try:
                    helper.start()
                except RuntimeError:  # no memory, or no number left, for another: fewer will do
                    break
                self.helpers.append(helper)
        except BaseException as error:  # an interrupt between two helpers
            self.stop(error)

    def work(self):
        """Work until nothing is left or somebody failed."""
        try:
            while True:
                self.may_work.wait()
                with self.lock:
                    start = self.next
                    self.next = start + self.step
                if start >= self.n:
                    return
                self.task(start, min(self.n, start + self.step))
        except BaseException as error:  # told to the caller, who raises it
            self.stop(error)

    def stop(self, error):
        with self.lock:
            self.next = self.n
            self.error = self.error or error

    def finish(self):
        """Do what is left, wait for the ranges under way, and raise the first error."""
        try:
            self.work()
        except BaseException as error:  # an interrupt between two ranges
            self.stop(error)
        self._join()
        error, self.error = self.error, None
        if error is not None:
            try:
                raise error
            finally:  # the error knows this frame: a cycle would keep the arrays of the call
                del error

    def _join(self):
        """Wait for the helpers, whatever interrupts."""
        while self.helpers:
            try:
                self.helpers[-1].join()
                self.helpers.pop()
            except BaseException as error:
                self.stop(error)


def run_ranges(task, n, step, n_threads=None):
    """Call ``task(start, stop)`` over [0, n) in ranges of ``step``, on several threads.

    The calling thread works too, alone if no other can be started. The first exception
    ends the run and is raised; an interrupt waits for the ranges under way, so keep a
    range below 300 ms.
    """
    if n <= step:
        if n > 0:
            task(0, n)
        return
    ranges, background = _Ranges(task, n, step), _background.get()
    if background is not None:
        background.may_work.clear()
    try:
        ranges.start(n_threads or get_n_threads())
        ranges.finish()
    finally:
        if background is not None:
            background.may_work.set()


@contextmanager
def meanwhile(task, n, step):
    """``task(start, stop)`` over [0, n), by the threads that a ``with`` block leaves idle.

    They begin no range while `run_ranges` keeps all threads busy. What the block leaves
    undone is done at its end, by the calling thread too; a block that raises ends it.
    """
    ranges = _Ranges(task, n, step)
    token = _background.set(ranges)
    try:
        if n > FEW_RANGES * step:
            ranges.start(get_n_threads())
        yield
    except BaseException as error:
        ranges.stop(error)
    finally:
        _background.reset(token)
        ranges.may_work.set()
    ranges.finish()
