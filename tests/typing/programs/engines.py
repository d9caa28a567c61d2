"""Programs of users of dask, Spark and Ray, with the types that a type checker must find."""

import dask.array as da
import dask.dataframe as dd
import ray.data
from pyspark.sql import DataFrame
from typing_extensions import assert_type

from fastsmote import distributed, spark
from fastsmote import ray as on_ray


def dask_collections(X: da.Array, y: da.Array, frame: dd.DataFrame, column: dd.Series) -> None:
    smote = distributed.SMOTE(k_neighbors=3)
    assert_type(smote.fit_resample(X, y), tuple[da.Array, da.Array])
    assert_type(smote.fit_resample(frame, column), tuple[dd.DataFrame, dd.Series])
    assert_type(smote.fit_resample(frame, "label", exclude=["id"]), dd.DataFrame)
    assert_type(smote.fit(frame, "label"), distributed.SMOTE)
    distributed.SMOTENC(["color"]).fit_resample(frame, "label")
    distributed.SMOTEENN(smote=smote, enn=distributed.EditedNearestNeighbours())
    distributed.NearMiss(version=1).fit_resample(X, y)
    smote.fit_resample(X)  # ERROR
    smote.fit_resample(X, 1)  # ERROR
    smote.fit_resample([[0.0]], "label")  # ERROR
    distributed.SMOTE(n_jobs=2)  # ERROR
    distributed.KMeansSMOTE()  # ERROR


def spark_frames(df: DataFrame) -> None:
    smote = spark.SMOTE(random_state=0)
    assert_type(smote.fit_resample(df, "label", order_by="time", row_number="row"), DataFrame)
    assert_type(smote.fit(df, "label"), spark.SMOTE)
    smote.unpersist()
    spark.TomekLinks().fit_resample(df, "label", features=["amount_*"])
    smote.fit_resample(df)  # ERROR
    smote.fit_resample(df, target=["label"])  # ERROR
    spark.SVMSMOTE()  # ERROR


def ray_datasets(ds: ray.data.Dataset) -> None:
    smote = on_ray.SMOTE(random_state=0)
    assert_type(smote.fit_resample(ds, "label", order_by=["time"]), ray.data.Dataset)
    assert_type(smote.fit(ds, "label"), on_ray.SMOTE)
    on_ray.RandomUnderSampler(replacement=True).fit_resample(ds, "label")
    smote.fit_resample(ds)  # ERROR
    on_ray.ADASYN().fit_resample(ds, "label", row_number=0)  # ERROR
    on_ray.AllKNN()  # ERROR
