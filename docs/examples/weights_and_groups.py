"""Resample inside cross-validation, with sample weights and groups that stay beside their rows.

    python docs/examples/weights_and_groups.py

The table has several payments of each customer, and each payment counts as much as its amount.
Payments of one customer resemble each other, so a customer must never be on both sides of a
split: `GroupKFold` splits by customer. The weights go to the scaler, to the classifier and to the
score, by scikit-learn's metadata routing.

A sampler inside of a pipeline changes the number of rows, but a pipeline passes the weights on as
they are, and the classifier stops with an error: there are fewer weights than rows. So here the
last step of the pipeline is a small classifier that resamples by itself. It gives the weights
the rows of the output by `fastsmote.resample_like` and fits the classifier inside. In prediction
nothing is resampled.

Every payment gets a score from a model that has not seen its customer. In the last lines, the
program shows that the weights are where they belong.
"""

import argparse

import numpy as np
import sklearn
from imblearn.pipeline import make_pipeline
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer
from sklearn.model_selection import GroupKFold, cross_val_score
from sklearn.preprocessing import StandardScaler
from sklearn.utils.metaestimators import available_if

import fastsmote
from fastsmote.over_sampling import SMOTE

parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
parser.add_argument("--customers", type=int, default=400)
parser.add_argument("--payments", type=int, default=10, help="of each customer")
parser.add_argument("--folds", type=int, default=5)
parser.add_argument("--how", default="base", help="as in fastsmote.resample_like")
parser.add_argument("--seed", type=int, default=0)
args = parser.parse_args()


def _classifier_has(name):
    return lambda self: hasattr(self.classifier, name)


class ResampledClassifier(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """Resample the training rows with their weights, then fit a classifier to the result.

    Parameters
    ----------
    sampler : sampler of fastsmote
    classifier : classifier whose `fit` takes `sample_weight`
    how : {"base", "nearest", "interpolate"}, default="base"
        The weight of a new row, as in `fastsmote.resample_like`.
    """

    def __init__(self, sampler, classifier, how="base"):
        self.sampler = sampler
        self.classifier = classifier
        self.how = how

    def fit(self, X, y, sample_weight=None):
        """Fit to the resampled rows. The weights are those of X, of shape (n_rows,)."""
        self.sampler_ = clone(self.sampler)
        X_resampled, y_resampled = self.sampler_.fit_resample(X, y)
        if sample_weight is not None:
            sample_weight = fastsmote.resample_like(self.sampler_, sample_weight, how=self.how)
        self.classifier_ = clone(self.classifier)
        self.classifier_.fit(X_resampled, y_resampled, sample_weight=sample_weight)
        self.classes_ = self.classifier_.classes_
        return self

    def predict(self, X):
        return self.classifier_.predict(X)

    @available_if(_classifier_has("predict_proba"))
    def predict_proba(self, X):
        return self.classifier_.predict_proba(X)

    @available_if(_classifier_has("decision_function"))
    def decision_function(self, X):
        return self.classifier_.decision_function(X)


# Payments of customers: customers differ, and some of them are careless.

rng = np.random.default_rng(args.seed)
n_rows = args.customers * args.payments
customers = np.repeat(np.arange(args.customers), args.payments)
habits = rng.normal(size=(args.customers, 4))
X = habits[customers] + rng.normal(size=(n_rows, 4))
risk = 1 / (1 + np.exp(3.5 - X[:, 0] - 0.5 * X[:, 1] * habits[customers, 2]))
y = (rng.random(n_rows) < risk).astype(int)
amounts = rng.lognormal(size=n_rows)

# The model. Whoever takes weights says that it wants them.

with sklearn.config_context(enable_metadata_routing=True):
    resampled = ResampledClassifier(SMOTE(random_state=args.seed), LogisticRegression(), args.how)
    model = make_pipeline(
        StandardScaler().set_fit_request(sample_weight=True),
        resampled.set_fit_request(sample_weight=True),
    )
    scorer = get_scorer("average_precision").set_score_request(sample_weight=True)
    scores = cross_val_score(
        model,
        X,
        y,
        scoring=scorer,
        cv=GroupKFold(args.folds),
        params={"sample_weight": amounts, "groups": customers},
    )
    print(f"average precision by amount: {scores.mean():.3f}, lowest of a fold {scores.min():.3f}")
    model.fit(X, y, sample_weight=amounts)

# Where the weights are: the amounts of the payments are as before, and each new row has a
# customer and an amount.

sampler = model[-1].sampler_
weights = fastsmote.resample_like(sampler, amounts, how=args.how)
groups = fastsmote.resample_like(sampler, customers)
is_new = sampler.is_synthetic_
print(f"{n_rows:,} payments, {is_new.sum():,} new rows")
print(f"total amount {amounts.sum():,.1f}, of the original rows {weights[~is_new].sum():,.1f}")
print(f"total weight of the new rows {weights[is_new].sum():,.1f}")
sides = [
    set(groups[train]) & set(groups[test])
    for train, test in GroupKFold(args.folds).split(groups, groups=groups)
]
print(f"customers on both sides of a split of the resampled rows: {sum(map(len, sides))}")
