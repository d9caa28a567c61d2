"""SMOTEENN and SMOTETomek of dask collections."""

from fastsmote._cluster import combine
from fastsmote.distributed._estimator import TakesCollections


class SMOTEENN(TakesCollections, combine.SMOTEENN):
    """SMOTEENN for dask collections: SMOTE, then remove rows that their neighbors outvote.

    Parameters
    ----------
    sampling_strategy : float, str or dict, default="auto"
        As for `SMOTE`.
    random_state : int, RandomState instance or None, default=None
        As for `SMOTE`.
    smote : SMOTE, default=None
        imbalanced-learn's class or `fastsmote.over_sampling.SMOTE`; its parameters apply. None
        means the `sampling_strategy`, `random_state` and `values` of this class.
    enn : EditedNearestNeighbours, default=None
        imbalanced-learn's class or `fastsmote.under_sampling.EditedNearestNeighbours`; its
        parameters apply. None means ``sampling_strategy="all"``.
    missing : {"error"}, default="error"
        Only "error" is supported: NaN is an error. Tables in memory may have missing values.
    values : dict, "infer" or None, default=None
        Rules for the values of new rows, as for `SMOTE`. Give it only without `smote`.

    Attributes
    ----------
    sampling_strategy_ : object
        The parameter `sampling_strategy`, as in imbalanced-learn.
    smote_ : SMOTE
        The first step.
    enn_ : EditedNearestNeighbours
        The second step.
    n_features_in_ : int
        The number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        The column names of a DataFrame, if they are all strings.

    Notes
    -----
    The rows are bit for bit those of `fastsmote.combine.SMOTEENN` for the same table in memory, in
    the same order, for any number of partitions, threads and workers, and even if a worker is lost.
    They come class by class: first the rows of the input that are kept, then the new rows.
    `fit_resample` documents the errors.

    `fit_resample` reads the target once and does not read X. The dtypes of X and the memory are
    as in `SMOTE` and `EditedNearestNeighbours`: the rows of the input and the new rows are
    exchanged into buckets. A row of a DataFrame keeps its index. The index of a new row, if it
    is an integer, is the number of the row in the result of `SMOTE`.

    References
    ----------
    G. E. A. P. A. Batista, R. C. Prati, M. C. Monard, "A study of the behavior of several
    methods for balancing machine learning training data", SIGKDD Explorations 6, 20-29,
    2004, section 3.2.

    Examples
    --------
    >>> import dask.array as da, numpy as np
    >>> from fastsmote.distributed import SMOTEENN
    >>> X = da.from_array(np.random.RandomState(0).randn(60, 2), chunks=(20, 2))
    >>> y = da.from_array(np.repeat([0, 1], [45, 15]), chunks=20)
    >>> X_resampled, y_resampled = SMOTEENN(random_state=0).fit_resample(X, y)
    >>> len(X_resampled.compute()) <= 90
    True
    """


class SMOTETomek(TakesCollections, combine.SMOTETomek):
    """SMOTETomek for dask collections: SMOTE, then remove the ends of Tomek links.

    Parameters
    ----------
    sampling_strategy : float, str or dict, default="auto"
        As for `SMOTE`.
    random_state : int, RandomState instance or None, default=None
        As for `SMOTE`.
    smote : SMOTE, default=None
        imbalanced-learn's class or `fastsmote.over_sampling.SMOTE`; its parameters apply. None
        means the `sampling_strategy`, `random_state` and `values` of this class.
    tomek : TomekLinks, default=None
        imbalanced-learn's class or `fastsmote.under_sampling.TomekLinks`; its
        parameters apply. None means ``sampling_strategy="all"``.
    missing : {"error"}, default="error"
        Only "error" is supported: NaN is an error. Tables in memory may have missing values.
    values : dict, "infer" or None, default=None
        Rules for the values of new rows, as for `SMOTE`. Give it only without `smote`.

    Attributes
    ----------
    sampling_strategy_ : object
        The parameter `sampling_strategy`, as in imbalanced-learn.
    smote_ : SMOTE
        The first step.
    tomek_ : TomekLinks
        The second step.
    n_features_in_ : int
        The number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        The column names of a DataFrame, if they are all strings.

    Notes
    -----
    The rows are bit for bit those of `fastsmote.combine.SMOTETomek` for the same table in memory,
    in the same order, for any number of partitions, threads and workers, and even if a worker is
    lost. The rows of the input that are kept come first, then the new rows. `fit_resample`
    documents the errors.

    `fit_resample` reads the target once and does not read X. The dtypes of X and the memory are
    as in `SMOTE` and `EditedNearestNeighbours`: the rows of the input and the new rows are
    exchanged into buckets. A row of a DataFrame keeps its index. The index of a new row, if it
    is an integer, is the number of the row in the result of `SMOTE`.

    References
    ----------
    G. E. A. P. A. Batista, A. L. C. Bazzan, M. C. Monard, "Balancing training data for
    automated annotation of keywords: a case study", WOB 2003, 10-18, section 3.

    Examples
    --------
    >>> import dask.array as da, numpy as np
    >>> from fastsmote.distributed import SMOTETomek
    >>> X = da.from_array(np.random.RandomState(0).randn(60, 2), chunks=(20, 2))
    >>> y = da.from_array(np.repeat([0, 1], [45, 15]), chunks=20)
    >>> X_resampled, y_resampled = SMOTETomek(random_state=0).fit_resample(X, y)
    >>> len(X_resampled.compute()) <= 90
    True
    """
