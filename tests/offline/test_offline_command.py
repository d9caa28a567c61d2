"""`fastsmote resample`, what it says, and the examples of docs/files.md."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from helpers.offline.runs import SAMPLERS, check_same, peak_of_command
from helpers.tables import make_table

from fastsmote._commands import main as cli
from fastsmote.offline import _memory, _show, resample
from fastsmote.over_sampling import SMOTE

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def command(src, tmp_path, capsys):
    """``command(*arguments)`` resamples and gives status, output and error output."""

    def run(*arguments, dst="out"):
        given = ["--target", "y", "--exclude", "id,time,text", *arguments]
        status = cli.main(["resample", str(src), str(tmp_path / dst), *given])
        return status, *capsys.readouterr()

    return run


def test_options_reach_the_sampler(command, tmp_path):
    status, _, _ = command("--seed", "3", "--k-neighbors", "4", "--strategy", "0.5")
    assert status == 0
    sampler = SMOTE(random_state=3, k_neighbors=4, sampling_strategy=0.5)
    check_same(pq.read_table(tmp_path / "out").to_pandas(), make_table(), sampler)


def test_plan_and_summary_are_plain_lines(command):
    status, out, error = command()
    assert status == 0
    counts = make_table()["y"].value_counts()
    n_new = counts[0] - counts[1]
    assert error.startswith(
        f"smote: 6,000 rows in 1 file (0: {counts[0]:,}, 1: {counts[1]:,}), {n_new:,} to make, "
        f"{6_000 + n_new:,} to write; about "
    )
    assert error.endswith("; not features: id, time, text\n")
    pattern = rf"{6_000 + n_new:,} rows written to 1 part in \d+\.\d s, [\d,]+ rows/s; about .*\n"
    assert re.fullmatch(pattern, out)
    assert "\033" not in out + error


def test_verbose_names_each_pass(command):
    _, _, error = command("-v", "--scale", "standard", "--sampler", "borderline-smote")
    lines = [line for line in error.splitlines() if not line.startswith("borderline-smote:")]
    assert lines == [
        "pass 1 of 5: reading the target",
        "pass 2 of 5: computing means and deviations, 6,000 rows",
        "pass 3 of 5: reading the minority, 6,000 rows",
        "pass 4 of 5: searching neighbors, 6,000 rows",
        lines[-1],
    ]
    assert re.fullmatch(r"pass 5 of 5: writing, [\d,]+ rows", lines[-1])


@pytest.mark.parametrize("sampler", [name for name in SAMPLERS if "tomek" not in name])
def test_number_of_passes_is_right(sampler, command):
    scale = "none" if sampler.startswith("random") else "standard"
    _, _, error = command("-v", "--sampler", sampler, "--scale", scale)
    passes = re.findall(r"^pass (\d+) of (\d+): ", error, re.MULTILINE)
    assert passes == [(str(n + 1), str(len(passes))) for n in range(len(passes))]


def test_quiet_says_nothing(command):
    assert command("-q") == (0, "", "")


def test_summary_as_json(command, tmp_path):
    _, out, _ = command("--json", "-q")
    summary = json.loads(out)
    n_rows = len(pq.read_table(tmp_path / "out"))
    assert summary["rows_written"] == summary["rows_planned"] == n_rows
    assert summary["classes"] == {"0": n_rows // 2, "1": 6_000 - n_rows // 2}


def test_dry_run_says_so(command, tmp_path):
    status, out, _ = command("--dry-run")
    assert (status, out) == (0, f"dry run: nothing written, {11_374:,} rows planned\n")
    assert not (tmp_path / "out").exists()


def test_long_runs_tell_how_far_they_are(monkeypatch, capsys):
    now = iter([0.0, 4.0, 10.0, 19.0, 20.0])
    monkeypatch.setattr(_show.time, "monotonic", lambda: next(now))
    lines = _show.Lines()
    lines.start("write", 1_000)
    for _ in range(4):
        lines.advance(200)
    assert capsys.readouterr().err.splitlines() == [
        "writing: 400 rows, 40 rows/s, 15 s left",
        "writing: 800 rows, 40 rows/s, 5 s left",
    ]


def test_terminal_gets_a_bar(src, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "160")
    bar = _show.Bar()
    resample(src, tmp_path / "out", target="y", exclude=["id", "time", "text"], progress=bar)
    shown = capsys.readouterr().err
    assert "smote: 6,000 rows" in shown
    assert "writing" in shown
    assert "11374/11374" in re.sub(r"\033\[[\d;?]*\w", "", shown)
    assert "rows/s" in shown


@pytest.mark.parametrize("arguments", [[], ["--nope"], ["--k-neighbors", "x"]])
def test_wrong_arguments_give_status_2(arguments, src, tmp_path, capsys):
    assert cli.main(["resample", str(src), str(tmp_path / "out"), *arguments]) == 2
    assert "Usage: fastsmote resample" in capsys.readouterr().err


def test_help_names_every_option(capsys):
    from fastsmote.offline._options import Options

    assert cli.main(["resample", "--help"]) == 0
    shown = capsys.readouterr().out
    for name in vars(Options()):
        assert f"--{name.replace('_', '-')}" in shown


# Memory

on_linux = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="memory is measured on Linux"
)
STRATEGIES = {"enn": "auto", "smote-enn": "0.1"}


@pytest.mark.parametrize(
    ("n_bytes", "expected"),
    [(0, "0 B"), (2_048, "2.0 KiB"), (310 * 2**20, "310 MiB"), (3 * 2**29, "1.5 GiB")],
)
def test_sizes_are_for_readers(n_bytes, expected):
    assert _memory.size(n_bytes) == expected


@pytest.mark.slow
@on_linux
def test_memory_stays_under_the_limit(tmp_path, monkeypatch):
    """A table of 200 MB in memory, resampled in no more than the 512 MiB allowed."""
    # Where other tests write a kernel's other signatures at the same time, one may be lost.
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    rng, n_rows = np.random.RandomState(0), 1_250_000
    columns = {f"x{j}": np.repeat(rng.randn(n_rows // 5), 5) + rng.rand() for j in range(20)}
    columns["y"] = rng.uniform(size=n_rows) < 0.003
    src = tmp_path / "in.parquet"
    pq.write_table(pa.table(columns), src, row_group_size=100_000)
    options = ["--target", "y", "--sampler", "borderline-smote", "--strategy", "0.1"]
    options += ["--max-memory", "512MiB"]
    peak_of_command(src, tmp_path / "compiled", *options)  # which takes 90 MiB, once
    peak = peak_of_command(src, tmp_path / "out", *options)
    assert peak < 512 * 2**20


@pytest.mark.slow
@on_linux
@pytest.mark.parametrize("sampler", ["enn", "smote-enn"])
def test_memory_stays_under_the_limit_of_buckets(sampler, tmp_path, monkeypatch):
    """The rows and what it takes to search them would need 220 MiB; about 80 MiB are left."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    rng, n_rows = np.random.RandomState(0), 400_000
    y = rng.uniform(size=n_rows) < 0.02
    columns = {f"x{j}": rng.randn(n_rows) + y for j in range(8)}
    src = tmp_path / "in.parquet"
    pq.write_table(pa.table({**columns, "y": y}), src, row_group_size=50_000)
    options = ["--target", "y", "--sampler", sampler, "--strategy", STRATEGIES[sampler]]
    options += ["--max-memory", "450MiB"]
    peak_of_command(src, tmp_path / "compiled", *options)
    peak = peak_of_command(src, tmp_path / "out", *options)
    assert peak < 450 * 2**20


