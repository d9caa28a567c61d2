"""`fastsmote compare`: read a table, compare strategies for it, and show the result."""

import sys
from typing import Annotated, Optional

import numpy as np
import typer
from typer import Option

import fastsmote
from fastsmote._commands import tables
from fastsmote._commands.models import BOOSTING, MODELS, build_model
from fastsmote._decision.pages import paragraph
from fastsmote._decision.strategies import known_names
from fastsmote.offline._errors import OfflineError, first_line
from fastsmote.offline._exit import errors_as_status, run_app
from fastsmote.offline._options import read_names

MOST_OF_A_CATEGORY = 255  # different values, as HistGradientBoostingClassifier takes
LEAST_IMPORTANT = ("calibration_slope", "brier", "fit_seconds", "recall", "precision")
AS_OF_RESAMPLE = {"randomover": "RandomOverSampler", "randomunder": "RandomUnderSampler"}
# Optional[int], not int | None: the oldest supported typer cannot read the latter.
Count = Optional[int]  # noqa: UP045
Cost = Optional[float]  # noqa: UP045
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(name="compare")
def command(  # the command's parameters, one by one, are typer's interface
    src: tables.Source,
    target: tables.Target,
    model: Annotated[str, Option(help=", ".join(MODELS))] = BOOSTING,
    strategies: Annotated[
        str,
        Option(metavar="A,B", help="auto, or names such as tuned_threshold, class_weight, SMOTE, "
               "'SMOTE 1:3', 'SMOTE prior-corrected'."),
    ] = "auto",
    cv: Annotated[int, Option(help="Number of folds.")] = 5,
    beta: Annotated[float, Option(help="Weight of recall in F-beta.")] = 2.0,
    cost_fn: Annotated[
        Cost, Option(help="Cost of missing a row of the rarer class (false negative).",
                     show_default=False),
    ] = None,
    cost_fp: Annotated[
        Cost, Option(help="Cost of a false alarm (false positive).", show_default=False)
    ] = None,
    groups: Annotated[
        tables.OptionalText,
        Option(metavar="COLUMN", help="Column of groups; rows of one group stay in one fold.",
               show_default=False),
    ] = None,
    seed: Annotated[
        int, Option("--seed", "--random-state", help="Seed of the random number generator.")
    ] = 0,
    features: tables.Features = None,
    exclude: tables.Exclude = None,
    categorical: Annotated[
        tables.OptionalText,
        Option(metavar="A,B", help="Categorical features whose values are numbers or dates; "
               "columns of text always are."),
    ] = None,
    n_jobs: Annotated[
        Count, Option(help="Number of fits at a time; -1: one for each core. Default: 1.",
                      show_default=False),
    ] = None,
    delimiter: tables.Delimiter = None,
    no_header: tables.NoHeader = False,
    encoding: tables.Encoding = "utf8",
    html: tables.Html = None,
    as_json: tables.AsJson = False,
):  # fmt: skip
    """Compare strategies for imbalanced classes: samplers, class weights, thresholds, calibration.

    Every strategy is fitted on the same training folds and scored on test folds that are never
    resampled. The table must fit into memory.
    """
    with errors_as_status("fastsmote compare"):
        _check_values(model, cv, beta, n_jobs)
        cost, strategies = _read_cost(cost_fn, cost_fp), _read_strategies(strategies)
        tables.check_html(html)
        table = tables.read_table(
            src, target, groups, features=features, exclude=exclude, categorical=categorical,
            seed=seed, delimiter=delimiter, no_header=no_header, encoding=encoding,
        )  # fmt: skip
        _check_table(src, table, cost)
        plan = f"{tables.describe(src, table)}; {model}, {cv} folds, seed {seed}"
        print(plan, file=sys.stderr, flush=True)
        params = {"strategies": strategies, "cv": cv, "beta": beta, "cost": cost}
        params |= {"groups": table.groups, "n_jobs": n_jobs, "random_state": seed}
        comparison = _compare(model, table, params)
        if as_json:
            tables.print_json({"model": model, **_as_dict(table, comparison)})
        else:
            _show(comparison, beta)
        if html is not None:
            parts = [paragraph(plan), *comparison.html_parts()]
            tables.write_html(html, f"Comparison of strategies for {table.target}", parts)
        if not comparison.is_complete_:
            raise KeyboardInterrupt


def _check_values(model, cv, beta, n_jobs):
    if model not in MODELS:
        raise OfflineError(f"--model: must be one of {', '.join(MODELS)}. Got {model!r}.")
    if cv < 2:
        raise OfflineError(f"--cv: must be an integer of 2 or more. Got {cv}.")
    if not 0 < beta < np.inf:
        raise OfflineError(f"--beta: must be a finite number greater than 0. Got {beta}.")
    if n_jobs == 0:
        raise OfflineError("--n-jobs: must be a number of fits, or -1 for all cores. Got 0.")


