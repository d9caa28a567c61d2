"""Under-samplers: drop-in replacements for all samplers of `imblearn.under_sampling`.

`ClusterCentroids` and `InstanceHardnessThreshold` run imbalanced-learn's code, because nearly
all of their time is scikit-learn's clustering and classifiers. The others are compiled.
"""

from fastsmote.under_sampling._cluster_centroids import ClusterCentroids
from fastsmote.under_sampling._condensed_nearest_neighbour import (
    CondensedNearestNeighbour,
    OneSidedSelection,
)
from fastsmote.under_sampling._edited_nearest_neighbours import (
    AllKNN,
    EditedNearestNeighbours,
    RepeatedEditedNearestNeighbours,
)
from fastsmote.under_sampling._instance_hardness_threshold import InstanceHardnessThreshold
from fastsmote.under_sampling._near_miss import NearMiss
from fastsmote.under_sampling._neighbourhood_cleaning_rule import NeighbourhoodCleaningRule
from fastsmote.under_sampling._random_under_sampler import RandomUnderSampler
from fastsmote.under_sampling._tomek_links import TomekLinks

__all__ = [
    "AllKNN",
    "ClusterCentroids",
    "CondensedNearestNeighbour",
    "EditedNearestNeighbours",
    "InstanceHardnessThreshold",
    "NearMiss",
    "NeighbourhoodCleaningRule",
    "OneSidedSelection",
    "RandomUnderSampler",
    "RepeatedEditedNearestNeighbours",
    "TomekLinks",
]