@pytest.mark.parametrize(("allocator", "n_bytes"), [("system", 0), ("mimalloc", 100 * 2**20)])
def test_allocator_that_keeps_memory_is_counted(allocator, n_bytes, monkeypatch):
    def pool():
        return SimpleNamespace(backend_name=allocator)

    schema = pa.schema([("x", pa.float64())])
    monkeypatch.setattr(_memory.pa, "default_memory_pool", pool)
    got = _memory.Memory(2**40, schema).total(0, 0)
    monkeypatch.setattr(_memory, "MIMALLOC_BYTES", 0)
    assert got - _memory.Memory(2**40, schema).total(0, 0) == n_bytes


@pytest.mark.slow
def test_command_asks_arrow_for_an_allocator_that_gives_memory_back(src, tmp_path):
    code = (
        "import sys; from fastsmote._commands.main import main; main(['resample', *sys.argv[1:]])\n"
        "import pyarrow; print(pyarrow.default_memory_pool().backend_name)"
    )
    command = [sys.executable, "-c", code, str(src), str(tmp_path / "out"), "--target", "y", "-q"]
    environment = {k: v for k, v in os.environ.items() if k != "ARROW_DEFAULT_MEMORY_POOL"}
    command += ["--exclude", "id,time,text"]
    assert subprocess.check_output(command, text=True, env=environment) == "system\n"


