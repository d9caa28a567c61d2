"""The columns of --provenance."""

import numpy as np
import pytest
from helpers.offline.runs import FEATURES, SAMPLERS, run, split
from helpers.tables import make_table

PARENTS = ["fastsmote_base_row", "fastsmote_neighbor_row", "fastsmote_gap"]
REMOVE = ["random-under", "nearmiss-1", "tomek-links", "enn", "ncr"]


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("name", [name for name in SAMPLERS if name not in REMOVE])
def test_parents_are_those_in_memory(name, shuffle, tmp_path):
    frame = make_table(2_000)
    files = split(frame, tmp_path / "in", [600, 1, 900])
    options = {"sampler": name, "provenance": True, "batch_rows": 77, "flag": "is_new"}
    got = run(files, tmp_path / "out", shuffle=shuffle, **options)
    sampler = SAMPLERS[name]
    sampler.fit_resample(frame[FEATURES], frame["y"])
    of, new = sampler.provenance_, got[got["is_new"]]
    assert got[~got["is_new"]][PARENTS].isna().all(axis=None)
    expected = [of.base_rows, of.neighbor_rows, of.gaps]
    order = np.lexsort(new[PARENTS].to_numpy().T) if shuffle else np.arange(len(new))
    in_order = np.lexsort(expected) if shuffle else order
    for column, values in zip(PARENTS, expected, strict=True):
        np.testing.assert_array_equal(new[column].to_numpy()[order], values[in_order])
    assert ("fastsmote_shrink" in new) == (name == "borderline-2")
    if name == "borderline-2":
        shrinks = new["fastsmote_shrink"].to_numpy()[order]
        np.testing.assert_array_equal(shrinks, of.shrinks[in_order])


@pytest.mark.parametrize("name", REMOVE)
def test_samplers_that_only_remove_rows_number_those_they_keep(name, tmp_path):
    frame = make_table(2_000)
    files = split(frame, tmp_path / "in", [600, 1, 900])
    got = run(files, tmp_path / "out", sampler=name, provenance=True, batch_rows=77)
    sampler = SAMPLERS[name]
    sampler.fit_resample(frame[FEATURES], frame["y"])
    np.testing.assert_array_equal(got["fastsmote_row"], sampler.sample_indices_)
    np.testing.assert_array_equal(got["fastsmote_row"], got["id"])
    assert not set(PARENTS) & set(got)


def test_a_column_that_exists_is_not_replaced(refused, tmp_path):
    frame = make_table(500).assign(fastsmote_row=1.5)
    src = split(frame, tmp_path / "in", [100])
    line = refused(src, "--sampler", "tomek-links", "--provenance")
    assert "--provenance: there is already a column 'fastsmote_row'." in line
