"""The focal loss as an objective of LightGBM and XGBoost, and a classifier that boosts with it."""

# `is_boosting` is for the rooms above only, so __all__ does not name it.
from fastsmote.losses._classifier import FocalLossClassifier
from fastsmote.losses._classifier import is_boosting as is_boosting
from fastsmote.losses._focal_loss import FocalLoss

__all__ = ["FocalLoss", "FocalLossClassifier"]
