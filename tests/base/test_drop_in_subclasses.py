"""Methods that a subclass overrides are called; a call leaves its own attributes and no others."""

import logging
import threading
from functools import partial
from unittest import mock

import imblearn.over_sampling as stock
import numpy as np
import pandas as pd
import polars as pl
import pytest
from helpers.tables import X, Y
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors

from fastsmote import combine, over_sampling, under_sampling

# Each: a sampler, a method of imbalanced-learn's that its code calls, parameters.
HOOKS = [
    (over_sampling.SMOTE, "_make_samples", {}),
    (over_sampling.SMOTE, "_generate_samples", {}),
    (over_sampling.SMOTE, "_validate_estimator", {}),
    (over_sampling.SMOTE, "_check_X_y", {}),
    (over_sampling.BorderlineSMOTE, "_in_danger_noise", {}),
    (over_sampling.BorderlineSMOTE, "_make_samples", {}),
    (over_sampling.SVMSMOTE, "_in_danger_noise", {}),
    (over_sampling.ADASYN, "_validate_estimator", {}),
    (over_sampling.KMeansSMOTE, "_make_samples", {"kmeans_estimator": 1}),
    (over_sampling.KMeansSMOTE, "_find_cluster_sparsity", {"kmeans_estimator": 1}),
    (over_sampling.SMOTENC, "_generate_samples", {"categorical_features": [2]}),
    (over_sampling.SMOTENC, "_validate_column_types", {"categorical_features": [2]}),
    (over_sampling.SMOTEN, "_make_samples", {}),
    (over_sampling.RandomOverSampler, "_check_X_y", {}),
    (under_sampling.RandomUnderSampler, "_check_X_y", {}),
    (under_sampling.TomekLinks, "is_tomek", {}),
    (under_sampling.NearMiss, "_selection_dist_based", {}),
    (under_sampling.EditedNearestNeighbours, "_validate_estimator", {}),
    (under_sampling.RepeatedEditedNearestNeighbours, "_validate_estimator", {}),
    (under_sampling.AllKNN, "_validate_estimator", {}),
    (under_sampling.NeighbourhoodCleaningRule, "_validate_estimator", {}),
    (under_sampling.CondensedNearestNeighbour, "_validate_estimator", {}),
    (under_sampling.OneSidedSelection, "_validate_estimator", {}),
    (under_sampling.InstanceHardnessThreshold, "_validate_estimator", {}),
    (under_sampling.ClusterCentroids, "_generate_sample", {}),
    (combine.SMOTEENN, "_validate_estimator", {}),
    (combine.SMOTETomek, "_validate_estimator", {}),
]


def table_of(cls):
    table = X.copy()
    table[:, 2] = table[:, 2] > 0
    return np.round(table) if cls is over_sampling.SMOTEN else table


def spying(cls, name):
    """A subclass whose method counts its calls, and the list of them."""
    calls, raw = [], next(vars(base)[name] for base in cls.__mro__ if name in vars(base))

    def spy(*args, **kwargs):
        calls.append(name)
        return getattr(raw, "__func__", raw)(*args, **kwargs)

    spy = staticmethod(spy) if isinstance(raw, staticmethod) else spy
    return type(f"My{cls.__name__}", (cls,), {name: spy}), calls


@pytest.mark.parametrize(("cls", "name", "params"), HOOKS)
def test_a_method_that_a_subclass_overrides_is_called(cls, name, params):
    subclass, calls = spying(cls, name)
    subclass(**params).fit_resample(table_of(cls), Y)
    assert calls


@pytest.mark.parametrize(("cls", "name", "params"), HOOKS)
def test_a_method_of_an_instance_or_of_a_mixin_is_called(cls, name, params):
    sampler, (spied, calls) = cls(**params), spying(cls, name)
    is_static = isinstance(vars(spied)[name], staticmethod)
    setattr(
        sampler, name, getattr(spied, name) if is_static else getattr(spied, name).__get__(sampler)
    )
    sampler.fit_resample(table_of(cls), Y)
    assert calls
    calls.clear()
    mixin = type("Mixin", (), {name: vars(spied)[name]})
    type("Mixed", (mixin, cls), {})(**params).fit_resample(table_of(cls), Y)
    assert calls


def test_rows_of_an_overridden_method_come_back():
    class Doubled(over_sampling.SMOTE):
        def _make_samples(self, *args, **kwargs):
            X_new, y_new = super()._make_samples(*args, **kwargs)
            return X_new * 2, y_new

    got, _ = Doubled(random_state=0).fit_resample(X, Y)
    expected, _ = stock.SMOTE(random_state=0).fit_resample(X, Y)
    np.testing.assert_array_equal(got[80:], expected[80:] * 2)


def test_no_row_is_removed_where_is_tomek_says_so():
    class Never(under_sampling.TomekLinks):
        @staticmethod
        def is_tomek(y, nn_index, class_type):
            return np.zeros(len(y), bool)

    assert len(Never().fit_resample(X, Y)[0]) == 80
    assert len(combine.SMOTETomek(tomek=Never()).fit_resample(X, Y)[0]) == 120
    # The same of a frame, whose rows a cleaning sampler takes by their numbers.
    assert Never().fit_resample(pl.DataFrame(X), Y)[0].shape == (80, 3)


