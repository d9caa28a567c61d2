"""One line on stderr while kernels compile, to explain why a first call takes seconds.

The line is printed only if stderr is a terminal or belongs to a notebook.
"""

import sys
import time
from contextlib import contextmanager, suppress

LEAST_SECONDS = 1.0  # of compilation in this process before the line is printed
COMPILING = (
    "fastsmote: compiling for this machine, usually 3 to 10 s. This happens once for each sampler "
    "and dtype. `fastsmote warmup` compiles everything in advance."
)
# For a kernel cache that cannot be written, where the message above would be wrong.
COMPILING_ANEW = (
    "fastsmote: compiling, usually 3 to 10 s. This happens in each process because the kernel "
    "cache cannot be written. Set NUMBA_CACHE_DIR to a writable folder."
)


def is_terminal(stream):
    """Whether a stream is a terminal. A closed or missing stream is not."""
    try:
        return bool(stream.isatty())
    except (AttributeError, OSError, ValueError):
        return False


def is_notebook(stream):
    """Whether a stream belongs to a notebook: its class derives from one of ipykernel's."""
    return any(base.__module__.startswith("ipykernel") for base in type(stream).__mro__)


class Compiling:
    """Adds up the seconds of compilation in this process and prints the line when due.

    Only the thread that holds Numba's compiler lock uses it, so it needs no lock of its own.
    """

    def __init__(self, clock=time.perf_counter):
        self.clock, self.seconds, self.started = clock, 0.0, None
        self.is_said = self.is_silenced = False

    def is_watched(self):
        """Whether the line has not been printed yet and stderr is visible to a user."""
        if self.is_said or self.is_silenced or self.started is not None:
            return False
        return is_terminal(sys.stderr) or is_notebook(sys.stderr)

    @contextmanager
    def under_way(self):
        """Context manager: time a block that compiles one kernel and the kernels it calls."""
        self.started = self.clock()
        try:
            yield
        finally:
            self.seconds += self.clock() - self.started
            self.started = None

    def look(self, is_cached=True):
        """Print the line if a kernel is being compiled and `LEAST_SECONDS` have passed."""
        if self.is_said or self.started is None:
            return
        if self.seconds + self.clock() - self.started >= LEAST_SECONDS:
            self.is_said = True
            # A closed or full stream must not make the call fail.
            with suppress(OSError, ValueError, AttributeError):
                print(COMPILING if is_cached else COMPILING_ANEW, file=sys.stderr, flush=True)

    @contextmanager
    def silenced(self):
        """Context manager: print no line inside a block that reports its progress itself."""
        before, self.is_silenced = self.is_silenced, True
        try:
            yield
        finally:
            self.is_silenced = before


compiling = Compiling()
