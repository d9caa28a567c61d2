"""What threads do with ranges, in a run and in the background of a block."""

import signal
import subprocess
import sys
import threading
import time
from _thread import _count
from contextlib import nullcontext
from itertools import count

import numpy as np
import pytest
from helpers.waiting import has_come_down_to

from fastsmote import _threads
from fastsmote._threads import (
    _Ranges,
    meanwhile,
    run_ranges,
    threads,
)

# Ranges


@pytest.mark.parametrize("n", [0, 1, 2, 7, 255, 256, 257, 1001])
@pytest.mark.parametrize("step", [1, 3, 256, 5000])
@pytest.mark.parametrize("n_threads", [1, 2, 7])
def test_every_index_is_covered_once(n, step, n_threads):
    n_visits, ranges = np.zeros(n, int), []

    def task(start, stop):
        n_visits[start:stop] += 1
        ranges.append((start, stop))

    run_ranges(task, n, step, n_threads)
    np.testing.assert_array_equal(n_visits, 1)
    assert sorted(ranges) == [(start, min(n, start + step)) for start in range(0, n, step)]


def test_one_thread_is_the_calling_one_and_goes_in_order():
    calls = []
    with threads(1):
        run_ranges(lambda *ends: calls.append((threading.get_ident(), *ends)), 5, 2)
    me = threading.get_ident()
    assert calls == [(me, 0, 2), (me, 2, 4), (me, 4, 5)]


def test_as_many_threads_work_as_are_set():
    everyone = threading.Barrier(3, timeout=30)  # broken if fewer than three come
    with threads(3):
        run_ranges(lambda start, stop: everyone.wait(), 3, 1)


@pytest.mark.parametrize("is_in_block", [False, True])
def test_a_run_waits_for_the_ranges_of_slower_threads(is_in_block):
    everyone, me, done = threading.Barrier(3, timeout=30), threading.get_ident(), []

    def task(start, stop):
        everyone.wait()
        if threading.get_ident() != me:
            time.sleep(0.2)
        done.append(start)

    block = meanwhile(lambda start, stop: time.sleep(0.01), 20, 1) if is_in_block else nullcontext()
    with threads(3), block:
        run_ranges(task, 3, 1)
        assert sorted(done) == [0, 1, 2]


def test_a_block_waits_for_the_ranges_of_its_background():
    done, is_begun = [], threading.Event()

    def background(start, stop):
        is_begun.set()
        time.sleep(0.0 if threading.get_ident() == me else 0.2)
        done.append(start)

    me = threading.get_ident()
    with threads(3), meanwhile(background, 6, 1):
        assert is_begun.wait(timeout=30)
    assert sorted(done) == list(range(6))


def test_no_thread_outlives_the_call():
    everyone, before = threading.Barrier(7, timeout=30), _count()
    run_ranges(lambda start, stop: everyone.wait(), 70, 1, 7)
    assert has_come_down_to(before)


@pytest.mark.parametrize("n_threads", [1, 4])
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_is_raised_and_the_others_end(n_threads, error):
    calls = []

    def task(start, stop):
        calls.append(start)
        if start == 10:
            raise error("range 10")
        time.sleep(0.001)

    with pytest.raises(error, match="range 10"):
        run_ranges(task, 5000, 1, n_threads)
    assert len(calls) < 2500
    assert n_threads > 1 or calls == list(range(11))


def test_the_first_of_two_errors_is_raised():
    is_helped, me, before = threading.Event(), threading.get_ident(), _count()

    def task(start, stop):
        if threading.get_ident() == me:
            assert is_helped.wait(timeout=30)
            assert has_come_down_to(before)  # the helper has ended: its error is recorded
            raise KeyError("second")
        is_helped.set()
        raise ValueError("first")

    with pytest.raises(ValueError, match="first"):
        run_ranges(task, 2, 1, 2)


# Ranges in the background of a block


@pytest.mark.parametrize("n", [0, 1, 9, 1000])
@pytest.mark.parametrize("n_threads", [1, 3])
def test_a_block_leaves_every_index_covered_once(n, n_threads):
    n_visits = np.zeros(n, int)

    def task(start, stop):
        n_visits[start:stop] += 1

    with threads(n_threads), meanwhile(task, n, 2):
        run_ranges(lambda start, stop: None, 100, 10)
    np.testing.assert_array_equal(n_visits, 1)


