"""What the command of the differential test is called with.

A new option is an entry in `draw_options`; one that the in-memory sampler does not have needs
its part in offline_expected.py.
"""

import fnmatch
import json

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from helpers.offline.csv import is_csv

CLEANED = ("smote-tomek", "smote-enn")  # over-samplers that also remove rows
MAKE_ROWS = ("smote", "borderline-smote", "borderline-2", "adasyn", "smotenc", *CLEANED)
OVER = (*MAKE_ROWS, "random-over")
CLEAN = ("tomek-links", "enn", "ncr")
TAKE_MISSING = (*MAKE_ROWS, "tomek-links", "enn")
DRAW_ROWS = ("random-over", "random-under")  # whole rows, whatever the columns hold
SAMPLERS = [*OVER, "smote", "random-under", "nearmiss-1", *CLEAN]

STRATEGIES = {
    "over": ["auto", "auto", "auto", "minority", "not majority", "all", 0.9, 1.0, "counts"],
    "under": ["auto", "auto", "majority", "not minority", "all", 0.9, 1.0, "counts"],
    "clean": ["auto", "auto", "all", "majority", "not minority", "labels", 0.5],
}
ALIASES = {"strategy": "sampling-strategy", "seed": "random-state"}
FLAG = "is new"
MAY_BE = {True: ["partial"], False: []}  # beside "error"
RULES = ["integer", "nonnegative", (-1, 3), (None, 2), [0, 2, 5]]


def _draw_strategy(draw, sampler, labels):
    kind = "over" if sampler in OVER else "clean" if sampler in CLEAN else "under"
    strategy = draw(st.sampled_from(STRATEGIES[kind]))
    classes, counts = np.unique(labels, return_counts=True)
    if strategy == "labels":
        return [label for label in classes.tolist() if draw(st.booleans())]
    if strategy == "counts":
        more = st.sampled_from([0, 1, 5, 40] if kind == "over" else [0, -1, -2])
        wanted = zip(classes.tolist(), counts.tolist(), strict=True)
        return {label: max(0, count + draw(more)) for label, count in wanted if draw(st.booleans())}
    return strategy


def _draw_features(draw, columns, sampler):
    """--exclude or --features, or nothing where every column is a feature."""
    features = [column.name for column in columns if column.role == "feature"]
    others = [column.name for column in columns if column.role == "other"]
    ways = ["exclude"] * 3 + ["features"] * 2 + (["neither"] * 3 if not others else [])
    way = draw(st.sampled_from(["neither", "exclude"] if sampler in DRAW_ROWS else ways))
    if way == "features":
        return {"features": draw(st.permutations(features))}
    return {"exclude": draw(st.permutations(others))} if way == "exclude" and others else {}


def _draw_values(draw, columns, sampler):
    """--values: nothing, infer, or rules for some features."""
    way = draw(
        st.sampled_from(["none"] * 3 + ["infer", "rules"] if sampler in MAKE_ROWS else ["none"])
    )
    if way != "rules":
        return None if way == "none" else way
    rules = {}
    for column in columns:
        if column.role == "feature" and column.values is not None and draw(st.booleans()):
            known = RULES[:-1] if pa.types.is_boolean(column.values.type) else RULES
            rules[column.name] = draw(st.sampled_from(known))
    return rules or None


