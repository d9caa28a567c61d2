"""Imports go down only, kernels call kernels only, and Numba's options are in one file."""

import ast
import importlib
import importlib.util
import inspect
import os
import pkgutil
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from numba import njit
from numba.core.dispatcher import Dispatcher

import fastsmote
import fastsmote._kernels

PACKAGE = Path(fastsmote.__file__).parent

# The rooms, from the top: a module may import what stands in a room below its own, or in its own.
# Rooms of one line do not see each other. A new module belongs in a room.
LAYERS = [
    ["fastsmote.__main__", "fastsmote._commands"],
    ["fastsmote.distributed", "fastsmote.offline", "fastsmote.ray", "fastsmote.spark"],
    ["fastsmote._cluster"],
    ["fastsmote"],
    ["fastsmote._versions"],
    ["fastsmote._patch"],
    ["fastsmote.plotting"],
    ["fastsmote._plotting"],
    ["fastsmote._decision"],
    ["fastsmote.combine"],
    ["fastsmote.over_sampling", "fastsmote.under_sampling"],
    ["fastsmote._recipes"],
    ["fastsmote._resample_like"],
    ["fastsmote._synthesis"],
    ["fastsmote._base"],
    ["fastsmote.losses", "fastsmote.neighbors"],
    ["fastsmote._rules"],
    ["fastsmote._search"],
    ["fastsmote._kernels", "fastsmote._threads"],
    ["fastsmote._progress"],
    ["fastsmote._notice"],
    ["fastsmote._types"],
]
KERNELS_MAY_IMPORT = {"numpy", "numba", "llvmlite", *sys.stdlib_module_names}
NUMBA_COMPILERS = {"jit", "njit", "vectorize", "guvectorize", "stencil", "cfunc", "prange"}
NUMBA_OPTIONS = {
    "nogil",
    "fastmath",
    "error_model",
    "parallel",
    "nopython",
    "boundscheck",
    "_nrt",
    "no_cfunc_wrapper",
    "no_cpython_wrapper",
}


def read_package():
    """{module name: source} of every module of the package."""
    sources = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        sources[name] = path.read_text(encoding="utf-8")
    return sources


SOURCES = read_package()
PACKAGES = {name for name in SOURCES if any(other.startswith(f"{name}.") for other in SOURCES)}


