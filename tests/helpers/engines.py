"""Cluster engines that may not be installed."""

import importlib
import os

import pytest


def import_engine(package, extra):
    """Import the package of an engine; skip the tests of the module if it is not installed.

    With FASTSMOTE_REQUIRE_ENGINES=1 a missing package is a failure.
    """
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError:
        message = f'{package} is not installed: python -m pip install ".[{extra}]"'
        if os.environ.get("FASTSMOTE_REQUIRE_ENGINES"):
            pytest.fail(message)
        pytest.skip(message, allow_module_level=True)
