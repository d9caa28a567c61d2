"""Every compiled sampler beside imbalanced-learn's, on tables and parameters of any kind.

Either both raise the same error, or both give the same: rows, labels, dtypes, container,
columns, index, row numbers. Where imbalanced-learn's own search finds other rows, because
distances tie or differ by less than it rounds, it is asked again with an exact search
(`exact_imblearn.py`): that has to give the same.

    FASTSMOTE_FUZZ_EXAMPLES=50000 pytest -n auto tests/test_fuzzing.py

looks at so many new examples a sampler; without it at the same 2,000 in every run.
"""

import os
import warnings
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from exact_imblearn import fit_resample_exactly, stock_class
from fuzzing import cases
from hypothesis import HealthCheck, Phase, given, settings
from imblearn.under_sampling._prototype_selection import _edited_nearest_neighbours
from imblearn.utils._validation import ArraysTransformer
from threadpoolctl import threadpool_limits

import fastsmote.combine
import fastsmote.over_sampling
import fastsmote.under_sampling
from fastsmote import _forest, _frame, threads
from fastsmote.under_sampling import RepeatedEditedNearestNeighbours

N_EXAMPLES = int(os.environ.get("FASTSMOTE_FUZZ_EXAMPLES", 2000))
SAMPLERS = [
    "SMOTE",
    "BorderlineSMOTE",
    "ADASYN",
    "SVMSMOTE",
    "KMeansSMOTE",
    "SMOTENC",
    "SMOTEN",
    "RandomOverSampler",
    "TomekLinks",
    "EditedNearestNeighbours",
    "RepeatedEditedNearestNeighbours",
    "AllKNN",
    "NeighbourhoodCleaningRule",
    "NearMiss",
    "CondensedNearestNeighbour",
    "OneSidedSelection",
    "RandomUnderSampler",
    "SMOTETomek",
    "SMOTEENN",
]


def compiled_class(name):
    modules = (fastsmote.over_sampling, fastsmote.under_sampling, fastsmote.combine)
    return next(getattr(module, name) for module in modules if hasattr(module, name))


def outcome(sampler_class, case):
    """(X_resampled, y_resampled, sampler, next random number), or the exception."""
    params, stream = dict(case.params), None
    if case.seed is not None:
        params["random_state"] = stream = np.random.RandomState(case.seed)
    sampler = sampler_class(**params)
    try:
        X_resampled, y_resampled = sampler.fit_resample(case.X, case.y)
    except Exception as error:  # whatever it raises is compared
        return error
    return X_resampled, y_resampled, sampler, stream and stream.randint(2**31)


def is_same(one, other):
    """Whether two containers are of one kind and hold the same."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list):
        return one == other or repr(one) == repr(other)  # NaN is not NaN
    if isinstance(one, (pd.DataFrame, pd.Series)):
        if not one.index.equals(other.index):
            return False
        if isinstance(one, pd.Series):
            return one.name == other.name and is_same_array(one.array, other.array)
        if not one.columns.equals(other.columns) or not one.dtypes.equals(other.dtypes):
            return False
        return all(
            is_same_array(one.iloc[:, j].array, other.iloc[:, j].array) for j in range(one.shape[1])
        )
    return is_same_array(one, other)


def is_same_array(one, other):
    one_values, other_values = np.asarray(one), np.asarray(other)
    if one.dtype != other.dtype or one_values.shape != other_values.shape:
        return False
    return np.array_equal(one_values, other_values, equal_nan=one_values.dtype.kind == "f")


def is_same_error(got, expected):
    return type(got) is type(expected) and isinstance(got, Exception) and str(got) == str(expected)


def is_same_result(got, expected):
    if isinstance(got, Exception) or isinstance(expected, Exception):
        return False
    return (
        is_same(got[0], expected[0])
        and is_same(got[1], expected[1])
        and got[3] == expected[3]
        and is_same_selection(got[2], expected[2])
    )


def is_same_selection(got, expected):
    # imbalanced-learn's may name other rows than it returns: see the Notes of the class.
    if isinstance(got, RepeatedEditedNearestNeighbours) or not hasattr(expected, "sample_indices_"):
        return True
    return np.array_equal(got.sample_indices_, expected.sample_indices_)


def exact_outcome(name, case):
    """What `outcome` gives for imbalanced-learn's class with an exact search."""
    params, stream = dict(case.params), None
    if case.seed is not None:
        params["random_state"] = stream = np.random.RandomState(case.seed)
    try:
        X_resampled, y_resampled, sampler = fit_resample_exactly(name, params, case.X, case.y)
    except Exception as error:
        return error
    if name not in ("SMOTENC", "SMOTEN"):
        X_resampled, y_resampled = ArraysTransformer(case.X, case.y).transform(
            X_resampled, y_resampled
        )
    return X_resampled, y_resampled, sampler, stream and stream.randint(2**31)


def verdict(name, case):
    """How the two results are the same; an AssertionError if they are not."""
    got = outcome(compiled_class(name), case)
    expected = outcome(stock_class(name), case)
    if is_same_error(got, expected):
        return "same error"
    if is_same_result(got, expected):
        return "same rows"
    exact = exact_outcome(name, case)
    if is_same_error(got, exact):
        return "same error by an exact search"
    assert is_same_result(got, exact), f"{got}\nby an exact search {exact}\nby its own {expected}"
    return "same rows by an exact search"


def mode_of_any_labels(labels, axis, keepdims):
    """`scipy.stats.mode`, which imbalanced-learn asks, for labels that are no numbers too."""
    values, codes = np.unique(labels, return_inverse=True)
    votes = (codes.reshape(labels.shape)[:, :, np.newaxis] == np.arange(len(values))).sum(axis=1)
    return values[votes.argmax(axis=1)], votes.max(axis=1)


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    """No warnings, one thread; and imbalanced-learn's cleaning samplers take text as labels.

    With kind_sel="mode" they raise SciPy's TypeError for it, or for booleans. fastsmote's
    give the rows that they give for the same classes by number.
    """
    monkeypatch.setattr(_edited_nearest_neighbours, "mode", mode_of_any_labels)
    with warnings.catch_warnings(), np.errstate(all="ignore"), threads(1), threadpool_limits(1):
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize("name", SAMPLERS)
def test_sampler_does_what_imbalanced_learn_does(name, monkeypatch):
    tally = Counter()

    @settings(
        max_examples=N_EXAMPLES,
        derandomize="FASTSMOTE_FUZZ_EXAMPLES" not in os.environ,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases(name))
    def compare(case):
        with monkeypatch.context() as patch:
            if case.is_large:
                patch.setattr(_frame, "LEAST_PRODUCTS", 0)
                patch.setattr(_frame, "LEAST_QUERIES", 0)
                patch.setattr(_forest, "MANY_QUERIES", 0)
            tally[verdict(name, case)] += 1

    compare()
    n_examples = sum(tally.values())
    print(name, {what: round(n / n_examples, 3) for what, n in tally.most_common()})
