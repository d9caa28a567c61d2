"""
Does resampling break probabilities?
====================================

A classifier that is fitted to balanced rows learns that half of the rows are positive. Its
probabilities are too high for the table as it is. `PriorCorrectedClassifier` fits to resampled rows
and corrects the probabilities.
"""

import matplotlib.pyplot as plt
import numpy as np
from imblearn.pipeline import make_pipeline
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, log_loss
from sklearn.model_selection import train_test_split

from fastsmote import PriorCorrectedClassifier
from fastsmote.over_sampling import SMOTE
from fastsmote.under_sampling import RandomUnderSampler

rng = np.random.default_rng(0)
X = rng.normal(size=(60_000, 6))
true_p = 1 / (1 + np.exp(5.0 - X @ [1.2, 1.0, 0.8, 0.5, 0.0, 0.0]))
y = (rng.random(len(X)) < true_p).astype(int)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
print(f"{y.mean():.1%} of the rows are positive")

# %%
# Five models
# -----------
#
# Only the training rows are resampled. All models predict the same test rows.

logistic = LogisticRegression()
under, smote = RandomUnderSampler(random_state=0), SMOTE(random_state=0)
models = {
    "no resampling": logistic,
    "under-sampling": make_pipeline(under, logistic),
    "under-sampling, corrected": PriorCorrectedClassifier(logistic, under),
    "SMOTE": make_pipeline(smote, logistic),
    "SMOTE, corrected": PriorCorrectedClassifier(logistic, smote),
}
predicted = {
    name: model.fit(X_train, y_train).predict_proba(X_test)[:, 1] for name, model in models.items()
}

# %%
# Before and after
# ----------------
#
# The mean of the probabilities should be the share of positive rows, and a low log loss says that
# the probabilities are right. Resampling raises the mean severalfold, and the correction lowers it.
# The average precision depends only on the order of the rows, which the correction does not change.

print(f"{'':28}{'mean':>8}{'log loss':>10}{'average precision':>19}")
for name, p in predicted.items():
    scores = f"{p.mean():8.3f}{log_loss(y_test, p):10.3f}{average_precision_score(y_test, p):19.3f}"
    print(f"{name:28}{scores}")
print(f"{'share of positive rows':28}{y_test.mean():8.3f}")

# %%
# Reliability curves
# ------------------
#
# Each point is a bin of test rows: their mean probability, and the share of them that is positive.
# On the dotted line, both are equal. The axes are logarithmic: most probabilities are small.

looks = {
    "no resampling": ("black", "s", "-"),
    "under-sampling": ("#0072b2", "o", "--"),
    "under-sampling, corrected": ("#0072b2", "o", "-"),
    "SMOTE": ("#d55e00", "^", "--"),
    "SMOTE, corrected": ("#d55e00", "^", "-"),
}
figure, ax = plt.subplots(figsize=(6.4, 5.4), layout="constrained")
ax.plot([1e-4, 1], [1e-4, 1], ":", color="0.5", label="right probabilities")
for name, p in predicted.items():
    observed, mean = calibration_curve(y_test, p, n_bins=8, strategy="quantile")
    color, marker, line = looks[name]
    is_seen = observed > 0  # a bin without positive rows has no place on a logarithmic axis
    ax.plot(mean[is_seen], observed[is_seen], line, color=color, marker=marker, label=name)
ax.set(xscale="log", yscale="log", xlim=(1e-4, 1), ylim=(1e-4, 1))
ax.set(xlabel="mean predicted probability", ylabel="share of positive rows")
ax.legend()
plt.show()
