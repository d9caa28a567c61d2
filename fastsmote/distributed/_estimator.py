"""What the samplers of dask collections have in common."""

from numbers import Integral

import numpy as np
from sklearn.utils.validation import _check_feature_names

from fastsmote.distributed._call import open_call


class TakesCollections:
    """Mixin: `fit_resample` of dask collections, by what `_resample` adds to a call."""

    _neighbors_parameters = ()

    def fit(self, X, y, *, client=None):
        """Read the target and check it and the parameters.

        Parameters and errors are those of `fit_resample`.

        Returns
        -------
        self
        """
        self._open(X, y, client)
        return self

    def fit_resample(self, X, y, *, client=None):
        """Resample the dataset, lazily.

        Parameters
        ----------
        X : dask DataFrame or dask Array of shape (n_rows, n_features)
            In partitions of rows; an Array has one chunk along its columns.
        y : dask Series or dask Array of shape (n_rows,)
            The class of each row, in partitions of the same rows.
        client : distributed.Client, default=None
            Who reads the target now. None means the default client, or else the
            scheduler that dask is configured for. The result has to be computed by the
            same.

        Returns
        -------
        X_resampled : of the kind and dtypes of X
        y_resampled : of the kind and dtype of y

        Raises
        ------
        TypeError
            If X or y is no dask collection.
        ValueError
            Now: for what can be told from the target, the parameters, and the dtypes. When
            the result is computed: for NaN or infinity, and for partitions of X that have
            other numbers of rows than those of y.
        """
        return self._resample(self._open(X, y, client))

    def _open(self, X, y, client):
        self._validate_params()
        for name in self._neighbors_parameters:
            if not isinstance(getattr(self, name), Integral):
                raise ValueError(
                    f"{name} is a {type(getattr(self, name)).__name__}, it must be an integer of "
                    f"1 or more. For a neighbors object use {self._class_in_memory().__name__} of "
                    f"fastsmote.over_sampling."
                )
        call = open_call(self, X, y, client)
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

    def _in_memory(self):
        """That sampler, with the same parameters, for the paper's rules in it."""
        params = self.get_params(deep=False)
        params.update({name: int(params[name]) for name in self._neighbors_parameters})
        return self._class_in_memory()(**params)
