"""SMOTE, Borderline-SMOTE and ADASYN of dask collections."""

from fastsmote import over_sampling
from fastsmote.distributed._over_sampler import OverSampler


class SMOTE(OverSampler, over_sampling.SMOTE):
    """SMOTE of dask collections: new rows between a row and one of its neighbors.

    Parameters
    ----------
    sampling_strategy : float, str or dict, default="auto"
        As for imbalanced-learn: which classes to over-sample, and up to how many rows.
    random_state : int, RandomState instance or None, default=None
        An int gives the same rows at every call, and starts the same stream of draws for
        each class. An instance goes on as it does in memory.
    k_neighbors : int >= 1, default=5
        How many neighbors a row may be joined with.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to make of each class.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of a DataFrame, where they are all strings.

    Notes
    -----
    The rows are those of `fastsmote.over_sampling.SMOTE` for the same table in memory, bit
    for bit and in order, for any number of partitions, threads and workers, and after a
    worker was lost. Ties and the paper's steps are described there.

    `fit_resample` reads the target, once, and nothing of X. The partitions that were passed
    come first, as the same tasks, and below them partitions of new rows, class by class,
    none of them larger than the largest that was passed. A DataFrame's integer index goes
    on in new rows; any other is missing there. X is float32, float64 or integer, or columns
    of numbers, and finite, which is checked where it is read.

    The rows of a class to over-sample are gathered by one task and have to fit into one
    worker. They are searched in shards. The target of the result needs no features.

    References
    ----------
    N. V. Chawla, K. W. Bowyer, L. O. Hall, W. P. Kegelmeyer, "SMOTE: synthetic minority
    over-sampling technique", Journal of Artificial Intelligence Research 16, 321-357,
    2002, section 4.2.

    Examples
    --------
    >>> import dask.array as da, numpy as np
    >>> from fastsmote.distributed import SMOTE
    >>> X = da.from_array(np.arange(40.0).reshape(20, 2) ** 2, chunks=(7, 2))
    >>> y = da.from_array(np.repeat([0, 1], [13, 7]), chunks=7)
    >>> X_resampled, y_resampled = SMOTE(random_state=0).fit_resample(X, y)
    >>> X_resampled.chunks[0]
    (7, 7, 6, 6)
    """

    _neighbors_parameters = ("k_neighbors",)


class BorderlineSMOTE(OverSampler, over_sampling.BorderlineSMOTE):
    """Borderline-SMOTE 1 of dask collections: new rows next to the rows that are in danger.

    Parameters
    ----------
    sampling_strategy : float, str or dict, default="auto"
        As for imbalanced-learn: which classes to over-sample, and up to how many rows.
    random_state : int, RandomState instance or None, default=None
        An int gives the same rows at every call, and starts the same stream of draws for
        each class. Of an instance the state of now is what the rows are drawn with; it goes
        on from a seed of its own, as it is not known yet how many numbers will be drawn.
    k_neighbors : int >= 1, default=5
        How many neighbors a row in danger may be joined with.
    m_neighbors : int >= 1, default=10
        Among how many nearest rows of any class danger is judged.
    kind : {"borderline-1"}, default="borderline-1"
        The partners of "borderline-2" are rows of every class, in any partition: it is
        refused.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows asked for of each class.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of a DataFrame, where they are all strings.

    Notes
    -----
    The rows are those of `fastsmote.over_sampling.BorderlineSMOTE` for the same table in
    memory, bit for bit and in order, for any number of partitions, threads and workers, and
    after a worker was lost. Ties and the paper's steps are described there.

    What is read, the partitions and index of the result and the dtypes of X are as for
    `SMOTE`.

    The rows of the classes to over-sample are gathered by one task a class and have to fit
    into one worker. Then each partition is searched by all of them: it is held until then,
    or spilled by the worker. How many rows there will be is known when they are computed: a
    class without a row in danger gets none.

    References
    ----------
    H. Han, W.-Y. Wang, B.-H. Mao, "Borderline-SMOTE: a new over-sampling method in
    imbalanced data sets learning", ICIC 2005, LNCS 3644, 878-887, section 3.

    Examples
    --------
    >>> import dask.array as da, numpy as np
    >>> from fastsmote.distributed import BorderlineSMOTE
    >>> X = da.from_array(np.random.RandomState(0).randn(60, 2), chunks=(20, 2))
    >>> y = da.from_array(np.repeat([0, 1], [45, 15]), chunks=20)
    >>> X_resampled, y_resampled = BorderlineSMOTE(random_state=0).fit_resample(X, y)
    >>> len(X_resampled.compute()) == len(y_resampled.compute())
    True
    """

    _neighbors_parameters = ("k_neighbors", "m_neighbors")

    def _check_call(self, call):
        if self.kind != "borderline-1":
            raise ValueError(
                f"kind is {self.kind!r}, it must be 'borderline-1': the partners of the other are "
                f"rows of every class. For tables in memory use "
                f"fastsmote.over_sampling.BorderlineSMOTE."
            )
        m, n_rows = int(self.m_neighbors), int(call.survey.starts[-1])
        if n_rows <= m:
            raise ValueError(
                f"y has {n_rows} rows, m_neighbors={m} needs {m + 1} or more: lower m_neighbors."
            )


class ADASYN(OverSampler, over_sampling.ADASYN):
    """ADASYN of dask collections: more new rows where more neighbors are of another class.

    Parameters
    ----------
    sampling_strategy : float, str or dict, default="auto"
        As for imbalanced-learn: which classes to over-sample, and up to about how many rows.
    random_state : int, RandomState instance or None, default=None
        An int gives the same rows at every call; one stream serves all classes. Of an
        instance the state of now is what the rows are drawn with; it goes on from a seed of
        its own, as it is not known yet how many numbers will be drawn.
    n_neighbors : int >= 1, default=5
        Among how many nearest rows the share of other classes is counted, and how many
        rows of its class a row may be joined with.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows asked for of each class.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of a DataFrame, where they are all strings.

    Notes
    -----
    The rows are those of `fastsmote.over_sampling.ADASYN` for the same table in memory, bit
    for bit and in order, for any number of partitions, threads and workers, and after a
    worker was lost. Ties and the paper's steps are described there.

    What is read, the partitions and index of the result and the dtypes of X are as for
    `SMOTE`.

    What is gathered and searched is as for `BorderlineSMOTE`. How many rows there will be is
    known when they are computed, and so is whether no neighbor at all is of another class:
    ``RuntimeError``, or ``ValueError`` if every count rounds to zero, are raised then.

    References
    ----------
    H. He, Y. Bai, E. A. Garcia, S. Li, "ADASYN: adaptive synthetic sampling approach for
    imbalanced learning", IJCNN 2008, 1322-1328, section 3.

    Examples
    --------
    >>> import dask.array as da, numpy as np
    >>> from fastsmote.distributed import ADASYN
    >>> X = da.from_array(np.random.RandomState(0).randn(60, 2), chunks=(20, 2))
    >>> y = da.from_array(np.repeat([0, 1], [45, 15]), chunks=20)
    >>> X_resampled, y_resampled = ADASYN(random_state=0).fit_resample(X, y)
    >>> len(X_resampled.compute()) == len(y_resampled.compute())
    True
    """

    _neighbors_parameters = ("n_neighbors",)
