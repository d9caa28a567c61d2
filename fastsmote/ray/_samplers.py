"""The samplers of Ray Datasets: `fit_resample` of a Dataset, by the plans of every engine."""

import ray.data

from fastsmote._cluster import (
    cleaning,
    combine,
    near_miss,
    over_sampling,
    repeats,
    smotenc,
    under_sampling,
)
from fastsmote._cluster.survey import rows_asked_for
from fastsmote.ray._table import open_dataset


class TakesDatasets:
    """Mixin: `fit` and `fit_resample` of a Ray Dataset."""

    def fit(self, ds, target, *, features=None, exclude=(), order_by=None):
        """Read the target, and check the target and the parameters.

        Parameters and errors are those of `fit_resample`.

        Returns
        -------
        self
        """
        self._open(ds, target, features, exclude, order_by)
        return self

    def fit_resample(
        self, ds, target, *, features=None, exclude=(), order_by=None, row_number=None
    ):
        """Resample a Dataset.

        Parameters
        ----------
        ds : ray.data.Dataset
            The target, the features and other columns, in blocks of Arrow or pandas.
        target : str
            The column of the classes.
        features : list of str, default=None
            The columns that are features: names or shell patterns, such as "amount_*". None
            means all columns except the target and the columns in `exclude`.
        exclude : list of str, default=()
            The columns that are not features: names or shell patterns, such as "*_id".
        order_by : str or list of str, default=None
            The columns that order the rows. Rows that are equal in them keep their order in the
            Dataset. None means the order of the Dataset: that of its files, and of the rows in
            each file.
        row_number : str, default=None
            The name of a column to add, int64: the number of each row of the result, from 0.

        Returns
        -------
        ray.data.Dataset
            The columns of the input with their Arrow types, in the same order. Columns that are
            not features pass through, and are null in new rows. The rows are in the order of
            the result in memory. The Dataset has ``preserve_order`` set, so reading and writing
            it keep the order.

        Raises
        ------
        TypeError
            If `ds` is not a Dataset, or if a name is not a string.
        ValueError
            If the target, a parameter or a type is invalid; if a name or pattern matches no
            column; if features are not numeric; if integer columns that `features` does not
            name look like identifiers, because at least 95 % of their first values differ; at
            the first NaN, null or infinity of a feature in the order of rows.

        Notes
        -----
        The Dataset is executed now, and its blocks stay in the object store, which writes to
        the disk what exceeds its memory. The neighbors are searched now too. New rows are made
        by the tasks that read the result.
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


class SMOTE(TakesDatasets, over_sampling.SMOTE):
    """SMOTE for Ray Datasets: new rows between a row and one of its neighbors.

    Parameters and attributes are those of `fastsmote.over_sampling.SMOTE`; `k_neighbors` must be
    an integer, and `missing` must be "error". The rows are the same, bit for bit, for any number
    of blocks and workers, and even if a worker is lost.

    One task gathers the rows of a class to over-sample, so these rows must fit into the memory
    of one worker.

    Examples
    --------
    >>> import ray
    >>> from fastsmote.ray import SMOTE
    >>> ds = ray.data.read_parquet("payments.parquet")  # doctest: +SKIP
    >>> balanced = SMOTE(random_state=0).fit_resample(ds, "fraud", exclude=["id"])  # doctest: +SKIP
    >>> balanced.write_parquet("balanced")  # doctest: +SKIP
    """


class BorderlineSMOTE(TakesDatasets, over_sampling.BorderlineSMOTE):
    """Borderline-SMOTE for Ray Datasets: new rows from the rows in danger.

    As `SMOTE`, with the parameters of `fastsmote.over_sampling.BorderlineSMOTE`. An instance
    as `random_state` is reseeded from its own numbers.
    """


class ADASYN(TakesDatasets, over_sampling.ADASYN):
    """ADASYN for Ray Datasets: more new rows where more neighbors are of another class.

    As `SMOTE`, with the parameters of `fastsmote.over_sampling.ADASYN`. An instance as
    `random_state` is reseeded from its own numbers.
    """


class SMOTENC(TakesDatasets, smotenc.SMOTENC):
    """SMOTE for Ray Datasets of numbers and categories.

    Parameters and rows are those of `fastsmote.over_sampling.SMOTENC`, without
    `categorical_encoder` and `values`. Categories may have any type of Arrow whose values can
    be sorted, without null. With "auto", dictionaries are categories. The attributes that
    depend on values, such as `median_std_`, are not set.
    """

    _takes_any_columns = True


class TomekLinks(TakesDatasets, under_sampling.TomekLinks):
    """Tomek links for Ray Datasets: remove the ends of links that are of targeted classes.

    Parameters and rows are those of `fastsmote.under_sampling.TomekLinks`. One task gathers
    the rows outside the largest class.
    """


class RandomUnderSampler(TakesDatasets, under_sampling.RandomUnderSampler):
    """Random under-sampling for Ray Datasets: keep rows that are drawn at random.

    Parameters and rows are those of `fastsmote.under_sampling.RandomUnderSampler`. Features may
    have any type; they are not read.
    """


class RandomOverSampler(TakesDatasets, repeats.RandomOverSampler):
    """Random over-sampling for Ray Datasets: repeat rows that are drawn at random.

    Parameters and rows are those of `fastsmote.over_sampling.RandomOverSampler`; `shrinkage`
    must be None. Whole rows are repeated, with the values of all columns. Features may have any
    type; they are not read.
    """


class EditedNearestNeighbours(TakesDatasets, cleaning.EditedNearestNeighbours):
    """Edited nearest neighbors for Ray Datasets: remove rows among neighbors of other classes.

    Parameters and rows are those of `fastsmote.under_sampling.EditedNearestNeighbours`;
    `n_neighbors` must be an integer. Rows that are near each other are exchanged into buckets,
    which tasks search. No task needs all rows.
    """


class NeighbourhoodCleaningRule(TakesDatasets, cleaning.NeighbourhoodCleaningRule):
    """Neighborhood cleaning rule for Ray Datasets.

    Parameters and rows are those of `fastsmote.under_sampling.NeighbourhoodCleaningRule`;
    `n_neighbors` must be an integer. Rows are searched as by `EditedNearestNeighbours`.
    """


class NearMiss(TakesDatasets, near_miss.NearMiss):
    """NearMiss for Ray Datasets: keep the rows that are nearest to the minority.

    Parameters and rows are those of `fastsmote.under_sampling.NearMiss`; `version` must be 1.
    One task gathers the minority, so it must fit into the memory of one worker.
    """


class SMOTEENN(TakesDatasets, combine.SMOTEENN):
    """SMOTE and then edited nearest neighbors for Ray Datasets.

    Parameters and rows are those of `fastsmote.combine.SMOTEENN`. The rows of a class to
    over-sample must fit into the memory of one worker, as for `SMOTE`.
    """


class SMOTETomek(TakesDatasets, combine.SMOTETomek):
    """SMOTE and then Tomek links for Ray Datasets.

    Parameters and rows are those of `fastsmote.combine.SMOTETomek`. The rows of a class to
    over-sample must fit into the memory of one worker, as for `SMOTE`.
    """
