"""A cell of the race: one sampler of one library on one table, in its own process.

The process imports the library, loads the table and makes a warm-up call. Then it runs the
sampler each time the parent tells it to. So several libraries can take turns without sharing
memory or Python's caches, and the parent can end a process that takes too long.
"""

import os
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context

import numpy as np

from benchmarks.inputs.catalog import import_library, make
from benchmarks.inputs.tables import load
from benchmarks.measuring import process_memory
from benchmarks.measuring.calls import claim_memory_for, few_rows, limit_threads, timed
from benchmarks.race.digests import digest, row_hashes

MANY_ROWS = 10_000  # with fewer rows, joblib's threads make imbalanced-learn slower
END_SECONDS = 5  # for a process to end by itself
LOAD_SECONDS = 900  # to start and to read the table; the limit of a call does not include it
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
    """What to measure. If ``threads`` is None, every library uses all cores."""

    table: str
    sampler: str
    library: str
    threads: int | None = None


@dataclass
class Result:
    """What the process has measured. ``shape`` is that of the table.

    ``hashes`` and ``digest`` describe the output of the first call.
    """

    outcome: str = OK
    message: str = ""
    shape: tuple = ()
    seconds: list = field(default_factory=list)
    peak_bytes: int | None = None
    extra_bytes: int | None = None  # the peak less the memory before the call
    hashes: np.ndarray | None = None
    digest: str | None = None


def _measure(call, X):
    """The seconds, the peak memory and the extra memory of a call on X, and its result."""
    claim_memory_for(X)
    before = process_memory.resident_bytes()
    process_memory.forget_peak()
    seconds, resampled = timed(call)
    peak = process_memory.peak_bytes()
    extra = None if peak is None else peak - before
    return (seconds, peak, extra), resampled


def _work(cell, pipe):
    """The work of the child process. It sends messages of the form (outcome, value)."""
    os.setsid()  # its own group, which the parent can kill with all processes in it
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
                measured, resampled = _measure(call, X)
                pipe.send((OK, measured))
                if wants_rows:
                    pipe.send((OK, row_hashes(*resampled)))
                del resampled  # frees the memory before the next call
    except ImportError as error:
        pipe.send((MISSING, str(error)))
    except MemoryError as error:
        pipe.send((MEMORY, str(error)))
    except (EOFError, BrokenPipeError):
        pass  # the parent has ended
    except BaseException as error:
        pipe.send((FAILED, f"{type(error).__name__}: {error}"))


def _warm_up(call):
    """Call once on few rows. A sampler may refuse them and still accept the whole table."""
    try:
        call()
    except ValueError:
        return


class CellProcess:
    """The process of a cell and its result so far. Use it in a ``with`` block."""

    def __init__(self, cell, limit):
        self.cell, self.limit, self.result = cell, limit, Result()
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        # Not a daemon: joblib gives daemon processes a single thread.
        self._process = context.Process(target=_work, args=(cell, theirs))
        self._process.start()
        self._pid = self._process.pid
        theirs.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def prepare(self):
        """Wait until the process has loaded the table and made its warm-up call."""
        shape = self._receive(LOAD_SECONDS)
        if shape is not None:
            self.result.shape = tuple(shape)
            self._ask(True)

    def run(self):
        """Measure once more. After the first call, also receive the hashes, without a limit."""
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
        """Whether the process can run once more."""
        return self._process is not None

    def stop(self, patience=END_SECONDS):
        """End the process and all processes it started. A second call has no effect.

        A process that waits for its next run gets ``patience`` seconds to clean up.
        """
        if self._process is None:
            return
        with suppress(BrokenPipeError, ConnectionResetError):
            self._pipe.send(None)
        self._process.join(patience)
        try:
            os.killpg(self._pid, signal.SIGKILL)
        except ProcessLookupError:  # the process has ended, or does not have its own group yet
            self._process.kill()
        self._process.join()
        self._process.close()
        self._pipe.close()
        self._process = None

    def _ask(self, question):
        if not self.is_alive:
            return None
        # If the process has ended, the pipe may still contain its last message.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._pipe.send(question)
        return self._receive(self.limit)

    def _receive(self, seconds):
        """The value of the next message; None if the process failed, is too slow or ended."""
        if not self.is_alive:
            return None
        try:
            if not self._pipe.poll(seconds):
                outcome = OK if self.result.seconds else OVER
                self._end(outcome, f"over {seconds:g} s", patience=0)
                return None
            outcome, value = self._pipe.recv()
        except (EOFError, ConnectionResetError):
            self._process.join()
            self._end(CRASHED, f"ended by {_name_of(self._process.exitcode)}")
            return None
        if outcome != OK:
            self._end(outcome, value)
            return None
        return value

    def _end(self, outcome, message, patience=END_SECONDS):
        self.result.outcome, self.result.message = outcome, message
        self.stop(patience)


def _name_of(exitcode):
    if exitcode is not None and exitcode < 0:
        return signal.Signals(-exitcode).name
    return f"exit code {exitcode}"
