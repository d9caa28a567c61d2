"""
Where does each new row come from?
==================================

A sampler of fastsmote says which rows each new row was made from. So the new rows can be checked,
made again, and given what belongs to a row but is not a feature: a weight, a group, a time.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import fastsmote
from fastsmote.over_sampling import SMOTE
from fastsmote.plotting import plot_resampling

rng = np.random.default_rng(2)
X = np.vstack([rng.normal([0, 0], 0.8, (40, 2)), rng.normal([2, 1], 0.6, (12, 2))])
y = np.repeat([0, 1], [40, 12])
smote = SMOTE(k_neighbors=3, random_state=0)
X_resampled, y_resampled = smote.fit_resample(X, y)

# %%
# Parents
# -------
#
# A new row is ``X[base] + gap * (X[neighbor] - X[base])``. `provenance_` has the base row, the
# neighbor row and the gap of every new row.

parents = smote.provenance_
columns = {"base": parents.base_rows, "neighbor": parents.neighbor_rows, "gap": parents.gaps}
print(pd.DataFrame(columns).head(5).round(3).to_string(index=False))

difference = X[parents.neighbor_rows] - X[parents.base_rows]
by_hand = X[parents.base_rows] + parents.gaps[:, None] * difference
print(f"the formula gives the new rows: {np.array_equal(by_hand, X_resampled[40 + 12 :])}")

# %%
# The picture joins each new row to its parents. One of them is marked.

ax = plot_resampling(smote, X, y)
i = np.argmax(np.linalg.norm(difference, axis=1))  # the one with the longest line
base, neighbor = parents.base_rows[i], parents.neighbor_rows[i]
ax.plot(*X[[base, neighbor]].T, color="black", zorder=4)
places = {
    f"base: row {base}": (X[base], (0, 25)),
    f"neighbor: row {neighbor}": (X[neighbor], (-130, 10)),
    f"new row, gap {parents.gaps[i]:.2f}": (X_resampled[52 + i], (-120, 30)),
}
for text, (place, offset) in places.items():
    arrow = {"arrowstyle": "-", "color": "0.4"}
    ax.annotate(text, place, offset, textcoords="offset points", arrowprops=arrow, zorder=5)
ax.set_ylim(top=2.4)
ax.get_legend().set_loc("lower right")
plt.show()

# %%
# How often is a row a parent?
# ----------------------------
#
# Rows at the edge of the class are often only base rows. Rows in its middle are also neighbors.

of_minority = np.arange(40, 52)
figure, ax = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
as_base = np.bincount(parents.base_rows, minlength=len(X))[of_minority]
as_neighbor = np.bincount(parents.neighbor_rows, minlength=len(X))[of_minority]
ax.bar(of_minority, as_base, color="#d55e00", label="as base")
ax.bar(of_minority, as_neighbor, bottom=as_base, color="#56b4e9", hatch="//", label="as neighbor")
ax.set_xticks(of_minority)
ax.set(xlabel="row of the minority", ylabel="new rows")
ax.legend()
plt.show()

# %%
# Made again
# ----------
#
# The provenance is all that is needed to make the new rows again, bit for bit.

again = fastsmote.regenerate(X, parents)
print(f"the same rows: {np.array_equal(again, X_resampled[smote.is_synthetic_])}")

# %%
# Data beside X
# -------------
#
# `resample_like` gives an array with one entry for each row of X the rows of the output. ``how``
# says what the entry of a new row is.

amounts = rng.lognormal(3, 1, len(X)).round(2)
for how in ("base", "nearest", "interpolate", "missing"):
    of_new = fastsmote.resample_like(smote, amounts, how=how)[smote.is_synthetic_]
    print(f"{how:12}{of_new[:3].round(2)}")
print(f"{'base row':12}{amounts[parents.base_rows[:3]]}")
print(f"{'neighbor':12}{amounts[parents.neighbor_rows[:3]]}")
