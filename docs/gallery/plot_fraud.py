"""
How do I choose a model for a fraud table, from the split to the report?
========================================================================

A missed fraud costs 100 and a false alarm costs 1. The program holds out a quarter of the payments,
decides everything on the others, and evaluates its decision once, on the payments that it held out.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, confusion_matrix, make_scorer
from sklearn.model_selection import TunedThresholdClassifierCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

import fastsmote

N_ROWS = 12_000
N_FOLDS = 4
MISSED_FRAUD = 100.0
FALSE_ALARM = 1.0
STRATEGIES = ["cost_threshold", "class_weight", "SMOTE", "SMOTE prior-corrected"]

# %%
# The payments
# ------------
#
# The table is generated. A third of the fraud looks like ordinary payments.


def make_payments(n_rows):
    """Payments, 1.5 % of them fraud."""
    rng = np.random.default_rng(0)
    y = (rng.random(n_rows) < 0.015).astype(int)
    is_odd = y * (rng.random(n_rows) < 2 / 3)
    wealth, activity = rng.normal(size=(2, n_rows))
    is_far = rng.random(n_rows) < 0.1 + 0.4 * is_odd
    payments = {
        "log_amount": wealth + rng.normal(0.0, 0.8, n_rows) + 1.2 * is_odd,
        "amount_week": wealth + 0.4 * (rng.normal(size=n_rows) + is_odd),
        "payments_day": activity + 0.6 * (rng.normal(size=n_rows) + 1.5 * is_odd),
        "payments_week": activity + 0.3 * (rng.normal(size=n_rows) + 1.5 * is_odd),
        "log_distance": rng.normal(np.where(is_far, 5.0, 1.0), 1.0),
        "log_minutes_since": np.log(rng.exponential(60.0, n_rows)) - 0.8 * is_odd,
        "terminal_risk": rng.beta(1.5 + 2.0 * is_odd, 8.0),
        "device_risk": rng.gamma(2.0 + is_odd, 1.0),
    }
    return pd.DataFrame(payments), y


# %%
# Step 1: hold out
# ----------------
#
# Do this before anything else looks at the rows. If the payments have a time, hold out the latest
# ones instead, because the model will have to predict payments of the future, and pass
# ``cv=TimeSeriesSplit(5)`` to `compare` below.

X, y = make_payments(N_ROWS)
X_train, X_test, y_train, y_test = train_test_split(
    X, y, test_size=0.25, stratify=y, random_state=0
)
print(f"{len(y_train):,} rows to decide on, {y_train.mean():.2%} fraud; {len(y_test):,} held out.")

# %%
# Step 2: look at the rows
# ------------------------
#
# Where does the fraud lie? Distances need features on one scale.

report = fastsmote.neighborhood(StandardScaler().fit_transform(X_train), y_train)
print(report)
report.plot()
plt.show()

# %%
# Step 3: compare
# ---------------
#
# On the training part only. Inside each fold, samplers and thresholds see the training part of the
# fold, and scores are those of its untouched test part.

estimator = make_pipeline(StandardScaler(), LogisticRegression())
with threadpool_limits(1):  # tables this small take longer on more threads
    comparison = fastsmote.compare(
        estimator,
        X_train,
        y_train,
        strategies=STRATEGIES,
        cost={"fn": MISSED_FRAUD, "fp": FALSE_ALARM},
        cv=N_FOLDS,
        random_state=0,
    )


def mean_of(name, metric):
    """The mean of a score of a strategy over the folds."""
    return comparison.fold_scores_[name][metric].mean()


shown = ["expected_cost", "average_precision", "log_loss", "calibration_intercept"]
print(f"{'':36}" + "".join(f"{metric:>23}" for metric in shown))
for name in comparison.names_:
    print(f"{name:36}" + "".join(f"{mean_of(name, metric):23.3f}" for metric in shown))

comparison.plot()
plt.show()

# %%
# Step 4: choose
# --------------
#
# `best_name_` is the simplest strategy without resampling that no other strategy beats
# significantly. Other strategies may have a lower mean cost, by a difference that may be due to
# chance.

print(comparison.summary())
best = comparison.best_name_

# %%
# Step 5: the threshold
# ---------------------
#
# "cost_threshold" brings its own: the one with the lowest cost within the training part. Other
# strategies keep the threshold 0.5, which is right only if both errors cost the same. So tune it
# for them here, by the same cost.


def gain(y_true, y_pred):
    """Minus the cost of a payment: scikit-learn's searches maximize."""
    (_, false_alarms), (missed, _) = confusion_matrix(y_true, y_pred, labels=[0, 1])
    return -(missed * MISSED_FRAUD + false_alarms * FALSE_ALARM) / len(y_true)


