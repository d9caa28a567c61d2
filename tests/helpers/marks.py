"""Values of a parameter that the quick tests leave out."""

import pytest


def slow(*values):
    """The values for `pytest.mark.parametrize`, each with the marker slow."""
    return [pytest.param(value, marks=pytest.mark.slow) for value in values]
