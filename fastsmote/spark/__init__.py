"""Samplers of Spark DataFrames, on the executors of a cluster (extra `spark`).

The classes have the names and parameters of those in `fastsmote.over_sampling`,
`fastsmote.under_sampling` and `fastsmote.combine`, and make the same rows. `fit_resample` takes a
DataFrame and the name of its target, and returns a DataFrame.
"""

from typing import TYPE_CHECKING

from fastsmote._cluster.absent import absent as _absent

try:
    from fastsmote.spark._combine import (
        SMOTEENN,
        SMOTETomek,
    )
    from fastsmote.spark._over_sampling import (
        ADASYN,
        SMOTE,
        SMOTENC,
        BorderlineSMOTE,
        RandomOverSampler,
    )
    from fastsmote.spark._under_sampling import (
        EditedNearestNeighbours,
        NearMiss,
        NeighbourhoodCleaningRule,
        RandomUnderSampler,
        TomekLinks,
    )
except ModuleNotFoundError as _error:
    if (_error.name or "").partition(".")[0] != "pyspark":
        raise
    raise ModuleNotFoundError(
        'pyspark is not installed. Install the extra "spark": python -m pip install '
        '"fastsmote[spark]"',
        name="pyspark",
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
        raise _absent(name, __name__, __all__, "Spark DataFrames", "df.toPandas()")
