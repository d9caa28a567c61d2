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


def facts_of(home, name, y, tables, on_engines):
    """Return {heading: cell} of a sampler. An empty cell means that it cannot take such input."""
    class_ = getattr(home, name)
    kinds = ("dense", "CSR", "CSC", "categories", "both")
    ran = {kind: _how_it_ran(_made(class_), tables[kind], y) for kind in kinds}
    takes = (ran["categories"] is not None, ran["both"] is not None)
    is_same = ran["CSR"] == ran["CSC"]
    sparse_cell = ran["CSR"] if is_same else f"CSR: {ran['CSR']}; CSC: {ran['CSC']}"
    takes_rules = "values" in inspect.signature(class_).parameters
    room = home.__name__.removeprefix("fastsmote.")
    facts = {
        "sampler": f"{{py:obj}}`{name} <{home.__name__}.{name}>`",
        "dense": ran["dense"] or ran["both"] or ran["categories"],
        "sparse (CSR, CSC)": sparse_cell,
        "categories": TAKES[takes],
        "missing values": _on_missing(class_, y, tables["missing" if ran["dense"] else "holes"]),
        "rules for values": "`values`" if takes_rules else None,
        "files": _on_files(f"{room}.{name}"),
    }
    return facts | {engine: "yes" if name in on else None for engine, on in on_engines.items()}


def rows_of_table(mocked=()):
    """Return the facts of every sampler, in the order of the modules.

    Parameters
    ----------
    mocked : sequence of str
        Packages that are not installed, without which an engine's room cannot be imported.
    """
    with mock(mocked):
        on_engines = {
            engine: importlib.import_module(f"fastsmote.{room}").__all__
            for engine, room in ENGINES.items()
        }
    y, tables = _tables()
    return [
        facts_of(home, name, y, tables, on_engines)
        for home in HOMES
        for name in sorted(home.__all__, key=str.lower)
    ]


class CompiledSamplers(SphinxDirective):
    """Write the table."""

    def run(self):
        """Return the nodes of the table."""
        self.env.note_reread()
        rows = rows_of_table(self.config.autodoc_mock_imports)
        lines = [[*rows[0]], ["---"] * len(rows[0])]
        lines += [[cell or "" for cell in row.values()] for row in rows]
        return parse_markdown(self, "".join(f"| {' | '.join(line)} |\n" for line in lines))


def setup(app):
    """Register the extension."""
    app.add_directive("compiled-samplers", CompiledSamplers)
    return {"parallel_read_safe": True}
