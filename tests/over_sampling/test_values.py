"""The parameter `values` of every sampler that makes new rows, on every kind of table."""

import numpy as np
import pandas as pd
import pytest
from helpers import reference
from helpers.samplers import MAKERS, name_of
from helpers.tables import FRAMES, X, Y, make_coded_frame, make_numbers, make_sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.over_sampling import SMOTE as StockSMOTE
from scipy import sparse
from sklearn.base import clone
from sklearn.neighbors import NearestNeighbors

import fastsmote
from fastsmote import combine, over_sampling

VALUES = {0: "integer", 1: (-0.5, 0.5), 2: [-1, 0, 2.5]}
WHOLE = np.rint(3 * X)
PARTIAL = [
    sampler
    for sampler in MAKERS
    if hasattr(sampler, "missing") and "missing" in sampler.get_params()
]
KINDS = [np.asarray, *FRAMES.values(), sparse.csr_array, sparse.csc_matrix]


def with_values(sampler, values):
    return clone(sampler).set_params(values=values)


def as_matrix(made):
    made = made.toarray() if sparse.issparse(made) else made
    return np.asarray(made.to_pandas() if hasattr(made, "to_pandas") else made)


def make_counts():
    """A frame with an amount, a float column of whole numbers, a count and a flag."""
    rng = np.random.RandomState(0)
    return pd.DataFrame(
        {
            "amount": X[:, 0],
            "age": rng.randint(20, 60, 80).astype(float),
            "count": rng.randint(0, 9, 80),
            "flag": X[:, 2] > 0,
        }
    )


# Every sampler


@pytest.mark.parametrize("sampler", MAKERS, ids=name_of)
def test_new_rows_obey_the_rules_and_original_rows_are_unchanged(sampler):
    resampled, _ = with_values(sampler, VALUES).fit_resample(X, Y)
    np.testing.assert_array_equal(resampled[:80], X)  # although they break every rule
    plain = clone(sampler).fit_resample(X, Y)[0][80:]
    for j, rule in VALUES.items():
        expected = [reference.obeying(value, rule) for value in plain[:, j]]
        np.testing.assert_array_equal(resampled[80:, j], expected)


@pytest.mark.parametrize("sampler", MAKERS, ids=name_of)
def test_inferred_rules_are_the_range_and_the_wholeness_of_all_rows(sampler):
    table = np.column_stack([X[:, 0], WHOLE[:, 1]])
    made = with_values(sampler, "infer").fit_resample(table, Y)[0][80:]
    assert (made >= table.min(axis=0)).all()
    assert (made <= table.max(axis=0)).all()
    np.testing.assert_array_equal(made[:, 1], np.rint(made[:, 1]))
    assert (made[:, 0] != np.rint(made[:, 0])).any()


def test_rows_away_from_a_neighbor_stay_in_the_observed_range():
    table = X.clip(-0.5, 0.5)
    table[:, 0] += Y  # so that support vectors are safe
    sampler = over_sampling.SVMSMOTE(random_state=0, out_step=1.0)
    plain, inferred = (
        with_values(sampler, values).fit_resample(table, Y)[0] for values in (None, "infer")
    )
    assert (abs(plain[:, 1:]) > 0.5).any()
    np.testing.assert_array_equal(inferred, plain.clip(table.min(axis=0), table.max(axis=0)))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sampler", MAKERS, ids=name_of)
def test_rows_are_made_again_as_they_were_returned(sampler, kind):
    if kind in KINDS[-2:] and not sampler._takes_sparse:
        pytest.skip("imbalanced-learn's code runs, without provenance")
    names = {f"x{j}": WHOLE[:, j] if j else X[:, 0] for j in range(3)}
    table = kind(names) if kind in FRAMES.values() else kind(np.column_stack(list(names.values())))
    sampler = with_values(sampler, {0: (-1, 1), 1: "integer", -1: [0, 1]})
    resampled, _ = sampler.fit_resample(table, Y)
    made = fastsmote.regenerate(table, sampler.provenance_)
    np.testing.assert_array_equal(as_matrix(made), as_matrix(resampled)[80:])


