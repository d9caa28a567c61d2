"""One sampler of one library on one table, in a fresh process that can be ended.

The process imports the library, loads the table, warms up and then runs the sampler each
time it is told to: so several libraries can take turns, none of them in the others'
process, none with what another has left in memory or in the caches of Python.
"""

import os
import signal
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context

import numpy as np
from scipy import sparse

from benchmarks import process_memory
from benchmarks.catalog import OURS, import_library, make
from benchmarks.digests import digest, row_hashes
from benchmarks.tables import load

WARM_ROWS = 4000  # of the other classes, with 500 of the minority: kernels load, threads start
MANY_ROWS = 10_000  # with fewer joblib's threads cost a peer more than they bring it
LEAST_SECONDS = 0.1  # a shorter call is repeated
END_SECONDS = 5
COPIES_OF_X = 4  # that a call may need
LOAD_SECONDS = 900  # for starting and for reading the table, which no limit is about
OK, OVER, MEMORY, CRASHED, FAILED, MISSING = (
    "ok",
    "over the limit",
    "out of memory",
    "crashed",
    "failed",
    "missing",
)


@dataclass(frozen=True)
class Cell:
    """What is to be measured. ``threads`` None means as many as there are cores."""

    table: str
    sampler: str
    library: str
    threads: int | None = None


@dataclass
class Result:
    """What was measured. The rows' numbers are those of the first call."""

    outcome: str = OK
    message: str = ""
    shape: tuple = ()
    seconds: list = field(default_factory=list)
    peak_bytes: int | None = None
    extra_bytes: int | None = None  # of the peak, above what was there before the call
    hashes: np.ndarray | None = None
    digest: str | None = None


def few_rows(X, y):
    """Rows for a first call, of every class."""
    is_minority = y == np.argmin(np.bincount(y))
    rows = [np.flatnonzero(~is_minority)[:WARM_ROWS], np.flatnonzero(is_minority)[:500]]
    rows = np.concatenate(rows)
    return (X.iloc[rows] if hasattr(X, "iloc") else X[rows]), y[rows]


def bytes_of(X):
    """What its values take as an array; a dataframe's are taken for float64."""
    if sparse.issparse(X):
        return X.data.nbytes + X.indices.nbytes
    return X.nbytes if hasattr(X, "nbytes") else 8 * X.shape[0] * X.shape[1]


def limit_threads(library, n_threads):
    """Context manager: a library's call on so many threads; None leaves it alone."""
    stack = ExitStack()
    if n_threads is not None:
        from threadpoolctl import threadpool_limits

        stack.enter_context(threadpool_limits(n_threads))
        if library == OURS:
            from fastsmote import threads

            stack.enter_context(threads(n_threads))
    return stack


def timed(call, least_seconds=LEAST_SECONDS):
    """Mean seconds of a call, repeated if it is short, and its last result."""
    n_calls, result, start = 0, None, time.perf_counter()
    while True:
        result = None  # its memory serves the next call
        result = call()
        n_calls += 1
        elapsed = time.perf_counter() - start
        if elapsed >= least_seconds:
            return elapsed / n_calls, result


def _measure(call, n_bytes):
    """Seconds, peak memory and memory above that before of a call; its result.

    ``n_bytes`` is what it may need, which others' turns have left untouched for a while.
    """
    process_memory.claim(n_bytes)
    before = process_memory.resident_bytes()
    process_memory.forget_peak()
    seconds, resampled = timed(call)
    peak = process_memory.peak_bytes()
    extra = None if peak is None else peak - before
    return (seconds, peak, extra), resampled


