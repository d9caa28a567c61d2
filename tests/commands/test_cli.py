"""The `fastsmote` command and its demo."""

import math
import multiprocessing
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import fastsmote
from fastsmote._commands import demo
from fastsmote._commands import main as cli
from fastsmote._commands.demo import Cell, Line, format_table, make_table, run_cell, run_rival
from fastsmote._commands.warmup import warmup

ROOT = Path(__file__).parents[2]


def run_command(*arguments):
    """The command in a process of its own, neither output a terminal."""
    code = "import sys; from fastsmote._commands.main import main; sys.exit(main())"
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


# Arguments


@pytest.mark.parametrize("text", ["many", "1e5", "", "999", "0", "-5000", "2000.5"])
def test_bad_rows_are_named(text, capsys):
    with pytest.raises(SystemExit) as raised:
        cli.main(["demo", f"--rows={text}"])
    assert raised.value.code == 2
    expected = f"argument --rows: must be an integer of 1000 or more. Got {text!r} instead."
    assert expected in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["dmeo"], ["demo", "--row-count", "5"], ["warmup", "5"]])
def test_wrong_arguments_give_status_2(arguments, capsys):
    with pytest.raises(SystemExit) as raised:
        cli.main(arguments)
    assert raised.value.code == 2
    assert "usage: fastsmote" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "expected"), [([], 100_000), (["--rows", "1000"], 1000)])
def test_rows_reach_the_demo(arguments, expected, monkeypatch):
    got = []
    monkeypatch.setattr(demo, "run", lambda n_rows: got.append(n_rows) or 0)
    assert cli.main(["demo", *arguments]) == 0
    assert got == [expected]


def test_version_is_that_of_the_project_file(capsys):
    with pytest.raises(SystemExit) as raised:
        cli.main(["--version"])
    assert raised.value.code == 0
    assert capsys.readouterr().out == f"fastsmote {fastsmote.__version__}\n"
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'\nversion = "{fastsmote.__version__}"\n' in project


def test_command_line_imports_nothing_heavy():
    code = (
        "import sys; from fastsmote._commands.main import _parser; _parser(); print(*sys.modules)"
    )
    loaded = subprocess.check_output([sys.executable, "-c", code], text=True, timeout=300).split()
    assert "fastsmote._commands.main" in loaded
    assert not {"imblearn", "numba", "numpy", "scipy", "sklearn"} & set(loaded)


def test_interrupt_gives_status_130(monkeypatch, capsys):
    def interrupt(n_rows):
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "run", interrupt)
    assert cli.main(["demo"]) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_warmup_says_how_many_kernels():
    done = run_command("warmup")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"[1-9]\d* kernels ready in \d+\.\d s\n", done.stdout)


def test_warmup_compiles_the_losses():
    assert "focal_loss.focal_loss" in warmup()


def test_warmup_compiles_the_search_with_missing_values():
    names = {name for name in warmup() if name.startswith("partial")}
    kernels = {"partial.search", "partial.count_before", "partial.sq_distances"}
    assert names >= kernels | {
        f"partial_blocks.{name}" for name in ("find_missing", "describe", "pack")
    }


# The table of payments


def test_table_is_the_same_each_time_and_has_the_share_of_fraud():
    X, y = make_table(2_000)
    X_again, y_again = make_table(2_000)
    np.testing.assert_array_equal(X, X_again)
    np.testing.assert_array_equal(y, y_again)
    assert (X.shape, X.dtype) == ((2_000, 12), np.float64)
    assert np.bincount(y).tolist() == [1_970, 30]


def test_table_has_no_value_twice_in_a_feature():
    X, _ = make_table(20_000)
    assert [len(np.unique(feature)) for feature in X.T] == [20_000] * 12


def test_fraud_differs_and_is_spread_over_the_table():
    X, y = make_table(20_000)
    assert np.abs(X[y == 1].mean(axis=0)).max() > 0.5
    assert all(half.sum() > 100 for half in np.split(y, 2))