@given(
    seed=st.integers(0, 2**16),
    values=st.one_of(
        st.just("infer"),
        st.dictionaries(
            st.integers(0, 2),
            st.one_of(
                st.sampled_from(["integer", "nonnegative"]),
                st.tuples(st.floats(-2, 0), st.floats(0, 2)),
                st.lists(st.floats(-2, 2), min_size=1, max_size=5),
            ),
        ),
    ),
)
@settings(max_examples=25)
def test_any_rules_give_the_rows_that_regenerate_makes(seed, values):
    sampler = over_sampling.SMOTE(random_state=seed, values=values)
    resampled, _ = sampler.fit_resample(X, Y)
    np.testing.assert_array_equal(resampled[:80], X)
    assert fastsmote.regenerate(X, sampler.provenance_).tobytes() == resampled[80:].tobytes()
    for j, rule in values.items() if values != "infer" else ():
        for value in resampled[80:, j]:
            assert reference.obeying(value, rule) == value


@pytest.mark.parametrize("sampler", [combine.SMOTEENN, combine.SMOTETomek, over_sampling.SMOTE])
def test_rules_are_for_x_alone(sampler):
    frame = make_counts()
    sampler = sampler(random_state=0, values="infer")
    resampled, _ = sampler.fit_resample(frame, Y)
    like_x = fastsmote.resample_like(sampler, frame, how="interpolate")
    pd.testing.assert_frame_equal(like_x, resampled)
    ages = fastsmote.resample_like(sampler, frame["age"].to_numpy(), how="interpolate")
    assert (ages != np.rint(ages)).any()


def test_a_call_leaves_the_parameter_and_no_columns():
    sampler = over_sampling.SMOTE(values={"a": "integer"})
    sampler.fit_resample(pd.DataFrame(X, columns=list("abc")), Y)
    assert sampler.values == {"a": "integer"}
    assert "_columns" not in vars(sampler)


# Missing values


@pytest.mark.parametrize("sampler", PARTIAL, ids=name_of)
def test_rows_between_missing_values_are_made_again(sampler):
    table = np.where(np.random.RandomState(0).uniform(size=X.shape) < 0.2, np.nan, X)
    table[np.isnan(table).all(axis=1), 0] = 0.0
    sampler = clone(sampler).set_params(missing="partial", values={0: "integer", 1: (-0.5, 0.5)})
    resampled, _ = sampler.fit_resample(table, Y)
    made, pairs = resampled[80:], sampler.provenance_
    assert 0 < np.isnan(made).sum() < np.isnan(table[pairs.base_rows]).sum()
    np.testing.assert_array_equal(made[:, 0], np.rint(made[:, 0]))
    assert np.nanmax(np.abs(made[:, 1])) <= 0.5
    np.testing.assert_array_equal(fastsmote.regenerate(table, pairs), made)


# Frames


@pytest.mark.parametrize("kind", FRAMES.values(), ids=FRAMES)
def test_rules_are_found_by_the_names_of_a_frame(kind):
    frame = kind(make_counts().to_dict("list"))
    values = {"age": (30, 40), "count": "integer", "amount": "nonnegative"}
    resampled, _ = over_sampling.SMOTE(random_state=0, values=values).fit_resample(frame, Y)
    expected = over_sampling.SMOTE(
        random_state=0, values={1: (30, 40), 2: "integer", 0: "nonnegative"}
    ).fit_resample(make_counts(), Y)[0]
    assert type(resampled) is type(frame)
    np.testing.assert_array_equal(
        as_matrix(resampled).astype(float), expected.to_numpy().astype(float)
    )
    assert (expected["age"][80:].between(30, 40)).all()


@pytest.mark.parametrize("values", ["infer", {"count": "integer", "flag": "integer"}])
def test_integer_columns_of_a_mixed_frame_are_rounded(values):
    frame = make_counts()
    sampler = over_sampling.SMOTE(random_state=0, values=values)
    resampled, _ = sampler.fit_resample(frame, Y)
    assert resampled.dtypes.equals(frame.dtypes)
    pairs = sampler.provenance_
    exact = reference.values_between(
        frame.to_numpy(float), pairs.base_rows, pairs.neighbor_rows, pairs.gaps
    )
    np.testing.assert_array_equal(resampled["count"][80:], np.rint(exact[:, 2]))
    np.testing.assert_array_equal(resampled["flag"][80:], np.rint(exact[:, 3]) == 1)


def test_nullable_integers_are_rounded():
    frame = make_counts().astype({"count": "Int64"})
    expected = over_sampling.SMOTE(random_state=0, values="infer").fit_resample(make_counts(), Y)[0]
    resampled = over_sampling.SMOTE(random_state=0, values="infer").fit_resample(frame, Y)[0]
    assert resampled["count"].tolist() == expected["count"].tolist()
    assert resampled["count"].dtype == "Int64"


