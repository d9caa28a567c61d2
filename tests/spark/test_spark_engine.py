"""The engine of Spark runs tasks as the protocol of engines says."""

import os

import numpy as np
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
