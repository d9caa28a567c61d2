"""
How does SMOTE-NC treat categories?
===================================

A table like the census data "adult" has numbers (age, hours) and categories (occupation, marital
status). Between "clerk" and "nurse" there is no third occupation. SMOTE-NC interpolates the numbers
and takes each category by a vote of the neighbors.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from fastsmote.over_sampling import SMOTE, SMOTENC
from fastsmote.plotting import plot_resampling

rng = np.random.default_rng(0)
n_rows = 3_000
occupations = np.array(["clerk", "craft", "farmer", "manager", "sales", "teacher"])
statuses = np.array(["divorced", "married", "single"])
X = pd.DataFrame(
    {
        "age": rng.integers(18, 75, n_rows),
        "hours": rng.normal(40, 9, n_rows).clip(5, 80).round(1),
        "education": rng.integers(6, 17, n_rows),
        "occupation": rng.choice(occupations, n_rows),
        "status": rng.choice(statuses, n_rows, p=[0.2, 0.45, 0.35]),
    }
)
score = 0.05 * (X["age"] - 40) + 0.06 * (X["hours"] - 40) + 0.35 * (X["education"] - 10)
score += 2.0 * (X["occupation"] == "manager") + 1.5 * (X["status"] == "married") - 5.5
y = np.where(rng.random(n_rows) < 1 / (1 + np.exp(-score)), ">50K", "<=50K")
is_rich = y == ">50K"
print(X.assign(income=y).head(4).to_string(index=False))
print(f"\n{is_rich.mean():.0%} of {n_rows:,} rows earn more than 50K")

# %%
# Names in, names out
# -------------------
#
# `SMOTENC` takes the dataframe as it is and returns one. The picture shows two of its numeric
# columns.

smotenc = SMOTENC(["occupation", "status"], random_state=0)
X_resampled, y_resampled = smotenc.fit_resample(X, y)
new = X_resampled[smotenc.is_synthetic_]
print(new.head(4).to_string(index=False))

ax = plot_resampling(smotenc, X, y, columns=("age", "hours"), max_rows=250)
ax.set_title("SMOTE-NC")
plt.show()

# %%
# Codes are not numbers
# ---------------------
#
# If categories are coded as numbers, SMOTE interpolates the codes. Most of the codes that come out
# do not exist, and if they are rounded, a row between "clerk" (0) and "sales" (4) becomes
# "farmer" (2).

codes = X.assign(
    occupation=np.searchsorted(occupations, X["occupation"]),
    status=np.searchsorted(statuses, X["status"]),
).astype(float)
coded, _ = SMOTE(random_state=0).fit_resample(codes, y)
coded = coded["occupation"].to_numpy()[n_rows:]
print(f"SMOTE of codes: {np.mean(coded % 1 != 0):.0%} of the new rows have no occupation")
print(f"SMOTE-NC: {np.mean(~new['occupation'].isin(occupations)):.0%}")

# %%
# Which occupations do the new rows have?
# ---------------------------------------
#
# A vote favors what is frequent nearby. So SMOTE-NC makes frequent categories more frequent, here
# the managers. Rounded codes make farmers more frequent, only because "farmer" stands in the middle
# of the list.

shares = {
    "rows of the minority": X.loc[is_rich, "occupation"],
    "new rows of SMOTE-NC": new["occupation"],
    "new rows of SMOTE, codes rounded": pd.Series(occupations[np.rint(coded).astype(int)]),
}
figure, ax = plt.subplots(figsize=(8, 4.2), layout="constrained")
looks = [("#d55e00", None), ("white", "//"), ("#bbbbbb", None)]
for i, ((name, column), (color, hatch)) in enumerate(zip(shares.items(), looks, strict=True)):
    heights = 100 * column.value_counts(normalize=True).reindex(occupations, fill_value=0)
    places = np.arange(len(occupations)) + 0.27 * (i - 1)
    ax.bar(places, heights, 0.27, color=color, hatch=hatch, edgecolor="#d55e00", label=name)
    print(f"{name:34}manager {heights['manager']:.0f} %, farmer {heights['farmer']:.0f} %")
ax.set_xticks(range(len(occupations)), occupations)
ax.set(xlabel="occupation", ylabel="rows (%)")
ax.legend()
plt.show()

# %%
# Who voted?
# ----------
#
# `provenance_` names, for each new row and category, the row from which the category comes.

row = smotenc.provenance_
for i in range(2):
    voter, place = row.voter_rows[i, 0], row.base_rows[i]
    print(
        f"New row {i}: its base row {place} is a {X['occupation'][place]}; "
        f"{new['occupation'].iloc[i]} comes from row {voter}."
    )
