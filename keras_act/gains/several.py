"""Moments of activations with several inputs or outputs, all inputs independent N(0, q): CReLU, GLU family, Maxout,
LSE0+.

`slope_power` is the sum of the squared partial derivatives over the outputs, averaged over the inputs: what a
gradient's
second moment is multiplied by on its way from an output to a pre-activation.
"""

import math

import numpy as np

from keras_act.gains.gaussian import EPSILON
from keras_act.gains.quadrature import Array, fixed, panel_edges
from keras_act.gains.result import Moments

Estimate = tuple[Moments, float]
_phi = np.vectorize(lambda z: 0.5 * math.erfc(-z / math.sqrt(2.0)), otypes=[np.float64])
EULER = 0.57721566490153286061


def crelu(q: float) -> Estimate:
    """(max(x, 0), max(-x, 0)): half the power in each output, one full slope per input."""
    return Moments(math.sqrt(q / (2 * math.pi)), q / 2, 1.0, q / 2), EPSILON


def gated(gate: Estimate, q: float) -> Estimate:
    """a g(b), from the moments of the gate g: E f^2 = q E g^2, and slopes g by a, a g' by b."""
    inner, accuracy = gate
    power = q * inner.power
    return Moments(0.0, power, (inner.power + q * inner.slope_power) / 2, power + q * inner.growth), 2 * accuracy


def maxout(q: float, pieces: int = 2) -> Estimate:
    """The maximum of k inputs, whose density is k phi Phi^(k - 1); one input in k receives the gradient."""
    if not isinstance(pieces, int) or pieces < 1:
        raise ValueError(f"pieces must be an integer >= 1. Received: pieces={pieces!r}")

    def weighted(x: Array) -> tuple[Array, Array]:
        density = pieces * _phi(x) ** (pieces - 1)  # relative to that of one input
        return x * density, x * np.sqrt(density)

    found, accuracy = fixed(weighted, panel_edges(1.0, (), 0.5, False), 1.0)
    power = q * found.slope_power  # the second component carries sqrt(density): its square integrates to E max^2
    return Moments(math.sqrt(q) * found.mean, power, 1.0 / pieces, power), 2 * accuracy


def multivariate_softplus(q: float, units: int = 1) -> Estimate:
    """log(1 + S), S the sum of exp(x_i) over the inputs.

    Frullani's integral turns the n-fold expectation into a double one, through h(t) = E exp(-t e^x):
    E log(1 + S) = int (1 - h^n) e^-t dt / t, E log(1 + S)^2 = 2 int (log t + gamma)(h^n - 1) e^-t dt / t, and the
    squared softmax weight E p_i^2 = int t e^-t E[e^2x exp(-t e^x)] h^(n-1) dt. The trapezoidal rule in log t converges
    geometrically.
    """
    if not isinstance(units, int) or units < 1:
        raise ValueError(f"units must be an integer >= 1. Received: units={units!r}")
    fine, rough = _lse(q, units, 1 / 16), _lse(q, units, 1 / 10)
    gap = max(abs(a - b) / abs(a) for a, b in zip(fine, rough, strict=True))
    return fine, max(64 * EPSILON, gap)


def _lse(q: float, n: int, step: float) -> Moments:
    sigma = math.sqrt(q)
    z, weights = _normal_grid(step)
    top = math.log(750.0)
    u = np.arange(-40.0 - 12 * sigma - 2 * math.log(n), top, step)
    t = np.exp(u)[:, None]
    e = np.exp(sigma * z)[None, :]
    lost = -np.expm1(-t * e) @ weights  # 1 - h(t), without cancellation
    rest = np.exp((n - 1) * np.log1p(-np.minimum(lost, 1.0 - 1e-300)))  # h^(n-1)
    gone = -np.expm1(n * np.log1p(-np.minimum(lost, 1.0 - 1e-300)))  # 1 - h^n
    damp = np.exp(-t[:, 0]) * step
    heavy = (e**2 * np.exp(-t * e)) @ weights
    tilt = (0.5 * z * z - 0.5) * weights  # d h / d log q by Stein's lemma
    moved = np.expm1(-t * e) @ tilt
    logs = u + EULER
    power = -2.0 * float(np.sum(logs * gone * damp))
    growth = 2.0 * float(np.sum(logs * n * rest * moved * damp))
    squares = float(np.sum(t[:, 0] ** 2 * damp * heavy * rest))
    return Moments(float(np.sum(gone * damp)), power, squares, growth)


def _normal_grid(step: float) -> tuple[Array, Array]:
    """Trapezoidal nodes and weights for E over N(0, 1): geometric convergence for analytic functions."""
    z = np.arange(-13.0, 13.0 + step / 2, step)
    weights = np.exp(-0.5 * z * z)
    return z, weights / weights.sum()
