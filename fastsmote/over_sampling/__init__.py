"""Over-samplers: every name of `imblearn.over_sampling`, compiled where it is listed here.

Compiled are `SMOTE`, `BorderlineSMOTE`, `ADASYN` and `SMOTENC`, and `RandomOverSampler` has a
shorter way; the others are imbalanced-learn's.
"""

from imblearn.over_sampling import SMOTEN, SVMSMOTE, KMeansSMOTE

from fastsmote.over_sampling._adasyn import ADASYN
from fastsmote.over_sampling._borderline_smote import BorderlineSMOTE
from fastsmote.over_sampling._random_over_sampler import RandomOverSampler
from fastsmote.over_sampling._smote import SMOTE
from fastsmote.over_sampling._smotenc import SMOTENC

__all__ = [
    "ADASYN",
    "SMOTE",
    "SMOTEN",
    "SMOTENC",
    "SVMSMOTE",
    "BorderlineSMOTE",
    "KMeansSMOTE",
    "RandomOverSampler",
]
