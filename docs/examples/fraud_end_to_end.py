"""Choose a model for a card-fraud table, from the split to the number to report.

    python docs/examples/fraud_end_to_end.py

The table is generated, and resembles card fraud. To read your own, name a Parquet file and
its columns. Columns that are neither numbers nor booleans are left out:

    python docs/examples/fraud_end_to_end.py --file payments.parquet --target fraud \\
        --time paid_at --exclude payment_id card_id

A missed fraud costs 100 and a false alarm costs 1. The program holds out a quarter of the
rows, decides everything on the other rows, and evaluates its decision once, on the rows that
it held out.
"""

import argparse

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn.calibration import calibration_curve
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, confusion_matrix, make_scorer
from sklearn.model_selection import TimeSeriesSplit, TunedThresholdClassifierCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import fastsmote
from fastsmote._commands.demo import make_table  # the table of `fastsmote demo`

STRATEGIES = [
    "tuned_threshold",
    "cost_threshold",
    "class_weight",
    "platt",
    "RandomUnderSampler",
    "SMOTE",
    "RandomUnderSampler prior-corrected",
]
MODELS = {"logistic": LogisticRegression, "boosting": HistGradientBoostingClassifier}

parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
parser.add_argument("--rows", type=int, default=20_000, help="rows to use; 0: all of the file")
parser.add_argument("--file", help="Parquet file or folder; default: generated payments")
parser.add_argument("--target", help="column of the file: 1 or true for fraud")
parser.add_argument("--time", help="column to split by: the last quarter is held out")
parser.add_argument("--exclude", nargs="*", default=[], help="columns that are not features")
parser.add_argument("--model", choices=MODELS, default="logistic")
parser.add_argument("--strategies", nargs="+", default=STRATEGIES, metavar="NAME")
parser.add_argument("--missed-fraud", type=float, default=100.0, help="its cost")
parser.add_argument("--false-alarm", type=float, default=1.0, help="its cost")
parser.add_argument("--folds", type=int, default=5)
parser.add_argument("--seed", type=int, default=0)
args = parser.parse_args()
if args.file and not args.target:
    parser.error("--file needs --target")


def is_number(kind):
    """Whether a column of this Arrow type is a feature of numbers."""
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)


def read_file():
    """X, y and the times (or None) of a Parquet file, in the order of the times."""
    table = pq.read_table(args.file)
    y = np.asarray(table[args.target].to_numpy(), np.int64)
    times = table[args.time].to_numpy() if args.time else None
    others = {args.target, args.time, *args.exclude}
    features = [f.name for f in table.schema if is_number(f.type) and f.name not in others]
    print(f"Features: {', '.join(features)}")
    X = np.column_stack([table[name].to_numpy().astype(np.float64) for name in features])
    rows = np.arange(len(y))
    if 0 < args.rows < len(y):
        rows, _ = train_test_split(rows, train_size=args.rows, stratify=y, random_state=args.seed)
    rows = np.sort(rows) if times is None else rows[np.argsort(times[rows], kind="stable")]
    return X[rows], y[rows], None if times is None else times[rows]


# Step 1: hold out. Do this before anything else looks at the rows. If the payments have a time,
# hold out the latest ones, because the model will have to predict payments of the future.

X, y, times = read_file() if args.file else (*make_table(args.rows), None)
if times is None:
    X_train, X_test, y_train, y_test = train_test_split(
        X, y, test_size=0.25, stratify=y, random_state=args.seed
    )
    cv = args.folds
else:
    n_train = len(y) * 3 // 4
    X_train, X_test, y_train, y_test = X[:n_train], X[n_train:], y[:n_train], y[n_train:]
    cv = TimeSeriesSplit(args.folds)  # every test part lies after its training part
print(f"{len(y_train):,} rows to decide on, {y_train.mean():.2%} fraud; {len(y_test):,} held out.")

# Step 2: look at the rows. Where does the fraud lie? Distances need features on one scale.

print("\nNeighborhoods of the training part:")
print(fastsmote.neighborhood(StandardScaler().fit_transform(X_train), y_train))

# Step 3: compare strategies, on the training part only. Inside each fold, samplers and
# thresholds see the training part of the fold, and scores are those of its untouched test part.

