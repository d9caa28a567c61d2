"""Every score of `compare` equals that of a pipeline written by hand, bit for bit."""

import numpy as np
import pytest
from imblearn import combine, ensemble, over_sampling, under_sampling
from imblearn.pipeline import make_pipeline as make_sampling_pipeline
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import t as student
from sklearn import metrics
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, TunedThresholdClassifierCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import fastsmote
from fastsmote._decision.building import ENSEMBLES

SEED, N_FOLDS = 3, 4
COST = {"fn": 20, "fp": 1}
MATRIX = np.array([[0.0, 1.0], [20.0, 0.0]])
X, Y = make_classification(900, 6, weights=[0.88], class_sep=0.6, random_state=0)


def inner():
    return StratifiedKFold(5, shuffle=True, random_state=SEED)


def model(**params):
    return make_pipeline(StandardScaler(), LogisticRegression(random_state=SEED, **params))


def sampled(sampler):
    last = LogisticRegression(random_state=SEED)
    return make_sampling_pipeline(StandardScaler(), sampler, last)


def cost_of(y_true, y_pred):
    return -(metrics.confusion_matrix(y_true, y_pred) * MATRIX).sum() / len(y_true)


class MovedBack:
    """A pipeline whose probabilities are moved back to the original class ratio."""

    def __init__(self, sampler):
        self.sampler = sampler

    def fit(self, X, y):
        self.scaler = StandardScaler().fit(X)
        X, r = self.sampler.fit_resample(self.scaler.transform(X), y)
        self.last = LogisticRegression(random_state=SEED).fit(X, r)
        self.factors = (np.bincount(y) / len(y)) / (np.bincount(r) / len(r))
        return self

    def predict_proba(self, X):
        p = self.last.predict_proba(self.scaler.transform(X)) * self.factors
        return p / p.sum(axis=1, keepdims=True)

    def predict(self, X):
        return self.predict_proba(X).argmax(axis=1)


over, under, seeded = over_sampling, under_sampling, {"random_state": SEED}
BY_HAND = {
    "none": model,
    "class_weight": lambda: model(class_weight="balanced"),
    "tuned_threshold": lambda: TunedThresholdClassifierCV(
        model(), scoring=metrics.make_scorer(metrics.fbeta_score, beta=2.0), cv=inner(),
        thresholds=expit(np.linspace(-9, 9, 145)),
    ),
    "cost_threshold": lambda: TunedThresholdClassifierCV(
        model(), scoring=metrics.make_scorer(cost_of), cv=inner(),
        thresholds=expit(np.linspace(-9, 9, 145)),
    ),
    "platt": lambda: CalibratedClassifierCV(model(), cv=inner(), ensemble=False),
    "isotonic": lambda: CalibratedClassifierCV(
        model(), method="isotonic", cv=inner(), ensemble=False
    ),
    "RandomUnderSampler": lambda: sampled(under.RandomUnderSampler(**seeded)),
    "RandomOverSampler": lambda: sampled(over.RandomOverSampler(**seeded)),
    "SMOTE": lambda: sampled(over.SMOTE(**seeded)),
    "BorderlineSMOTE": lambda: sampled(over.BorderlineSMOTE(**seeded)),
    "ADASYN": lambda: sampled(over.ADASYN(**seeded)),
    "SVMSMOTE": lambda: sampled(over.SVMSMOTE(**seeded)),
    "TomekLinks": lambda: sampled(under.TomekLinks()),
    "EditedNearestNeighbours": lambda: sampled(under.EditedNearestNeighbours()),
    "NearMiss": lambda: sampled(under.NearMiss()),
    "SMOTETomek": lambda: sampled(combine.SMOTETomek(**seeded)),
    "SMOTEENN": lambda: sampled(combine.SMOTEENN(**seeded)),
    "RandomUnderSampler 1:3": lambda: sampled(under.RandomUnderSampler(
        sampling_strategy=1 / 3, **seeded)),
    "RandomOverSampler 1:3": lambda: sampled(over.RandomOverSampler(
        sampling_strategy=1 / 3, **seeded)),
    "SMOTE 1:3": lambda: sampled(over.SMOTE(sampling_strategy=1 / 3, **seeded)),
    "RandomUnderSampler prior-corrected": lambda: MovedBack(under.RandomUnderSampler(**seeded)),
    "RandomOverSampler prior-corrected": lambda: MovedBack(over.RandomOverSampler(**seeded)),
    "SMOTE prior-corrected": lambda: MovedBack(over.SMOTE(**seeded)),
    "SMOTE 1:2 prior-corrected": lambda: MovedBack(over.SMOTE(sampling_strategy=1 / 2, **seeded)),
    "BalancedRandomForest": lambda: make_pipeline(
        StandardScaler(), ensemble.BalancedRandomForestClassifier(**seeded)),
    "BalancedBagging": lambda: make_pipeline(
        StandardScaler(), ensemble.BalancedBaggingClassifier(
            LogisticRegression(random_state=SEED), **seeded)),
    "EasyEnsemble": lambda: make_pipeline(
        StandardScaler(), ensemble.EasyEnsembleClassifier(**seeded)),
    "RUSBoost": lambda: make_pipeline(StandardScaler(), ensemble.RUSBoostClassifier(**seeded)),
}  # fmt: skip


