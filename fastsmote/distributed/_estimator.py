"""What the samplers of dask collections have in common."""

from numbers import Integral

import numpy as np
from sklearn.utils.validation import _check_feature_names

from fastsmote.distributed._call import open_call


class TakesCollections:
    """Mixin: `fit_resample` of dask collections, by what `_resample` adds to a call."""

    _neighbors_parameters = ()
    _takes_any_columns = False  # as features

    def fit(self, X, y, *, features=None, exclude=(), client=None):
        """Read the target and check it and the parameters.

        Parameters and errors are those of `fit_resample`.

        Returns
        -------
        self
        """
        self._open(X, y, features, exclude, client)
        return self

    def fit_resample(self, X, y, *, features=None, exclude=(), client=None):
        """Resample the dataset, lazily.

        Parameters
        ----------
        X : dask DataFrame or dask Array of shape (n_rows, n_features)
            In partitions of rows; an Array has one chunk along its columns. A table, that
            is a DataFrame of any columns, if y is a name.
        y : dask Series or dask Array of shape (n_rows,), or str
            The class of each row, in partitions of the same rows; or the name of the column
            of X that holds it.
        features : list of str, default=None
            The columns of a table that are features: names or shell patterns, such as
            "amount_*". None means every column but the target and those in `exclude`.
        exclude : list of str, default=()
            The columns of a table that are not features: names or shell patterns, such as
            "*_id".
        client : distributed.Client, default=None
            Who reads the target now. None means the default client, or else the
            scheduler that dask is configured for. The result has to be computed by the
            same.

        Returns
        -------
        X_resampled : of the kind and dtypes of X
        y_resampled : of the kind and dtype of y
            Of a table one dask DataFrame, with its columns in their order. Columns that are
            not features pass through: rows of the input keep their values. An over-sampler
            makes them null in new rows, so columns of integers and booleans become pandas'
            nullable ones, in all partitions. Other dtypes stay as they are; if a dtype
            cannot hold null, the column becomes one of objects.

        Raises
        ------
        TypeError
            If X or y is no dask collection, or if `features` or `exclude` are given and y is
            not the name of a column.
        ValueError
            Now: for what can be told from the target, the parameters, and the dtypes. For a
            name or pattern that matches no column of a table; for features that are not
            numbers, naming all of them; and for columns of integers that `features` does not
            name and that look like identifiers, because 95 % of the first rows or more have
            different values. When the result is computed: for the first NaN or infinity, in
            the order of rows, and for partitions of X that have other numbers of rows than
            those of y.

        Notes
        -----
        Of a table the target is read now, and in the same pass, if there are features of
        integers, these in the first partition; or in the first that has 100 rows, where that
        is another one.
        """
        return self._resample(self._open(X, y, features, exclude, client))

    def _open(self, X, y, features, exclude, client):
        self._validate_params()
        for name in self._neighbors_parameters:
            if not isinstance(getattr(self, name), Integral):
                raise ValueError(
                    f"{name} is a {type(getattr(self, name)).__name__}, it must be an integer of "
                    f"1 or more. For a neighbors object use {self._class_in_memory().__name__} of "
                    f"fastsmote.over_sampling."
                )
        call = open_call(self, X, y, features, exclude, client)
        self.sampling_strategy_ = call.asked
        self.n_features_in_ = call.X.n_features
        # Without names those of an earlier call are forgotten.
        named = np.empty((0, call.X.n_features)) if call.X.named is None else call.X.named
        _check_feature_names(self, named, reset=True)
        return call

    @classmethod
    def _class_in_memory(cls):
        """The class that this one does the work of."""
        return next(c for c in cls.__mro__ if "distributed" not in c.__module__)
