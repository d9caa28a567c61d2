"""Compiled loops: arrays in, arrays out, no Python objects.

The modules with loops import Numba, so they are imported when first used:
``kernels.search.finish(...)`` after ``from fastsmote import _kernels as kernels``.
"""

from importlib import import_module

COMPILED = (
    "categories",
    "condensing",
    "csr",
    "interpolation",
    "kd_blocks",
    "search",
    "shuffling",
    "sparsity",
)


def __getattr__(name):
    if name in COMPILED:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
