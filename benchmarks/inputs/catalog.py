"""The libraries and the samplers that the benchmarks measure.

This module imports no library before `import_library` gets its name: scikit-learn-intelex
must replace scikit-learn's classes before imbalanced-learn imports them.
"""

import sys
from importlib import import_module
from inspect import signature

STOCK = "imbalanced-learn"
INTELEX = "imbalanced-learn + intelex"
OURS = "fastsmote"
LIBRARIES = (STOCK, INTELEX, OURS)
MODULES = ("over_sampling", "under_sampling", "combine")

SAMPLERS = {
    "SMOTE": ("over_sampling", "SMOTE", {"random_state": 0}),
    "BorderlineSMOTE": ("over_sampling", "BorderlineSMOTE", {"random_state": 0}),
    "Borderline2": (
        "over_sampling",
        "BorderlineSMOTE",
        {"random_state": 0, "kind": "borderline-2"},
    ),
    "ADASYN": ("over_sampling", "ADASYN", {"random_state": 0}),
    "SMOTENC": (
        "over_sampling",
        "SMOTENC",
        {"random_state": 0, "categorical_features": "auto"},
    ),
    "SMOTEN": ("over_sampling", "SMOTEN", {"random_state": 0}),
    "SVMSMOTE": ("over_sampling", "SVMSMOTE", {"random_state": 0}),
    "KMeansSMOTE": (
        "over_sampling",
        "KMeansSMOTE",
        {"random_state": 0, "cluster_balance_threshold": 0.05},
    ),
    "TomekLinks": ("under_sampling", "TomekLinks", {}),
    "SMOTETomek": ("combine", "SMOTETomek", {"random_state": 0}),
    "ENN": ("under_sampling", "EditedNearestNeighbours", {}),
    "ENN-mode": ("under_sampling", "EditedNearestNeighbours", {"kind_sel": "mode"}),
    "RENN": ("under_sampling", "RepeatedEditedNearestNeighbours", {}),
    "AllKNN": ("under_sampling", "AllKNN", {}),
    "NCR": ("under_sampling", "NeighbourhoodCleaningRule", {}),
    "NearMiss1": ("under_sampling", "NearMiss", {}),
    "NearMiss2": ("under_sampling", "NearMiss", {"version": 2}),
    "NearMiss3": ("under_sampling", "NearMiss", {"version": 3}),
    "CNN": ("under_sampling", "CondensedNearestNeighbour", {"random_state": 0}),
    "OSS": ("under_sampling", "OneSidedSelection", {"random_state": 0}),
    "SMOTEENN": ("combine", "SMOTEENN", {"random_state": 0}),
    "RandomUnderSampler": ("under_sampling", "RandomUnderSampler", {"random_state": 0}),
    "RandomOverSampler": ("over_sampling", "RandomOverSampler", {"random_state": 0}),
}


def make(library, name, n_jobs=None):
    """A sampler of imblearn or fastsmote. Only samplers with an ``n_jobs`` parameter get it."""
    module, cls, kwargs = SAMPLERS[name]
    cls = getattr(getattr(library, module), cls)
    if n_jobs is not None and "n_jobs" in signature(cls).parameters:
        kwargs = {**kwargs, "n_jobs": n_jobs}
    return cls(**kwargs)


def import_library(name):
    """Import a library and return the package that contains its samplers.

    Raises
    ------
    ValueError
        If the name is not one of LIBRARIES.
    ImportError
        If the library is not installed.
    RuntimeError
        If intelex comes too late because imbalanced-learn has been imported, or if another
        library would run with intelex because sklearnex has been imported. Each library
        needs its own process.
    """
    if name not in LIBRARIES:
        raise ValueError(f"library must be one of {LIBRARIES}. Got {name!r} instead.")
    if name == INTELEX:
        _patch_scikit_learn()
    elif "sklearnex" in sys.modules:
        raise RuntimeError(f"{name} cannot be timed in a process that has imported sklearnex")
    package = OURS if name == OURS else "imblearn"
    for module in MODULES:
        import_module(f"{package}.{module}")
    return sys.modules[package]


def _patch_scikit_learn():
    if "imblearn" in sys.modules and "sklearnex" not in sys.modules:
        raise RuntimeError(
            f"{INTELEX} needs a process in which imbalanced-learn has not been imported yet"
        )
    import_module("sklearnex").patch_sklearn(verbose=False)
