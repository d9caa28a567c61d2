"""The compiled samplers under imbalanced-learn's names: what is rebound, and what follows."""

import abc
import collections.abc
import copy
import copyreg
import inspect
import io
import os
import pickle
import subprocess
import sys
from functools import partial
from pathlib import Path

import imblearn.combine
import imblearn.datasets
import imblearn.ensemble
import imblearn.over_sampling
import imblearn.pipeline
import imblearn.under_sampling
import numpy as np
import pytest
import sklearn
from imblearn.base import BaseSampler
from imblearn.pipeline import make_pipeline
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    TunedThresholdClassifierCV,
    cross_val_score,
    cross_validate,
)
from sklearn.tree import DecisionTreeClassifier

import fastsmote
import fastsmote.combine
import fastsmote.over_sampling
import fastsmote.under_sampling

HOMES = ("over_sampling", "under_sampling", "combine")
STOCK = {
    name: getattr(getattr(imblearn, home), name)
    for home in HOMES
    for name in getattr(imblearn, home).__all__
}
COMPILED = {
    name: getattr(getattr(fastsmote, home), name)
    for home in HOMES
    for name in getattr(imblearn, home).__all__
}
ROOT = Path(fastsmote.__file__).parents[1]


@pytest.fixture(scope="module")
def table():
    """Normal data without ties: 500 rows, 60 of them of class 1."""
    return make_classification(500, 6, n_informative=4, weights=[0.88], random_state=0)


@pytest.fixture(autouse=True)
def is_unpatched():
    assert not fastsmote.is_patched()
    yield
    fastsmote.unpatch_imblearn()


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


def run_python(*arguments, folder=None, code=0, **options):
    """What a fresh process prints; it finds this fastsmote before any installed one."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **options}
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stdout


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


# Pickles

LOAD = """
import pickle, sys, fastsmote
if sys.argv[2] == "patched":
    fastsmote.patch_imblearn()
sampler, X, y = pickle.load(open(sys.argv[1], "rb"))
print(type(sampler).__module__)
X_resampled, _ = sampler.fit_resample(X, y)
print(X_resampled.tobytes().hex())
"""


@pytest.mark.parametrize("reader", ["patched", "not"])
@pytest.mark.parametrize("kind", ["compiled", "stock"])
@pytest.mark.parametrize("protocol", [0, pickle.HIGHEST_PROTOCOL])
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


def test_a_pickle_without_the_patch_is_compiled_under_it(table, tmp_path):
    sampler = STOCK["SMOTE"](random_state=0)
    expected, _ = sampler.fit_resample(*table)
    (tmp_path / "pickle").write_bytes(pickle.dumps((sampler, *table)))
    module, rows = run_python("-c", LOAD, tmp_path / "pickle", "patched").split()
    assert module == "fastsmote.over_sampling._smote"
    assert rows == expected.tobytes().hex()


# Programs

SHOW = """
import sys
from imblearn.over_sampling import SMOTE
from imblearn.ensemble import _bagging

class Local:
    pass

import pickle
pickle.loads(pickle.dumps(Local()))
print(sys.argv[1:], __name__, SMOTE.__module__, _bagging.RandomUnderSampler.__module__)
print(__file__ == sys.argv[0], sys.path[0])
"""
SHOWN = (
    "['--depth', '3', '-h'] __main__ "
    "fastsmote.over_sampling._smote fastsmote.under_sampling._random_under_sampler"
)


def test_a_script_runs_as_under_python(tmp_path):
    (tmp_path / "show.py").write_text(SHOW)
    printed = run_python("-m", "fastsmote", tmp_path / "show.py", "--depth", "3", "-h")
    assert printed.splitlines() == [SHOWN, f"True {tmp_path}"]


def test_a_module_runs_as_under_python(tmp_path):
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "show.py").write_text(SHOW)
    arguments = ["-m", "fastsmote", "-m", "package.show", "--depth", "3", "-h"]
    printed = run_python(*arguments, folder=tmp_path)
    assert printed.splitlines() == [SHOWN, f"True {tmp_path}"]


@pytest.mark.parametrize(("body", "status"), [("import sys; sys.exit(5)", 5), ("1 / 0", 1)])
def test_a_script_ends_with_its_own_status(body, status, tmp_path):
    (tmp_path / "script.py").write_text(body)
    run_python("-m", "fastsmote", tmp_path / "script.py", code=status)


@pytest.mark.parametrize("arguments", [[], ["-m"], ["--demo"], ["no_such_file.py"]])
def test_wrong_arguments_give_status_2(arguments, capsys, tmp_path, monkeypatch):
    from fastsmote import __main__

    monkeypatch.chdir(tmp_path)
    assert __main__.main(arguments) == 2
    expected = "no file 'no_such_file.py'" if arguments == ["no_such_file.py"] else "usage: "
    assert expected in capsys.readouterr().err
    assert not fastsmote.is_patched()


def test_help_is_printed(capsys):
    from fastsmote import __main__

    assert __main__.main(["--help"]) == 0
    assert "usage: python -m fastsmote script.py" in capsys.readouterr().out


# Where the samplers are used: the same results as with imbalanced-learn's own. Each gives
# the results and the samplers that it used.


def classifier():
    return LogisticRegression(max_iter=1000)


def smote_pipeline():
    return make_pipeline(imblearn.over_sampling.SMOTE(random_state=0), classifier())


def in_cross_val_score(X, y):
    model = smote_pipeline()
    return cross_val_score(model, X, y, scoring="roc_auc", error_score="raise"), [model[0]]


def in_grid_search(X, y):
    grid = {"smote__k_neighbors": [2, 5, 9]}
    search = GridSearchCV(smote_pipeline(), grid, scoring="average_precision").fit(X, y)
    return search.cv_results_["mean_test_score"], [search.best_estimator_[0]]


def in_tuned_threshold(X, y):
    model = TunedThresholdClassifierCV(smote_pipeline(), scoring="balanced_accuracy").fit(X, y)
    return np.append(model.predict(X), model.best_threshold_), [model.estimator_[0]]


def in_calibration(X, y):
    model = CalibratedClassifierCV(smote_pipeline(), cv=3).fit(X, y)
    samplers = [each.estimator[0] for each in model.calibrated_classifiers_]
    return model.predict_proba(X), samplers


def in_bagging(X, y, sampler=None):
    if sampler is not None:
        sampler = getattr(imblearn.over_sampling, sampler)()
    model = imblearn.ensemble.BalancedBaggingClassifier(
        DecisionTreeClassifier(random_state=0), n_estimators=4, sampler=sampler, random_state=0
    )
    model.fit(X, y)
    return model.predict_proba(X), [model.sampler_, *[each[0] for each in model.estimators_]]


def in_easy_ensemble(X, y):
    model = imblearn.ensemble.EasyEnsembleClassifier(n_estimators=3, random_state=0).fit(X, y)
    return model.predict_proba(X), [each[0] for each in model.estimators_]


def in_boosting(X, y):
    model = imblearn.ensemble.RUSBoostClassifier(n_estimators=5, random_state=0).fit(X, y)
    return model.predict_proba(X), [model.base_sampler_, *model.samplers_]


def in_forest(X, y):
    model = imblearn.ensemble.BalancedRandomForestClassifier(
        n_estimators=5, random_state=0, sampling_strategy="all", replacement=True, bootstrap=False
    )
    model.fit(X, y)
    return model.predict_proba(X), [model.base_sampler_, *model.samplers_]


def in_smote_tomek(X, y):
    sampler = imblearn.combine.SMOTETomek(random_state=0)
    resampled, _ = sampler.fit_resample(X, y)
    return resampled, [sampler, sampler.smote_, sampler.tomek_]


def in_smote_enn(X, y):
    sampler = imblearn.combine.SMOTEENN(random_state=0)
    resampled, _ = sampler.fit_resample(X, y)
    return resampled, [sampler, sampler.smote_, sampler.enn_]


def in_stock_smote_tomek(X, y):
    """An instance of imbalanced-learn's class builds its steps by name."""
    sampler = STOCK["SMOTETomek"](random_state=0)
    resampled, _ = sampler.fit_resample(X, y)
    return resampled, [sampler.smote_, sampler.tomek_]