def test_idle_threads_work_while_the_block_does():
    first = threading.Event()
    with threads(2), meanwhile(lambda start, stop: first.set(), 100, 1):
        assert first.wait(timeout=30)


@pytest.mark.parametrize("n_threads", [1, 2, 3])
def test_a_block_can_complete_its_background(n_threads):
    n_visits = np.zeros(60, int)

    def background(start, stop):
        time.sleep(0.001)
        n_visits[start:stop] += 1

    with threads(n_threads), meanwhile(background, 60, 1) as complete:
        run_ranges(lambda start, stop: None, 10, 1)
        for _ in range(2):  # the second time there is nothing left
            complete()
            np.testing.assert_array_equal(n_visits, 1)
        run_ranges(lambda start, stop: None, 10, 1)
    np.testing.assert_array_equal(n_visits, 1)


@pytest.mark.parametrize("n_threads", [1, 3])
def test_an_error_in_the_background_is_raised_where_it_is_completed(n_threads):
    def background(start, stop):
        time.sleep(0.001)
        if start == 3:
            raise ValueError("range 3")

    are_raised = []
    with pytest.raises(ValueError, match="range 3"), threads(n_threads):  # noqa: SIM117
        with meanwhile(background, 10, 1) as complete:
            _complete_and_note(complete, are_raised)
    assert are_raised == [True]


def _complete_and_note(complete, are_raised):
    try:
        complete()
    except ValueError:
        are_raised.append(True)
        raise


def test_no_range_of_the_background_begins_while_all_threads_are_busy():
    begun, first = [], threading.Event()

    def background(start, stop):
        begun.append(start)
        first.set()
        time.sleep(0.001)

    def foreground(start, stop):
        n_begun.append(len(begun))
        time.sleep(0.02)

    with threads(2), meanwhile(background, 10_000, 1):
        for _ in range(2):  # it goes on between two runs
            n_begun = []
            first.clear()
            assert first.wait(timeout=30)
            run_ranges(foreground, 4, 1)
            assert n_begun[-1] - n_begun[0] <= 1  # the one under way
            assert n_begun[-1] < 5000
    assert len(begun) == 10_000


def test_the_threads_of_the_background_work_on_the_runs_of_its_block():
    seen, first = [set(), set()], threading.Event()

    def background(start, stop):
        seen[0].add(threading.get_ident())
        first.set()
        time.sleep(0.001)

    def foreground(start, stop):
        seen[1].add(threading.get_ident())
        time.sleep(0.001)

    with threads(3), meanwhile(background, 200, 1):
        assert first.wait(timeout=30)
        run_ranges(foreground, 100, 1)
        seen[1].remove(threading.get_ident())
        assert len(seen[1]) == 2
    assert seen[1] <= seen[0]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
@pytest.mark.parametrize("n_threads", [1, 3])
def test_an_error_of_a_run_leaves_the_background_going(n_threads, error):
    n_visits = np.zeros(1000, int)

    def background(start, stop):
        n_visits[start:stop] += 1

    def foreground(start, stop):
        if start == 7:
            raise error("range 7")

    with threads(n_threads), meanwhile(background, 1000, 1):
        for _ in range(3):
            with pytest.raises(error, match="range 7"):
                run_ranges(foreground, 20, 1)
    np.testing.assert_array_equal(n_visits, 1)


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("which", ["a run", "a run in a block", "the end of a block"])
def test_an_interrupt_between_two_steps_leaves_no_thread(which, where, monkeypatch):
    original, n_left = _Ranges.work, [1 if which != "the end of a block" else 2]
    me = threading.get_ident()

    def work(self):
        if where == "after":
            original(self)
        if threading.get_ident() == me:
            n_left[0] -= 1
            if n_left[0] == 0:
                raise KeyboardInterrupt
        original(self)

    def slow(start, stop):
        time.sleep(0.001)

    def run():
        if which == "a run":
            run_ranges(slow, 50, 1)
        else:
            with meanwhile(slow, 200, 1):
                run_ranges(slow, 50, 1)

    monkeypatch.setattr(_Ranges, "work", work)
    with pytest.raises(KeyboardInterrupt), threads(3):
        run()
    assert n_left[0] <= 0


