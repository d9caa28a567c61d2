"""The base of all samplers of dask collections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from fastsmote._cluster.table import NewRows
from fastsmote._types import Collection, CollectionLabelsT, CollectionT, Columns, Self
from fastsmote.distributed._call import open_call


class TakesCollections:
    """Mixin of a `fastsmote._cluster.sampler.Sampler`: `fit_resample` of dask collections."""

    sample_indices_: Any  # a dask Array

    def fit(
        self,
        X: Collection,
        y: Collection | str,
        *,
        features: Columns | None = None,
        exclude: Columns = (),
        client: Any = None,
    ) -> Self:
        """Read the target, and check the target and the parameters.

        Parameters
        ----------
        X : dask DataFrame or dask Array of shape (n_rows, n_features)
            The features, or a table, as for `fit_resample`.
        y : dask Series or dask Array of shape (n_rows,), or str
            The class of each row, or the name of the target, as for `fit_resample`.
        features : list of str, default=None
            The columns of a table that are features, as for `fit_resample`.
        exclude : list of str, default=()
            The columns of a table that are not features, as for `fit_resample`.
        client : distributed.Client, default=None
            The client that reads the target, as for `fit_resample`.

        Returns
        -------
        self : the sampler
            With `sampling_strategy_`, `n_features_in_` and, for named columns,
            `feature_names_in_`.

        Raises
        ------
        TypeError
            As for `fit_resample`.
        ValueError
            As for `fit_resample`, except for the errors of computing the result.

        Examples
        --------
        >>> import dask.array as da, numpy as np
        >>> from fastsmote.distributed import SMOTE
        >>> X = da.from_array(np.arange(40.0).reshape(20, 2) ** 2, chunks=(7, 2))
        >>> y = da.from_array(np.repeat([0, 1], [13, 7]), chunks=7)
        >>> smote = SMOTE().fit(X, y)
        >>> {int(label): int(n) for label, n in smote.sampling_strategy_.items()}  # rows to make
        {1: 6}
        """
        self._open(X, y, features, exclude, client)
        return self

    if TYPE_CHECKING:  # the collection that went in comes out

        @overload
        def fit_resample(
            self,
            X: CollectionT,
            y: str,
            *,
            features: Columns | None = None,
            exclude: Columns = (),
            client: Any = None,
        ) -> CollectionT: ...

        @overload
        def fit_resample(
            self,
            X: CollectionT,
            y: CollectionLabelsT,
            *,
            features: None = None,
            exclude: Columns = (),
            client: Any = None,
        ) -> tuple[CollectionT, CollectionLabelsT]: ...

    def fit_resample(
        self,
        X: Collection,
        y: Collection | str,
        *,
        features: Columns | None = None,
        exclude: Columns = (),
        client: Any = None,
    ) -> Any:
        """Resample the dataset, lazily.

        Parameters
        ----------
        X : dask DataFrame or dask Array of shape (n_rows, n_features)
            The features, in partitions of rows; an Array must have one chunk along its
            columns. If y is a name, X is a table: a DataFrame with the target and any other
            columns.
        y : dask Series or dask Array of shape (n_rows,), or str
            The class of each row, in partitions of the same rows as X; or the name of the
            target column of X.
        features : list of str, default=None
            The columns of a table that are features: names or shell patterns, such as
            "amount_*". None means all columns except the target and the columns in
            `exclude`.
        exclude : list of str, default=()
            The columns of a table that are not features: names or shell patterns, such as
            ``"*_id"``.
        client : distributed.Client, default=None
            The client that reads the target now. None means the default client, or else the
            configured scheduler of dask. The same client or scheduler must compute the
            result.

        Returns
        -------
        X_resampled : same collection type and dtypes as X
            The rows of the output, lazy.
        y_resampled : same collection type and dtype as y
            For a table, one dask DataFrame is returned instead, with the columns in the same
            order. Columns that are not features pass through: rows of the input keep their
            values. An over-sampler sets them to null in new rows. So integers and booleans
            become pandas' nullable dtypes, in all partitions. Another dtype is kept if it can
            hold null; otherwise it becomes object.

        Raises
        ------
        TypeError
            If X or y is not a dask collection, or if `features` or `exclude` is given and y is
            not a name.
        ValueError
            Now, if the target, a parameter or a dtype is invalid; if a name or pattern matches
            no column of a table; if features are not numeric; or if integer columns that
            `features` does not name look like identifiers, because at least 95 % of their
            first values differ. When the result is computed, at the first NaN or infinity in
            the order of rows, or if a partition of X and its partition of y have different
            numbers of rows.

        Notes
        -----
        The target is read now. For a table with integer features, the same pass reads these
        features in the first partition, to detect identifiers. If that partition has fewer
        than 100 rows, the first partition that has 100 is read for this purpose.

        Examples
        --------
        >>> import dask.array as da, numpy as np
        >>> from fastsmote.distributed import SMOTE
        >>> X = da.from_array(np.arange(40.0).reshape(20, 2) ** 2, chunks=(7, 2))
        >>> y = da.from_array(np.repeat([0, 1], [13, 7]), chunks=7)
        >>> X_resampled, y_resampled = SMOTE(random_state=0).fit_resample(X, y)
        >>> np.bincount(y_resampled.compute()).tolist()
        [13, 13]
        """
        table = self._open(X, y, features, exclude, client)
        pieces = self._plan(table)
        if not any(isinstance(piece, NewRows) for piece in pieces):
            self.sample_indices_ = table.sample_indices(pieces)
        return table.output(pieces)

    def _open(self, X, y, features, exclude, client):
        self._check_parameters("dask collections")
        table, asked = open_call(self, X, y, features, exclude, client)
        self._fitted(table, asked)
        return table
