"""The docstrings of the samplers of Spark DataFrames lack nothing, and their examples run."""

import pytest
from helpers.docstrings import missing_of, public_names, run_examples
from helpers.engines import engine_example
from helpers.spark import MARKS, running_spark

from fastsmote import spark

pytestmark = MARKS
NAMES = public_names(["fastsmote.spark"])


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    with running_spark(tmp_path_factory.mktemp("spark")) as session:
        yield session


def test_no_docstring_of_spark_lacks_anything():
    assert len(NAMES) > len(spark.__all__)
    missing = {name: missing_of(name, thing) for name, thing in NAMES.items()}
    assert {name: lacking for name, lacking in missing.items() if lacking} == {}


@pytest.mark.parametrize("name", [engine_example(name) for name in NAMES])
def test_the_examples_of_spark_run(name, session):
    assert run_examples(name, NAMES[name]) == ""
