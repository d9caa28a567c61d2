"""Where distances tie, the cleaning samplers keep the rows of the definition."""

import numpy as np
import pytest
from helpers.reference import condensed, edited, near_miss_sums, neighborhood_cleaned
from helpers.tables import tied_table
from hypothesis import given
from hypothesis import strategies as st

from fastsmote import under_sampling
from fastsmote._kernels.layout import BLOCK_ROWS
from fastsmote._rules.edited import judge, own_votes_needed
from fastsmote._search.class_index import ClassIndex

SMALL = {"n_rows": st.integers(12, 80), "n_values": st.integers(1, 5), "seed": st.integers(0, 999)}


@given(k=st.integers(1, 5), kind=st.sampled_from(["all", "mode"]), n=st.integers(2, 4), **SMALL)
def test_edited_rows_at_ties_are_those_of_the_definition(k, kind, n, n_rows, n_values, seed):
    X, y = tied_table(seed, n_rows, n_values, n)
    enn = under_sampling.EditedNearestNeighbours(
        sampling_strategy="all", n_neighbors=k, kind_sel=kind
    )
    enn.fit_resample(X, y)
    expected = [edited(X, y, label, k, kind) for label in np.unique(y)]
    np.testing.assert_array_equal(enn.sample_indices_, np.concatenate(expected))


@given(k=st.integers(1, 4), kind=st.sampled_from(["all", "mode"]), **SMALL)
def test_repeated_editing_at_ties_is_editing_again(k, kind, n_rows, n_values, seed):
    X, y = tied_table(seed, n_rows, n_values)
    repeated = under_sampling.RepeatedEditedNearestNeighbours(n_neighbors=k, kind_sel=kind)
    repeated.fit_resample(X, y)
    minority = min(np.unique(y), key=lambda c: ((y == c).sum(), np.flatnonzero(y == c)[0]))
    majority, n_minority = 1 - minority, (y == minority).sum()
    # "auto" spares the smaller class, of two as large that with the lower label.
    alive = np.arange(len(X))
    for _ in range(repeated.n_iter_):
        counts = np.bincount(y[alive], minlength=2)
        spared = counts.argmin()
        stay = edited(X, y, 1 - spared, k, kind, alive)
        alive = np.sort(np.concatenate([alive[y[alive] == spared], stay]))
    np.testing.assert_array_equal(np.sort(repeated.sample_indices_), alive)
    is_over = (y[alive] == majority).sum() < n_minority
    edited_class = 1 - np.bincount(y[alive], minlength=2).argmin()
    again = edited(X, y, edited_class, k, kind, alive) if not is_over and len(alive) > k else []
    assert is_over or len(again) == (y[alive] == edited_class).sum()


@given(k=st.integers(1, 5), threshold=st.floats(0.1, 2), n=st.integers(2, 3), **SMALL)
def test_cleaned_neighborhoods_at_ties_are_those_of_the_definition(
    k, threshold, n, n_rows, n_values, seed
):
    X, y = tied_table(seed, n_rows, n_values, n)
    rule = under_sampling.NeighbourhoodCleaningRule(n_neighbors=k, threshold_cleaning=threshold)
    rule.fit_resample(X, y)
    expected = neighborhood_cleaned(X, y, k, list(rule.sampling_strategy_), threshold)
    np.testing.assert_array_equal(rule.sample_indices_, expected)


@given(k=st.integers(1, 4), n_seeds=st.integers(1, 4), **SMALL)
def test_condensed_rows_at_ties_are_those_of_the_definition(k, n_seeds, n_rows, n_values, seed):
    X, y = tied_table(seed, n_rows, n_values)
    cnn = under_sampling.CondensedNearestNeighbour(
        random_state=seed, n_neighbors=k, n_seeds_S=n_seeds
    )
    cnn.fit_resample(X, y)
    (label,) = cnn.sampling_strategy_
    rows = np.flatnonzero(y == label)
    seeds = rows[np.random.RandomState(seed).randint(0, len(rows), n_seeds)]
    expected = condensed(X, y, label, 1 - label, seeds, k)
    got = cnn.sample_indices_[y[cnn.sample_indices_] == label]
    np.testing.assert_array_equal(got, expected)


@given(k=st.integers(1, 3), version=st.sampled_from([1, 2]), share=st.floats(0.3, 1), **SMALL)
def test_near_miss_at_ties_keeps_the_lower_rows(k, version, share, n_rows, n_values, seed):
    X, y = tied_table(seed, n_rows, n_values)
    counts = np.bincount(y)
    label = counts.argmax()
    n_kept = int(share * counts[label])
    minority = min((0, 1), key=lambda c: (counts[c], np.flatnonzero(y == c)[0]))
    if label == minority:
        return
    near = under_sampling.NearMiss(
        sampling_strategy={label: n_kept}, version=version, n_neighbors=k
    )
    near.fit_resample(X, y)
    rows = np.flatnonzero(y == label)
    sums = near_miss_sums(X, rows, np.flatnonzero(y == minority), k, version == 2)
    expected = rows[np.lexsort((rows, sums))[:n_kept]]
    np.testing.assert_array_equal(near.sample_indices_[y[near.sample_indices_] == label], expected)


@pytest.mark.parametrize("n_values", [None, 9], ids=["no ties", "ties and copies"])
@pytest.mark.parametrize("share", [0.5, 0.1])
def test_bounds_by_one_block_decide_as_all_neighbors_do(share, n_values):
    random_state = np.random.RandomState(0)
    X, y = random_state.randn(2000, 3), (random_state.uniform(size=2000) < share).astype(int)
    X[y == 1] += 0.7
    if n_values is not None:
        X = np.clip(np.round(X), -n_values, n_values)
    class_rows = [np.flatnonzero(y == code) for code in (0, 1)]
    assert len(class_rows[0]) > 2 * BLOCK_ROWS
    index = ClassIndex(X, class_rows)
    for code, kind in ((0, "all"), (0, "mode"), (1, "all")):
        verdict = judge(index, code, index.rows_in_order(code), 3, kind)
        kept = verdict.rows[verdict.stays]
        np.testing.assert_array_equal(np.sort(kept), edited(X, y, code, 3, kind))
        # Rows of the class come before so many other rows that they win the vote.
        n_own = own_votes_needed(code, 3, kind)
        for row, witnesses in zip(kept, verdict.witnesses[verdict.stays], strict=True):
            assert len(set(witnesses) - {row}) == n_own
            assert (y[witnesses] == code).all()
            last = max((((X[row] - X[w]) ** 2).sum(), w) for w in witnesses)
            others = class_rows[1 - code]
            sq_distances = ((X[row] - X[others]) ** 2).sum(axis=1)
            is_before = (sq_distances < last[0]) | ((sq_distances == last[0]) & (others < last[1]))
            assert is_before.sum() <= 3 - n_own