def in_make_imbalance(X, y):
    made, _ = imblearn.datasets.make_imbalance(
        X, y, sampling_strategy={0: 100, 1: 20}, random_state=0
    )
    return made, []


def with_routed_groups(X, y):
    """Groups go to the splitter and weights to the score, past the sampler."""
    if tuple(map(int, sklearn.__version__.split(".")[:2])) < (1, 8):
        pytest.skip("before scikit-learn 1.8 imbalanced-learn's pipeline requests no weights")
    with sklearn.config_context(enable_metadata_routing=True):
        model = make_pipeline(
            imblearn.over_sampling.SMOTE(random_state=0),
            classifier().set_fit_request(sample_weight=False).set_score_request(sample_weight=True),
        )
        scores = cross_validate(
            model,
            X,
            y,
            cv=GroupKFold(4),
            params={"groups": np.arange(len(X)) // 5, "sample_weight": np.linspace(0, 1, len(X))},
            error_score="raise",
        )
        return scores["test_score"], [model[0]]


EMBEDDINGS = {
    "cross_val_score": in_cross_val_score,
    "GridSearchCV": in_grid_search,
    "TunedThresholdClassifierCV": in_tuned_threshold,
    "CalibratedClassifierCV": in_calibration,
    "BalancedBaggingClassifier": in_bagging,
    "BalancedBaggingClassifier(SMOTE)": partial(in_bagging, sampler="SMOTE"),
    "BalancedBaggingClassifier(ADASYN)": partial(in_bagging, sampler="ADASYN"),
    "EasyEnsembleClassifier": in_easy_ensemble,
    "RUSBoostClassifier": in_boosting,
    "BalancedRandomForestClassifier": in_forest,
    "SMOTETomek": in_smote_tomek,
    "SMOTEENN": in_smote_enn,
    "SMOTETomek made before": in_stock_smote_tomek,
    "make_imbalance": in_make_imbalance,
    "metadata routing": with_routed_groups,
}


@pytest.mark.filterwarnings("ignore::FutureWarning:imblearn", "ignore::FutureWarning:sklearn")
@pytest.mark.parametrize("name", EMBEDDINGS)
def test_results_are_those_of_imbalanced_learns_samplers(name, table):
    expected, stock = EMBEDDINGS[name](*table)
    with fastsmote.patch_imblearn():
        got, compiled = EMBEDDINGS[name](*table)
    np.testing.assert_array_equal(got, expected)
    assert {type(sampler) for sampler in stock} <= set(STOCK.values())
    assert {type(sampler) for sampler in compiled} <= set(COMPILED.values())
    assert len(stock) == len(compiled)


@pytest.mark.parametrize("name", STOCK)
def test_requests_for_metadata_are_the_same(name):
    parameters = {"categorical_features": [0]} if name == "SMOTENC" else {}
    with sklearn.config_context(enable_metadata_routing=True):
        got = COMPILED[name](**parameters).get_metadata_routing()
        expected = STOCK[name](**parameters).get_metadata_routing()
    assert str(got) == str(expected)
    assert inspect.signature(COMPILED[name].fit_resample) == inspect.signature(
        STOCK[name].fit_resample
    )
