"""The base of all samplers of Spark DataFrames."""

from pyspark.sql import DataFrame

from fastsmote._cluster.columns import check_are_features, choose_columns, integers
from fastsmote._cluster.survey import rows_asked_for
from fastsmote.spark._table import SparkTable


class TakesDataFrames:
    """Mixin of a `fastsmote._cluster.sampler.Sampler`: `fit_resample` of a Spark DataFrame."""

    _keeps_every_row = False  # whether the output has all rows of the input

    def fit(self, df, target, *, features=None, exclude=(), order_by=None):
        """Read the target, and check the target and the parameters.

        Parameters and errors are those of `fit_resample`.

        Returns
        -------
        self
        """
        table = self._open(df, target, features, exclude, order_by, None)
        table.close(is_needed=False)
        return self

    def fit_resample(
        self, df, target, *, features=None, exclude=(), order_by=None, row_number=None
    ):
        """Resample a table.

        Parameters
        ----------
        df : pyspark.sql.DataFrame
            The features, the target and any other columns.
        target : str
            The column of the class of each row: strings, integers or booleans.
        features : list of str, default=None
            The columns that are features: names or shell patterns, such as "amount_*". None
            means all columns except the target and the columns in `exclude`.
        exclude : list of str, default=()
            The columns that are not features: names or shell patterns, such as "*_id".
        order_by : str or list of str, default=None
            The columns that order the rows, ascending. Rows that tie are ordered by the features,
            the target and then the other columns. If the rows of a file have a column that
            increases, such as a time or a number, it gives the order of the file.
        row_number : str, default=None
            The name of a new column: the place of each row in the result, from 0, as in memory.

        Returns
        -------
        DataFrame
            It is lazy, and has the columns of df in the same order. Columns that are not features
            pass through: rows of df keep their values, and these columns are null in new rows.
            Spark does not define an order of rows: sort by `row_number`.

        Raises
        ------
        TypeError
            If df is not a Spark DataFrame.
        ValueError
            If the target or a parameter is invalid; if a name or pattern matches no column; if
            features are not numeric or not finite; or if integer columns that `features` does not
            name look like identifiers, because at least 95 % of their first values differ.

        Notes
        -----
        Jobs run now: they sort the table, count the classes and search for neighbors. df must have
        the same rows each time that Spark computes it. The sorted table has
        ``spark.sql.shuffle.partitions`` partitions and is persisted on memory and disk. A result
        that has only some rows of df, or has `row_number`, reads it: call `unpersist` when the
        result has been written.
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

    def unpersist(self):
        """Free the ordered tables that results of `fit_resample` read."""
        for table in getattr(self, "_ordered", []):
            table.unpersist()
        self._ordered = []

    def __getstate__(self):
        """Leave out the ordered tables, which exist only in this session."""
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
