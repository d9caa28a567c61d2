"""The focal loss against its definition, in NumPy."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, log_expit
from sklearn.metrics import log_loss

from fastsmote import threads
from fastsmote.losses import FocalLoss, _focal_loss

Y = np.array([0, 1] * 6)
SCORES = np.linspace(-6.0, 6.0, 12)
LOSSES = st.builds(
    FocalLoss,
    st.one_of(st.just(0.0), st.floats(0.01, 10.0)),
    st.one_of(st.none(), st.floats(0.01, 0.99)),
)


def defined_loss(y, score, gamma, alpha=None):
    """Equation 5 of Lin et al., in NumPy."""
    p = np.where(y == 1, expit(score), expit(-score))
    alphas = 1.0 if alpha is None else np.where(y == 1, alpha, 1.0 - alpha)
    return -alphas * (1.0 - p) ** gamma * np.log(p)


def fourth_order_slope(function, at, step):
    """The derivative of a function, from four of its values."""
    near = function(at + step) - function(at - step)
    far = function(at + 2 * step) - function(at - 2 * step)
    return (8 * near - far) / (12 * step)


# The loss and its derivatives


@given(LOSSES, st.floats(-15.0, 15.0))
def test_losses_are_those_of_the_definition(loss, score):
    y, scores = np.array([0, 1]), np.full(2, score)
    expected = defined_loss(y, scores, loss.gamma, loss.alpha)
    np.testing.assert_allclose(loss.value(y, scores), expected, rtol=1e-7, atol=1e-15)


@given(LOSSES, st.floats(-30.0, 30.0))
def test_gradients_are_the_slopes_of_the_loss(loss, score):
    y, scores = np.array([0, 1]), np.full(2, score)
    expected = fourth_order_slope(lambda at: loss.value(y, at), scores, 1e-3)
    np.testing.assert_allclose(loss(y, scores)[0], expected, rtol=1e-7, atol=1e-11)


@given(LOSSES, st.floats(-30.0, 30.0))
def test_hessians_are_the_sizes_of_the_slopes_of_the_gradient(loss, score):
    y, scores = np.array([0, 1]), np.full(2, score)
    expected = np.abs(fourth_order_slope(lambda at: loss(y, at)[0], scores, 1e-3))
    np.testing.assert_allclose(loss(y, scores)[1], expected, rtol=1e-7, atol=1e-11)


def test_a_badly_misclassified_row_has_a_negative_curvature_and_a_positive_hessian():
    loss, y, scores = FocalLoss(gamma=2.0), np.array([1]), np.array([-4.0])
    slope = fourth_order_slope(lambda at: loss(y, at)[0], scores, 1e-3)
    assert slope < -0.01
    np.testing.assert_allclose(loss(y, scores)[1], -slope)


def test_without_focus_the_loss_is_the_log_loss():
    loss = FocalLoss(gamma=0.0)
    gradient, hessian = loss(Y, SCORES)
    p = expit(SCORES)
    np.testing.assert_allclose(gradient, p - Y, rtol=1e-12)
    np.testing.assert_allclose(hessian, p * (1 - p), rtol=1e-12)
    assert loss.value(Y, SCORES).mean() == pytest.approx(log_loss(Y, p))


@pytest.mark.parametrize("gamma", [0.0, 1e-3, 0.5, 1.0, 2.0, 50.0])
def test_huge_scores_give_finite_numbers(gamma):
    scores = np.array([-1e308, -1e3, -750.0, -40.0, 40.0, 750.0, 1e3, 1e308])
    loss = FocalLoss(gamma)
    for y in (0, 1):
        gradient, hessian = loss(np.full(8, y), scores)
        assert np.isfinite([loss.value(np.full(8, y), scores), gradient, hessian]).all()
        assert hessian.min() >= 1e-16


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0, 50.0])
def test_a_hopeless_row_has_the_loss_and_slope_of_a_line(gamma):
    loss = FocalLoss(gamma)
    np.testing.assert_array_equal(loss.value([1, 0], [-1e3, 1e3]), 1e3)
    np.testing.assert_array_equal(loss([1, 0], [-1e3, 1e3])[0], [-1.0, 1.0])


def test_a_small_power_of_a_vanishing_probability_is_kept():
    gradient, _ = FocalLoss(gamma=0.01)([1], [40.0])
    expected = -np.exp(1.01 * log_expit(-40.0)) * 1.01
    np.testing.assert_allclose(gradient, expected, rtol=1e-12)


def test_alpha_weights_the_classes():
    expected = np.where(Y == 1, 0.75, 0.25) * FocalLoss()(Y, SCORES)
    np.testing.assert_allclose(FocalLoss(alpha=0.75)(Y, SCORES), expected)


def test_weights_multiply_gradients_and_hessians():
    weights = np.arange(12.0)
    expected = weights * FocalLoss()(Y, SCORES)
    np.testing.assert_allclose(FocalLoss()(Y, SCORES, weights), expected)


def test_threads_do_not_change_a_value(monkeypatch):
    monkeypatch.setattr(_focal_loss, "LOSS_ROWS", 100)
    rng = np.random.RandomState(0)
    y, scores = rng.randint(0, 2, 1050), rng.randn(1050) * 5
    weights = rng.uniform(size=1050)
    with threads(1):
        expected = FocalLoss()(y, scores, weights)
    with threads(3):
        np.testing.assert_array_equal(FocalLoss()(y, scores, weights), expected)


@pytest.mark.parametrize("make", [list, pd.Series, lambda y: y.astype(bool), np.float32])
def test_labels_of_any_kind_are_taken(make):
    got = FocalLoss()(make(Y), SCORES)
    np.testing.assert_array_equal(got, FocalLoss()(Y, SCORES))


def test_read_only_scores_are_taken():
    scores = SCORES.copy()
    scores.flags.writeable = False
    np.testing.assert_array_equal(FocalLoss()(Y, scores), FocalLoss()(Y, SCORES))


# The score to start from


@given(LOSSES, st.integers(1, 10**6), st.integers(1, 10**6))
def test_no_other_constant_has_a_smaller_loss(loss, n_zeros, n_ones):
    y, weights = np.array([0, 1]), np.array([n_zeros, n_ones])
    best = loss.best_constant(y, weights)
    others = best + np.array([0.0, -1.0, -0.01, 0.01, 1.0])
    totals = [weights @ loss.value(y, np.full(2, other)) for other in others]
    assert min(totals) >= totals[0] * (1 - 1e-12)


def test_without_focus_the_best_constant_is_the_log_odds():
    assert FocalLoss(0.0).best_constant([0, 0, 0, 1]) == pytest.approx(np.log(1 / 3))


def test_focus_moves_the_best_constant_toward_zero():
    y = np.arange(1000) < 10
    assert -4.6 < FocalLoss(0.0).best_constant(y) < -4.5
    assert -1.75 < FocalLoss(2.0).best_constant(y) < -1.65


# Errors


@pytest.mark.parametrize(
    ("parameters", "error", "text"),
    [
        ({"gamma": -0.5}, ValueError, "gamma must be finite and 0 or more. Got -0.5 instead."),
        ({"gamma": np.inf}, ValueError, "gamma must be finite and 0 or more. Got inf instead."),
        ({"gamma": "2"}, TypeError, "gamma must be a number. Got '2' instead."),
        ({"gamma": None}, TypeError, "gamma must be a number. Got None instead."),
        ({"gamma": True}, TypeError, "gamma must be a number. Got True instead."),
        ({"alpha": 1.0}, ValueError, "alpha must be between 0 and 1. Got 1.0 instead."),
        ({"alpha": "a"}, TypeError, "alpha must be a number or None. Got 'a' instead."),
    ],
)
def test_a_wrong_parameter_is_named(parameters, error, text):
    with pytest.raises(error) as raised:
        FocalLoss(**parameters)
    assert str(raised.value) == text


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (([0, 2], [0, 0]), "y_true must hold 0 and 1. Row 1 is 2.0 instead."),
        (([0, 1], [0, np.nan]), "y_score must be finite. Row 1 is nan instead."),
        (
            ([0, 1], [0]),
            r"y_score must have the shape (2,), the shape of y_true. Got (1,) instead.",
        ),
        (([[0, 1]], [0, 0]), "y_true must have the shape (n_rows,). Got (1, 2) instead."),
        (([0, 1], [0, 0], [np.inf, 1]), "sample_weight must be finite. Row 0 is inf instead."),
    ],
)
def test_a_wrong_value_is_named(arguments, text):
    with pytest.raises(ValueError, match="must") as raised:
        FocalLoss()(*arguments)
    assert str(raised.value) == text


@pytest.mark.parametrize(("y", "weights"), [([0, 0], None), ([0, 1], [1.0, 0.0])])
def test_a_constant_for_one_class_is_an_error(y, weights):
    with pytest.raises(ValueError, match=r"sum above zero. Got .* and 0.0 for class 1 instead"):
        FocalLoss().best_constant(y, weights)


# Objects


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda loss: pickle.loads(pickle.dumps(loss))])
def test_a_copy_of_a_loss_gives_its_values(copied):
    loss = FocalLoss(1.5, 0.25)
    np.testing.assert_array_equal(copied(loss)(Y, SCORES), loss(Y, SCORES))


def test_a_loss_is_shown_as_it_is_made():
    assert repr(FocalLoss(1.5, 0.25)) == "FocalLoss(gamma=1.5, alpha=0.25)"
