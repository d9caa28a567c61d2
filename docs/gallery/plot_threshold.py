"""
Is a tuned threshold as good as resampling?
===========================================

A classifier predicts "positive" if the probability is at least 0.5. If positive rows are rare, few
rows have such a probability. Resampling raises the probabilities. A lower threshold has a similar
effect, and changes no rows.
"""

import matplotlib.pyplot as plt
import numpy as np
from imblearn.pipeline import make_pipeline
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import cross_val_predict, train_test_split
from threadpoolctl import threadpool_limits

import fastsmote
from fastsmote.over_sampling import SMOTE

X, y = make_classification(
    5_000, 8, n_informative=5, weights=[0.92], class_sep=0.7, flip_y=0.01, random_state=1
)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
logistic = LogisticRegression()
models = {"no resampling": logistic, "SMOTE": make_pipeline(SMOTE(random_state=0), logistic)}

# %%
# F1 against the threshold
# ------------------------
#
# The threshold is chosen by cross-validation in the training rows. The picture shows F1 of the test
# rows, which had no part in this choice.

thresholds = np.linspace(0.02, 0.98, 49)
looks = {"no resampling": ("#0072b2", "-", "o"), "SMOTE": ("#d55e00", "--", "^")}
figure, ax = plt.subplots(layout="constrained")
print(f"{'':16}{'F1 at 0.5':>10}{'tuned threshold':>17}{'F1 there':>10}")
for name, model in models.items():
    inner = cross_val_predict(model, X_train, y_train, cv=5, method="predict_proba")[:, 1]
    tuned = thresholds[np.argmax([f1_score(y_train, inner >= t) for t in thresholds])]
    p = model.fit(X_train, y_train).predict_proba(X_test)[:, 1]
    f1 = [f1_score(y_test, p >= t) for t in thresholds]
    at_half, at_tuned = f1_score(y_test, p >= 0.5), f1_score(y_test, p >= tuned)
    print(f"{name:16}{at_half:10.3f}{tuned:17.2f}{at_tuned:10.3f}")
    color, line, marker = looks[name]
    ax.plot(thresholds, f1, line, color=color, label=name)
    ax.plot(tuned, at_tuned, marker, color=color, markersize=9, label=f"{name}, tuned threshold")
ax.axvline(0.5, color="0.5", linestyle=":", label="the default, 0.5")
ax.set(xlabel="threshold", ylabel="F1 of the test rows", ylim=(0, 1))
ax.legend()
plt.show()

# %%
# More than one split
# -------------------
#
# One split is one number. `fastsmote.compare` takes five folds and gives each difference to "none"
# an interval. Where an interval contains 0, the difference may be due to chance, and the summary
# prefers the simpler strategy.

with threadpool_limits(1):  # tables this small take longer on more threads
    comparison = fastsmote.compare(
        logistic,
        X_train,
        y_train,
        strategies=["tuned_threshold", "SMOTE"],
        beta=1.0,
        random_state=0,
    )
for name in comparison.names_:
    scores = comparison.fold_scores_[name]["f_beta"]
    print(f"{name:16}F1 {scores.mean():.3f}, folds from {scores.min():.3f} to {scores.max():.3f}")
print(f"\n{comparison.summary()}")

# %%
# Precision and recall, probabilities, and the differences to "none":

comparison.plot()
plt.show()
