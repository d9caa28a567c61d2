"""SMOTEENN and SMOTETomek of Spark DataFrames."""

from fastsmote._cluster import combine
from fastsmote.spark._docstrings import documented_for_spark
from fastsmote.spark._estimator import TakesDataFrames


@documented_for_spark
class SMOTEENN(TakesDataFrames, combine.SMOTEENN):
    """SMOTEENN for Spark DataFrames: SMOTE, then remove rows that neighbors outvote."""


@documented_for_spark
class SMOTETomek(TakesDataFrames, combine.SMOTETomek):
    """SMOTETomek for Spark DataFrames: SMOTE, then remove the ends of Tomek links."""
