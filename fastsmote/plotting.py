"""Pictures of what a sampler does. matplotlib is imported when a picture is drawn."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import clone

from fastsmote._base.checks import is_dask
from fastsmote._decision.labels import read_labels
from fastsmote._decision.pictures import new_figure
from fastsmote._plotting.coordinates import Plane, Table
from fastsmote._plotting.drawing import Places, draw_rows
from fastsmote._plotting.origins import find_origins

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_resampling"]

FIGURE_INCHES = (6.4, 4.8)


def plot_resampling(
    sampler: Any,
    X: Any,
    y: Any,
    *,
    columns: tuple[str | int, str | int] | None = None,
    max_rows: int = 2_000,
    legend: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Resample a table, and draw the rows that are kept, removed and new.

    A filled point is a row of X that is kept. A faint cross is a row that is removed. A hollow
    point is a new row, and a line joins it to its base row and its neighbor row. Each class has
    a color and a marker.

    Parameters
    ----------
    sampler : sampler
        Any sampler of fastsmote or imbalanced-learn. It is cloned, and the clone resamples once,
        so `sampler` itself does not change.
    X : {array-like, dataframe, sparse matrix} of shape (n_rows, n_features)
        What `sampler` accepts, in memory. A dataframe is pandas', polars' or pyarrow's.
    y : {array-like, series, dataframe} of shape (n_rows,) or (n_rows, 1)
        The class of each row. One-hot rows of shape (n_rows, n_classes) are taken too.
    columns : two of str or int, default=None
        The columns that are drawn, by name or column number. With None, all columns of numbers
        are drawn that are not categories of `SMOTENC`: two of them as they are, and more as
        their first two principal components. A column number names a column of a dataframe
        whose columns do not have that name.
    max_rows : int >= 1, default=2000
        Of each class, at most so many kept, removed and new rows are drawn, evenly spaced in
        the order of the rows. The legend says how many there are.
    legend : bool, default=True
        Whether to draw the legend.
    ax : matplotlib.axes.Axes, default=None
        Where to draw. None means a new figure.

    Returns
    -------
    ax : matplotlib.axes.Axes
        Where the rows are drawn.

    Raises
    ------
    TypeError
        If `sampler` has no `fit_resample`; if `max_rows` is not an integer; if `columns` is not
        a sequence; for a dask collection or a polars LazyFrame. And as raised by the sampler.
    ValueError
        If it is not known which rows of X the sampler keeps, with the reason; if X has fewer
        than two columns of numbers to draw; if `columns` does not name two different columns of
        numbers; if `max_rows` is less than 1; if more than two columns would be drawn and a
        value is missing. And as raised by the sampler.
    ImportError
        If matplotlib is not installed; names the extra of fastsmote that installs it.

    See Also
    --------
    fastsmote.neighborhood : The types of the rows: safe, borderline, rare or outlier.
    fastsmote.resample_like : Where each row comes from, for data beside X.

    Notes
    -----
    **Projection.** The principal components are those of the rows of X, not of the new rows.
    The columns are not standardized, because the samplers measure distances in X as it is: a
    column of large numbers fills the picture as it decides who is whose neighbor. The axes say
    which share of the variance they show. The projection is linear, so a new row that lies
    between its parents also lies between them in the picture.

    **What is known.** The samplers of fastsmote say where each row comes from. Of a sampler of
    imbalanced-learn, the parents of new rows are not known, so no lines are drawn, except for
    `RandomOverSampler`. Its `SMOTEENN` and `SMOTETomek` do not say which rows they keep, which
    is an error. The centroids of `ClusterCentroids` are drawn as new rows without lines, and all
    rows of their class as removed. New rows that a combined sampler makes and then removes are
    not drawn.

    **Missing values.** A row without a value in one of the two columns is not drawn. The legend
    counts the rows that are drawn.

    The same `random_state` gives the same picture. Under `numpy.random.RandomState` instances,
    the clone has a copy of the generator, so the generator of `sampler` does not advance.

    Time and memory are those of the sampler. A projection also takes those of
    `sklearn.decomposition.PCA`.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from fastsmote.over_sampling import SMOTE
    >>> from fastsmote.plotting import plot_resampling
    >>> X, y = make_classification(200, weights=[0.9], flip_y=0, random_state=0)
    >>> ax = plot_resampling(SMOTE(random_state=0), X, y)
    >>> ax.get_xlabel()
    'principal component 1 (17 %)'
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['class 0 (181)', 'class 1 (19)', 'class 1, new (162)']
    """
    _check(sampler, X, y, max_rows)
    table = Table(X)
    chosen = None if columns is None else table.find(columns)
    fitted = clone(sampler)
    X_resampled, y_resampled = fitted.fit_resample(X, y)
    if chosen is None:
        chosen = _columns_to_draw(fitted, table)
    plane = Plane(table, chosen)
    labels, made = read_labels(y), Table(X_resampled)
    places = Places(plane.place(table), labels, plane.place(made), read_labels(y_resampled))

    def starts_with_X():
        n_rows = len(labels)
        return np.array_equal(places.labels_resampled[:n_rows], labels) and np.allclose(
            places.of_output[:n_rows], places.of_X, rtol=1e-6, equal_nan=True
        )

    origins = find_origins(fitted, labels, places.labels_resampled, starts_with_X)
    if ax is None:
        ax = new_figure(FIGURE_INCHES).subplots()
    draw_rows(ax, np.unique(labels), places, origins, max_rows)
    ax.set_xlabel(plane.labels[0], parse_math=False)
    ax.set_ylabel(plane.labels[1], parse_math=False)
    if legend:
        ax.legend(fontsize="small")
    return ax


def _check(sampler, X, y, max_rows):
    if isinstance(sampler, type) or not hasattr(sampler, "fit_resample"):
        raise TypeError(f"sampler must be a sampler, with fit_resample. Got {sampler!r}.")
    for name, data in (("X", X), ("y", y)):
        if is_dask(data):
            raise TypeError(f"{name} is a dask collection. Pass {name}.compute() instead.")
    if isinstance(max_rows, bool) or not isinstance(max_rows, Integral):
        raise TypeError(f"max_rows must be an integer. Got {max_rows!r}.")
    if max_rows < 1:
        raise ValueError(f"max_rows must be at least 1. Got {max_rows}.")


def _columns_to_draw(sampler, table):
    """The columns of numbers without the categories of a fitted sampler."""
    categories = getattr(sampler, "categorical_features_", None)
    categories = set() if categories is None else set(map(int, categories))
    columns = [column for column in table.numeric if column not in categories]
    if len(columns) < 2:
        n_columns = "one column" if columns else "no columns"
        raise ValueError(
            f"X has {n_columns} of numbers that are not categories. A picture needs two: "
            "pass columns=(a, b), which may name categories that are stored as numbers."
        )
    return columns
