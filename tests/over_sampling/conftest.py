"""Tables of two classes and of four."""

import pytest
from sklearn.datasets import make_classification


@pytest.fixture(scope="module")
def binary():
    return make_classification(2000, 8, n_informative=6, weights=[0.9], random_state=1)


@pytest.fixture(scope="module")
def multiclass():
    weights = [0.75, 0.12, 0.08]
    return make_classification(
        2000, 8, n_informative=6, n_classes=4, weights=weights, random_state=1
    )
