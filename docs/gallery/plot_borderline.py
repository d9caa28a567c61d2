"""
Which rows are in danger, and what does Borderline-SMOTE make of them?
======================================================================

SMOTE makes new rows from every row of the minority. Borderline-SMOTE (Han, Wang and Mao 2005) makes
them only from the rows in danger: those with many rows of the other class nearby, but not only such
rows.
"""

import matplotlib.pyplot as plt
import numpy as np

from fastsmote.neighbors import NearestNeighbors
from fastsmote.over_sampling import SMOTE, BorderlineSMOTE
from fastsmote.plotting import plot_resampling

rng = np.random.default_rng(3)
X = np.vstack([rng.normal([0, 0], 1.0, (200, 2)), rng.normal([2.2, 0.8], 0.8, (48, 2))])
X = np.vstack([X, [[-1.2, 0.2], [-0.4, -0.7]]])  # two rows far inside the majority
y = np.repeat([0, 1], [200, 50])

# %%
# Safe, in danger, noise
# ----------------------
#
# The rule counts the rows of other classes among the 10 nearest rows. With all 10, the row is
# noise. With half of them or more, it is in danger. Otherwise it is safe.

minority = np.flatnonzero(y == 1)
neighbors = NearestNeighbors(n_neighbors=11).fit(X).kneighbors(X[minority], return_distance=False)
n_other = (y[neighbors[:, 1:]] == 0).sum(axis=1)  # the first neighbor is the row itself
is_noise, is_danger = n_other == 10, (n_other >= 5) & (n_other < 10)
kinds = {"safe": ~is_noise & ~is_danger, "in danger": is_danger, "noise": is_noise}
for kind, is_kind in kinds.items():
    print(f"{kind:10}{is_kind.sum():3} rows")

figure, ax = plt.subplots(layout="constrained")
ax.scatter(*X[y == 0].T, s=20, c="0.75", label="class 0", linewidths=0)
looks = {"safe": ("#009e73", "^"), "in danger": ("#d55e00", "s"), "noise": ("black", "X")}
for kind, (color, marker) in looks.items():
    rows = minority[kinds[kind]]
    ax.scatter(*X[rows].T, s=32, c=color, marker=marker, label=f"class 1, {kind} ({len(rows)})")
ax.set(xlabel="column 0", ylabel="column 1")
ax.legend(loc="upper left")
plt.show()

# %%
# Where the new rows lie
# ----------------------
#
# The first kind of Borderline-SMOTE places a new row between a row in danger and another row of
# the minority. The second kind also goes from a row in danger toward rows of the majority, but less
# than half of the way.

samplers = {
    "SMOTE": SMOTE(random_state=0),
    "borderline-1": BorderlineSMOTE(random_state=0),
    "borderline-2": BorderlineSMOTE(random_state=0, kind="borderline-2"),
}
figure, axes = plt.subplots(1, 3, figsize=(12, 4.4), sharex=True, sharey=True, layout="constrained")
for ax, (name, sampler) in zip(axes, samplers.items(), strict=True):
    plot_resampling(sampler, X, y, ax=ax)
    ax.set_ylim(-4.7, 3.7)
    ax.get_legend().set_loc("lower right")
    ax.set_title(name)
plt.show()

# %%
# Is every base row in danger? Yes, by `provenance_`. The last column is the share of the new rows
# whose nearest row of the table belongs to the majority. Such rows are made where the majority is.

nearest = NearestNeighbors(n_neighbors=1).fit(X)
print(f"{'':14}{'base rows in danger':>20}{'new rows next to class 0':>26}")
for name, sampler in samplers.items():
    X_resampled, _ = sampler.fit_resample(X, y)
    bases = sampler.provenance_.base_rows
    of_danger = np.isin(bases, minority[is_danger]).mean()
    closest = nearest.kneighbors(X_resampled[len(X) :], return_distance=False)[:, 0]
    print(f"{name:14}{of_danger:20.0%}{(y[closest] == 0).mean():26.0%}")