alarm = comparison.best_
if not hasattr(alarm, "best_threshold_"):
    alarm = TunedThresholdClassifierCV(
        comparison.unfitted_[best], scoring=make_scorer(gain), cv=5, random_state=0
    ).fit(X_train, y_train)
print(f"Alarm: {best}, if its score is at least {alarm.best_threshold_:.4f}.")

# %%
# Step 6: probabilities, if you need them
# ---------------------------------------
#
# A probability is right if events of probability p happen in a share p of the cases. The log loss
# rewards that, so take the strategy with the lowest one. It need not be the one that raises the
# alarm. "platt" and "isotonic" calibrate, and "prior-corrected" undoes what resampling did.
#
# Right probabilities need no tuned threshold: an alarm pays if p times the cost of a missed fraud
# is more than 1 - p times the cost of a false alarm (Elkan, IJCAI 2001).

calibrated = min(comparison.names_, key=lambda name: mean_of(name, "log_loss"))
intercept = mean_of(calibrated, "calibration_intercept")
print(f"Probabilities: {calibrated} (calibration intercept {intercept:.2f}; 0 is right).")
in_theory = FALSE_ALARM / (FALSE_ALARM + MISSED_FRAUD)
print(f"With right probabilities, an alarm pays from a probability of {in_theory:.4f}.")

# %%
# Step 7: evaluate once
# ---------------------
#
# The scores above are a little too good: the strategy was chosen because they were the best. Nobody
# has chosen anything by the rows that were held out. If you now go back and choose again, they are
# used up, and you need other rows to report.

p_test = comparison.estimators_[calibrated].predict_proba(X_test)[:, 1]
y_pred = alarm.predict(X_test)
ranks = alarm.predict_proba(X_test)[:, 1]
(quiet, false_alarms), (missed, caught) = confusion_matrix(y_test, y_pred, labels=[0, 1])
cost, cost_of_none = -gain(y_test, y_pred), -gain(y_test, np.zeros_like(y_test))
average_precision = average_precision_score(y_test, ranks)
print("Held-out part. Report these numbers, not those of the folds:")
print(f"  cost of a payment   {cost:.3f}; without any alarm {cost_of_none:.3f}")
print(f"  average precision   {average_precision:.3f}; by chance {y_test.mean():.3f}")
print(f"  fraud               {caught:,} caught, {missed:,} missed")
print(f"  other payments      {false_alarms:,} false alarms, {quiet:,} left alone")
print(f"  probabilities       {p_test.mean():.4f} on average; share of fraud {y_test.mean():.4f}")

figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
thresholds = np.geomspace(1e-3, 1, 100)
costs = [-gain(y_test, (ranks >= t).astype(int)) for t in thresholds]
left.plot(thresholds, costs, color="#0072b2", label=best)
left.plot(alarm.best_threshold_, cost, "o", color="#d55e00", label="the chosen threshold")
left.axhline(cost_of_none, color="0.5", linestyle=":", label="without any alarm")
left.set(xscale="log", ylim=(0, None), xlabel="threshold", ylabel="cost of a payment")
left.set_title("Cost, held-out part")
left.legend(fontsize="small")
observed, predicted = calibration_curve(y_test, p_test, n_bins=5, strategy="quantile")
highest = 1.1 * max(observed.max(), predicted.max())
right.plot([0, highest], [0, highest], ":", color="0.5", label="right probabilities")
right.plot(predicted, observed, "o-", color="#0072b2", label=calibrated)
right.set(xlabel="mean probability of a fifth of the rows", ylabel="share of fraud")
right.set_title("Probabilities, held-out part")
right.legend(fontsize="small")
plt.show()
