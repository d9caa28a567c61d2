"""Spark DataFrames: the order of rows, the roles and types of columns, and what is refused."""

import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from helpers.pages import examples_of, examples_with, text_of
from helpers.spark import MARKS, running_spark
from helpers.tables import make_sales
from pyspark.errors import PythonException
from pyspark.sql import functions as F

from fastsmote import over_sampling, under_sampling
from fastsmote.spark import (
    ADASYN,
    SMOTE,
    SMOTENC,
    BorderlineSMOTE,
    RandomUnderSampler,
    TomekLinks,
)

pytestmark = MARKS
FEATURES = ["amount", "items", "age"]
SALES = make_sales()


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    with running_spark(tmp_path_factory.mktemp("spark")) as session:
        yield session


@pytest.fixture(scope="module")
def sales(session):
    return session.createDataFrame(SALES)


def in_memory(sampler, frame, features=FEATURES):
    X, y = sampler.fit_resample(frame[features], frame["label"])
    return X.reset_index(drop=True).assign(label=y.to_numpy())


def sorted_by_id(table):
    return table.sort_by([("id", "ascending"), ("time", "ascending")])


# Rows


def test_smote_writes_the_input_as_it_is_and_then_the_new_rows(session, sales, tmp_path):
    session.conf.set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
    table = sales.withColumn("tags", F.create_map(F.lit("shop"), F.col("shop")))
    sampler = SMOTE(k_neighbors=4, random_state=7)
    out = sampler.fit_resample(table, "label", features=FEATURES, order_by="batch")
    out.write.parquet(str(tmp_path / "out"))
    written = pa.concat_tables(map(pq.read_table, sorted((tmp_path / "out").glob("*.parquet"))))
    tags = written.column("tags").to_pylist()
    written = written.drop_columns("tags").cast(SALES.schema)
    is_new = pd.isna(written["id"].to_pandas())
    original, new = written.filter(pa.array(~is_new)), written.filter(pa.array(is_new))
    assert sorted_by_id(original).equals(sorted_by_id(SALES))
    assert [dict(tag) for tag in tags[:3]] == [{"shop": s} for s in written["shop"][:3].to_pylist()]
    assert tags[len(SALES) :] == [None] * len(new)
    for name in set(SALES.schema.names) - {*FEATURES, "label"}:
        assert new[name].null_count == len(new)
    # Rows that tie are ordered by the features.
    frame = SALES.to_pandas().sort_values(["batch", *FEATURES])
    expected = in_memory(over_sampling.SMOTE(k_neighbors=4, random_state=7), frame)
    got = new.select([*FEATURES, "label"]).to_pandas()
    pd.testing.assert_frame_equal(got, expected[len(SALES) :].reset_index(drop=True))


def test_without_order_by_the_rows_are_ordered_by_the_features(sales):
    sampler = RandomUnderSampler(random_state=0)
    out = sampler.fit_resample(sales, "label", features=FEATURES, row_number="row")
    frame = SALES.to_pandas().sort_values([*FEATURES, "label", "id"])
    theirs = under_sampling.RandomUnderSampler(random_state=0)
    X, _ = theirs.fit_resample(frame, frame["label"])
    got = out.orderBy("row").toArrow()
    assert got["id"].to_pylist() == X["id"].tolist()
    sampler.unpersist()


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (
            BorderlineSMOTE(kind="borderline-2", random_state=0),
            over_sampling.BorderlineSMOTE(kind="borderline-2", random_state=0),
        ),
        (
            SMOTE(values="infer", random_state=0),
            over_sampling.SMOTE(values="infer", random_state=0),
        ),
        (SMOTENC([1], random_state=0), over_sampling.SMOTENC([1], random_state=0)),
    ],
    ids=lambda sampler: type(sampler).__name__,
)
def test_other_parameters(ours, theirs, sales):
    features = ["amount", "shop", "age"] if isinstance(ours, SMOTENC) else FEATURES
    options = {"features": features, "order_by": "id", "row_number": "row"}
    got = ours.fit_resample(sales, "label", **options).orderBy("row").toArrow()
    ours.unpersist()
    frame = SALES.to_pandas().sort_values("id")
    expected = in_memory(theirs, frame, features)
    got = got.select([*features, "label"]).to_pandas()
    pd.testing.assert_frame_equal(got, expected, check_exact=True)


