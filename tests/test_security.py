"""What SECURITY.md says of the package, read from its source."""

import ast
from pathlib import Path

import pytest

import fastsmote

PACKAGE = Path(fastsmote.__file__).parent
FILES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
# Modules that turn data into objects or code, start programs, or reach a network.
FORBIDDEN_MODULES = {
    "_pickle", "cloudpickle", "code", "codeop", "commands", "dill", "ftplib", "http", "marshal",
    "pickle", "pty", "requests", "shelve", "socket", "subprocess", "telnetlib", "urllib",
    "webbrowser",
}  # fmt: skip
FORBIDDEN_BUILTINS = {"__import__", "compile", "eval", "exec"}
FORBIDDEN_OF_OS = ("exec", "popen", "posix_spawn", "spawn", "startfile", "system")
FORBIDDEN_ATTRIBUTES = {"read_pickle", "to_pickle", "query", "eval"}
# `python -m fastsmote script.py` runs a script: that is its documented purpose.
ALLOWED = {("__main__.py", "runpy")}


def dangers(source):
    """What a source uses that nothing here may, by name."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module.partition(".")[0])
            if node.module == "os":
                found |= {f"os.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.add(node.func.id)
        elif isinstance(node, ast.Attribute):
            found.add(f"{getattr(node.value, 'id', '')}.{node.attr}")
        if isinstance(node, ast.keyword):
            is_true = not (isinstance(node.value, ast.Constant) and node.value.value is False)
            if node.arg in ("shell", "allow_pickle") and is_true:
                found.add(f"{node.arg}=")
    return {name for name in found if is_danger(name)}


def is_danger(name):
    module, _, attribute = name.rpartition(".")
    if name.endswith("="):
        return True
    if module == "os":
        return attribute.startswith(FORBIDDEN_OF_OS)
    if "." in name:
        return attribute in FORBIDDEN_ATTRIBUTES
    return name in FORBIDDEN_MODULES | FORBIDDEN_BUILTINS | {"runpy"}


@pytest.mark.parametrize("name", FILES)
def test_no_pickle_eval_exec_or_shell(name):
    allowed = {what for file, what in ALLOWED if file == name}
    assert dangers((PACKAGE / name).read_text(encoding="utf-8")) == allowed


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from pickle import loads",
        "def f():\n    import subprocess",
        "eval(text)",
        "exec(text)",
        "compile(text, '', 'exec')",
        "__import__(name)",
        "import os\nos.system(text)",
        "from os import execv",
        "frame.query(text)",
        "pd.read_pickle(path)",
        "run(text, shell=True)",
        "np.load(path, allow_pickle=True)",
        "np.load(path, allow_pickle=is_trusted)",
        "import urllib.request",
        "import runpy",
    ],
)
def test_a_danger_is_found(source):
    assert len(dangers(source)) == 1


def test_what_is_none_is_not_found():
    source = "import re\nre.compile(text)\nnp.load(path, allow_pickle=False)\nos.replace(a, b)"
    assert dangers(source) == set()
