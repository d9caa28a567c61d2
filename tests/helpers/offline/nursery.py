"""Runs of `fastsmote resample`, a process each, with a fault at one counted event."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from typing import NamedTuple

# Every run is a fork of one process, so that nothing is imported and no kernel loaded twice.
# Events are calls: those that a full disk refuses ("write"); these, those that remove, and
# every batch that was dealt with ("disk"); or every batch that was read and is not dealt with
# yet, and again when it was ("batch").
NURSERY = r"""
import errno, gc, io, json, os, signal, sys, traceback
from contextlib import redirect_stderr
import numpy as np
import pyarrow.acero, pyarrow.dataset
import fastsmote
from fastsmote._commands import main as cli
from fastsmote.offline import _batches, _command, _csv, _interrupt, _readers, _run, _writers
from fastsmote.over_sampling import SMOTE

with redirect_stderr(io.StringIO()):  # what the command imports when it is called
    cli.main(["resample", "none", "out", "--target", "y"])
with fastsmote.threads(1):
    X, y = np.random.RandomState(0).randn(200, 4), np.arange(200) % 10 == 0
    SMOTE(random_state=0).fit_resample(X, y)

WRITES = [(os, "replace"), (os, "fsync"), (os, "write"), (_writers.HashedFile, "write")]
PLACES = {
    "write": WRITES,
    "disk": [
        *WRITES, (os, "mkdir"), (os, "unlink"), (os, "rmdir"),
        (_interrupt.Interruptible, "advance"),
    ],
    "batch": [(_batches.Batch, "__init__"), (_interrupt.Interruptible, "advance")],
}
n_events = 0

def meet(act, at):
    global n_events
    n_events += 1
    if n_events == at:
        act()

def count(act, at, owner, name):
    original = getattr(owner, name)
    def counted(*args, **kwargs):
        if name != "__init__":
            meet(act, at)
        result = original(*args, **kwargs)
        if act != fail:  # what was done has not failed
            meet(act, at)
        return result
    setattr(owner, name, counted)

def kill():
    os.kill(os.getpid(), signal.SIGKILL)

def hold(fifo):
    print("holds", os.getpid(), flush=True)
    open(fifo).read()

def fail(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

def protect(folder):
    # Nothing can be written into a folder or into those inside it.
    for path, *_ in os.walk(folder, topdown=False):
        os.chmod(path, 0o500)

def append(path, text):
    with open(path, "ab") as file:
        file.write(bytes.fromhex(text))

ACTIONS = {
    "kill": kill, "hold": hold, "fail": fail, "append": append, "truncate": os.truncate,
    "replace": os.replace, "protect": protect, "none": lambda: None,
}

def run(command, events, at, action, arguments, uid, read_bytes):
    if read_bytes is not None:
        _readers.WHOLE_BATCH_BYTES = _csv.BLOCK_BYTES = read_bytes
    if uid is not None:
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    act = ACTIONS[action]
    for owner, name in PLACES[events]:
        count(act if act == fail else lambda: act(*arguments), at, owner, name)
    return cli.main(["resample", "-q", *command])

gc.freeze()  # or a collection in a child would copy every page
for line in sys.stdin:
    request, errors = json.loads(line)
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), 2)
        status = 1
        try:
            status = run(*request)
        except BaseException:
            traceback.print_exc()
        sys.stderr.flush()
        os.write(writes, str(n_events).encode())
        os._exit(status)
    os.close(writes)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(json.dumps([status, int(os.read(reads, 20) or 0)]), flush=True)
    os.close(reads)
"""


ENVIRONMENT = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "OMP_NUM_THREADS": "1",  # no thread is there when processes are forked
    "OPENBLAS_NUM_THREADS": "1",
}


class Ended(NamedTuple):
    """How a run ended."""

    status: int  # below 0: the signal that ended it
    error: str  # what it wrote to stderr
    n_events: int


class Nursery:
    """Starts runs; a context manager.

    Parameters
    ----------
    errors : Path
        A file for what a run writes to stderr.
    """

    def __init__(self, errors):
        self._errors = errors

    def __enter__(self):
        self._process = subprocess.Popen(
            [sys.executable, "-c", NURSERY],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **ENVIRONMENT},
        )
        return self

    def __exit__(self, *_):
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()

    def start(
        self, command, action="none", *arguments, at=0, events="disk", uid=None, read_bytes=None
    ):
        """Start a run in which an action is taken at one event.

        Parameters
        ----------
        uid : int, default=None
            The user that it becomes.
        read_bytes : int, default=None
            Bytes of CSV to read at a time, and of a record batch to read as a whole at most.
        """
        arguments = [x if isinstance(x, int) else str(x) for x in arguments]
        request = [list(map(str, command)), events, at, action, arguments, uid, read_bytes]
        self._process.stdin.write(json.dumps([request, str(self._errors)]) + "\n")
        self._process.stdin.flush()

    def read(self):
        """A line of what the nursery or the run prints."""
        return self._process.stdout.readline()

    def end(self):
        """Wait for the run to end."""
        status, n_events = json.loads(self.read())
        return Ended(status, self._errors.read_text(), n_events)

    def run(self, *args, **options):
        """Start a run and wait for it to end."""
        self.start(*args, **options)
        return self.end()
