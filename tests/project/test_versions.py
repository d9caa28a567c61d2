"""`show_versions`: the report for an issue names what ran, and never fails itself."""

import importlib.metadata
import os
import re
import sys
from pathlib import Path

import pytest
from helpers.programs import run_program

import fastsmote
from fastsmote import _versions
from fastsmote._commands import main as cli

ROOT = Path(__file__).parents[2]
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
OF_USERS = (
    "remote",
    "dask",
    "compare",
    "boosting",
    "ray",
    "spark",
)  # extras that no developer needs
PRINT = "import fastsmote; fastsmote.show_versions()"


def facts_in(lines):
    """{name: text} of the lines of a report."""
    return dict(line.strip().split(": ", 1) for line in lines if line.startswith("    "))


def facts_here(capsys):
    """{name: text} of a report of this process."""
    fastsmote.show_versions()
    return facts_in(capsys.readouterr().out.splitlines())


def names_of(requirements):
    """The packages of a list of requirements in pyproject.toml."""
    return set(re.findall(r'"([A-Za-z0-9-]+)[\[>=";]', requirements))


def test_sections_and_versions_are_shown(capsys):
    fastsmote.show_versions()
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [
        "System:",
        "Packages:",
        "Settings:",
    ]
    facts = facts_in(lines)
    assert facts["numpy"] == importlib.metadata.version("numpy")
    assert facts["fastsmote"] == f"{fastsmote.__version__}, in {Path(fastsmote.__file__).parent}"
    assert facts["executable"] == sys.executable
    assert not [text for text in facts.values() if text.startswith("unknown")]


def test_every_dependency_is_shown():
    """llvmlite is that of Numba."""
    required = PROJECT.partition("dependencies = [")[2].partition("\n]")[0]
    assert set(_versions.DEPENDENCIES) == names_of(required) | {"llvmlite"}


@pytest.mark.parametrize("extra", OF_USERS)
def test_packages_of_every_extra_for_users_are_shown(extra):
    (line,) = re.findall(rf"^{extra} = \[.*\]", PROJECT, re.MULTILINE)
    assert names_of(line)
    assert names_of(line) <= {*_versions.DEPENDENCIES, *_versions.OPTIONAL}


def test_only_installed_optional_packages_are_shown(monkeypatch, capsys):
    def version(name):
        if name in ("ray", "rich"):
            raise importlib.metadata.PackageNotFoundError(name)
        if name == "scipy":
            raise KeyError("Version")
        return "1.2"

    monkeypatch.setattr(_versions.metadata, "version", version)
    facts = facts_here(capsys)
    assert facts["pandas"] == "1.2"
    assert "ray" not in facts
    assert facts["rich"] == "not installed"
    assert facts["scipy"] == "unknown (KeyError: 'Version')"


def test_versions_are_read_without_imports():
    lines = run_program(f"{PRINT}; import sys; print('modules', *sys.modules)")
    loaded = set(lines[-1].split())
    assert "numba" in loaded
    assert not loaded & {"dask", "imblearn", "matplotlib", "pandas", "polars", "pyarrow", "sklearn"}


@pytest.mark.parametrize("name", ["numba", "llvmlite", "joblib", "fastsmote._kernels.machine"])
def test_a_module_that_cannot_be_imported_is_told(name):
    lines = run_program(f"import sys; sys.modules[{name!r}] = None\n{PRINT}")
    unknown = {name: text for name, text in facts_in(lines).items() if text.startswith("unknown")}
    assert unknown.keys() == (
        {"threads"} if name == "joblib" else {"cpu", "vectors", "kernel cache"}
    )
    assert all("ModuleNotFoundError: " in text and name in text for text in unknown.values())


# Settings


