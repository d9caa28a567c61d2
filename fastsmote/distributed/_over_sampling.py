"""Over-samplers of dask collections."""

from fastsmote._cluster import over_sampling, smotenc
from fastsmote.distributed._estimator import TakesCollections


class SMOTE(TakesCollections, over_sampling.SMOTE):
    """SMOTE for dask collections: new rows between a row and one of its neighbors.

    Parameters
    ----------
    sampling_strategy : float, str or dict, default="auto"
        As in imbalanced-learn: which classes to over-sample, and to how many rows.
    random_state : int, RandomState instance or None, default=None
        With an int, every call returns the same rows.
        An instance advances exactly as it does in memory.
    k_neighbors : int >= 1, default=5
        Number of nearest neighbors to interpolate with.
    missing : {"error"}, default="error"
        Only "error" is supported: NaN is an error. Tables in memory may have missing values.
    values : dict, "infer" or None, default=None
        Rules for the values of new rows, as in memory. Names are those of features. With "infer",
        the tasks of the new rows depend on every partition: one task for each partition finds
        the ranges of its columns.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of new rows of each class.
    n_features_in_ : int
        The number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        The column names of a DataFrame, if they are all strings.

    Notes
    -----
    The rows are bit for bit those of `fastsmote.over_sampling.SMOTE` for the same table in memory,
    in the same order, for any number of partitions, threads and workers, and even if a worker is
    lost. That class documents ties and the steps of the paper. `fit_resample` documents the errors.

    `fit_resample` reads the target once and does not read X. The result starts with the
    partitions of the input, computed by the same tasks. Partitions of new rows follow, class
    by class; each is at most as large as the largest partition of the input. New rows
    continue an integer index of a DataFrame; any other index is null there. X must have
    dtype float32, float64 or integer, or numeric columns. The tasks that read X check that it
    is finite.

    One task gathers all rows of a class to over-sample, so these rows must fit into the memory
    of one worker. The search splits them into shards. Computing the target of the result does
    not read the features.

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


class BorderlineSMOTE(TakesCollections, over_sampling.BorderlineSMOTE):
    """Borderline-SMOTE for dask collections: new rows from the rows in danger.

    Parameters
    ----------
    sampling_strategy : float, str or dict, default="auto"
        As in imbalanced-learn: which classes to over-sample, and to how many rows.
    random_state : int, RandomState instance or None, default=None
        With an int, every call returns the same rows.
        The tasks draw from a copy of an instance. The instance is then reseeded from its own
        numbers, because the number of draws is not known yet.
    k_neighbors : int >= 1, default=5
        Number of nearest neighbors of a row in danger to interpolate with.
    m_neighbors : int >= 1, default=10
        Number of nearest rows of any class that decide whether a row is in danger.
    kind : {"borderline-1", "borderline-2"}, default="borderline-1"
        Whether a row in danger is interpolated with rows of its own class only, or with its
        nearest rows of all classes. Differences to rows of other classes are then shrunk by a
        factor below 0.5.
    missing : {"error"}, default="error"
        As for `SMOTE`.
    values : dict, "infer" or None, default=None
        As for `SMOTE`.

    Attributes
    ----------
    sampling_strategy_ : dict
        The requested number of new rows of each class.
    n_features_in_ : int
        The number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        The column names of a DataFrame, if they are all strings.

    Notes
    -----
    The rows are bit for bit those of `fastsmote.over_sampling.BorderlineSMOTE` for the same table
    in memory, in the same order, for any number of partitions, threads and workers, and even if a
    worker is lost. That class documents ties and the steps of the paper. `fit_resample` documents
    the errors.

    The passes over the input, the partitions and index of the result, and the dtypes of X are
    as in `SMOTE`.

    One task per class gathers all rows of a class to over-sample, so these rows must fit into
    the memory of one worker. Then these rows search each partition, which a worker holds or
    spills until then. The number of new rows is known only when they are computed: a class
    without rows in danger gets no new rows.

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


