"""Programs of users that a type checker must accept, with the types that it must find."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
from imblearn.over_sampling import SMOTE as StockSMOTE
from imblearn.pipeline import Pipeline, make_pipeline
from sklearn.base import BaseEstimator, clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors
from typing_extensions import assert_type

import fastsmote
from fastsmote.combine import SMOTEENN, SMOTETomek
from fastsmote.losses import FocalLoss, FocalLossClassifier
from fastsmote.neighbors import NearestNeighbors
from fastsmote.offline import OfflineError, iter_synthetic, resample
from fastsmote.over_sampling import (
    ADASYN,
    SMOTE,
    SMOTEN,
    SMOTENC,
    SVMSMOTE,
    BorderlineSMOTE,
    KMeansSMOTE,
    RandomOverSampler,
)
from fastsmote.under_sampling import (
    AllKNN,
    ClusterCentroids,
    CondensedNearestNeighbour,
    EditedNearestNeighbours,
    InstanceHardnessThreshold,
    NearMiss,
    NeighbourhoodCleaningRule,
    OneSidedSelection,
    RandomUnderSampler,
    RepeatedEditedNearestNeighbours,
    TomekLinks,
)

Matrix = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]

X: Matrix = np.zeros((20, 2), np.float32)
y: Labels = np.repeat([0, 1], 10)


def every_sampler_in_a_pipeline() -> None:
    counts = np.bincount(y)
    samplers = [
        SMOTE(sampling_strategy=0.5, random_state=0, k_neighbors=min(5, counts.min() - 1)),
        BorderlineSMOTE(kind="borderline-2", m_neighbors=NearestNeighbors(n_neighbors=11)),
        ADASYN(sampling_strategy={0: 10, 1: counts[0]}, missing="partial"),
        KMeansSMOTE(kmeans_estimator=8, cluster_balance_threshold=0.1, n_jobs=2),
        RandomOverSampler(shrinkage={1: 0.5}, random_state=np.random.RandomState(0)),
        SMOTEN(None, k_neighbors=StockNearestNeighbors(n_neighbors=6)),
        SMOTENC([0, 3], values={"age": "integer", "share": (0, None), 2: [1, 2, 5]}),
        SMOTENC("auto", values="infer"),
        SVMSMOTE(out_step=1, svm_estimator=LogisticRegression()),
        AllKNN(sampling_strategy=[0], allow_minority=True),
        ClusterCentroids(voting="hard"),
        CondensedNearestNeighbour(n_neighbors=1, n_seeds_S=2),
        EditedNearestNeighbours(kind_sel="mode"),
        InstanceHardnessThreshold(estimator=LogisticRegression(), cv=3),
        NearMiss(version=3, n_neighbors_ver3=4),
        NeighbourhoodCleaningRule(edited_nearest_neighbours=EditedNearestNeighbours()),
        OneSidedSelection(random_state=np.int64(3)),
        RandomUnderSampler(sampling_strategy=lambda y: {0: 5}, replacement=True),
        RepeatedEditedNearestNeighbours(max_iter=10),
        TomekLinks(sampling_strategy="majority"),
        SMOTEENN(smote=SMOTE(k_neighbors=3), enn=EditedNearestNeighbours()),
        SMOTETomek(smote=StockSMOTE(), tomek=TomekLinks()),
    ]
    for sampler in samplers:
        model = Pipeline([("sampler", sampler), ("model", LogisticRegression())])
        model.fit(X, y).predict(X)
        make_pipeline(clone(sampler), LogisticRegression())
        cross_val_score(model, X, y)
        sampler.fit_resample(X, y)
        sampler.fit(X, y).set_params(sampling_strategy="all").get_params()["sampling_strategy"]


def a_subclass_of_the_classes_of_imbalanced_learn(
    smote: StockSMOTE, estimator: BaseEstimator
) -> None:
    a_subclass_of_the_classes_of_imbalanced_learn(SMOTE(), TomekLinks())
    a_subclass_of_the_classes_of_imbalanced_learn(SMOTE(), NearestNeighbors())
    a_subclass_of_the_classes_of_imbalanced_learn(
        SMOTE(), fastsmote.PriorCorrectedClassifier(LogisticRegression(), smote)
    )


def the_container_that_went_in_comes_out(
    frame: pd.DataFrame,
    column: pd.Series,
    polars_frame: pl.DataFrame,
    polars_column: pl.Series,
) -> None:
    assert_type(SMOTE().fit_resample(X, y), tuple[Matrix, Labels])
    assert_type(SMOTE().fit_resample(frame, column), tuple[pd.DataFrame, pd.Series])
    assert_type(SMOTE().fit_resample(frame, y), tuple[pd.DataFrame, Labels])
    assert_type(
        RandomUnderSampler().fit_resample(polars_frame, polars_column),
        tuple[pl.DataFrame, pl.Series],
    )
    assert_type(
        SMOTEENN().fit_resample([[0.0], [1.0]], [0, 1]), tuple[list[list[float]], list[int]]
    )
    assert_type(SMOTE().fit_resample(((0.0,), (1.0,)), (0, 1)), tuple[Any, Any])


def fitted_attributes() -> None:
    smote = SMOTE().fit(X, y)
    assert_type(smote, SMOTE)
    assert_type(smote.sampling_strategy_, dict[Any, int])
    assert_type(smote.is_synthetic_, npt.NDArray[np.bool_])
    assert_type(smote.n_features_in_, int)
    assert_type(smote.provenance_, fastsmote.Provenance)
    assert_type(smote.provenance_.base_rows, npt.NDArray[np.int64])
    assert_type(smote.provenance_.gaps, npt.NDArray[np.float64])
    assert_type(TomekLinks().sample_indices_, npt.NDArray[np.int64])
    assert_type(AllKNN().fit(X, y).set_params(n_neighbors=5), AllKNN)


def rows_again(frame: pd.DataFrame, weights: npt.NDArray[np.float64]) -> None:
    smote = SMOTE().fit(X, y)
    assert_type(fastsmote.resample_like(smote, weights, how="interpolate"), npt.NDArray[np.float64])
    assert_type(fastsmote.resample_like(smote.provenance_, weights), npt.NDArray[np.float64])
    assert_type(fastsmote.regenerate(frame, smote.provenance_), pd.DataFrame)


def decisions(frame: pd.DataFrame, column: pd.Series) -> None:
    result = fastsmote.compare(
        LogisticRegression(),
        frame,
        column,
        strategies=["none", "SMOTE", SMOTE(k_neighbors=3)],
        cv=StratifiedKFold(3),
        cost={0: 1, 1: 10},
        random_state=0,
    )
    assert_type(result, fastsmote.Comparison)
    assert_type(result.names_, list[str])
    assert_type(result.table, pd.DataFrame)
    assert_type(result.difference("SMOTE", "f_beta").low, float)
    result.best_.predict(frame)
    in_pipeline = Pipeline([("model", LogisticRegression())])
    fastsmote.compare(in_pipeline, X, y, strategies={"mine": SMOTE()}, cv=3)
    report = fastsmote.neighborhood(frame, column, k=3)
    assert_type(report.counts_, npt.NDArray[np.int64])
    assert_type(report.advice(), str)
    model = fastsmote.PriorCorrectedClassifier(LogisticRegression(), SMOTE()).fit(X, y)
    assert_type(model.predict_proba(X), npt.NDArray[np.float64])


def contexts() -> None:
    with fastsmote.threads(2), fastsmote.progress():
        assert_type(fastsmote.get_n_threads(), int)
    with fastsmote.patch_imblearn():
        assert_type(fastsmote.is_patched(), bool)
    fastsmote.unpatch_imblearn()


def neighbors() -> None:
    search = NearestNeighbors(n_neighbors=3).fit(X)
    distances, rows = search.kneighbors(X)
    assert_type(distances, npt.NDArray[np.float64])
    assert_type(rows, npt.NDArray[np.int64])
    assert_type(search.kneighbors(return_distance=False), npt.NDArray[np.int64])


def losses() -> None:
    _, hessian = FocalLoss(gamma=2, alpha=0.25)([0, 1], [0.5, 0.5])
    assert_type(hessian, npt.NDArray[np.float64])
    model = FocalLossClassifier(LogisticRegression(), gamma=1.5).fit(X, y, sample_weight=None)
    assert_type(model.predict_proba(X), npt.NDArray[np.float64])


def files() -> None:
    for block in iter_synthetic(X, 100, seed=1):
        block.sum()
    try:
        summary = resample("in/", "out/", target="fraud", exclude=["id"], values="infer")
        assert_type(summary, dict[str, Any])
    except OfflineError as error:
        print(error)
