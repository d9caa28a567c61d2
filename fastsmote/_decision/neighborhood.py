"""What the neighborhood of the rows says: is there anything that a sampler can improve?"""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fastsmote._base.classes import encode_classes
from fastsmote._decision import pages
from fastsmote._decision.numeric_table import read_numeric_table
from fastsmote._decision.pictures import draw_types
from fastsmote._progress import shown
from fastsmote._rules.neighborhood import TYPES, judge_neighborhoods
from fastsmote._search.class_index import build_index
from fastsmote._threads import asking_once
from fastsmote._types import Array, ArrayLike, Floats, Int, Mask, Rows, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MANY_COPIES = 0.1  # as large a share of contradictory copies is the first thing to say
HALF = 0.5
SOURCE = (
    "This is a rule of thumb after the types of Napierala and Stefanowski (2016); "
    "fastsmote.compare tests it on this table."
)
TABLE_HEADERS = ["class", "rows", *TYPES, "in Tomek links", "contradictory copies"]


def neighborhood(X: Table, y: ArrayLike, k: Int = 5) -> Neighborhood:
    """Find out how many rows of each class are safe, borderline, rare or outliers.

    The type of a row depends on how many of its k nearest rows belong to its own class.

    Parameters
    ----------
    X : {array-like, dataframe, sparse matrix} of shape (n_rows, n_features)
        Finite numbers. A dataframe is pandas', polars' or pyarrow's. Distances are Euclidean, so
        features of different units should be standardized first. float32 is searched as it is;
        any other dtype is converted to float64.
    y : {array-like, series, dataframe} of shape (n_rows,) or (n_rows, 1)
        The class of each row. One-hot rows of shape (n_rows, n_classes) are taken too.
    k : int, 1 <= k < n_rows, default=5
        The number of nearest rows, of all classes and without the row itself.

    Returns
    -------
    found : Neighborhood
        The types, their counts for each class, Tomek links and contradictory copies.

    Raises
    ------
    TypeError
        If k is not an integer. For a dask collection or a polars LazyFrame.
    ValueError
        If k is less than 1, or not less than the number of rows; if y has only one class or does
        not hold classes; if X contains NaN or infinity, or columns that are not numbers; if the
        lengths of X and y differ.

    See Also
    --------
    fastsmote.under_sampling.TomekLinks : Removes the rows that are ends of Tomek links.

    Notes
    -----
    Let p be the share of the k nearest rows that belong to the row's own class. The row is

    - safe if p > 0.7,
    - borderline if 0.3 < p <= 0.7,
    - rare if 0.1 < p <= 0.3,
    - an outlier if p <= 0.1.

    For k=5 these are the numbers of the paper: 5 or 4 own rows are safe, 3 or 2 borderline, 1 is
    rare, 0 is an outlier. The paper labels the rows of the minority class only. It also calls a
    row with 1 of 5 borderline if the one own neighbor has itself two or more own neighbors, and
    it uses a distance for mixed features. Here every class is labeled, by counts alone.

    A row is in a Tomek link if it and a row of another class are nearest to each other, as for
    `TomekLinks`. A row is a contradictory copy if a row with exactly the same features has
    another label.

    Of rows at the same distance, the lower row number is nearer. The result is the same for any
    number of threads, which `fastsmote.threads` sets. X is not modified.

    Most rows are proved to be safe without a search for their k nearest rows: enough rows of
    their class come before the nearest row of another class. Time and memory are those of
    `EditedNearestNeighbours` and `TomekLinks`. A sparse X is searched without a dense copy
    unless the copy is small. This takes longer, because all rows are then searched.

    References
    ----------
    K. Napierala, J. Stefanowski, "Types of minority class examples and their influence on
    learning classifiers from imbalanced data", Journal of Intelligent Information Systems 46,
    563-597, 2016.

    Examples
    --------
    >>> import numpy as np
    >>> import fastsmote
    >>> X = np.array([[0.0], [1.0], [2.0], [3.0], [4.0], [5.0], [5.1], [9.0], [10.0]])
    >>> y = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1])
    >>> found = fastsmote.neighborhood(X, y, k=3)
    >>> found.counts_.tolist()
    [[4, 2, 0, 0], [0, 2, 0, 1]]
    >>> np.array(found.types_)[found.labels_[6:]].tolist()
    ['outlier', 'borderline', 'borderline']
    """
    with shown("neighborhood"), asking_once():
        X, y = read_numeric_table(X, y, "neighborhood")
        classes, codes, class_rows = encode_classes(y)
        if len(classes) < 2:
            raise ValueError(
                f"y has only one class, {classes.tolist()[0]!r}. A neighborhood compares classes, "
                "so y must have at least two."
            )
        _check_k(k, len(y))
        index = build_index(X, class_rows)
        return Neighborhood(classes, codes, int(k), judge_neighborhoods(index, codes, int(k)))


