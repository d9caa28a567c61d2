"""RandomOverSampler and RandomUnderSampler draw imbalanced-learn's rows, of any columns."""

import imblearn.combine
import imblearn.over_sampling
import imblearn.under_sampling
import numpy as np
import pandas as pd
import pytest
from helpers.marks import slow
from helpers.tables import make_close_classes
from scipy import sparse

from fastsmote import over_sampling, under_sampling
from fastsmote._synthesis.draws import draw_rows


@pytest.mark.parametrize(
    "kwargs", [{}, {"shrinkage": 0.5}, {"sampling_strategy": "all"}, {"shrinkage": {1: 2.0}}]
)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_random_over_sampling_repeats_the_rows_of_imbalanced_learn(kwargs, seed):
    X, y = make_close_classes(2)
    frame = pd.DataFrame(X, columns=list("abcdef"), index=np.arange(len(X))[::-1])
    for data in (X, X.astype(np.float32), sparse.csr_matrix(X), frame):
        ours, theirs = (
            module.RandomOverSampler(random_state=seed, **kwargs)
            for module in (over_sampling, imblearn.over_sampling)
        )
        got, expected = ours.fit_resample(data, y), theirs.fit_resample(data, y)
        np.testing.assert_array_equal(ours.sample_indices_, theirs.sample_indices_)
        if data is frame:
            pd.testing.assert_frame_equal(got[0], expected[0])
        else:
            got, expected = (
                [x.toarray() if sparse.issparse(x) else x for x in pair] for pair in (got, expected)
            )
            assert got[0].dtype == expected[0].dtype
            np.testing.assert_array_equal(got[0], expected[0])
        np.testing.assert_array_equal(got[1], expected[1])


@pytest.mark.parametrize(
    "sampler",
    [
        (over_sampling.RandomOverSampler, imblearn.over_sampling.RandomOverSampler),
        (under_sampling.RandomUnderSampler, imblearn.under_sampling.RandomUnderSampler),
    ],
    ids=["over", "under"],
)
def test_random_sampling_of_what_is_not_numbers(sampler):
    rng = np.random.RandomState(0)
    X = pd.DataFrame({"s": rng.choice(["x", "y"], 90), "n": rng.rand(90)})
    X["c"] = X["s"].astype("category")
    X["t"] = pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(90), unit="h")
    X.loc[3, "n"] = np.nan
    y = rng.choice(["a", "b", "b"], 90)
    for data in (X, X[["s", "n"]].to_numpy()):
        ours, theirs = (cls(random_state=0).fit_resample(data, y) for cls in sampler)
        pd.testing.assert_frame_equal(pd.DataFrame(ours[0]), pd.DataFrame(theirs[0]))
        np.testing.assert_array_equal(ours[1], theirs[1])


@pytest.mark.parametrize("generator", [np.random.MT19937, np.random.PCG64])
@pytest.mark.parametrize("n_rows", [2**17 - 1, 2**17, 2**17 + 1, 300_000])
def test_many_rows_are_drawn_as_by_choice(n_rows, generator):
    ours, theirs = np.random.RandomState(generator(3)), np.random.RandomState(generator(3))
    drawn = draw_rows(ours, n_rows, 1000)
    np.testing.assert_array_equal(drawn, theirs.choice(n_rows, 1000, replace=False))
    assert ours.normal() == theirs.normal()  # and the stream goes on where it would


@pytest.mark.parametrize("dtype", [np.int64, *slow(object, str)])
def test_random_under_sampling_of_many_rows(dtype):
    X = pd.DataFrame({"n": np.arange(400_000.0), "c": pd.Categorical(["x", "y"] * 200_000)})
    X["d"], X.index = X["n"].astype(np.int32), np.arange(400_000)[::-1]
    X.attrs["source"] = "made"
    y = np.array(["a", "b"] if dtype is not np.int64 else [0, 1], dtype)[(X["n"] % 4 == 1) * 1]
    samplers = (under_sampling.RandomUnderSampler, imblearn.under_sampling.RandomUnderSampler)
    ours, theirs = (sampler(random_state=5).fit_resample(X, y) for sampler in samplers)
    pd.testing.assert_frame_equal(ours[0], theirs[0])
    assert ours[0].attrs == X.attrs
    np.testing.assert_array_equal(ours[1], theirs[1])
