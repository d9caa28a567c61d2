"""TomekLinks and SMOTETomek keep imbalanced-learn's rows."""

import imblearn.combine
import imblearn.over_sampling
import imblearn.under_sampling
import numpy as np
import pytest
from helpers.comparison import assert_same_fit
from helpers.reference import tomek_links
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.datasets import make_classification

import fastsmote
from fastsmote.combine import SMOTETomek
from fastsmote.over_sampling import SMOTE
from fastsmote.under_sampling import TomekLinks
from fastsmote.under_sampling._tomek_links import find_tomek_links


@pytest.fixture(scope="module", params=[2, 4])
def table(request):
    weights = [0.9] if request.param == 2 else [0.75, 0.12, 0.08]
    return make_classification(
        2000, 8, n_informative=6, n_classes=request.param, weights=weights, random_state=1
    )


@pytest.mark.parametrize("strategy", ["auto", "all", "majority", "not majority", [0], [1, 0]])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_kept_rows_are_those_of_imbalanced_learn(strategy, dtype, table):
    X, y = table[0].astype(dtype), table[1]
    ours = TomekLinks(sampling_strategy=strategy)
    theirs = imblearn.under_sampling.TomekLinks(sampling_strategy=strategy)
    assert_same_fit(ours, theirs, X, y)
    np.testing.assert_array_equal(ours.sample_indices_, theirs.sample_indices_)
    assert len(ours.sample_indices_) < len(X)


def test_string_labels(table):
    X, y = table[0], np.array(["d", "c", "b", "a"])[table[1]]
    assert_same_fit(TomekLinks(), imblearn.under_sampling.TomekLinks(), X, y)


@given(
    seed=st.integers(0, 2**31),
    n_rows=st.integers(2, 300),
    n_features=st.integers(1, 4),
    n_values=st.integers(1, 6),
    n_classes=st.integers(2, 4),
)
def test_links_among_ties_and_duplicates_are_those_of_the_definition(
    seed, n_rows, n_features, n_values, n_classes
):
    rng = np.random.RandomState(seed)
    X = rng.randint(0, n_values, (n_rows, n_features)).astype(float)
    y = rng.randint(0, n_classes, n_rows)
    y[0] = 0
    got = {frozenset(pair) for pair in find_tomek_links(X, y).tolist()}
    assert got == {frozenset(pair) for pair in np.asarray(tomek_links(X, y)).tolist()}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_smote_tomek_rows_are_those_of_imbalanced_learn(dtype, seed, table):
    X, y = table[0].astype(dtype), table[1]
    theirs = imblearn.combine.SMOTETomek(random_state=seed)
    assert_same_fit(SMOTETomek(random_state=seed), theirs, X, y)


def test_smote_tomek_takes_stock_and_compiled_steps(table):
    theirs = imblearn.combine.SMOTETomek(
        smote=imblearn.over_sampling.SMOTE(k_neighbors=3, random_state=0),
        tomek=imblearn.under_sampling.TomekLinks(sampling_strategy="majority"),
    )
    for smote in (SMOTE, imblearn.over_sampling.SMOTE):
        for tomek in (TomekLinks, imblearn.under_sampling.TomekLinks):
            ours = SMOTETomek(
                smote=smote(k_neighbors=3, random_state=0),
                tomek=tomek(sampling_strategy="majority"),
            )
            assert_same_fit(ours, theirs, *table)
            assert type(ours.smote_) is smote
            assert type(ours.tomek_) is tomek


def test_synthetic_rows_equal_to_a_parent_keep_the_tie_rule():
    rng = np.random.RandomState(0)
    X = rng.randint(0, 5, (200, 2)).astype(float)
    y = (rng.uniform(size=200) < 0.25).astype(int)
    X_resampled, y_resampled = SMOTE(random_state=0).fit_resample(X, y)
    got = find_tomek_links(X_resampled, y_resampled)
    expected = tomek_links(X_resampled, y_resampled)
    assert set(map(frozenset, got.tolist())) == set(map(frozenset, np.asarray(expected).tolist()))


def test_threads_do_not_change_a_row(table):
    kept = []
    for n_threads in (1, 2, 7):
        with fastsmote.threads(n_threads):
            kept.append(SMOTETomek(random_state=0).fit_resample(*table)[0])
    np.testing.assert_array_equal(kept[0], kept[1])
    np.testing.assert_array_equal(kept[0], kept[2])


def test_sparse_x_keeps_the_rows_of_imbalanced_learn(table):
    X, y = sparse.csr_matrix(table[0][:300]), table[1][:300]
    got, _ = TomekLinks().fit_resample(X, y)
    expected, _ = imblearn.under_sampling.TomekLinks().fit_resample(X, y)
    np.testing.assert_array_equal(got.toarray(), expected.toarray())


def test_many_classes():
    rng = np.random.RandomState(0)
    X, y = rng.randn(900, 3), np.repeat(np.arange(90), 10)
    theirs = imblearn.under_sampling.TomekLinks(sampling_strategy="all")
    assert_same_fit(TomekLinks(sampling_strategy="all"), theirs, X, y)
