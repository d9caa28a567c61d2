"""The race of benchmarks/: what it compares, what it records, and that it leaves nothing."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from helpers.marks import slow
from helpers.races import OfGivenSpeed

from benchmarks.inputs import catalog
from benchmarks.inputs.catalog import INTELEX, OURS, STOCK
from benchmarks.measuring.programs import command_of
from benchmarks.race import cells, contests, digests
from benchmarks.race.__main__ import main as run_race
from benchmarks.race.cells import CRASHED, MEMORY, MISSING, OK, OVER, Cell, CellProcess

ROOT = Path(__file__).resolve().parents[2]

LIMIT = 60


def run(tables, samplers, libraries=(STOCK, OURS), path=None, **rules):
    """The records of a race."""
    rules = {"rounds": 1, "limit": LIMIT, **rules}
    document = {"cells": []}
    contests.run_races(contests.contests_of(tables, samplers, libraries, **rules), document, path)
    return document["cells"]


def run_python(code, *arguments):
    """What a program prints that can import the benchmarks."""
    command = [sys.executable, "-c", code, *arguments]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


# Digests


def result(n_rows=6):
    X = np.arange(2.0 * n_rows).reshape(n_rows, 2)
    return X, np.arange(n_rows) % 2


def test_equal_results_have_equal_digests():
    hashes, others = digests.row_hashes(*result()), digests.row_hashes(*result())
    assert digests.digest(hashes) == digests.digest(others)


@pytest.mark.parametrize("place", [0, 1])
def test_one_bit_of_one_row_changes_that_row_alone(place):
    X, y = result()
    X[4, place] = np.nextafter(X[4, place], np.inf)
    is_equal = digests.row_hashes(X, y) == digests.row_hashes(*result())
    assert is_equal.tolist() == [True, True, True, True, False, True]


def test_a_label_changes_its_row():
    X, y = result()
    y[2] = 1
    assert digests.share_identical(digests.row_hashes(X, y), digests.row_hashes(*result())) == 5 / 6


def test_swapped_columns_are_not_equal():
    X, y = result()
    assert digests.share_equal((X[:, ::-1], y), (X, y)) == 0


def test_a_row_left_out_leaves_the_others_in_common():
    X, y = result()
    hashes, fewer = digests.row_hashes(X, y), digests.row_hashes(X[1:], y[1:])
    assert digests.share_identical(fewer, hashes) == 0
    assert digests.share_in_common(fewer, hashes) == 5 / 6


def test_a_row_in_common_counts_as_often_as_both_have_it():
    assert digests.share_in_common(np.array([1, 1, 1, 2]), np.array([1, 3, 3, 3])) == 1 / 4


def test_frames_and_sparse_matrices_have_digests_by_value():
    pd = pytest.importorskip("pandas")
    sparse = pytest.importorskip("scipy.sparse")
    X, y = result()
    frame = pd.DataFrame({"a": X[:, 0], "b": pd.Categorical(["u", "v"] * 3)})
    changed = frame.assign(b=pd.Categorical(["u", "v", "u", "v", "u", "u"]))
    assert digests.share_equal((frame, y), (changed, y)) == 5 / 6
    matrix = sparse.csr_matrix(X)
    changed = matrix.copy()
    changed.data[-1] += 1
    assert digests.share_equal((changed, y), (matrix, y)) == 5 / 6


# The race


@pytest.mark.processes
def test_the_race_finds_our_rows_identical(tmp_path):
    path = tmp_path / "race.json"
    stock, ours = run(["small-300"], ["SMOTE"], path=path, rounds=2)
    assert ours["is_identical"]
    assert ours["digest"] == stock["digest"]
    assert [len(record["seconds"]) for record in (stock, ours)] == [2, 2]
    assert ours["rows_out"] > ours["rows"] == 300
    assert json.loads(path.read_text())["cells"] == [stock, ours]


@pytest.mark.processes
def test_the_race_finds_other_rows_where_distances_tie():
    _, ours = run(["integers-500"], ["SMOTE"])
    assert ours["is_identical"] is False
    assert 0.5 < ours["share_identical"] < 1


@pytest.mark.processes
def test_without_imbalanced_learn_nothing_is_compared():
    (ours,) = run(["small-300"], ["ENN"], libraries=[OURS])
    assert (ours["outcome"], ours["is_identical"]) == (OK, None)
    assert contests.same_as_text(ours) == "not compared"


@pytest.mark.processes
def test_smotenc_gets_categories():
    pytest.importorskip("pandas")
    stock, ours = run(["small-300"], ["SMOTENC"])
    assert ours["table"] == "small-300:mixed"
    assert (stock["outcome"], ours["is_identical"]) == (OK, True)


@pytest.mark.processes
def test_a_call_over_the_limit_is_ended_and_recorded():
    stock, ours = run(["small-20000"], ["CNN"], limit=6)  # the one takes minutes, the other 0.1 s
    assert (stock["outcome"], stock["message"], stock["median_s"]) == (OVER, "over 6 s", None)
    assert (ours["outcome"], ours["is_identical"]) == (OK, None)


def test_libraries_take_turns_until_the_limit_is_used_up(monkeypatch):
    monkeypatch.setattr(contests, "CellProcess", OfGivenSpeed)
    monkeypatch.setattr(contests, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(OfGivenSpeed, "order", [])
    contestants = [Cell("small-300", "SMOTE", library) for library in (STOCK, OURS)]
    slow, fast = contests.contest(contestants, rounds=4, limit=10)
    assert OfGivenSpeed.order == ["warm", "warm", STOCK, OURS, OURS, STOCK, OURS, OURS]
    assert (slow.seconds, fast.seconds) == ([6, 6], [1, 1, 1, 1])


@pytest.mark.processes
def test_an_error_is_recorded_with_its_text():
    (ours,) = run(["small-40"], ["SMOTE"], libraries=[OURS])
    assert ours["outcome"] == cells.FAILED
    assert ours["message"].startswith("ValueError: Expected n_neighbors <= n_samples_fit")


@pytest.mark.slow
def test_an_unknown_table_is_an_error_that_names_it(monkeypatch, tmp_path):
    monkeypatch.setenv("FASTSMOTE_DATA", str(tmp_path))
    (ours,) = run(["nowhere"], ["SMOTE"], libraries=[OURS])
    assert ours["outcome"] == cells.FAILED
    assert "'nowhere' is no Parquet file of the folder" in ours["message"]


@pytest.mark.processes
@pytest.mark.parametrize(
    ("source", "outcome", "message"),
    [
        ("raise ImportError('no such peer')", MISSING, "no such peer"),
        ("raise MemoryError('a terabyte')", MEMORY, "a terabyte"),
        ("import os; os.kill(os.getpid(), 11)", CRASHED, "ended by SIGSEGV"),
    ],
    ids=["missing", "memory", "crash"],
)
def test_a_peer_that_cannot_run_is_recorded(monkeypatch, tmp_path, source, outcome, message):
    (tmp_path / "sklearnex.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    (intelex,) = run(["small-300"], ["SMOTE"], libraries=[INTELEX])
    assert (intelex["outcome"], intelex["message"]) == (outcome, message)


def has_ended(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.processes
@pytest.mark.parametrize(("sampler", "limit"), [("SMOTE", LIMIT), ("CNN", 0.5)])
def test_no_process_is_left(sampler, limit):
    with CellProcess(Cell("small-20000", sampler, STOCK), limit) as process:
        pid = process._pid
        process.prepare()
        process.run()
        if sampler == "CNN":
            assert has_ended(pid)
    assert has_ended(pid)
    assert not process.is_alive


def test_a_run_that_is_resumed_does_not_race_again(monkeypatch):
    monkeypatch.setattr(contests, "contest", lambda *_: pytest.fail("raced again"))
    planned = contests.contests_of(["small-300"], ["SMOTE"], [OURS], rounds=1, limit=LIMIT)
    done = {"group": "tables", "table": "small-300", "sampler": "SMOTE", "threads": None}
    document = {"cells": [done]}
    contests.run_races(planned, document)
    assert document["cells"] == [done]


def test_the_command_that_is_recorded_names_no_folder():
    arguments = ["--data", "/home/me/tables", "--rounds", "3"]
    expected = "python -m benchmarks.race --data FOLDER --rounds 3"
    assert command_of("benchmarks.race", arguments) == expected
    assert command_of("benchmarks.race", ["--data=/home/me"]).endswith("--data=FOLDER")


@pytest.mark.slow
def test_the_program_writes_what_a_reader_needs(tmp_path, capsys):
    path = tmp_path / "race.json"
    run_race(
        f"--tables small-300 --samplers ENN --libraries fastsmote --rounds 1 --json {path}".split()
    )
    document = json.loads(path.read_text())
    assert "small-300" in capsys.readouterr().out
    assert document["machine"]["cores"] >= 1
    assert document["versions"]["numpy"] == np.__version__
    assert document["command"].startswith("python -m benchmarks.race --tables small-300")


@pytest.mark.parametrize("option", ["--limit 0", "--rounds 0", "--rounds x", "--samplers Smote"])
def test_a_wrong_option_is_refused(option, capsys):
    with pytest.raises(SystemExit):
        run_race(option.split())
    assert option.split()[1] in capsys.readouterr().err


# Libraries


@pytest.mark.slow
def test_intelex_is_refused_once_imbalanced_learn_is_there():
    code = (
        "import imblearn.over_sampling\n"
        "from benchmarks.inputs.catalog import INTELEX, import_library\n"
        "try: import_library(INTELEX)\n"
        "except RuntimeError as error: print('refused')"
    )
    assert run_python(code) == ["refused"]


@pytest.mark.skipif(find_spec("sklearnex") is None, reason="no sklearnex")
def test_intelex_takes_scikit_learns_place_and_stays_in_its_process():
    code = (
        "import sys\n"
        "from benchmarks.inputs.catalog import import_library, make\n"
        "from benchmarks.inputs.tables import load\n"
        "sampler = make(import_library(sys.argv[1]), 'SMOTE')\n"
        "sampler.fit_resample(*load('small-300'))\n"
        "print(type(sampler.nn_k_).__module__.partition('.')[0])"
    )
    assert run_python(code, INTELEX)[-1] == "sklearnex"
    assert run_python(code, STOCK)[-1] == "sklearn"
    assert run_python(code, OURS)[-1] == "fastsmote"


def test_a_library_of_another_name_is_refused():
    with pytest.raises(ValueError, match="Got 'imblearn' instead"):
        catalog.import_library("imblearn")


# Tables


def test_every_parquet_file_of_the_folder_is_a_table(monkeypatch, tmp_path):
    pd = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    from benchmarks.inputs.tables import read, real_tables

    frame = pd.DataFrame({"a": [1.0, 2.0, 4.0], "name": list("uvw"), "y": ["no", "yes", "no"]})
    frame.to_parquet(tmp_path / "mine.parquet")
    monkeypatch.setenv("FASTSMOTE_DATA", str(tmp_path))
    assert real_tables() == ["mine"]
    X, y = read("mine:raw")
    assert X.tolist() == [[1.0], [2.0], [4.0]]
    assert y.tolist() == [0, 1, 0]


@pytest.mark.parametrize("name", [*contests.MADE, *slow("blobs-10000000-20-0.5:float32")])
def test_a_made_table_is_the_same_each_time(name):
    from benchmarks.inputs.tables import read

    kind, _, rest = name.partition("-")
    small = f"{kind}-2000" + rest[rest.find("-") :] if "-" in rest else f"{kind}-2000"
    (X, y), (X_again, y_again) = read(small), read(small)
    assert X.shape[0] == 2000
    assert 0 < y.mean() < 0.2
    assert np.array_equal(X, X_again)
    assert np.array_equal(y, y_again)
    assert (X.dtype == np.float32) == name.endswith("float32")
