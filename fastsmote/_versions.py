"""Versions and settings, for a report of a fault."""

import logging
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

from fastsmote._patch import is_patched

# What is always installed, and what it compiles with.
DEPENDENCIES = (
    "numpy",
    "scipy",
    "scikit-learn",
    "imbalanced-learn",
    "sklearn-compat",
    "joblib",
    "numba",
    "llvmlite",
    "narwhals",
    "pyarrow",
    "typer",
    "rich",
)
# Shown if they are installed.
OPTIONAL = (
    "pandas",
    "polars",
    "dask",
    "distributed",
    "pyspark",
    "ray",
    "fsspec",
    "matplotlib",
    "lightgbm",
    "xgboost",
    "scikit-learn-intelex",
)
# Those that change how fastsmote runs.
VARIABLES = (
    "FASTSMOTE_NUM_THREADS",
    "FASTSMOTE_PROGRESS",
    "FASTSMOTE_VERBOSE",
    "OMP_NUM_THREADS",
    "NUMBA_BOUNDSCHECK",
    "NUMBA_CACHE_DIR",
    "NUMBA_CPU_FEATURES",
    "NUMBA_CPU_NAME",
    "NUMBA_DISABLE_JIT",
    "NUMBA_OPT",
)


def show_versions() -> None:
    """Print versions and settings, for a report of a fault.

    The function prints the system, Python, the versions of fastsmote, of its dependencies and
    of the optional packages that are installed, and what the samplers would use now: the number
    of threads and what sets it, the CPU and the shape of the vector code, the folder of the
    kernel cache, the patch of imbalanced-learn, and environment variables.

    Versions are read from the metadata of the packages, without importing the packages. A value
    that cannot be read is shown as unknown, with the reason. The function raises no error
    because of it.

    See Also
    --------
    get_n_threads : The number of threads that a call would use now.
    is_patched : Whether the patch of imbalanced-learn is active.

    Notes
    -----
    The output names folders, which may hold the name of a user.

    The function imports Numba, to say for which CPU it compiles. To find out whether the
    folder of the kernel cache can be written, it makes a file there and removes it.

    Examples
    --------
    >>> import fastsmote
    >>> fastsmote.show_versions()  # doctest: +ELLIPSIS
    System:
        ...
    Settings:
        ...
    """
    sections = {"System": _system(), "Packages": _packages(), "Settings": _settings()}
    for title, facts in sections.items():
        print(f"{title}:")
        for name, fact in facts:
            print(f"    {name}: {fact}")


def _told(fact: Callable[[], object]) -> str:
    """A fact as text, or why it is unknown: the report must not fail because of what it reports."""
    try:
        return str(fact())
    except Exception as error:
        return f"unknown ({type(error).__name__}: {error})"


def _system() -> Iterator[tuple[str, str]]:
    yield "system", _told(platform.platform)
    yield "machine", _told(platform.machine)
    yield "python", " ".join(sys.version.split())
    yield "executable", sys.executable


def _packages() -> Iterator[tuple[str, str]]:
    yield "fastsmote", _told(_of_fastsmote)
    for name in DEPENDENCIES:
        yield name, _version_of(name) or "not installed"
    for name in OPTIONAL:
        version = _version_of(name)
        if version:
            yield name, version


def _of_fastsmote() -> str:
    # The version that runs: of two installed ones, metadata may name the other.
    return f"{sys.modules['fastsmote'].__version__}, in {Path(__file__).parent}"


def _version_of(name: str) -> str | None:
    """The version of a package, without its import, or None if the package is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
    except Exception as error:  # the metadata of the package is broken
        return f"unknown ({type(error).__name__}: {error})"


def _settings() -> Iterator[tuple[str, str]]:
    yield "threads", _told(_threads)
    yield "cpu", _told(_cpu)
    yield "vectors", _told(_vectors)
    yield "kernel cache", _told(_kernel_cache)
    yield "imbalanced-learn patched", "yes" if is_patched() else "no"
    is_verbose = logging.getLogger("fastsmote").isEnabledFor(logging.INFO)
    yield "verbose", "yes" if is_verbose else "no"
    for name in VARIABLES:
        if name in os.environ:
            yield name, os.environ[name]


# The imports are inside, so that each may fail alone.


def _threads() -> str:
    from fastsmote._threads import n_threads_and_source

    return "{}, from {}".format(*n_threads_and_source())


def _cpu() -> str:
    from fastsmote._kernels.machine import cpu_name

    return f"{cpu_name()}, {os.cpu_count()} CPUs"


def _vectors() -> str:
    from fastsmote._kernels.machine import simd_shape

    return simd_shape()


def _kernel_cache() -> str:
    from fastsmote._kernels.machine import cache_folder

    folder, reason = cache_folder()
    if folder is None:
        return f"none ({reason})"
    try:
        with tempfile.TemporaryFile(dir=folder):
            return f"{folder}, writable"
    except OSError as error:
        return f"{folder}, not writable ({error})"
