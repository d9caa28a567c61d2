"""Forward progress, count the passes, and raise interrupts that Python has lost."""

import signal
import threading

from fastsmote.offline._progress import Progress


class Interruptible(Progress):
    """Forward every call to another `Progress`, and raise an interrupt that was lost.

    Python raises `KeyboardInterrupt` at whatever code is running. In a destructor, or in a
    callback from Arrow, the exception is printed and the run continues. So the interrupt is
    recorded and raised again at the next batch. Only the main thread can handle signals.
    """

    def __init__(self, progress):
        self._progress, self._is_interrupted, self._before = progress, False, None
        self.announce, self.stop = progress.announce, progress.stop
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
        """Set the total number of passes, including those that have started."""
        self._n_passes = n_passes

    def start(self, task, total):
        """Report that a pass starts, with its number."""
        self._n_started += 1
        n_passes = None if self._n_passes is None else max(self._n_passes, self._n_started)
        self._progress.start(task, total, self._n_started, n_passes)

    def check(self):
        """Raise `KeyboardInterrupt` if there was an interrupt."""
        if self._is_interrupted:
            raise KeyboardInterrupt

    def advance(self, n_rows):
        """Report rows of a batch; raise a lost interrupt here."""
        self.check()
        self._progress.advance(n_rows)
