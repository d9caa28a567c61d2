"""imbalanced-learn's resamplers, compiled and on every core."""

from importlib import import_module

__version__ = "0.1.0"

# Public names and where they live: nothing is imported before it is asked for.
_HOMES = {
    "Provenance": "fastsmote._provenance",
    "get_n_threads": "fastsmote._threads",
    "regenerate": "fastsmote._provenance",
    "threads": "fastsmote._threads",
}
_MODULES = ("combine", "neighbors", "over_sampling", "under_sampling")

__all__ = ["Provenance", "__version__", "get_n_threads", "regenerate", "threads", *_MODULES]


def __getattr__(name):
    if name in _MODULES:
        return import_module(f"fastsmote.{name}")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'fastsmote' has no attribute {name!r}")


def __dir__():
    return __all__
