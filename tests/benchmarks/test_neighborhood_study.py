"""The study that compares `neighborhood` with BorderlineSMOTE."""

import sys

import pytest


@pytest.mark.parametrize(("limit", "mark", "status"), [(0.0, "SLOW", 1), (float("inf"), "x\n", 0)])
def test_a_table_above_the_limit_is_marked(limit, mark, status, monkeypatch, capsys):
    pytest.importorskip("numba")
    from benchmarks.studies import neighborhood

    monkeypatch.setattr(neighborhood, "LIMIT", limit)
    monkeypatch.setattr(sys, "argv", ["neighborhood", "--tables", "small-500", "--rounds", "1"])
    with pytest.raises(SystemExit) as ended:
        neighborhood.main()
    printed = capsys.readouterr().out
    assert printed.startswith("small-500  neighborhood ")
    assert printed.rstrip(" \n").endswith(mark.strip())
    assert ended.value.code == status
