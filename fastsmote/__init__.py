"""imbalanced-learn's resamplers, compiled and on every core."""

import os
from importlib import import_module
from typing import TYPE_CHECKING

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
    "show_versions": "fastsmote._versions",
    "threads": "fastsmote._threads",
    "unpatch_imblearn": "fastsmote._patch",
}
_MODULES = ("combine", "losses", "neighbors", "over_sampling", "plotting", "under_sampling")

__all__ = ["__version__", *_HOMES, *_MODULES]

if os.environ.get("FASTSMOTE_VERBOSE", "") not in ("", "0"):
    import_module("fastsmote._base.log").show_on_stderr()


if TYPE_CHECKING:  # the same names, for type checkers
    from fastsmote import combine as combine
    from fastsmote import losses as losses
    from fastsmote import neighbors as neighbors
    from fastsmote import over_sampling as over_sampling
    from fastsmote import plotting as plotting
    from fastsmote import under_sampling as under_sampling
    from fastsmote._decision.compare import compare as compare
    from fastsmote._decision.comparison import Comparison as Comparison
    from fastsmote._decision.neighborhood import Neighborhood as Neighborhood
    from fastsmote._decision.neighborhood import neighborhood as neighborhood
    from fastsmote._decision.prior_correction import (
        PriorCorrectedClassifier as PriorCorrectedClassifier,
    )
    from fastsmote._patch import is_patched as is_patched
    from fastsmote._patch import patch_imblearn as patch_imblearn
    from fastsmote._patch import unpatch_imblearn as unpatch_imblearn
    from fastsmote._progress import progress as progress
    from fastsmote._resample_like import resample_like as resample_like
    from fastsmote._synthesis.provenance import Provenance as Provenance
    from fastsmote._synthesis.regeneration import regenerate as regenerate
    from fastsmote._threads import get_n_threads as get_n_threads
    from fastsmote._threads import threads as threads
    from fastsmote._versions import show_versions as show_versions
else:  # or every name would be one of this module

    def __getattr__(name):
        if name in _MODULES:
            return import_module(f"fastsmote.{name}")
        if name in _HOMES:
            return getattr(import_module(_HOMES[name]), name)
        raise AttributeError(f"module 'fastsmote' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
