"""The compiled samplers under imbalanced-learn's names: what is rebound, and what follows."""

import copy
import sys

import imblearn.combine
import imblearn.datasets
import imblearn.ensemble
import imblearn.over_sampling
import imblearn.pipeline
import imblearn.under_sampling
import numpy as np
import pytest
from helpers.programs import run_python
from helpers.samplers import COMPILED, HOMES, STOCK
from sklearn.base import clone

import fastsmote
import fastsmote.combine
import fastsmote.over_sampling
import fastsmote.under_sampling


def bindings():
    """{(module, name): value} of every name of every module of imbalanced-learn."""
    return {
        (module, name): value
        for module in sorted(sys.modules)
        if module.partition(".")[0] == "imblearn"
        for name, value in vars(sys.modules[module]).items()
    }


def stock_bindings():
    """{(module, name): class name} of where a sampler of imbalanced-learn is bound."""
    return {
        place: name
        for place, value in bindings().items()
        for name, stock in STOCK.items()
        if value is stock
    }


# What is bound


def test_there_is_a_class_for_each():
    assert len(STOCK) == 21
    assert all(COMPILED[name] is not stock for name, stock in STOCK.items())
    assert all(issubclass(COMPILED[name], stock) for name, stock in STOCK.items())


def test_every_binding_of_a_sampler_is_rebound():
    before = stock_bindings()
    fastsmote.patch_imblearn()
    assert stock_bindings() == {}
    after = bindings()
    assert {place: after[place] for place in before} == {
        place: COMPILED[name] for place, name in before.items()
    }


@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("imblearn.combine._smote_tomek", ["SMOTE", "TomekLinks"]),
        ("imblearn.combine._smote_enn", ["SMOTE", "EditedNearestNeighbours"]),
        ("imblearn.ensemble._bagging", ["RandomUnderSampler"]),
        ("imblearn.ensemble._easy_ensemble", ["RandomUnderSampler"]),
        ("imblearn.ensemble._forest", ["RandomUnderSampler"]),
        ("imblearn.ensemble._weight_boosting", ["RandomUnderSampler"]),
        ("imblearn.datasets._imbalance", ["RandomUnderSampler"]),
        *[(f"imblearn.{home}", getattr(imblearn, home).__all__) for home in HOMES],
    ],
)
def test_modules_that_bind_samplers(module, names):
    fastsmote.patch_imblearn()
    for name in names:
        expected = COMPILED.get(name, getattr(fastsmote.under_sampling, name, None))
        assert getattr(sys.modules[module], name) is expected


def test_nothing_else_is_touched():
    before, places = bindings(), stock_bindings()
    fastsmote.patch_imblearn()
    after = bindings()
    assert before.keys() == after.keys()
    assert {place for place in before if before[place] is not after[place]} == places.keys()


def test_reversal_restores_identical_objects():
    before = bindings()
    fastsmote.patch_imblearn()
    fastsmote.unpatch_imblearn()
    after = bindings()
    assert before.keys() == after.keys()
    assert all(after[place] is value for place, value in before.items())


@pytest.mark.parametrize("name", STOCK)
def test_compiled_classes_keep_their_base(name):
    bases, public = COMPILED[name].__mro__, dir(COMPILED[name])
    with fastsmote.patch_imblearn():
        assert COMPILED[name].__mro__ == bases
        assert STOCK[name] in bases
    assert dir(COMPILED[name]) == public


@pytest.mark.slow
def test_a_module_loaded_under_the_patch_is_reverted():
    code = """
import sys, fastsmote
fastsmote.patch_imblearn()
assert "imblearn.utils._test_common.instance_generator" not in sys.modules
from imblearn.utils._test_common import instance_generator
print(instance_generator.SMOTE.__module__)
fastsmote.unpatch_imblearn()
print(instance_generator.SMOTE.__module__)
"""
    expected = ["fastsmote.over_sampling._smote", "imblearn.over_sampling._smote.base"]
    assert run_python("-c", code).split() == expected


def test_naming_the_functions_imports_nothing_heavy():
    code = """
import sys, fastsmote
fastsmote.patch_imblearn, fastsmote.unpatch_imblearn, fastsmote.is_patched()
print(*{"imblearn", "numba", "numpy", "sklearn", "logging"} & sys.modules.keys())
"""
    assert run_python("-c", code, FASTSMOTE_VERBOSE="").split() == []


