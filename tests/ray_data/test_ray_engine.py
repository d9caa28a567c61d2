"""The engine of Ray runs tasks as the protocol of engines says, and loses none."""

import os
import signal
import time
from functools import partial

import pytest
from helpers.engine_checks import CHECKS
from helpers.ray import MARKS, running_ray

from fastsmote.ray._engine import RayEngine

pytestmark = MARKS


@pytest.fixture(scope="module")
def engine():
    with running_ray(2):
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


def _note(path, text):
    with open(path, "a") as file:
        file.write(f"{text}\n")


def _noted_pair(left, right, path):
    time.sleep(0.05)
    _note(path, "pair")
    return left + right


def _noted_join(values, path):
    _note(path, "join")
    return max(values)


def test_pairs_are_joined_before_all_are_submitted(engine, tmp_path):
    pair, join = (partial(each, path=str(tmp_path / "log")) for each in (_noted_pair, _noted_join))
    joined = engine.cross(pair, engine.numbered(7, _number), engine.numbered(2, _number), join)
    assert engine.fetch(joined) == [i + 1 for i in range(7)]
    log = (tmp_path / "log").read_text().split()
    assert log.count("pair") == 14
    # Of 8 tasks at most the results are not joined when the next left value follows.
    assert log.index("join") <= 10
