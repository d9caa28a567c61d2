"""Report a run's progress: count its passes, and raise interrupts that Python lost."""

import signal
import threading

from fastsmote.offline._progress import Progress


class Interruptible(Progress):
    """Passes on what it is told, and raises an interrupt that has come to nothing.

    Python raises `KeyboardInterrupt` wherever it happens to be. In a destructor or in a
    callback of Arrow's the exception is printed and the run goes on: so it is remembered,
    and raised again at the next batch. Signals can be handled in the main thread only.
    """

    def __init__(self, progress):
        self._progress, self._is_interrupted, self._before = progress, False, None
        self.plan, self.stop = progress.plan, progress.stop
        self._n_started, self._n_passes = 0, None

    def __enter__(self):
        is_main = threading.current_thread() is threading.main_thread()
        if is_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._before = signal.signal(signal.SIGINT, self._remember)
        return self

    def __exit__(self, *_):
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _remember(self, *_):
        self._is_interrupted = True
        raise KeyboardInterrupt

    def expect(self, n_passes):
        """Told how many passes there are in all, those that began included."""
        self._n_passes = n_passes

    def start(self, task, total):
        """Told of every pass."""
        self._n_started += 1
        n_passes = None if self._n_passes is None else max(self._n_passes, self._n_started)
        self._progress.start(task, total, self._n_started, n_passes)

    def check(self):
        """Raise the interrupt, if there was one."""
        if self._is_interrupted:
            raise KeyboardInterrupt

    def advance(self, n_rows):
        """Told of every batch: where an interrupt is raised again."""
        self.check()
        self._progress.advance(n_rows)
