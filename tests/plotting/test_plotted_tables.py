"""Which columns of a table a picture shows, and what it says if it cannot show them."""

import sys
from importlib import import_module

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from helpers.pictures import X2, X5, Y2, Y5, legend_of, lines_of, points_of
from helpers.samplers import COMPILED
from scipy import sparse
from sklearn.decomposition import PCA

import fastsmote
from fastsmote.over_sampling import SMOTE, SMOTENC, BorderlineSMOTE, RandomOverSampler
from fastsmote.plotting import plot_resampling


def frames_of(X, names):
    frame = pd.DataFrame(X, columns=names)
    return [frame, pl.from_pandas(frame), pa.Table.from_pandas(frame)]


@pytest.mark.parametrize("X", [*frames_of(X2, ["age", "amount"]), X2.tolist()], ids=type)
def test_two_columns_are_drawn_as_they_are(X):
    ax = plot_resampling(SMOTE(random_state=0), X, Y2)
    is_list = isinstance(X, list)
    assert ax.get_xlabel() == ("column 0" if is_list else "age")
    assert ax.get_ylabel() == ("column 1" if is_list else "amount")
    np.testing.assert_array_equal(points_of(ax)["1", ""], X2[Y2 == 1])


@pytest.mark.parametrize("to_kind", [np.asarray, sparse.csr_matrix, sparse.csc_array])
def test_more_columns_are_projected_by_components_of_the_original_rows(to_kind):
    ax = plot_resampling(SMOTE(random_state=0), to_kind(X5), Y5)
    components = PCA(2).fit(X5)
    expected = components.transform(X5)
    got = points_of(ax)["1", ""]
    signs = np.sign((got * expected[Y5 == 1]).sum(axis=0))
    np.testing.assert_allclose(got * signs, expected[Y5 == 1], rtol=1e-6, atol=1e-9)
    first, second = components.explained_variance_ratio_
    assert ax.get_xlabel() == f"principal component 1 ({100 * first:.0f} %)"
    assert ax.get_ylabel() == f"principal component 2 ({100 * second:.0f} %)"
    base, new, neighbor = lines_of(ax).transpose(1, 0, 2)
    gaps = np.linalg.norm(new - base, axis=1) / np.linalg.norm(neighbor - base, axis=1)
    sampler = SMOTE(random_state=0)
    sampler.fit_resample(X5, Y5)
    np.testing.assert_allclose(gaps, sampler.provenance_.gaps, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("columns", [("b", "e"), (1, 4), ["b", 4], (np.int64(1), "e")])
def test_two_of_many_columns_are_drawn_if_they_are_chosen(columns):
    frame = pd.DataFrame(X5, columns=list("abcde"))
    ax = plot_resampling(BorderlineSMOTE(random_state=0), frame, Y5, columns=columns)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("b", "e")
    np.testing.assert_array_equal(points_of(ax)["0", ""], X5[Y5 == 0][:, [1, 4]])


def mixed_frame():
    frame = pd.DataFrame(X5[:, :3], columns=["age", "amount", "hour"])
    return frame.assign(shop=np.resize(["a", "b", "c"], 150), code=np.resize([10, 500], 150))


def test_categories_are_left_out_of_the_projection():
    sampler = SMOTENC(["shop", "code"], random_state=0)
    ax = plot_resampling(sampler, mixed_frame(), Y5)
    lengths = np.ptp(points_of(ax)["0", ""], axis=0)
    assert lengths.max() < 10  # the codes are not drawn
    expected = PCA(2).fit_transform(X5[:, :3])
    np.testing.assert_allclose(np.abs(points_of(ax)["0", ""]), np.abs(expected[Y5 == 0]))
    sampler.set_params(categorical_features=[3, 4])
    ax = plot_resampling(sampler, mixed_frame().to_numpy(object), Y5, columns=(0, 1))
    np.testing.assert_array_equal(points_of(ax)["0", ""], X5[Y5 == 0, :2])


def test_rows_without_a_value_are_counted_and_not_drawn():
    X = X2.copy()
    X[:5, 1] = X[-3:, 0] = np.nan
    ax = plot_resampling(SMOTE(random_state=0, missing="partial"), X, Y2)
    assert legend_of(ax)[:2] == ["class 0 (115 of 120 drawn)", "class 1 (27 of 30 drawn)"]
    np.testing.assert_array_equal(points_of(ax)["0", ""], X[5:120])
    assert np.isfinite(lines_of(ax)).all()


def test_rows_that_are_all_alike_make_no_warning():
    ax = plot_resampling(RandomOverSampler(random_state=0), np.ones((20, 3)), np.arange(20) > 14)
    assert ax.get_xlabel() == "principal component 1 (0 %)"
    assert legend_of(ax) == ["class False (15)", "class True (5)", "class True, new (10)"]


# Errors


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"columns": "ab"}, TypeError, "Got 'ab'"),
        ({"columns": 3}, TypeError, "Got 3"),
        ({"columns": ("a",)}, ValueError, r"two different columns. Got \('a',\)"),
        ({"columns": ("age", "age")}, ValueError, "two different columns"),
        ({"columns": ("age", "shop")}, ValueError, "'shop', which does not hold numbers"),
        ({"columns": ("age", "price")}, ValueError, "'price', which X does not have.*'age', 'am"),
        ({"columns": ("age", 5)}, ValueError, "names 5, which X does not have"),
        ({"columns": ("age", True)}, ValueError, "names True, which X does not have"),
        ({"max_rows": 0}, ValueError, "at least 1. Got 0"),
        ({"max_rows": 2.5}, TypeError, "an integer. Got 2.5"),
        ({"max_rows": True}, TypeError, "an integer. Got True"),
    ],
)
def test_a_wrong_option_is_named(options, error, text):
    with pytest.raises(error, match=text):
        plot_resampling(SMOTENC(["shop"]), mixed_frame(), Y5, **options)


def test_what_cannot_be_drawn_is_named():
    with pytest.raises(ValueError, match=r"one column of numbers .* columns=\(a, b\)"):
        plot_resampling(SMOTE(), X2[:, :1], Y2)
    with pytest.raises(ValueError, match="no columns of numbers"):
        plot_resampling(COMPILED["SMOTEN"](), X2.round().astype(str), Y2)
    X = X5.copy()
    X[0, 0] = np.nan
    with pytest.raises(ValueError, match=r"missing values.*columns=\(a, b\)"):
        plot_resampling(SMOTE(missing="partial"), X, Y5)
    with pytest.raises(TypeError, match="Got 'SMOTE'"):
        plot_resampling("SMOTE", X2, Y2)
    with pytest.raises(TypeError, match="Got <class"):
        plot_resampling(SMOTE, X2, Y2)
    with pytest.raises(ValueError, match=r"two dimensions\. Got 1"):
        plot_resampling(SMOTE(), X2[:, 0], Y2)


def test_matplotlib_is_imported_when_it_is_used(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"fastsmote\[compare\]"):
        plot_resampling(SMOTE(random_state=0), X2, Y2)


def test_the_module_is_a_public_name():
    assert "plotting" in fastsmote.__all__
    assert fastsmote.plotting is import_module("fastsmote.plotting")
