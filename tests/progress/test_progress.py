"""What a sampler's call shows while it works, where, and that its rows stay the same."""

import asyncio
import io
import math
import sys
import threading
import time
from contextvars import copy_context
from types import SimpleNamespace

import numpy as np
import pytest
from helpers.programs import HIDE_CURSOR, SHOW_CURSOR
from helpers.tables import make_noise

import fastsmote
from fastsmote import _progress
from fastsmote._progress import counted, progress, shown
from fastsmote._threads import meanwhile, run_ranges, threads
from fastsmote.combine import SMOTEENN


class Recorder:
    """A view that is shown every range, and keeps what it was shown."""

    def __init__(self):
        self.seen, self.n_ended = [], 0

    def show(self, call, run):
        self.seen.append((call.name, run.doing, run.n_done(), run.n))
        return -math.inf

    def end(self, call):
        self.n_ended += 1


@pytest.fixture
def recorder(monkeypatch):
    monkeypatch.delenv("FASTSMOTE_PROGRESS", raising=False)
    monkeypatch.setattr(_progress, "DELAY_SECONDS", -math.inf)
    view = Recorder()
    monkeypatch.setattr(_progress, "_view", lambda: view)
    return view


def nothing(start, stop):
    pass


def run_shown(name="SMOTE"):
    with threads(1), shown(name):
        run_ranges(nothing, 5, 2, doing="working")


def test_public_name_is_this():
    assert fastsmote.progress is progress


# When it is on


def test_off_a_task_is_itself(recorder):
    with shown("SMOTE"):
        assert counted(nothing, 5, "working") is nothing
    run_shown()
    assert recorder.seen == []


def test_on_every_range_of_a_call_counts(recorder):
    with progress():
        run_shown()
        assert counted(nothing, 5, "working") is nothing  # of no call
    run_shown()
    assert recorder.seen == [("SMOTE", "working", n, 5) for n in (2, 4, 5)]
    assert recorder.n_ended == 1


@pytest.mark.parametrize(
    ("value", "is_on"), [("", False), ("0", False), ("1", True), ("yes", True)]
)
def test_the_environment_puts_it_on_for_the_process(value, is_on, recorder, monkeypatch):
    monkeypatch.setenv("FASTSMOTE_PROGRESS", value)
    thread = threading.Thread(target=run_shown)
    thread.start()
    thread.join()
    assert bool(recorder.seen) == is_on


def test_an_error_in_the_block_ends_it(recorder):
    def fail(start, stop):
        raise KeyError

    with pytest.raises(KeyError), progress(), shown("SMOTE"):
        run_ranges(fail, 5, 2)
    run_shown()
    assert recorder.seen == []


def test_it_follows_the_thread_and_the_task(recorder):
    async def with_progress():
        with progress():
            await asyncio.sleep(0)
            run_shown("with")

    async def both():
        await asyncio.gather(with_progress(), asyncio.to_thread(run_shown, "without"))

    asyncio.run(both())
    with progress():
        thread = threading.Thread(target=run_shown, args=["without"])
        thread.start()
        thread.join()
    assert {name for name, *_ in recorder.seen} == {"with"}


# What is counted


def test_helpers_count_too(recorder):
    def rest(start, stop):  # else the helpers may finish before the calling thread takes a range
        time.sleep(1e-4)

    with threads(3), progress(), shown("SMOTE"):
        for doing in ("first", "second"):
            run_ranges(rest, 1000, 1, doing=doing)
        with meanwhile(nothing, 100, 1):
            run_ranges(rest, 1000, 1, doing="third")
    for doing in ("first", "second", "third"):
        n_done = [n for _, run, n, _ in recorder.seen if run == doing]
        assert n_done == sorted(n_done)
        assert n_done[-1] <= 1000


def test_a_run_within_a_range_is_not_shown(recorder):
    def outer(start, stop):
        run_ranges(nothing, 100, 1, doing="inner")

    with threads(3), progress(), shown("SMOTE"):
        run_ranges(outer, 6, 1, doing="outer")
        run_ranges(nothing, 2, 1, doing="next")
    assert {doing for _, doing, *_ in recorder.seen} == {"outer", "next"}


def test_a_call_within_a_call_has_the_name_of_the_outer_one(recorder):
    with progress(), shown("SMOTEENN"):
        run_shown("SMOTE")
        run_shown("EditedNearestNeighbours")
    assert {name for name, *_ in recorder.seen} == {"SMOTEENN"}
    assert recorder.n_ended == 1


def test_a_copied_context_in_another_thread_is_a_call_of_its_own(recorder):
    with progress(), shown("outer"):
        context = copy_context()
        thread = threading.Thread(target=context.run, args=[run_shown, "inner"])
        thread.start()
        thread.join()
        direct = threading.Thread(target=copy_context().run, args=[run_ranges, nothing, 9, 1, 1])
        direct.start()
        direct.join()
    assert [name for name, *_ in recorder.seen] == ["inner"] * 3


def test_an_error_within_a_range_leaves_the_next_run_shown(recorder):
    def fail(start, stop):
        raise ValueError("range")

    with progress(), shown("SMOTE"):
        with pytest.raises(ValueError, match="range"):
            run_ranges(fail, 5, 1)
        run_shown()
    assert len(recorder.seen) == 3