class Neighborhood:
    """How the rows of each class lie among the rows of all classes; made by `neighborhood`.

    ``str()`` of it, or `summary`, is a table of the shares and a sentence on the samplers that
    fit. A notebook shows the same as HTML.

    Attributes
    ----------
    labels_ : ndarray of shape (n_rows,), int8
        The type of each row, as a place in `types_`.
    types_ : tuple of str
        ``("safe", "borderline", "rare", "outlier")``. ``np.array(types_)[labels_]`` are names.
    is_link_end_ : ndarray of shape (n_rows,), bool
        Whether each row is an end of a Tomek link.
    is_contradicted_ : ndarray of shape (n_rows,), bool
        Whether a row with the same features as each row has another label.
    classes_ : ndarray of shape (n_classes,)
        The labels of y in sorted order.
    n_rows_ : ndarray of shape (n_classes,), int64
        The number of rows of each class.
    counts_ : ndarray of shape (n_classes, 4), int64
        The number of rows of each class and type.
    shares_ : ndarray of shape (n_classes, 4), float64
        `counts_` divided by the number of rows of the class.
    link_shares_ : ndarray of shape (n_classes,), float64
        The share of rows in Tomek links.
    copy_shares_ : ndarray of shape (n_classes,), float64
        The share of contradictory copies.
    k_ : int
        The number of nearest rows.

    Examples
    --------
    >>> import numpy as np
    >>> import fastsmote
    >>> X = np.arange(12.0)[:, None]
    >>> found = fastsmote.neighborhood(X, np.repeat(["a", "b"], [8, 4]), k=3)
    >>> found.shares_.round(2).tolist()
    [[0.88, 0.12, 0.0, 0.0], [0.5, 0.5, 0.0, 0.0]]
    >>> found.link_shares_.tolist()
    [0.0, 0.0]
    """

    types_: tuple[str, ...] = TYPES
    labels_: NDArray[np.int8]
    is_link_end_: Mask
    is_contradicted_: Mask
    classes_: Array
    n_rows_: Rows
    counts_: Rows
    shares_: Floats
    link_shares_: Floats
    copy_shares_: Floats
    k_: int

    def __init__(
        self, classes: Array, codes: Rows, k: int, found: tuple[NDArray[np.int8], Mask, Mask]
    ) -> None:
        n_classes, n_types = len(classes), len(TYPES)
        self.classes_, self.k_ = classes, k
        self.labels_, self.is_link_end_, self.is_contradicted_ = found
        counts = np.bincount(codes * n_types + self.labels_, minlength=n_classes * n_types)
        self.counts_ = counts.reshape(n_classes, n_types)
        self.n_rows_ = self.counts_.sum(axis=1)
        self.shares_ = self.counts_ / self.n_rows_[:, None]
        self.link_shares_ = _shares_of(self.is_link_end_, codes, self.n_rows_)
        self.copy_shares_ = _shares_of(self.is_contradicted_, codes, self.n_rows_)

    def __repr__(self) -> str:
        return f"<Neighborhood of {len(self.labels_):,} rows, k={self.k_}>"

    def __str__(self) -> str:
        return self.summary()

    def _repr_html_(self):
        title = f"Neighborhood of {len(self.labels_):,} rows, k={self.k_}"
        table = pages.table(TABLE_HEADERS, self._lines())
        return pages.fragment([pages.paragraph(title), table, pages.paragraph(self.advice())])

    def summary(self) -> str:
        """Return the shares of each class as a table of text, and the advice.

        Returns
        -------
        text : str
            A line for each class, and the `advice`.

        Examples
        --------
        >>> import numpy as np
        >>> import fastsmote
        >>> X = np.array([[0.0], [1.0], [2.0], [3.0], [4.0], [5.0], [5.1], [9.0], [10.0]])
        >>> y = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1])
        >>> found = fastsmote.neighborhood(X, y, k=3)
        >>> print(found.summary())
        class  rows   safe  borderline  rare  outlier  in Tomek links  contradictory copies
        0         6  66.7%       33.3%  0.0%     0.0%           16.7%                  0.0%
        1         3   0.0%       66.7%  0.0%    33.3%           33.3%                  0.0%
        <BLANKLINE>
        66.7% of the minority's rows are borderline: BorderlineSMOTE or ADASYN may help, or cleaning
        by Tomek links or ENN after SMOTE (SMOTETomek, SMOTEENN). This is a rule of thumb...
        """
        lines = [TABLE_HEADERS, *self._lines()]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        rows = []
        for name, *cells in lines:
            aligned = [cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True)]
            rows.append("  ".join([name.ljust(widths[0]), *aligned]))
        return "\n".join([*rows, "", self.advice()])

    def advice(self) -> str:
        """Return a sentence on the samplers that fit the minority, and its source.

        The minority is every class but the largest, or every class if all have the same number
        of rows.

        Returns
        -------
        text : str
            By the first condition that holds: at least a tenth of the minority's rows are
            contradictory copies; half of them are safe; half of them are rare or outliers;
            more of them are borderline than safe or rare and outliers; otherwise, they are mixed.

        Examples
        --------
        >>> import numpy as np
        >>> import fastsmote
        >>> X = np.array([[0.0], [1.0], [2.0], [3.0], [4.0], [5.0], [5.1], [9.0], [10.0]])
        >>> y = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1])
        >>> found = fastsmote.neighborhood(X, y, k=3)
        >>> print(found.advice())
        66.7% of the minority's rows are borderline: BorderlineSMOTE or ADASYN may help, or cleaning
        by Tomek links or ENN after SMOTE (SMOTETomek, SMOTEENN). This is a rule of thumb...
        """
        is_minority = self.n_rows_ < self.n_rows_.max()
        if not is_minority.any():
            is_minority[:] = True
        n_rows = self.n_rows_[is_minority]
        safe, borderline, rare, outlier = self.counts_[is_minority].sum(axis=0) / n_rows.sum()
        copies = (self.copy_shares_[is_minority] * n_rows).sum() / n_rows.sum()
        return f"{_sentence(copies, safe, borderline, rare + outlier)} {SOURCE}"

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw a bar for each class, stacked from the shares of the types of its rows.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Where to draw. None means a new figure of pyplot.

        Returns
        -------
        ax : matplotlib.axes.Axes
            Where the bars are.

        Raises
        ------
        ImportError
            If matplotlib is not installed; names the extra of fastsmote that installs it.

        Examples
        --------
        >>> import numpy as np
        >>> import fastsmote
        >>> X = np.array([[0.0], [1.0], [2.0], [3.0], [4.0], [5.0], [5.1], [9.0], [10.0]])
        >>> y = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1])
        >>> found = fastsmote.neighborhood(X, y, k=3)
        >>> ax = found.plot()
        >>> [text.get_text() for text in ax.get_legend().get_texts()]
        ['safe', 'borderline', 'rare', 'outlier']
        """
        return draw_types([str(label) for label in self.classes_], TYPES, self.shares_, ax)

    def _lines(self):
        """The cells of the table: a line for each class."""
        shares = np.column_stack([self.shares_, self.link_shares_, self.copy_shares_])
        return [
            [str(label), f"{n_rows:,}", *map(_percent, of_class)]
            for label, n_rows, of_class in zip(self.classes_, self.n_rows_, shares, strict=True)
        ]


def _check_k(k, n_rows):
    """Raise if there are no k nearest rows."""
    if isinstance(k, bool) or not isinstance(k, Integral):
        raise TypeError(f"k must be an integer. Got {k!r}, a {type(k).__name__}, instead.")
    if not 1 <= k < n_rows:
        raise ValueError(
            f"k must be an integer from 1 to {n_rows - 1}, because X has {n_rows} rows and a row "
            f"is not its own neighbor. Got {k} instead."
        )


def _shares_of(mask, codes, n_rows):
    """The share of the rows of each class for which a mask is true."""
    return np.bincount(codes[mask], minlength=len(n_rows)) / n_rows


def _percent(share):
    """Write a share with one decimal; only 0 is written as 0, and only 1 as 100."""
    if 0.0 < share < 0.0005:
        return "<0.1%"
    if 0.9995 <= share < 1.0:
        return ">99.9%"
    return f"{share:.1%}"


def _sentence(copies, safe, borderline, rare):
    """The sentence on the samplers that fit, from shares of the rows of the minority."""
    if copies >= MANY_COPIES:
        return (
            f"{_percent(copies)} of the minority's rows have an exact copy with another label: "
            "no sampler can tell these apart, but more features might."
        )
    if safe >= HALF:
        return (
            f"{_percent(safe)} of the minority's rows are safe: random over- or under-sampling or "
            "SMOTE is probably enough, and resampling may not be needed."
        )
    if rare >= HALF:
        return (
            f"{_percent(rare)} of the minority's rows are rare or outliers: SMOTE would make rows "
            "among other classes and cleaning would remove the minority, so try class weights or "
            "a tuned threshold first."
        )
    if borderline < max(safe, rare):
        return (
            f"{_percent(safe)} of the minority's rows are safe, {_percent(borderline)} borderline, "
            f"and {_percent(rare)} rare or outliers: no family of samplers fits all of them."
        )
    return (
        f"{_percent(borderline)} of the minority's rows are borderline: BorderlineSMOTE or ADASYN "
        "may help, or cleaning by Tomek links or ENN after SMOTE (SMOTETomek, SMOTEENN)."
    )
