"""The bounds on dead starts: published values, and a simulation of ReLU networks between them."""

from __future__ import annotations

import numpy as np
import pytest

from linter.analysis import born_dead


def simulated(width: int, hidden: int, networks: int = 4000) -> float:
    """Return the share of random networks with one input that put out a constant on [-sqrt 3, sqrt 3]."""
    random = np.random.default_rng(0)
    x = np.linspace(-np.sqrt(3), np.sqrt(3), 50)[None, None, :]
    h = np.broadcast_to(x, (networks, 1, 50))
    for layer in range(hidden):
        fan = 1 if layer == 0 else width
        h = np.maximum(random.normal(size=(networks, width, fan)) * np.sqrt(2 / fan) @ h, 0)
    return float((h.max(axis=(1, 2)) == 0).mean())


@pytest.mark.parametrize(
    ("width", "lower", "upper"),
    [(2, 0.875, 0.925), (3, 0.537, 0.699), (4, 0.231, 0.441), (5, 0.080, 0.249), (8, 0.002, 0.035)],
)
def test_nine_hidden_layers(width: int, lower: float, upper: float) -> None:
    widths = (width,) * 9
    assert born_dead.lower(widths) == pytest.approx(lower, abs=1e-3)
    assert born_dead.upper(widths) == pytest.approx(upper, abs=1e-3)
    if width <= 5:
        assert lower - 0.02 <= simulated(width, 9) <= upper + 0.02


def test_no_layers_and_one_layer() -> None:
    assert born_dead.lower(()) == 0
    assert born_dead.lower((2,)) == 0
    assert born_dead.upper((2,)) == 0.25
