"""No test begins or ends with imbalanced-learn patched."""

import pytest
from sklearn.datasets import make_classification

import fastsmote


@pytest.fixture(scope="module")
def table():
    """Normal data without ties: 500 rows, 60 of them of class 1."""
    return make_classification(500, 6, n_informative=4, weights=[0.88], random_state=0)


@pytest.fixture(autouse=True)
def is_unpatched():
    assert not fastsmote.is_patched()
    yield
    fastsmote.unpatch_imblearn()
