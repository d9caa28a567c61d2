"""How a command ends: its exit status after errors, Ctrl-C and SIGTERM."""

import os
import signal
import sys
import threading
from contextlib import contextmanager

import typer

from fastsmote.offline._errors import Interrupted, OfflineError


@contextmanager
def errors_as_status(command):
    """Print errors of a run as one line that begins with the command, and set the exit status.

    typer would print its own message and exit with another status after an interrupt.
    """
    try:
        yield
    except OfflineError as error:
        if isinstance(error.__cause__, BrokenPipeError):
            # Python would raise again when it flushes stdout at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(f"{command}: {error}", file=sys.stderr)
        raise typer.Exit(1) from error
    except KeyboardInterrupt as interrupt:
        text = str(interrupt) if isinstance(interrupt, Interrupted) else "interrupted."
        print(f"{command}: {text}", file=sys.stderr)
        raise typer.Exit(130) from None


@contextmanager
def _ended_by_sigterm():
    """Treat SIGTERM like Ctrl-C; yield the list of the SIGTERM signals received."""
    signals = []

    def interrupt(number, _):
        signals.append(number)
        signal.raise_signal(signal.SIGINT)

    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield signals
        return
    signal.signal(signal.SIGTERM, interrupt)
    try:
        yield signals
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def run_app(app, arguments, command):
    """Run the only command of a typer app and return its exit status.

    Returns
    -------
    status : int
        0 for success, 1 for an error in the run, 2 for an error in the arguments, 130 after
        an interrupt, 143 after SIGTERM.
    """
    with _ended_by_sigterm() as signals:
        try:
            app(arguments, prog_name=command)
        except SystemExit as done:
            return 128 + signals[0] if signals else done.code