# One cell


def test_digest_tells_rows_apart():
    X, y = make_table(1_000)
    cell = run_cell("imblearn", "SMOTE", X, y)
    assert cell.n_rows == 1_970
    assert run_cell("imblearn", "SMOTE", X, y).digest == cell.digest
    X[0, 0] += 1e-9
    assert run_cell("imblearn", "SMOTE", X, y).digest != cell.digest


@pytest.fixture
def children():
    """What there is of child processes beside those of other tests, as joblib's workers."""
    before = set(multiprocessing.active_children())
    return lambda: [child for child in multiprocessing.active_children() if child not in before]


@pytest.mark.processes
def test_rival_gives_what_a_call_here_gives(children):
    here = run_cell("imblearn", "TomekLinks", *make_table(1_000))
    there = run_rival("TomekLinks", 1_000, 60.0)
    assert there[1:] == here[1:]
    assert there.seconds > 0
    assert children() == []


def test_rival_without_time_is_not_run(children):
    assert run_rival("SMOTETomek", 100_000, 0.0) == Cell(0.0)
    assert children() == []


@pytest.mark.parametrize(
    ("messages", "seconds"), [([], 0.0), ([None], 2.0)], ids=["starting", "calling"]
)
def test_rival_is_ended_at_its_limit(messages, seconds, monkeypatch):
    now = [5.0]

    class Receiver:
        """A pipe from a rival that sends each message after a second, and then nothing."""

        def poll(self, timeout):
            now[0] += 1.0 if messages else timeout
            return bool(messages)

        def recv(self):
            return messages.pop()

    messages = messages.copy()
    monkeypatch.setattr(demo.time, "perf_counter", lambda: now[0])
    cell = demo._answer(Receiver(), now[0] + 3.0)
    assert now == [8.0]
    assert cell.is_ended
    assert cell.seconds == seconds


@pytest.mark.processes
def test_rival_that_fails_is_said_so(capfd):
    # An empty table has no classes: the child raises.
    cell = run_rival("SMOTE", 0, 60.0)
    assert math.isnan(cell.seconds)
    assert not cell.digest
    assert "Traceback" in capfd.readouterr().err


def test_rival_is_ended_by_an_interrupt(monkeypatch, children):
    class Interrupted:
        """A context whose pipe is interrupted while the parent waits."""

        def __init__(self, context):
            self.Process, self.pipe = context.Process, context.Pipe

        def Pipe(self, duplex):
            receiver, sender = self.pipe(duplex)
            receiver.poll = self.poll
            return receiver, sender

        def poll(self, timeout):
            assert len(children()) == 1
            raise KeyboardInterrupt

    context = multiprocessing.get_context("spawn")
    monkeypatch.setattr(demo, "get_context", lambda method: Interrupted(context))
    with pytest.raises(KeyboardInterrupt):
        run_rival("SMOTETomek", 100_000, 60.0)
    assert children() == []


