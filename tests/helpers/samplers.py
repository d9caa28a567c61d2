"""Samplers by name, imbalanced-learn's and the compiled ones, and lists of some."""

import copy

import imblearn.combine
import imblearn.over_sampling
import imblearn.under_sampling

import fastsmote.combine
import fastsmote.over_sampling
import fastsmote.under_sampling
from fastsmote import over_sampling
from helpers.deviations import DEVIATING

HOMES = ("over_sampling", "under_sampling", "combine")
STOCK = {
    name: getattr(getattr(imblearn, home), name)
    for home in HOMES
    for name in getattr(imblearn, home).__all__
}
COMPILED = {
    name: getattr(getattr(fastsmote, home), name)
    for home in HOMES
    for name in getattr(imblearn, home).__all__
}
# What makes new rows.
MAKERS = [
    over_sampling.SMOTE(random_state=0),
    over_sampling.BorderlineSMOTE(random_state=0),
    over_sampling.BorderlineSMOTE(random_state=0, kind="borderline-2"),
    over_sampling.ADASYN(random_state=0),
    over_sampling.SVMSMOTE(random_state=0),
    over_sampling.KMeansSMOTE(random_state=0, kmeans_estimator=1),
]
# All that make rows of any numbers, or leave some of them.
TRACED = [
    *MAKERS,
    over_sampling.RandomOverSampler(random_state=0),
    over_sampling.RandomOverSampler(random_state=0, shrinkage=0.5),
    fastsmote.combine.SMOTEENN(random_state=0),
    fastsmote.combine.SMOTETomek(random_state=0),
]


def name_of(sampler):
    return type(sampler).__name__


def stock_of(sampler):
    """imbalanced-learn's sampler with the same parameters, without `missing` and `values`."""
    stock_class, parameters = STOCK[name_of(sampler)], sampler.get_params(deep=False)
    return stock_class(**{name: parameters[name] for name in stock_class._get_param_names()})


def resample_both(name, kwargs, X, y, random_state=0):
    """What the compiled sampler gives, and what imbalanced-learn's does."""
    expected = DEVIATING[name](random_state=copy.deepcopy(random_state), **kwargs)
    got = getattr(over_sampling, name)(random_state=copy.deepcopy(random_state), **kwargs)
    return got.fit_resample(X, y), expected.fit_resample(X, y)
