"""Closed forms of the smooth rectifiers that have one: exact GELU and Snake. Each gives (moments, accuracy) under
N(0, q).
"""

import math

from keras_act.gains.gaussian import EPSILON
from keras_act.gains.result import Moments


def gelu(q: float) -> tuple[Moments, float]:
    """x Phi(x): Stein's lemma leaves E Phi^2 = 1/4 + asin(q / (1 + q)) / 2 pi, and E of the squared density."""
    root = math.sqrt(1 + 2 * q)
    both = 0.25 + math.asin(q / (1 + q)) / (2 * math.pi)  # E Phi^2
    density = 1 / (2 * math.pi * root)  # E phi^2
    cross = q / (1 + q) * density  # E x Phi phi
    power = q * both + 2 * q * q * density / (1 + q)
    slope_power = both + 2 * cross + q * density / root**2
    # d power / d log q, with d both / dq = 1 / (2 pi (1 + q) root)
    bend = (2 * (1 + q) * root**2 - q * root**2 - q * (1 + q)) / ((1 + q) ** 2 * root**3)
    growth = q * both + q * q / (2 * math.pi * (1 + q) * root) + q * q * bend / math.pi
    return Moments(q / math.sqrt(2 * math.pi * (1 + q)), power, slope_power, growth), 16 * EPSILON


def snake(q: float, a: float) -> tuple[Moments, float]:
    """x + sin(ax)^2 / a, from E cos(cx) = e^(-c^2 q / 2)."""
    slow, fast = -2 * a * a * q, -8 * a * a * q
    fourth = (0.5 * -math.expm1(slow) - 0.125 * -math.expm1(fast)) / (a * a)  # E sin^4 / a^2
    lost = (0.5 * -math.expm1(slow) + 0.125 * -math.expm1(fast)) / (a * a)
    power = q + fourth
    growth = q + q * (math.exp(slow) - math.exp(fast))
    moments = Moments(-math.expm1(slow) / (2 * a), power, 1 - 0.5 * math.expm1(fast), growth)
    return moments, 4 * EPSILON * (1 + (lost + q * (1 - fast)) / power)
