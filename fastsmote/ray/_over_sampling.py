"""Over-samplers of Ray Datasets."""

from fastsmote._cluster import over_sampling, repeats, smotenc
from fastsmote.ray._docstrings import documented_for_ray
from fastsmote.ray._estimator import TakesDatasets


@documented_for_ray
class SMOTE(TakesDatasets, over_sampling.SMOTE):
    """SMOTE for Ray Datasets: new rows between a row and one of its neighbors."""


@documented_for_ray
class BorderlineSMOTE(TakesDatasets, over_sampling.BorderlineSMOTE):
    """Borderline-SMOTE for Ray Datasets: new rows from the rows in danger."""


@documented_for_ray
class ADASYN(TakesDatasets, over_sampling.ADASYN):
    """ADASYN for Ray Datasets: more new rows where more neighbors are of another class."""


@documented_for_ray
class SMOTENC(TakesDatasets, smotenc.SMOTENC):
    """SMOTE-NC for Ray Datasets: new rows of numeric and categorical features."""

    _takes_any_columns = True


@documented_for_ray
class RandomOverSampler(TakesDatasets, repeats.RandomOverSampler):
    """Random over-sampling for Ray Datasets: repeat rows that are drawn at random."""