def test_most_partitions_may_be_empty(session):
    session.conf.set("spark.sql.shuffle.partitions", 11)
    # Rows with equal keys are in one partition.
    frame = pd.DataFrame({"a": np.repeat([1.0, 2.0, 3.0], 8), "label": np.tile([0, 0, 1], 8)})
    sampler = ADASYN(n_neighbors=3, random_state=0, sampling_strategy={1: 16})
    table = session.createDataFrame(frame)
    out = sampler.fit_resample(table, "label", features="a", order_by="a", row_number="row")
    got = out.orderBy("row").toArrow().to_pandas()
    ordered = frame.sort_values(["a", "label"])
    theirs = over_sampling.ADASYN(n_neighbors=3, random_state=0, sampling_strategy={1: 16})
    expected = in_memory(theirs, ordered, ["a"])
    pd.testing.assert_frame_equal(got[["a", "label"]], expected)
    session.conf.set("spark.sql.shuffle.partitions", 3)


def test_names_may_have_any_characters(session):
    frame = pd.DataFrame({"a.b": np.arange(20.0), "c`d e": np.arange(20) % 4 == 0})
    out = SMOTE(random_state=0, k_neighbors=2).fit_resample(
        session.createDataFrame(frame), "c`d e", row_number="row.number"
    )
    assert out.columns == ["a.b", "c`d e", "row.number"]
    assert out.count() == 30


@pytest.mark.parametrize("page", ["cluster.md", "../README.md"])
def test_the_example_of_the_docs(page, session, tmp_path, monkeypatch):
    (make, _), *_ = examples_of(text_of("files.md"))
    (example,) = examples_with(page, "pyspark")
    monkeypatch.chdir(tmp_path)
    exec(make, {})
    frame = pd.read_parquet("payments.parquet")[:20_000]
    frame.to_parquet("payments.parquet")
    for name in ("payments.parquet", "balanced_spark"):  # Spark runs in another folder
        assert f'"{name}"' in example
        example = example.replace(f'"{name}"', repr(str(tmp_path / name)))
    exec(example, {})
    written = session.read.parquet(str(tmp_path / "balanced_spark"))
    got = written.where(F.col("id").isNull()).toArrow().to_pandas()
    features = ["amount", "hour", "age"]
    ordered = frame.sort_values("id")
    X, y = over_sampling.SMOTE(random_state=0).fit_resample(ordered[features], ordered["fraud"])
    assert written.count() == len(X)
    expected = X[len(frame) :].sort_values(features, ignore_index=True)
    got = got.sort_values(features, ignore_index=True)
    pd.testing.assert_frame_equal(got[features], expected, check_exact=True)
    assert got["fraud"].all() == y.iloc[-1]


# Lifetime


def test_a_result_of_some_rows_needs_the_ordered_table(session, sales):
    first, second = RandomUnderSampler(random_state=0), RandomUnderSampler(random_state=0)
    out = first.fit_resample(sales, "label", features=FEATURES)
    other = second.fit_resample(sales, "label", features=FEATURES)
    n_rows = other.count()
    first.unpersist()
    assert other.count() == n_rows  # the table of another call
    assert pickle.loads(pickle.dumps(second)).sampling_strategy_ == second.sampling_strategy_
    second.unpersist()
    session.conf.set("spark.sql.shuffle.partitions", 5)
    with pytest.raises(PythonException, match="sorted table of fit_resample is no longer persist"):
        out.count()
    session.conf.set("spark.sql.shuffle.partitions", 3)


def test_a_call_leaves_nothing_persisted_behind(session, sales):
    def persisted():
        return session.sparkContext._jsc.getPersistentRDDs().size()

    before = persisted()
    SMOTE(random_state=0).fit_resample(sales, "label", features=FEATURES).count()
    assert persisted() == before
    with pytest.raises(ValueError, match="600"):
        SMOTE(k_neighbors=600).fit_resample(sales, "label", features=FEATURES)
    assert persisted() == before
    with pytest.raises(ValueError, match="'age': nan"):
        TomekLinks().fit_resample(
            sales.selectExpr("* except (age)", "double('nan') age"), "label", features=FEATURES
        )
    assert persisted() == before
    sampler = TomekLinks()
    out = sampler.fit_resample(sales, "label", features=FEATURES)
    assert out.count() < len(SALES)
    assert persisted() == before + 1
    assert pickle.loads(pickle.dumps(sampler)).sampling_strategy_ == sampler.sampling_strategy_
    sampler.unpersist()
    assert persisted() == before


def test_attributes(sales):
    frame = SALES.to_pandas()
    reference = over_sampling.SMOTE().fit(frame[FEATURES], frame["label"])
    fitted = SMOTE().fit(sales, "label", features=FEATURES)
    resampler = SMOTE()
    resampler.fit_resample(sales, "label", features=FEATURES)
    for sampler in (fitted, resampler):
        assert sampler.sampling_strategy_ == reference.sampling_strategy_
        assert sampler.n_features_in_ == 3
        assert sampler.feature_names_in_.tolist() == FEATURES