def _read_cost(cost_fn, cost_fp):
    if cost_fn is None and cost_fp is None:
        return None
    if cost_fn is None or cost_fp is None:
        raise OfflineError("--cost-fn and --cost-fp: give both of them.")
    for option, value in {"--cost-fn": cost_fn, "--cost-fp": cost_fp}.items():
        if not 0 < value < np.inf:
            raise OfflineError(f"{option}: must be a finite number greater than 0. Got {value}.")
    return {"fn": cost_fn, "fp": cost_fp}


def _read_strategies(text):
    """Return "auto" or names of strategies, which may be written as `resample` writes them."""
    if text == "auto":
        return text
    known = {_letters(name): name for name in known_names()} | AS_OF_RESAMPLE
    names = []
    for name in filter(None, read_names(text)):
        base, *more = name.strip().split(" ", 1)
        names.append(" ".join([known.get(_letters(base), base), *more]))
    if not names:
        raise OfflineError(f"--strategies: must be auto or names. Got {text!r}.")
    return names


def _letters(name):
    return name.lower().replace("-", "").replace("_", "")


def _check_table(src, table, cost):
    """Raise for features that no model takes, and for a cost of more than two classes."""
    for name, type_ in table.others.items():
        raise OfflineError(
            f"{src}, column {name}: is {type_}. A feature must be a number or text: name the "
            "column in --exclude, or in --categorical."
        )
    for name in table.categories:
        tables.require("pandas", f"column {name}: text")
    for name, column in table.categories.items():
        n = len(column.chunk(0).dictionary)
        if n > MOST_OF_A_CATEGORY:
            raise OfflineError(
                f"{src}, column {name}: has {n:,} different values; a category may have "
                f"{MOST_OF_A_CATEGORY}. Name the column in --exclude."
            )
    if cost is not None and len(table.labels) > 2:
        raise OfflineError(
            f"--cost-fn: needs two classes. Column {table.target} has {len(table.labels)}."
        )


def _compare(model, table, params):
    X = table.frame() if table.categories else table.numbers
    estimator = build_model(model, table.number_names, list(table.categories))
    try:
        return fastsmote.compare(estimator, X, table.y, **params)
    except ValueError as error:
        raise OfflineError(first_line(error)) from error


def _as_dict(table, comparison):
    """The comparison as an object of JSON."""
    return {
        "rows": len(table.y),
        "classes": tables.counts_of(table),
        "target": table.target,
        "features": table.features,
        "seed": comparison.random_state_,
        "folds": len(comparison.folds_),
        "is_complete": comparison.is_complete_,
        "best": comparison.best_name_,
        "decisive_metric": comparison.decisive_metric_,
        "summary": comparison.summary(),
        "strategies": {
            name: {metric: comparison.statistics(name, metric) for metric in comparison.metrics_}
            for name in comparison.names_
        },
        "skipped": comparison.skipped_,
    }


def _show(comparison, beta):
    decisive = comparison.decisive_metric_
    shown = {
        "average_precision": "average precision",
        "f_beta": f"F{beta:g}",
        "precision": "precision",
        "recall": "recall",
        "expected_cost": "expected cost",
        "brier": "Brier score",
        "calibration_slope": "calibration slope",
        "fit_seconds": "seconds",
    }
    metrics = [metric for metric in shown if metric in comparison.metrics_]
    headers = ["strategy", *(shown[metric] for metric in metrics)]
    rows = []
    for name in comparison.names_:
        means = [float(np.mean(comparison.fold_scores_[name][metric])) for metric in metrics]
        interval = _interval(*comparison.difference(name, decisive))
        rows.append([name, *map(_number, means), "" if name == "none" else interval])
    headers.append(f"{shown[decisive]}: difference to none")
    best = comparison.names_.index(comparison.best_name_)
    optional = [shown[metric] for metric in LEAST_IMPORTANT if metric in metrics]
    tables.print_table(headers, rows, {best}, optional)
    print(f"\n{comparison.summary()}")
    if comparison.skipped_:
        print("\nNot run:")
    for name, reason in comparison.skipped_.items():
        print(f"  {name}: {first_line(reason)}")


def _number(value):
    if np.isnan(value):
        return "-"
    return f"{value:.3f}" if abs(value) < 1000 else f"{value:,.0f}"


def _interval(mean, low, high):
    return f"{mean:+.3f} [{low:+.3f}, {high:+.3f}]"


def run(arguments):
    """Run the command and return its exit status."""
    return run_app(app, arguments, "fastsmote compare")
