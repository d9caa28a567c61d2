"""Artists of matplotlib for kept, removed and new rows."""

import numpy as np

from fastsmote._decision.extras import import_extra

# Of Okabe and Ito: two of them differ for every kind of color vision. The first two, with the
# markers, also differ in gray.
CLASS_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
CLASS_MARKERS = ("o", "^", "s", "D", "v", "P", "h")
POINT_AREA = 20  # in square points
REMOVED_ALPHA, SEGMENT_ALPHA = 0.4, 0.3


def draw_rows(ax, classes, places, origins, most):
    """Draw the rows of each class.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    classes : ndarray of shape (n_classes,)
    places : Places
        Of the rows of X and of the output, with their labels.
    origins : Origins
    most : int
        The number of rows of a kind and class to draw at most.
    """
    is_kept = np.zeros(len(places.labels), bool)
    is_kept[origins.kept_rows] = True
    of_new = places.labels_resampled[origins.new_rows]
    for i, label in enumerate(classes):
        style = _Style(i, label)
        of_class = places.labels == label
        kept, removed = np.flatnonzero(of_class & is_kept), np.flatnonzero(of_class & ~is_kept)
        new = np.flatnonzero(of_new == label)  # places in `origins.new_rows`
        style.draw_kept(ax, places.of_X, kept, most)
        style.draw_new(ax, places.of_output[origins.new_rows], new, most)
        style.draw_removed(ax, places.of_X, removed, most)
        if origins.provenance is not None:
            _draw_segments(ax, places, origins, _some(new, most), style)


class Places:
    """The coordinates and labels of the rows of X and of the output."""

    def __init__(self, of_X, labels, of_output, labels_resampled):
        self.of_X, self.labels = of_X, labels
        self.of_output, self.labels_resampled = of_output, labels_resampled


class _Style:
    """The color, the marker and the name of a class."""

    def __init__(self, i, label):
        self.color = CLASS_COLORS[i % len(CLASS_COLORS)]
        self.marker = CLASS_MARKERS[(i + i // len(CLASS_COLORS)) % len(CLASS_MARKERS)]
        self.name = f"class {label}".replace("$", r"\$")  # "$" in a label is no formula

    def draw_kept(self, ax, places, rows, most):
        kind = {"c": self.color, "marker": self.marker, "linewidths": 0, "zorder": 2}
        _scatter(ax, places, rows, most, self.name, s=POINT_AREA, **kind)

    def draw_removed(self, ax, places, rows, most):
        kind = {"c": self.color, "marker": "x", "alpha": REMOVED_ALPHA, "zorder": 1}
        _scatter(ax, places, rows, most, f"{self.name}, removed", s=POINT_AREA, **kind)

    def draw_new(self, ax, places, rows, most):
        kind = {"facecolors": "white", "edgecolors": self.color, "marker": self.marker}
        name = f"{self.name}, new"
        _scatter(ax, places, rows, most, name, s=POINT_AREA, linewidths=0.8, zorder=3, **kind)


def _some(rows, most):
    """At most so many of the rows, evenly spaced, in order."""
    return rows if len(rows) <= most else rows[np.arange(most) * len(rows) // most]


def _scatter(ax, places, rows, most, name, **kind):
    """Draw rows, and say in the legend how many there are and how many are drawn."""
    if not len(rows):
        return
    drawn = places[_some(rows, most)]
    is_placed = ~np.isnan(drawn).any(axis=1)
    n_drawn, n_rows = int(is_placed.sum()), len(rows)
    count = f"{n_rows:,}" if n_drawn == n_rows else f"{n_drawn:,} of {n_rows:,} drawn"
    ax.scatter(*drawn[is_placed].T, label=f"{name} ({count})", **kind)


def _draw_segments(ax, places, origins, new, style):
    """Draw a line from the base row of each new row, through it, to its neighbor row."""
    if not len(new):
        return
    collections = import_extra("matplotlib.collections", "A picture")
    parents = origins.provenance
    ends = [places.of_X[rows[new]] for rows in (parents.base_rows, parents.neighbor_rows)]
    made = places.of_output[origins.new_rows[new]]
    lines = np.stack([ends[0], made, ends[1]], axis=1)
    lines = lines[~np.isnan(lines).any(axis=(1, 2))]
    kind = {"colors": style.color, "alpha": SEGMENT_ALPHA, "linewidths": 0.7, "zorder": 1.5}
    ax.add_collection(collections.LineCollection(lines, **kind))
