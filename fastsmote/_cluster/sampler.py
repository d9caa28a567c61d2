"""The base of all samplers of tables in partitions."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
from sklearn.utils.validation import _check_feature_names


class Sampler:
    """Mixin of the samplers of every engine.

    A subclass inherits from the class in memory and defines ``_plan(table)``, which returns the
    pieces of the output of a `Table`. A room inherits from that subclass and defines
    `fit_resample`. It calls `_check_parameters` before it reads the target, `_fitted` after that,
    and then `_plan`.
    """

    sampling_strategy_: dict[Any, int]
    n_features_in_: int

    _neighbors_parameters = ()  # names of the parameters that must be integers here
    _takes_any_columns = False  # whether features may have any dtype

    def _check_parameters(self, kind):
        """Raise if a parameter has a value that clusters do not support.

        Parameters
        ----------
        kind : str
            What the room resamples, such as "dask collections".

        Raises
        ------
        ValueError
            The message names the value and the class in memory that supports it.
        """
        self._validate_params()
        for name in self._neighbors_parameters:
            if not isinstance(getattr(self, name), Integral):
                raise ValueError(
                    f"{name} is a {type(getattr(self, name)).__name__}; it must be an integer of "
                    f"1 or more. For a neighbors object use {self._in_memory()}."
                )
        if self.missing != "error":
            raise ValueError(
                f"missing is {self.missing!r}; for {kind} it must be 'error'. For tables "
                f"in memory use {self._in_memory()}."
            )

    def _fitted(self, table, asked):
        """Set the attributes of a fitted sampler; ``asked`` is from `survey.rows_asked_for`."""
        self.sampling_strategy_ = asked
        self.n_features_in_ = table.n_features
        # An array without names clears the names of an earlier call.
        named = np.empty((0, table.n_features)) if table.named is None else table.named
        _check_feature_names(self, named, reset=True)

    @classmethod
    def _in_memory(cls):
        """Return the full name of the class for tables in memory."""
        homes = [["over_sampling"], ["under_sampling"], ["combine"]]
        base = next(c for c in cls.__mro__ if c.__module__.split(".")[1:2] in homes)
        return f"{'.'.join(base.__module__.split('.')[:2])}.{base.__name__}"
