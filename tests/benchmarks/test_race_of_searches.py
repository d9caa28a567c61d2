"""The race of searches for neighbors: recall, and peers that are not installed."""

import numpy as np
import pytest


def test_neighbors_reports_recall_and_what_is_missing(monkeypatch):
    pytest.importorskip("numba")
    from benchmarks.studies import neighbors

    def wrong(X, rows, others):
        found = neighbors.scikit_learn(X, rows, others)
        found[:, -1] = found[:, -2]
        return found

    def not_installed(X, rows, others):
        raise ImportError

    peers = {"wrong": wrong, "absent": not_installed, "scikit-learn": neighbors.scikit_learn}
    monkeypatch.setattr(neighbors, "PEERS", peers)
    record = neighbors.race("small-500", 1, list(peers))
    assert record["missing"] == ["absent"]
    assert record["recall"]["scikit-learn"] == record["recall"][neighbors.OURS] == 1.0
    low, high = record["pruned"]
    assert 0 <= low <= 1
    assert 0 <= high <= 1
    assert "absent missing" in neighbors.line_of(record)


def test_recall_falls_by_each_neighbor_that_is_too_far():
    from benchmarks.studies.neighbors import recall_of, true_distances

    X = np.arange(10.0)[:, None]
    rows = np.array([0, 9])
    nearest = np.array([[0, 1, 2, 3, 4, 5], [9, 8, 7, 6, 5, 4]])
    expected = true_distances(X, rows, nearest)
    assert expected.tolist() == [[1, 2, 3, 4, 5]] * 2
    nearest[0, 5] = 6
    assert recall_of(true_distances(X, rows, nearest), expected) == 0.9