def imports_of(name, source, is_package=False):
    """Every module that a module imports, anywhere in it, or names in a string."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = name.split(".")[: None if is_package else -1]
            base = package[: len(package) + 1 - node.level] if node.level else []
            module = ".".join([*base, *filter(None, [node.module])])
            submodules = {f"{module}.{alias.name}" for alias in node.names}
            found.update(submodules & SOURCES.keys() or {module})
        elif isinstance(node, ast.Constant) and node.value in SOURCES and "." in node.value:
            found.add(node.value)  # for importlib
    return found


def place_of(module):
    """(layer, entry) of a module; the entry is the module or the package it is in."""
    for layer, entries in enumerate(LAYERS):
        for entry in entries:
            is_inside = entry != "fastsmote" and module.startswith(f"{entry}.")
            if module == entry or is_inside:
                return layer, entry
    return None


def wrong_edges(name, source, is_package=False):
    """The imports of a module that do not go down."""
    wrong, place = [], place_of(name)
    for target in sorted(imports_of(name, source, is_package)):
        target_place = place_of(target)
        if target.partition(".")[0] != "fastsmote" or target_place == place:
            continue
        if target_place is None or target_place[0] <= place[0]:
            wrong.append(f"{name} -> {target}")
    return wrong


# Imports


@pytest.mark.parametrize("name", SOURCES)
def test_every_module_has_a_layer(name):
    assert place_of(name) is not None, f"give {name} a place in LAYERS"


def test_every_layer_has_a_module():
    assert {entry for layer in LAYERS for entry in layer} <= SOURCES.keys()


@pytest.mark.parametrize("name", SOURCES)
def test_imports_go_down(name):
    assert wrong_edges(name, SOURCES[name], name in PACKAGES) == []


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("fastsmote._search.class_index", "import fastsmote.neighbors"),
        ("fastsmote._search.class_index", "from fastsmote import neighbors"),
        ("fastsmote._search.class_index", "from fastsmote.neighbors import NearestNeighbors"),
        ("fastsmote._search.class_index", "from ..neighbors import NearestNeighbors"),
        ("fastsmote._search.class_index", "from .. import neighbors"),
        ("fastsmote._search.class_index", "def f():\n    from fastsmote import threads"),
        ("fastsmote._search.class_index", "import_module('fastsmote.neighbors')"),
        ("fastsmote._kernels.search", "from fastsmote._threads import run_ranges"),
        ("fastsmote._threads", "from fastsmote import _kernels"),
        ("fastsmote.over_sampling._smote", "from fastsmote.under_sampling import TomekLinks"),
        ("fastsmote.over_sampling._smote", "from ..under_sampling import TomekLinks"),
        ("fastsmote.distributed._graph", "from fastsmote.offline import iter_synthetic"),
        ("fastsmote.offline._job", "from fastsmote.distributed import SMOTE"),
        ("fastsmote._search.streaming", "from fastsmote._rules.tomek import Pairs"),
        ("fastsmote._synthesis.output", "import fastsmote._of_no_layer"),
    ],
)
def test_a_wrong_edge_is_found(name, source):
    assert len(wrong_edges(name, source)) == 1


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("fastsmote.neighbors", "from fastsmote._search.class_index import ClassIndex"),
        ("fastsmote.neighbors", "from fastsmote import _kernels as kernels"),
        ("fastsmote.over_sampling._smote", "from . import _adasyn"),
        ("fastsmote.over_sampling._smote", "import imblearn.over_sampling"),
    ],
)
def test_an_edge_down_or_within_a_package_is_not(name, source):
    assert wrong_edges(name, source) == []


def private_names_of_other_rooms(source, room):
    """Names with an underscore that a module imports from outside of its room."""
    return [
        f"{node.module}.{alias.name}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("fastsmote.")
        for alias in node.names
        if alias.name.startswith("_") and not f"{node.module}.".startswith(f"{room}.")
    ]


@pytest.mark.parametrize("name", SOURCES)
def test_no_private_name_is_imported_from_another_room(name):
    place = place_of(name)
    assert private_names_of_other_rooms(SOURCES[name], place[1]) == []


def test_an_import_of_a_private_name_is_found():
    source = "from fastsmote._base.dataframes import _narwhals, as_frame"
    found = private_names_of_other_rooms(source, "fastsmote.offline")
    assert found == ["fastsmote._base.dataframes._narwhals"]
    assert private_names_of_other_rooms(source, "fastsmote._base") == []


def constants_of(source):
    """(name, value as written) of each constant of a module."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name) and target.id.strip("_").isupper():
                    yield target.id, ast.unparse(node.value)


def test_constants_that_differ_in_value_differ_in_name():
    values = {}
    for source in SOURCES.values():
        for name, value in constants_of(source):
            values.setdefault(name, set()).add(value)
    assert {name: found for name, found in values.items() if len(found) > 1} == {}


@pytest.mark.parametrize(
    "formula",
    [
        "n_other >= m_neighbors / 2",  # in danger
        "np.rint(ratios * n_new)",  # ADASYN's counts
        "np.floor_divide(pairs, self.n_neighbors)",  # the base of a pair
        "counts == counts.max(axis=1, keepdims=True)",  # the vote of SMOTE-NC
    ],
)
def test_a_rule_is_written_once(formula):
    assert sum(source.count(formula) for source in SOURCES.values()) == 1


@pytest.mark.parametrize("name", SOURCES)
def test_only_kernels_import_numba_and_little_else(name):
    imported = {target.partition(".")[0] for target in imports_of(name, SOURCES[name])}
    if name.startswith("fastsmote._kernels"):
        assert imported <= {*KERNELS_MAY_IMPORT, "fastsmote"}
    else:
        assert not imported & {"numba", "llvmlite"}


# Kernels


def kernels_of(module):
    return [
        value
        for value in vars(module).values()
        if isinstance(value, Dispatcher) and value.py_func.__module__ == module.__name__
    ]


def calls_past_the_digest(function):
    """Names in a function that are jitted outside the files of the cache's digest, or modules."""
    names = inspect.getclosurevars(function)
    return [
        name
        for name, value in {**names.globals, **names.nonlocals}.items()
        if (isinstance(value, Dispatcher) and not is_of_kernels(value.py_func.__module__))
        or (isinstance(value, ModuleType) and value.__name__.startswith("fastsmote"))
    ]


def is_of_kernels(name):
    return name.rpartition(".")[0] == "fastsmote._kernels"


