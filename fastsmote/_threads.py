"""Run a serial kernel over ranges of rows on Python threads.

Kernels release the GIL and write to rows of their own, so no lock is needed and the
number of threads cannot change a result. The threads live for one call: nothing is
left for a fork to break, and an interrupt is seen between two ranges.
"""

import os
from contextlib import contextmanager
from contextvars import ContextVar
from numbers import Integral
from threading import Lock, Thread

import joblib

_chosen = ContextVar("fastsmote_threads", default=None)


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
    """Hands out consecutive ranges of [0, n) to whoever asks next."""

    def __init__(self, n, step):
        self.n, self.step, self.next = n, step, 0
        self.lock, self.error = Lock(), None

    def run(self, task):
        """Work until nothing is left or somebody failed."""
        try:
            while True:
                with self.lock:
                    start = self.next
                    self.next = start + self.step
                if start >= self.n:
                    return
                task(start, min(self.n, start + self.step))
        except BaseException as error:  # told to the caller, who raises it
            self.stop(error)

    def stop(self, error):
        with self.lock:
            self.next = self.n
            self.error = self.error or error


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
    n_threads = min(n_threads or get_n_threads(), -(-n // step))
    ranges, helpers = _Ranges(n, step), []
    try:
        for _ in range(n_threads - 1):
            helper = Thread(target=ranges.run, args=(task,))
            try:
                helper.start()
            except RuntimeError:  # no memory, or no number left, for another: fewer will do
                break
            helpers.append(helper)
        ranges.run(task)
    except BaseException as error:  # an interrupt between two ranges
        ranges.stop(error)
    _join(helpers, ranges)
    error, ranges.error = ranges.error, None
    if error is not None:
        try:
            raise error
        finally:  # the error knows this frame: a cycle would keep the arrays of the call
            del error


def _join(helpers, ranges):
    """Wait for the ranges under way, whatever interrupts."""
    while helpers:
        try:
            helpers[-1].join()
            helpers.pop()
        except BaseException as error:
            ranges.stop(error)
