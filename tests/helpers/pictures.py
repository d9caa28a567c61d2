"""Tables for pictures of a resampling, and what the artists of a picture show."""

import numpy as np


def make_two_clouds(n_columns=2, n_rows=150):
    """Two classes that overlap, the second one with a fifth of the rows."""
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [n_rows - n_rows // 5, n_rows // 5])
    return rng.normal(size=(n_rows, n_columns)) + y[:, None], y


X2, Y2 = make_two_clouds()
X5, Y5 = make_two_clouds(5)


def points_of(ax):
    """{(class, kind): coordinates} of the points, where the kind is "", "new" or "removed"."""
    found = {}
    for collection in ax.collections:
        name = collection.get_label().rpartition(" (")[0]
        if name and not name.startswith("_"):
            label, _, kind = name.removeprefix("class ").partition(", ")
            found[label, kind] = np.asarray(collection.get_offsets())
    return found


def lines_of(ax):
    """The lines, of shape (n_new, 3, 2)."""
    lines = [c.get_segments() for c in ax.collections if hasattr(c, "get_segments")]
    return np.concatenate(lines) if lines else np.empty((0, 3, 2))


def legend_of(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def in_order(rows):
    """Rows in an order of their own, to compare sets of rows with repetitions."""
    return rows[np.lexsort(rows.T)]


def assert_points_are(got, expected):
    np.testing.assert_array_equal(in_order(got), in_order(np.asarray(expected)))
