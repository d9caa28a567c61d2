"""Numba's options and the kernel cache, for all kernels.

Kernels are serial and release the GIL; ``fastsmote._threads`` runs them in parallel on
Python threads. With ``error_model="numpy"`` a division by zero gives inf instead of an
exception: kernels never raise, and Python code validates their arguments. ``fastmath`` is
off because interpolation must round as NumPy does. Only the distance tile would gain from
it, and it requests its instructions through ``simd``. ``_nrt=False`` removes Numba's
reference counting, so kernels cannot allocate and get their scratch arrays from Python.
This halves the compile time, and threads share no atomic counter.
"""

import gc
import hashlib
import logging
import os
from functools import lru_cache
from pathlib import Path

import numpy as np
from numba import njit
from numba.core.caching import CompileResultCacheImpl, FunctionCache, IndexDataCacheFile
from numba.core.compiler_lock import global_compiler_lock
from numba.core.event import Listener, install_listener

from fastsmote._notice import compiling

logger = logging.getLogger("fastsmote")

if hasattr(os, "register_at_fork"):
    # If a process forks while another thread compiles, the child inherits Numba's lock but not
    # the thread that would release it, and its first compilation would wait for ever. So a fork
    # waits until no kernel is being compiled.
    os.register_at_fork(
        before=global_compiler_lock.acquire,
        after_in_parent=global_compiler_lock.release,
        after_in_child=global_compiler_lock.release,
    )


@lru_cache(maxsize=1)
def sources_digest():
    """Digest of all files of this folder, so that an edit of any of them changes the cache key."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


class _DigestInName(CompileResultCacheImpl):
    def get_filename_base(self, fullname, abiflags):
        return f"{super().get_filename_base(fullname, abiflags)}-{sources_digest()[:16]}"


class _FileOfEachSignature(IndexDataCacheFile):
    """Numba's index and data files, with each data file named after a digest of its key.

    Numba numbers the data files. If two processes compile a kernel for two dtypes at the same
    time, both use the next number. The index of one process then refers to the machine code
    of the other, which would run on arrays of the wrong dtype.
    """

    def _load_index(self):
        try:
            return super()._load_index()
        except Exception as error:  # unpickling a truncated file may raise anything
            logger.debug("an index of the kernel cache is rebuilt: %r", error)
            return {}

    def save(self, key, data):
        """Add an entry. Of two concurrent entries one may be lost; it is compiled again later."""
        overloads = self._load_index()
        if key not in overloads:
            digest = hashlib.sha256(repr(key).encode()).hexdigest()
            overloads[key] = f"{self._index_name.removesuffix('.nbi')}.{digest[:16]}.nbc"
            self._save_index(overloads)
        self._save_data(overloads[key], data)


class _KernelCache(FunctionCache):
    """Numba's file cache, in files named after a digest of all kernel sources.

    Numba checks only the file that defines a function. After an edit of a constant or an
    intrinsic in another file, it would still run the old machine code. After a type moves to
    another module, it fails to read its own index.

    A file that cannot be read is compiled again; a file that cannot be written is logged
    once. A full disk, or a file truncated by one, must not make a call fail.
    """

    _impl_class = _DigestInName

    def __init__(self, py_func):
        super().__init__(py_func)
        self._cache_file = _FileOfEachSignature(
            self._cache_path, self._impl.filename_base, self._impl.locator.get_source_stamp()
        )

    def load_overload(self, signature, target_context):
        """Load a kernel as Numba does, but without initializing the compiler first."""
        try:
            return self._load_overload(signature, target_context)
        except Exception as error:  # a truncated file of machine code may raise anything
            logger.debug("a kernel is compiled again: %r", error)
            return None

    def save_overload(self, signature, data):
        """Save a kernel as Numba does; if that fails, log it and continue."""
        try:
            self._save_overload(signature, data)
        except OSError as error:
            _say_no_cache(error)


_reasons = []


def _say_no_cache(error):
    """Log the reason once, for the first kernel that cannot be cached."""
    _reasons.append(str(error))
    if len(_reasons) == 1:
        logger.info("kernels are compiled anew in each process: %s", error)


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
        compiling.look(is_cached=not _reasons)

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
        dispatcher._cache = _KernelCache(function)
    except RuntimeError as error:  # no directory is writable
        _say_no_cache(error)
    compile_kernel = _without_collections(dispatcher._compiler.compile)
    dispatcher._compiler.compile = _telling(compile_kernel)
    return dispatcher
