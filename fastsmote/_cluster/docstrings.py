"""The docstrings of the samplers of Spark and Ray: one text, with the words of each engine.

A class of these rooms has the first line of its docstring. `documented` adds the sections, so
`help` and Sphinx show them. The classes for dask have docstrings of their own.
"""

import inspect
from collections.abc import Callable
from importlib import import_module
from textwrap import fill, indent
from typing import NamedTuple, TypeVar

TEXT_WIDTH = 96
Class = TypeVar("Class", bound=type)

OVER = ["SMOTE", "BorderlineSMOTE", "ADASYN", "SMOTENC", "RandomOverSampler"]
COMBINED = ["SMOTEENN", "SMOTETomek"]
EXACT_COUNTS = ["RandomUnderSampler", "NearMiss"]
RESEEDED = ["BorderlineSMOTE", "ADASYN", "SMOTENC"]


class Words(NamedTuple):
    """What the docstrings say differently for each engine."""

    room: str  # "fastsmote.ray"
    survives: str  # what does not change the rows
    order: str  # the sentence on the order of the result
    gatherer: str  # who gathers rows in one place
    memory: str  # where the gathered rows must fit
    automatic: str  # what categorical_features="auto" means
    imported: str  # a line of code that imports the engine
    opened: str  # lines of code that make the table of the examples
    table: str  # its name
    counted: str  # a line of code that counts the classes of `out`
    closed: str  # a line of code after the result is written, if it reads a sorted table


# Parameters: a type and a text for each name, or for a sampler and a name.

OVER_STRATEGY = (
    "float, str or dict",
    "Which classes to over-sample, and up to how many rows, as in imbalanced-learn. A callable is "
    "an error.",
)
UNDER_STRATEGY = (
    "float, str or dict",
    "Which classes to under-sample, and down to how many rows, as in imbalanced-learn. A callable "
    "is an error.",
)
CLEANING_STRATEGY = (
    "str or list",
    'The classes whose rows may be removed, as in imbalanced-learn. "auto" means all classes '
    "except the minority. A callable is an error.",
)
SEED_TEXT = "The seed. With an int, every call returns the same rows."
PARAMETERS = {
    "random_state": ("int, RandomState instance or None", SEED_TEXT),
    "k_neighbors": ("int >= 1", "The number of neighbors that a row may be paired with."),
    "BorderlineSMOTE.k_neighbors": (
        "int >= 1",
        "The number of neighbors that a row in danger may be paired with.",
    ),
    "m_neighbors": (
        "int >= 1",
        "The number of nearest rows of any class that decide whether a row is in danger.",
    ),
    "kind": (
        '{"borderline-1", "borderline-2"}',
        '"borderline-1" pairs a row with neighbors of its own class, "borderline-2" with neighbors '
        "of any class.",
    ),
    "ADASYN.n_neighbors": (
        "int >= 1",
        "The number of nearest rows among which the share of other classes is measured, and the "
        "number of neighbors of its own class that a row may be paired with.",
    ),
    "NearMiss.n_neighbors": (
        "int >= 1",
        "The number of nearest minority rows whose distances are summed.",
    ),
    "n_neighbors": ("int >= 1", "The number of neighbors that vote on a row."),
    "kind_sel": (
        '{"all", "mode"}',
        'With "all", a row is kept if all of its neighbors belong to its class. With "mode", it is '
        "kept if its class is the most frequent among them; of several such classes, the lowest "
        "label wins.",
    ),
    "threshold_cleaning": (
        "float > 0",
        "The second step removes rows of a targeted class if it has more than this many times the "
        "rows of the minority.",
    ),
    "edited_nearest_neighbours": (
        "None",
        "Only None is supported: the first step is `EditedNearestNeighbours` with "
        '``kind_sel="mode"`` and the parameters of this class.',
    ),
    "version": ("{1}", "Only version 1 is supported."),
    "replacement": ("bool", "Whether a row may be drawn more than once."),
    "shrinkage": ("None", "Only None is supported: rows are repeated without noise."),
    "categorical_features": (
        '"auto" or array-like of str, int or bool',
        "The categorical features: names of columns, positions among the features, or a mask.",
    ),
    "smote": (
        "SMOTE",
        "A sampler of imbalanced-learn or `fastsmote.over_sampling`, not of a subclass. None means "
        "the `sampling_strategy`, `random_state` and `values` of this class.",
    ),
    "enn": (
        "EditedNearestNeighbours",
        "A sampler of imbalanced-learn or `fastsmote.under_sampling`, not of a subclass. None "
        'means ``sampling_strategy="all"``.',
    ),
    "tomek": (
        "TomekLinks",
        "A sampler of imbalanced-learn or `fastsmote.under_sampling`, not of a subclass. None "
        'means ``sampling_strategy="all"``.',
    ),
    "missing": (
        '{"error"}',
        'Only "error" is supported: a missing value is an error. Tables in memory may have missing '
        "values.",
    ),
    "values": (
        'dict, "infer" or None',
        "Rules for the values of new rows, as for `fastsmote.over_sampling.SMOTE`. A dict names "
        "features.",
    ),
    "RandomOverSampler.values": (
        'dict, "infer" or None',
        "As in memory, it has no effect without `shrinkage`.",
    ),
}

