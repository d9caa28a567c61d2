"""Classes that take no dask collections, and names that `fastsmote.distributed` does not have."""

import subprocess
import sys

import pytest
from helpers.dask import as_frames
from helpers.tables import FEATURES, make_labeled_frame

dask = pytest.importorskip("dask")
pytest.importorskip("distributed")
pytest.importorskip("pyarrow")

import dask.array as da  # noqa: E402

from fastsmote import combine, distributed, over_sampling, under_sampling  # noqa: E402
from fastsmote._base import checks  # noqa: E402

CLASSES = [
    getattr(module, name)
    for module in (over_sampling, under_sampling, combine)
    for name in module.__all__
]


@pytest.mark.parametrize("cls", CLASSES)
def test_dask_in_the_classes_in_memory_is_sent_to_those_that_take_it(cls):
    sampler = cls(categorical_features=[0]) if cls.__name__ == "SMOTENC" else cls()
    frame = make_labeled_frame(300)
    table, target = as_frames(frame, (100, 200))
    array = table.to_dask_array(lengths=(100, 200))
    cure = f"use fastsmote.distributed.{cls.__name__}, or pass"
    if cls.__name__ not in distributed.__all__:
        cure = f"fastsmote.distributed has ADASYN, Border.*; for {cls.__name__} pass"
    for X, y, what in (
        (table, target, "X is dask's DataFrame"),
        (array, frame["y"], "X is dask's Array"),
        (frame[FEATURES], target, "y is dask's Series"),
        (
            frame[FEATURES].to_numpy(),
            da.from_array(frame["y"].to_numpy(object), 300),
            "y is dask's A",
        ),
    ):
        for call in (sampler.fit_resample, sampler.fit):
            with pytest.raises(TypeError, match=rf"{what}.*{cure} [Xy].compute\(\)"):
                call(X, y)


def test_the_shell_knows_what_there_is_on_dask():
    assert sorted(checks.ON_DASK) == sorted(distributed.__all__)


@pytest.mark.slow
def test_the_classes_in_memory_do_not_import_dask():
    code = (
        "import sys, numpy as np; from fastsmote.over_sampling import SMOTE; "
        "SMOTE().fit_resample(np.random.randn(60, 2), np.arange(60) % 3 == 0); "
        "print('dask' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize(
    ("name", "home"),
    [("KMeansSMOTE", "over_sampling"), ("SVMSMOTE", "over_sampling"), ("AllKNN", "under_sampling")],
)
def test_a_sampler_without_a_version_for_dask_is_said_to_be_one(name, home):
    message = (
        f"{name} has no version for dask collections. The samplers are ADASYN, BorderlineSMOTE, "
        f"EditedNearestNeighbours, .*, SMOTE, SMOTEENN, SMOTENC, SMOTETomek, TomekLinks. .* "
        f"use fastsmote.{home}.{name} and pass"
    )
    with pytest.raises(ImportError, match=message):
        exec(f"from fastsmote.distributed import {name}", {})
    with pytest.raises(AttributeError, match=message):
        getattr(distributed, name)
    assert not hasattr(distributed, name)


def test_any_other_name_has_pythons_own_error():
    with pytest.raises(ImportError, match="cannot import name 'Smote'"):
        exec("from fastsmote.distributed import Smote", {})
    with pytest.raises(AttributeError, match=r"'fastsmote\.distributed' has no attribute 'Smote'"):
        distributed.Smote  # noqa: B018
    assert not hasattr(distributed, "__wrapped__")
