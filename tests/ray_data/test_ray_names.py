"""The names that fastsmote.ray has, lacks, and has only with Ray."""

import subprocess
import sys

import pytest
from helpers.ray import MARKS, ray

from fastsmote import combine, over_sampling, under_sampling
from fastsmote import ray as room
from fastsmote.ray import _engine

pytestmark = MARKS  # the quick tests run where Ray is not installed


def test_the_package_of_ray_is_not_the_room():
    assert _engine.ray is ray
    assert room is not ray


def test_classes_are_those_in_memory():
    for name in room.__all__:
        homes = [home for home in (over_sampling, under_sampling, combine) if name in home.__all__]
        assert issubclass(getattr(room, name), getattr(homes[0], name))


@pytest.mark.parametrize("name", ["AllKNN", "KMeansSMOTE"])
def test_a_sampler_without_a_version_for_ray_is_named(name):
    text = f"{name} has no version for Ray Datasets. The samplers are ADASYN, BorderlineSMOTE, "
    with pytest.raises(AttributeError, match=text):
        getattr(room, name)
    with pytest.raises(ImportError, match=r"and pass columns of ds.to_pandas\(\)"):
        exec(f"from fastsmote.ray import {name}")
    with pytest.raises(AttributeError, match="has no attribute 'SMOTEE'"):
        _ = room.SMOTEE


MISSING = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "ray":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
try:
    import fastsmote.ray
except ModuleNotFoundError as error:
    print(error.name, error)
"""


def test_without_ray_the_error_names_the_extra():
    done = subprocess.run([sys.executable, "-c", MISSING], capture_output=True, text=True)
    install = 'Install the extra "ray": python -m pip install "fastsmote[ray]"'
    assert done.stdout == f"ray Ray is not installed. {install}\n"
