"""imbalanced-learn's resamplers, compiled and on every core."""

import os
from importlib import import_module

__version__ = "0.1.0"

# Public names and the modules that define them. A module is imported at first use.
_HOMES = {
    "Comparison": "fastsmote._decision.comparison",
    "Neighborhood": "fastsmote._decision.neighborhood",
    "PriorCorrectedClassifier": "fastsmote._decision.prior_correction",
    "Provenance": "fastsmote._synthesis.provenance",
    "compare": "fastsmote._decision.compare",
    "get_n_threads": "fastsmote._threads",
    "is_patched": "fastsmote._patch",
    "neighborhood": "fastsmote._decision.neighborhood",
    "patch_imblearn": "fastsmote._patch",
    "progress": "fastsmote._progress",
    "regenerate": "fastsmote._synthesis.regeneration",
    "resample_like": "fastsmote._resample_like",
    "threads": "fastsmote._threads",
    "unpatch_imblearn": "fastsmote._patch",
}
_MODULES = ("combine", "losses", "neighbors", "over_sampling", "plotting", "under_sampling")

__all__ = ["__version__", *_HOMES, *_MODULES]

if os.environ.get("FASTSMOTE_VERBOSE", "") not in ("", "0"):
    import_module("fastsmote._base.log").show_on_stderr()


def __getattr__(name):
    if name in _MODULES:
        return import_module(f"fastsmote.{name}")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'fastsmote' has no attribute {name!r}")


def __dir__():
    return __all__
