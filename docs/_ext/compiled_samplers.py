"""The directive `compiled-samplers`: how each sampler runs on each kind of input.

    ```{compiled-samplers}
    ```

The table is found by running every sampler on small tables and reading the log of fastsmote,
from the parameters of the classes, and from the names of the rooms of files and clusters.
"""

import importlib
import inspect
import logging
import warnings

import numpy as np
import pandas as pd
from docutils import nodes
from markdown_nodes import parse_markdown
from scipy import sparse
from sphinx.ext.autodoc.mock import mock
from sphinx.util.docutils import SphinxDirective

from fastsmote import combine, over_sampling, under_sampling
from fastsmote._base import log
from fastsmote.offline._options import SAME_ROWS_AS

HOMES = (over_sampling, under_sampling, combine)
ENGINES = {"dask": "distributed", "Spark": "spark", "Ray": "ray"}
# What the log says of a step, and what the table says of a sampler with such a step.
WORDS = {
    "imbalanced-learn's own code": "imbalanced-learn's code",
    "fastsmote's NumPy code": "NumPy",
    "compiled": "compiled",
}
# Whether it takes a table of categories only, and one of numbers and categories.
TAKES = {
    (False, False): None,
    (False, True): "beside numbers",
    (True, False): "only",
    (True, True): "yes",
}


class _Lines(logging.Handler):
    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


def _tables():
    """Small tables of two classes that overlap, by kind."""
    rng = np.random.RandomState(0)
    y = np.repeat([0, 1], [180, 60])
    X = rng.randn(240, 4) + y[:, None]
    shop = pd.Categorical(np.array(["north", "south", "west"])[rng.randint(3, size=240)])
    sizes = pd.Categorical(np.array(["small", "large"])[rng.randint(2, size=240)])
    mixed = pd.DataFrame(X, columns=[*"abcd"]).assign(shop=shop)
    holes = X.copy()
    holes[rng.uniform(size=X.shape) < 0.1] = np.nan
    return y, {
        "dense": X,
        "CSR": sparse.csr_matrix(np.where(X > 0, X, 0)),
        "CSC": sparse.csc_matrix(np.where(X > 0, X, 0)),
        "categories": pd.DataFrame({"shop": shop, "size": sizes}),
        "both": mixed,
        "missing": holes,
        "holes": mixed.assign(**dict(zip("abcd", holes.T, strict=True))),
    }


def _made(class_, **parameters):
    known = inspect.signature(class_).parameters
    if "random_state" in known:
        parameters["random_state"] = 0
    if class_.__name__ == "SMOTENC":
        parameters["categorical_features"] = "auto"
    return class_(**parameters)


def _how_it_ran(sampler, X, y):
    """Return how a call ran, in the words of `WORDS`, or None if it raised."""
    seen = _Lines()
    level = log.logger.level
    log.logger.addHandler(seen)
    log.logger.setLevel(logging.INFO)
    log._told.clear()  # each line is logged once in a process
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sampler.fit_resample(X, y)
    except (TypeError, ValueError):
        return None
    finally:
        log.logger.removeHandler(seen)
        log.logger.setLevel(level)
    steps = [line for line in seen.lines if " ran " in line]
    return next(word for said, word in WORDS.items() if any(f" ran {said}" in s for s in steps))


def _on_missing(class_, y, table):
    """Return how a sampler takes missing values: with its parameter, as they are, or not."""
    takes_parameter = "missing" in inspect.signature(class_).parameters
    parameters = {"missing": "partial"} if takes_parameter else {}
    if _how_it_ran(_made(class_, **parameters), table, y) is None:
        return None
    return "`missing`" if takes_parameter else "yes"


def _on_files(name):
    """Return the names by which `fastsmote resample` calls a class."""
    names = [file for file, path in SAME_ROWS_AS.items() if path.partition("(")[0] == name]
    return ", ".join(f"`{file}`" for file in names)


def _in_memory(class_, y, tables):
    """Return {heading: cell} of a sampler. An empty cell means that it refuses such input."""
    kinds = ("dense", "CSR", "CSC", "categories", "both")
    ran = {kind: _how_it_ran(_made(class_), tables[kind], y) for kind in kinds}
    takes = (ran["categories"] is not None, ran["both"] is not None)
    is_same = ran["CSR"] == ran["CSC"]
    return {
        "dense": ran["dense"] or ran["both"] or ran["categories"],
        "sparse (CSR, CSC)": ran["CSR"] if is_same else f"{ran['CSR']} (CSC: {ran['CSC']})",
        "categories": TAKES[takes],
        "missing values": _on_missing(class_, y, tables["missing" if ran["dense"] else "holes"]),
        "rules for values": "`values`" if "values" in inspect.signature(class_).parameters else "",
    }


def find_facts(mocked=()):
    """Return how each sampler runs in memory, and the names of those of files and clusters.

    Parameters
    ----------
    mocked : sequence of str
        Packages that are not installed, without which an engine's room cannot be imported.

    Returns
    -------
    in_memory, elsewhere : dict
        {"over_sampling.SMOTE": {heading: cell}}
    """
    with mock(mocked):
        rooms = {e: importlib.import_module(f"fastsmote.{room}") for e, room in ENGINES.items()}
    y, tables = _tables()
    in_memory, elsewhere = {}, {}
    for home in HOMES:
        for name in sorted(home.__all__, key=str.lower):
            path = f"{home.__name__.removeprefix('fastsmote.')}.{name}"
            in_memory[path] = _in_memory(getattr(home, name), y, tables)
            on_engines = {e: "yes" if name in room.__all__ else "" for e, room in rooms.items()}
            elsewhere[path] = {"files": _on_files(path), **on_engines}
    return in_memory, {path: facts for path, facts in elsewhere.items() if any(facts.values())}


def as_markdown(facts):
    """Return the facts of samplers as a table."""
    heads = ["sampler", *next(iter(facts.values()))]
    lines = [heads, ["---"] * len(heads)]
    for path, cells in facts.items():
        link = f"{{py:obj}}`{path.rpartition('.')[2]} <fastsmote.{path}>`"
        lines.append([link, *(cell or "" for cell in cells.values())])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


class CompiledSamplers(SphinxDirective):
    """Write two tables: the samplers in memory, and those of files and clusters."""

    def run(self):
        """Return the nodes of the tables."""
        self.env.note_reread()
        tables = map(as_markdown, find_facts(self.config.autodoc_mock_imports))
        parsed = parse_markdown(self, "\n".join(tables))
        return [nodes.container("", *parsed, classes=["compiled-samplers"])]


def setup(app):
    """Register the extension."""
    app.add_directive("compiled-samplers", CompiledSamplers)
    return {"parallel_read_safe": True}
