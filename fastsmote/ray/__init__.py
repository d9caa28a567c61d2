"""Samplers of Ray Datasets, on the workers of a Ray cluster (extra `ray`).

The classes have the names and parameters of those in `fastsmote.over_sampling`,
`fastsmote.under_sampling` and `fastsmote.combine`, and make the same rows in the same order.
`fit_resample` takes a Dataset and the name of its target, and returns a Dataset.
"""

try:
    from fastsmote.ray._samplers import (
        ADASYN,
        SMOTE,
        SMOTEENN,
        BorderlineSMOTE,
        EditedNearestNeighbours,
        NearMiss,
        NeighbourhoodCleaningRule,
        RandomOverSampler,
        RandomUnderSampler,
        SMOTETomek,
        TomekLinks,
    )
except ModuleNotFoundError as error:
    if error.name != "ray":
        raise
    raise ModuleNotFoundError(
        'Ray is not installed. Install the extra "ray": python -m pip install "fastsmote[ray]"',
        name="ray",
    ) from error

__all__ = [
    "ADASYN",
    "SMOTE",
    "SMOTEENN",
    "BorderlineSMOTE",
    "EditedNearestNeighbours",
    "NearMiss",
    "NeighbourhoodCleaningRule",
    "RandomOverSampler",
    "RandomUnderSampler",
    "SMOTETomek",
    "TomekLinks",
]
