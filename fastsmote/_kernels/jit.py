"""The one place that names Numba's options, and the kernel cache's key.

Kernels are serial and release the GIL; ``fastsmote._threads`` runs them side by
side on Python threads. ``error_model="numpy"`` lets a division by zero give inf
instead of an exception: kernels never raise, Python validates. ``fastmath`` stays
off: interpolation must round as NumPy does, and the distance tile, the only loop
that would gain, says what it wants through ``simd``. ``_nrt=False`` takes Numba's
reference counting out, so kernels allocate nothing and get their scratch arrays from
Python: that halves the compile time, and no atomic counter is shared between threads.
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
    # A child that is forked while another thread compiles has Numba's lock, but not the
    # thread that would release it: its own first call would wait for ever. So a fork waits
    # until nothing is being compiled.
    os.register_at_fork(
        before=global_compiler_lock.acquire,
        after_in_parent=global_compiler_lock.release,
        after_in_child=global_compiler_lock.release,
    )


@lru_cache(maxsize=1)
def sources_digest():
    """Digest of every file of this folder, so that an edit in any of them is seen."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


class _DigestInName(CompileResultCacheImpl):
    def get_filename_base(self, fullname, abiflags):
        return f"{super().get_filename_base(fullname, abiflags)}-{sources_digest()[:16]}"


class _FileOfEachSignature(IndexDataCacheFile):
    """Numba's index and data files, with the data of each key in a file of its own name.

    Numba numbers them. Two processes that compile a kernel for two dtypes at the same time
    both take the next number, and the index of one then names the machine code of the
    other: it would be run on arrays of the wrong dtype.
    """

    def _load_index(self):
        try:
            return super()._load_index()
        except Exception as error:  # whatever unpickling half a file may raise
            logger.debug("an index of the kernel cache is made anew: %r", error)
            return {}

    def save(self, key, data):
        """Add an entry. Of two made at the same time one may be lost, and is made again."""
        overloads = self._load_index()
        if key not in overloads:
            digest = hashlib.sha256(repr(key).encode()).hexdigest()
            overloads[key] = f"{self._index_name.removesuffix('.nbi')}.{digest[:16]}.nbc"
            self._save_index(overloads)
        self._save_data(overloads[key], data)


class _KernelCache(FunctionCache):
    """Numba's file cache, in files named after all kernel sources and not one alone.

    Numba looks only at the file a function stands in: after an edit of a constant or of
    an intrinsic in another file it would go on running the old machine code, and after
    a type has moved it fails to read its own index.

    What cannot be read is compiled anew, and what cannot be written is said once: a full
    disk or a file cut short by one is no reason for a call to fail.
    """

    _impl_class = _DigestInName

    def __init__(self, py_func):
        super().__init__(py_func)
        self._cache_file = _FileOfEachSignature(
            self._cache_path, self._impl.filename_base, self._impl.locator.get_source_stamp()
        )

    def load_overload(self, signature, target_context):
        """As Numba's, without its first loading of all that a compilation may need."""
        try:
            return self._load_overload(signature, target_context)
        except Exception as error:  # as above, of the machine code
            logger.debug("a kernel is compiled anew: %r", error)
            return None

    def save_overload(self, signature, data):
        """As Numba's; the call goes on if it cannot be saved."""
        try:
            self._save_overload(signature, data)
        except OSError as error:
            _say_no_cache(error)


_reasons = []


def _say_no_cache(error):
    """Say it once, of the first kernel that it is true of."""
    _reasons.append(str(error))
    if len(_reasons) == 1:
        logger.info("kernels are compiled anew in each process: %s", error)


def _without_collections(compile_kernel):
    """Compile with Python's cyclic garbage collector off, which costs a fifth of the time."""

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
    """Looks, at each event of Numba's, whether to say that a kernel is being compiled.

    Numba's events follow each other within half a second, as no pass takes longer, so no
    thread has to wait for the right moment: a thread would be one more for a fork to lose.
    """

    def on_start(self, event):
        compiling.look(is_cached=not _reasons)

    on_end = on_start


_look = _Look()


def _telling(compile_kernel):
    """Compile, and say so after a second. What the cache holds does not come here."""

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
    """Compile as a part of the kernel that calls it: for a short step with one caller.

    Measured: a chain of five such functions compiles a fifth faster as one.
    """
    return njit(nogil=True, error_model="numpy", _nrt=False, inline="always")(function)


def outlined(function):
    """Compile as a function of its own, for kernels only.

    Measured: a kernel of several hundred lines compiles a tenth faster in parts, as the
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
        return np.errstate(all="ignore")(dispatcher)  # compiled code does not warn
    try:
        dispatcher._cache = _KernelCache(function)
    except RuntimeError as error:  # no directory is writable
        _say_no_cache(error)
    compile_kernel = _without_collections(dispatcher._compiler.compile)
    dispatcher._compiler.compile = _telling(compile_kernel)
    return dispatcher
