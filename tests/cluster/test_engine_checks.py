"""The engine of the tests keeps what the protocol promises, and treats tasks badly."""

import pickle

import numpy as np
import pytest
from helpers.engine_checks import CHECKS
from helpers.fake_engine import FakeEngine, FakeOne


def get_from(engine):
    return lambda handle: (engine.value if isinstance(handle, FakeOne) else engine.values)(handle)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_fake_engine_keeps_the_protocol(check, seed):
    engine = FakeEngine(seed, share=0.5)
    check(engine, get_from(engine))


def change(values):
    values += 1
    return values


def join_in_given_order(lists):
    return [value for values in lists for value in values]


def as_list(number):
    return [number]


def test_tasks_run_twice_and_results_are_lost():
    engine = FakeEngine(share=0.5)
    assert engine.values(engine.numbered(100, as_list)) == [[i] for i in range(100)]
    assert engine.n_runs > 250
    assert engine.n_lost > 50


def test_arguments_are_copies():
    engine = FakeEngine()
    given = np.zeros(2)
    many = engine.given([given])
    changed = engine.each(change, engine.each(change, many))
    np.testing.assert_array_equal(engine.values(changed)[0], [2, 2])
    np.testing.assert_array_equal(engine.values(many)[0], [0, 0])
    np.testing.assert_array_equal(given, [0, 0])


def test_closures_are_refused():
    with pytest.raises((AttributeError, pickle.PicklingError), match=r"pickle|local"):
        FakeEngine().one(lambda: 1)


def test_groups_and_orders_differ():
    found = set()
    for seed in range(10):
        engine = FakeEngine(seed)
        joined = engine.reduce(join_in_given_order, engine.numbered(6, as_list))
        found.add(tuple(engine.value(joined)))
    assert len(found) == 10
