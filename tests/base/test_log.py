"""What the logger `fastsmote` says, and when it is shown."""

import logging
import os
import pickle
import subprocess
import sys
from pathlib import Path

import imblearn.over_sampling
import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import OrdinalEncoder

import fastsmote
from fastsmote._base import log
from fastsmote.combine import SMOTETomek
from fastsmote.over_sampling import SMOTE, SMOTENC, RandomOverSampler
from fastsmote.under_sampling import RandomUnderSampler, TomekLinks

X = np.random.RandomState(0).randn(60, 2)
y = np.repeat([0, 1], [45, 15])
FALLBACK = "ran imbalanced-learn's own code: a neighbors object is given: NearestNeighbors"


@pytest.fixture
def told(caplog, monkeypatch):
    """``told()``: what was said since the test began."""
    monkeypatch.setattr(log, "_told", set())
    caplog.set_level(logging.INFO, logger="fastsmote")
    return lambda: [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize(
    ("sampler", "expected"),
    [
        (SMOTE(), "SMOTE ran compiled"),
        (TomekLinks(), "TomekLinks ran compiled"),
        (RandomUnderSampler(), "RandomUnderSampler ran fastsmote's NumPy code"),
        (RandomOverSampler(), "RandomOverSampler ran fastsmote's NumPy code"),
        (
            RandomOverSampler(shrinkage=1.0),
            "RandomOverSampler ran fastsmote's NumPy code",
        ),
    ],
)
@pytest.mark.parametrize("kind", [np.array, list])
def test_how_it_ran_is_told_once_a_class(sampler, expected, kind, told):
    for _ in range(2):
        sampler.fit_resample(X, kind(y))
    assert told() == [expected]


def test_a_fallback_is_not_told_as_compiled(told):
    sampler = SMOTE(k_neighbors=NearestNeighbors(n_neighbors=4))
    sampler.fit_resample(X, y)
    assert told() == [f"SMOTE {FALLBACK}"]
    sampler.set_params(k_neighbors=3).fit_resample(X, y)
    assert told()[1:] == ["SMOTE ran compiled"]


def test_a_fallback_that_raised_is_forgotten(told):
    sampler = SMOTE(k_neighbors=NearestNeighbors(n_neighbors=30))
    with pytest.raises(ValueError, match="n_samples_fit"):
        sampler.fit_resample(X, y)
    sampler.set_params(k_neighbors=3).fit_resample(X, y)
    assert told()[1:] == ["SMOTE ran compiled"]


def test_steps_tell_of_themselves(told):
    SMOTETomek(random_state=0, smote=imblearn.over_sampling.SMOTE()).fit_resample(X, y)
    assert told() == ["TomekLinks ran compiled", "SMOTETomek ran its two steps"]


def test_smotenc_tells_of_another_encoder(told):
    mixed = np.column_stack([X, np.arange(60) % 3])
    sampler = SMOTENC([2], categorical_encoder=OrdinalEncoder())
    with pytest.raises(ValueError, match="requires a one-hot encoding"):
        sampler.fit_resample(mixed, y)
    assert told() == ["SMOTENC ran imbalanced-learn's own code: the encoder is not one-hot"]


def test_what_nobody_hears_is_told_later(told):
    logger = logging.getLogger("fastsmote")
    logger.setLevel(logging.WARNING)
    SMOTE().fit_resample(X, y)
    assert told() == []
    logger.setLevel(logging.INFO)
    SMOTE().fit_resample(X, y)
    assert told() == ["SMOTE ran compiled"]


@pytest.mark.parametrize("k_neighbors", [3, NearestNeighbors(n_neighbors=4)])
def test_a_sampler_keeps_nothing_of_it(k_neighbors, told):
    sampler = SMOTE(k_neighbors=k_neighbors)
    sampler.fit_resample(X, y)
    assert len(told()) == 1
    assert "_fell_back" not in vars(sampler)
    assert b"_fell_back" not in pickle.dumps(sampler)


PROGRAM = """
import logging, fastsmote
from fastsmote.over_sampling import SMOTE
X = [[float(i), i * i % 7] for i in range(30)]
SMOTE(k_neighbors=2).fit_resample(X, [0] * 20 + [1] * 10)
print(len(logging.getLogger().handlers), logging.getLogger().level)
print(len(logging.getLogger("fastsmote").handlers))
"""


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("1", ["fastsmote: SMOTE ran compiled"]),
        *(pytest.param(value, [], marks=pytest.mark.slow) for value in ("0", "")),
    ],
)
def test_the_environment_decides_whether_it_is_shown(value, shown):
    environment = {"PYTHONPATH": str(Path(fastsmote.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, **environment, "FASTSMOTE_VERBOSE": value},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert done.stderr.splitlines() == shown
    assert done.stdout.split() == ["0", str(logging.WARNING), str(len(shown))]


SILENT = "handlers=[logging.NullHandler()]"
LOGGING = """
import logging, sys
logging.basicConfig({options})
import numpy as np
from fastsmote.over_sampling import SMOTE
logging.getLogger().warning("warned")
X = [[float(i), i * i % 7] for i in range(30)]
SMOTE(k_neighbors=2).fit_resample(X, [0] * 20 + [1] * 10)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "n_in_file"),
    [
        ("", 0),
        ("stream=sys.stdout", 0),
        ("level=logging.DEBUG", 0),
        ("handlers=[logging.StreamHandler(), logging.FileHandler(sys.argv[1])]", 1),
        ("filename=sys.argv[1]", 1),  # in the file, and on stderr too
        ("handlers=[logging.NullHandler()]", 0),
        (f"{SILENT}) or logging.getLogger('fastsmote').addHandler(logging.StreamHandler()", 0),
        (") or setattr(logging.getLogger('fastsmote'), 'propagate', False", 0),
    ],
)
def test_a_line_is_shown_once_beside_other_handlers(options, n_in_file, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", LOGGING.format(options=options), str(tmp_path / "log")],
        env={
            **os.environ,
            "PYTHONPATH": str(Path(fastsmote.__file__).parents[1]),
            "FASTSMOTE_VERBOSE": "1",
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert (done.stdout + done.stderr).count("SMOTE ran compiled") == 1
    in_file = (tmp_path / "log").read_text() if (tmp_path / "log").exists() else ""
    assert in_file.count("SMOTE ran compiled") == n_in_file


def test_importing_twice_shows_once():
    before = list(log.logger.handlers), log.logger.level
    try:
        for _ in range(2):
            log.show_on_stderr()
        assert sum(isinstance(h, log._OnStderr) for h in log.logger.handlers) == 1
    finally:
        log.logger.handlers[:], log.logger.level = before
