"""The study that resamples a table in memory and from files, in processes of their own."""

import numpy as np
import pytest

pytest.importorskip("pyarrow")


@pytest.mark.processes
def test_the_rows_of_files_are_compared_with_those_in_memory(capsys, tmp_path):
    from benchmarks.studies import size

    table = ["--rows", "3000", "--minority", "200", "--folder", str(tmp_path)]
    assert size.main([*table, "--max-memory", "1GiB"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "5,600 rows, the same from files as in memory"
    assert [line[:9] for line in lines[2:]] == ["in memory", "files, 1G"]
    assert list(tmp_path.iterdir()) == []


def test_a_digest_sees_every_row_and_no_block():
    from benchmarks.studies.size import digest_of

    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(100, 3)).astype(np.float32), rng.integers(0, 2, 100)
    whole = digest_of([(X, y)])
    assert whole[0] == 100
    assert digest_of([(X[:33], y[:33]), (X[33:], y[33:])]) == whole
    X[50, 1] += 1
    assert digest_of([(X, y)]) != whole