estimator = make_pipeline(StandardScaler(), MODELS[args.model]())
comparison = fastsmote.compare(
    estimator,
    X_train,
    y_train,
    strategies=args.strategies,
    cost={"fn": args.missed_fraud, "fp": args.false_alarm},
    cv=cv,
    random_state=args.seed,
)


def mean_of(name, metric):
    """The mean of a score of a strategy over the folds."""
    return comparison.fold_scores_[name][metric].mean()


shown = ["expected_cost", "average_precision", "log_loss"]
shown += ["calibration_slope", "calibration_intercept"]
print("\nMeans of the folds:")
print(f"{'':36}" + "".join(f"{metric:>23}" for metric in shown))
for name in comparison.names_:
    print(f"{name:36}" + "".join(f"{mean_of(name, metric):23.3f}" for metric in shown))

# Step 4: choose. With costs, `best_name_` has the lowest expected cost, and is "none" or a
# strategy without resampling unless something else is significantly better.

print(f"\n{comparison.summary()}")
best = comparison.best_name_

# Step 5: the threshold. "cost_threshold" brings its own: the one with the lowest cost within
# the training part. Other strategies keep the threshold 0.5, which is right only if both
# errors cost the same. So tune it for them here, by the same cost.


def gain(y_true, y_pred):
    """Minus the cost of a payment: scikit-learn's searches maximize."""
    (_, false_alarms), (missed, _) = confusion_matrix(y_true, y_pred, labels=[0, 1])
    return -(missed * args.missed_fraud + false_alarms * args.false_alarm) / len(y_true)


alarm = comparison.best_
if not hasattr(alarm, "best_threshold_"):
    alarm = TunedThresholdClassifierCV(
        comparison.unfitted_[best], scoring=make_scorer(gain), cv=5, random_state=args.seed
    ).fit(X_train, y_train)
print(f"\nAlarm: {best}, if its score is at least {alarm.best_threshold_:.4f}.")

# Step 6: probabilities, if you need them (a report, a queue by expected loss). A probability is
# right if events of probability p happen in a share p of the cases. The log loss rewards that,
# so take the strategy with the lowest one. It need not be the one that raises the alarm.
# "platt" and "isotonic" calibrate, and "prior-corrected" undoes what resampling did.

calibrated = min(comparison.names_, key=lambda name: mean_of(name, "log_loss"))
slope, intercept = (mean_of(calibrated, f"calibration_{part}") for part in ("slope", "intercept"))
print(f"Probabilities: {calibrated} (calibration slope {slope:.2f}, intercept {intercept:.2f}).")
# Right probabilities need no tuned threshold: an alarm pays if p times the cost of a missed
# fraud is more than 1 - p times the cost of a false alarm (Elkan, IJCAI 2001).
in_theory = args.false_alarm / (args.false_alarm + args.missed_fraud)
print(f"With right probabilities, an alarm pays from a probability of {in_theory:.4f}.")

# Step 7: evaluate once, on the rows that were held out. The scores above are a little too good:
# the strategy was chosen because they were the best. Nobody has chosen anything by these rows.
# If you now go back and choose again, they are used up, and you need other rows to report.

p_test = comparison.estimators_[calibrated].predict_proba(X_test)[:, 1]
y_pred = alarm.predict(X_test)
ranks = alarm.predict_proba(X_test)[:, 1]
(quiet, false_alarms), (missed, caught) = confusion_matrix(y_test, y_pred, labels=[0, 1])
cost, cost_of_none = -gain(y_test, y_pred), -gain(y_test, np.zeros_like(y_test))
average_precision = average_precision_score(y_test, ranks)
print("\nHeld-out part. Report these numbers, not those of the folds:")
print(f"  cost of a payment   {cost:.3f}; without any alarm {cost_of_none:.3f}")
print(f"  average precision   {average_precision:.3f}; by chance {y_test.mean():.3f}")
print(f"  fraud               {caught:,} caught, {missed:,} missed")
print(f"  other payments      {false_alarms:,} false alarms, {quiet:,} left alone")
print(f"  probabilities       {p_test.mean():.4f} on average; share of fraud {y_test.mean():.4f}")
print("  in five parts of equal size, from the lowest probabilities to the highest:")
observed, predicted = calibration_curve(y_test, p_test, n_bins=5, strategy="quantile")
for p, share in zip(predicted, observed, strict=True):
    print(f"    mean probability {p:.4f}, share of fraud {share:.4f}")
