"""How many threads there are, and what they do with ranges."""

import re
import subprocess
import sys
from contextvars import Context, copy_context

import numpy as np
import pytest
from joblib import Parallel, cpu_count, delayed
from joblib.externals.loky import get_reusable_executor

import fastsmote
from fastsmote._threads import (
    asking_once,
    get_n_threads,
    threads,
    threads_of,
)
from fastsmote.neighbors import NearestNeighbors
from fastsmote.over_sampling import SMOTE


def test_public_names_are_these():
    assert fastsmote.threads is threads
    assert fastsmote.get_n_threads is get_n_threads


# How many


def test_default_is_every_cpu():
    assert get_n_threads() == 8


@pytest.mark.parametrize("n_threads", [1, 3, 100, np.int64(3), np.uint8(3)])
def test_threads_takes_integers_of_1_or_more(n_threads):
    with threads(n_threads):
        assert get_n_threads() == n_threads
        assert type(get_n_threads()) is int
    assert get_n_threads() == 8


@pytest.mark.parametrize("n_threads", [0, -1, 2.0, "2", None, True, np.float64(2)])
def test_threads_refuses_anything_else(n_threads):
    message = re.escape(f"n_threads must be an integer of 1 or more. Got {n_threads!r} instead.")
    with pytest.raises(ValueError, match=message), threads(n_threads):
        pytest.fail("the block must not run")
    assert get_n_threads() == 8


WORKER = """
import multiprocessing, warnings
from fastsmote import get_n_threads

def count(_):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return get_n_threads()

if __name__ == "__main__":
    for method in ("fork", "spawn"):
        with multiprocessing.get_context(method).Pool(2) as pool:
            print(pool.map(count, range(4)))
"""


def test_a_worker_of_a_pool_is_one_thread_and_is_not_warned(tmp_path):
    (tmp_path / "program.py").write_text(WORKER)
    command = [sys.executable, "-W", "ignore::DeprecationWarning", tmp_path / "program.py"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.split("\n") == ["[1, 1, 1, 1]", "[1, 1, 1, 1]", ""], done.stderr


def test_threads_nest():
    with threads(3):
        with threads(1):
            assert get_n_threads() == 1
        assert get_n_threads() == 3
    assert get_n_threads() == 8


def test_an_error_in_the_block_ends_the_setting():
    with pytest.raises(KeyError), threads(3):
        raise KeyError
    assert get_n_threads() == 8


def test_setting_does_not_reach_another_context():
    with threads(3):
        assert Context().run(get_n_threads) == 8
        assert copy_context().run(get_n_threads) == 3


def test_environment_sets_the_number(monkeypatch):
    monkeypatch.setenv("FASTSMOTE_NUM_THREADS", "5")
    assert get_n_threads() == 5
    with threads(2):
        assert get_n_threads() == 2


def test_empty_environment_sets_nothing(monkeypatch):
    monkeypatch.setenv("FASTSMOTE_NUM_THREADS", "")
    assert get_n_threads() == 8


@pytest.mark.parametrize("text", ["0", "-2", "two", "1.5", "2,1"])
def test_bad_environment_is_an_error_that_names_it(monkeypatch, text):
    monkeypatch.setenv("FASTSMOTE_NUM_THREADS", text)
    with pytest.raises(ValueError, match="FASTSMOTE_NUM_THREADS must be an integer") as error:
        get_n_threads()
    assert text in str(error.value)
    with threads(2):
        assert get_n_threads() == 2


def test_bad_environment_is_an_error_of_a_call_for_which_one_thread_does(monkeypatch):
    monkeypatch.setenv("FASTSMOTE_NUM_THREADS", "two")
    X, y = np.arange(40.0).reshape(20, 2) ** 2, np.repeat([0, 1], [13, 7])
    with pytest.raises(ValueError, match="FASTSMOTE_NUM_THREADS must be an integer"):
        SMOTE().fit_resample(X, y)
    with pytest.raises(ValueError, match="FASTSMOTE_NUM_THREADS must be an integer"):
        NearestNeighbors().fit(X).kneighbors()


@pytest.mark.parametrize(
    ("share", "expected"), [("2", 2), ("1", 1), ("16", 8), ("0", 8), ("4,2", 8), ("", 8)]
)
def test_share_of_a_worker_is_respected(monkeypatch, share, expected):
    monkeypatch.setenv("OMP_NUM_THREADS", share)
    assert get_n_threads() == expected


def test_environment_beats_the_share(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    monkeypatch.setenv("FASTSMOTE_NUM_THREADS", "5")
    assert get_n_threads() == 5


def test_joblib_workers_share_the_cpus():
    shares = Parallel(n_jobs=2)(delayed(get_n_threads)() for _ in range(2))
    assert max(shares) <= max(1, cpu_count() // 2)
    get_reusable_executor().shutdown()


def test_joblib_is_asked_once_in_a_call(monkeypatch):
    n_asked = []
    monkeypatch.setattr(
        "fastsmote._threads.joblib.effective_n_jobs", lambda n_jobs: n_asked.append(n_jobs) or 3
    )
    with asking_once():
        for _ in range(3):
            with asking_once(), threads_of(None):
                assert get_n_threads() == 3
        with threads(2):
            assert get_n_threads() == 2
    assert n_asked == [-1]
    assert get_n_threads() == 3
    assert n_asked == [-1, -1]


def test_n_jobs_says_how_many():
    with threads(2), threads_of(None):
        assert get_n_threads() == 2
    with threads(2), threads_of(5):
        assert get_n_threads() == 8  # of joblib, which is made to say so here
