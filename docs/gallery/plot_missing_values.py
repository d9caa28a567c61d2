"""
Can SMOTE leave values out, and keep whole numbers whole?
=========================================================

Two parameters of fastsmote's samplers: ``missing="partial"`` resamples a table with missing values
without imputing them, and ``values`` gives each column a rule for its new values.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from fastsmote.over_sampling import SMOTE
from fastsmote.plotting import plot_resampling

rng = np.random.default_rng(4)
n_rows, n_minority = 300, 40
y = np.repeat(["customer", "leaver"], [n_rows - n_minority, n_minority])
leaves = y == "leaver"
X = pd.DataFrame(
    {
        "children": rng.poisson(1.2 + 1.6 * leaves).astype(float),
        "contract": rng.choice([1.0, 2.0, 5.0], n_rows),
        "income": rng.lognormal(1.1 - 0.3 * leaves, 0.4),
    }
)
X = X.mask(rng.random(X.shape) < [0.0, 0.1, 0.25])
print(X.assign(label=y).tail(4).round(1).to_string(index=False))
print(f"\nmissing: {X.isna().sum().to_dict()}")

# %%
# Missing values
# --------------
#
# The distance of two rows is measured by the columns that both have. A new value between a number
# and a missing value is the number. So the new rows have fewer missing values than the rows they
# come from, and no value that was made up.

smote = SMOTE(random_state=0, missing="partial")
X_resampled, y_resampled = smote.fit_resample(X, y)
new = X_resampled[smote.is_synthetic_]
print(f"income missing: {X[leaves]['income'].isna().mean():.0%} of the rows of the minority")
print(f"income missing: {new['income'].isna().mean():.0%} of the new rows")
parents = smote.provenance_
lacks = X["income"].isna().to_numpy()
lacked_by_both = lacks[parents.base_rows] & lacks[parents.neighbor_rows]
is_same = np.array_equal(new["income"].isna(), lacked_by_both)
print(f"missing exactly where both parents lack it: {is_same}")

# %%
# Rules for values
# ----------------
#
# Without a rule, a new row has 1.7 children and a contract of 3.4 years. ``"integer"`` rounds, a
# list moves a value to the nearest allowed one, and a pair is a range.

rules = {"children": "integer", "contract": [1, 2, 5], "income": (0, 10)}
with_rules = SMOTE(random_state=0, missing="partial", values=rules)
obeyed = with_rules.fit_resample(X, y)[0][with_rules.is_synthetic_]
for name, rows in (("without rules", new), ("with rules", obeyed)):
    fractions = (rows["children"] % 1 != 0).mean()
    others = (~rows["contract"].dropna().isin([1, 2, 5])).mean()
    print(f"{name:14}fractions of children {fractions:4.0%}, other contracts {others:4.0%}")

figure, axes = plt.subplots(1, 2, figsize=(11, 4.6), sharex=True, sharey=True, layout="constrained")
for ax, sampler in zip(axes, (smote, with_rules), strict=True):
    plot_resampling(sampler, X, y, columns=("children", "income"), max_rows=100, ax=ax)
    ax.set_ylim(0, 9)
    ax.get_legend().set_loc("upper right")
axes[0].set_title("without rules")
axes[1].set_title("with rules")
plt.show()

# %%
# The rules change no draw: the new rows have the same parents, and only the values differ.

is_same = np.array_equal(parents.base_rows, with_rules.provenance_.base_rows)
print(f"the same base rows: {is_same}")

# %%
# Rules from the table
# --------------------
#
# ``values="infer"`` finds the rules itself: columns of whole numbers stay whole, and no new value
# leaves the range of its column.

inferred = SMOTE(random_state=0, missing="partial", values="infer")
rows = inferred.fit_resample(X, y)[0][inferred.is_synthetic_]
low, high = X["income"].min(), X["income"].max()
print(f"fractions of children: {(rows['children'] % 1 != 0).mean():.0%}")
print(f"income in the range of X: {rows['income'].dropna().between(low, high).all()}")
