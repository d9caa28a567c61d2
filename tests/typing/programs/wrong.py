"""Programs of users that a type checker must reject: an error in each line with the mark."""

import numpy as np
from sklearn.linear_model import LogisticRegression

import fastsmote
from fastsmote import Smote  # ERROR
from fastsmote.combine import SMOTEENN
from fastsmote.losses import FocalLoss
from fastsmote.neighbors import NearestNeighbors
from fastsmote.offline import resample
from fastsmote.over_sampling import SMOTE, SMOTENC, BorderlineSMOTE, TomekLinks  # ERROR
from fastsmote.under_sampling import AllKNN, NearMiss, RandomUnderSampler

X, y = np.zeros((20, 2)), np.repeat([0, 1], 10)

SMOTE(0.5)  # ERROR
SMOTE(sampling_strategy="minorty")  # ERROR
SMOTE(sampling_strategy="majority")  # ERROR
SMOTE(k_neighbours=5)  # ERROR
SMOTE(k_neighbors="5")  # ERROR
SMOTE(k_neighbors=2.5)  # ERROR
SMOTE(random_state="0")  # ERROR
SMOTE(missing="drop")  # ERROR
SMOTE(values={"age": 3})  # ERROR
SMOTE(values="auto")  # ERROR
SMOTENC()  # ERROR
BorderlineSMOTE(kind="borderline1")  # ERROR
SMOTEENN(enn=SMOTE())  # ERROR
AllKNN(sampling_strategy=0.5)  # ERROR
AllKNN(missing="partial")  # ERROR
NearMiss(version=4)  # ERROR
RandomUnderSampler(replacement="yes")  # ERROR

SMOTE().fit_resample(X)  # ERROR
SMOTE().fit_resample(1, y)  # ERROR
SMOTE().fit_resample(X, "label")  # ERROR
SMOTE().fit_transform(X, y)  # ERROR
SMOTE().fit(X, y).provenance  # ERROR
SMOTE().fit(X, y).provenance_.bases  # ERROR
SMOTE().sampling_strategy_.append(1)  # ERROR

fastsmote.thread(2)  # ERROR
fastsmote.threads("2")  # ERROR
fastsmote.progress(True)  # ERROR
fastsmote.compare("logistic", X, y)  # ERROR
fastsmote.compare(LogisticRegression(), X, y, strategies="SMOTE")  # ERROR
fastsmote.compare(LogisticRegression(), X, y, beta="2")  # ERROR
fastsmote.neighborhood(X, y, k=0.5)  # ERROR
fastsmote.resample_like(X, y)  # ERROR
fastsmote.resample_like(SMOTE(), y, how="mean")  # ERROR
fastsmote.regenerate(X, SMOTE())  # ERROR
fastsmote.PriorCorrectedClassifier(LogisticRegression())  # ERROR
fastsmote.is_patched() + [1]  # ERROR

NearestNeighbors(algorithm="kdtree")  # ERROR
NearestNeighbors().kneighbors(return_distance=False).join(",")  # ERROR
FocalLoss(gamma="2")  # ERROR
resample("in/", "out/")  # ERROR
resample("in/", "out/", target="fraud", missing="drop")  # ERROR
