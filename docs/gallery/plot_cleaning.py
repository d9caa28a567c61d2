"""
Which rows does cleaning remove, step by step?
==============================================

Cleaning removes rows that lie among rows of another class. This page starts with the simplest
rule, the Tomek link, and ends with SMOTE followed by edited nearest neighbors (SMOTEENN).
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection

import fastsmote
from fastsmote.combine import SMOTEENN
from fastsmote.neighbors import NearestNeighbors
from fastsmote.plotting import plot_resampling
from fastsmote.under_sampling import (
    EditedNearestNeighbours,
    NeighbourhoodCleaningRule,
    TomekLinks,
)

rng = np.random.default_rng(1)
X = np.vstack([rng.normal([0, 0], 1.0, (160, 2)), rng.normal([1.6, 0.6], 0.8, (60, 2))])
y = np.repeat([0, 1], [160, 60])

# %%
# Tomek links
# -----------
#
# Two rows of different classes are a Tomek link if each is the nearest row of the other.
# `TomekLinks` removes the end of the link that belongs to the majority. Here the links are found by
# hand, to draw them; `sample_indices_` says which rows the sampler keeps.

nearest = NearestNeighbors(n_neighbors=2).fit(X).kneighbors(X, return_distance=False)[:, 1]
is_mutual = nearest[nearest] == np.arange(len(X))
links = np.flatnonzero(is_mutual & (y == 0) & (y[nearest] == 1))
tomek = TomekLinks()
tomek.fit_resample(X, y)
removed = np.setdiff1d(np.arange(len(X)), tomek.sample_indices_)
print(f"{len(links)} links by hand; removed by TomekLinks: {len(removed)}")
print(f"the same rows: {np.array_equal(links, removed)}")

figure, ax = plt.subplots(layout="constrained")
plot_resampling(tomek, X, y, ax=ax)
pairs = np.stack([X[links], X[nearest[links]]], axis=1)
ax.add_collection(LineCollection(pairs, colors="black", linewidths=1.5, label="Tomek link"))
ax.legend(fontsize="small")
ax.set_title("Tomek links")
plt.show()

# %%
# Edited nearest neighbors, and the neighborhood cleaning rule
# ------------------------------------------------------------
#
# `EditedNearestNeighbours` (ENN) removes a row of the majority if one of its three nearest rows
# belongs to another class. With ``kind_sel="mode"``, most of the three must. The neighborhood
# cleaning rule (NCR) looks from both sides: it also removes the majority's rows among the nearest
# rows of each misclassified row of the minority.

steps = {
    'ENN, kind_sel="all"': EditedNearestNeighbours(),
    'ENN, kind_sel="mode"': EditedNearestNeighbours(kind_sel="mode"),
    "NCR": NeighbourhoodCleaningRule(),
}
figure, axes = plt.subplots(1, 3, figsize=(12, 4.4), sharex=True, sharey=True, layout="constrained")
for ax, (name, sampler) in zip(axes, steps.items(), strict=True):
    plot_resampling(sampler, X, y, ax=ax)
    ax.set_ylim(-4.3, 3.4)
    ax.get_legend().set_loc("lower right")
    ax.set_title(name)
plt.show()

# %%
# SMOTE, then ENN
# ---------------
#
# `SMOTEENN` first adds rows to the minority, and then edits both classes. So it also removes rows
# of the minority, and new rows that lie among the majority.

smoteenn = SMOTEENN(random_state=0)
figure, ax = plt.subplots(layout="constrained")
plot_resampling(smoteenn, X, y, ax=ax)
ax.set_title("SMOTEENN")
plt.show()

# %%
# What is left
# ------------
#
# A row is safe if at least four of its five nearest rows are of its class. Every cleaned table has
# a larger share of safe rows, because its classes overlap less. This does not say that a model will
# separate other, uncleaned rows better. Compare models on rows that no sampler has seen.

samplers = {"TomekLinks": tomek, **steps, "SMOTEENN": smoteenn}
tables = {"the table": (X, y)}
tables |= {name: sampler.fit_resample(X, y) for name, sampler in samplers.items()}
print(f"{'':24}{'class 0':>8}{'class 1':>9}{'safe of 0':>11}{'safe of 1':>11}")
for name, table in tables.items():
    found = fastsmote.neighborhood(*table)
    (n_majority, n_minority), (safe_0, safe_1) = found.n_rows_, found.shares_[:, 0]
    print(f"{name:24}{n_majority:8}{n_minority:9}{safe_0:11.0%}{safe_1:11.0%}")
