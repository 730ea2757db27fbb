"""What is predicted of a layer's output: moments over units and draws of the weights, and how far a single draw strays.

Mean-field theory: weights independent of what feeds them, pre-activations normal. Finite width enters as noise on the
logarithm of the second moment: a layer of n units averages n values, which costs -variance / 2 in the mean logarithm
(-5 / 2n for ReLU).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, inf, log, sqrt
from typing import TYPE_CHECKING

from linter.activations import Facts, facts
from linter.analysis import quadrature
from linter.graph import Activation

if TYPE_CHECKING:
    import numpy as np

MANY = 10**9


@dataclass(frozen=True, slots=True)
class State:
    """A typical draw's output.

    second: mean square over units and positions. mean: over units. shared: mean product of a unit at two positions,
    or two inputs. spread: variance, over draws of the weights, of the logarithm of `second` that earlier layers
    caused. excess, paired: E x^4 / second^2 - 1 at one position and across two: the noise that averaging over `width`
    units leaves. profile: one vector a position axis, with mean 1: how the second moment falls towards borders. law:
    the activation and the normal that made the values, where they still are that. start: still the model's input,
    before any kernel. held: a normalisation fixes the mean square, and with it that of a function of each unit, so
    that neither has such noise.
    """

    second: float
    mean: float = 0.0
    shared: float = 0.0
    spread: float = 0.0
    excess: float = 0.0
    paired: float = 0.0
    width: int = MANY
    positions: int = 1
    profile: tuple[np.ndarray | None, ...] = ()
    law: tuple[Facts | None, float, float, float] | None = None
    start: bool = False
    held: bool = False

    @property
    def variance(self) -> float:
        """Second moment about the mean."""
        return max(self.second - self.mean**2, 0.0)

    @property
    def noise(self) -> float:
        """Variance of the logarithm of the mean square over this layer's own units."""
        if self.held:
            return 0.0
        share = 1 / max(self.positions, 1)
        return max(self.excess * share + self.paired * (1 - share), 0.0) / max(self.width, 1)

    @property
    def log(self) -> float:
        """Mean logarithm of the measured second moment."""
        return log(self.second) - self.noise / 2 if self.second > 0 else -inf

    @property
    def doubt(self) -> float:
        """Standard deviation of that logarithm over draws."""
        return sqrt(self.spread + self.noise)

    def settled(self) -> State:
        """Return the state with its own noise made part of the past, as the next kernel sees it."""
        noise = self.noise
        shrunk = self.scaled(exp(-noise / 2))
        return replace(shrunk, spread=self.spread + noise, excess=0.0, paired=0.0)

    def scaled(self, factor: float, **changes: object) -> State:
        """Return the state with its second moment times `factor`."""
        root = sqrt(max(factor, 0.0))
        law = None
        if self.law is not None and self.law[0] is None:
            law = (None, self.law[1] * root, self.law[2] * factor, self.law[3] * factor)
        changed = replace(
            self, second=self.second * factor, mean=self.mean * root, shared=self.shared * factor, law=law
        )
        return replace(changed, **changes)  # type: ignore[arg-type]


def unit() -> State:
    """The model's input: white, of second moment one."""
    return State(1.0, law=(None, 0.0, 1.0, 0.0), start=True)


HUGE = 1e140
"""Moments are followed up to here: their squares still have to be numbers."""


def normal(mean: float, second: float, shared: float, before: State, width: int | None, positions: int | None) -> State:
    """Return a normal pre-activation, given the state that was summed."""
    second, shared, mean = min(second, HUGE), min(shared, HUGE), max(min(mean, HUGE**0.5), -(HUGE**0.5))
    variance = max(second - mean**2, 0.0)
    covariance = min(max(shared - mean**2, 0.0), variance)
    ratio = second**2 or 1.0  # 0 for what is too small to square
    excess = (3 * variance**2 + 6 * variance * mean**2 + mean**4) / ratio - 1
    both = (variance**2 + 2 * covariance**2 + 4 * covariance * mean**2 + 2 * variance * mean**2 + mean**4) / ratio - 1
    return State(
        second,
        mean,
        shared,
        before.spread,
        excess,
        both,
        width or MANY,
        before.positions if positions is None else positions,
        before.profile,
        (None, mean, variance, covariance),
    )


def homogeneous(known: Facts) -> float | None:
    """Return the slope below zero of a rectifier with its kink at zero; None for every other activation."""
    import numpy as np

    if not known.rectifier or known.kinks != (0.0,):
        return None
    return -float(known.formula(np, np.array([-1.0]), {})[0])


def activated(state: State, activation: Activation) -> tuple[State, float] | None:
    """Return the state after an elementwise activation and E f'^2; None where the activation is not known."""
    known = facts(activation)
    if known is None or not known.elementwise:
        return None
    if activation.name == "linear":
        return state, 1.0
    law = state.law if state.law is not None and state.law[0] is None else None
    _, mean, variance, covariance = law or (None, state.mean, state.variance, max(state.shared - state.mean**2, 0.0))
    slope = homogeneous(known)
    if slope is not None and mean == 0:
        found = quadrature.rectified(slope, variance)
        pair = quadrature.rectified_pair(slope, variance, covariance)
    else:
        found = quadrature.moments(known, mean, variance)
        pair = quadrature.pair(known, mean, variance, covariance)
    second, spread = found.second, found.slope**2 * state.spread
    if state.spread > 1e-6 and slope is None and second > 0:
        second, spread = _over_draws(known, mean, variance, state.spread)
    square = found.second**2 or 1.0
    scale = second / found.second if found.second > 0 else 1.0
    after = State(
        second,
        found.mean * sqrt(scale),
        pair.product * scale,
        spread,
        found.fourth / square - 1,
        pair.squares / square - 1,
        state.width,
        state.positions,
        _bent(state.profile, found.slope),
        (known, mean, variance, covariance),
        held=state.held,
    )
    lost = _lost(state.profile, found.slope)
    return (after if lost == 1 else replace(after.scaled(lost), law=None)), found.derivative


def _over_draws(known: Facts, mean: float, variance: float, spread: float) -> tuple[float, float]:
    """Return the typical E f^2, and the variance of its logarithm,
    where the logarithm of the input's variance has this spread.
    """
    nodes, weights = quadrature.spread()
    width = sqrt(spread)
    logs = [log(max(quadrature.moments(known, mean, variance * exp(width * node)).second, 1e-300)) for node in nodes]
    center = sum(w * value for w, value in zip(weights, logs, strict=True))
    return exp(center), sum(w * (value - center) ** 2 for w, value in zip(weights, logs, strict=True))


def _bent(profile: tuple[np.ndarray | None, ...], slope: float) -> tuple[np.ndarray | None, ...]:
    """A function whose E f^2 grows as variance^slope bends the profile so; renormalised to mean 1."""
    return tuple(axis if axis is None or slope == 1 else (axis**slope) / (axis**slope).mean() for axis in profile)


def _lost(profile: tuple[np.ndarray | None, ...], slope: float) -> float:
    """Return the mean of profile^slope over positions."""
    out = 1.0
    for axis in profile:
        if axis is not None and abs(slope - 1) > 1e-9:
            out *= float((axis**slope).mean())
    return out