# Attributes

COUNTS = {
    "over": "The number of new rows of each class.",
    "about": "The requested number of new rows of each class.",
    "under": "The number of rows to keep of each targeted class.",
    "clean": "The keys are the targeted classes.",
}
MORE_ATTRIBUTES = {
    "SMOTENC": [
        ("categorical_features_ : ndarray of int", "The positions of the categorical features."),
        ("continuous_features_ : ndarray of int", "The positions of the numeric features."),
    ],
    "NeighbourhoodCleaningRule": [
        ("classes_to_clean_ : list", "The classes from which the second step removes rows."),
    ],
    "SMOTEENN": [
        ("smote_ : SMOTE", "The first step."),
        ("enn_ : EditedNearestNeighbours", "The second step."),
    ],
    "SMOTETomek": [
        ("smote_ : SMOTE", "The first step."),
        ("tomek_ : TomekLinks", "The second step."),
    ],
}

# Notes

GATHERED = {
    **dict.fromkeys([*OVER[:4], *COMBINED], "each class to over-sample"),
    "TomekLinks": "all classes except the largest",
    "NearMiss": "the smallest class",
}
BUCKETS = (
    "are exchanged into buckets of rows that are near each other. A task needs memory for two "
    "buckets, and 1 or 2 bytes for each row of the table."
)
MORE_NOTES = {
    "ADASYN": [
        "`fit_resample` raises ``RuntimeError`` if no neighbor is of another class, and "
        "``ValueError`` if every count of new rows rounds to zero."
    ],
    "SMOTENC": [
        "Categories may have any type whose values can be sorted; null is an error. {automatic} "
        "There is no `categorical_encoder`. The attributes that depend on values, such as "
        "`median_std_`, are not set.",
        "`fit_resample` raises ``ValueError`` if the numbers of a class hardly vary or vary too "
        "much: in that case the in-memory class runs imbalanced-learn's code.",
    ],
    "RandomOverSampler": [
        "Whole rows are repeated, with the values of all columns. Features may have any type; only "
        "the target is read for the draws."
    ],
    "RandomUnderSampler": [
        "Whole rows are kept. Features may have any type; only the target is read for the draws."
    ],
    "EditedNearestNeighbours": [f"All rows {BUCKETS}"],
    "NeighbourhoodCleaningRule": [f"All rows {BUCKETS}"],
    "SMOTEENN": [f"All rows, the new ones included, {BUCKETS}"],
    "SMOTETomek": [f"All rows, the new ones included, {BUCKETS}"],
}

# Examples: the rows of each class in the result

ROWS_OF_EXAMPLES = {
    "SMOTE": (20, 20),
    "BorderlineSMOTE": (20, 20),
    "ADASYN": (20, 21),
    "SMOTENC": (20, 20),
    "RandomOverSampler": (20, 20),
    "RandomUnderSampler": (10, 10),
    "NearMiss": (10, 10),
    "TomekLinks": (18, 10),
    "EditedNearestNeighbours": (14, 10),
    "NeighbourhoodCleaningRule": (14, 10),
    "SMOTEENN": (14, 13),
    "SMOTETomek": (18, 18),
}
TABLE = """\
>>> rows = [
...     (i, i * 37 % 101 / 10 + 8 * (i % 3 == 0), i % 5, int(i % 3 == 0)) for i in range(30)
... ]"""


