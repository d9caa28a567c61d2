"""Pages that the code writes: every public name, and the command line.

They are written to `docs/api/generated/` before Sphinx looks for its sources. A room of the
package and a name of its `__all__` need no line here.
"""

import contextlib
import inspect
import io
import os
import pkgutil
import re
from importlib import import_module
from pathlib import Path
from unittest import mock

import typer
from sphinx.ext.autodoc.mock import mock as mock_modules

import fastsmote
from fastsmote._commands import compare, report
from fastsmote._commands.main import PARSING, main
from fastsmote.offline import _command as resample

FOLDER = Path(__file__).parents[1] / "api" / "generated"
HELP_COLUMNS = "88"
APPS = {"resample": resample.app, "report": report.app, "compare": compare.app}
INTERNAL = {"resample_checked"}  # methods that other rooms of the package call
PLAIN = ("", "demo", "warmup", "versions")  # these commands do not use typer


def public_modules():
    """Return the names of the public modules: the package, and its public rooms."""
    rooms = [module.name for module in pkgutil.iter_modules(fastsmote.__path__)]
    return ["fastsmote", *(f"fastsmote.{room}" for room in rooms if not room.startswith("_"))]


def public_things(module):
    """Return {name: object} of the public names of a module that are not modules themselves."""
    things = {name: getattr(module, name) for name in module.__all__}
    return {name: thing for name, thing in things.items() if not inspect.ismodule(thing)}


def methods_of(class_):
    """Return the names of the public methods and properties that fastsmote defines.

    The methods of scikit-learn's metadata routing are the same in any class.
    """
    names = []
    for name in dir(class_):
        home = next((c for c in class_.__mro__ if name in vars(c)), None)
        is_ours = home is not None and home.__module__.partition(".")[0] == "fastsmote"
        is_routing = name.startswith("set_") and name.endswith("_request")
        is_public = name not in INTERNAL and not name.startswith("_")
        if is_ours and not is_routing and is_public and getattr(class_, name).__doc__:
            names.append(name)
    return names


class Pages:
    """Writes pages to a folder, and then removes what an earlier build left there."""

    def __init__(self, folder):
        self.folder = folder
        self.written = set()

    def write(self, name, text):
        """Write a page. An unchanged page keeps its time, so that Sphinx does not read it again."""
        path = self.folder / name
        self.written.add(path)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def remove_others(self):
        """Remove the files that were not written."""
        for path in self.folder.rglob("*"):
            if path.is_file() and path not in self.written:
                path.unlink()


def _heading(text, underline="="):
    return f"{text}\n{underline * len(text)}\n\n"


def _indented(text, width=3):
    return "".join(f"{' ' * width}{line}".rstrip() + "\n" for line in text.split("\n"))


# The API


def _object_page(module, name, thing):
    text = _heading(f"{module.__name__}.{name}".removeprefix("fastsmote."))
    text += f".. currentmodule:: {module.__name__}\n\n"
    gallery = f"\n.. minigallery:: {module.__name__}.{name}\n   :add-heading: Gallery\n"
    if inspect.isclass(thing):
        methods = ", ".join(methods_of(thing))
        members = f"   :members: {methods}\n" if methods else ""
        return text + f".. autoclass:: {name}\n{members}{gallery}"
    if callable(thing):
        return text + f".. autofunction:: {name}\n{gallery}"
    return text + f".. py:data:: {name}\n   :type: {type(thing).__name__}\n"


def _module_page(module, things):
    name = module.__name__
    names = sorted(things, key=str.lower)
    documented = [public for public in names if callable(things[public])]
    # The page of the site itself is called fastsmote.
    title = name if "." in name else f"{name}, top level"
    text = _heading(title) + f".. automodule:: {name}\n\n.. currentmodule:: {name}\n\n"
    text += f".. autosummary::\n   :nosignatures:\n\n{_indented(chr(10).join(documented))}\n"
    paths = "\n".join(f"{name}/{public}" for public in names)
    return text + f".. toctree::\n   :hidden:\n\n{_indented(paths)}"


def _write_api(pages):
    modules = public_modules()
    for name in modules:
        module = import_module(name)
        things = public_things(module)
        pages.write(f"{name}.rst", _module_page(module, things))
        for public, thing in things.items():
            pages.write(f"{name}/{public}.rst", _object_page(module, public, thing))
    pages.write("modules.txt", f".. autosummary::\n\n{_indented(chr(10).join(modules))}")


# The command line


def _plain_help(command):
    shown = io.StringIO()
    with (
        mock.patch.dict(os.environ, COLUMNS=HELP_COLUMNS, NO_COLOR="1"),
        contextlib.redirect_stdout(shown),
        contextlib.suppress(SystemExit),
    ):
        main([command, "--help"] if command else ["--help"])
    return f".. code-block:: none\n\n{_indented(shown.getvalue().rstrip())}\n"


def _escaped(text):
    return re.sub(r"([\\*`_|<>])", r"\\\1", text)


def _typer_help(name, app):
    command = typer.main.get_command(app)
    context = command.make_context(name, ["x"] * 3, resilient_parsing=True)
    usage = " ".join(["fastsmote", name, *command.collect_usage_pieces(context)])
    text = f"{_escaped(inspect.cleandoc(command.help))}\n\n"
    text += f".. code-block:: none\n\n   {usage}\n\n.. program:: fastsmote {name}\n\n"
    panels = {}
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None:
            panel = getattr(parameter, "rich_help_panel", None)
            panels.setdefault(panel or _kind_of(parameter), []).append(record)
    for panel, records in panels.items():
        text += f".. rubric:: {panel}\n\n"
        for names, explanation in records:
            text += f".. option:: {names}\n\n{_indented(_escaped(explanation))}\n"
    return text


def _kind_of(parameter):
    return "Arguments" if parameter.param_type_name == "argument" else "Options"


def _write_command_line(pages):
    if APPS.keys() != PARSING.keys():
        raise ValueError(f"APPS must have the commands {[*PARSING]}. Got {[*APPS]} instead.")
    text = _heading("Command line")
    for command in (*PLAIN, *APPS):
        text += _heading(f"fastsmote {command}".strip(), "-")
        text += _typer_help(command, APPS[command]) if command in APPS else _plain_help(command)
    pages.write("command-line.rst", text)


def _write_pages(app, config):
    pages = Pages(FOLDER)
    with mock_modules(config.autodoc_mock_imports):
        _write_api(pages)
    _write_command_line(pages)
    pages.remove_others()


def setup(app):
    """Register the extension."""
    app.connect("config-inited", _write_pages)
    return {"parallel_read_safe": True}
