"""The binary focal loss as an objective of LightGBM and XGBoost."""

from __future__ import annotations

from math import isfinite
from numbers import Real

import numpy as np
from scipy.optimize import brentq

from fastsmote import _kernels as kernels
from fastsmote._kernels.layout import kernel_input
from fastsmote._threads import run_ranges
from fastsmote._types import ArrayLike, Floats

LOSS_ROWS = 2**15  # per task, about two milliseconds
NO_WEIGHTS = np.empty(0)


def _as_floats(values, name, n_rows=None):
    """A float64 array of finite numbers, one for each row."""
    values = np.ascontiguousarray(values, dtype=np.float64)
    if values.ndim != 1 or n_rows not in (None, len(values)):
        right = "(n_rows,)" if n_rows is None else f"({n_rows},), the shape of y_true"
        raise ValueError(f"{name} must have the shape {right}. Got {values.shape} instead.")
    is_finite = np.isfinite(values)
    if not is_finite.all():
        row = int(np.argmin(is_finite))
        raise ValueError(f"{name} must be finite. Row {row} is {values[row]} instead.")
    return kernel_input(values)


class FocalLoss:
    """Binary focal loss with respect to the raw score, as an objective for boosting.

    An instance can be the `objective` of `lightgbm.LGBMClassifier` and `xgboost.XGBClassifier`.
    They call it with the labels 0 and 1, the raw scores and the weights of the rows, and it
    returns the gradient and the Hessian of each row. `FocalLossClassifier` also chooses the
    score to start from and returns probabilities.

    Parameters
    ----------
    gamma : float >= 0, default=2.0
        The focus: the loss of a row is multiplied by ``(1 - p)**gamma``, where ``p`` is the
        probability that the score gives the row's class. 0 gives the log loss.
    alpha : float in (0, 1), default=None
        The weight of the rows of class 1. The rows of class 0 have the weight ``1 - alpha``.
        None gives every row the weight 1.

    Raises
    ------
    TypeError
        If `gamma` or `alpha` is not a number.
    ValueError
        If `gamma` is negative or not finite, or `alpha` is not between 0 and 1.

    Notes
    -----
    For a row of class y with the score s, p is ``sigmoid(s)`` if y is 1 and ``sigmoid(-s)`` if
    y is 0. The loss is ``-(1 - p)**gamma * log(p)``. All values are float64, stable for scores
    of any finite size, and the same for any number of threads.

    The gradient is exact. The second derivative is negative if the row is badly misclassified:
    with ``gamma=2``, for p below 0.058. A negative Hessian would turn a Newton step toward larger
    losses, so the absolute value is returned (Dauphin et al.), and at least 1e-16 times the
    weight.

    The log-odds of the classes are a bad score to start from. If one class is rare, its rows are
    badly misclassified there, the exact Hessians are negative or nearly 0, and boosting may not
    learn. Start from 0, which is the default of both libraries for a custom objective, or from
    `best_constant`.

    The Hessians are smaller than those of the log loss. Lower XGBoost's `min_child_weight` or
    LightGBM's `min_child_weight` if trees of a small table do not split.

    References
    ----------
    T.-Y. Lin, P. Goyal, R. Girshick, K. He, P. Dollar, "Focal Loss for Dense Object Detection",
    ICCV 2017, section 3, and appendix B for the gradient.

    Y. Dauphin et al., "Identifying and attacking the saddle point problem in high-dimensional
    non-convex optimization", NeurIPS 2014.

    Examples
    --------
    >>> from fastsmote.losses import FocalLoss
    >>> loss = FocalLoss(gamma=2.0)
    >>> gradient, hessian = loss([0, 1], [0.0, 0.0])
    >>> gradient.round(4).tolist()
    [0.2983, -0.2983]
    >>> loss.value([1, 1], [0.0, 3.0]).round(4).tolist()
    [0.1733, 0.0001]
    """

    gamma: float
    alpha: float | None

    def __init__(self, gamma: float = 2.0, alpha: float | None = None) -> None:
        for name, value in (("gamma", gamma), ("alpha", alpha)):
            is_number = isinstance(value, Real) and not isinstance(value, (bool, np.bool_))
            if not (is_number or (name == "alpha" and value is None)):
                right = "a number" if name == "gamma" else "a number or None"
                raise TypeError(f"{name} must be {right}. Got {value!r} instead.")
        if not (isfinite(gamma) and gamma >= 0):
            raise ValueError(f"gamma must be finite and 0 or more. Got {gamma!r} instead.")
        if alpha is not None and not 0 < alpha < 1:
            raise ValueError(f"alpha must be between 0 and 1. Got {alpha!r} instead.")
        self.gamma, self.alpha = gamma, alpha

    def __repr__(self) -> str:
        return f"FocalLoss(gamma={self.gamma!r}, alpha={self.alpha!r})"

    def _compute(self, y_true, y_score, sample_weight=None):
        """Loss, gradient and Hessian of each row: an array of shape (3, n_rows)."""
        y = _as_floats(y_true, "y_true")
        is_class = (y == 0.0) | (y == 1.0)
        if not is_class.all():
            row = int(np.argmin(is_class))
            raise ValueError(f"y_true must hold 0 and 1. Row {row} is {y[row]} instead.")
        scores, weights = _as_floats(y_score, "y_score", len(y)), NO_WEIGHTS
        if sample_weight is not None:
            weights = _as_floats(sample_weight, "sample_weight", len(y))
        alpha = self.alpha
        class_weights = np.ones(2) if alpha is None else np.array([1.0 - alpha, alpha])
        gamma, out = float(self.gamma), np.empty((3, len(y)))

        def compute_some(start, stop):
            kernels.focal_loss.focal_loss(
                y, scores, weights, class_weights, gamma, start, stop, out
            )

        run_ranges(compute_some, len(y), LOSS_ROWS, doing="computing losses")
        return out

    # LightGBM passes the weights by position, XGBoost by the name sample_weight.
    def __call__(
        self, y_true: ArrayLike, y_score: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> tuple[Floats, Floats]:
        """Compute the gradient and the Hessian of each row.

        Parameters
        ----------
        y_true : array-like of shape (n_rows,)
            The classes, 0 and 1, of any numeric or boolean dtype.
        y_score : array-like of shape (n_rows,)
            The raw scores: log-odds of class 1, finite.
        sample_weight : array-like of shape (n_rows,), default=None
            The weight of each row, which multiplies its gradient and its Hessian.

        Returns
        -------
        gradient : ndarray of shape (n_rows,), float64
            The first derivative of the loss by the score.
        hessian : ndarray of shape (n_rows,), float64
            Positive, unless the weight is 0; see the notes of the class.

        Raises
        ------
        ValueError
            If the shapes differ, `y_true` holds another value than 0 and 1, or a value is NaN
            or infinite.

        Examples
        --------
        >>> from fastsmote.losses import FocalLoss
        >>> loss = FocalLoss(gamma=2.0)
        >>> gradient, hessian = loss([0, 1, 1], [0.0, 0.0, 3.0])
        >>> gradient.round(4).tolist()
        [0.2983, -0.2983, -0.0003]
        >>> hessian.round(4).tolist()
        [0.3991, 0.3991, 0.0009]
        """
        _, gradient, hessian = self._compute(y_true, y_score, sample_weight)
        return gradient, hessian

    def value(self, y_true: ArrayLike, y_score: ArrayLike) -> Floats:
        """Compute the loss of each row.

        Parameters
        ----------
        y_true : array-like of shape (n_rows,)
            The classes, 0 and 1, of any numeric or boolean dtype.
        y_score : array-like of shape (n_rows,)
            The raw scores: log-odds of class 1, finite.

        Returns
        -------
        losses : ndarray of shape (n_rows,), float64
            Not averaged. With `alpha`, each loss is multiplied by the weight of its class.

        Raises
        ------
        ValueError
            As for a call of the object.

        Examples
        --------
        >>> from fastsmote.losses import FocalLoss
        >>> loss = FocalLoss(gamma=2.0)
        >>> loss.value([1, 1, 0], [0.0, 3.0, 3.0]).round(4).tolist()
        [0.1733, 0.0001, 2.7663]
        >>> FocalLoss(gamma=2.0, alpha=0.25).value([1, 1, 0], [0.0, 3.0, 3.0]).round(4).tolist()
        [0.0433, 0.0, 2.0747]
        """
        return self._compute(y_true, y_score)[0]

    def best_constant(self, y_true: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Compute the score that, given to every row, has the smallest total loss.

        With ``gamma=0`` this is the log-odds of the share of class 1. With a larger gamma it is
        nearer to 0.

        Parameters
        ----------
        y_true : array-like of shape (n_rows,)
            The classes, 0 and 1, of any numeric or boolean dtype.
        sample_weight : array-like of shape (n_rows,), default=None
            The weight of each row. None gives every row the weight 1.

        Returns
        -------
        score : float
            Finite.

        Raises
        ------
        ValueError
            If the rows of a class are missing, or have a total weight of 0; if the shapes
            differ; or if a value is NaN or infinite.

        Examples
        --------
        >>> from fastsmote.losses import FocalLoss
        >>> loss = FocalLoss(gamma=2.0)
        >>> y_true = [0] * 95 + [1] * 5
        >>> round(FocalLoss(gamma=0.0).best_constant(y_true), 4)  # the log-odds of 5 percent
        -2.9444
        >>> round(loss.best_constant(y_true), 4)
        -1.0975
        """
        y = _as_floats(y_true, "y_true")
        weights = np.ones(len(y))
        if sample_weight is not None:
            weights = _as_floats(sample_weight, "sample_weight", len(y))
        totals = np.array([weights[y == 0.0].sum(), weights[y == 1.0].sum()])
        if not (totals > 0.0).all():
            raise ValueError(
                "The weights of each class must have a sum above zero. Got "
                f"{totals[0]} for class 0 and {totals[1]} for class 1 instead."
            )
        odds = totals[1] / totals[0]
        if self.alpha is not None:
            odds *= self.alpha / (1.0 - self.alpha)
        # The best score lies between 0 and the log-odds. The slope has one root.
        reach = abs(np.log(odds)) + 1.0

        def slope(score):
            return self([0, 1], [score, score], totals / totals.sum())[0].sum()

        return float(brentq(slope, -reach, reach))
