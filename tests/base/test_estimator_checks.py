"""scikit-learn's and imbalanced-learn's checks, as imbalanced-learn's own test_common runs them."""

import warnings

import pytest
from imblearn.utils._test_common.instance_generator import _get_check_estimator_ids
from imblearn.utils.estimator_checks import (
    _set_checking_parameters,
    check_dataframe_column_names_consistency,
    check_param_validation,
    parametrize_with_checks,
)
from sklearn_compat.utils.estimator_checks import (
    parametrize_with_checks as parametrize_with_sklearn_checks,
)

from fastsmote.combine import SMOTEENN, SMOTETomek
from fastsmote.over_sampling import (
    ADASYN,
    SMOTE,
    SMOTEN,
    SMOTENC,
    SVMSMOTE,
    BorderlineSMOTE,
    KMeansSMOTE,
    RandomOverSampler,
)
from fastsmote.under_sampling import (
    AllKNN,
    CondensedNearestNeighbour,
    EditedNearestNeighbours,
    NearMiss,
    NeighbourhoodCleaningRule,
    OneSidedSelection,
    RandomUnderSampler,
    RepeatedEditedNearestNeighbours,
    TomekLinks,
)

ESTIMATORS = [
    SMOTE(random_state=42),
    BorderlineSMOTE(random_state=42),
    ADASYN(random_state=42),
    SVMSMOTE(random_state=42),
    KMeansSMOTE(random_state=0),  # as imbalanced-learn: few rows need a lucky clustering
    SMOTENC([0], random_state=42),  # as imbalanced-learn's own instance for the checks
    SMOTEN(random_state=42),
    TomekLinks(),
    SMOTETomek(random_state=42),
    SMOTEENN(random_state=42),
    EditedNearestNeighbours(),
    RepeatedEditedNearestNeighbours(),
    AllKNN(),
    NeighbourhoodCleaningRule(),
    NearMiss(),
    NearMiss(version=2),
    # Not NearMiss(version=3): it may find fewer rows than a check asks for, in
    # imbalanced-learn too. tests/under_sampling/test_cleaning.py has it.
    CondensedNearestNeighbour(random_state=42),
    OneSidedSelection(random_state=42),
    RandomUnderSampler(random_state=42),
    RandomOverSampler(random_state=42),
    SMOTE(random_state=42, missing="partial"),
    BorderlineSMOTE(random_state=42, missing="partial"),
    ADASYN(random_state=42, missing="partial"),
    SMOTENC([0], random_state=42, missing="partial"),
    TomekLinks(missing="partial"),
    SMOTETomek(random_state=42, missing="partial"),
    SMOTEENN(random_state=42, missing="partial"),
    EditedNearestNeighbours(missing="partial"),
]


# imbalanced-learn leaves SMOTENC out of all its checks. Its own class fails these: they look
# for NaN among the categories, have text only, or take it to refuse sparse X.
NOT_FOR_SMOTENC = {
    "check_estimators_nan_inf",
    "check_estimator_sparse_tag",
    "check_samplers_string",
}
# It has rows without any value, which are an error.
NOT_FOR_PARTIAL = {"check_samplers_nan"}


def as_list(mark):
    """The same parametrization without the generator that newer pytest warns of."""
    names, values = mark.args
    values = [value for value in values if not _needs_other_rows(*_of(value))]
    return pytest.mark.parametrize(names, values, **mark.kwargs)


def _of(value):
    estimator, check = getattr(value, "values", value)
    return estimator, getattr(check, "func", check).__name__


def _needs_other_rows(estimator, check):
    if isinstance(estimator, SMOTENC) and check in NOT_FOR_SMOTENC:
        return True
    return estimator.missing == "partial" and check in NOT_FOR_PARTIAL


@pytest.fixture(autouse=True)
def ignore_what_the_checks_warn_of():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@as_list(parametrize_with_sklearn_checks(ESTIMATORS))
def test_scikit_learn_checks(estimator, check):
    _set_checking_parameters(estimator)
    check(estimator)


@as_list(parametrize_with_checks(ESTIMATORS))
def test_imbalanced_learn_checks(estimator, check):
    _set_checking_parameters(estimator)
    check(estimator)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=_get_check_estimator_ids)
def test_parameters_are_validated(estimator):
    _set_checking_parameters(estimator)
    check_param_validation(type(estimator).__name__, estimator)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=_get_check_estimator_ids)
def test_column_names_are_consistent(estimator):
    _set_checking_parameters(estimator)
    with warnings.catch_warnings(record=True) as record:
        check_dataframe_column_names_consistency(type(estimator).__name__, estimator)
    assert not any("was fitted without feature names" in str(w.message) for w in record)