def test_threads_are_told_with_what_sets_them(monkeypatch, capsys):
    for name in ("FASTSMOTE_NUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("fastsmote._threads.joblib.effective_n_jobs", lambda n_jobs: 8)
    assert facts_here(capsys)["threads"] == "8, from CPUs according to joblib"
    monkeypatch.setenv("OMP_NUM_THREADS", "9")
    assert facts_here(capsys)["threads"] == "8, from CPUs according to joblib"
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    assert facts_here(capsys)["threads"] == "5, from OMP_NUM_THREADS"
    monkeypatch.setenv("FASTSMOTE_NUM_THREADS", "3")
    assert facts_here(capsys)["threads"] == "3, from FASTSMOTE_NUM_THREADS"
    with fastsmote.threads(2):
        assert facts_here(capsys)["threads"] == "2, from fastsmote.threads"
    monkeypatch.setenv("FASTSMOTE_NUM_THREADS", "many")
    facts = facts_here(capsys)
    assert facts["threads"].startswith("unknown (ValueError: FASTSMOTE_NUM_THREADS must be")
    assert facts["FASTSMOTE_NUM_THREADS"] == "many"


def test_the_patch_is_told(capsys):
    assert facts_here(capsys)["imbalanced-learn patched"] == "no"
    with fastsmote.patch_imblearn():
        assert facts_here(capsys)["imbalanced-learn patched"] == "yes"


@pytest.mark.parametrize(
    ("features", "expected"),
    [
        ("+avx512f,+avx2", "avx512f, 512 bits; tiles of 64 rows x 4 queries"),
        ("+avx2,+avx,+sse2", "avx2, 256 bits; tiles of 16 rows x 6 queries"),
        ("+neon", "neon, 128 bits; tiles of 16 rows x 6 queries"),
        ("+crc", "instructions unknown; tiles of 16 rows x 6 queries"),
    ],
)
def test_vectors_are_those_that_kernels_are_compiled_for(features, expected):
    facts = facts_in(run_program(PRINT, NUMBA_CPU_FEATURES=features, NUMBA_CPU_NAME="generic"))
    assert facts["vectors"] == expected
    assert facts["cpu"] == f"generic, {os.cpu_count()} CPUs"
    assert facts["NUMBA_CPU_FEATURES"] == features


def test_verbose_is_told():
    assert facts_in(run_program(PRINT, FASTSMOTE_VERBOSE=None))["verbose"] == "no"
    assert facts_in(run_program(PRINT, FASTSMOTE_VERBOSE="1"))["verbose"] == "yes"


def test_without_a_compiler_there_are_no_kernels_to_keep():
    facts = facts_in(run_program(PRINT, NUMBA_DISABLE_JIT="1"))
    assert facts["kernel cache"] == "none (NUMBA_DISABLE_JIT is set)"
    assert facts["vectors"].endswith("in NumPy: NUMBA_DISABLE_JIT is set")


# The kernel cache


def test_a_writable_cache_is_told_and_left_as_it_was(tmp_path):
    facts = facts_in(run_program(PRINT, NUMBA_CACHE_DIR=tmp_path, NUMBA_DISABLE_JIT=None))
    folder, _, state = facts["kernel cache"].rpartition(", ")
    assert state == "writable"
    assert Path(folder).is_relative_to(tmp_path)
    assert list(Path(folder).iterdir()) == []


def test_a_cache_that_is_lost_is_told_with_the_reason(tmp_path):
    lose = (
        f"import shutil; from fastsmote._kernels import machine; shutil.rmtree({str(tmp_path)!r})"
    )
    facts = facts_in(
        run_program(f"{lose}\n{PRINT}", NUMBA_CACHE_DIR=tmp_path, NUMBA_DISABLE_JIT=None)
    )
    assert re.fullmatch(
        rf"{re.escape(str(tmp_path))}.*, not writable \(.+\)", facts["kernel cache"]
    )


def test_a_folder_that_cannot_be_used_is_told_with_the_reason():
    """As in an image whose folders are all read-only: Numba finds no place at all."""
    refuse = """
from numba.core import caching
for locator in caching.CacheImpl._locator_classes + caching.CompileResultCacheImpl._locator_classes:
    locator.from_function = classmethod(lambda *_: None)
"""
    facts = facts_in(run_program(f"{refuse}\n{PRINT}", NUMBA_DISABLE_JIT=None))
    assert re.fullmatch(r"none \(cannot cache function .+\)", facts["kernel cache"])


# The command


def test_the_command_prints_the_same(capsys):
    assert cli.main(["versions"]) == 0
    printed = capsys.readouterr().out
    fastsmote.show_versions()
    assert printed == capsys.readouterr().out