def _work(cell, pipe):
    """What the fresh process does. Every message is (outcome, what it tells)."""
    os.setsid()  # a group of its own, to be ended with all that it starts
    process_memory.be_killed_first()
    try:
        library = import_library(cell.library)
        X, y = load(cell.table)
        pipe.send((OK, X.shape))
        n_jobs = None
        if X.shape[0] >= MANY_ROWS:
            n_jobs = -1 if cell.threads is None else cell.threads

        def call(X=X, y=y):
            return make(library, cell.sampler, n_jobs).fit_resample(X, y)

        with limit_threads(cell.library, cell.threads):
            few = few_rows(X, y)
            pipe.recv()
            _warm_up(lambda: call(*few))
            pipe.send((OK, None))
            for wants_rows in iter(pipe.recv, None):
                measured, resampled = _measure(call, COPIES_OF_X * bytes_of(X))
                pipe.send((OK, measured))
                if wants_rows:
                    pipe.send((OK, row_hashes(*resampled)))
                del resampled  # it is not there when the next call is measured
    except ImportError as error:
        pipe.send((MISSING, str(error)))
    except MemoryError as error:
        pipe.send((MEMORY, str(error)))
    except (EOFError, BrokenPipeError):
        pass  # whoever asked is gone
    except BaseException as error:
        pipe.send((FAILED, f"{type(error).__name__}: {error}"))


def _warm_up(call):
    """A few rows may not do for a sampler that all rows do for."""
    try:
        call()
    except ValueError:
        return


class CellProcess:
    """A cell's process, and what it has measured so far. Use it in a ``with`` block."""

    def __init__(self, cell, limit):
        self.cell, self.limit, self.result = cell, limit, Result()
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        # No daemon: joblib, and so every library, would leave those a single thread.
        self._process = context.Process(target=_work, args=(cell, theirs))
        self._process.start()
        self._pid = self._process.pid
        theirs.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def prepare(self):
        """Wait for the table, then for the call that warms up."""
        shape = self._receive(LOAD_SECONDS)
        if shape is not None:
            self.result.shape = tuple(shape)
            self._ask(True)

    def run(self):
        """Measure once more; the first time also ask for the rows, which no limit is about."""
        result = self.result
        measured = self._ask(not result.seconds)
        if measured is None:
            return
        seconds, peak, extra = measured
        if peak is not None:
            result.peak_bytes = max(peak, result.peak_bytes or 0)
            result.extra_bytes = max(extra, result.extra_bytes or 0)
        if not result.seconds:
            result.hashes = self._receive(LOAD_SECONDS)
            result.digest = None if result.hashes is None else digest(result.hashes)
        result.seconds.append(seconds)

    @property
    def is_alive(self):
        """Whether it can run once more."""
        return self._process is not None

    def stop(self, patience=END_SECONDS):
        """End the process and all that it started; nothing happens the second time.

        One that waits for its next run ends by itself, within the patience, and tidies up.
        """
        if self._process is None:
            return
        with suppress(BrokenPipeError, ConnectionResetError):
            self._pipe.send(None)
        self._process.join(patience)
        try:
            os.killpg(self._pid, signal.SIGKILL)
        except ProcessLookupError:  # it has ended, or has no group of its own yet
            self._process.kill()
        self._process.join()
        self._process.close()
        self._pipe.close()
        self._process = None

    def _ask(self, question):
        if not self.is_alive:
            return None
        # If it has gone: what it said last, or that it said nothing, is still to be read.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._pipe.send(question)
        return self._receive(self.limit)

    def _receive(self, seconds):
        """What the process tells; None if it has failed, is too slow or is dead."""
        if not self.is_alive:
            return None
        try:
            if not self._pipe.poll(seconds):
                outcome = OK if self.result.seconds else OVER
                self._end(outcome, f"over {seconds:g} s", patience=0)
                return None
            outcome, told = self._pipe.recv()
        except (EOFError, ConnectionResetError):
            self._process.join()
            self._end(CRASHED, f"ended by {_name_of(self._process.exitcode)}")
            return None
        if outcome != OK:
            self._end(outcome, told)
            return None
        return told

    def _end(self, outcome, message, patience=END_SECONDS):
        self.result.outcome, self.result.message = outcome, message
        self.stop(patience)


def _name_of(exitcode):
    if exitcode is not None and exitcode < 0:
        return signal.Signals(-exitcode).name
    return f"exit code {exitcode}"
