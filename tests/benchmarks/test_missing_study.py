"""The study that compares ``missing="partial"`` with a table without missing values."""

import sys

import pytest


@pytest.mark.parametrize(("limit", "mark", "status"), [(0.0, " SLOW", 1), (float("inf"), "", 0)])
def test_a_ratio_above_the_limit_is_marked(limit, mark, status, monkeypatch, capsys):
    pytest.importorskip("numba")
    from benchmarks.studies import missing

    monkeypatch.setattr(missing, "LIMITS", {"complete": limit, "partial": limit})
    argv = ["missing", "--tables", "small-500", "--samplers", "SMOTE", "--rounds", "1"]
    monkeypatch.setattr(sys, "argv", argv)
    with pytest.raises(SystemExit) as ended:
        missing.main()
    words = capsys.readouterr().out.rstrip("\n").split("  ")
    assert words[:2] == ["small-500", "SMOTE"]
    assert [word.split("x")[-1] for word in words if "x" in word] == [mark, mark]
    assert ended.value.code == status


def test_a_share_of_the_values_is_missing_and_no_row_is_empty():
    pytest.importorskip("numba")
    import numpy as np

    from benchmarks.studies.missing import without_some

    X = np.ones((20_000, 2))
    is_missing = np.isnan(without_some(X, 0.3))
    assert not is_missing.all(axis=1).any()
    assert abs(is_missing.mean() - (0.3 - 0.09)) < 0.01
    np.testing.assert_array_equal(X, 1.0)