# Where imbalanced-learn's own code runs


@pytest.mark.parametrize("dtype", [np.float64, np.int64, np.int8])
@pytest.mark.parametrize("sampler", MAKERS, ids=name_of)
def test_a_neighbors_object_gives_the_same_rows(sampler, dtype):
    table = (20 * X).astype(dtype)  # truncation and rounding differ
    sampler = with_values(sampler, {0: "integer", 1: (0, 30), 2: [-20, 3, 7]})
    name = "n_neighbors" if name_of(sampler) == "ADASYN" else "k_neighbors"
    if getattr(sampler, "kind", "") == "borderline-2" and dtype != np.float64:
        pytest.skip("imbalanced-learn refuses integers")
    expected, _ = sampler.fit_resample(table, Y)
    stock = NearestNeighbors(n_neighbors=getattr(sampler, name) + 1)
    resampled, _ = clone(sampler).set_params(**{name: stock}).fit_resample(table, Y)
    assert resampled.dtype == dtype
    np.testing.assert_array_equal(resampled, expected)


@pytest.mark.parametrize("format", ["csr", "csc"])
def test_sparse_rows_of_imblearns_code_obey(format):
    table, y = make_sparse("narrow", format=format)
    sampler = over_sampling.SVMSMOTE(random_state=0, values={0: "integer", 1: (0, 0.25)})
    resampled, _ = sampler.fit_resample(table, y)
    dense, _ = clone(sampler).fit_resample(table.toarray(), y)
    assert resampled.format == format
    np.testing.assert_array_equal(resampled.toarray(), dense)


# SMOTENC


def make_nc(values, **parameters):
    frame, y = make_coded_frame()
    return (
        over_sampling.SMOTENC(["c2", "c5"], random_state=0, values=values, **parameters),
        frame,
        y,
    )


@pytest.mark.parametrize("values", ["infer", {"c3": "integer", "c0": (0, 1), -1: [0, 100]}])
def test_numbers_of_smotenc_obey(values):
    sampler, frame, y = make_nc(values)
    resampled, _ = sampler.fit_resample(frame, y)
    plain, _ = make_nc(None)[0].fit_resample(frame, y)
    made = resampled[len(frame) :]
    pd.testing.assert_frame_equal(resampled[: len(frame)], plain[: len(frame)])
    pd.testing.assert_frame_equal(resampled[["c2", "c5"]], plain[["c2", "c5"]])
    if values == "infer":
        assert (resampled["c3"] - plain["c3"]).abs().max() == 1  # rounded, not truncated
        assert made["c0"].between(frame["c0"].min(), frame["c0"].max()).all()
    else:
        assert made["c0"].between(0, 1).all()
        assert set(made["c6"]) == {0, 100}


def test_smotenc_makes_rows_between_missing_numbers_again():
    sampler, frame, y = make_nc({"c3": "integer", "c0": (0, 1)}, missing="partial")
    is_missing = np.random.RandomState(1).uniform(size=len(frame)) < 0.3
    frame["c0"] = frame["c0"].mask(is_missing)
    resampled, _ = sampler.fit_resample(frame, y)
    made = resampled[len(frame) :].reset_index(drop=True)
    n_missing = made["c0"].isna().sum()
    assert 0 < n_missing < frame["c0"].isna()[sampler.provenance_.base_rows].sum()
    assert made["c0"].dropna().between(0, 1).all()
    pd.testing.assert_frame_equal(fastsmote.regenerate(frame, sampler.provenance_), made)


def test_smotenc_of_an_array_takes_indices():
    frame, y = make_coded_frame()
    codes = frame.assign(c2=frame["c2"].cat.codes, c5=pd.factorize(frame["c5"])[0]).to_numpy(float)
    made = over_sampling.SMOTENC([2, 5], random_state=0, values={3: "integer", 6: (0, 50)})
    resampled = made.fit_resample(codes, y)[0][len(codes) :]
    np.testing.assert_array_equal(resampled[:, 3], np.rint(resampled[:, 3]))
    assert resampled[:, 6].max() == 50


@pytest.mark.parametrize("key", ["c2", 2, -5])
def test_a_rule_for_a_category_is_an_error(key):
    sampler, frame, y = make_nc({key: "integer"})
    with pytest.raises(ValueError, match="column 'c2', which is categorical"):
        sampler.fit_resample(frame, y)