KERNEL_MODULES = [
    importlib.import_module(f"fastsmote._kernels.{info.name}")
    for info in pkgutil.iter_modules(fastsmote._kernels.__path__)
]
KERNELS = [kernel for module in KERNEL_MODULES for kernel in kernels_of(module)]
needs_compiling = pytest.mark.skipif(not KERNELS, reason="NUMBA_DISABLE_JIT is set")


@needs_compiling
@pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.py_func.__qualname__)
def test_a_kernel_calls_only_what_the_digest_of_the_cache_covers(kernel):
    assert calls_past_the_digest(kernel.py_func) == []


@needs_compiling
def test_a_call_past_the_digest_is_found():
    outside = njit(lambda: 0)

    def by_closure():
        outside()

    def by_global():
        fastsmote.neighbors()

    assert calls_past_the_digest(by_closure) == ["outside"]
    assert calls_past_the_digest(by_global) == ["fastsmote"]


def names_of_numba(source):
    """Numba's decorators and options that a source uses."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("numba"):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.keyword) and node.arg in NUMBA_OPTIONS:
            found.add(f"{node.arg}=")
    return found & (NUMBA_COMPILERS | {f"{option}=" for option in NUMBA_OPTIONS})


@pytest.mark.parametrize("name", SOURCES)
def test_only_jit_names_options_of_numba(name):
    assert bool(names_of_numba(SOURCES[name])) == (name == "fastsmote._kernels.jit")


# The cache of compiled kernels


def copy_of_package(folder):
    ignored = shutil.ignore_patterns("__pycache__", ".*")
    shutil.copytree(PACKAGE, folder / "fastsmote", ignore=ignored)
    return folder / "fastsmote" / "_kernels"


def digest_of(kernels):
    spec = importlib.util.spec_from_file_location("copy_of_cache", kernels / "cache.py")
    cache = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(cache)
    return cache.sources_digest()


def test_digest_is_that_of_the_sources_alone(tmp_path):
    kernels = copy_of_package(tmp_path)
    assert digest_of(kernels) == fastsmote._kernels.cache.sources_digest()


@pytest.mark.parametrize("name", sorted(path.name for path in PACKAGE.glob("_kernels/*.py")))
def test_an_edit_of_any_kernel_file_changes_the_digest(tmp_path, name):
    kernels = copy_of_package(tmp_path)
    before = digest_of(kernels)
    with open(kernels / name, "a") as file:
        file.write("# edited\n")
    assert digest_of(kernels) != before


def test_a_new_kernel_file_changes_the_digest(tmp_path):
    kernels = copy_of_package(tmp_path)
    before = digest_of(kernels)
    (kernels / "new.py").touch()
    assert digest_of(kernels) != before


def run_python(code, folder, **environment):
    """Words printed by a program that runs in, and imports from, a folder."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


ANSWERS = {
    "constant": "answer = {}\n",
    **{
        name: f"from fastsmote._kernels.jit import {name}\n"
        f"@{name}\ndef answer():\n    return {{}}\n"
        for name in ("inlined", "outlined", "kernel")
    },
}


@needs_compiling
@pytest.mark.parametrize("name", ANSWERS)
def test_an_edit_in_another_file_makes_no_stale_kernel(tmp_path, name):
    kernels = copy_of_package(tmp_path)
    (kernels / "asker.py").write_text(
        "from fastsmote._kernels.jit import kernel\n"
        "from fastsmote._kernels.teller import answer\n"
        "@kernel\n"
        "def ask():\n"
        f"    return answer{'' if name == 'constant' else '()'}\n"
    )

    def run_with(value):
        (kernels / "teller.py").write_text(ANSWERS[name].format(value))
        return run_python(
            "from fastsmote._kernels.asker import ask; print(ask(), len(ask.stats.cache_hits))",
            tmp_path,
            NUMBA_CACHE_DIR=str(tmp_path / "cache"),
        )

    assert run_with(1) == ["1", "0"]
    assert run_with(1) == ["1", "1"]  # there is a cache, to be stale
    assert run_with(2) == ["2", "0"]


def test_importing_the_samplers_does_not_import_numba():
    modules = "fastsmote.combine, fastsmote.losses, fastsmote.neighbors"
    code = f"import sys, {modules}; print('numba' in sys.modules)"
    assert run_python(code, PACKAGE.parent) == ["False"]
