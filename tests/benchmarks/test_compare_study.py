"""The program that measures what `compare` adds to its fits."""

import sys

import pytest
from sklearn.linear_model import LogisticRegression

from benchmarks.measuring.process_memory import peak_bytes
from benchmarks.studies import compare
from fastsmote._decision import folds


@pytest.mark.skipif(peak_bytes() is None, reason="the peak memory can be measured on Linux only")
def test_time_and_memory_are_told(monkeypatch, capsys):
    monkeypatch.setattr(compare, "MODEL", LogisticRegression())
    monkeypatch.setattr(folds, "_fit", folds._fit)  # which the program replaces
    monkeypatch.setattr(folds, "score", folds.score)
    words = ["compare", "--table", "small-1000", "--folds", "2", "--strategies", "class_weight"]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as ended:
        compare.main()
    assert ended.value.code in (False, True)  # on a small table, the limits mean nothing
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2 strategies ran, 0 were skipped"
    assert lines[1].endswith("of their sum")
    assert "times the input, the largest fit (" in lines[2]
