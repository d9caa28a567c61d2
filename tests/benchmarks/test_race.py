"""The race of benchmarks/: what it compares, what it records, and that it leaves nothing."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from benchmarks import catalog, cells, digests, figures, publish, race, summary
from benchmarks.catalog import INTELEX, OURS, STOCK
from benchmarks.cells import CRASHED, MEMORY, MISSING, OK, OVER, Cell, CellProcess

ROOT = Path(__file__).resolve().parents[2]

LIMIT = 60


def run(tables, samplers, libraries=(STOCK, OURS), path=None, **rules):
    """The records of a race."""
    rules = {"rounds": 1, "limit": LIMIT, **rules}
    document = {"cells": []}
    race.run_races(race.contests_of(tables, samplers, libraries, **rules), document, path)
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


def test_the_race_finds_our_rows_identical(tmp_path):
    path = tmp_path / "race.json"
    stock, ours = run(["small-300"], ["SMOTE"], path=path, rounds=2)
    assert ours["is_identical"]
    assert ours["digest"] == stock["digest"]
    assert [len(record["seconds"]) for record in (stock, ours)] == [2, 2]
    assert ours["rows_out"] > ours["rows"] == 300
    assert json.loads(path.read_text())["cells"] == [stock, ours]


def test_the_race_finds_other_rows_where_distances_tie():
    _, ours = run(["integers-500"], ["SMOTE"])
    assert ours["is_identical"] is False
    assert 0.5 < ours["share_identical"] < 1


def test_without_imbalanced_learn_nothing_is_compared():
    (ours,) = run(["small-300"], ["ENN"], libraries=[OURS])
    assert (ours["outcome"], ours["is_identical"]) == (OK, None)
    assert race.same_as_text(ours) == "not compared"


def test_smotenc_gets_categories():
    pytest.importorskip("pandas")
    stock, ours = run(["small-300"], ["SMOTENC"])
    assert ours["table"] == "small-300:mixed"
    assert (stock["outcome"], ours["is_identical"]) == (OK, True)


def test_a_call_over_the_limit_is_ended_and_recorded():
    stock, ours = run(["small-20000"], ["CNN"], limit=6)  # the one takes minutes, the other 0.1 s
    assert (stock["outcome"], stock["message"], stock["median_s"]) == (OVER, "over 6 s", None)
    assert (ours["outcome"], ours["is_identical"]) == (OK, None)


class OfGivenSpeed:
    """Stands for a cell's process, each run of which takes as long as the library needs."""

    order = None  # who was asked what, if somebody wants to know

    def __init__(self, cell, limit):
        self.cell, self.is_alive = cell, True
        hashes = np.arange(20, dtype=np.uint64)
        shape = (int(cell.table.split(":")[0].split("-")[1]), 2)
        self.result = cells.Result(shape=shape, hashes=hashes, digest=digests.digest(hashes))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.is_alive = False

    def prepare(self):
        if self.order is not None:
            self.order.append("warm")

    def run(self):
        if self.order is not None:
            self.order.append(self.cell.library)
        self.result.seconds.append({STOCK: 6, OURS: 1}[self.cell.library])


