"""The binary focal loss with its first two derivatives."""

import math

from fastsmote._kernels.jit import kernel

LEAST_HESSIAN = 1e-16  # of a row of weight 1; XGBoost's least Hessian of the log loss


@kernel
def focal_loss(
    y,  # IN  (n_rows,) 0.0 or 1.0
    scores,  # IN  (n_rows,) log-odds of class 1
    weights,  # IN  (n_rows,) weight of each row, or empty for weights of 1
    class_weights,  # IN  (2,)
    gamma,  # IN
    start, stop,  # IN  rows to fill
    out,  # OUT (3, n_rows) loss, gradient and Hessian of each row
):  # fmt: skip
    """Compute the focal loss and its derivatives with respect to the score.

    With p = sigmoid(margin) the probability of the true class, and q = 1 - p::

        loss = -q^gamma * log(p)
        d loss / d margin = q^gamma * (gamma * p * log(p) - q)
        d2 loss / d margin2 = p * q^gamma * ((2 * gamma + 1) * q + gamma * (q - gamma * p) * log(p))

    No exponent is positive and no power of q is below gamma, so that nothing overflows. q^gamma
    is computed from log(q), as q itself underflows where a small power of it does not.
    """
    for i in range(start, stop):
        is_one = y[i] == 1.0
        sign = 1.0 if is_one else -1.0
        margin = sign * scores[i]
        e = math.exp(-abs(margin))
        p, q, log_p = 1.0 / (1.0 + e), e / (1.0 + e), -math.log1p(e)
        log_q = log_p - abs(margin)
        if margin < 0.0:
            p, q, log_p, log_q = q, p, log_q, log_p
        weight = class_weights[1] if is_one else class_weights[0]
        if len(weights) > 0:
            weight *= weights[i]
        factor = math.exp(gamma * log_q)
        p_log_p = p * log_p  # 0 for the least scores, whose other products overflow
        curvature = (2.0 * gamma + 1.0) * q * p + gamma * (q - gamma * p) * p_log_p
        out[0, i] = -weight * factor * log_p
        out[1, i] = weight * sign * factor * (gamma * p_log_p - q)
        out[2, i] = weight * max(abs(factor * curvature), LEAST_HESSIAN)