def test_smotenc_with_a_neighbors_object_gives_the_same_rows():
    values = {"c3": "integer", "c0": (0, 1), "c6": [0, 100]}
    sampler, frame, y = make_nc(values)
    stock = make_nc(values, k_neighbors=NearestNeighbors(n_neighbors=6))[0]
    expected, _ = sampler.fit_resample(frame, y)
    resampled, _ = stock.fit_resample(frame, y)
    numbers = ["c0", "c1", "c3", "c4", "c6"]
    pd.testing.assert_frame_equal(resampled[numbers], expected[numbers])


# Noise


def make_smoothed(values, table, shrinkage=2.0):
    sampler = over_sampling.RandomOverSampler(random_state=0, shrinkage=shrinkage, values=values)
    return sampler.fit_resample(table, Y)[0], sampler


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("values", ["infer", {0: "integer", 1: (-0.5, 0.5), 2: [0, 3]}])
def test_repeated_rows_obey_after_the_noise(kind, values):
    names = {f"x{j}": WHOLE[:, j] if j else X[:, 0] for j in range(3)}
    table = kind(names) if kind in FRAMES.values() else kind(np.column_stack(list(names.values())))
    resampled, sampler = make_smoothed(values, table)
    given, made = as_matrix(table), as_matrix(resampled)[80:]
    plain = as_matrix(make_smoothed(None, table)[0])[80:].copy()
    np.testing.assert_array_equal(as_matrix(resampled)[:80], given)
    if values == "infer":
        plain[:, 1:] = np.rint(plain[:, 1:])
        np.testing.assert_array_equal(made, plain.clip(given.min(axis=0), given.max(axis=0)))
    else:
        for j, rule in values.items():
            expected = [reference.obeying(value, rule) for value in plain[:, j]]
            np.testing.assert_array_equal(made[:, j], expected)
    np.testing.assert_array_equal(as_matrix(fastsmote.regenerate(table, sampler.provenance_)), made)


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array, pd.DataFrame])
def test_noise_on_integers_is_rounded(kind):
    table = WHOLE.astype(np.int64)
    resampled, _ = make_smoothed({0: "integer"}, kind(table))
    plain, _ = make_smoothed({0: (None, None)}, table.astype(float))
    np.testing.assert_array_equal(as_matrix(resampled)[80:, 0], np.rint(plain[80:, 0]))


def test_copies_are_not_changed():
    resampled, _ = make_smoothed({0: "integer"}, X, shrinkage=None)
    np.testing.assert_array_equal(resampled, make_smoothed(None, X, shrinkage=None)[0])


# Combined samplers


@pytest.mark.parametrize("sampler", [combine.SMOTEENN, combine.SMOTETomek])
def test_combined_samplers_give_their_rules_to_smote(sampler):
    frame, y = make_numbers()
    resampled, _ = sampler(random_state=0, values={"c": [0], "a": "integer"}).fit_resample(frame, y)
    smote = over_sampling.SMOTE(random_state=0, values={"c": [0], "a": "integer"})
    expected, _ = sampler(smote=smote).fit_resample(frame, y)
    pd.testing.assert_frame_equal(resampled, expected)
    is_new = ~resampled["a"].isin(frame["a"])
    assert is_new.any()
    assert set(resampled["c"][is_new]) == {0}


@pytest.mark.parametrize("smote", [over_sampling.SMOTE(), StockSMOTE()], ids=["ours", "stock"])
@pytest.mark.parametrize("sampler", [combine.SMOTEENN, combine.SMOTETomek])
def test_rules_beside_a_smote_are_an_error(sampler, smote):
    with pytest.raises(ValueError, match="values is 'infer', but smote is given too"):
        sampler(smote=smote, values="infer").fit_resample(X, Y)


def test_noise_in_a_sparse_matrix_of_booleans_obeys_rules():
    numbers = sparse.csr_matrix(np.arange(80).reshape(40, 2) % 3 > 0)
    labels = np.repeat([0, 1], [30, 10])
    sampler = over_sampling.RandomOverSampler(shrinkage=1, random_state=0, values={0: (0, 0)})
    resampled, _ = sampler.fit_resample(numbers, labels)
    assert resampled.dtype == bool
    assert not resampled[40:, [0]].toarray().any()
