"""The examples of every docstring run, and show what they say.

Those of Spark and Ray run in tests/spark and tests/ray_data, where these engines run.
"""

import importlib.util

import matplotlib
import pytest
from helpers.docstrings import public_names, run_examples
from matplotlib import pyplot

import fastsmote

MODULES = ["fastsmote", *(f"fastsmote.{name}" for name in fastsmote._MODULES), "fastsmote.offline"]
if importlib.util.find_spec("dask"):
    MODULES.append("fastsmote.distributed")
NAMES = {name: thing for name, thing in public_names(MODULES).items() if thing.__doc__}


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_run(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(matplotlib, "get_backend", matplotlib.get_backend)
    before = matplotlib.get_backend()
    pyplot.switch_backend("agg")
    try:
        assert run_examples(name, NAMES[name]) == ""
    finally:
        pyplot.close("all")
        pyplot.switch_backend(before)
