"""Plugin for pytest: imbalanced-learn's own tests with the compiled samplers in place.

    PYTHONPATH=tests python -m pytest -p helpers.imblearn_suite --pyargs imblearn -k smote

`tests/stock/test_imblearn_suite.py` runs them all.
"""

import sys

import imblearn.combine
import imblearn.over_sampling
import imblearn.under_sampling
import pytest

import fastsmote

# {test: why it cannot pass}. These are run and have to fail: the run fails for one that
# passes, and for one that is not there.
CANNOT_PASS = {}
if sys.version_info >= (3, 11):  # it is skipped before
    CANNOT_PASS["utils/tests/test_min_dependencies.py::test_min_dependencies_readme"] = (
        "reads a file of imbalanced-learn's repository that is not installed"
    )


def samplers():
    homes = (imblearn.combine, imblearn.over_sampling, imblearn.under_sampling)
    return {getattr(home, name) for home in homes for name in home.__all__}


STOCK = samplers()


def pytest_configure():
    """Patch before anything is collected: the tests import imbalanced-learn's names."""
    fastsmote.patch_imblearn()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    replaced = STOCK - samplers()
    for module in {item.module for item in items}:
        stock = [name for name, value in vars(module).items() if _is_in(value, replaced)]
        if stock:
            raise pytest.UsageError(f"{module.__name__} tests imbalanced-learn's own {stock}")
    for item in items:
        if item.nodeid in CANNOT_PASS:
            item.add_marker(pytest.mark.xfail(reason=CANNOT_PASS[item.nodeid], strict=True))


def _is_in(value, classes):
    return isinstance(value, type) and value in classes
