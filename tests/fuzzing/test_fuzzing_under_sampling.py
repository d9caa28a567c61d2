"""The under-samplers do what imbalanced-learn's do: as test_fuzzing.py, on another core."""

import pytest
from helpers.differential import compare_with_imbalanced_learn, quiet  # noqa: F401

SAMPLERS = [
    "TomekLinks",
    "EditedNearestNeighbours",
    "RepeatedEditedNearestNeighbours",
    "AllKNN",
    "NeighbourhoodCleaningRule",
    "NearMiss",
    "CondensedNearestNeighbour",
    "OneSidedSelection",
    "RandomUnderSampler",
]


@pytest.mark.fuzz
@pytest.mark.parametrize("name", SAMPLERS)
def test_sampler_does_what_imbalanced_learn_does(name, monkeypatch):
    compare_with_imbalanced_learn(name, monkeypatch)
