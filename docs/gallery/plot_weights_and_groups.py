"""
How do weights and groups stay beside their rows?
=================================================

The table has several payments of each customer, and each payment counts as much as its amount.
Payments of one customer resemble each other, so a customer must never be on both sides of a split.
The weights go to the scaler, to the classifier and to the score.
"""

import matplotlib.pyplot as plt
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
from fastsmote.plotting import plot_resampling

N_CUSTOMERS = 400
N_PAYMENTS = 10
N_FOLDS = 5

# %%
# Payments
# --------
#
# Customers differ, and some of them are careless.

rng = np.random.default_rng(0)
n_rows = N_CUSTOMERS * N_PAYMENTS
customers = np.repeat(np.arange(N_CUSTOMERS), N_PAYMENTS)
habits = rng.normal(size=(N_CUSTOMERS, 4))
X = habits[customers] + rng.normal(size=(n_rows, 4))
risk = 1 / (1 + np.exp(3.5 - X[:, 0] - 0.5 * X[:, 1] * habits[customers, 2]))
y = (rng.random(n_rows) < risk).astype(int)
amounts = rng.lognormal(size=n_rows)
print(f"{n_rows:,} payments of {N_CUSTOMERS} customers, {y.mean():.1%} of them fraud")

# %%
# A classifier that resamples
# ---------------------------
#
# A sampler in a pipeline changes the number of rows, but the pipeline passes the weights on as they
# are, and the classifier stops with an error: there are fewer weights than rows. So here the last
# step is a small classifier that resamples by itself. It gives the weights the rows of the output
# by `resample_like`. In prediction nothing is resampled.


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


# %%
# Cross-validation by customer
# ----------------------------
#
# Whoever takes weights says that it wants them (scikit-learn's metadata routing). `GroupKFold`
# splits by customer. So every payment gets a score from a model that has not seen its customer.


def score_of(how):
    """The weighted average precision of each fold."""
    resampled = ResampledClassifier(SMOTE(random_state=0), LogisticRegression(), how)
    model = make_pipeline(
        StandardScaler().set_fit_request(sample_weight=True),
        resampled.set_fit_request(sample_weight=True),
    )
    scorer = get_scorer("average_precision").set_score_request(sample_weight=True)
    data = {"sample_weight": amounts, "groups": customers}
    folds = GroupKFold(N_FOLDS)
    return model, cross_val_score(model, X, y, scoring=scorer, cv=folds, params=data)


scores = {}
with sklearn.config_context(enable_metadata_routing=True):
    for how in ("nearest", "interpolate", "base"):
        model, scores[how] = score_of(how)
        print(f"{how:12}average precision by amount {scores[how].mean():.3f}")
    model.fit(X, y, sample_weight=amounts)

# %%
# Where the weights are
# ---------------------
#
# The amounts of the payments are as before, and each new row has a customer and an amount. A split
# by customer never separates a new row from its base row.

sampler = model[-1].sampler_
weights = fastsmote.resample_like(sampler, amounts, how="base")
groups = fastsmote.resample_like(sampler, customers)
is_new = sampler.is_synthetic_
print(f"{n_rows:,} payments, {is_new.sum():,} new rows")
print(f"total amount {amounts.sum():,.1f}, of the original rows {weights[~is_new].sum():,.1f}")
print(f"total weight of the new rows {weights[is_new].sum():,.1f}")
sides = [
    set(groups[train]) & set(groups[test])
    for train, test in GroupKFold(N_FOLDS).split(groups, groups=groups)
]
print(f"customers on both sides of a split of the resampled rows: {sum(map(len, sides))}")

# %%
# Weights of a few rows
# ---------------------
#
# The area of a point is its weight: on the left the rows of the fraud, on the right the new rows,
# each with the weight of its base row.

few = np.isin(customers, np.unique(customers[y == 1])[:25])
smote = SMOTE(random_state=0)
X_few, y_few = smote.fit_resample(X[few], y[few])
of_few = fastsmote.resample_like(smote, amounts[few])
figure, axes = plt.subplots(1, 2, figsize=(10, 4.4), sharex=True, sharey=True, layout="constrained")
for ax, rows, title in (
    (axes[0], ~smote.is_synthetic_ & (y_few == 1), "payments of class 1"),
    (axes[1], smote.is_synthetic_, "new rows"),
):
    face = "white" if title == "new rows" else "#d55e00"
    area = 25 * of_few[rows]
    ax.scatter(*X_few[rows, :2].T, s=area, marker="^", facecolors=face, edgecolors="#d55e00")
    ax.set(title=f"{title}, total weight {of_few[rows].sum():.0f}", xlabel="column 0")
axes[0].set_ylabel("column 1")
plt.show()

# %%
# The rows of these customers as the sampler treats them:

plot_resampling(smote, X[few], y[few], columns=(0, 1))
plt.show()
