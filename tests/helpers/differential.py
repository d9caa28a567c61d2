"""A compiled sampler beside imbalanced-learn's, on the tables and parameters of fuzzing.py.

Either both raise the same error, or both give the same: rows, labels, dtypes, container,
columns, index, row numbers. Where imbalanced-learn's own search finds other rows, because
distances tie or differ by less than it rounds, it is asked again with an exact search
(`exact_imblearn.py`): that has to give the same.
"""

import copy
import os
import warnings
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from imblearn.combine import _smote_enn, _smote_tomek
from imblearn.under_sampling._prototype_selection import _edited_nearest_neighbours
from imblearn.utils._validation import ArraysTransformer
from numba import config
from scipy import sparse
from threadpoolctl import threadpool_limits

import fastsmote.combine
import fastsmote.over_sampling
import fastsmote.under_sampling
from fastsmote import regenerate, threads
from fastsmote._base.aligned import take_any
from fastsmote._search import class_index, inverted_index, projection
from fastsmote.under_sampling import RepeatedEditedNearestNeighbours
from helpers.deviations import DEVIATING
from helpers.exact_imblearn import fit_resample_exactly, stock_class
from helpers.fuzzing import Case, cases

# Shares of the examples, so that the fuzz cannot go hollow: that give rows, which are compared
# bit for bit, and that give imbalanced-learn's without asking it again. Measured of 2,000: 0.40
# (KMeansSMOTE) to 0.86, and 0.32 (ADASYN) to 0.86. The others are errors, and the same.
LEAST_COMPARED, LEAST_BY_ITS_OWN_SEARCH = 0.38, 0.26
# Without a compiler an example takes fifty times as long: the first ones will do for coverage.
N_EXAMPLES = int(os.environ.get("FASTSMOTE_FUZZ_EXAMPLES", 40 if config.DISABLE_JIT else 1000))


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
    if sparse.issparse(one):
        return is_same_array(one.toarray(), other.toarray())
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


def is_same_dtype(one, other):
    """The order of bytes apart, which some keep where nothing is to be made."""
    are_numpys = isinstance(one, np.dtype) and isinstance(other, np.dtype)
    return one == other or (are_numpys and one.newbyteorder("=") == other.newbyteorder("="))


def is_same_array(one, other):
    one_values, other_values = np.asarray(one), np.asarray(other)
    if one_values.shape != other_values.shape or not is_same_dtype(one.dtype, other.dtype):
        return False
    if one_values.dtype == object:  # of which NumPy cannot tell NaN
        are_nan = (one_values != one_values) & (other_values != other_values)
        return bool(((one_values == other_values) | are_nan).all())
    return np.array_equal(one_values, other_values, equal_nan=one_values.dtype.kind == "f")


def is_same_error(got, expected):
    if not isinstance(got, Exception) or type(got) is not type(expected):
        return False
    texts = str(got), str(expected)
    if "Cannot losslessly cast" in texts[1]:  # pandas' words; where it is, is told differently
        texts = (text.partition(":")[0] for text in texts)
    return len(set(texts)) == 1


def is_same_result(got, expected):
    if isinstance(got, Exception) or isinstance(expected, Exception):
        return False
    return (
        is_same(got[0], expected[0])
        and is_same(got[1], expected[1])
        and got[3] == expected[3]
        and is_same_selection(got[2], expected[2], got[1])
    )


def is_same_selection(got, expected, y_resampled):
    if not hasattr(expected, "sample_indices_"):
        return True
    if isinstance(got, RepeatedEditedNearestNeighbours):
        # imbalanced-learn's may name other rows than it returns: see the Notes of the class.
        return len(got.sample_indices_) == len(y_resampled)
    return np.array_equal(got.sample_indices_, expected.sample_indices_)


def exact_outcome(name, case):
    """What `outcome` gives for imbalanced-learn's class with an exact search."""
    params, stream = dict(case.params), None
    if case.seed is not None:
        params["random_state"] = stream = np.random.RandomState(case.seed)
    X = case.X.toarray() if sparse.issparse(case.X) else case.X
    try:
        *resampled, sampler = fit_resample_exactly(name, params, X, case.y)
        if sparse.issparse(case.X):
            resampled[0] = type(case.X)(resampled[0])
        if name not in ("SMOTENC", "SMOTEN"):
            resampled = ArraysTransformer(case.X, case.y).transform(*resampled)
    except Exception as error:
        return error
    return *resampled, sampler, stream and stream.randint(2**31)