def test_libraries_take_turns_until_the_limit_is_used_up(monkeypatch):
    monkeypatch.setattr(race, "CellProcess", OfGivenSpeed)
    monkeypatch.setattr(race, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(OfGivenSpeed, "order", [])
    contestants = [Cell("small-300", "SMOTE", library) for library in (STOCK, OURS)]
    slow, fast = race.contest(contestants, rounds=4, limit=10)
    assert OfGivenSpeed.order == ["warm", "warm", STOCK, OURS, OURS, STOCK, OURS, OURS]
    assert (slow.seconds, fast.seconds) == ([6, 6], [1, 1, 1, 1])


def test_an_error_is_recorded_with_its_text():
    (ours,) = run(["small-40"], ["SMOTE"], libraries=[OURS])
    assert ours["outcome"] == cells.FAILED
    assert ours["message"].startswith("ValueError: Expected n_neighbors <= n_samples_fit")


def test_an_unknown_table_is_an_error_that_names_it(monkeypatch, tmp_path):
    monkeypatch.setenv("FASTSMOTE_DATA", str(tmp_path))
    (ours,) = run(["nowhere"], ["SMOTE"], libraries=[OURS])
    assert ours["outcome"] == cells.FAILED
    assert "'nowhere' is no Parquet file of the folder" in ours["message"]


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
    monkeypatch.setattr(race, "contest", lambda *_: pytest.fail("raced again"))
    contests = race.contests_of(["small-300"], ["SMOTE"], [OURS], rounds=1, limit=LIMIT)
    done = {"group": "tables", "table": "small-300", "sampler": "SMOTE", "threads": None}
    document = {"cells": [done]}
    race.run_races(contests, document)
    assert document["cells"] == [done]


def test_the_command_that_is_recorded_names_no_folder():
    arguments = ["--data", "/home/me/tables", "--rounds", "3"]
    expected = "python -m benchmarks.race --data FOLDER --rounds 3"
    assert race.command_of("benchmarks.race", arguments) == expected
    assert race.command_of("benchmarks.race", ["--data=/home/me"]).endswith("--data=FOLDER")


def test_the_program_writes_what_a_reader_needs(tmp_path, capsys):
    path = tmp_path / "race.json"
    race.main(
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
        race.main(option.split())
    assert option.split()[1] in capsys.readouterr().err


# Libraries


def test_intelex_is_refused_once_imbalanced_learn_is_there():
    code = (
        "import imblearn.over_sampling\n"
        "from benchmarks.catalog import INTELEX, import_library\n"
        "try: import_library(INTELEX)\n"
        "except RuntimeError as error: print('refused')"
    )
    assert run_python(code) == ["refused"]


@pytest.mark.skipif(find_spec("sklearnex") is None, reason="no sklearnex")
def test_intelex_takes_scikit_learns_place_and_stays_in_its_process():
    code = (
        "import sys\n"
        "from benchmarks.catalog import import_library, make\n"
        "from benchmarks.tables import load\n"
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
    from benchmarks.tables import read, real_tables

    frame = pd.DataFrame({"a": [1.0, 2.0, 4.0], "name": list("uvw"), "y": ["no", "yes", "no"]})
    frame.to_parquet(tmp_path / "mine.parquet")
    monkeypatch.setenv("FASTSMOTE_DATA", str(tmp_path))
    assert real_tables() == ["mine"]
    X, y = read("mine:raw")
    assert X.tolist() == [[1.0], [2.0], [4.0]]
    assert y.tolist() == [0, 1, 0]


@pytest.mark.parametrize("name", [*race.MADE, "blobs-10000000-20-0.5:float32"])
def test_a_made_table_is_the_same_each_time(name):
    from benchmarks.tables import read

    kind, _, rest = name.partition("-")
    small = f"{kind}-2000" + rest[rest.find("-") :] if "-" in rest else f"{kind}-2000"
    (X, y), (X_again, y_again) = read(small), read(small)
    assert X.shape[0] == 2000
    assert 0 < y.mean() < 0.2
    assert np.array_equal(X, X_again)
    assert np.array_equal(y, y_again)
    assert (X.dtype == np.float32) == name.endswith("float32")


# What is published


@pytest.fixture(scope="module")
def document():
    """A whole published run, in processes that only say so."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("FASTSMOTE_DATA", raising=False)
        patch.setattr(publish, "LIBRARIES", (STOCK, OURS))
        patch.setattr(race, "CellProcess", OfGivenSpeed)
        patch.setattr(race, "PAUSE_SECONDS", 0)
        document = {"command": "python -m benchmarks.publish", **publish.describe(), "cells": []}
        race.run_races(publish.plan(rounds=1, limit=LIMIT), document)
    return document


def test_a_published_run_covers_what_it_has_to(document):
    from benchmarks.records import by_contest

    tables = {}
    for sampler, table, _ in by_contest(document, "tables"):
        tables.setdefault(sampler, set()).add(table)
    assert set(tables) == set(race.CHOSEN)
    assert min(map(len, tables.values())) >= 6
    assert {sampler for sampler, _, _ in by_contest(document, "scaling")} == set(publish.SCALED)
    large = by_contest(document, "large")
    assert {sampler for sampler, _, _ in large} == {"SMOTE", "BorderlineSMOTE", "TomekLinks"}
    assert {table for _, table, _ in large} == {"blobs-10000000-20-0.5:float32"}


def test_the_figures_are_the_same_bytes_each_time(document, tmp_path):
    pytest.importorskip("matplotlib")
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        paths = figures.draw_all(document, folder)
        assert [path.name for path in paths] == ["scaling.svg", "ratios.svg", "threads.svg"]
    for path in paths:
        text = path.read_text()
        assert text == (tmp_path / "a" / path.name).read_text()
        assert len(text) < 100_000
        assert "SMOTE" in text


def test_an_ended_peer_is_drawn_at_the_limit(document, tmp_path):
    pytest.importorskip("matplotlib")
    ended = json.loads(json.dumps(document))
    for record in ended["cells"]:
        if record["library"] == STOCK and record["table"] != "blobs-1000000":
            record |= {"outcome": OVER, "median_s": None, "message": "over 60 s"}
    figures.draw_all(ended, tmp_path)
    assert ">over<" in (tmp_path / "scaling.svg").read_text()
    assert "over 60 s" in summary.every_contest(ended, "tables")


def test_a_time_without_a_comparison_gives_no_ratio(document):
    from benchmarks.records import by_contest, ratio_to

    contest = by_contest(document, "tables")["ENN", "integers-20000", None]
    assert ratio_to(contest) == 6
    contest[OURS] = {**contest[OURS], "is_identical": None}
    assert ratio_to(contest) is None


def test_a_line_says_how_to_run_it_again(document):
    renamed = json.loads(json.dumps(document).replace('"small-1000"', '"pendigits"'))
    for record in renamed["cells"]:
        if record["table"] == "pendigits" and record["library"] == STOCK:
            record["median_s"] = 9.0
    lines = summary.ten_lines(renamed).splitlines()
    assert "--data FOLDER --samplers SMOTE --tables blobs-20000 pendigits`" in lines[2]
    assert "| 6.0x (blobs-20000) | 6.0x | 9.0x (pendigits) | 6 of 6 |" in lines[2]
    assert "--data" not in summary.ten_lines(document)


def test_a_slower_contest_is_told(document):
    slower = json.loads(json.dumps(document))
    for record in slower["cells"]:
        record["median_s"] = 2.0 if record["library"] == OURS else 1.0
    assert "| SMOTE | integers-20000 | imbalanced-learn | 2 s | 1 s | 0.5x |" in summary.no_better(
        slower
    )


def test_a_peer_that_is_missing_is_told_once():
    record = {"library": INTELEX, "table": "http", "message": "no sklearnex\nat all"}
    record |= {"outcome": MISSING, "group": "tables"}
    cells = [{**record, "sampler": name} for name in race.CHOSEN]
    expected = f"| {INTELEX} | missing | no sklearnex | {len(cells)} | SMOTE on http, "
    assert expected in summary.missing({"cells": cells})
    assert summary.missing({"cells": [{**cells[0], "outcome": OVER}]}) == "Nothing.\n"


def test_every_place_of_the_readme_is_filled(document):
    text = (ROOT / "benchmarks" / "README.md").read_text()
    filled = summary.fill(text, document)
    places = {match[2] for match in summary.PLACE.finditer(text)}
    assert places == set(summary.SECTIONS) - {"first_figure"}
    assert "Not run yet." not in filled
    assert summary.PLACE.sub("", filled) == summary.PLACE.sub("", text)
    assert summary.fill(filled, document) == filled


def test_an_unknown_place_is_refused(document):
    with pytest.raises(ValueError, match="Got 'nowhere' instead"):
        summary.fill("<!-- begin nowhere -->\n<!-- end nowhere -->", document)


def test_one_command_writes_the_json_the_figures_and_the_readmes(monkeypatch, tmp_path):
    pytest.importorskip("matplotlib")
    (tmp_path / "benchmarks").mkdir()
    for name in ("README.md", "benchmarks/README.md"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    monkeypatch.delenv("FASTSMOTE_DATA", raising=False)
    monkeypatch.setattr(publish, "ROOT", tmp_path)
    monkeypatch.setattr(publish, "RESULTS", tmp_path / "benchmarks" / "results")
    monkeypatch.setattr(publish, "LIBRARIES", (STOCK, OURS))
    monkeypatch.setattr(race, "CellProcess", OfGivenSpeed)
    monkeypatch.setattr(race, "PAUSE_SECONDS", 0)
    publish.main(["--rounds", "2"])
    written = (tmp_path / "benchmarks" / "results" / "race.json").read_text()
    text = (tmp_path / "README.md").read_text()
    assert "](benchmarks/results/scaling.svg)" in text
    assert "python -m benchmarks.race --samplers SMOTE --tables" in text
    assert "10,000,000" in (tmp_path / "benchmarks" / "README.md").read_text()
    publish.main(["--resume"])
    assert (tmp_path / "benchmarks" / "results" / "race.json").read_text() == written


def test_a_run_of_other_code_is_not_resumed(document, tmp_path):
    path = tmp_path / "race.json"
    path.write_text(json.dumps(document))
    assert publish.document_to_resume(path) == document
    path.write_text(json.dumps({**document, "commit": "0" * 40}))
    with pytest.raises(SystemExit, match="was measured with commit 0000"):
        publish.document_to_resume(path)


# The search


def test_neighbors_reports_recall_and_what_is_missing(monkeypatch):
    pytest.importorskip("numba")
    from benchmarks import neighbors

    def wrong(X, rows, others):
        found = neighbors.scikit_learn(X, rows, others)
        found[:, -1] = found[:, -2]
        return found

    def not_installed(X, rows, others):
        raise ImportError

    peers = {"wrong": wrong, "absent": not_installed, "scikit-learn": neighbors.scikit_learn}
    monkeypatch.setattr(neighbors, "PEERS", peers)
    record = neighbors.race("small-500", 1, list(peers))
    assert record["missing"] == ["absent"]
    assert record["recall"]["scikit-learn"] == record["recall"][neighbors.OURS] == 1.0
    low, high = record["pruned"]
    assert 0 <= low <= 1
    assert 0 <= high <= 1
    assert "absent missing" in neighbors.line_of(record)


def test_recall_falls_by_each_neighbor_that_is_too_far():
    from benchmarks.neighbors import recall_of, true_distances

    X = np.arange(10.0)[:, None]
    rows = np.array([0, 9])
    nearest = np.array([[0, 1, 2, 3, 4, 5], [9, 8, 7, 6, 5, 4]])
    expected = true_distances(X, rows, nearest)
    assert expected.tolist() == [[1, 2, 3, 4, 5]] * 2
    nearest[0, 5] = 6
    assert recall_of(true_distances(X, rows, nearest), expected) == 0.9
