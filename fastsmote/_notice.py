"""One line on stderr while kernels compile, so that a first call of seconds is no riddle.

Nothing is said where nobody looks: stderr has to be a terminal or belong to a notebook.
"""

import sys
import time
from contextlib import contextmanager, suppress

LEAST_SECONDS = 1.0  # of compiling in this process, before which nothing is said
COMPILING = (
    "fastsmote: compiling for this machine, usually 3 to 10 s. It happens once for each sampler "
    "and dtype; later calls start at once. `fastsmote warmup` compiles everything ahead."
)
# The kernel cache cannot be written: neither "once" nor the advice would be true.
COMPILING_ANEW = (
    "fastsmote: compiling, usually 3 to 10 s. It happens in each process, as the kernel cache "
    "cannot be written; NUMBA_CACHE_DIR names another folder for it."
)


def is_terminal(stream):
    """Whether a stream is a terminal. A stream that is closed, or missing, is not."""
    try:
        return bool(stream.isatty())
    except (AttributeError, OSError, ValueError):
        return False


def is_notebook(stream):
    """Whether a stream belongs to a notebook; a subclass of ipykernel's counts as one."""
    return any(base.__module__.startswith("ipykernel") for base in type(stream).__mro__)


class Compiling:
    """Adds up the seconds of compiling in this process and speaks when there are enough.

    Only the thread that holds Numba's compiler lock uses it, so it has no lock of its own.
    """

    def __init__(self, clock=time.perf_counter):
        self.clock, self.seconds, self.started = clock, 0.0, None
        self.is_said = self.is_silenced = False

    def is_watched(self):
        """Whether a line would be seen and is still to be said."""
        if self.is_said or self.is_silenced or self.started is not None:
            return False
        return is_terminal(sys.stderr) or is_notebook(sys.stderr)

    @contextmanager
    def under_way(self):
        """A ``with`` block that compiles one kernel, with those that it calls."""
        self.started = self.clock()
        try:
            yield
        finally:
            self.seconds += self.clock() - self.started
            self.started = None

    def look(self, is_cached=True):
        """Say the line if a kernel is being compiled and a second of compiling has passed."""
        if self.is_said or self.started is None:
            return
        if self.seconds + self.clock() - self.started >= LEAST_SECONDS:
            self.is_said = True
            # A stream that is closed or full is no reason for a call to fail.
            with suppress(OSError, ValueError, AttributeError):
                print(COMPILING if is_cached else COMPILING_ANEW, file=sys.stderr, flush=True)

    @contextmanager
    def silenced(self):
        """A ``with`` block that says in its own words what it waits for."""
        before, self.is_silenced = self.is_silenced, True
        try:
            yield
        finally:
            self.is_silenced = before


compiling = Compiling()