# Errors


@pytest.mark.parametrize(
    ("value", "text"), [("double('nan')", "nan"), ("null", "nan"), ("double('-inf')", "-inf")]
)
@pytest.mark.parametrize("sampler", [SMOTE(), TomekLinks()], ids=["SMOTE", "TomekLinks"])
def test_a_feature_that_is_not_finite(sampler, value, text, sales):
    wrong = sales.withColumn("age", F.expr(f"if(id = 17, {value}, age)"))
    if isinstance(sampler, SMOTE):  # which reads only the classes to over-sample
        wrong = wrong.withColumn("label", F.expr("if(id = 17, 'fraud', label)"))
    with pytest.raises(ValueError, match=rf"X, row 17, column 'age': {text}"):
        sampler.fit_resample(wrong, "label", features=FEATURES, order_by="id")


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"target": "fraud"}, "the target is 'fraud'; it must be the name"),
        ({"features": ["amonut"]}, "features: no column matches 'amonut'"),
        ({"features": None, "exclude": ["*_id"]}, r"exclude: no column matches '\*_id'"),
        ({"features": None}, r"features must be numbers.*'shop' \(.*pass exclude=\['shop', "),
        ({"features": None, "exclude": ["shop", "*time"]}, r"Pass exclude=\['id'\]"),
        ({"features": ["age", "price"]}, r"features must be numbers.*'price' \(Decimal"),
        ({"order_by": ["id", "day"]}, "order_by contains 'day'; it must contain columns"),
        ({"order_by": "tags"}, r"order_by contains 'tags' \(map<string,int>\), by which Spark"),
        ({"row_number": "id"}, "row_number is 'id'; it must be a name that no column"),
        ({"target": "age", "features": "amount"}, "the target, partition 0: .*continuous"),
        ({"target": "note", "features": "amount"}, r"has \d+ missing values; every row must have"),
        ({"target": "price", "features": "amount"}, "has values of decimal"),
    ],
)
def test_a_wrong_option_is_named(options, text, sales):
    others = "decimal(1.5) as price", "int(null) as note", "map('a', 1) as tags"
    table = sales.selectExpr("*", *others)
    options = {"target": "label", "features": FEATURES, **options}
    if options["features"] is None:
        table = table.drop("price", "note", "tags")
    with pytest.raises(ValueError, match=text):
        SMOTE().fit_resample(table, **options)


def test_tables_of_other_kinds_and_targets_that_are_no_names_are_refused(sales):
    with pytest.raises(TypeError, match="df is pandas's DataFrame; it must be a Spark DataFrame"):
        SMOTE().fit_resample(SALES.to_pandas(), "label")
    with pytest.raises(TypeError, match="target is a Column; it must be the name of a column"):
        SMOTE().fit_resample(sales, sales.label)
    with pytest.raises(ValueError, match="df has no rows"):
        SMOTE().fit_resample(sales.where("id < 0"), "label", features=FEATURES)


@pytest.mark.parametrize(
    ("sampler", "text"),
    [
        (SMOTE(sampling_strategy=lambda y: {"fraud": 600}), "a callable would need the whole"),
        (SMOTE(missing="partial"), "missing is 'partial'; for Spark DataFrames it must be 'error'"),
        (SMOTE(k_neighbors=100), "class 'fraud' has 89 rows, k_neighbors=100 needs 101"),
    ],
    ids=["callable", "missing", "k_neighbors"],
)
def test_parameters_that_clusters_do_not_support(sampler, text, sales):
    with pytest.raises(ValueError, match=text):
        sampler.fit_resample(sales, "label", features=FEATURES)


def test_other_samplers_and_names():
    from fastsmote import spark

    with pytest.raises(AttributeError, match="KMeansSMOTE has no version for Spark DataFrames"):
        spark.KMeansSMOTE  # noqa: B018
    with pytest.raises(ImportError, match=r"use fastsmote\.under_sampling\.AllKNN and pass df"):
        from fastsmote.spark import AllKNN  # noqa: F401
    with pytest.raises(AttributeError, match=r"'fastsmote\.spark' has no attribute 'nothing'"):
        spark.nothing  # noqa: B018


def test_without_pyspark_the_error_names_the_extra():
    code = "import sys; sys.modules['pyspark'] = None; import fastsmote.spark"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100)
    assert done.returncode == 1
    assert 'python -m pip install "fastsmote[spark]"' in done.stderr
