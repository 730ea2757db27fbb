"""What is known of an activation under normal input: the four moments, and the gains that follow from them. A leaf."""

import math
from dataclasses import dataclass
from typing import NamedTuple


class Moments(NamedTuple):
    """Expectations over x ~ N(0, q).

    `growth` is d E[f^2] / d log q, by Stein's lemma E[f^2 (x^2 / q - 1)] / 2; it needs no derivative, and holds even
    where f jumps.
    """

    mean: float
    power: float
    slope_power: float
    growth: float


@dataclass(frozen=True, slots=True)
class Gain:
    """An activation f under x ~ N(0, variance), and what a kernel that it feeds needs.

    A gain belongs to the activation that FEEDS the kernel: a kernel sees f(x) of the layer before, so it must make up
    for what f did to the signal. The activation after the kernel has no part in it. (He's rule hides this, because
    all layers of his network had the same f; a first kernel is fed by the data themselves: its activation is
    "linear" and its gain 1.)

    Fields:
        activation: name, with the parameters that differ from the defaults.
        variance: q, the second moment of the pre-activation that all expectations refer to.
        mean: E f.
        power: E f^2.
        slope_power: E f'^2; for an activation of several inputs or outputs (CReLU, GLU, Maxout), the squared partial
            derivatives summed over the outputs and averaged over the inputs.
        length_slope: slope of the length map at its fixed point, see `unstable`.
        accuracy: relative error of power, slope_power and length_slope (and of the mean, relative to sqrt(power)):
            a bound from the terms of a closed form, or what two quadrature rules disagree by.
        source: "closed form", "quadrature" (split at the known kinks) or "adaptive quadrature" (kinks found).
    """

    activation: str
    variance: float
    mean: float
    power: float
    slope_power: float
    length_slope: float
    accuracy: float
    source: str

    @property
    def forward(self) -> float:
        """Gain g that keeps the second moment: g^2 E f^2 = variance. A kernel of variance g^2 / fan_in does it."""
        return math.sqrt(self.variance / self.power) if self.power > 0.0 else math.inf

    @property
    def backward(self) -> float:
        """Gain that keeps the gradient's second moment: g^2 E f'^2 = 1. A kernel of variance g^2 / fan_out has it."""
        return 1.0 / math.sqrt(self.slope_power) if self.slope_power > 0.0 else math.inf

    @property
    def chi(self) -> float:
        """Factor on the gradient's second moment per layer, under the forward gain and equal fans (1 is ideal)."""
        return self.forward**2 * self.slope_power

    @property
    def unstable(self) -> bool:
        """Whether the exact forward gain is an unstable fixed point of the length map.

        The length map takes the second moment q of one layer's pre-activation to the next: q -> g^2 E f(sqrt(q) z)^2.
        The forward gain makes `variance` its fixed point; an error in q is multiplied by `length_slope` per layer.
        Above 1
        (self-gated functions: GELU, SiLU, Mish ...) it grows, and past some twenty plain layers the signal explodes or
        vanishes whatever the gain. Cures: normalisation, residual branches, or `lsuv_`.
        """
        return self.length_slope > 1.0 + 64 * max(self.accuracy, 2.0**-52)

    def explain(self) -> str:
        """Two lines for people: the numbers, and whether the gain holds in depth."""
        numbers = f"{self.activation} under N(0, {self.variance:g}): E f = {self.mean:.6g}, E f^2 = {self.power:.6g}, "
        numbers += (
            f"E f'^2 = {self.slope_power:.6g}, forward gain {self.forward:.6g}, backward gain {self.backward:.6g}"
        )
        verdict = (
            "UNSTABLE: errors in the signal's size grow by this factor per layer; normalise, add shortcuts or use lsuv_"
            if self.unstable
            else "stable: errors in the signal's size do not grow"
        )
        origin = f"{self.source}, accurate to {self.accuracy:.1g}"
        return f"{numbers}\nlength-map slope {self.length_slope:.4g}, {verdict} ({origin})"
