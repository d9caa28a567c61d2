"""Pictures of a resampling: every point and every line is where the rows and their parents are."""

import imblearn.combine
import imblearn.over_sampling
import imblearn.under_sampling
import numpy as np
import pandas as pd
import pytest
from helpers.pictures import X2, X5, Y2, Y5, assert_points_are, legend_of, lines_of, points_of
from helpers.samplers import COMPILED, TRACED
from imblearn.pipeline import make_pipeline
from sklearn.base import clone

import fastsmote
from fastsmote.combine import SMOTEENN, SMOTETomek
from fastsmote.over_sampling import SMOTE, RandomOverSampler
from fastsmote.plotting import plot_resampling
from fastsmote.under_sampling import ClusterCentroids, RandomUnderSampler, TomekLinks

pyplot = pytest.importorskip("matplotlib.pyplot")


# Where the artists are


@pytest.mark.parametrize("sampler", TRACED, ids=repr)
def test_new_points_and_lines_are_those_of_the_provenance(sampler):
    ax = plot_resampling(sampler, X2, Y2)
    fitted = clone(sampler)
    X_resampled, y_resampled = fitted.fit_resample(X2, Y2)
    new, parents = fitted.is_synthetic_, fitted.provenance_
    points = points_of(ax)
    for label in (0, 1):
        expected = X_resampled[new & (y_resampled == label)]
        got = points.get((str(label), "new"), np.empty((0, 2)))
        np.testing.assert_array_equal(got, expected)
    lines = np.stack([X2[parents.base_rows], X_resampled[new], X2[parents.neighbor_rows]], axis=1)
    assert len(lines) > 20
    assert_points_are(lines_of(ax).reshape(-1, 6), lines.reshape(-1, 6))


@pytest.mark.parametrize(
    "name", sorted({*COMPILED} - {"SMOTENC", "SMOTEN", "KMeansSMOTE", "ClusterCentroids"})
)
def test_kept_and_removed_points_are_all_rows_of_X(name):
    sampler = COMPILED[name]()
    if "random_state" in sampler.get_params():
        sampler.set_params(random_state=0)
    points = points_of(plot_resampling(sampler, X2, Y2))
    fitted = clone(sampler)
    fitted.fit_resample(X2, Y2)
    is_kept = np.isin(np.arange(len(Y2)), getattr(fitted, "sample_indices_", np.arange(len(Y2))))
    for label in (0, 1):
        for kind, rows in (("", is_kept), ("removed", ~is_kept)):
            got = points.get((str(label), kind), np.empty((0, 2)))
            np.testing.assert_array_equal(got, X2[rows & (label == Y2)])


def test_cleaning_after_smote_shows_kept_removed_and_new_rows():
    ax = plot_resampling(SMOTEENN(random_state=0), X2, Y2)
    sampler = SMOTEENN(random_state=0)
    sampler.fit_resample(X2, Y2)
    n_kept, n_new = len(sampler.sample_indices_), int(sampler.is_synthetic_.sum())
    sizes = {key: len(rows) for key, rows in points_of(ax).items()}
    assert sizes["0", ""] + sizes["1", ""] == n_kept < 150
    assert sizes["0", "removed"] + sizes.get(("1", "removed"), 0) == 150 - n_kept
    assert sizes["1", "new"] == len(lines_of(ax)) == n_new


def test_rows_that_are_picked_twice_are_drawn_once():
    sampler = RandomUnderSampler(random_state=0, replacement=True)
    points = points_of(plot_resampling(sampler, X2, Y2))
    sampler.fit_resample(X2, Y2)
    rows = np.unique(sampler.sample_indices_)
    assert len(rows) < len(sampler.sample_indices_)
    np.testing.assert_array_equal(points["0", ""], X2[rows[rows < 120]])


def test_centroids_are_new_rows_and_the_rows_of_their_class_are_removed():
    for module in (fastsmote.under_sampling, imblearn.under_sampling):
        ax = plot_resampling(module.ClusterCentroids(random_state=0), X2, Y2)
        X_resampled, y_resampled = ClusterCentroids(random_state=0).fit_resample(X2, Y2)
        points = points_of(ax)
        np.testing.assert_array_equal(points["0", "new"], X_resampled[y_resampled == 0])
        np.testing.assert_array_equal(points["0", "removed"], X2[Y2 == 0])
        np.testing.assert_array_equal(points["1", ""], X2[Y2 == 1])
        assert len(lines_of(ax)) == 0
        assert set(points) == {("0", "new"), ("0", "removed"), ("1", "")}


def test_rows_nearest_to_centroids_are_kept():
    points = points_of(plot_resampling(ClusterCentroids(random_state=0, voting="hard"), X2, Y2))
    assert len(points["0", ""]) == 30
    assert len(points["0", "removed"]) == 90


# Samplers of imbalanced-learn


def test_imbalanced_learns_smote_has_points_and_no_lines():
    ax = plot_resampling(imblearn.over_sampling.SMOTE(random_state=0), X2, Y2)
    expected, _ = SMOTE(random_state=0).fit_resample(X2, Y2)
    np.testing.assert_array_equal(points_of(ax)["1", "new"], expected[150:])
    assert len(lines_of(ax)) == 0


def test_imbalanced_learns_copies_have_lines_to_their_rows():
    stock = imblearn.over_sampling.RandomOverSampler(random_state=0, shrinkage=0.5)
    compiled = RandomOverSampler(random_state=0, shrinkage=0.5)
    lines = lines_of(plot_resampling(stock, X2, Y2))
    assert len(lines) == 90
    np.testing.assert_array_equal(lines, lines_of(plot_resampling(compiled, X2, Y2)))


