"""Every sampler says which rows are new, and makes them again from their parents."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from helpers.comparison import assert_equal_frame
from helpers.reference import first_voters, k_nearest
from helpers.samplers import COMPILED, TRACED, name_of
from helpers.tables import FRAMES, X, Y, make_coded, make_coded_frame, mixed
from imblearn.over_sampling import SMOTE as StockSMOTE
from scipy import sparse
from sklearn.neighbors import NearestNeighbors

import fastsmote
from fastsmote._base.aligned import take_any
from fastsmote.combine import SMOTEENN
from fastsmote.over_sampling import SMOTE, SMOTEN, SMOTENC, RandomOverSampler
from fastsmote.under_sampling import ClusterCentroids, EditedNearestNeighbours

CATEGORIES = [2, 5, 6]  # of make_coded


def coded(dtype, n_classes=2):
    """Numbers that do not become equal as integers, and three columns of categories."""
    table, y = make_coded(n_classes=n_classes)
    table[:, [0, 1, 3, 4]] *= 100
    return table.astype(dtype), y


def dense(table):
    return table.toarray() if sparse.issparse(table) else np.asarray(table)


def new_rows_of(sampler, resampled):
    return take_any(resampled, np.flatnonzero(sampler.is_synthetic_))


def assert_made_again(sampler, table, y):
    """The new rows are made again: of the kind and dtype that were returned, bit for bit."""
    resampled, _ = sampler.fit_resample(table, y)
    made, new = fastsmote.regenerate(table, sampler.provenance_), new_rows_of(sampler, resampled)
    assert len(sampler.provenance_) > 0
    if hasattr(made, "columns"):
        assert_equal_frame(made, new)
        return
    assert type(made) is type(new)
    assert dense(made).dtype == dense(new).dtype
    np.testing.assert_array_equal(dense(made), dense(new))


# Which rows are new


@pytest.mark.parametrize("name", sorted(COMPILED.keys() - {"SMOTEENN", "SMOTETomek"}))
def test_new_rows_come_after_the_original_ones(name):
    features = {"categorical_features": [3]} if name == "SMOTENC" else {}
    sampler = COMPILED[name](**features)
    if name == "KMeansSMOTE":
        sampler.set_params(kmeans_estimator=1)
    table = np.column_stack([X, np.arange(80) % 3])
    _, y_resampled = sampler.fit_resample(table, Y)
    makes_rows = sampler._sampling_type == "over-sampling"
    expected = np.zeros(len(y_resampled), bool)
    expected[80:] = makes_rows
    if name == "ClusterCentroids":
        expected = y_resampled == 0
    np.testing.assert_array_equal(sampler.is_synthetic_, expected)
    assert sampler.is_synthetic_.any() == (makes_rows or name == "ClusterCentroids")


@pytest.mark.parametrize("sampler", TRACED[-2:], ids=name_of)
@pytest.mark.parametrize("convert", [np.array, sparse.csr_matrix, pd.DataFrame, pl.DataFrame])
def test_rows_that_are_not_new_are_those_of_their_numbers(sampler, convert):
    resampled, y_resampled = sampler.fit_resample(convert(X), Y)
    is_new, rows = sampler.is_synthetic_, sampler.sample_indices_
    assert 0 < is_new.sum() < len(is_new) < 120
    np.testing.assert_array_equal(dense(resampled)[~is_new], X[rows])
    np.testing.assert_array_equal(y_resampled[~is_new], Y[rows])
    np.testing.assert_array_equal(y_resampled[is_new], Y[sampler.provenance_.base_rows])


def test_enn_puts_new_rows_between_original_ones():
    y = 1 - Y  # the class of the new rows comes first
    sampler = SMOTEENN(random_state=0)
    sampler.fit_resample(X, y)
    assert np.flatnonzero(~sampler.is_synthetic_)[-1] > np.flatnonzero(sampler.is_synthetic_)[0]
    assert_made_again(sampler, X, y)


def test_combined_samplers_name_rows_after_a_smote_of_imbalanced_learn():
    sampler = SMOTEENN(smote=StockSMOTE(random_state=0), enn=EditedNearestNeighbours())
    resampled, _ = sampler.fit_resample(X, Y)
    np.testing.assert_array_equal(resampled[~sampler.is_synthetic_], X[sampler.sample_indices_])
    assert not hasattr(sampler, "provenance_")


def test_hard_centroids_are_rows_of_x():
    sampler = ClusterCentroids(random_state=0, voting="hard")
    resampled, y_resampled = sampler.fit_resample(X, Y)
    np.testing.assert_array_equal(resampled, X[sampler.sample_indices_])
    np.testing.assert_array_equal(y_resampled, Y[sampler.sample_indices_])
    assert not sampler.is_synthetic_.any()


def test_what_is_as_long_as_the_output_is_not_pickled():
    sampler = RandomOverSampler(random_state=0)
    sampler.fit_resample(X, Y)
    again = vars(pickle.loads(pickle.dumps(sampler)))
    assert "sample_indices_" in again
    assert not {"is_synthetic_", "provenance_"} & again.keys()


def test_a_fit_or_a_call_of_other_code_leaves_nothing_of_the_call_before():
    sampler = SMOTE(random_state=0)
    sampler.fit_resample(X, Y)
    sampler.set_params(k_neighbors=NearestNeighbors(n_neighbors=6)).fit_resample(X, Y)
    assert sampler.is_synthetic_.sum() == 40
    assert not hasattr(sampler, "provenance_")
    sampler.fit(X, Y)
    assert not hasattr(sampler, "is_synthetic_")


# Rows that are made again


@pytest.mark.parametrize("sampler", TRACED, ids=name_of)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int16, np.bool_, ">f8"])
def test_rows_of_an_array_are_made_again(sampler, dtype):
    table = X > 0 if dtype == np.bool_ else (X * 100).astype(dtype)
    assert_made_again(sampler, table, Y)


@pytest.mark.parametrize("sampler", TRACED, ids=name_of)
def test_rows_of_a_list_are_made_again(sampler):
    assert_made_again(sampler, X.tolist(), Y)


@pytest.mark.parametrize("sampler", TRACED, ids=name_of)
@pytest.mark.parametrize("kind", FRAMES)
def test_rows_of_a_frame_of_numbers_are_made_again(sampler, kind):
    assert_made_again(sampler, mixed(kind), Y)


@pytest.mark.parametrize(
    "sampler", [each for each in TRACED if name_of(each) not in ("SVMSMOTE", "KMeansSMOTE")],
    ids=name_of,
)  # fmt: skip
@pytest.mark.parametrize("kind", ["csr_matrix", "csc_array"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int8])
def test_rows_of_a_sparse_matrix_are_made_again(sampler, kind, dtype):
    table = getattr(sparse, kind)(np.round(X * 5).astype(dtype))
    assert_made_again(sampler, table, Y)


@pytest.mark.parametrize("kind", FRAMES)
def test_rows_of_any_columns_are_repeated_again(kind):
    words = [f"w{i % 7}" for i in range(80)]
    assert_made_again(RandomOverSampler(random_state=0), mixed(kind, word=words), Y)


def test_repeated_rows_with_missing_values_are_made_again():
    table = np.where(X > 1, np.nan, X)
    assert_made_again(RandomOverSampler(random_state=0), table, Y)


@pytest.mark.parametrize("seed", [0, None, "instance"])
def test_noise_is_that_of_the_call_whatever_is_drawn_after_it(seed):
    seed = np.random.RandomState(3) if seed == "instance" else seed
    sampler = RandomOverSampler(random_state=seed, shrinkage={0: 1.0, 1: 0.2})
    sampler.set_params(sampling_strategy={0: 90, 1: 95})
    resampled, _ = sampler.fit_resample(X, Y)
    for _ in range(2):
        np.random.standard_normal(5)  # noqa: NPY002
        made = fastsmote.regenerate(X, sampler.provenance_)
        np.testing.assert_array_equal(made, resampled[80:])


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.int64, np.int16, object])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_rows_of_numbers_and_categories_are_made_again(dtype, n_classes):
    assert_made_again(SMOTENC(CATEGORIES, random_state=0), *coded(dtype, n_classes))


@pytest.mark.parametrize("dtype", [np.float64, int, str, object])
def test_rows_of_categories_are_made_again(dtype):
    table, y = make_coded(n_classes=3)
    assert_made_again(SMOTEN(random_state=0), table[:, CATEGORIES].astype(dtype), y)


@pytest.mark.parametrize("sampler", [SMOTENC(CATEGORIES, random_state=0), SMOTEN(random_state=0)])
def test_rows_of_voted_categories_in_another_byte_order_have_the_native_one(sampler):
    table, y = coded(">f8")
    X_resampled, _ = sampler.fit_resample(table, y)
    made = fastsmote.regenerate(table, sampler.provenance_)
    assert made.dtype == X_resampled.dtype
    np.testing.assert_array_equal(made, new_rows_of(sampler, X_resampled))


@pytest.mark.filterwarnings("ignore:Passing a sparse matrix to SMOTEN")
def test_rows_of_sparse_categories_are_made_again():
    table, y = make_coded()
    assert_made_again(SMOTEN(random_state=0), sparse.csr_array(table[:, CATEGORIES]), y)


@pytest.mark.parametrize("kind", FRAMES)
@pytest.mark.parametrize("sampler", [SMOTENC(["c5", "c6"], random_state=0), SMOTEN(random_state=0)])
def test_rows_of_a_frame_with_categories_are_made_again(kind, sampler):
    frame, y = make_coded_frame()
    columns = ["c5", "c6", "c3", "c0", "c1"] if name_of(sampler) == "SMOTENC" else ["c5", "c6"]
    frame = pl.DataFrame(frame[columns])
    frame = {"pandas": frame.to_pandas, "polars": lambda: frame, "pyarrow": frame.to_arrow}[kind]()
    assert_made_again(sampler, frame, y.to_numpy())


def test_rows_of_nullable_columns_beside_categories_are_made_again():
    frame, y = make_coded_frame()
    frame["nullable"] = pd.array((frame["c0"] * 100).round().astype(int), "Int16")
    frame["is_high"] = pd.array(frame["c0"] > 0, "boolean")
    frame["short"] = pd.array(frame["c1"], "Float32")
    assert_made_again(SMOTENC(["c2", "c5", "c6"], random_state=0), frame, y)


# Who voted


def test_voters_of_smotenc_are_the_first_neighbors_with_the_category():
    table, y = coded(np.float64)
    sampler = SMOTENC(CATEGORIES, random_state=0)
    resampled, _ = sampler.fit_resample(table, y)
    made = sampler.provenance_
    # In the one-hot space, a differing category adds the median deviation to the distance.
    weight, minority = sampler.median_std_[1] / np.sqrt(2), np.flatnonzero(y == 1)
    ones = sampler.categorical_encoder_.transform(table[:, CATEGORIES]).toarray() * weight
    space = np.column_stack([table[:, [0, 1, 3, 4]], ones])[minority]
    lists = minority[k_nearest(space, np.arange(len(space)), 5, exclude_self=True)[1]]
    place_of = {row: place for place, row in enumerate(minority)}
    of_new = [lists[place_of[base]] for base in made.base_rows]
    expected = first_voters(table[:, CATEGORIES], of_new, resampled[len(y) :, CATEGORIES])
    np.testing.assert_array_equal(made.voter_rows, expected)
    np.testing.assert_array_equal(made.voted_columns, CATEGORIES)
    assert made.voter_rows.dtype == made.voted_columns.dtype == np.int64


def test_voters_of_smoten_are_of_the_class_and_have_the_categories():
    table, y = make_coded(n_classes=3)
    table = table[:, CATEGORIES]
    sampler = SMOTEN(random_state=0)
    resampled, y_resampled = sampler.fit_resample(table, y)
    made = sampler.provenance_
    for j in range(3):
        voters = made.voter_rows[:, j]
        np.testing.assert_array_equal(table[voters, j], resampled[len(y) :, j])
        np.testing.assert_array_equal(y[voters], y_resampled[len(y) :])
    assert made.are_copies
    assert not made.gaps.any()


def test_a_base_row_that_votes_comes_first():
    table = np.array([["a"], ["a"], ["a"], ["b"], ["b"], ["b"]] * 4)
    y = np.repeat([0, 1], [15, 9])
    sampler = SMOTEN(random_state=0, k_neighbors=2)
    sampler.fit_resample(table, y)
    made = sampler.provenance_
    # Copies of a row are its nearest rows, and of copies the lower row number is nearer.
    lowest = {value: np.flatnonzero((table[:, 0] == value) & (y == 1))[0] for value in "ab"}
    expected = [lowest[table[base, 0]] for base in made.base_rows]
    np.testing.assert_array_equal(made.voter_rows[:, 0], expected)


# Parts of a provenance


def test_a_provenance_of_some_rows_makes_those_rows():
    sampler = SMOTENC(CATEGORIES, random_state=0)
    table, y = coded(object)
    resampled, _ = sampler.fit_resample(table, y)
    places = np.array([5, 2, 2, 9])
    made = fastsmote.regenerate(table, sampler.provenance_.take(places))
    np.testing.assert_array_equal(made, resampled[len(y) :][places])


def test_rows_with_noise_are_made_together_only():
    sampler = RandomOverSampler(random_state=0, shrinkage=1.0)
    sampler.fit_resample(X, Y)
    with pytest.raises(ValueError, match="only all together"):
        sampler.provenance_.take(np.arange(3))


def test_regenerate_names_a_voter_that_x_does_not_have():
    table, y = make_coded()
    sampler = SMOTEN(random_state=0)
    sampler.fit_resample(table[:, CATEGORIES], y)
    made = sampler.provenance_.voted(np.full((len(sampler.provenance_), 3), 600), np.arange(3))
    with pytest.raises(ValueError, match=r"provenance\.voter_rows contains .* 600, but X has 600"):
        fastsmote.regenerate(table[:, CATEGORIES], made)
