"""Programs in a process of their own: a crash, an abort or a hang of one is a failed test."""

import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

import fastsmote

ROOT = Path(fastsmote.__file__).parents[1]

# What most programs start with: a small table without ties, every compiled sampler, and a
# word for what a call gives.
PREAMBLE = """
import hashlib, os, signal, sys, threading, time
import numpy as np
from fastsmote.combine import SMOTEENN, SMOTETomek
from fastsmote.over_sampling import (
    ADASYN, SMOTE, SMOTEN, SMOTENC, SVMSMOTE, BorderlineSMOTE, KMeansSMOTE, RandomOverSampler
)
from fastsmote.under_sampling import (
    AllKNN, CondensedNearestNeighbour, EditedNearestNeighbours, NearMiss,
    NeighbourhoodCleaningRule, OneSidedSelection, RandomUnderSampler,
    RepeatedEditedNearestNeighbours, TomekLinks
)

def make_clouds(n_rows=600, n_features=5, seed=0):
    # Two clouds that overlap, and a column of five categories.
    random_state = np.random.RandomState(seed)
    y = (np.arange(n_rows) % 6 == 0).astype(int)
    X = random_state.randn(n_rows, n_features) + 0.8 * y[:, None]
    X[:, -1] = np.arange(n_rows) % 5
    return X, y

def make_samplers():
    return [
        SMOTE(random_state=0), BorderlineSMOTE(random_state=0), ADASYN(random_state=0),
        SMOTENC([4], random_state=0), SMOTEN(random_state=0), SVMSMOTE(random_state=0),
        KMeansSMOTE(random_state=0, cluster_balance_threshold=0.01, kmeans_estimator=2),
        RandomOverSampler(random_state=0), RandomUnderSampler(random_state=0), TomekLinks(),
        EditedNearestNeighbours(), RepeatedEditedNearestNeighbours(), AllKNN(),
        NeighbourhoodCleaningRule(), NearMiss(), CondensedNearestNeighbour(random_state=0),
        OneSidedSelection(random_state=0), SMOTEENN(random_state=0), SMOTETomek(random_state=0),
    ]

def digest(sampler, X, y):
    X_new, y_new = sampler.fit_resample(X, y)
    return hashlib.sha256(np.ascontiguousarray(X_new).tobytes() + y_new.tobytes()).hexdigest()

def call_all():
    X, y = make_clouds()
    return [digest(sampler, X, y) for sampler in make_samplers()]
"""

# Tasks so small that a table of 600 rows is shared among threads.
SMALL_TASKS = """
import fastsmote._synthesis.output, fastsmote._search.class_index, fastsmote._synthesis.provenance
fastsmote._synthesis.output.COPY_BYTES = 2**10
fastsmote._search.class_index.LEAST_PRODUCTS = 1
fastsmote._synthesis.provenance.WRITE_VALUES = 2**7
"""
# Three threads a call on any machine; OpenMP's, which spin, are left out of it.
THREE_THREADS = {"FASTSMOTE_NUM_THREADS": "3", "OMP_NUM_THREADS": "1"}
needs_terminal = pytest.mark.skipif(not find_spec("pty"), reason="no pseudo-terminals")
HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"


def run_program(code, *arguments, timeout=180, **options):
    """What a program of Python prints, in lines; a hang tells where each thread was."""
    code = f"import faulthandler; faulthandler.dump_traceback_later({timeout - 5})\n{code}"
    return run_command(sys.executable, "-c", code, *arguments, timeout=timeout, **options)


def run_command(*command, timeout=180, preexec_fn=None, with_stderr=False, **environment):
    """What a command prints, in lines. It has to end by itself, in time, with status 0.

    It runs in an empty folder and finds this fastsmote before any installed one. A hang is
    ended with all its children. A variable whose value is None is removed from the environment.
    """
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONFAULTHANDLER": "1",
        **environment,
    }
    environment = {name: str(text) for name, text in environment.items() if text is not None}
    with tempfile.TemporaryDirectory() as empty:
        process = subprocess.Popen(
            list(map(str, command)),
            cwd=empty,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=preexec_fn,
        )
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            raise AssertionError(f"no end after {timeout} s\n{out}\n{err}") from None
    assert process.returncode == 0, f"status {process.returncode}\n{out}\n{err}"
    return (out + err if with_stderr else out).splitlines()


def run_on_terminal(code, *arguments, interrupt_at=None, timeout=180, **environment):
    """(status, stdout, what the terminal got) of a program whose stderr is a terminal.

    It is sent one Ctrl-C as soon as the terminal has got the text ``interrupt_at``. A hang
    is ended and fails the test, as in `run_program`.
    """
    terminal, end_of_program = os.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", **environment}
    with tempfile.TemporaryDirectory() as empty:
        process = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)],
            cwd=empty,
            env={name: str(text) for name, text in environment.items() if text is not None},
            stdout=subprocess.PIPE,
            stderr=end_of_program,
            text=True,
            start_new_session=True,
        )
        os.close(end_of_program)
        until, shown = time.monotonic() + timeout, b""
        while select.select([terminal], [], [], max(0.0, until - time.monotonic()))[0]:
            try:
                read = os.read(terminal, 2**16)
            except OSError:  # how Linux says that the program has ended
                read = b""
            shown += read
            if interrupt_at is not None and interrupt_at.encode() in shown:
                process.send_signal(signal.SIGINT)
                interrupt_at = None
            if not read:
                break
        else:
            os.killpg(process.pid, signal.SIGKILL)
        os.close(terminal)
        out, _ = process.communicate()
    assert time.monotonic() < until, f"no end after {timeout} s\n{out}\n{shown.decode()}"
    return process.returncode, out, shown.decode()


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
