"""What follows from the scores: intervals, the best strategy, the paragraph, the pictures."""

import _thread
import pickle
import re
import sys

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import ShuffleSplit
from sklearn.utils.validation import check_is_fitted

import fastsmote
from fastsmote._decision import pages
from fastsmote._decision.comparison import Comparison
from fastsmote._decision.intervals import corrected_resampled_t
from fastsmote._decision.strategies import WITHOUT_SAMPLING
from fastsmote._decision.verdict import Results, best_of, reference_of, summarize

NOISE = np.array([0.0, 0.01, -0.01, 0.005, -0.005])


def make_results(f_beta, *, cost=None, resamples=("SMOTE", "EasyEnsemble"), slope=1.0, shift=0.0):
    """Results of strategies on five folds, from the mean of F-beta of each."""
    scores = {}
    for i, (name, mean) in enumerate(f_beta.items()):
        scores[name] = {
            "average_precision": mean / 2 + np.roll(NOISE, i),
            "f_beta": mean + np.roll(NOISE, i),
            "calibration_slope": slope + NOISE,
            "calibration_intercept": shift + NOISE,
        }
        if cost is not None:
            scores[name]["expected_cost"] = cost[name] + np.roll(NOISE, i)
    are_resampled = {name: name in resamples for name in f_beta}
    ranks = {name: (*WITHOUT_SAMPLING, name).index(name) for name in f_beta}
    return Results(scores, are_resampled, {"EasyEnsemble", "mine"}, ranks, 0.25)


# Intervals


def test_interval_of_known_differences():
    # t of 4 degrees of freedom at 97.5 % is 2.776; the variance is 2.5.
    got = corrected_resampled_t(np.array([1.0, 2, 3, 4, 5]), 0.25, 0.95)
    assert got == pytest.approx((3.0, 3 - 2.7764451 * np.sqrt(0.45 * 2.5), 3 + 2.7764451
                                 * np.sqrt(0.45 * 2.5)))  # fmt: skip


def test_interval_of_equal_scores_is_a_point():
    assert corrected_resampled_t(np.zeros(5), 0.25, 0.95) == (0, 0, 0)


def test_equal_differences_tell_nothing_of_their_variance():
    assert corrected_resampled_t(np.full(5, 0.25), 0.25, 0.95) == (0.25, -np.inf, np.inf)


def test_one_fold_gives_no_interval():
    assert corrected_resampled_t(np.ones(1), 0.25, 0.95) == (1, -np.inf, np.inf)


def test_interval_of_nan_is_nan():
    assert np.isnan(corrected_resampled_t(np.array([1.0, np.nan]), 0.25, 0.95)).all()


# The best strategy


def test_none_is_best_if_nothing_is_better_beyond_its_interval():
    results = make_results({"none": 0.5, "tuned_threshold": 0.505, "SMOTE": 0.51})
    assert best_of(results) == "none"
    text = summarize(results, {}, [])
    assert text.startswith("Do not resample: in 5 folds, no strategy that resamples has a signif")
    assert "better F-beta than none (0.5). The best of them is SMOTE (0.51). Use none." in text
    assert "Use none." in text


def test_a_threshold_is_best_if_resampling_is_not_better_than_it():
    results = make_results({"none": 0.2, "tuned_threshold": 0.6, "SMOTE": 0.61})
    assert reference_of(results) == best_of(results) == "tuned_threshold"
    assert "The F-beta of none is 0.2. Use tuned_threshold." in summarize(results, {}, [])


def test_the_simpler_of_two_equally_good_strategies_is_the_reference():
    means = {"none": 0.2, "class_weight": 0.61, "tuned_threshold": 0.6, "mine": 0.61}
    assert reference_of(make_results(means)) == "tuned_threshold"
    better = make_results({**means, "class_weight": 0.7})
    assert reference_of(better) == "class_weight"


def test_resampling_must_beat_every_strategy_without_it():
    """SMOTE is better than the threshold, but not than the class weights."""
    results = make_results(
        {"none": 0.2, "tuned_threshold": 0.6, "class_weight": 0.69, "SMOTE": 0.7}
    )
    assert results.is_better("SMOTE", "f_beta", "tuned_threshold")
    assert best_of(results) == "class_weight"


def test_resampling_is_best_if_it_is_better_than_the_threshold():
    results = make_results({"none": 0.2, "tuned_threshold": 0.6, "SMOTE": 0.8})
    assert best_of(results) == "SMOTE"
    text = summarize(results, {}, [])
    assert text.startswith("Resample with SMOTE (0.8): in 5 folds, its F-beta is significantly")
    low, high = map(float, re.search(r"between ([0-9.]+) and ([0-9.]+)\.", text).groups())
    assert 0 < low < 0.2 < high