def test_what_a_subclass_returns_in_place_of_its_base_comes_back():
    class Half(under_sampling.EditedNearestNeighbours):
        def _fit_resample(self, X, y):
            X, y = super()._fit_resample(X, y)
            return X[::2], y[::2]

    whole, half = under_sampling.EditedNearestNeighbours(), Half()
    for table in (X, pd.DataFrame(X), pl.DataFrame(X)):
        n_rows = len(whole.fit_resample(table, Y)[0])
        assert len(half.fit_resample(table, Y)[0]) == -(-n_rows // 2)


def test_a_step_that_appends_rows_of_its_own_is_not_taken_for_smote():
    class More(over_sampling.SMOTE):
        def _fit_resample(self, X, y):
            X, y = super()._fit_resample(X, y)
            return np.vstack([X, X[:5] + 50]), np.append(y, y[:5])

    got, _ = combine.SMOTETomek(smote=More(random_state=0)).fit_resample(X, Y)
    rows = More(random_state=0).fit_resample(X, Y)
    expected, _ = under_sampling.TomekLinks(sampling_strategy="all").fit_resample(*rows)
    np.testing.assert_array_equal(got, expected)


def test_a_cleaning_step_without_further_parameters_is_taken():
    class Plain(under_sampling.TomekLinks):
        def _fit_resample(self, X, y):
            return super()._fit_resample(X, y)

    sampler = combine.SMOTETomek(tomek=Plain(sampling_strategy="all"), random_state=0)
    expected = combine.SMOTETomek(random_state=0).fit_resample(X, Y)
    np.testing.assert_array_equal(sampler.fit_resample(X, Y)[0], expected[0])


def test_a_patched_method_of_imblearn_is_called(monkeypatch):
    monkeypatch.setattr(
        stock.SMOTE,
        "_make_samples",
        lambda self, X, dtype, label, *a, **k: (X[:1], np.array([label])),
    )
    assert len(over_sampling.SMOTE().fit_resample(X, Y)[0]) == 81


def test_an_overridden_method_is_said_once(caplog):
    subclass, _ = spying(over_sampling.SMOTE, "_make_samples")
    subclass = type("SaidOnce", (subclass,), {})
    with caplog.at_level(logging.INFO, logger="fastsmote"):
        for _ in range(2):
            subclass().fit_resample(X, Y)
    line = "SaidOnce ran imbalanced-learn's own code: _make_samples is overridden"
    assert [record.message for record in caplog.records] == [line]


def test_a_subclass_without_hooks_stays_compiled(caplog):
    class Renamed(over_sampling.SMOTE):
        def summary(self):
            return self.k_neighbors

    with caplog.at_level(logging.INFO, logger="fastsmote"):
        Renamed().fit_resample(X, Y)
    assert [record.message for record in caplog.records] == ["Renamed ran compiled"]


# Attributes of a call


def frame():
    return pd.DataFrame(X, columns=["a", "b", "c"])


def test_names_of_an_earlier_frame_are_forgotten():
    sampler = over_sampling.SMOTE()
    sampler.fit_resample(frame(), Y)
    assert sampler.get_feature_names_out().tolist() == ["a", "b", "c"]
    sampler.fit_resample(X, Y)
    assert sampler.get_feature_names_out().tolist() == ["x0", "x1", "x2"]
    assert not hasattr(sampler, "feature_names_in_")


def fitted(sampler, *calls):
    for call in calls:
        call(sampler)
    return set(vars(sampler))


CALLS = {
    "array": lambda s: s.fit_resample(X, Y),
    "frame": lambda s: s.fit_resample(frame(), Y),
    "fit": lambda s: s.fit(X, Y),
    "fit of a frame": lambda s: s.fit(frame(), Y),
    "polars": lambda s: s.fit_resample(pl.DataFrame(X, schema=["a", "b", "c"]), Y),
}


@pytest.mark.parametrize("last", CALLS)
@pytest.mark.parametrize("first", CALLS)
@pytest.mark.parametrize(
    "make",
    [
        over_sampling.SMOTE,
        over_sampling.BorderlineSMOTE,
        over_sampling.RandomOverSampler,
        under_sampling.EditedNearestNeighbours,
        under_sampling.ClusterCentroids,
        combine.SMOTETomek,
    ],
)
def test_a_call_leaves_the_attributes_of_that_call(make, first, last):
    assert fitted(make(), CALLS[first], CALLS[last]) == fitted(make(), CALLS[last])


def test_a_call_of_imblearns_own_code_leaves_no_provenance_of_a_compiled_one():
    sampler = over_sampling.SMOTE()
    sampler.fit_resample(X, Y)
    sampler.set_params(k_neighbors=StockNearestNeighbors(n_neighbors=4))
    sampler.fit_resample(X, Y)
    assert not hasattr(sampler, "provenance_")
    assert not hasattr(sampler, "_fell_back")


def test_danger_of_an_earlier_call_is_forgotten():
    sampler = over_sampling.BorderlineSMOTE()
    sampler.fit_resample(X, Y)
    assert sampler.in_danger_indices
    sampler.fit(X, Y)
    assert not hasattr(sampler, "in_danger_indices")


def test_a_call_that_raises_leaves_what_was():
    sampler = over_sampling.SMOTE(random_state=0)
    sampler.fit_resample(frame(), Y)
    before = dict(vars(sampler))
    with pytest.raises(ValueError, match="NaN"):
        sampler.fit_resample(np.full((80, 3), np.nan), Y)
    assert vars(sampler) == before


def test_attributes_that_are_no_results_stay():
    sampler = over_sampling.SMOTE()
    sampler.note = "mine"
    sampler.fit_resample(X, Y)
    assert sampler.note == "mine"


def test_a_sampler_shared_by_threads_is_whole_after_each_call():
    sampler, errors = over_sampling.SMOTE(random_state=0), []

    def work(table):
        try:
            for _ in range(30):
                sampler.fit_resample(table, Y)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(table,)) for table in (X, frame()) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sampler.n_features_in_ == 3


