"""Which activation is meant: a name, a function or a layer, of Keras or of ours, becomes a name of the catalogue with
parameters.

Anything else stays a callable, whose moments are found numerically.
"""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import keras
import numpy as np

from keras_act.gains.catalogue import ALIASES, NAMES, parameters_of

OURS = ("keras", "keras_act")


class Known(NamedTuple):
    """A name of the catalogue and the parameters that were given."""

    name: str
    parameters: dict[str, Any]

    def __str__(self) -> str:
        if not self.parameters:
            return self.name
        return f"{self.name}({', '.join(f'{key}={value:g}' for key, value in self.parameters.items())})"


Activation = str | Callable[..., Any] | None


def resolve(activation: Activation, parameters: Mapping[str, Any] | None = None) -> Known | Callable[[Any], Any]:
    """Finds the activation in the catalogue.

    Args:
        activation: None or a name ("leaky_relu"; Keras's spellings too), a function of Keras or keras_act, a partial
            of one,
            a layer (LeakyReLU(0.1), Squareplus(b=1.0), Activation("gelu")), or any other callable.
        parameters: Overrides of its parameters.

    Returns:
        Known, or the callable itself where it is none of these.

    Raises:
        ValueError: no such name, no such parameter, or no activation at all.
    """
    given = dict(parameters or {})
    if activation is None:
        return _known("linear", given)
    if isinstance(activation, str):
        return _named(activation, given)
    if not callable(activation):
        raise ValueError(f"an activation is a name, a function or a layer. Received: {activation!r}")
    found = _of_layer(activation) if isinstance(activation, keras.layers.Layer) else _of_function(activation)
    if isinstance(found, Known):
        return _known(found.name, {**found.parameters, **given})
    if given:
        raise ValueError(f"parameters belong to known activations only. Received: {given} for {activation!r}")
    return found


def _named(name: str, given: dict[str, Any]) -> Known | Callable[[Any], Any]:
    plain = name.split(">")[-1].lower()
    plain = ALIASES.get(plain, plain)
    if plain in NAMES:
        return _known(plain, given)
    raise ValueError(
        f"unknown activation. Received: {name!r}. Known are: {', '.join(sorted(NAMES))}; or pass the function itself"
    )


def _known(name: str, given: dict[str, Any]) -> Known:
    allowed = parameters_of(name)
    surplus = set(given) - set(allowed)
    if surplus:
        raise ValueError(f"{name} has the parameters {sorted(allowed)}. Received: {given}")
    for key, value in given.items():
        if isinstance(value, bool) or value is None:
            continue
        if not isinstance(value, int | float) or value != value or abs(value) == float("inf"):
            raise ValueError(f"{name}: {key} must be a finite number. Received: {key}={value!r}")
    return Known(name, {key: value for key, value in given.items() if value != allowed[key]})


def _of_function(function: Callable[..., Any]) -> Known | Callable[..., Any]:
    """A function of Keras or of ours, recognised by module and name; its own defaults count."""
    bound = dict(function.keywords) if isinstance(function, functools.partial) else {}
    inner = function.func if isinstance(function, functools.partial) else function
    name, module = getattr(inner, "__name__", ""), getattr(inner, "__module__", "") or ""
    name = ALIASES.get(name, name)
    if module.split(".")[0] not in OURS or name not in NAMES or isinstance(function, type):
        return function
    if isinstance(function, functools.partial) and function.args:
        return function
    defaults = {
        key: p.default
        for key, p in inspect.signature(inner).parameters.items()
        if p.default is not inspect.Parameter.empty
    }
    return _translate(name, {**defaults, **bound}, function)


def _of_layer(layer: Any) -> Known | Callable[..., Any]:
    """A layer of Keras or of ours, recognised by class; its config counts, a learnt parameter by its start."""
    if type(layer).__module__.split(".")[0] not in OURS:
        return layer  # type: ignore[no-any-return]
    if isinstance(layer, keras.layers.Activation):
        return resolve(layer.activation)
    plain = type(layer).__name__.lower()  # LeakyReLU -> leakyrelu
    name = next((name for name in NAMES if name.replace("_", "") == plain), "")
    if name == "prelu":
        return _known(name, {"alpha": _start_of(layer)})
    return _translate(name, layer.get_config(), layer) if name else layer


def _start_of(layer: Any) -> float:
    """The root mean square of PReLU's slopes: that one slope has the power of them all."""
    slopes = layer.alpha if layer.built else layer.alpha_initializer((256,))
    return float(np.sqrt(np.mean(np.square(keras.ops.convert_to_numpy(slopes), dtype=np.float64))))


def _translate(name: str, config: Mapping[str, Any], original: Callable[..., Any]) -> Known | Callable[..., Any]:
    """Picks the parameters out of a config or a signature; Keras's symmetric threshold of the shrinks becomes two."""
    values = dict(config)
    if name in ("hard_shrink", "soft_shrink") and "threshold" in values:
        values.update(lower=-values["threshold"], upper=values["threshold"])
    allowed = parameters_of(name)
    chosen = {key: values[key] for key in allowed if key in values}
    plain = all(value is None or isinstance(value, int | float) for value in chosen.values())
    return _known(name, chosen) if plain else original
