"""
What does each sampler do to the same table?
============================================

A table of two features has 160 rows of class 0 and 40 rows of class 1. Half of class 1 is a dense
group, and the other half is spread out among class 0. Each panel shows one sampler.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.ensemble import RandomForestClassifier

from fastsmote import combine, over_sampling, under_sampling
from fastsmote.plotting import plot_resampling

rng = np.random.default_rng(7)
majority = rng.normal([0, 0], [1.3, 1.0], (160, 2))
dense, spread = rng.normal([2.4, 1.4], 0.35, (20, 2)), rng.normal([0.9, -0.9], 0.8, (20, 2))
X = np.vstack([majority, dense, spread])
y = np.repeat([0, 1], [160, 40])

# %%
# The samplers
# ------------
#
# Most samplers have their default parameters. `SMOTENC` and `SMOTEN` are missing here, because they
# are for categories: another page shows `SMOTENC`.

forest = RandomForestClassifier(20, random_state=0)
samplers = [
    over_sampling.RandomOverSampler(random_state=0),
    over_sampling.RandomOverSampler(random_state=0, shrinkage=0.3),
    over_sampling.SMOTE(random_state=0),
    over_sampling.BorderlineSMOTE(random_state=0),
    over_sampling.BorderlineSMOTE(random_state=0, kind="borderline-2"),
    over_sampling.ADASYN(random_state=0),
    over_sampling.SVMSMOTE(random_state=0),
    over_sampling.KMeansSMOTE(random_state=0, kmeans_estimator=8, cluster_balance_threshold=0.3),
    under_sampling.RandomUnderSampler(random_state=0),
    under_sampling.NearMiss(),
    under_sampling.ClusterCentroids(random_state=0),
    under_sampling.InstanceHardnessThreshold(estimator=forest, random_state=0),
    under_sampling.CondensedNearestNeighbour(random_state=0),
    under_sampling.OneSidedSelection(random_state=0),
    under_sampling.TomekLinks(),
    under_sampling.EditedNearestNeighbours(),
    under_sampling.RepeatedEditedNearestNeighbours(),
    under_sampling.AllKNN(),
    under_sampling.NeighbourhoodCleaningRule(),
    combine.SMOTETomek(random_state=0),
    combine.SMOTEENN(random_state=0),
]


def title_of(sampler):
    """The name of a sampler with the parameters that differ from the default."""
    name = type(sampler).__name__
    if getattr(sampler, "shrinkage", None):
        return f"{name}, shrinkage={sampler.shrinkage}"
    return (
        f"{name}, kind='borderline-2'" if getattr(sampler, "kind", "") == "borderline-2" else name
    )


# %%
# The pictures
# ------------
#
# Filled points are rows of the table, hollow points are new rows, and crosses are rows that are
# removed. Lines join a new row to the two rows between which it lies. `ClusterCentroids` has no
# lines: each of its rows is the center of many.

figure, axes = plt.subplots(
    6, 4, figsize=(12, 16.5), sharex=True, sharey=True, layout="constrained"
)
first, *others = axes.flat
for label, color, marker in ((0, "#0072b2", "o"), (1, "#d55e00", "^")):
    first.scatter(*X[y == label].T, s=20, c=color, marker=marker, linewidths=0)
first.set_title("the table", fontsize=10)
for ax in others[len(samplers) :]:
    ax.set_axis_off()

named = {}  # one entry for each kind of point
for ax, sampler in zip(others, samplers, strict=False):
    plot_resampling(sampler, X, y, ax=ax, legend=False)
    ax.set(xlabel="", ylabel="")
    ax.set_title(title_of(sampler), fontsize=10)
    for handle, name in zip(*ax.get_legend_handles_labels(), strict=True):
        named.setdefault(name.rpartition(" (")[0], handle)
names = sorted(named)
figure.legend([named[name] for name in names], names, loc="outside upper center", ncols=6)
plt.show()

# %%
# The numbers
# -----------
#
# Over-samplers add rows of class 1 until both classes have equally many, ADASYN only approximately.
# Of the under-samplers, some remove rows until both classes have the same number; the others remove
# the rows that their rule names, however many these are.

print(f"{'':34}{'class 0':>8}{'class 1':>9}")
for sampler in samplers:
    _, y_resampled = sampler.fit_resample(X, y)
    n_majority, n_minority = np.bincount(y_resampled)
    print(f"{title_of(sampler):34}{n_majority:8}{n_minority:9}")
