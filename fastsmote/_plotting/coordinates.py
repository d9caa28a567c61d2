"""Two numbers for each row of a table: two of its columns, or their principal components."""

from numbers import Integral, Real

import numpy as np
from scipy import sparse
from sklearn.decomposition import PCA

from fastsmote._base.dataframes import as_frame, is_number, unwrapped
from fastsmote._base.nulls import column_to_numpy
from fastsmote._decision.inputs import check_names


class Table:
    """The columns of X, of which those of numbers can be drawn.

    Attributes
    ----------
    names : list
        The names of the columns of a dataframe, or the column numbers.
    is_named : bool
        Whether X is a dataframe.
    numeric : list of int
        The column numbers of the columns of numbers.
    """

    def __init__(self, X):
        X = unwrapped(X)[0]
        check_names(X)
        frame = None if sparse.issparse(X) else as_frame(X)
        self.is_named = frame is not None
        if self.is_named:
            self.names, self._columns = list(frame.columns), list(frame.iter_columns())
            self.numeric = [j for j, c in enumerate(self._columns) if is_number(c.dtype)]
            return
        self._matrix = X.tocsr() if sparse.issparse(X) else np.asarray(X)
        if self._matrix.ndim != 2:
            raise ValueError(f"X must have two dimensions. Got {self._matrix.ndim}.")
        self.names = list(range(self._matrix.shape[1]))
        self.numeric = [j for j in self.names if self._has_numbers(j)]

    def _has_numbers(self, j):
        if self._matrix.dtype.kind != "O":
            return self._matrix.dtype.kind in "biuf"
        return all(isinstance(value, (Real, np.bool_)) for value in self._matrix[:, j])

    def numbers(self, columns):
        """The values of some columns of numbers: float64, or CSR of a sparse X."""
        if self.is_named:
            values = [column_to_numpy(self._columns[j])[0] for j in columns]
            return np.column_stack(values).astype(np.float64)
        if sparse.issparse(self._matrix) and len(columns) > 2:
            return self._matrix[:, columns].astype(np.float64)
        values = self._matrix[:, columns]
        return (values.toarray() if sparse.issparse(values) else values).astype(np.float64)

    def label(self, column):
        """What an axis of a column is called."""
        return str(self.names[column]) if self.is_named else f"column {column}"

    def find(self, chosen):
        """The column numbers of two columns that are given by name or number.

        Raises
        ------
        TypeError, ValueError
            As for the parameter `columns` of `fastsmote.plotting.plot_resampling`.
        """
        if isinstance(chosen, str) or not hasattr(chosen, "__len__"):
            raise TypeError(f"columns must be two names or numbers of columns. Got {chosen!r}.")
        if len(chosen) != 2 or chosen[0] == chosen[1]:
            raise ValueError(f"columns must name two different columns. Got {chosen!r}.")
        found = [self._find(column) for column in chosen]
        for column, given in zip(found, chosen, strict=True):
            if column not in self.numeric:
                raise ValueError(f"columns names {given!r}, which does not hold numbers.")
        return found

    def _find(self, column):
        if self.is_named and column in self.names:
            return self.names.index(column)
        is_place = isinstance(column, Integral) and not isinstance(column, bool)
        if is_place and 0 <= column < len(self.names):
            return int(column)
        known = ", ".join(map(repr, self.names[:10])) + ", ..." * (len(self.names) > 10)
        raise ValueError(f"columns names {column!r}, which X does not have. It has {known}.")


class Plane:
    """Two coordinates of the rows of X, and of any rows with its columns.

    Parameters
    ----------
    table : Table
        Of X.
    columns : list of int
        The columns that place a row: two are drawn as they are, and more are projected on the
        first two principal components of the rows of X.

    Attributes
    ----------
    labels : list of str
        What the two axes are called.

    Raises
    ------
    ValueError
        If a projection is needed and a value is missing.
    """

    def __init__(self, table, columns):
        self._columns, self._components = columns, None
        self.labels = [table.label(column) for column in columns[:2]]
        if len(columns) == 2:
            return
        values = table.numbers(columns)
        if np.isnan(values.data if sparse.issparse(values) else values).any():
            raise ValueError(
                "X has missing values, so its principal components are not defined. "
                "Draw two columns: pass columns=(a, b)."
            )
        solver = "arpack" if sparse.issparse(values) else "auto"
        with np.errstate(invalid="ignore", divide="ignore"):  # if all rows are the same
            self._components = PCA(2, svd_solver=solver, random_state=0).fit(values)
        shares = self._components.explained_variance_ratio_
        self.labels = [
            f"principal component {i} ({100 * share:.0f} %)"
            for i, share in enumerate(np.nan_to_num(shares), 1)
        ]

    def place(self, table):
        """The coordinates of the rows of a table, of shape (n_rows, 2)."""
        values = table.numbers(self._columns)
        return values if self._components is None else self._components.transform(values)
