"""The samplers of Spark DataFrames."""

from fastsmote._cluster import over_sampling, under_sampling
from fastsmote.spark._estimator import TakesDataFrames


class SMOTE(TakesDataFrames, over_sampling.SMOTE):
    _keeps_every_row = True


class BorderlineSMOTE(TakesDataFrames, over_sampling.BorderlineSMOTE):
    _keeps_every_row = True


class ADASYN(TakesDataFrames, over_sampling.ADASYN):
    _keeps_every_row = True


class TomekLinks(TakesDataFrames, under_sampling.TomekLinks):
    pass


class RandomUnderSampler(TakesDataFrames, under_sampling.RandomUnderSampler):
    pass
