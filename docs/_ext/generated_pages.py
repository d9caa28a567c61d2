"""Pages that the code writes: the API, the command line, tables of samplers, and copied files.

They are written to `docs/generated/` before Sphinx looks for its sources.
"""

import contextlib
import inspect
import io
import shutil
from importlib import import_module
from pathlib import Path

from sampler_table import write_tables
from sphinx.ext.autodoc.mock import mock

import fastsmote
from fastsmote._commands.main import main

DOCS = Path(__file__).parents[1]
# Pages that are copies of files at other places, with links from there.
COPIED = {
    "generated/benchmark-results": "benchmarks/README.md",
    "generated/changelog": "CHANGELOG.md",
    "generated/contributing": "CONTRIBUTING.md",
    "generated/promises": "PROMISES.md",
    "generated/security": "SECURITY.md",
}
MODULES = [
    "fastsmote",
    *(f"fastsmote.{name}" for name in fastsmote._MODULES),
    "fastsmote.offline",
    "fastsmote.distributed",
    "fastsmote.spark",
    "fastsmote.ray",
]
INTERNAL = {"resample_checked"}  # methods that other rooms of the package call
COMMANDS = ("", "demo", "warmup", "resample", "report", "compare")


def write_if_changed(path, text):
    """Write a page. One that is unchanged keeps its time, so that Sphinx need not read it."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return path


def _heading(text, underline="="):
    return f"{text}\n{underline * len(text)}\n\n"


def methods_of(class_):
    """Return the names of the public methods and properties that fastsmote defines.

    The methods of scikit-learn's metadata routing are its own, in any class.
    """
    names = []
    for name in dir(class_):
        home = next((c for c in class_.__mro__ if name in vars(c)), None)
        is_ours = home is not None and home.__module__.partition(".")[0] == "fastsmote"
        is_routing = name.startswith("set_") and name.endswith("_request")
        if (
            is_ours
            and not is_routing
            and not name.startswith("_")
            and getattr(class_, name).__doc__
        ):
            names.append(name)
    return names


def _object_page(module, name, thing):
    full = f"{module.__name__}.{name}"
    text = _heading(full.removeprefix("fastsmote.")) + f".. currentmodule:: {module.__name__}\n\n"
    if not inspect.isclass(thing):
        return text + f".. autofunction:: {name}\n"
    methods = ", ".join(methods_of(thing))
    return text + f".. autoclass:: {name}\n" + (f"   :members: {methods}\n" if methods else "")


def _module_page(name, folder):
    module = import_module(name)
    things = {public: getattr(module, public) for public in module.__all__}
    things = {n: t for n, t in things.items() if inspect.isclass(t) or inspect.isfunction(t)}
    for public, thing in things.items():
        yield write_if_changed(folder / f"{name}.{public}.rst", _object_page(module, public, thing))
    text = f".. _module-{name}:\n\n" + _heading(name)
    text += f".. automodule:: {name}\n\n.. currentmodule:: {name}\n\n"
    text += ".. autosummary::\n   :nosignatures:\n\n"
    text += "".join(f"   {public}\n" for public in sorted(things, key=str.lower))
    text += "\n.. toctree::\n   :hidden:\n\n"
    text += "".join(f"   {name}.{public}\n" for public in sorted(things, key=str.lower))
    yield write_if_changed(folder / f"{name}.rst", text)


def _help_of(command):
    shown = io.StringIO()
    arguments = [command, "--help"] if command else ["--help"]
    with contextlib.redirect_stdout(shown), contextlib.suppress(SystemExit):
        main(arguments)
    return shown.getvalue().rstrip()


def _command_page(folder):
    text = _heading("Command line")
    for command in COMMANDS:
        name = f"fastsmote {command}".strip()
        lines = "".join(f"   {line}\n".rstrip() + "\n" for line in _help_of(command).split("\n"))
        text += _heading(name, "-") + f".. code-block:: none\n\n{lines}\n"
    return write_if_changed(folder / "command-line.rst", text)


def _write_pages(app, config):
    folder, written = DOCS / "generated", set()
    with mock(config.autodoc_mock_imports):
        for name in MODULES:
            written |= {*_module_page(name, folder)}
    written.add(_command_page(folder))
    for name, source in COPIED.items():
        text = (DOCS.parent / source).read_text(encoding="utf-8")
        written.add(write_if_changed(DOCS / f"{name}.md", text))
    for name, text in write_tables().items():
        written.add(write_if_changed(folder / name, text))
    for path in {*folder.iterdir()} - written:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def setup(app):
    """Register the extension."""
    app.connect("config-inited", _write_pages)
    return {"parallel_read_safe": True}
