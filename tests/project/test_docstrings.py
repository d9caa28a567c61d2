"""Every public name has a numpydoc docstring with what a reader needs, and examples that run."""

import pytest
from helpers.docstrings import is_ours, missing_of, public_names, run_examples

import fastsmote
from fastsmote.over_sampling import SMOTE

# The classes of Spark and Ray are checked where these engines run: tests/spark, tests/ray_data.
MODULES = ["fastsmote", *(f"fastsmote.{name}" for name in fastsmote._MODULES), "fastsmote.offline"]
NAMES = {module: public_names([module]) for module in MODULES}


@pytest.mark.parametrize("module", MODULES)
def test_no_docstring_lacks_anything(module):
    missing = {name: missing_of(name, thing) for name, thing in NAMES[module].items()}
    assert {name: lacking for name, lacking in missing.items() if lacking} == {}


def test_dask_docstrings_lack_nothing():
    pytest.importorskip("dask")
    names = public_names(["fastsmote.distributed"])
    assert len(names) > 12
    missing = {name: missing_of(name, thing) for name, thing in names.items()}
    assert {name: lacking for name, lacking in missing.items() if lacking} == {}


def test_public_names_are_classes_functions_and_their_methods():
    names = public_names(MODULES)
    assert {
        "fastsmote.compare",
        "fastsmote.Comparison.table",
        "fastsmote.Provenance.join",
        "fastsmote.losses.FocalLoss.__call__",
        "fastsmote.offline.resample",
        "fastsmote.over_sampling.SMOTE",
    } <= set(names)
    assert SMOTE.fit_resample in names.values()
    assert not any(name.endswith("_request") for name in names)
    assert all(isinstance(thing, property) or is_ours(thing) for thing in names.values())


# What the check finds


class Complete:
    """Multiply a number.

    Parameters
    ----------
    factor : int, default=2
        The factor.

    Attributes
    ----------
    half : float
        The factor divided by two.

    References
    ----------
    A. Author, B.-C. Other, "Multiplying numbers", Journal of Numbers 1, 2-3, 1999, section 4.

    Examples
    --------
    >>> 2 * 3
    6
    """

    __module__ = "fastsmote"

    def __init__(self, factor=2):
        self.factor = factor

    @property
    def half(self):
        """The factor divided by two."""
        return self.factor / 2


def multiply(number, factor=2):
    """Multiply a number.

    Parameters
    ----------
    number : int
        The number.
    factor : int, default=2
        The factor.

    Returns
    -------
    product : int
        Both, multiplied.

    Raises
    ------
    TypeError
        If the number is not a number.

    Examples
    --------
    >>> 2 * 3
    6
    """
    return _product(number, factor)


def _product(number, factor):
    if isinstance(number, str):
        raise TypeError("number must be a number.")
    return number * factor


BROKEN = [
    (Complete, "    The factor.\n", "", 'PR07: Parameter "factor" has no description'),
    (Complete, "factor : int, default=2\n        The factor.\n", "", "PR01: Parameters"),
    (Complete, "factor :", "power :", "PR02: Unknown parameters"),
    (Complete, "half :", "third :", "property half is not in Attributes"),
    (Complete, "half :", "half, third :", "Attributes: 'half, third' is not one name"),
    (Complete, ", 1999", "", "reference"),
    (Complete, '"Multiplying numbers"', "Multiplying numbers", "reference"),
    (Complete, ">>> 2 * 3", ">>> 2 * 3  # doctest: +SKIP", "example is skipped: 2 * 3"),
    (multiply, "Multiply a number.", "Multiply a number", "SS03: Summary"),
    (multiply, "Multiply", "Multiplies", "SS05: Summary"),
    (multiply, "    product : int\n        Both, multiplied.\n", "", "RT01: No Returns"),
    (multiply, "    TypeError\n        If the number is not a number.\n", "", "Raises: TypeError"),
    (multiply, "Examples\n    --------\n    >>> 2 * 3\n    6\n", "", "EX01: No examples"),
    (multiply, "    6\n", "", "no example shows a result"),
    (multiply, "number : int", "number", 'PR04: Parameter "number" has no type'),
]


def name_of(thing):
    """Where the check finds a class or function of this module."""
    return f"{__name__}.{thing.__name__}"


@pytest.mark.parametrize("thing", [Complete, multiply])
def test_a_complete_docstring_lacks_nothing(thing):
    assert missing_of(name_of(thing), thing) == []


@pytest.mark.parametrize(("thing", "text", "instead", "found"), BROKEN, ids=range(len(BROKEN)))
def test_an_incomplete_docstring_is_found(thing, text, instead, found, monkeypatch):
    assert text in thing.__doc__
    monkeypatch.setattr(thing, "__doc__", thing.__doc__.replace(text, instead))
    missing = missing_of(name_of(thing), thing)
    assert any(line.startswith(found) for line in missing), missing


def test_a_wrong_result_of_an_example_is_found(monkeypatch):
    assert run_examples("multiply", multiply) == ""
    monkeypatch.setattr(multiply, "__doc__", multiply.__doc__.replace("    6\n", "    7\n"))
    assert "Expected:\n    7\nGot:\n    6\n" in run_examples("multiply", multiply)