# Where it is shown


@pytest.fixture
def clock(monkeypatch):
    """A clock that goes on by so many seconds each time it is read, from where it is."""
    time = SimpleNamespace(now=0.0, step=0.0)

    def read():
        time.now += time.step
        return time.now

    monkeypatch.setattr(_progress, "clock", read)
    return time


def test_a_file_gets_a_line_every_ten_seconds(clock, capsys):
    def work(start, stop):
        clock.now += 4.0

    with threads(1), progress(), shown("SMOTE"):
        run_ranges(work, 4_000, 1_000, doing="searching")
        run_ranges(work, 3_000, 1_000)
    assert capsys.readouterr().err.splitlines() == [
        "SMOTE: searching, 3,000 of 4,000, 4 s left",
        "SMOTE, 2,000 of 3,000, 4 s left",
    ]


def test_a_short_call_shows_nothing(clock, monkeypatch):
    def not_to_be_asked():
        raise AssertionError("shown")

    monkeypatch.setattr(_progress, "_view", not_to_be_asked)
    with progress(), shown("SMOTE"):
        run_ranges(nothing, 1000, 1)
        clock.now += _progress.DELAY_SECONDS / 2
        run_ranges(nothing, 1000, 1)


class Stream(io.StringIO):
    def __init__(self, is_terminal):
        super().__init__()
        self.isatty = lambda: is_terminal


class OfNotebook(io.StringIO):
    __module__ = "ipykernel.iostream"


@pytest.mark.parametrize(
    ("stream", "has_widgets", "is_child", "expected"),
    [
        (Stream(True), False, False, "bars"),
        (Stream(True), False, True, "lines"),
        (Stream(False), True, False, "lines"),
        (OfNotebook(), True, False, "bars"),
        (OfNotebook(), False, False, "lines"),
    ],
)
def test_bars_are_for_terminals_and_notebooks(stream, has_widgets, is_child, expected, monkeypatch):
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(_progress, "find_spec", lambda name: has_widgets or None)
    monkeypatch.setattr(_progress, "parent_process", lambda: is_child or None)
    assert _progress._view() is {"bars": _progress._bars, "lines": _progress._Lines}[expected]


def test_a_stream_that_fails_is_given_up_and_the_call_goes_on(clock, monkeypatch):
    n_written, done = [], []

    def write(text):
        n_written.append(text)
        raise OSError("no space is left")

    def work(start, stop):
        clock.now += 20.0
        done.append(start)

    monkeypatch.setattr(sys, "stderr", SimpleNamespace(write=write, flush=lambda: None))
    with threads(1), progress(), shown("SMOTE"):
        run_ranges(work, 5, 1)
    assert (len(n_written), done) == (1, list(range(5)))


def test_the_bar_of_a_call_starts_again_with_each_run(clock, monkeypatch):
    clock.step, terminal = 1.0, Stream(True)
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "90")
    with threads(1), progress(), shown("SMOTE"):
        run_ranges(nothing, 4_000, 2_000, doing="first step")
        run_ranges(nothing, 3_000, 1_000, doing="second step")
    got = terminal.getvalue()
    for words in ("first step", " 2,000/4,000 ", "second step", " 1,000/3,000 "):
        assert f"{words}" in got
    assert got.index("first step") < got.index("second step")
    assert got.count(HIDE_CURSOR) == 1
    assert got.rindex(SHOW_CURSOR) > got.rindex("SMOTE")
    assert _progress._bars.display is None
    assert not _progress._bars.tasks


def test_a_second_interrupt_leaves_the_terminal_clean(clock, monkeypatch):
    clock.step, terminal = 1.0, Stream(True)
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")

    def work(start, stop):
        display = _progress._bars.display
        if display is not None and not hasattr(display, "stop_it"):
            display.stop_it = display.stop

            def interrupted_stop():
                display.stop = display.stop_it
                raise KeyboardInterrupt("second")

            display.stop = interrupted_stop
            raise KeyboardInterrupt("first")

    with pytest.raises(KeyboardInterrupt, match="second"), threads(1), progress(), shown("SMOTE"):
        run_ranges(work, 50, 1)
    assert _progress._bars.display is None
    assert terminal.getvalue().endswith(SHOW_CURSOR)


# Samplers


def test_samplers_name_their_steps_and_return_the_same_rows(recorder, monkeypatch):
    monkeypatch.setattr("fastsmote._search.class_index.LEAST_PRODUCTS", 1)
    X, y = make_noise()
    expected = SMOTEENN(random_state=0).fit_resample(X, y)
    assert recorder.seen == []
    with progress():
        got = SMOTEENN(random_state=0).fit_resample(X, y)
    for array, other in zip(got, expected, strict=True):
        np.testing.assert_array_equal(array, other)
    names, steps = {name for name, *_ in recorder.seen}, {doing for _, doing, *_ in recorder.seen}
    assert names == {"SMOTEENN"}
    assert steps >= {"searching neighbors"}
    assert "" not in steps
