"""What a program shows on a terminal, elsewhere, in threads, in a fork and after Ctrl-C."""

import os

import pytest
from helpers.programs import (
    HIDE_CURSOR,
    PREAMBLE,
    SHOW_CURSOR,
    SMALL_TASKS,
    THREE_THREADS,
    needs_terminal,
    run_on_terminal,
    run_program,
)

AT_ONCE = """
from fastsmote import _progress
_progress.DELAY_SECONDS = _progress.BAR_SECONDS = 0.0
"""
EIGHT_THREADS = """
import fastsmote
from concurrent.futures import ThreadPoolExecutor

tables = [make_clouds(seed=i % 2) for i in range(8)]
expected = [digest(SMOTETomek(random_state=0), *table) for table in tables]
before = threading.active_count(), sys.stdout, sys.stderr
start = threading.Barrier(8, timeout=60)
def call(table):
    start.wait()
    with fastsmote.progress():
        return [digest(SMOTETomek(random_state=0), *table) for _ in range(3)]
sys.setswitchinterval(1e-5)
with ThreadPoolExecutor(8) as pool:
    found = list(pool.map(call, tables))
print(found == [[each] * 3 for each in expected])
print((threading.active_count(), sys.stdout, sys.stderr) == before)
print(_progress._bars.display, _progress._bars.tasks)
"""


@pytest.mark.processes
@needs_terminal
def test_eight_threads_share_a_terminal():
    program = PREAMBLE + SMALL_TASKS + AT_ONCE + EIGHT_THREADS
    status, out, got = run_on_terminal(program, **THREE_THREADS)
    assert (status, out) == (0, "True\nTrue\nNone {}\n"), got[-2000:]
    assert "SMOTETomek: searching neighbors" in got
    assert got.count(HIDE_CURSOR) >= 1
    assert got.endswith(SHOW_CURSOR)


FORK = """
import fastsmote
bars = _progress._bars
is_held, is_over = threading.Event(), threading.Event()
def hold():
    with bars.lock:
        is_held.set()
        is_over.wait()
holder = threading.Thread(target=hold)
holder.start()
is_held.wait()
_progress._view = lambda: bars
expected = digest(SMOTE(random_state=0), *make_clouds())
pid = os.fork()
if pid == 0:
    with fastsmote.progress():
        is_same = digest(SMOTE(random_state=0), *make_clouds()) == expected
    os._exit(0 if is_same else 1)
is_over.set()
holder.join()
print(os.waitpid(pid, 0)[1])
"""


@pytest.mark.processes
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_fork_while_a_bar_is_drawn_does_not_wait_for_ever():
    assert run_program(PREAMBLE + SMALL_TASKS + AT_ONCE + FORK, timeout=60)[-1] == "0"


LONG = """
import fastsmote
X, y = make_clouds(int(sys.argv[1]), 40)
expected = digest(SMOTE(random_state=0), X[:600], y[:600])
if sys.argv[2] == "rows":
    expected = digest(EditedNearestNeighbours(), X, y)
    with fastsmote.progress():
        print(digest(EditedNearestNeighbours(), X, y) == expected)
else:
    with fastsmote.progress():
        try:
            EditedNearestNeighbours().fit_resample(X, y)
        except KeyboardInterrupt:
            print("interrupted")
        print(digest(SMOTE(random_state=0), X[:600], y[:600]) == expected)
print(threading.active_count())
"""


@needs_terminal
def test_a_call_has_a_bar_on_a_terminal_and_the_same_rows():
    status, out, got = run_on_terminal(PREAMBLE + AT_ONCE + LONG, 40_000, "rows", COLUMNS=90)
    assert (status, out) == (0, "True\n1\n"), got[-2000:]
    assert "EditedNearestNeighbours: searching neighbors" in got
    assert got.endswith(SHOW_CURSOR)


@pytest.mark.processes
@needs_terminal
def test_ctrl_c_takes_the_bar_away():
    status, out, got = run_on_terminal(
        PREAMBLE + LONG, 400_000, "interrupt", interrupt_at=": searching", COLUMNS=90
    )
    assert (status, out) == (0, "interrupted\nTrue\n1\n"), got[-2000:]
    assert got.endswith(SHOW_CURSOR)


@pytest.mark.slow
def test_without_a_terminal_a_call_prints_lines():
    code = "_progress.LINE_SECONDS = 0.1\n"
    lines = run_program(
        PREAMBLE + AT_ONCE + code + LONG, 40_000, "rows", with_stderr=True, FASTSMOTE_PROGRESS="0"
    )
    assert lines[:2] == ["True", "1"]
    assert any(
        line.startswith("EditedNearestNeighbours: searching neighbors, ")
        and line.endswith(" s left")
        for line in lines[2:]
    )
    assert not any("\r" in line or "\x1b" in line for line in lines)


def test_rich_is_imported_when_a_bar_is_drawn():
    code = "import sys, fastsmote._threads; print('rich' in sys.modules)"
    assert run_program(code, FASTSMOTE_PROGRESS="1") == ["False"]


INTERRUPTS = """
import random, signal, threading, time
from _thread import _count
from fastsmote._progress import _bars, progress, shown
from fastsmote._threads import run_ranges, threads

def run():
    with progress(), threads(2), shown("SMOTE"):
        for i in range(3):
            run_ranges(lambda start, stop: None, 30, 1, doing=f"step {i}")

def interrupt():
    signal.setitimer(signal.ITIMER_REAL, rng.uniform(2e-5, 2e-2))
    run()
    is_to_come = True
    while is_to_come:
        is_to_come = signal.getitimer(signal.ITIMER_REAL)[0] > 0.0
        time.sleep(0.001)  # the interrupt ends it

def take_lock():
    is_free.append(_bars.lock.acquire(blocking=False))
    _bars.lock.release()

run()
signal.signal(signal.SIGALRM, signal.default_int_handler)
n_interrupts, is_free, rng, begin = 0, [], random.Random(0), time.monotonic()
while n_interrupts < 100 and time.monotonic() < begin + 60.0:
    try:
        interrupt()
    except KeyboardInterrupt:
        n_interrupts += 1
    thread = threading.Thread(target=take_lock)
    thread.start()
    thread.join()
run()
while _count() and time.monotonic() < begin + 90.0:
    time.sleep(0.001)
print(n_interrupts, all(is_free), _count())
"""


@pytest.mark.processes
@needs_terminal
def test_an_interrupt_at_any_time_is_the_error_and_leaves_no_lock_taken():
    status, out, got = run_on_terminal(AT_ONCE + INTERRUPTS)
    assert (status, out) == (0, "100 True 0\n"), got[-2000:]
