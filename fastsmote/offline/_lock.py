"""A lock, so that only one run at a time writes a destination."""

import json
import os
import platform
from contextlib import contextmanager, suppress

from fastsmote.offline._errors import OfflineError, named

try:
    import fcntl
except ImportError:  # not POSIX
    fcntl = None


@contextmanager
def locked(destination, path):
    """Hold the lock of a destination, the file at ``path``, during a run.

    On POSIX the system releases the lock when the process ends, even if it was killed, so
    a lock file that was left behind does not block a run. On other systems a lock file of
    this host is stale if its process no longer exists.

    Raises
    ------
    OfflineError
        If another run holds the lock; the message names its process and host.
    """
    with named(destination, "cannot be written", OSError):
        handle = _acquire(path)
    if handle is None:
        raise OfflineError(
            f"{destination}: {_holder(path)} is writing to it. Wait until that run has ended."
        )
    try:
        with named(destination, "cannot be written", OSError):
            os.truncate(handle, 0)
            os.write(handle, json.dumps({"pid": os.getpid(), "host": platform.node()}).encode())
        yield
    finally:
        with suppress(OSError):
            path.unlink()
        os.close(handle)


def _acquire(path):
    """Return a handle of the lock file; None if another run holds the lock."""
    while True:
        if fcntl is None:
            return _create(path)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return None
        with suppress(FileNotFoundError):  # the run that held it has just removed it
            if os.path.samestat(os.fstat(handle), os.stat(path)):
                return handle
        os.close(handle)


def _create(path):
    with suppress(FileExistsError):
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)
    holder = _read(path)
    if holder.get("host") != platform.node() or _is_alive(holder.get("pid")):
        return None
    return os.open(path, os.O_RDWR)


def _is_alive(pid):
    try:
        os.kill(pid, 0)
    except (OSError, TypeError):
        return False
    return True


def _read(path):
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return {}


def _holder(path):
    holder = _read(path)
    if not holder:
        return "another run"
    return f"process {holder['pid']} on {holder['host']}"