def test_a_threshold_that_was_not_tuned_is_named():
    without = make_results({"none": 0.2, "SMOTE": 0.8})
    assert "No threshold was tuned, which may do the same." in summarize(without, {}, [])
    with_one = make_results({"none": 0.2, "tuned_threshold": 0.3, "SMOTE": 0.8})
    assert "No threshold was tuned" not in summarize(with_one, {}, [])


def test_a_better_ranking_is_found_behind_a_noisy_one():
    results = make_results({"none": 0.2, "SMOTE": 0.9, "mine": 0.8})
    results.scores["SMOTE"]["average_precision"] = 0.9 + 50 * NOISE
    text = summarize(results, {}, [])
    assert "mine (0.4) has a significantly better average precision" in text
    assert "mine is another model than the estimator" in text


def test_another_model_is_named_as_such():
    results = make_results({"none": 0.2, "tuned_threshold": 0.3, "EasyEnsemble": 0.8})
    assert "EasyEnsemble is another model than the estimator" in summarize(results, {}, [])


def test_costs_decide_where_they_are_given():
    f_beta = {"none": 0.9, "tuned_threshold": 0.5, "SMOTE": 0.4}
    results = make_results(f_beta, cost={"none": 2.0, "tuned_threshold": 1.0, "SMOTE": 0.5})
    assert best_of(results) == "SMOTE"
    assert results.decisive == "expected_cost"
    assert "its expected cost is significantly better" in summarize(results, {}, [])


def test_the_paragraph_names_a_better_ranking():
    results = make_results({"none": 0.2, "SMOTE": 0.8})
    text = summarize(results, {}, [])
    assert "SMOTE (0.4) has a significantly better average precision than none (0.1)." in text
    same = make_results({"none": 0.2, "SMOTE": 0.2})
    assert "No strategy has a significantly better average precision than none (0.1)." in summarize(
        same, {}, []
    )


@pytest.mark.parametrize(
    ("slope", "shift", "expected"),
    [
        (1.0, 0.0, "The probabilities of none are about right (calibration slope 1.00"),
        (0.5, 0.0, "Do not read the scores of none as probabilities (calibration slope 0.50"),
        (1.0, -2.0, "Do not read the scores of none as probabilities"),
        (np.nan, np.nan, "Use none."),
        (np.nan, 0.0, "The probabilities of none are the same for all rows"),
    ],
)
def test_the_paragraph_says_whether_probabilities_are_right(slope, shift, expected):
    results = make_results({"none": 0.5}, slope=slope, shift=shift)
    assert expected in summarize(results, {}, [])


# A comparison


@pytest.fixture(autouse=True)
def closed_figures():
    matplotlib.use("Agg")
    yield
    pyplot.close("all")


@pytest.fixture(scope="module")
def comparison():
    X, y = make_classification(1_500, 5, weights=[0.93], class_sep=0.7, random_state=0)
    return fastsmote.compare(
        LogisticRegression(),
        X,
        y,
        strategies=["tuned_threshold", "class_weight", "SMOTE", "RandomUnderSampler", "SMOTENC"],
        cv=5,
        random_state=0,
    )


def test_best_is_fitted_when_it_is_used(comparison):
    check_is_fitted(comparison.best_)
    assert comparison.best_ is comparison.estimators_[comparison.best_name_]
    assert len(comparison.estimators_) == len(comparison.names_) == 5
    assert list(comparison.estimators_) == comparison.names_
    assert "SMOTE" in repr(comparison.estimators_)
    clone(comparison.unfitted_["SMOTE"])


def test_a_threshold_changes_no_ranking(comparison):
    assert comparison.difference("tuned_threshold", "average_precision") == (0, 0, 0)
    assert "tuned_threshold" not in comparison.better_than_none()
    assert "tuned_threshold" in comparison.better_than_none("f_beta")


@pytest.mark.parametrize("metric", ["calibration_slope", "accuracy"])
def test_better_needs_a_metric_with_a_direction(comparison, metric):
    with pytest.raises(ValueError, match=f"one of average_precision, .* Got '{metric}'"):
        comparison.better_than_none(metric)


def test_difference_names_what_is_unknown(comparison):
    with pytest.raises(ValueError, match=r"the strategies are none, .* Got 'SMOTEE'"):
        comparison.difference("SMOTEE", "brier")
    with pytest.raises(ValueError, match=r"metric must be one of average_precision, .* Got 'auc'"):
        comparison.difference("SMOTE", "auc")
    with pytest.raises(ValueError, match=r"metric must be one of average_precision, .* Got 'auc'"):
        comparison.plot("auc")


def test_one_fold_cannot_decide():
    X, y = make_classification(300, 4, weights=[0.8], random_state=0)
    cv = ShuffleSplit(1, random_state=0)
    found = fastsmote.compare(LogisticRegression(), X, y, strategies=["SMOTE"], cv=cv)
    assert found.summary().startswith("One fold cannot show that a strategy is significantly")


def test_pickled_comparison_says_the_same(comparison):
    again = pickle.loads(pickle.dumps(comparison))
    assert again.summary() == comparison.summary()
    assert again.table.equals(comparison.table)