def documented(words: Words) -> Callable[[Class], Class]:
    """Return a decorator that completes the docstring of a sampler of a room.

    Parameters
    ----------
    words : Words
        Those of the engine of the room.

    Returns
    -------
    decorator : callable
        It takes and returns a class whose docstring is one line.
    """

    def complete(cls: Class) -> Class:
        if cls.__doc__:  # it is None with python -OO
            sections = _sections_of(cls, words)
            cls.__doc__ = "\n\n".join([cls.__doc__, *(indent(s, "    ") for s in sections)])
            cls.__doc__ += "\n    "
        return cls

    return complete


def _sections_of(cls, words):
    """Yield the sections of the docstring of a class."""
    yield _titled("Parameters", *_parameters_of(cls))
    yield _titled("Attributes", *_attributes_of(cls.__name__))
    yield _titled("Notes", "\n\n".join(fill(text, TEXT_WIDTH) for text in _notes_of(cls, words)))
    references = _references_of(cls)
    if references:
        yield _titled("References", references)
    yield _titled("Examples", *_examples_of(cls, words))


def _titled(title, *lines):
    return "\n".join([title, "-" * len(title), *lines])


def _entry(name, text):
    return f"{name}\n{indent(fill(text, TEXT_WIDTH - 4), '    ')}"


def _parameters_of(cls):
    sampler = cls.__name__
    for name, parameter in inspect.signature(cls).parameters.items():
        known = {**PARAMETERS, "sampling_strategy": _strategy_of(sampler)}
        kind, text = known.get(f"{sampler}.{name}") or known[name]
        if name == "random_state" and sampler in RESEEDED:
            text += (
                " An instance is reseeded, because the number of draws is not known when "
                "`fit_resample` returns; its later draws are not those after the in-memory sampler."
            )
        default = parameter.default
        if default is not parameter.empty:
            shown = f'"{default}"' if isinstance(default, str) else repr(default)
            kind += f", default={shown}"
        yield _entry(f"{name} : {kind}", text)


def _strategy_of(sampler):
    if sampler in [*OVER, *COMBINED]:
        return OVER_STRATEGY
    return UNDER_STRATEGY if sampler in EXACT_COUNTS else CLEANING_STRATEGY


def _attributes_of(sampler):
    if sampler in COMBINED:
        yield _entry("sampling_strategy_ : object", "The parameter, as in imbalanced-learn.")
    else:
        kind = "under" if sampler in EXACT_COUNTS else "clean"
        if sampler in OVER:
            kind = "about" if sampler in ("BorderlineSMOTE", "ADASYN") else "over"
        yield _entry("sampling_strategy_ : dict", COUNTS[kind])
    for name, text in MORE_ATTRIBUTES.get(sampler, ()):
        yield _entry(name, text)
    yield _entry("n_features_in_ : int", "The number of features.")
    yield _entry(
        "feature_names_in_ : ndarray of shape (`n_features_in_`,)", "The names of the features."
    )


def _notes_of(cls, words):
    """Yield the paragraphs of the notes."""
    sampler = cls.__name__
    yield (
        f"The rows are those of `{cls._in_memory()}`, bit for bit, {words.survives}. That class "
        f"documents ties and the steps of the method. {words.order} `fit_resample` documents the "
        "errors."
    )
    if sampler in GATHERED:
        yield (
            f"{words.gatherer} gathers the rows of {GATHERED[sampler]}, so these rows must fit "
            f"into {words.memory}."
        )
    for text in MORE_NOTES.get(sampler, ()):
        yield text.replace("{automatic}", words.automatic)


def _references_of(cls):
    """Return the references of the class in memory."""
    room, _, name = cls._in_memory().rpartition(".")
    _, _, after = (inspect.getdoc(getattr(import_module(room), name)) or "").partition(
        "References\n----------\n"
    )
    return after.partition("\n\nExamples\n")[0]


def _examples_of(cls, words):
    """Yield the lines of the examples."""
    sampler = cls.__name__
    parameters = inspect.signature(cls).parameters
    arguments = ['["hour"]'] if "categorical_features" in parameters else []
    arguments += ["random_state=0"] if "random_state" in parameters else []
    yield words.imported
    yield f">>> from {words.room} import {sampler}"
    yield TABLE
    yield words.opened
    yield f">>> sampler = {sampler}({', '.join(arguments)})"
    yield f'>>> out = sampler.fit_resample({words.table}, "fraud", exclude=["id"], order_by="id")'
    yield words.counted
    yield repr([*ROWS_OF_EXAMPLES[sampler]])
    if words.closed and not getattr(cls, "_keeps_every_row", False):
        yield words.closed
