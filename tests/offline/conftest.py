"""A good table, and the command that refuses another."""

from pathlib import Path

import pytest
from helpers.offline.nursery import Nursery
from helpers.offline.runs import EXCLUDE, write
from helpers.tables import FEATURES, make_table

from fastsmote._commands import main as cli
from fastsmote.over_sampling import SMOTE


@pytest.fixture
def refused(tmp_path, capsys):
    """``refused(src, *arguments)`` runs the command and gives its one line of error."""

    def run(src, *arguments, target="y", dst=tmp_path / "out", exclude=EXCLUDE, kept=False):
        before = sorted(path.name for path in tmp_path.iterdir())
        command = ["resample", str(src), str(dst), "--target", target, "-q", *exclude, *arguments]
        assert cli.main(command) == 1
        streams = capsys.readouterr()
        assert streams.out == ""
        assert streams.err.count("\n") == 1
        after = sorted(path.name for path in tmp_path.iterdir())
        assert after == sorted([*before, f".{Path(dst).name}.partial"] if kept else before)
        return streams.err

    return run


@pytest.fixture
def src(tmp_path):
    """A good table."""
    return write(make_table(), tmp_path / "in.parquet")


@pytest.fixture(scope="module")
def nursery(tmp_path_factory):
    """A process whose forks run the command, each with a fault."""
    with Nursery(tmp_path_factory.mktemp("nursery") / "errors") as nursery:
        yield nursery


@pytest.fixture(scope="module")
def frame():
    """A table of 2,000 rows."""
    return make_table(2_000)


@pytest.fixture(scope="module")
def expected(frame):
    """What SMOTE makes of it."""
    return SMOTE(random_state=0).fit_resample(frame[FEATURES], frame["y"])
