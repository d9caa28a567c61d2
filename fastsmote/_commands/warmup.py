"""Compile all kernels into the cache, for container images and CI."""

import numpy as np
from scipy import sparse

from fastsmote import _kernels as kernels
from fastsmote._rules.values import no_rules, obeyed
from fastsmote._search.class_index import ClassIndex
from fastsmote._search.lists import NeighborLists
from fastsmote._search.scan import scan
from fastsmote._search.self_join import join_tree
from fastsmote.combine import SMOTETomek
from fastsmote.losses import FocalLoss
from fastsmote.over_sampling import ADASYN, SMOTE, SMOTEN, BorderlineSMOTE, KMeansSMOTE
from fastsmote.under_sampling import CondensedNearestNeighbour, EditedNearestNeighbours

N_ROWS = 20_000  # more than one task handles, so that kernels for large tables run too


def warmup():
    """Run each sampler once on float32, float64 and integers, dense and sparse, and the loss.

    The dense floats come with missing values, too.

    Returns
    -------
    names : list of str
        The compiled kernels.
    """
    random_state = np.random.RandomState(0)
    X = random_state.randn(N_ROWS, 3) * 1000.0
    y = (random_state.uniform(size=N_ROWS) < 0.02).astype(np.int64)
    for dtype in (np.float64, np.float32, np.int64, np.int32):
        SMOTETomek(random_state=0).fit_resample(X.astype(dtype), y)
    for dtype in (np.float64, np.float32):
        for sampler in (SMOTE, BorderlineSMOTE, ADASYN, CondensedNearestNeighbour):
            sampler(random_state=0).fit_resample(X.astype(dtype), y)
        obeyed(X.astype(dtype), no_rules(3, dtype))
        EditedNearestNeighbours().fit_resample(X.astype(dtype), y)
        index = ClassIndex(X[:1000].astype(dtype), [np.arange(1000)])
        for n_rows in (1000, 10):
            scan(index.X[:n_rows], index.X[:10], 1)
        join_tree(NeighborLists(np.arange(1000), 1), index.tree(0), index.X, index.projection)
    for dtype in (np.float64, np.float32, np.int64, np.int32):
        for rows in (X, sparse.csr_array(X)):
            few = rows[:1000].astype(dtype)
            SMOTE(random_state=0, values="infer").fit_resample(few, y[:1000])
    for dtype in (np.float64, np.float32):
        few = X[:1000].astype(dtype)
        few[::7, 0] = np.nan
        for sampler in (SMOTETomek, BorderlineSMOTE, ADASYN):
            sampler(random_state=0, missing="partial").fit_resample(few, y[:1000])
        EditedNearestNeighbours(missing="partial").fit_resample(few, y[:1000])
    wide = sparse.random(1000, 1000, 0.01, format="csr", random_state=random_state)
    for dtype in (np.float64, np.float32, np.int64, np.int32):
        SMOTETomek(random_state=0).fit_resample(wide.astype(dtype), np.arange(1000) % 7 == 0)
    SMOTEN(random_state=0).fit_resample((X // 1000).astype(np.int64), y)
    clusters = {"kmeans_estimator": 1, "cluster_balance_threshold": 0.0}
    KMeansSMOTE(random_state=0, **clusters).fit_resample(X, y)
    FocalLoss().value(y, X[:, 0])
    return [
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in map(kernels.__getattr__, kernels.COMPILED)
        for name, member in vars(module).items()
        if getattr(member, "signatures", None) and member.__module__ == module.__name__
    ]
