"""gain(): everything known of an activation under N(0, q), whatever it is given as."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from keras_act.gains.autodiff import differentiated
from keras_act.gains.catalogue import moments_of
from keras_act.gains.quadrature import Array, ValueAndSlope, adaptive
from keras_act.gains.resolve import Activation, Known, resolve
from keras_act.gains.result import Gain, Moments


def gain(
    activation: Activation,
    variance: float = 1.0,
    *,
    derivative: Callable[[Array], Array] | None = None,
    tolerance: float = 1e-12,
    **parameters: Any,
) -> Gain:
    """Moments and gains of an activation whose input is normal with mean 0.

    Args:
        activation: A name, a function or layer of Keras or keras_act, or any elementwise callable.
        variance: q > 0, the second moment of the pre-activation.
        derivative: For a callable of NumPy arrays: its derivative, of NumPy arrays too. Without it the callable is
            given
            float64 tensors of the running backend, which differentiates it.
        tolerance: For callables that are not in the catalogue: the relative accuracy to strive for.
        parameters: Of a known activation, by the names that its function has (negative_slope=0.1).

    Returns:
        A Gain. Known activations reach 1e-12 or better; for others look at `accuracy`.

    Raises:
        ValueError: unknown name or parameter, a variance or tolerance that is not positive and finite, or an
        activation that is
            not elementwise or not finite on [-12 sigma, 12 sigma].

    >>> round(gain("relu").forward ** 2, 12)
    2.0
    >>> gain("gelu").unstable, gain("elu").unstable
    (True, False)

    Source: He et al., Delving deep into rectifiers, arXiv:1502.01852; the length map: Poole et al., arXiv:1606.05340.
    """
    _positive("variance", variance)
    _positive("tolerance", tolerance)
    known = resolve(activation, parameters)
    if isinstance(known, Known) and derivative is None:
        moments, accuracy, source = moments_of(known.name, variance, **known.parameters)
        return _gain(str(known), variance, moments, accuracy, source)
    function = activation if callable(activation) else None
    if function is None:
        raise ValueError(f"derivative= goes with a function of NumPy arrays. Received: activation={activation!r}")
    both = _by_hand(function, derivative) if derivative else differentiated(function)
    moments, accuracy = adaptive(_finite(both, function), variance, tolerance)
    return _gain(_name(function), variance, moments, accuracy, "adaptive quadrature")


def _gain(name: str, q: float, moments: Moments, accuracy: float, source: str) -> Gain:
    slope = moments.growth / moments.power if moments.power > 0.0 else math.nan
    return Gain(name, q, moments.mean, moments.power, moments.slope_power, slope, accuracy, source)


def _positive(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise ValueError(f"{name} must be a positive finite number. Received: {name}={value!r}")


def _by_hand(function: Callable[..., Any], derivative: Callable[[Array], Array]) -> ValueAndSlope:
    return lambda x: (np.asarray(function(x), np.float64), np.asarray(derivative(x), np.float64))


def _finite(both: ValueAndSlope, function: Callable[..., Any]) -> ValueAndSlope:
    """The same, refusing NaN and infinity: no expectation exists then, and no panel would ever converge."""

    def checked(x: Array) -> tuple[Array, Array]:
        for part in (pair := both(x)):
            if not np.isfinite(part).all():
                bad = int(np.argmin(np.isfinite(part)))
                what = f"Received: {part[bad]} at x = {x[bad]:g}"
                raise ValueError(f"{_name(function)} or its derivative is not finite. {what}")
        return pair

    return checked


def _name(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__name__", None) or getattr(function, "name", None) or type(function).__name__)
