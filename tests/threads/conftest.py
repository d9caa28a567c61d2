"""A machine of eight CPUs, on which no test leaves a thread."""

from _thread import _count

import pytest
from helpers.waiting import has_come_down_to


@pytest.fixture(autouse=True)
def no_thread_is_left():
    before = _count()
    yield
    assert has_come_down_to(before)


@pytest.fixture(autouse=True)
def eight_cpus(monkeypatch):
    """No setting from outside, and a machine of eight CPUs."""
    monkeypatch.delenv("FASTSMOTE_NUM_THREADS", raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr("fastsmote._threads.joblib.effective_n_jobs", lambda n_jobs: 8)
