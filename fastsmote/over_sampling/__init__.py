"""Over-samplers: drop-in replacements for all samplers of `imblearn.over_sampling`.

`SMOTE`, `BorderlineSMOTE`, `ADASYN`, `SMOTENC`, `SMOTEN`, `SVMSMOTE` and `KMeansSMOTE` are
compiled. `RandomOverSampler` has a faster NumPy path.
"""

from fastsmote.over_sampling._adasyn import ADASYN
from fastsmote.over_sampling._borderline_smote import BorderlineSMOTE
from fastsmote.over_sampling._kmeanssmote import KMeansSMOTE
from fastsmote.over_sampling._random_over_sampler import RandomOverSampler
from fastsmote.over_sampling._smote import SMOTE
from fastsmote.over_sampling._smoten import SMOTEN
from fastsmote.over_sampling._smotenc import SMOTENC
from fastsmote.over_sampling._svmsmote import SVMSMOTE

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
