"""The base of all samplers of Ray Datasets."""

from __future__ import annotations

import ray.data
from ray.data import Dataset

from fastsmote._cluster.survey import rows_asked_for
from fastsmote._types import Columns, Self
from fastsmote.ray._table import open_dataset


class TakesDatasets:
    """Mixin: `fit` and `fit_resample` of a Ray Dataset."""

    def fit(
        self,
        ds: Dataset,
        target: str,
        *,
        features: Columns | None = None,
        exclude: Columns = (),
        order_by: str | Columns | None = None,
    ) -> Self:
        """Read the target, and check the target and the parameters.

        Parameters
        ----------
        ds : ray.data.Dataset
            The table, as for `fit_resample`.
        target : str
            The column of the class of each row, as for `fit_resample`.
        features : list of str, default=None
            The columns that are features, as for `fit_resample`.
        exclude : list of str, default=()
            The columns that are not features, as for `fit_resample`.
        order_by : str or list of str, default=None
            The columns by which the rows are sorted, as for `fit_resample`.

        Returns
        -------
        self : the sampler
            With `sampling_strategy_`, `n_features_in_` and `feature_names_in_`.

        Raises
        ------
        TypeError
            As for `fit_resample`.
        ValueError
            As for `fit_resample`, except for the errors of features' values.

        Examples
        --------
        >>> import ray
        >>> from fastsmote.ray import SMOTE
        >>> rows = [{"amount": i * 0.7, "fraud": int(i % 3 == 0)} for i in range(30)]
        >>> ds = ray.data.from_items(rows)
        >>> smote = SMOTE().fit(ds, "fraud")
        >>> {int(label): int(n) for label, n in smote.sampling_strategy_.items()}  # rows to make
        {1: 10}
        """
        self._open(ds, target, features, exclude, order_by)
        return self

    def fit_resample(
        self,
        ds: Dataset,
        target: str,
        *,
        features: Columns | None = None,
        exclude: Columns = (),
        order_by: str | Columns | None = None,
        row_number: str | None = None,
    ) -> Dataset:
        """Resample a Dataset.

        Parameters
        ----------
        ds : ray.data.Dataset
            The target, the features and other columns, in blocks of Arrow or pandas.
        target : str
            The column of the class of each row: strings, booleans or whole numbers.
        features : list of str, default=None
            The columns that are features: names or shell patterns, such as "amount_*". None
            means all columns except the target and the columns in `exclude`.
        exclude : list of str, default=()
            The columns that are not features: names or shell patterns, such as ``"*_id"``.
        order_by : str or list of str, default=None
            The names of the columns by which the rows are sorted, ascending. Rows that are equal
            in them keep their order in the Dataset. None means the order of the Dataset: that of
            its files, and of the rows in each file.
        row_number : str, default=None
            The name of an int64 column to add: the number of each row in the result, from 0.

        Returns
        -------
        resampled : ray.data.Dataset
            The columns of the input with their Arrow types, in the same order. Columns that are
            not features pass through, and are null in new rows. The rows are in the order of
            the in-memory sampler's result. The Dataset has ``preserve_order`` set, so reading
            and writing it keep the order.

        Raises
        ------
        TypeError
            If ds is not a Dataset, or if target, features or exclude is not a name or a list of
            names.
        ValueError
            If the target, a parameter or a type is invalid; if a name or pattern matches no
            column; if features are not numeric; if integer columns that `features` does not
            name look like identifiers, because at least 95 % of their first values differ; at
            the first NaN, null or infinity of a feature in the order of rows.

        Notes
        -----
        The call executes the Dataset and searches for neighbors. The blocks of the Dataset stay
        in Ray's object store, which spills them to disk if they do not fit. The tasks that read
        the result make the new rows.

        Examples
        --------
        >>> import ray
        >>> from fastsmote.ray import SMOTE
        >>> rows = [{"amount": i * 0.7, "fraud": int(i % 3 == 0)} for i in range(30)]
        >>> ds = ray.data.from_items(rows)
        >>> out = SMOTE(random_state=0).fit_resample(ds, "fraud", row_number="row")
        >>> out.count(), out.sort("row").take(1)
        (40, [{'amount': 0.0, 'fraud': 1, 'row': 0}])
        """
        table = self._open(ds, target, features, exclude, order_by, row_number)
        return table.output(self._plan(table))

    def _open(self, ds, target, features, exclude, order_by, row_number=None):
        if not isinstance(ds, ray.data.Dataset):
            raise TypeError(
                f"ds is {type(ds).__module__.partition('.')[0]}'s {type(ds).__name__}; it must be "
                f"a Ray Dataset. For tables in memory use {self._in_memory()}."
            )
        if not isinstance(target, str):
            raise TypeError(
                f"target is a {type(target).__name__}; it must be the name of a column of ds."
            )
        self._check_parameters("Ray Datasets")
        table = open_dataset(
            ds, target, features, exclude, order_by, row_number,
            has_numbers=not self._takes_any_columns,
        )  # fmt: skip
        asked = rows_asked_for(table.survey, self.sampling_strategy, self._sampling_type)
        self._fitted(table, asked)
        return table
