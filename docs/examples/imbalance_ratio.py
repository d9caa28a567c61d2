"""How much does the ratio of the classes matter? F1 from 50/50 to 99/1, with and without SMOTE.

    python docs/examples/imbalance_ratio.py --picture ratio.png

The two classes always have the same distributions and the table always has the same number of
rows. Only the share of the positive class changes. Every number is a mean over the test parts of
a cross-validation. SMOTE and the search for a threshold see the training parts only.

What one sees with the default options:

- Without SMOTE, F1 at the threshold 0.5 falls as the positive class becomes rare.
- SMOTE does not repair this. It moves the threshold 0.5 far toward the positive class: more rows
  are found, and more false alarms are raised. From 90/10 on, F1 is lower with SMOTE.
- At every ratio but 50/50, the highest F1 is that of a tuned threshold without SMOTE.
- With tuned thresholds, the two models of gradient boosting are less different than F1 at 0.5
  suggests: at 95/5, the gap shrinks from 0.13 to 0.02.
- The average precision, which needs no threshold, is never higher with SMOTE. For gradient
  boosting it hardly moves: it falls by 0.05 at most.
- Every score falls with the share of the positive class, whatever is done, because precision
  depends on that share. So compare scores at one ratio only.

These are facts about this table. `fastsmote.compare` measures yours.
"""

import argparse

import numpy as np
from imblearn.pipeline import make_pipeline
from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, f1_score, precision_recall_curve
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from fastsmote.over_sampling import SMOTE

METRICS = ("F1", "F1, tuned threshold", "average precision")

parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
parser.add_argument("--rows", type=int, default=6_000, help="of each table")
parser.add_argument("--percent", type=int, nargs="+", default=[50, 20, 10, 5, 2, 1])
parser.add_argument("--folds", type=int, default=5)
parser.add_argument("--trees", type=int, default=25, help="of gradient boosting")
parser.add_argument("--picture", help="file to draw, such as ratio.png; needs matplotlib")
parser.add_argument("--seed", type=int, default=0)
args = parser.parse_args()

MODELS = {
    "logistic regression": LogisticRegression(),
    "gradient boosting": HistGradientBoostingClassifier(
        max_iter=args.trees, max_leaf_nodes=15, random_state=args.seed
    ),
}


# The tables. One pool of rows, half of them positive, and from it as many rows of each class as
# the share says. So the classes overlap in the same way at every ratio.

pool, label = make_classification(
    2 * args.rows, 8, n_informative=5, flip_y=0.0, class_sep=0.6, random_state=args.seed
)


def table_of(percent):
    """X and y with this percentage of positive rows."""
    n_positive = round(args.rows * percent / 100)
    positive = np.flatnonzero(label == 1)[:n_positive]
    negative = np.flatnonzero(label == 0)[: args.rows - n_positive]
    rows = np.sort(np.concatenate([positive, negative]))
    return pool[rows], label[rows]


# The scores. A pipeline of imbalanced-learn resamples when it is fitted and never when it
# predicts, so test parts stay as they are. The threshold is the one with the highest F1 among
# the probabilities that a cross-validation within the training part gives. scikit-learn's
# TunedThresholdClassifierCV does this too; it tries a hundred thresholds for any score.


def best_threshold(model, X, y):
    """The threshold with the highest F1 in a cross-validation."""
    inner = StratifiedKFold(3, shuffle=True, random_state=args.seed)
    p = cross_val_predict(model, X, y, cv=inner, method="predict_proba")[:, 1]
    precision, recall, thresholds = precision_recall_curve(y, p)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return thresholds[np.argmax(f1[:-1])]  # the last point has no threshold


def scores_of(model, X, y):
    """The mean of each metric over the folds."""
    folds = StratifiedKFold(args.folds, shuffle=True, random_state=args.seed)
    found = []
    for train, test in folds.split(X, y):
        threshold = best_threshold(model, X[train], y[train])
        p = model.fit(X[train], y[train]).predict_proba(X[test])[:, 1]
        found.append(
            [
                f1_score(y[test], p > 0.5),
                f1_score(y[test], p >= threshold),
                average_precision_score(y[test], p),
            ]
        )
    return np.mean(found, axis=0)


results = {}  # (percent, model, whether SMOTE was used): scores
positives = {}
for percent in args.percent:
    X, y = table_of(percent)
    positives[percent] = int(y.sum())
    for name, model in MODELS.items():
        results[percent, name, False] = scores_of(model, X, y)
        with_smote = make_pipeline(SMOTE(random_state=args.seed), model)
        results[percent, name, True] = scores_of(with_smote, X, y)

# The table.

print(f"{'':21}{'':10}" + "".join(f"{metric:>26}" for metric in METRICS))
print(f"{'model':21}{'ratio':>10}" + f"{'without':>15}{'SMOTE':>11}" * len(METRICS))
for name in MODELS:
    for percent in args.percent:
        without, smote = results[percent, name, False], results[percent, name, True]
        cells = "".join(f"{a:15.3f}{b:11.3f}" for a, b in zip(without, smote, strict=True))
        print(f"{name:21}{f'{100 - percent}/{percent}':>10}{cells}")

# The picture.

if args.picture:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 4.2), layout="constrained")
    places = np.arange(len(args.percent))
    for axes, (i, metric) in zip(
        figure.subplots(1, 3, sharey=True), enumerate(METRICS), strict=True
    ):
        for color, name in zip(("C0", "C1"), MODELS, strict=True):
            for uses_smote, style in ((False, "-"), (True, "--")):
                axes.plot(
                    places,
                    [results[percent, name, uses_smote][i] for percent in args.percent],
                    style,
                    color=color,
                    marker=".",
                    label=f"{name}{', SMOTE' * uses_smote}",
                )
        axes.set_xticks(places, [f"{100 - percent}/{percent}" for percent in args.percent])
        axes.set(title=metric, xlabel="majority / minority, in percent", ylim=(0, 1))
    figure.axes[0].legend(loc="lower left", fontsize="small")
    figure.savefig(args.picture)
    print(f"Drawn: {args.picture}")