# State that is the user's


def test_a_wrapped_method_of_an_instance_sees_the_call():
    expected, _ = over_sampling.SMOTE(random_state=0).fit_resample(X, Y)
    for name in ("_validate_estimator", "_make_samples", "_fit_resample", "_generate_samples"):
        sampler = over_sampling.SMOTE(random_state=0)
        with mock.patch.object(sampler, name, wraps=getattr(sampler, name)) as wrapped:
            got, _ = sampler.fit_resample(X, Y)
        assert wrapped.called
        np.testing.assert_array_equal(got, expected)
    sampler = over_sampling.SMOTE(random_state=0)
    sampler._validate_estimator = partial(over_sampling.SMOTE._validate_estimator, sampler)
    np.testing.assert_array_equal(sampler.fit_resample(X, Y)[0], expected)


def test_what_a_subclass_keeps_from_call_to_call_stays():
    class Counting(over_sampling.SMOTE):
        def __init__(self, *, random_state=None):
            super().__init__(random_state=random_state)
            self.n_calls_ = 0

        def _make_samples(self, *args, **kwargs):
            self.n_calls_ += 1
            return super()._make_samples(*args, **kwargs)

    sampler = Counting()
    for table in (frame(), X):
        sampler.fit_resample(table, Y)
    assert sampler.n_calls_ == 2
    assert not hasattr(sampler, "feature_names_in_")


def test_what_a_callable_changes_in_its_sampler_stays():
    sampler = over_sampling.SMOTE(random_state=0)
    sampler.calls = 0

    def strategy(y):
        sampler.calls += 1
        sampler.k_neighbors = 3
        return {1: 50}

    sampler.set_params(sampling_strategy=strategy)
    for _ in range(2):
        sampler.fit_resample(X, Y)
    assert sampler.calls == 2
    assert sampler.k_neighbors == 3


def test_slots_and_properties_of_a_subclass_are_kept():
    class Slotted(over_sampling.SMOTE):
        __slots__ = ("extra",)

        def _validate_estimator(self):
            super()._validate_estimator()
            self.extra += 1

    class Fixed(over_sampling.SMOTE):
        @property
        def k_neighbors(self):
            return np.int64(3)

        @k_neighbors.setter
        def k_neighbors(self, value):
            pass

    sampler = Slotted()
    sampler.extra = 0
    sampler.fit_resample(X, Y)
    assert sampler.extra == 1
    got, _ = Fixed(random_state=0).fit_resample(X, Y)
    expected, _ = over_sampling.SMOTE(random_state=0, k_neighbors=3).fit_resample(X, Y)
    np.testing.assert_array_equal(got, expected)


def test_a_call_within_a_call_leaves_nothing_in_the_outer_one():
    sampler = over_sampling.SMOTE(random_state=0)

    def strategy(y):
        thread = threading.Thread(
            target=lambda: sampler.set_params(sampling_strategy="auto").fit_resample(frame(), Y)
        )
        thread.start()
        thread.join()
        return {1: 50}

    sampler.set_params(sampling_strategy=strategy)
    sampler.fit_resample(X, Y)
    assert not hasattr(sampler, "feature_names_in_")


def test_a_call_of_a_subclass_that_raises_leaves_what_was():
    subclass, _ = spying(over_sampling.SMOTE, "_make_samples")
    sampler = subclass(k_neighbors=np.int8(4))
    sampler.fit_resample(frame(), Y)
    with pytest.raises(ValueError, match="NaN"):
        sampler.fit_resample(np.full((80, 3), np.nan), Y)
    assert sampler.get_feature_names_out().tolist() == ["a", "b", "c"]
    assert type(sampler.k_neighbors) is np.int8
    assert "_settled" not in vars(sampler)
