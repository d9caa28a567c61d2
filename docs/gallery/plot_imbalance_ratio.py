"""
How much does the ratio of the classes matter?
==============================================

F1 and average precision from 50/50 to 99/1, with and without SMOTE. The two classes always have the
same distributions, and the table always has the same number of rows. Only the share of the positive
class changes.
"""

import matplotlib.pyplot as plt
import numpy as np
from imblearn.pipeline import make_pipeline
from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, f1_score, precision_recall_curve
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from threadpoolctl import threadpool_limits

from fastsmote.over_sampling import SMOTE

N_ROWS = 6_000
PERCENTS = (50, 10, 5, 1)
OTHER_SEEDS = (1, 2, 3, 4, 5)
N_FOLDS = 3
N_TREES = 20
METRICS = ("F1", "F1, tuned threshold", "average precision")
MODELS = {
    "logistic regression": LogisticRegression(),
    "gradient boosting": HistGradientBoostingClassifier(
        max_iter=N_TREES, max_leaf_nodes=15, random_state=0
    ),
}

# %%
# The tables
# ----------
#
# One pool of rows, half of them positive, and from it as many rows of each class as the share says.
# So the classes overlap in the same way at every ratio.


def make_pool(seed):
    """Rows and labels, half of them positive."""
    return make_classification(
        2 * N_ROWS, 8, n_informative=5, flip_y=0.0, class_sep=0.6, random_state=seed
    )


def table_of(percent, pool, label):
    """X and y with this percentage of positive rows."""
    n_positive = round(N_ROWS * percent / 100)
    positive = np.flatnonzero(label == 1)[:n_positive]
    negative = np.flatnonzero(label == 0)[: N_ROWS - n_positive]
    rows = np.sort(np.concatenate([positive, negative]))
    return pool[rows], label[rows]


# %%
# The scores
# ----------
#
# Every score is a mean over the test parts of a cross-validation. A pipeline of imbalanced-learn
# resamples when it is fitted and never when it predicts, so test parts stay as they are. The tuned
# threshold is the one with the highest F1 among the probabilities that a cross-validation within
# the training part gives.


def best_threshold(model, X, y):
    """The threshold with the highest F1 in a cross-validation."""
    inner = StratifiedKFold(3, shuffle=True, random_state=0)
    p = cross_val_predict(model, X, y, cv=inner, method="predict_proba")[:, 1]
    precision, recall, thresholds = precision_recall_curve(y, p)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return thresholds[np.argmax(f1[:-1])]  # the last point has no threshold


def scores_of(model, X, y):
    """The mean of each metric over the folds."""
    folds = StratifiedKFold(N_FOLDS, shuffle=True, random_state=0)
    found = []
    for train, test in folds.split(X, y):
        threshold = best_threshold(model, X[train], y[train])
        p = model.fit(X[train], y[train]).predict_proba(X[test])[:, 1]
        f1 = [f1_score(y[test], p > 0.5), f1_score(y[test], p >= threshold)]
        found.append([*f1, average_precision_score(y[test], p)])
    return np.mean(found, axis=0)


pool = make_pool(0)
results = {}  # (percent, model, whether SMOTE was used): scores
positives = {}
with threadpool_limits(1):  # tables this small take longer on more threads
    for percent in PERCENTS:
        X, y = table_of(percent, *pool)
        positives[percent] = int(y.sum())
        for name, model in MODELS.items():
            with_smote = make_pipeline(SMOTE(random_state=0), model)
            results[percent, name, False] = scores_of(model, X, y)
            results[percent, name, True] = scores_of(with_smote, X, y)

# %%
# The picture
# -----------

figure, axes = plt.subplots(1, 3, figsize=(12, 4.4), sharey=True, layout="constrained")
places = np.arange(len(PERCENTS))
for ax, (i, metric) in zip(axes, enumerate(METRICS), strict=True):
    for color, name in zip(("#0072b2", "#d55e00"), MODELS, strict=True):
        for uses_smote, line in ((False, "o-"), (True, "^--")):
            scores = [results[percent, name, uses_smote][i] for percent in PERCENTS]
            ax.plot(places, scores, line, color=color, label=f"{name}{', SMOTE' * uses_smote}")
    ax.set_xticks(places, [f"{100 - percent}/{percent}" for percent in PERCENTS])
    ax.set(title=metric, xlabel="majority / minority (%)", ylim=(0, 1))
axes[0].set_ylabel("mean of the folds")
handles, labels = axes[0].get_legend_handles_labels()
figure.legend(handles, labels, loc="outside lower center", ncols=4)
plt.show()

# %%
# The numbers
# -----------

print(f"{'':21}{'':8}" + "".join(f"{metric:>22}" for metric in METRICS))
print(f"{'model':21}{'ratio':>8}" + f"{'without':>13}{'SMOTE':>9}" * len(METRICS))
for name in MODELS:
    for percent in PERCENTS:
        without, smote = results[percent, name, False], results[percent, name, True]
        cells = "".join(f"{a:13.3f}{b:9.3f}" for a, b in zip(without, smote, strict=True))
        print(f"{name:21}{f'{100 - percent}/{percent}':>8}{cells}")

# %%
# In this table
# -------------

unequal = [(percent, name) for percent in PERCENTS if percent != 50 for name in MODELS]
pairs = [(results[percent, name, False], results[percent, name, True]) for percent, name in unequal]


def print_wins(pairs):
    """Say how often each score is higher without SMOTE."""
    for i, metric in enumerate(METRICS):
        print(f"{metric:22}{sum(a[i] > b[i] for a, b in pairs):3} of {len(pairs)}")


print("Without SMOTE the score is higher in this many comparisons:")
print_wins(pairs)

# %%
# In other tables
# ---------------
#
# One generated table is one case. The same experiment with five other seeds, by logistic
# regression, at 95/5:

logistic = MODELS["logistic regression"]
others = []
print(f"{'seed':>4}" + "".join(f"{metric:>22}" for metric in METRICS))
print(f"{'':4}" + f"{'without':>13}{'SMOTE':>9}" * len(METRICS))
with_smote = make_pipeline(SMOTE(random_state=0), logistic)
for seed in OTHER_SEEDS:
    X, y = table_of(5, *make_pool(seed))
    with threadpool_limits(1):
        others.append((scores_of(logistic, X, y), scores_of(with_smote, X, y)))
    cells = "".join(f"{a:13.3f}{b:9.3f}" for a, b in zip(*others[-1], strict=True))
    print(f"{seed:4}{cells}")
print("\nWithout SMOTE the score is higher in:")
print_wins(others)
n_tuned = sum(without[1] > smote[0] for without, smote in others)
print(f"F1 with a tuned threshold is higher than F1 with SMOTE at 0.5: {n_tuned} of {len(others)}")

# %%
# What one sees
# -------------
#
# - Every score falls with the share of the positive class, whatever is done, because precision
#   depends on that share. So compare scores at one ratio only.
# - F1 at the threshold 0.5 is a matter of the table. SMOTE moves the threshold 0.5 far toward the
#   positive class: more rows are found, and more false alarms are raised. In the first table F1
#   falls. Where hardly any row reaches 0.5 without SMOTE, F1 rises.
# - A tuned threshold does what SMOTE does for F1 in most of these tables, and often more.
# - The average precision, which needs no threshold, is not higher with SMOTE in any of them.
#
# These are facts about six tables. `fastsmote.compare` measures yours.