QUICK = [name for name in BY_HAND if name not in ENSEMBLES]


def scores_by_hand(fitted, X, y):
    """Every score of a fitted model, by scikit-learn."""
    label, p = fitted.predict(X), fitted.predict_proba(X)[:, 1]
    precision, recall, _ = metrics.precision_recall_curve(y, p)
    z = logit(np.clip(p, 1e-15, 1 - 1e-15))
    line = LogisticRegression(C=np.inf, max_iter=1000).fit(z[:, None], y)
    reach = np.abs(z).max() + abs(logit(y.mean())) + 1
    return {
        "average_precision": metrics.average_precision_score(y, p),
        "roc_auc": metrics.roc_auc_score(y, p),
        "f1": metrics.f1_score(y, label),
        "f_beta": metrics.fbeta_score(y, label, beta=2.0),
        "mcc": metrics.matthews_corrcoef(y, label),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, label),
        "precision": metrics.precision_score(y, label, zero_division=0.0),
        "recall": metrics.recall_score(y, label),
        "recall_at_precision": max(r for r, q in zip(recall, precision, strict=True) if q >= 0.5),
        "expected_cost": -cost_of(y, label),
        "brier": metrics.brier_score_loss(y, p),
        "log_loss": metrics.log_loss(y, fitted.predict_proba(X)),
        "calibration_slope": line.coef_[0, 0],
        "calibration_intercept": brentq(lambda a: expit(z + a).mean() - y.mean(), -reach, reach),
    }


def folds_by_hand():
    return list(StratifiedKFold(N_FOLDS, shuffle=True, random_state=SEED).split(X, Y))


def compare_all(names):
    estimator = make_pipeline(StandardScaler(), LogisticRegression())
    return fastsmote.compare(
        estimator, X, Y, strategies=names, cv=N_FOLDS, cost=COST, random_state=SEED
    )


@pytest.fixture(scope="module")
def comparison():
    return compare_all(QUICK)


def test_every_strategy_ran(comparison):
    assert comparison.names_ == QUICK
    assert comparison.skipped_ == {}


@pytest.mark.parametrize("name", QUICK)
def test_scores_are_those_of_the_model_by_hand(comparison, name):
    assert_scores_are_those_by_hand(comparison, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", ENSEMBLES)
def test_scores_of_ensembles_are_those_by_hand(name):
    assert_scores_are_those_by_hand(compare_all([name]), name)


def assert_scores_are_those_by_hand(comparison, name):
    for i, (train, test) in enumerate(folds_by_hand()):
        fitted = BY_HAND[name]().fit(X[train], Y[train])
        expected = scores_by_hand(fitted, X[test], Y[test])
        got = {metric: scores[i] for metric, scores in comparison.fold_scores_[name].items()}
        assert got.pop("fit_seconds") > 0
        assert got == expected


@pytest.mark.parametrize("name", ["tuned_threshold", "SMOTE", "RandomUnderSampler prior-corrected"])
def test_the_fitted_estimator_predicts_as_the_model_by_hand(comparison, name):
    expected = BY_HAND[name]().fit(X, Y)
    got = comparison.estimators_[name]
    assert np.array_equal(got.predict(X), expected.predict(X))
    assert np.array_equal(got.predict_proba(X), expected.predict_proba(X))


def test_folds_are_stratified_and_shuffled_by_the_seed(comparison):
    for got, expected in zip(comparison.folds_, folds_by_hand(), strict=True):
        assert np.array_equal(got[0], expected[0])
        assert np.array_equal(got[1], expected[1])


@pytest.mark.parametrize("metric", ["average_precision", "expected_cost", "brier"])
def test_table_has_the_statistics_of_the_folds(comparison, metric):
    baseline, m = comparison.fold_scores_["none"][metric], len(QUICK) - 1
    for name in QUICK:
        scores = comparison.fold_scores_[name][metric]
        d = scores - baseline
        # Nadeau and Bengio 2003, with Bonferroni's correction for m intervals.
        reach = student.ppf(1 - 0.05 / m / 2, N_FOLDS - 1) * np.sqrt(
            (1 / N_FOLDS + 1 / (N_FOLDS - 1)) * d.var(ddof=1)
        )
        got = comparison.table.loc[name, metric]
        assert got["mean"] == scores.mean()
        assert got["std"] == scores.std(ddof=1)
        assert got["difference"] == d.mean()
        assert got["low"] == pytest.approx(d.mean() - reach, rel=1e-9, abs=1e-12)
        assert got["high"] == pytest.approx(d.mean() + reach, rel=1e-9, abs=1e-12)
