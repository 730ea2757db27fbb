"""Pictures of activations: a function with its derivative, several side by side, gain and length map.

Matplotlib is imported inside, so that `import keras_act` works without it. Every function returns the figure's axes;
none shows or saves anything.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from keras_act.gains.autodiff import differentiated
from keras_act.gains.catalogue import SHAPES
from keras_act.gains.measure import gain
from keras_act.gains.quadrature import Array
from keras_act.gains.resolve import Activation, Known, resolve

# Okabe and Ito's colours, told apart by colour-blind readers too; then line styles do the rest
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
STYLES = ("-", "--", "-.", ":")


def draw(activation: Activation, low: float = -5.0, high: float = 5.0, ax: Any = None, label: str | None = None) -> Any:
    """Draws an activation (solid) and its derivative (dashed) over [low, high].

    Args:
        activation: A name, a function or layer of Keras or keras_act, or any elementwise callable.
        low, high: The interval, low < high.
        ax: Matplotlib axes to draw on; None makes a figure.
        label: Its name in the legend; by default its own.

    Returns:
        The axes.

    Raises:
        ValueError: low >= high, or an unknown activation.
        ImportError: Matplotlib is not installed.

    >>> ax = draw(keras_act.mish)
    >>> ax.figure.savefig("mish.png")  # doctest: +SKIP
    """
    x = _grid(low, high)
    value, slope = _evaluate(activation, x)
    ax = _axes(ax)
    name = label or _name(activation)
    ax.plot(x, value, color=COLOURS[0], label=name)
    ax.plot(x, slope, color=COLOURS[1], linestyle="--", label=f"derivative of {name}")
    return _finish(ax, "x", "")


def compare(
    activations: Sequence[Activation] | Mapping[str, Activation],
    low: float = -5.0,
    high: float = 5.0,
    derivative: bool = False,
    ax: Any = None,
) -> Any:
    """Draws several activations (or their derivatives) over [low, high] on one pair of axes.

    Args:
        activations: Each as for `draw`; a mapping gives them names for the legend.
        low, high, ax: As for `draw`.
        derivative: Whether to draw the derivatives instead.

    Raises:
        ValueError: no activations, or what `draw` refuses.
    """
    named = dict(activations) if isinstance(activations, Mapping) else {_name(a): a for a in activations}
    if not named:
        raise ValueError("compare needs at least one activation. Received: none")
    x, ax = _grid(low, high), _axes(ax)
    for place, (name, activation) in enumerate(named.items()):
        y = _evaluate(activation, x)[1 if derivative else 0]
        ax.plot(x, y, color=COLOURS[place % 7], linestyle=STYLES[place // 2 % 4], label=name)
    return _finish(ax, "x", "derivative" if derivative else "")


def length_map(activations: Sequence[Activation] | Mapping[str, Activation], ax: Any = None) -> Any:
    """Draws the length map under each one's exact gain: the factor per layer on the pre-activation's second moment q.

    All curves pass through 1 at q = 1, the fixed point that the gain makes. One that falls there pulls q back to 1; one
    that rises pushes it away, layer by layer: the gain is unstable. ReLU's is level: it keeps any q.

    Args:
        activations: As for `compare`.
        ax: As for `draw`.
    """
    named = dict(activations) if isinstance(activations, Mapping) else {_name(a): a for a in activations}
    q, ax = np.geomspace(0.1, 10.0, 41), _axes(ax)
    for place, (name, activation) in enumerate(named.items()):
        exact = gain(activation)
        factor = [gain(activation, float(v)).power * exact.forward**2 / v for v in q]
        label = f"{name}: slope {exact.length_slope:.2f}{', unstable' if exact.unstable else ''}"
        ax.plot(q, factor, color=COLOURS[place % 7], linestyle=STYLES[place // 2 % 4], label=label)
    ax.set(xscale="log", yscale="log")
    return _finish(ax, "second moment q of the pre-activation", "q of the next layer / q")


def gain_curve(activations: Sequence[Activation] | Mapping[str, Activation], ax: Any = None) -> Any:
    """Draws the exact forward gain against the size of the pre-activation (its standard deviation, 0.1 to 10).

    A level line means that the gain holds at any scale (ReLU); the steeper, the more it depends on the input's scale.

    Args:
        activations: As for `compare`.
        ax: As for `draw`.
    """
    named = dict(activations) if isinstance(activations, Mapping) else {_name(a): a for a in activations}
    sigma, ax = np.geomspace(0.1, 10.0, 41), _axes(ax)
    for place, (name, activation) in enumerate(named.items()):
        exact = [gain(activation, float(s * s)).forward for s in sigma]
        ax.plot(sigma, exact, color=COLOURS[place % 7], linestyle=STYLES[place // 2 % 4], label=name)
    ax.set(xscale="log", yscale="log")
    return _finish(ax, "standard deviation of the pre-activation", "forward gain")


def _grid(low: float, high: float) -> Array:
    if not low < high:
        raise ValueError(f"low must be below high. Received: low={low!r}, high={high!r}")
    return np.linspace(low, high, 2000)


def _evaluate(activation: Activation, x: Array) -> tuple[Array, Array]:
    """Values and derivatives: of a callable by the backend itself, of a name by this package's formula."""
    if callable(activation):
        return differentiated(activation)(x)
    known = resolve(activation)
    if not isinstance(known, Known) or known.name not in SHAPES:
        raise ValueError(f"only activations of one input can be drawn. Received: {activation!r}")
    return SHAPES[known.name](**known.parameters).both(x)


def _name(activation: Activation) -> str:
    known = resolve(activation)
    return str(known) if isinstance(known, Known) else str(getattr(known, "__name__", type(known).__name__))


def _axes(ax: Any) -> Any:
    """The axes given, or those of a new figure."""
    if ax is not None:
        return ax
    try:
        pyplot: Any = importlib.import_module("matplotlib.figure")
    except ImportError as error:
        raise ImportError("pictures need Matplotlib: pip install 'keras-act[plot]'") from error
    make: Callable[..., Any] = pyplot.Figure
    return make(figsize=(6.4, 3.8), dpi=100, layout="constrained").add_subplot()


def _finish(ax: Any, across: str, up: str) -> Any:
    ticker: Any = importlib.import_module("matplotlib.ticker")
    ax.grid(color="0.9")
    ax.set_axisbelow(True)
    if ax.get_xscale() == "linear":
        ax.axhline(0, color="0.6", linewidth=0.8)
        ax.axvline(0, color="0.6", linewidth=0.8)
    ax.spines[["top", "right"]].set_visible(False)
    ax.set(xlabel=across, ylabel=up)
    for axis in (ax.xaxis, ax.yaxis):
        if axis.get_scale() == "log":  # few powers of ten are in sight: plain numbers, some between
            axis.set_major_locator(ticker.LogLocator(subs=(1.0, 2.0, 5.0)))
            axis.set_major_formatter(ticker.FormatStrFormatter("%g"))
            axis.set_minor_locator(ticker.NullLocator())
    ax.legend(frameon=False)
    return ax