def test_repr_names_the_best(comparison):
    assert repr(comparison) == f"<Comparison of 5 strategies; best: {comparison.best_name_}>"


def test_plot_shows_every_strategy(comparison):
    left, middle, right = comparison.plot("brier").axes
    assert [label.get_text() for label in right.get_yticklabels()][::-1] == comparison.names_[1:]
    assert right.get_xlabel() == "brier: difference to none"
    assert len(left.lines) == 5
    assert len(middle.lines) == 6  # and the diagonal
    assert {text.get_text() for text in left.get_legend().get_texts()} == set(comparison.names_)


@pytest.mark.parametrize(
    ("module", "use"),
    [("matplotlib.pyplot", Comparison.plot), ("pandas", lambda found: found.table)],
)
def test_a_missing_library_is_named_with_its_extra(comparison, monkeypatch, module, use):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=rf"requires {module[:6]}.*'fastsmote\[compare\]'"):
        use(comparison)


def test_precision_of_the_curve_never_rises_with_recall(comparison):
    for line in comparison.plot().axes[0].lines:
        assert (np.diff(line.get_ydata()) <= 1e-12).all()


def test_html_is_whole_and_holds_its_pictures(comparison):
    text = comparison._repr_html_()
    assert text.count("<img ") == 1
    assert re.findall(r'src="(.{22})', text) == ["data:image/png;base64,"]
    assert "http" not in text
    assert f'<tr class="marked"><td>{comparison.best_name_}' in text
    assert "no categorical columns reach the sampler; use SMOTE" in text


def test_html_escapes_what_it_is_given():
    text = pages.page("<b>", [pages.table(["a<"], [["&"]]), pages.heading("<i>")])
    assert "<b>" not in text
    assert "<i>" not in text
    assert "a&lt;" in text
    assert "<td>&amp;</td>" in text


def test_copies_are_noted():
    X, y = make_classification(300, 4, weights=[0.8], random_state=0)
    rows = np.concatenate([np.arange(300), np.tile(np.flatnonzero(y == 1), 2)])
    found = fastsmote.compare(LogisticRegression(), X[rows], y[rows], strategies=["SMOTE"], cv=3)
    assert found.notes_[0].startswith("67% of the rows of class")
    assert found.notes_[0] in found.summary()


def test_copies_in_the_largest_class_are_not():
    X, y = make_classification(300, 4, weights=[0.8], random_state=0)
    rows = np.concatenate([np.arange(300), np.flatnonzero(y == 0)])
    found = fastsmote.compare(LogisticRegression(), X[rows], y[rows], strategies=["SMOTE"], cv=3)
    assert found.notes_ == []


# Ctrl-C and progress


class Interrupted(LogisticRegression):
    """Sends an interrupt when it is fitted for the n-th time."""

    n_fits, at = 0, 0

    def fit(self, X, y):
        Interrupted.n_fits += 1
        if Interrupted.n_fits == Interrupted.at:
            _thread.interrupt_main()
        return super().fit(X, y)


def compare_until(at):
    Interrupted.n_fits, Interrupted.at = 0, at
    X, y = make_classification(200, 4, weights=[0.8], random_state=0)
    strategies = ["class_weight", "SMOTE"]
    return fastsmote.compare(Interrupted(), X, y, strategies=strategies, cv=3, random_state=0)


def test_an_interrupt_keeps_what_is_done():
    found = compare_until(8)
    assert found.names_ == ["none", "class_weight"]
    assert not found.is_complete_
    assert "The comparison was interrupted" in found.summary()
    whole = compare_until(0)
    assert whole.is_complete_
    for metric in ("average_precision", "brier"):
        expected = whole.fold_scores_["class_weight"][metric]
        assert np.array_equal(found.fold_scores_["class_weight"][metric], expected)


def test_an_interrupt_before_anything_is_done_is_raised():
    with pytest.raises(KeyboardInterrupt):
        compare_until(2)


class Terminal:
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def __init__(self):
        self.text = ""

    def write(self, text):
        self.text += text
        return len(text)

    def flush(self):
        pass

    def isatty(self):
        return True


@pytest.mark.parametrize(("setting", "is_shown"), [("", True), ("0", False)])
def test_a_terminal_gets_a_bar(monkeypatch, setting, is_shown):
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("FASTSMOTE_PROGRESS", setting)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("fastsmote._progress.DELAY_SECONDS", 0.0)
    monkeypatch.setattr("fastsmote._progress.BAR_SECONDS", 0.0)
    monkeypatch.setattr("fastsmote._progress.parent_process", lambda: None)
    compare_until(0)
    assert ("compare: fits" in stream.text) == ("9/9" in stream.text) == is_shown


def test_a_file_gets_none(capsys):
    compare_until(0)
    assert capsys.readouterr().err == ""


def test_comparison_is_public():
    assert fastsmote.Comparison is Comparison
