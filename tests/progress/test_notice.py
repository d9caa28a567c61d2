"""The line that a first call says while it compiles, and where it is not said."""

import io
import sys
from importlib.util import find_spec
from types import SimpleNamespace

import pytest
from helpers.programs import run_on_terminal, run_program
from numba import config

from fastsmote._commands import main as cli
from fastsmote._notice import COMPILING, COMPILING_ANEW, Compiling, is_notebook, is_terminal

needs_compiling = pytest.mark.skipif(
    bool(config.DISABLE_JIT), reason="NUMBA_DISABLE_JIT is set: nothing is compiled"
)
needs_terminal = pytest.mark.skipif(not find_spec("pty"), reason="no pseudo-terminals")


class Terminal(io.StringIO):
    def isatty(self):
        return True


class OfNotebook(io.StringIO):
    __module__ = "ipykernel.iostream"


class OfSpyder(OfNotebook):
    __module__ = "spyder_kernels.console.outstream"


class Broken(Terminal):
    def write(self, text):
        raise OSError("the terminal is gone")


@pytest.fixture
def clock():
    """A clock that stands still until its time is set."""
    return SimpleNamespace(now=0.0)


@pytest.fixture
def compiling(clock):
    return Compiling(lambda: clock.now)


@pytest.fixture
def use_stderr(monkeypatch):
    """For the test itself to call: pytest sets stderr after the fixtures."""
    return lambda stream: monkeypatch.setattr(sys, "stderr", stream)


def closed(stream):
    stream.close()
    return stream


@pytest.mark.parametrize(
    ("stream", "is_one"),
    [(Terminal(), True), (io.StringIO(), False), (None, False), (closed(io.StringIO()), False)],
)
def test_a_terminal_is_one_that_says_so(stream, is_one):
    assert is_terminal(stream) == is_one


def test_a_notebook_has_a_stream_of_ipykernel():
    streams = OfNotebook(), OfSpyder(), Terminal(), None
    assert [is_notebook(stream) for stream in streams] == [True, True, False, False]


@pytest.mark.parametrize(
    ("stream", "is_watched"),
    [(Terminal(), True), (OfNotebook(), True), (io.StringIO(), False), (None, False)],
)
def test_only_terminals_and_notebooks_are_watched(stream, is_watched, use_stderr):
    use_stderr(stream)
    assert Compiling().is_watched() == is_watched


def test_nothing_is_said_before_a_second_of_compiling(compiling, clock, use_stderr):
    use_stderr(Terminal())
    for start in (0.0, 10.0):  # what lies between is no compiling
        clock.now = start
        with compiling.under_way():
            clock.now = start + 0.4
            compiling.look()
    assert sys.stderr.getvalue() == ""
    clock.now = 20.0
    compiling.look()
    with compiling.under_way():
        clock.now = 20.25
        compiling.look()
        assert sys.stderr.getvalue() == COMPILING + "\n"  # before it has ended


def test_it_is_said_once(compiling, clock, use_stderr):
    use_stderr(Terminal())
    for _ in range(3):
        with compiling.under_way():
            clock.now += 5.0
            compiling.look()
    assert sys.stderr.getvalue().count("\n") == 1
    assert not compiling.is_watched()


def test_where_the_cache_cannot_be_written_it_promises_nothing(compiling, clock, use_stderr):
    use_stderr(Terminal())
    with compiling.under_way():
        clock.now = 5.0
        compiling.look(is_cached=False)
    assert sys.stderr.getvalue() == COMPILING_ANEW + "\n"


def test_a_stream_that_fails_does_not_fail_the_call(compiling, clock, use_stderr):
    use_stderr(Broken())
    with compiling.under_way():
        clock.now = 5.0
        compiling.look()
    assert compiling.is_said


def test_a_kernel_within_another_is_a_part_of_it(compiling, use_stderr):
    use_stderr(Terminal())
    assert compiling.is_watched()
    with compiling.under_way():
        assert not compiling.is_watched()
    assert compiling.is_watched()


@pytest.mark.parametrize("command", ["demo", "warmup"])
def test_the_commands_say_in_their_own_words_what_they_wait_for(
    command, compiling, monkeypatch, use_stderr
):
    use_stderr(Terminal())
    monkeypatch.setattr(cli, "compiling", compiling)
    seen = []
    monkeypatch.setattr(
        "fastsmote._commands.demo.run", lambda n_rows: seen.append(compiling.is_watched())
    )
    monkeypatch.setattr(
        "fastsmote._commands.warmup.warmup", lambda: seen.append(compiling.is_watched()) or []
    )
    cli.main([command])
    assert seen == [False]
    assert compiling.is_watched()
    said = sys.stderr.getvalue()
    assert said.startswith("compiling all kernels") if command == "warmup" else said == ""


# Real compilations

SMALL = """
import sys
from pathlib import Path
from fastsmote import _notice
_notice.LEAST_SECONDS = 0.0
Path("small.py").write_text('''
from fastsmote._kernels.jit import kernel

@kernel
def add(a, b):
    return a + b
''')
sys.path.insert(0, "")
import small
exec(sys.argv[1])
print(small.add(1, 2), small.add(1.0, 2.0), len(small.add.stats.cache_hits))
"""


@pytest.mark.processes
@needs_compiling
@needs_terminal
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("", COMPILING),
        ("sys.stderr.isatty = lambda: False", ""),
        ("_notice.compiling.is_silenced = True", ""),
        ("from fastsmote._kernels import cache; cache.say_no_cache(OSError())", COMPILING_ANEW),
    ],
)
def test_a_compilation_looks_between_its_passes(code, expected, tmp_path):
    status, out, shown = run_on_terminal(SMALL, code, NUMBA_CACHE_DIR=tmp_path)
    assert (status, out) == (0, "3 3.0 0\n"), shown
    assert shown.replace("\r\n", "") == expected


@needs_compiling
def test_nothing_is_said_into_a_pipe(tmp_path):
    lines = run_program(SMALL, "", with_stderr=True, NUMBA_CACHE_DIR=tmp_path)
    assert lines == ["3 3.0 0"]


FIRST_CALL = """
import sys, threading
from fastsmote import _notice
from fastsmote._kernels import cache
from fastsmote.over_sampling import SMOTE
_notice.LEAST_SECONDS /= 4  # whatever the machine
save = cache.KernelCache.save_overload
def save_and_tell(self, signature, data):
    save(self, signature, data)
    print("compiled", file=sys.stderr)
cache.KernelCache.save_overload = save_and_tell
X = [[float(i), i * i % 7] for i in range(30)]
call = lambda: print(len(SMOTE(k_neighbors=2).fit_resample(X, [0] * 20 + [1] * 10)[0]))
thread = threading.Thread(target=call)
thread.start()
thread.join()
"""


@pytest.mark.processes
@needs_compiling
@needs_terminal
def test_a_first_call_says_so_while_it_compiles_and_a_second_process_says_nothing(tmp_path):
    status, out, shown = run_on_terminal(FIRST_CALL, NUMBA_CACHE_DIR=tmp_path)
    assert (status, out) == (0, "40\n"), shown
    lines = shown.splitlines()
    assert lines.count(COMPILING) == 1
    assert set(lines) == {COMPILING, "compiled"}
    assert lines[-1] == "compiled"  # so it was not said at the end
    again = run_on_terminal(FIRST_CALL, NUMBA_CACHE_DIR=tmp_path)
    assert again == (0, "40\n", "")