def schema_of(n_columns):
    return pa.schema([(f"x{j}", pa.float64()) for j in range(n_columns)])


@pytest.mark.parametrize("batch_rows", [None, 1, 5_000, 200_000])
@pytest.mark.parametrize("query_row", [0, 700])
@pytest.mark.parametrize("extra", [0, 1, 30, 100, 1_000])
def test_what_is_chosen_fits(batch_rows, query_row, extra):
    """The rows at a time are as many as the limit lets be, and never more than asked for."""
    least = _memory.Memory(2**60, schema_of(20))
    least.step("searching", 0, 400, query_row)
    max_bytes = least.total(_memory.LEAST_BATCH_ROWS, _memory.LEAST_BATCH_ROWS) + extra * 2**20
    memory = _memory.Memory(max_bytes, schema_of(20))
    memory.step("searching", 0, 400, query_row)
    n_batch, n_queries = memory.choose(batch_rows)
    assert 1 <= n_batch <= (batch_rows or _memory.MOST_BATCH_ROWS)
    assert memory.total(n_batch, n_queries if query_row else 0) <= max_bytes
    if extra == 1_000:
        assert n_batch == (batch_rows or _memory.MOST_BATCH_ROWS)


# docs


def programs_in(page):
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL), text


def test_example_in_docs_runs(tmp_path):
    (make,), text = programs_in("files.md")
    (line,) = re.findall(r"^    (fastsmote resample .*)$", text, re.MULTILINE)
    subprocess.run([sys.executable, "-c", make], cwd=tmp_path, check=True, timeout=100)
    code = "import sys; from fastsmote._commands.main import main; sys.exit(main())"
    command = [sys.executable, "-c", code, *shlex.split(line)[1:]]
    root = str(Path(cli.__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": root}
    subprocess.run(command, cwd=tmp_path, check=True, timeout=100, env=environment)
    fraud = pq.read_table(tmp_path / "balanced")["fraud"].to_numpy()
    n_honest = int((~fraud).sum())
    assert fraud.sum() == n_honest > 98_000


def test_recipe_for_other_engines_makes_the_rows_of_smote(tmp_path, monkeypatch):
    (make,), (*_, recipe) = programs_in("files.md")[0], programs_in("cluster.md")[0]
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(make, {})
    exec(recipe, names)
    table, balanced, features = names["table"], names["balanced"], ["amount", "hour", "age"]
    X, y = SMOTE(random_state=0).fit_resample(table[features], table["fraud"])
    pd.testing.assert_frame_equal(balanced[features], X, check_exact=True)
    pd.testing.assert_series_equal(balanced["fraud"], y)
    assert list(balanced.columns) == list(table.columns)
    assert balanced["id"].isna().sum() == names["N_NEW"] > 98_000
