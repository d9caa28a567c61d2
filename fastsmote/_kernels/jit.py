"""Numba's options for all kernels. `cache` keeps what is compiled.

Kernels are serial and release the GIL; ``fastsmote._threads`` runs them in parallel on
Python threads. With ``error_model="numpy"`` a division by zero gives inf instead of an
exception: kernels never raise, and Python code validates their arguments. ``fastmath`` is
off because interpolation must round as NumPy does. Only the distance tile would gain from
it, and it requests its instructions through ``simd``. ``_nrt=False`` removes Numba's
reference counting, so kernels cannot allocate and get their scratch arrays from Python.
This halves the compile time, and threads share no atomic counter.
"""

import gc
import os

import numpy as np
from numba import njit
from numba.core.compiler_lock import global_compiler_lock
from numba.core.event import Listener, install_listener

from fastsmote._kernels.cache import KernelCache, reasons, say_no_cache
from fastsmote._notice import compiling

if hasattr(os, "register_at_fork"):
    # If a process forks while another thread compiles, the child inherits Numba's lock but not
    # the thread that would release it, and its first compilation would wait for ever. So a fork
    # waits until no kernel is being compiled.
    os.register_at_fork(
        before=global_compiler_lock.acquire,
        after_in_parent=global_compiler_lock.release,
        after_in_child=global_compiler_lock.release,
    )


def _without_collections(compile_kernel):
    """Compile without Python's cyclic garbage collector, which takes a fifth of the time."""

    def compile_without(*args):
        was_on = gc.isenabled()
        gc.disable()
        try:
            return compile_kernel(*args)
        finally:
            if was_on:
                gc.enable()

    return compile_without


class _Look(Listener):
    """At each event of Numba, check whether to print that a kernel is being compiled.

    No compiler pass takes longer than half a second, so events are frequent enough. A timer
    thread is avoided because a fork would lose it.
    """

    def on_start(self, event):
        compiling.look(is_cached=not reasons)

    on_end = on_start


_look = _Look()


def _telling(compile_kernel):
    """Compile, and print a line after a second. Cached kernels do not reach this function."""

    def compile_and_tell(*args):
        if not compiling.is_watched():
            return compile_kernel(*args)
        with (
            install_listener("numba:run_pass", _look),
            install_listener("numba:llvm_lock", _look),
            compiling.under_way(),
        ):
            return compile_kernel(*args)

    return compile_and_tell


def inlined(function):
    """Inline into the calling kernel: for a short step with a single caller.

    Measured: a chain of five such functions compiles a fifth faster when inlined.
    """
    return njit(nogil=True, error_model="numpy", _nrt=False, inline="always")(function)


def outlined(function):
    """Compile as a separate function that only kernels call.

    Measured: a kernel of several hundred lines compiles a tenth faster in parts, because the
    time grows faster than the length.
    """
    return njit(
        nogil=True,
        error_model="numpy",
        _nrt=False,
        no_cfunc_wrapper=True,
        no_cpython_wrapper=True,
    )(function)


def kernel(function):
    """Compile a serial loop over arrays: no GIL, no exceptions, cached on disk."""
    dispatcher = njit(nogil=True, error_model="numpy", _nrt=False, no_cfunc_wrapper=True)(function)
    if not hasattr(dispatcher, "py_func"):  # NUMBA_DISABLE_JIT
        return np.errstate(all="ignore")(dispatcher)  # as compiled code does not warn
    try:
        dispatcher._cache = KernelCache(function)
    except RuntimeError as error:  # no directory is writable
        say_no_cache(error)
    compile_kernel = _without_collections(dispatcher._compiler.compile)
    dispatcher._compiler.compile = _telling(compile_kernel)
    return dispatcher
