"""The docstrings of the samplers of Ray Datasets lack nothing, and their examples run."""

import pytest
from helpers.docstrings import missing_of, public_names, run_examples
from helpers.engines import engine_example
from helpers.ray import MARKS, running_ray

from fastsmote import ray

pytestmark = MARKS
NAMES = public_names(["fastsmote.ray"])


@pytest.fixture(scope="module", autouse=True)
def workers():
    with running_ray(2):
        yield


def test_no_docstring_of_ray_lacks_anything():
    assert len(NAMES) > len(ray.__all__)
    missing = {name: missing_of(name, thing) for name, thing in NAMES.items()}
    assert {name: lacking for name, lacking in missing.items() if lacking} == {}


@pytest.mark.parametrize("name", [engine_example(name) for name in NAMES])
def test_the_examples_of_ray_run(name):
    assert run_examples(name, NAMES[name]) == ""