def test_imbalanced_learns_under_sampler_has_the_same_picture():
    stock = points_of(plot_resampling(imblearn.under_sampling.TomekLinks(), X2, Y2))
    compiled = points_of(plot_resampling(TomekLinks(), X2, Y2))
    assert stock.keys() == compiled.keys()
    assert len(stock["0", "removed"]) > 0
    for key, rows in stock.items():
        np.testing.assert_array_equal(rows, compiled[key])


@pytest.mark.parametrize(
    "sampler",
    [
        imblearn.combine.SMOTEENN(random_state=0),
        make_pipeline(SMOTE(random_state=0), TomekLinks()),
        imblearn.under_sampling.ClusterCentroids(random_state=0, voting="hard"),
    ],
    ids=lambda sampler: type(sampler).__name__,
)
def test_a_sampler_that_does_not_name_its_rows_is_an_error(sampler):
    with pytest.raises(ValueError, match=r"not known which rows of X [\s\S]* keeps.*fastsmote"):
        plot_resampling(sampler, X2, Y2)


def test_a_combined_sampler_whose_first_step_is_unknown_says_so():
    with pytest.raises(ValueError, match=r"Shuffles.*any order"):
        plot_resampling(SMOTETomek(smote=Shuffles()), X2, Y2)


class Shuffles(imblearn.over_sampling.SMOTE):
    """An over-sampler that returns its rows in an order of its own."""

    def _fit_resample(self, X, y):
        X, y = super()._fit_resample(X, y)
        return X[::-1], y[::-1]


def test_an_over_sampler_that_reorders_rows_is_an_error():
    with pytest.raises(ValueError, match="not known which rows"):
        plot_resampling(Shuffles(), X2, Y2)


# The sampler of the caller


def test_the_sampler_and_its_generator_stay_as_they_are():
    generator = np.random.RandomState(0)
    sampler = SMOTE(random_state=generator)
    plot_resampling(sampler, X2, Y2)
    assert set(vars(sampler)) == set(vars(SMOTE()))
    assert generator.randint(2**31) == np.random.RandomState(0).randint(2**31)


def test_a_fitted_sampler_keeps_its_results():
    sampler = SMOTE(random_state=0)
    sampler.fit_resample(X5, Y5)
    provenance = sampler.provenance_
    plot_resampling(sampler, X2, Y2)
    assert sampler.provenance_ is provenance
    assert sampler.n_features_in_ == 5


def test_x_is_resampled_once(monkeypatch):
    calls, fit_resample = [], SMOTE.fit_resample

    def counted(self, X, y, **params):
        calls.append(self)
        return fit_resample(self, X, y, **params)

    monkeypatch.setattr(SMOTE, "fit_resample", counted)
    sampler = SMOTE(random_state=0)
    plot_resampling(sampler, X5, Y5)
    assert len(calls) == 1
    assert calls[0] is not sampler


# Axes, legend and limits


def test_axes_are_those_passed_and_legend_counts_rows():
    _, axes = pyplot.subplots(1, 2)
    assert plot_resampling(SMOTE(random_state=0), X2, Y2, ax=axes[1]) is axes[1]
    assert not axes[0].collections
    assert legend_of(axes[1]) == ["class 0 (120)", "class 1 (30)", "class 1, new (90)"]
    assert len(pyplot.get_fignums()) == 1
    bare = plot_resampling(SMOTE(random_state=0), X2, Y2, ax=axes[0], legend=False)
    assert bare.get_legend() is None


def test_at_most_max_rows_of_a_kind_are_drawn_evenly_spaced():
    ax = plot_resampling(SMOTEENN(random_state=0), X2, Y2, max_rows=7)
    points = points_of(ax)
    assert {len(rows) for key, rows in points.items() if key != ("1", "removed")} == {7}
    sampler = SMOTEENN(random_state=0)
    sampler.fit_resample(X2, Y2)
    kept = sampler.sample_indices_[Y2[sampler.sample_indices_] == 0]
    chosen = [kept[i * len(kept) // 7] for i in range(7)]
    np.testing.assert_array_equal(points["0", ""], X2[chosen])
    assert legend_of(ax)[0] == f"class 0 (7 of {len(kept)} drawn)"
    assert len(lines_of(ax)) == 7
    again = points_of(plot_resampling(sampler, X2, Y2, max_rows=7))
    assert all(np.array_equal(again[key], rows) for key, rows in points.items())


def test_every_class_has_its_own_color_and_marker():
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(9), [40, 30, 30, 30, 30, 30, 30, 30, 30])
    ax = plot_resampling(SMOTE(random_state=0), rng.normal(size=(280, 2)), y)
    kept = [c for c in ax.collections if "new" not in c.get_label() and c.get_label()[0] == "c"]
    looks = [(c.get_facecolor()[0].tobytes(), c.get_paths()[0].vertices.tobytes()) for c in kept]
    assert len(looks) == len(set(looks)) == 9


def test_new_points_are_hollow_and_removed_points_are_faint_crosses():
    ax = plot_resampling(SMOTEENN(random_state=0), X2, Y2)
    looks = {c.get_label().rpartition(" (")[0]: c for c in ax.collections}
    filled, new = looks["class 1"], looks["class 1, new"]
    np.testing.assert_array_equal(new.get_facecolor()[0][:3], [1, 1, 1])
    np.testing.assert_array_equal(new.get_edgecolor()[0], filled.get_facecolor()[0])
    assert looks["class 0, removed"].get_alpha() < 0.5


def test_dollar_signs_in_names_are_no_formulas():
    frame = pd.DataFrame(X2, columns=["$a_1$", "b$"])
    ax = plot_resampling(SMOTE(random_state=0), frame, np.where(Y2, "$x^", "$y_{"))
    ax.figure.canvas.draw()
    assert ax.get_xlabel() == "$a_1$"
    assert not ax.xaxis.label.get_parse_math()
