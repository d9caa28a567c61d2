"""The benchmark of files: what it judges, and that it runs."""

from pathlib import Path

import pytest

from benchmarks import offline

GIB = 2**30


@pytest.mark.parametrize(
    ("sampler", "peak", "rate", "is_met"),
    [
        ("smote", 2.4 * GIB, 30, True),
        ("smote", 2.4 * GIB, 29, False),
        ("smote", 2.5 * GIB, 30, False),
        ("smote", None, 30, True),
        ("borderline-smote", 2.4 * GIB, 1, True),
        ("borderline-smote", 2.6 * GIB, 100, False),
    ],
)
def test_peak_and_rate_are_judged(sampler, peak, rate, is_met):
    lines, got = offline.judge(sampler, {"rate": 100}, {"rate": rate, "peak": peak}, 2 * GIB)
    assert got == is_met
    assert any(line.endswith("NOT MET") for line in lines) == (not is_met)


@pytest.mark.slow
def test_it_runs_and_leaves_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(Path(__file__).resolve().parents[2])  # of the processes it starts
    monkeypatch.setattr(offline, "LEAST_RATIO", {})
    arguments = ["--rows", "20000", "--cases", "smote:0.05", "--folder", str(tmp_path)]
    assert offline.main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("smote, 5 % of 20,000 x 20 float32, ")
    assert lines[1].startswith("copy            20,000 rows")
    assert lines[2].split()[0] == "resample"
    assert int(lines[2].split()[1].replace(",", "")) > 37_000
    assert lines[-1].endswith("of the copy's")
    assert list(tmp_path.iterdir()) == []