class ADASYN(TakesCollections, over_sampling.ADASYN):
    """ADASYN for dask collections: more new rows where more neighbors are of another class.

    Parameters
    ----------
    sampling_strategy : float, str or dict, default="auto"
        As in imbalanced-learn: which classes to over-sample, and to about how many rows.
    random_state : int, RandomState instance or None, default=None
        An int gives the same rows at every call; all classes draw from one stream. The tasks
        draw from a copy of an instance. The instance is then reseeded from its own numbers,
        because the number of draws is not known yet.
    n_neighbors : int >= 1, default=5
        Number of nearest rows of any class among which other classes are counted, and number
        of nearest neighbors of the same class to interpolate with.
    missing : {"error"}, default="error"
        As for `SMOTE`.
    values : dict, "infer" or None, default=None
        As for `SMOTE`.

    Attributes
    ----------
    sampling_strategy_ : dict
        The requested number of new rows of each class.
    n_features_in_ : int
        The number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        The column names of a DataFrame, if they are all strings.

    Notes
    -----
    The rows are bit for bit those of `fastsmote.over_sampling.ADASYN` for the same table in memory,
    in the same order, for any number of partitions, threads and workers, and even if a worker is
    lost. That class documents ties and the steps of the paper. `fit_resample` documents the errors.

    The passes over the input, the partitions and index of the result, and the dtypes of X are
    as in `SMOTE`.

    The rows that are gathered and searched are as in `BorderlineSMOTE`. The number of new rows
    is known only when they are computed. Computing them raises ``RuntimeError`` if no neighbor
    is of another class, and ``ValueError`` if every count of new rows rounds to zero.

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


class SMOTENC(TakesCollections, smotenc.SMOTENC):
    """SMOTE-NC for dask collections: SMOTE of numeric and categorical columns.

    Parameters
    ----------
    categorical_features : "auto" or array-like of str, int or bool
        The categorical features: names of columns of a DataFrame, positions, or a mask. "auto"
        means the columns of dtype category.
    sampling_strategy : float, str or dict, default="auto"
        As for `SMOTE`.
    random_state : int, RandomState instance or None, default=None
        With an int, every call returns the same rows.
        The tasks draw from a copy of an instance. The instance is then reseeded from its own
        numbers, because the number of draws is not known yet.
    k_neighbors : int >= 1, default=5
        Number of nearest neighbors to interpolate with, and to vote on categories.
    missing : {"error"}, default="error"
        As for `SMOTE`. A missing category is an error too.
    values : dict, "infer" or None, default=None
        Rules for the values of the numeric columns, as for `SMOTE`.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of new rows of each class.
    categorical_features_ : ndarray of int
        The positions of the categorical features.
    continuous_features_ : ndarray of int
        The positions of the numeric features.
    n_features_in_ : int
        The number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        The column names of a DataFrame, if they are all strings.

    Notes
    -----
    The rows are bit for bit those of `fastsmote.over_sampling.SMOTENC` for the same table in
    memory, in the same order, for any number of partitions, threads and workers, and even if a
    worker is lost. That class documents ties and the steps of the paper. There is no parameter
    `categorical_encoder`: categories are encoded as by its default. `fit_resample` documents the
    errors.

    The passes over the input, the partitions and index of the result, and the gathered rows are
    as in `SMOTE`. An Array has dtype float32, float64, integer or object; an object array has
    numbers in all columns that are not categorical. The categories of a column must be values
    that can be sorted together. When the result is computed, ``ValueError`` is raised if a
    category is missing, or if the numbers of a class hardly vary or vary too much: then the
    in-memory class computes in imbalanced-learn's way.

    References
    ----------
    N. V. Chawla, K. W. Bowyer, L. O. Hall, W. P. Kegelmeyer, "SMOTE: synthetic minority
    over-sampling technique", Journal of Artificial Intelligence Research 16, 321-357,
    2002, section 6.1.

    Examples
    --------
    >>> import dask.array as da, numpy as np
    >>> from fastsmote.distributed import SMOTENC
    >>> rng = np.random.RandomState(0)
    >>> X = np.column_stack([rng.randn(30), rng.randint(3, size=30)])
    >>> y = da.from_array(np.repeat([0, 1], [20, 10]), chunks=10)
    >>> sampler = SMOTENC([1], random_state=0)
    >>> X_resampled, _ = sampler.fit_resample(da.from_array(X, chunks=(10, 2)), y)
    >>> X_resampled.shape
    (40, 2)
    """