def draw_options(draw, columns, sampler, dst):
    """What the command is called with; the in-memory sampler takes some of the same."""
    target = next(column for column in columns if column.role == "target")
    seldom = st.sampled_from([False] * 4 + [True])
    options = {
        "strategy": _draw_strategy(draw, sampler, target.values.to_pylist()),
        "k_neighbors": draw(st.integers(1, 5)),
        "m_neighbors": draw(st.integers(1, 10)),
        "seed": draw(st.sampled_from([0, 1, 2**32 - 1])),
        "dtype": draw(st.sampled_from(["file"] * 4 + ["float64", "float32"])),
        "batch_rows": draw(st.sampled_from([1, 3, 7, 16, None, 1000])),
        "part_rows": draw(st.sampled_from([None, None, 1000, 30, 11])),
        "threads": draw(st.sampled_from([None, 1, 2])),
        "only_synthetic": sampler in OVER and draw(seldom),
        "missing": draw(st.sampled_from(["error", *MAY_BE[sampler in TAKE_MISSING]])),
        "values": _draw_values(draw, columns, sampler),
        "provenance": draw(seldom),
        "shuffle": draw(seldom),
        "flag": FLAG if sampler in OVER and draw(seldom) else None,
        "check": draw(seldom),
        **_draw_features(draw, columns, sampler),
    }
    if dst == "out" and draw(st.booleans()):
        options["partition_by"] = _draw_partitions(draw, columns, options)
    if sampler in ("enn", "smote-enn", "ncr", "nearmiss-1"):
        options["n_neighbors"] = draw(st.sampled_from([None, 1, 2, 3, 4]))
    if sampler in ("enn", "smote-enn"):
        options["kind_sel"] = draw(st.sampled_from([None, "all", "mode"]))
    if sampler == "ncr":
        options["threshold_cleaning"] = draw(st.sampled_from([None, 0.1, 1.0, 1.5]))
    if sampler == "smotenc":
        options["categorical"] = [column.name for column in columns if column.role == "category"]
    return options


def _draw_partitions(draw, columns, options):
    names = [column.name for column in columns] + ([FLAG] if options["flag"] else [])
    n_keys = min(draw(st.sampled_from([1, 1, 2])), len(names) - 1)
    return draw(st.permutations(names))[:n_keys]


def draw_patterns(draw, names, options):
    """{a name in --exclude or --features: the pattern that is given for it}."""
    patterns = {}
    for name in [*options.get("exclude", []), *options.get("features", [])]:
        meant = options.get("exclude", [name])
        pattern = draw(st.sampled_from([name, f"{name[:1]}*", f"*{name[-1]}", f"{name[:-1]}?"]))
        found = fnmatch.filter(names, pattern)
        if name in found and set(found) <= set(meant):
            patterns[name] = pattern
    return patterns


# The command line


def as_json(strategy, given, target):
    """A strategy on the command line; the keys of counts are the labels in the file."""
    if isinstance(strategy, dict) and given is not None:
        labels = {label: label for label in given.table.column(target).to_pylist()}
        strategy = {str(labels[label]): n_rows for label, n_rows in strategy.items()}
    return strategy if isinstance(strategy, str) else json.dumps(strategy)


def _of_csv(case):
    how = case.csv
    if case.format != "csv" and not is_csv(case.dst):
        return []
    arguments = ["--no-header"] if how["no_header"] else []
    if how["delimiter"]:
        arguments += ["--delimiter", {"\t": "tab"}.get(how["delimiter"], how["delimiter"])]
    return arguments + (["--encoding", how["encoding"]] if how["encoding"] != "utf8" else [])


def _rules_of(values):
    texts = [values] if isinstance(values, str) else []
    for name, rule in values.items() if isinstance(values, dict) else ():
        if isinstance(rule, tuple):
            rule = ":".join("" if end is None else str(end) for end in rule)
        elif isinstance(rule, list):
            rule = ",".join(map(str, rule))
        texts.append(f"{name}={rule}")
    return [argument for text in texts for argument in ("--values", text)]


def arguments_of(case, given, src, dst):
    """The command line of a case."""
    options = {**case.options, "strategy": as_json(case.options["strategy"], given, case.target)}
    for name in ("exclude", "features"):
        if name in options:
            options[name] = [case.patterns.get(column, column) for column in options[name]]
    kind = case.fault.kind if case.fault is not None else None
    if kind in ("unknown exclude", "unknown features"):
        name = kind.removeprefix("unknown ")
        options.pop({"exclude": "features", "features": "exclude"}[name], None)
        options[name] = [*options.get(name, []), "unknown"]
    target = "unknown" if kind == "unknown target" else case.target
    target += ".npy" if case.format == "npy" else ""
    arguments = ["resample", str(src), str(dst), "--target", target, "--sampler", case.sampler]
    for name, value in options.items():
        if name == "values":
            arguments += _rules_of(value)
            continue
        option = "--" + (ALIASES.get(name, name) if case.has_aliases else name).replace("_", "-")
        if value is True:
            arguments.append(option)
        elif isinstance(value, list):
            arguments += [option, ",".join(value)]
        elif value is not None and value is not False:
            arguments += [option, str(value)]
    return [*arguments, *_of_csv(case), "--quiet", "--json"]
