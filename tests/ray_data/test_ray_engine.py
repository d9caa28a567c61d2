"""The engine of Ray runs tasks as the protocol of engines says, and loses none."""

import os
import signal

import numpy as np
import pytest
from helpers.engine_checks import CHECKS
from helpers.ray import running_ray

from fastsmote.ray._engine import RayEngine

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def engine():
    # A full object store is an error, and not written to the disk.
    with running_ray(2, automatic_object_spilling_enabled=False):
        yield RayEngine()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_protocol(check, engine):
    check(engine, engine.fetch)


def _number(number):
    return number


def _die_once(number, marker):
    """Return a number, but kill the first process that is asked for 2."""
    if number == 2:
        try:
            os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return number
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def _refuse(number):
    raise ValueError(f"row {number} is refused")


def test_a_task_of_a_killed_worker_runs_again(engine, tmp_path):
    marker = tmp_path / "killed"
    numbers = engine.each(_die_once, engine.numbered(4, _number), marker=str(marker))
    assert engine.fetch(engine.reduce(sum, numbers)) == 6
    assert marker.exists()


def test_the_error_of_a_task_is_raised_as_it_is(engine):
    refused = engine.each(_refuse, engine.numbered(3, _number))
    for handle in (refused, engine.reduce(sum, refused), engine.one(sum, refused)):
        with pytest.raises(ValueError, match=r"^row \d is refused$") as caught:
            engine.fetch(handle)
        assert type(caught.value) is ValueError


def _large(left, right):
    return np.full(500_000, left + right)


def _larger(values):
    return np.max(values, axis=0)


def _first(values):
    return values[0]


def test_many_pairs_are_joined_a_few_at_a_time(engine):
    # The results of all tasks are 20 times the object store.
    left = engine.numbered(64, _number)
    joined = engine.cross(_large, left, left, _larger)
    assert engine.fetch(engine.each(_first, joined)) == [i + 63 for i in range(64)]