@pytest.mark.slow
def test_warm_up_leaves_no_kernel_to_compile():
    code = """
import fastsmote._commands.demo as demo
from fastsmote import _kernels

def compiled():
    modules = (_kernels.kd_blocks, _kernels.search, _kernels.interpolation)
    members = [(m.__name__, k, v) for m in modules for k, v in vars(m).items()]
    return {(m, k): len(v.signatures) for m, k, v in members if hasattr(v, "signatures")}

demo.warm_up()
before = compiled()
for name in demo.DEMO_SAMPLERS:
    demo.run_cell("fastsmote", name, *demo.make_table(100_000))
assert sum(before.values()) > 5, before
assert compiled() == before, (before, compiled())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# The table of results

LINES = [
    Line("SMOTE", 100_000, Cell(0.0312, 197_000, "a"), Cell(0.31, 197_000, "a")),
    Line("ADASYN", 100_000, Cell(1.25, 196_538, "b"), Cell(25.0, 196_538, "c")),
    Line("TomekLinks", 100_000, Cell(0.1, 99_566, "d"), Cell(12.39)),
    Line("SMOTETomek", 100_000, Cell(10.5, 196_996, "e"), Cell(math.nan)),
    Line("SMOTETomek", 100_000, Cell(10.5, 196_996, "e"), Cell(0.0)),
]


def test_table_is_aligned():
    assert format_table(LINES).split("\n") == [
        "sampler     rows before  rows after  imbalanced-learn  fastsmote  ratio  identical rows",
        "SMOTE           100,000     197,000           0.310 s    0.031 s   9.9x  yes",
        "ADASYN          100,000     196,538            25.0 s     1.25 s    20x  no",
        "TomekLinks      100,000      99,566       over 12.3 s    0.100 s  >123x  -",
        "SMOTETomek      100,000     196,996            failed     10.5 s      -  -",
        "SMOTETomek      100,000     196,996           not run     10.5 s      -  -",
    ]


def test_color_is_green_for_yes_and_red_for_no_and_nothing_else():
    got = format_table(LINES, is_colored=True)
    assert got.count("\033[32myes\033[0m") == 1
    assert got.count("\033[31mno\033[0m") == 1
    assert re.sub(r"\033\[\d+m", "", got) == format_table(LINES)


# The demo, whole


def test_demo_gives_identical_rows():
    done = run_command("demo", "--rows", "2000")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\033" not in done.stdout
    for name in demo.DEMO_SAMPLERS:
        assert re.search(rf"^{name} +2,000 .+  yes$", done.stdout, re.MULTILINE)


def demo_of(lines, monkeypatch, capsys, is_terminal=False):
    """Status and output of a demo whose measurements are ``lines``."""
    monkeypatch.setattr(demo, "_compare", lambda n_rows, seconds, show: show("working") or lines)
    for stream in (sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: is_terminal)
    status = demo.run(2_000)
    return status, capsys.readouterr()


@pytest.mark.parametrize(("line", "expected"), list(zip(LINES, [0, 1, 0, 1, 0], strict=True)))
def test_status_tells_whether_all_is_well(line, expected, monkeypatch, capsys):
    status, _ = demo_of([line], monkeypatch, capsys)
    assert status == expected


@pytest.mark.parametrize(
    ("line", "expected"), list(zip(LINES, [False, False, True, False, True], strict=True))
)
def test_footnote_explains_what_was_ended(line, expected, monkeypatch, capsys):
    _, streams = demo_of([line], monkeypatch, capsys)
    assert ("within a minute" in streams.out) == expected


def test_progress_and_color_are_for_terminals(monkeypatch, capsys):
    monkeypatch.delenv("NO_COLOR", raising=False)
    _, streams = demo_of(LINES, monkeypatch, capsys)
    assert "\033" not in streams.out
    assert streams.err == ""
    _, streams = demo_of(LINES, monkeypatch, capsys, is_terminal=True)
    assert "\033[32m" in streams.out
    assert streams.err == "\r\033[Kworking\r\033[K"


def test_no_color_is_respected(monkeypatch, capsys):
    monkeypatch.setenv("NO_COLOR", "1")
    _, streams = demo_of(LINES, monkeypatch, capsys, is_terminal=True)
    assert "\033" not in streams.out


def test_demo_shares_its_time_and_says_what_was_ended(monkeypatch, capsys):
    shares = []

    def rival(name, n_rows, seconds):
        shares.append(seconds)
        return Cell(seconds)

    monkeypatch.setattr(demo, "run_rival", rival)
    monkeypatch.setattr(demo, "run_cell", lambda *_: Cell(0.01, 2_000, "a"))  # warm-up too
    assert demo.run(2_000, seconds=50.0) == 0
    assert shares == sorted(shares)  # what one leaves over is for those after it
    assert 9.0 < shares[0] <= 10.0
    assert 45.0 < shares[-1] <= 50.0
    table, _, _ = capsys.readouterr().out.partition("Each")
    assert table.count("over ") == len(demo.DEMO_SAMPLERS)
