"""Pickles of samplers under the patch, and without it."""

import abc
import collections.abc
import copyreg
import io
import pickle
from functools import partial

import imblearn.combine
import imblearn.datasets
import imblearn.ensemble
import imblearn.over_sampling
import imblearn.pipeline
import imblearn.under_sampling
import pytest
from helpers.marks import slow
from helpers.programs import run_python
from helpers.samplers import COMPILED, STOCK
from imblearn.base import BaseSampler

import fastsmote
import fastsmote.combine
import fastsmote.over_sampling
import fastsmote.under_sampling

LOAD = """
import pickle, sys, fastsmote
if sys.argv[2] == "patched":
    fastsmote.patch_imblearn()
sampler, X, y = pickle.load(open(sys.argv[1], "rb"))
print(type(sampler).__module__)
X_resampled, _ = sampler.fit_resample(X, y)
print(X_resampled.tobytes().hex())
"""


@pytest.mark.parametrize("reader", [*slow("patched"), "not"])
@pytest.mark.parametrize("kind", ["compiled", *slow("stock")])
@pytest.mark.parametrize("protocol", [*slow(0), pickle.HIGHEST_PROTOCOL])
def test_a_pickle_of_the_patch_loads_in_a_fresh_process(kind, reader, protocol, table, tmp_path):
    X, y = table
    stock = STOCK["SMOTETomek"](random_state=0)
    with fastsmote.patch_imblearn():
        sampler = stock if kind == "stock" else imblearn.combine.SMOTETomek(random_state=0)
        expected, _ = sampler.fit_resample(X, y)
        (tmp_path / "pickle").write_bytes(pickle.dumps((sampler, X, y), protocol))
    module, rows = run_python("-c", LOAD, tmp_path / "pickle", reader).split()
    assert module == type(sampler).__module__
    assert rows == expected.tobytes().hex()


@pytest.mark.parametrize("name", STOCK)
@pytest.mark.parametrize("protocol", [0, pickle.HIGHEST_PROTOCOL])
def test_a_stock_class_is_pickled_as_what_it_is(name, protocol):
    held = (STOCK[name], COMPILED[name], partial(STOCK[name], sampling_strategy="auto"))
    with fastsmote.patch_imblearn():
        dumped = pickle.dumps(held, protocol)
        assert pickle.loads(dumped)[:2] == held[:2]
        assert pickle.loads(dumped)[2].func is STOCK[name]
    assert pickle.loads(dumped)[:2] == held[:2]
    assert pickle.loads(pickle.dumps(held, protocol))[:2] == held[:2]


class Interface(abc.ABC):
    @abc.abstractmethod
    def act(self):
        pass

    class Inner(abc.ABC):
        @abc.abstractmethod
        def act(self):
            pass


@pytest.mark.parametrize("pickler", [pickle._Pickler, pickle.Pickler])
def test_other_classes_are_pickled_as_ever(pickler):
    with fastsmote.patch_imblearn():
        for cls in (Interface, Interface.Inner, BaseSampler, collections.abc.Mapping):
            file = io.BytesIO()
            pickler(file).dump(cls)
            assert pickle.loads(file.getvalue()) is cls
        with pytest.raises(pickle.PicklingError):
            pickle.dumps(abc.ABCMeta("Nowhere", (), {}))


def test_what_pickled_classes_before_the_patch_still_does():
    def reduce(cls):
        return dict, ()

    copyreg.pickle(abc.ABCMeta, reduce)
    try:
        with fastsmote.patch_imblearn():
            assert pickle.loads(pickle.dumps(Interface)) == {}
            assert pickle.loads(pickle.dumps(STOCK["SMOTE"])) is STOCK["SMOTE"]
        assert copyreg.dispatch_table[abc.ABCMeta] is reduce
    finally:
        del copyreg.dispatch_table[abc.ABCMeta]
    with fastsmote.patch_imblearn():
        pass
    assert abc.ABCMeta not in copyreg.dispatch_table


@pytest.mark.slow
def test_a_pickle_without_the_patch_is_compiled_under_it(table, tmp_path):
    sampler = STOCK["SMOTE"](random_state=0)
    expected, _ = sampler.fit_resample(*table)
    (tmp_path / "pickle").write_bytes(pickle.dumps((sampler, *table)))
    module, rows = run_python("-c", LOAD, tmp_path / "pickle", "patched").split()
    assert module == "fastsmote.over_sampling._smote"
    assert rows == expected.tobytes().hex()
