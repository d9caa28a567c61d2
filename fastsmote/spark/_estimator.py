"""The base of all samplers of Spark DataFrames."""

from __future__ import annotations

from typing import Any

from pyspark.sql import DataFrame

from fastsmote._cluster.columns import check_are_features, choose_columns, integers
from fastsmote._cluster.survey import rows_asked_for
from fastsmote._types import Columns, Self
from fastsmote.spark._table import SparkTable


class TakesDataFrames:
    """Mixin of a `fastsmote._cluster.sampler.Sampler`: `fit_resample` of a Spark DataFrame."""

    _keeps_every_row = False  # whether the output has all rows of the input

    def fit(
        self,
        df: DataFrame,
        target: str,
        *,
        features: Columns | None = None,
        exclude: Columns = (),
        order_by: str | Columns | None = None,
    ) -> Self:
        """Read the target, and check the target and the parameters.

        Parameters
        ----------
        df : pyspark.sql.DataFrame
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
        >>> from pyspark.sql import SparkSession
        >>> from fastsmote.spark import SMOTE
        >>> spark = SparkSession.builder.getOrCreate()
        >>> rows = [(i, i * 0.7, int(i % 3 == 0)) for i in range(30)]
        >>> df = spark.createDataFrame(rows, ["id", "amount", "fraud"])
        >>> smote = SMOTE().fit(df, "fraud", exclude=["id"])
        >>> {int(label): int(n) for label, n in smote.sampling_strategy_.items()}  # rows to make
        {1: 10}
        """
        table = self._open(df, target, features, exclude, order_by, None)
        table.close(is_needed=False)
        return self

    def fit_resample(
        self,
        df: DataFrame,
        target: str,
        *,
        features: Columns | None = None,
        exclude: Columns = (),
        order_by: str | Columns | None = None,
        row_number: str | None = None,
    ) -> DataFrame:
        """Resample a table.

        Parameters
        ----------
        df : pyspark.sql.DataFrame
            The features, the target and any other columns.
        target : str
            The column of the class of each row: strings, booleans or whole numbers.
        features : list of str, default=None
            The columns that are features: names or shell patterns, such as "amount_*". None
            means all columns except the target and the columns in `exclude`.
        exclude : list of str, default=()
            The columns that are not features: names or shell patterns, such as ``"*_id"``.
        order_by : str or list of str, default=None
            The names of the columns by which the rows are sorted, ascending. Rows that tie are
            sorted by the features, the target and then the other columns. To get the order of a
            file, name a column that increases from row to row, such as a time or a row number.
            It may be in `exclude`.
        row_number : str, default=None
            The name of an int64 column to add: the position of each row in the result of the
            in-memory sampler, from 0.

        Returns
        -------
        resampled : pyspark.sql.DataFrame
            A lazy DataFrame with the columns of df in the same order. Columns that are not
            features pass through: rows of df keep their values, and these columns are null in
            new rows. The rows have no defined order: sort them by `row_number`.

        Raises
        ------
        TypeError
            If df is not a Spark DataFrame, or if target, features or exclude is not a name or a
            list of names.
        ValueError
            If the target or a parameter is invalid; if a name or pattern matches no column; if a
            feature is not numeric, or has a null, NaN or infinity; or if integer columns that
            `features` does not name look like identifiers, because at least 95 % of their first
            values differ.

        Notes
        -----
        The call runs the jobs that sort the table, count the classes and search for neighbors. df
        must have the same rows each time that Spark computes it. The sorted table has
        ``spark.sql.shuffle.partitions`` partitions, and is persisted in memory and on disk. If
        the sampler removes or repeats rows, or if `row_number` is given, the result reads the
        sorted table: call `unpersist` after the result has been written.

        Examples
        --------
        >>> from pyspark.sql import SparkSession
        >>> from fastsmote.spark import SMOTE
        >>> spark = SparkSession.builder.getOrCreate()
        >>> rows = [(i, i * 0.7, int(i % 3 == 0)) for i in range(30)]
        >>> df = spark.createDataFrame(rows, ["id", "amount", "fraud"])
        >>> smote = SMOTE(random_state=0)
        >>> out = smote.fit_resample(df, "fraud", exclude=["id"], order_by="id")
        >>> out.count(), out.where("id is null").count()  # rows, and new rows
        (40, 10)
        """
        table = self._open(df, target, features, exclude, order_by, row_number)
        try:
            result = table.output(self._plan(table))
        except BaseException:
            table.close(is_needed=False)
            raise
        table.close()
        if table.is_whole:
            self._ordered = [*getattr(self, "_ordered", []), table.ordered]
        return result

    def unpersist(self) -> None:
        """Free the sorted tables that results of `fit_resample` read.

        Call it after the results have been written: computing them later raises an error.

        Examples
        --------
        >>> from pyspark.sql import SparkSession
        >>> from fastsmote.spark import TomekLinks
        >>> spark = SparkSession.builder.getOrCreate()
        >>> rows = [(i, i * 0.7, int(i % 3 == 0)) for i in range(30)]
        >>> df = spark.createDataFrame(rows, ["id", "amount", "fraud"])
        >>> tomek = TomekLinks()
        >>> out = tomek.fit_resample(df, "fraud", exclude=["id"], order_by="id")
        >>> out.count()
        24
        >>> tomek.unpersist()
        """
        for table in getattr(self, "_ordered", []):
            table.unpersist()
        self._ordered = []

    def __getstate__(self) -> dict[str, Any]:
        # A DataFrame belongs to its session and cannot be pickled.
        return {k: v for k, v in super().__getstate__().items() if k != "_ordered"}

    def _open(self, df, target, features, exclude, order_by, row_number):
        self._check_parameters("Spark DataFrames")
        if not isinstance(df, DataFrame):
            kind = type(df)
            raise TypeError(
                f"df is {kind.__module__.partition('.')[0]}'s {kind.__name__}; it must be a Spark "
                f"DataFrame. For tables in memory use {self._in_memory()}."
            )
        if not isinstance(target, str):
            raise TypeError(
                f"target is a {type(target).__name__}; it must be the name of a column of df."
            )
        columns = choose_columns(df.columns, target, features, exclude)
        table = SparkTable(
            df,
            columns,
            _checked_order(order_by, df.columns),
            _checked_name(row_number, df.columns),
            is_whole=not self._keeps_every_row,
        )
        try:
            table.read_target(self._names_to_count(table))
            asked = rows_asked_for(table.survey, self.sampling_strategy, self._sampling_type)
            self._fitted(table, asked)
        except BaseException:
            table.close(is_needed=False)
            raise
        return table

    def _names_to_count(self, table):
        """Check the types of the features; return those that may be identifiers."""
        are_named = table.columns.are_named
        if not (self._takes_any_columns or self._takes_categories):
            check_are_features(table.named, are_named)
        return [] if are_named or self._takes_any_columns else integers(table.named)


def _checked_order(order_by, names):
    order_by = [order_by] if isinstance(order_by, str) else list(order_by or ())
    for name in order_by:
        if name not in names:
            raise ValueError(
                f"order_by contains {name!r}; it must contain columns of df. The columns are "
                f"{', '.join(map(repr, names))}."
            )
    return order_by


def _checked_name(row_number, names):
    if row_number is None or (isinstance(row_number, str) and row_number not in names):
        return row_number
    raise ValueError(f"row_number is {row_number!r}; it must be a name that no column of df has.")
