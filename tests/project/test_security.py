"""What SECURITY.md says of the package, read from its source."""

import ast
from pathlib import Path

import pytest

import fastsmote

PACKAGE = Path(fastsmote.__file__).parent
FILES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
# Modules that turn data into objects or code, start programs, or reach a network.
FORBIDDEN_MODULES = {
    "_pickle", "asyncio", "builtins", "cloudpickle", "code", "codeop", "commands", "dill", "ftplib",
    "http", "marshal", "pickle", "pty", "requests", "runpy", "shelve", "socket", "subprocess",
    "telnetlib", "urllib", "webbrowser",
}  # fmt: skip
FORBIDDEN_BUILTINS = {"__builtins__", "__import__", "compile", "eval", "exec"}
FORBIDDEN_OF_OS = ("exec", "popen", "posix_spawn", "spawn", "startfile", "system")
FORBIDDEN_OF_JOBLIB = ("dump", "load")
FORBIDDEN_ATTRIBUTES = {"eval", "exec", "popen", "query", "read_pickle", "system", "to_pickle"}
IMPORTERS = {"__import__", "import_module"}
RENAMED = {"importlib", "import_module", "joblib", "os"}  # found by these names only
# `python -m fastsmote script.py` runs a script: that is its documented purpose.
# Spark passes bytes from task to task: those of a value that fastsmote's own task has pickled.
ALLOWED = {("__main__.py", "runpy"), ("spark/_tasks.py", "pickle")}


def dangers(source):
    """What a source uses that nothing here may, by name."""
    nodes = list(ast.walk(ast.parse(source)))
    found = {name for node in nodes for name in names_in(node)}
    return {name for name in found if is_danger(name)}


def names_in(node):
    """What a node uses: a module, a builtin, `module.attribute`, `argument=` or `what as`."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name.partition(".")[0]
            if alias.asname and alias.name in RENAMED:
                yield f"{alias.name} as"
    elif isinstance(node, ast.ImportFrom) and not node.level:
        yield node.module.partition(".")[0]
        for alias in node.names:
            yield f"{node.module}.{alias.name}"
            if alias.asname and alias.name in RENAMED:
                yield f"{alias.name} as"
    elif isinstance(node, ast.Name) and node.id in FORBIDDEN_BUILTINS:
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield f"{getattr(node.value, 'id', '')}.{node.attr}"
    elif isinstance(node, ast.keyword) and node.arg in ("shell", "allow_pickle"):
        if not (isinstance(node.value, ast.Constant) and node.value.value is False):
            yield f"{node.arg}="
    elif isinstance(node, ast.Call):
        yield from names_in_call(node)


def names_in_call(call):
    """What a call uses by the place or the text of an argument."""
    name = getattr(call.func, "attr", getattr(call.func, "id", None))
    texts = [getattr(argument, "value", None) for argument in call.args]
    if name == "load" and len(call.args) > 2:
        yield "allow_pickle="
    elif name in IMPORTERS and texts and isinstance(texts[0], str):
        yield texts[0].partition(".")[0]
    elif name == "getattr" and isinstance(texts[1], str):
        yield f"{getattr(call.args[0], 'id', '')}.{texts[1]}"


def is_danger(name):
    module, _, attribute = name.rpartition(".")
    if name.endswith(("=", " as")):
        return True
    if module == "os" and attribute.startswith(FORBIDDEN_OF_OS):
        return True
    if module == "joblib" and attribute in FORBIDDEN_OF_JOBLIB:
        return True
    if "." in name:
        return attribute in FORBIDDEN_ATTRIBUTES
    return name in FORBIDDEN_MODULES | FORBIDDEN_BUILTINS


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
        "map(eval, texts)",
        "run = exec",
        "__builtins__['eval'](text)",
        "import builtins",
        "builtins.exec(text)",
        "import asyncio",
        "asyncio.subprocess.os.system(text)",
        "process.popen(text)",
        "joblib.load(path)",
        "joblib.dump(model, path)",
        "from joblib import load",
        "import joblib as j",
        "import os as o",
        "o.system(text)",
        "getattr(os, 'popen')(text)",
        'importlib.import_module("pickle")',
        'import_module("asyncio.subprocess")',
        "from importlib import import_module as get",
        "np.load(path, None, True)",
    ],
)
def test_a_danger_is_found(source):
    assert len(dangers(source)) == 1


def test_what_is_none_is_not_found():
    source = "import re\nre.compile(text)\nnp.load(path, 'r', allow_pickle=False)\nos.replace(a, b)"
    source += "\nimport_module('numpy')\ngetattr(code, 'commands')\nfrom joblib import Parallel"
    assert dangers(source) == set()
