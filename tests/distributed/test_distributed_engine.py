"""The operations of a plan as dask tasks."""

import pytest
from helpers.engine_checks import CHECKS

dask = pytest.importorskip("dask")

from fastsmote.distributed._engine import DaskEngine, Sequence  # noqa: E402
from fastsmote.distributed._graph import Graph  # noqa: E402


def same(value):
    return value


@pytest.mark.parametrize("scheduler", ["synchronous", "threads"])
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_engine_keeps_the_promises_of_the_protocol(check, scheduler):
    engine = DaskEngine(Graph())

    def get(handle):
        one = engine.one(same, handle) if isinstance(handle, Sequence) else handle
        return dask.base.get_scheduler(scheduler=scheduler)(engine.graph.tasks, one.key)

    check(engine, get)


def test_tasks_are_named_after_their_functions():
    engine = DaskEngine(Graph())
    key = engine.one(same, engine.given([1])).key
    assert key[0].startswith("fastsmote-same-")
    assert key in engine.graph.tasks
