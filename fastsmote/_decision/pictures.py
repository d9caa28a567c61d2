"""Figures of matplotlib, which is imported when a figure is drawn."""

import numpy as np

from fastsmote._decision.extras import import_extra
from fastsmote._decision.scores import GRID
from fastsmote._decision.strategies import BASELINE
from fastsmote._decision.verdict import best_of

# Two of them differ for every kind of color vision, and in gray.
TYPE_COLORS = ("#bbbbbb", "#66ccee", "#ccbb44", "#aa3377")
BAR_INCHES = 0.4
N_COLORED = 5  # strategies that get a color beside "none"; more could not be told apart
GRAY = "0.8"


def new_figure(size):
    """A figure of pyplot, which a notebook shows, of a size in inches.

    Raises
    ------
    ImportError
        If matplotlib is not installed; names the extra of fastsmote that installs it.
    """
    pyplot = import_extra("matplotlib.pyplot", "A picture")
    return pyplot.figure(figsize=size, layout="constrained")


def draw_types(class_names, type_names, shares, ax=None):
    """Draw a bar for each class, stacked from the shares of the types of its rows.

    Parameters
    ----------
    class_names : list of str, of length n_classes
        From top to bottom.
    type_names : sequence of str, of length 4
        From left to right.
    shares : ndarray of shape (n_classes, 4)
        The shares of each class, which sum to 1.
    ax : matplotlib.axes.Axes, default=None
        Where to draw. None means a new figure.

    Returns
    -------
    ax : matplotlib.axes.Axes
    """
    if ax is None:
        ax = new_figure((6.4, 1.2 + BAR_INCHES * len(class_names))).subplots()
    places = range(len(class_names))
    starts = shares.cumsum(axis=1) - shares
    for name, color, left, width in zip(type_names, TYPE_COLORS, starts.T, shares.T, strict=True):
        ax.barh(places, 100 * width, left=100 * left, color=color, label=name)
    ax.set_yticks(places, class_names, parse_math=False)  # "$" in a name is no formula
    ax.invert_yaxis()
    ax.set_xlim(0, 100)
    ax.set_xlabel("rows of the class (%)")
    ax.set_ylabel("class")
    ax.legend(ncols=len(type_names), loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False)
    return ax


def draw_comparison(results, curves, metric, positive):
    """Draw precision-recall curves, reliability curves and differences to "none".

    Parameters
    ----------
    results : Results
    curves : dict of str to list of Curves
        Of each strategy on each fold.
    metric : str
        The metric whose differences are drawn.
    positive : object
        The label of the class whose curves are drawn.

    Returns
    -------
    figure : matplotlib.figure.Figure
    """
    positive = str(positive).replace("$", r"\$")  # "$" in a label is no formula
    figure = new_figure((15, 5 + 0.12 * len(curves)))
    left, middle, right = figure.subplots(1, 3)
    colors = _colors(results, metric)
    _draw_precision(left, curves, colors, positive)
    _draw_reliability(middle, curves, colors, positive)
    _draw_differences(right, results, metric, colors)
    return figure


def _colors(results, metric):
    """{strategy: color} of "none", the best strategy, and others with the best means."""
    colored = list(dict.fromkeys([BASELINE, best_of(results)]))
    names = [name for name in results.scores if name not in colored]
    while names and len(colored) <= N_COLORED:
        colored.append(results.best_of(names, metric))
        names.remove(colored[-1])
    return {name: "black" if name == BASELINE else f"C{i}" for i, name in enumerate(colored)}


def _in_order(curves, colors):
    """Names with their style: gray ones first, so that they lie below."""
    for name in sorted(curves, key=lambda name: name in colors):
        is_gray = name not in colors
        style = {"color": colors.get(name, GRAY), "linewidth": 1 if is_gray else 1.8}
        yield name, {**style, "label": None if is_gray else name}


def _draw_precision(axes, curves, colors, positive):
    for name, style in _in_order(curves, colors):
        axes.plot(GRID, np.mean([fold.precision for fold in curves[name]], axis=0), **style)
    axes.set(
        xlabel=f"recall of class {positive}",
        ylabel="precision",
        title="Precision and recall, mean of the folds",
        xlim=(0, 1),
        ylim=(0, 1.02),
    )
    axes.legend(loc="best", fontsize="small")


def _draw_reliability(axes, curves, colors, positive):
    axes.plot([0, 1], [0, 1], color="0.5", linestyle=":", linewidth=1)
    for name, style in _in_order(curves, colors):
        folds = [fold for fold in curves[name] if len(fold.predicted)]
        n_bins = min((len(fold.predicted) for fold in folds), default=0)
        if n_bins:
            predicted = np.mean([fold.predicted[:n_bins] for fold in folds], axis=0)
            observed = np.mean([fold.observed[:n_bins] for fold in folds], axis=0)
            axes.plot(predicted, observed, marker=".", **style)
    axes.set(
        xlabel="mean predicted probability",
        ylabel=f"share of class {positive}",
        title="Reliability, in bins of equal size",
    )


def _draw_differences(axes, results, metric, colors):
    names = [name for name in results.scores if name != BASELINE][::-1]
    for place, name in enumerate(names):
        interval, color = results.difference(name, metric), colors.get(name, "0.5")
        if np.isfinite([interval.low, interval.high]).all():
            axes.plot([interval.low, interval.high], [place, place], color=color)
        axes.plot(interval.mean, place, "o", color=color)
    axes.axvline(0, color="black", linewidth=1)
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel=f"{metric}: difference to none", title="Differences, with 95 % intervals")
