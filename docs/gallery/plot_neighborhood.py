"""
Where do the rows of the minority lie?
======================================

`fastsmote.neighborhood` looks at the five nearest rows of each row. A row is safe among its own
class, borderline between the classes, and rare or an outlier among other classes (Napierala and
Stefanowski 2016). Three tables with the same number of rows show how the types tell them apart.
"""

import matplotlib.pyplot as plt
import numpy as np

import fastsmote

rng = np.random.default_rng(0)
n_majority, n_minority = 400, 60


def with_minority(minority):
    """A table of a round majority and the given rows of the minority."""
    X = np.vstack([rng.normal(size=(n_majority, 2)), minority])
    return X, np.repeat(["majority", "minority"], [n_majority, n_minority])


tables = {
    "apart": with_minority(rng.normal([3.6, 0.0], 0.6, (n_minority, 2))),
    "overlapping": with_minority(rng.normal([1.9, 0.0], 0.6, (n_minority, 2))),
    "scattered": with_minority(rng.normal([0.0, 0.0], 1.3, (n_minority, 2))),
}
found = {name: fastsmote.neighborhood(*table) for name, table in tables.items()}

# %%
# The types in the plane
# ----------------------

colors = ("#bbbbbb", "#66ccee", "#ccbb44", "#aa3377")  # as in the bars below
figure, axes = plt.subplots(1, 3, figsize=(12, 4.2), sharey=True, layout="constrained")
for ax, (name, (X, y)) in zip(axes, tables.items(), strict=True):
    ax.scatter(*X[y == "majority"].T, s=6, c="0.85", label="majority")
    for type_, (kind, color) in enumerate(zip(found[name].types_, colors, strict=True)):
        rows = (y == "minority") & (found[name].labels_ == type_)
        ax.scatter(*X[rows].T, s=34, c=color, edgecolors="black", linewidths=0.6, label=kind)
    ax.set(title=name, xlabel="column 0")
axes[0].set_ylabel("column 1")
handles, labels = axes[0].get_legend_handles_labels()
figure.legend(handles, labels, loc="outside lower center", ncols=5)
plt.show()

# %%
# The shares, and a word on samplers
# ----------------------------------
#
# The bars show both classes of each table.

figure, axes = plt.subplots(3, 1, figsize=(7, 5.4), layout="constrained")
for ax, (name, report) in zip(axes, found.items(), strict=True):
    report.plot(ax=ax)
    ax.set_ylabel(name)
    if ax is not axes[0]:
        ax.get_legend().remove()
    if ax is not axes[-1]:
        ax.set_xlabel("")
plt.show()

# %%
# The report ends with a rule of thumb. `fastsmote.compare` tests it.

for name, report in found.items():
    print(f"{name}\n{report}\n")
