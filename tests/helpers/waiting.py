"""Waiting for what has to happen, and not for a time."""

import time
from _thread import _count


def has_come_down_to(n_threads):
    """Whether no more threads of Python are left, once those that are ending have ended."""
    until = time.monotonic() + 10.0
    while _count() > n_threads and time.monotonic() < until:
        time.sleep(0.001)
    return _count() <= n_threads
