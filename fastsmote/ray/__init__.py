"""Samplers of Ray Datasets, on the workers of a Ray cluster (extra `ray`).

The classes have the names and parameters of those in `fastsmote.over_sampling`,
`fastsmote.under_sampling` and `fastsmote.combine`, and make the same rows in the same order.
`fit_resample` takes a Dataset and the name of its target, and returns a Dataset.
"""

from typing import TYPE_CHECKING

from fastsmote._cluster.absent import absent as _absent

try:
    from fastsmote.ray._combine import (
        SMOTEENN,
        SMOTETomek,
    )
    from fastsmote.ray._over_sampling import (
        ADASYN,
        SMOTE,
        SMOTENC,
        BorderlineSMOTE,
        RandomOverSampler,
    )
    from fastsmote.ray._under_sampling import (
        EditedNearestNeighbours,
        NearMiss,
        NeighbourhoodCleaningRule,
        RandomUnderSampler,
        TomekLinks,
    )
except ModuleNotFoundError as _error:
    if _error.name != "ray":
        raise
    raise ModuleNotFoundError(
        'Ray is not installed. Install the extra "ray": python -m pip install "fastsmote[ray]"',
        name="ray",
    ) from _error

__all__ = [
    "ADASYN",
    "SMOTE",
    "SMOTEENN",
    "SMOTENC",
    "BorderlineSMOTE",
    "EditedNearestNeighbours",
    "NearMiss",
    "NeighbourhoodCleaningRule",
    "RandomOverSampler",
    "RandomUnderSampler",
    "SMOTETomek",
    "TomekLinks",
]


if not TYPE_CHECKING:  # or every name would be one of this module

    def __getattr__(name):
        raise _absent(name, __name__, __all__, "Ray Datasets", "columns of ds.to_pandas()")
