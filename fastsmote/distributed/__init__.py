"""Lazy samplers of dask collections, on threads, processes or a cluster (extra `dask`).

The classes take and return dask DataFrames or Arrays. The result has the same rows as that of
the class of the same name in `fastsmote.over_sampling`, `fastsmote.under_sampling` or
`fastsmote.combine` for the same table in memory. Pass X and y to get X and y, or one DataFrame
and the name of its target to get one DataFrame.
"""

from typing import TYPE_CHECKING

from fastsmote._cluster.absent import absent as _absent

try:
    from fastsmote.distributed._cleaning import EditedNearestNeighbours, NeighbourhoodCleaningRule
    from fastsmote.distributed._combine import SMOTEENN, SMOTETomek
    from fastsmote.distributed._over_sampling import (
        ADASYN,
        SMOTE,
        SMOTENC,
        BorderlineSMOTE,
    )
    from fastsmote.distributed._random_sampling import RandomOverSampler, RandomUnderSampler
    from fastsmote.distributed._under_sampling import NearMiss, TomekLinks
except ModuleNotFoundError as _error:
    if _error.name != "dask":
        raise
    raise ModuleNotFoundError(
        'dask is not installed. Install the extra "dask": python -m pip install "fastsmote[dask]"',
        name="dask",
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
        data = "X.compute() and y.compute()"
        raise _absent(name, __name__, __all__, "dask collections", data)