INTERRUPTS = """
import random, signal, sys, time
from _thread import _count
from fastsmote._threads import meanwhile, run_ranges, threads

def run():
    with threads(2):
        for _ in range(3):
            run_ranges(lambda start, stop: None, 30, 1)

def block():
    with threads(2), meanwhile(lambda start, stop: None, 20, 1):
        for _ in range(2):
            run_ranges(lambda start, stop: None, 10, 1)

def completed():
    with threads(2), meanwhile(lambda start, stop: None, 20, 1) as complete:
        complete()
        run_ranges(lambda start, stop: None, 10, 1)

signal.signal(signal.SIGALRM, signal.default_int_handler)
calls = {"run": run, "block": block, "completed": completed}
call, n_interrupts, rng = calls[sys.argv[1]], 0, random.Random(0)
begin = time.monotonic()
def interrupt():
    signal.setitimer(signal.ITIMER_REAL, rng.uniform(2e-5, 4e-4))
    call()
    is_to_come = True
    while is_to_come:
        is_to_come = signal.getitimer(signal.ITIMER_REAL)[0] > 0.0
        time.sleep(0.001)  # the interrupt ends it

while n_interrupts < 300 and time.monotonic() < begin + 60.0:
    try:
        interrupt()
    except KeyboardInterrupt:
        n_interrupts += 1
while _count() and time.monotonic() < begin + 90.0:
    time.sleep(0.001)
print(n_interrupts, _count())
"""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer to interrupt by")
@pytest.mark.parametrize("which", ["run", "block", "completed"])
def test_an_interrupt_at_any_time_is_the_error_and_leaves_no_thread(which):
    command = [sys.executable, "-c", INTERRUPTS, which]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert (done.returncode, done.stdout) == (0, "300 0\n"), done.stderr


def test_a_run_within_a_run_of_a_block_has_threads_of_its_own():
    n_visits = np.zeros((6, 6), int)

    def outer(start, stop):
        def inner(first, last):
            n_visits[start:stop, first:last] += 1

        run_ranges(inner, 6, 1)

    with threads(2), meanwhile(lambda start, stop: None, 100, 1):
        run_ranges(outer, 6, 1)
    np.testing.assert_array_equal(n_visits, 1)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
@pytest.mark.parametrize("n_threads", [1, 3])
def test_a_block_that_raises_ends_its_background(n_threads, error):
    begun = []

    def background(start, stop):
        begun.append(start)
        time.sleep(0.001)

    with pytest.raises(error, match="block"), threads(n_threads), meanwhile(background, 5000, 1):
        raise error("block")
    assert len(begun) < 2500


@pytest.mark.parametrize("n_threads", [1, 3])
def test_an_error_in_the_background_is_raised_at_the_end_of_the_block(n_threads):
    def background(start, stop):
        if start == 3:
            raise ValueError("range 3")

    is_at_end = False
    with pytest.raises(ValueError, match="range 3"), threads(n_threads):  # noqa: SIM117
        with meanwhile(background, 10, 1):
            is_at_end = True
    assert is_at_end


@pytest.mark.parametrize("n_locks", range(8))
def test_no_memory_for_a_lock_is_a_memory_error_or_hurts_nobody(n_locks, monkeypatch):
    new_lock, n_made, seen = _threads.Lock, count(), []
    monkeypatch.setattr("sys.unraisablehook", seen.append)

    def lock_or_refuse():
        if next(n_made) >= n_locks:
            raise RuntimeError("can't allocate lock")
        return new_lock()

    monkeypatch.setattr(_threads, "Lock", lock_or_refuse)
    done = np.zeros(60, np.int64)

    def task(start, stop):
        time.sleep(0.001)
        done[start:stop] += 1

    try:
        with meanwhile(lambda start, stop: None, 100, 1):
            run_ranges(task, 60, 1, 3)
    except MemoryError:
        assert (done <= 1).all()
    else:
        assert (done == 1).all()
    assert not seen