def assert_rows_are_traced(sampler, X, X_resampled):
    """A sampler knows which rows are new, and makes them again."""
    if not hasattr(sampler, "provenance_"):
        assert sampler._sampling_type != "over-sampling" or sampler._why_no_provenance
        return
    new = take_any(X_resampled, np.flatnonzero(sampler.is_synthetic_))
    made = regenerate(X, sampler.provenance_)
    assert is_same(made, new), f"{made}\nare made again, but the rows were {new}"


# What only one of the two may raise: who is near whom decides, or the reason is given.
ONE_SIDED_ERRORS = (
    "Not any neigbours belong to the majority class.",
    "No samples will be generated with the provided ratio settings.",
    "All support vectors are considered as noise.",
    "Found array with 0 sample(s)",  # all rows are seeds: see the Notes of OneSidedSelection
)
# The same, of samplers whose second step works on what the neighbors of the first one chose.
# The exact search has to agree with fastsmote, be it in an error or in rows.
ONE_SIDED_ERRORS_OF = {
    # Of rows in danger; and of borderline-2 with a sparse matrix: see the Notes of the class.
    "BorderlineSMOTE": ("Expected n_neighbors <= n_samples_fit", "matmul: ", "dimension mismatch"),
    "RepeatedEditedNearestNeighbours": ("Expected n_neighbors <= n_samples_fit",),  # left
    "AllKNN": ("Expected n_neighbors <= n_samples_fit",),
    "SMOTETomek": ("Input X contains infinity",),  # the difference to the neighbor may overflow
    "SMOTEENN": ("Input X contains infinity",),
}


def verdict(name, case):
    """How the two results are the same; an AssertionError if they are not."""
    before = copy.deepcopy((case.X, case.y))
    got = outcome(compiled_class(name), case)
    assert is_same(case.X, before[0]), "X was modified"
    assert is_same(case.y, before[1]), "y was modified"
    if not isinstance(got, Exception):
        assert_rows_are_traced(got[2], case.X, got[0])
    expected = outcome(stock_class(name), case)
    if is_same_error(got, expected):
        return "same error"
    if is_same_result(got, expected):
        return "same rows"
    if name == "KMeansSMOTE" and str(expected).startswith("cannot convert float "):
        # Clusters of copies, or too far apart for float64. Another class may have no cluster.
        if isinstance(got, Exception):
            assert str(got).startswith("No clusters found"), (got, expected)
            return "no clusters where there is no weight"
        n_new = sum(got[2].sampling_strategy_.values())
        assert len(got[1]) == len(case.y) + n_new, (got, expected)
        return "rows where there is no weight"
    exact = exact_outcome(name, case)
    errors = [result for result in (got, expected) if isinstance(result, Exception)]
    if len(errors) == 1:
        may_be_one_sided = ONE_SIDED_ERRORS + ONE_SIDED_ERRORS_OF.get(name, ())
        assert str(errors[0]).startswith(may_be_one_sided), (got, exact, expected)
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
    for module in (_smote_tomek, _smote_enn):
        monkeypatch.setattr(module, "SMOTE", DEVIATING["SMOTE"])
    with warnings.catch_warnings(), np.errstate(all="ignore"), threads(1), threadpool_limits(1):
        warnings.simplefilter("ignore")
        yield


def compare_with_imbalanced_learn(name, monkeypatch):
    """Fuzz one sampler, and say how the examples came out."""
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
                patch.setattr(projection, "LEAST_PRODUCTS_TO_ROTATE", 0)
                patch.setattr(projection, "LEAST_ROWS_TO_ORDER", 0)
                patch.setattr(projection, "LEAST_QUERIES", 0)
                patch.setattr(class_index, "MANY_QUERIES", 0)
                patch.setattr(inverted_index, "FEW_FEATURES", 0)
                patch.setattr(inverted_index, "TIMES_SPARSE", 0)
            tally[verdict(name, case)] += 1

    compare()
    n_examples = sum(tally.values())
    assert n_examples >= N_EXAMPLES  # none is filtered out
    print(name, {what: round(n / n_examples, 3) for what, n in tally.most_common()})
    if n_examples < 1000:  # the first ones are simple, and many are refused
        return
    n_compared = tally["same rows"] + tally["same rows by an exact search"]
    assert n_compared >= LEAST_COMPARED * n_examples
    assert tally["same rows"] >= LEAST_BY_ITS_OWN_SEARCH * n_examples


def assert_same_verdict(name, params, X, y):
    """One call that fuzzing found."""
    assert verdict(name, Case(X, y, params, None, False)).startswith("same")
