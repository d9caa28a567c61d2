"""The cache of compiled kernels on disk."""

import hashlib
import logging
from functools import lru_cache
from pathlib import Path

from numba.core.caching import CompileResultCacheImpl, FunctionCache, IndexDataCacheFile

logger = logging.getLogger("fastsmote")


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


class KernelCache(FunctionCache):
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
            say_no_cache(error)


reasons = []


def say_no_cache(error):
    """Log the reason once, for the first kernel that cannot be cached."""
    reasons.append(str(error))
    if len(reasons) == 1:
        logger.info("kernels are compiled anew in each process: %s", error)
