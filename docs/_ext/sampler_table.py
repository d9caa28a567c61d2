"""The table of `inputs.md`: how each sampler runs on each kind of input, found by running it."""

import importlib
import inspect
import logging
import warnings

import numpy as np
import pandas as pd
from scipy import sparse

from fastsmote import combine, over_sampling, under_sampling
from fastsmote._base import log
from fastsmote.offline._samplers import SEGMENTS

HOMES = (over_sampling, under_sampling, combine)
ENGINES = {"dask": "distributed", "Spark": "spark", "Ray": "ray"}
CLASSES_OF_FILES = {
    "smote": "SMOTE",
    "borderline-smote": "BorderlineSMOTE",
    "borderline-2": "BorderlineSMOTE",
    "adasyn": "ADASYN",
    "random-over": "RandomOverSampler",
    "random-under": "RandomUnderSampler",
    "smotenc": "SMOTENC",
    "tomek-links": "TomekLinks",
    "smote-tomek": "SMOTETomek",
    "enn": "EditedNearestNeighbours",
    "smote-enn": "SMOTEENN",
    "ncr": "NeighbourhoodCleaningRule",
    "nearmiss-1": "NearMiss",
}
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
        "numbers": X,
        "sparse": sparse.csr_matrix(np.where(X > 0, X, 0)),
        "categories": pd.DataFrame({"shop": shop, "size": sizes}),
        "both": mixed,
        "missing": holes,
        "missing, both": mixed.assign(**dict(zip("abcd", holes.T, strict=True))),
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


def _facts(class_, y, tables):
    """Return the cells of a sampler's row."""
    ran = {
        kind: _how_it_ran(_made(class_), tables[kind], y)
        for kind in ("numbers", "sparse", "categories", "both")
    }
    takes = (ran["categories"] is not None, ran["both"] is not None)
    cells = [ran["numbers"] or ran["both"] or ran["categories"], ran["sparse"], TAKES[takes]]
    parameters = inspect.signature(class_).parameters
    is_partial = "missing" in parameters
    table = tables["missing" if ran["numbers"] else "missing, both"]
    partial = {"missing": "partial"} if is_partial else {}
    if _how_it_ran(_made(class_, **partial), table, y) is None:
        cells.append(None)
    else:
        cells.append("`missing`" if is_partial else "yes")
    cells.append("`values`" if "values" in parameters else None)
    return cells


def write_tables():
    """Return the Markdown of the tables, by the name of their file.

    Raises
    ------
    ValueError
        If the command `resample` has a sampler that `CLASSES_OF_FILES` does not have.
    """
    if CLASSES_OF_FILES.keys() != SEGMENTS.keys():
        raise ValueError(f"CLASSES_OF_FILES lacks {SEGMENTS.keys() ^ CLASSES_OF_FILES.keys()}")
    y, tables = _tables()
    on_engines = {
        engine: importlib.import_module(f"fastsmote.{room}").__all__
        for engine, room in ENGINES.items()
    }
    heads = ["sampler", "numbers", "sparse", "categories", "missing values", "rules for values"]
    rows = [[*heads, "files", *ENGINES], ["---"] * (len(heads) + 4)]
    for home in HOMES:
        for name in home.__all__:
            facts = _facts(getattr(home, name), y, tables)
            facts.append("yes" if name in CLASSES_OF_FILES.values() else None)
            facts += ["yes" if name in names else None for names in on_engines.values()]
            link = f"[{name}](generated/{home.__name__}.{name}.rst)"
            rows.append([link, *(fact or "" for fact in facts)])
    text = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    return {"samplers.txt": text}
