"""SMOTEENN and SMOTETomek of Ray Datasets."""

from fastsmote._cluster import combine
from fastsmote.ray._docstrings import documented_for_ray
from fastsmote.ray._estimator import TakesDatasets


@documented_for_ray
class SMOTEENN(TakesDatasets, combine.SMOTEENN):
    """SMOTEENN for Ray Datasets: SMOTE, then remove rows that neighbors outvote."""


@documented_for_ray
class SMOTETomek(TakesDatasets, combine.SMOTETomek):
    """SMOTETomek for Ray Datasets: SMOTE, then remove the ends of Tomek links."""