# When it holds


def test_is_patched_tells():
    assert not fastsmote.is_patched()
    fastsmote.patch_imblearn()
    assert fastsmote.is_patched()
    fastsmote.unpatch_imblearn()
    assert not fastsmote.is_patched()


def test_twice_is_once():
    fastsmote.patch_imblearn()
    once = bindings()
    fastsmote.patch_imblearn()
    assert bindings() == once
    fastsmote.unpatch_imblearn()
    assert imblearn.over_sampling.SMOTE is STOCK["SMOTE"]
    fastsmote.unpatch_imblearn()
    assert imblearn.over_sampling.SMOTE is STOCK["SMOTE"]


def test_context_ends_the_patch():
    with fastsmote.patch_imblearn():
        assert imblearn.over_sampling.SMOTE is COMPILED["SMOTE"]
    assert imblearn.over_sampling.SMOTE is STOCK["SMOTE"]


def test_context_ends_the_patch_after_an_exception():
    with pytest.raises(KeyError), fastsmote.patch_imblearn():
        raise KeyError
    assert imblearn.over_sampling.SMOTE is STOCK["SMOTE"]


def test_inner_context_leaves_the_outer_one_patched():
    with fastsmote.patch_imblearn():
        with fastsmote.patch_imblearn():
            pass
        assert imblearn.over_sampling.SMOTE is COMPILED["SMOTE"]
    assert imblearn.over_sampling.SMOTE is STOCK["SMOTE"]


def test_context_within_a_patch_goes_back_to_it():
    fastsmote.patch_imblearn()
    with fastsmote.patch_imblearn():
        fastsmote.unpatch_imblearn()
        assert imblearn.over_sampling.SMOTE is STOCK["SMOTE"]
    assert imblearn.over_sampling.SMOTE is COMPILED["SMOTE"]


def test_context_may_be_entered_again():
    patch = fastsmote.patch_imblearn()
    for _ in range(2):
        with patch:
            assert imblearn.over_sampling.SMOTE is COMPILED["SMOTE"]
        assert imblearn.over_sampling.SMOTE is STOCK["SMOTE"]


# Instances


@pytest.mark.parametrize("name", STOCK)
def test_rebound_names_answer_isinstance_for_both(name):
    parameters = {"categorical_features": [0]} if name == "SMOTENC" else {}
    stock, compiled = STOCK[name](**parameters), COMPILED[name](**parameters)
    assert not isinstance(stock, COMPILED[name])
    with fastsmote.patch_imblearn():
        for other, cls in STOCK.items():
            rebound = COMPILED[other]
            assert isinstance(stock, rebound) == isinstance(stock, cls)
            assert isinstance(compiled, rebound) == isinstance(compiled, cls)
    assert not isinstance(stock, COMPILED[name])
    assert isinstance(compiled, COMPILED[name])


def test_a_subclass_answers_isinstance_for_its_own_instances_alone():
    class Mine(COMPILED["SMOTE"]):
        pass

    with fastsmote.patch_imblearn():
        assert isinstance(Mine(), Mine)
        assert not isinstance(STOCK["SMOTE"](), Mine)
        assert not isinstance(COMPILED["SMOTE"](), Mine)


def test_stock_steps_work_in_a_compiled_sampler_under_the_patch(table):
    steps = {"smote": STOCK["SMOTE"](random_state=0), "tomek": STOCK["TomekLinks"]()}
    expected = STOCK["SMOTETomek"](**steps).fit_resample(*table)
    with fastsmote.patch_imblearn():
        got = imblearn.combine.SMOTETomek(**steps).fit_resample(*table)
    np.testing.assert_array_equal(got[0], expected[0])
    np.testing.assert_array_equal(got[1], expected[1])


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, clone])
def test_a_stock_instance_is_copied_as_what_it_is(duplicate):
    with fastsmote.patch_imblearn():
        copied = duplicate(STOCK["SMOTE"](k_neighbors=3))
    assert type(copied) is STOCK["SMOTE"]
    assert copied.k_neighbors == 3
