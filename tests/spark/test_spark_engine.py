"""The engine of Spark runs tasks as the protocol of engines says."""

import numpy as np
import pyarrow as pa
import pytest
from helpers.engine_checks import CHECKS
from helpers.spark import MARKS, running_spark

from fastsmote.spark import _tasks as tasks
from fastsmote.spark._engine import SparkEngine

pytestmark = MARKS


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    with running_spark(tmp_path_factory.mktemp("spark")) as session:
        yield session


@pytest.fixture
def engine(session):
    engine = SparkEngine(session)
    yield engine
    engine.close()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_protocol(check, engine):
    check(engine, engine.value_of)


def _number(number):
    return number


def _ten():
    return 10


def _refuse(number):
    if number > 1:
        raise ValueError(f"row {number} is refused")
    return number


def _add(left, right):
    return left + right


def _pieces(number):
    return [number, number]


def _table(number, offset):
    return [pa.table({"number": pa.array([number, number + offset], pa.int64())})]


def _note(number, folder):
    with open(f"{folder}/{number}", "a") as file:
        file.write("x")
    return number


@pytest.mark.parametrize("operation", ["one", "each", "reduce", "cross", "exchange", "together"])
def test_the_error_of_the_first_task_is_raised_as_it_is(operation, engine):
    refused = engine.numbered(12, _refuse)
    handle = {
        "one": lambda: engine.one(sum, refused),
        "each": lambda: engine.each(_number, refused),
        "reduce": lambda: engine.reduce(sum, refused),
        "cross": lambda: engine.cross(_add, engine.given([0]), refused, max),
        "exchange": lambda: engine.exchange(_pieces, refused, 2, sum),
        "together": lambda: engine.together(refused, engine.given([0])),
    }[operation]()
    with pytest.raises(ValueError, match=r"^row 2 is refused$") as caught:
        engine.value_of(handle)
    assert type(caught.value) is ValueError


def test_a_result_that_several_jobs_need_is_computed_once(engine, tmp_path):
    noted = engine.each(_note, engine.numbered(3, _number), folder=str(tmp_path))
    total, doubled = engine.reduce(sum, noted), engine.each(_add, noted, engine.reduce(sum, noted))
    assert engine.value_of(total) == 3
    assert engine.value_of(doubled) == [3, 4, 5]
    assert [len(path.read_text()) for path in sorted(tmp_path.iterdir())] == [1, 1, 1]


def test_steps_that_follow_each_other_run_in_one_task(engine):
    first = engine.numbered(4, _number)
    second = engine.each(_add, (first, engine.each(_number, first)))
    plan = engine._mapped(second)._jdf.queryExecution().sparkPlan().toString()
    assert plan.count("MapInArrow") == 1
    assert engine.value_of(second) == [0, 2, 4, 6]


def test_rows_of_a_result_outlive_the_plan(engine):
    many = engine.each(_table, engine.numbered(3, _number), engine.one(_ten))
    rows = engine.rows_of(many, "number long")
    engine.close()
    assert sorted(row.number for row in rows.collect()) == [0, 1, 2, 10, 11, 12]


def test_a_value_that_is_too_large_for_spark(monkeypatch):
    monkeypatch.setattr(tasks, "MOST_BYTES", 1_000)
    tasks.as_row(3, np.zeros(100))
    with pytest.raises(OverflowError, match=r"^value number 3 has 8,.* spark\.sql\.shuffle\."):
        tasks.as_row(3, np.zeros(1_000))
