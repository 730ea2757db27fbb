"""Puts slices of weights, and of what the optimizer remembers of them, back to a start. It knows no graph."""

from typing import Any

import keras
import numpy as np

from keras_act.callbacks._wiring import Slices


def restart(slices: Slices, units: Any, total: int, optimizer: Any, random: np.random.Generator) -> None:
    """Redraws the slices of `units` from the initializer (or zeroes them), and their optimizer state.

    Args:
        slices: The weight and its unit axis.
        units: Indices of units, shape (k,).
        total: How many units there are.
        optimizer: The model's optimizer, or None.
        random: Where seeds come from: an initializer with a seed would draw the same values again.
    """
    size = slices.variable.shape[slices.axis]
    rows = np.flatnonzero(np.isin(np.arange(size) % total, units))
    start = 0.0 if slices.initializer is None else _drawn(slices, random)
    _write(slices.variable, slices.axis, rows, start)
    for state, fresh in _states(optimizer, slices.variable):
        _write(state, slices.axis, rows, fresh)


def _drawn(slices: Slices, random: np.random.Generator) -> Any:
    """Values of the whole weight, so that its fans are right, from the initializer with another seed."""
    config = slices.initializer.get_config()
    if "seed" in config:
        config["seed"] = int(random.integers(2**31))
    again = type(slices.initializer).from_config(config)
    return _numpy(again(tuple(slices.variable.shape), dtype=slices.variable.dtype))


def _write(variable: Any, axis: int, rows: Any, start: Any) -> None:
    """Sets the slices `rows` along `axis` to those of `start`, an array of the same shape or a number."""
    values = np.moveaxis(_numpy(variable).copy(), axis, 0)
    values[rows] = np.moveaxis(start, axis, 0)[rows] if np.ndim(start) else start
    variable.assign(np.moveaxis(values, 0, axis))


def _states(optimizer: Any, variable: Any) -> list[tuple[Any, Any]]:
    """What the optimizer keeps per entry of a weight, each with its start: momenta, accumulators, averages."""
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    if optimizer is None or not optimizer.built:
        return []
    trained = [id(one) for one in optimizer._trainable_variables]
    if id(variable) not in trained:
        return []
    fresh = type(optimizer).from_config(optimizer.get_config())
    fresh.build([variable])
    at, found = trained.index(id(variable)), []
    for name, kept in vars(optimizer).items():
        if name != "_trainable_variables" and isinstance(kept, list) and len(kept) == len(trained):
            state, start = kept[at], vars(fresh)[name][0]
            if isinstance(state, keras.Variable) and state.shape == variable.shape:
                averaged = name == "_model_variables_moving_average"
                found.append((state, _numpy(variable if averaged else start)))
    return found


def _numpy(tensor: Any) -> Any:
    return np.asarray(keras.ops.convert_to_numpy(tensor))
