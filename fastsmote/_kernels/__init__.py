"""Compiled loops: arrays in, arrays out, no Python objects.

The modules with loops import Numba, so they are imported when first used:
``kernels.heap.sort_lists(...)`` after ``from fastsmote import _kernels as kernels``.
"""

from importlib import import_module

COMPILED = (
    "bounding",
    "categories",
    "column_ranges",
    "condensing",
    "count",
    "csr",
    "focal_loss",
    "heap",
    "interpolation",
    "kd_blocks",
    "partial",
    "partial_blocks",
    "partial_screening",
    "scan",
    "screening",
    "search",
    "self_join",
    "shuffling",
    "sparsity",
)


def __getattr__(name):
    if name in COMPILED:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
