"""Checks of hyper-parameters: each raises a ValueError that says what was received. Tensors pass, they are learnt."""

import math
from numbers import Real
from typing import Any


def is_number(value: Any) -> bool:
    """True for Python's and NumPy's numbers, which are constants; tensors and variables are not."""
    return isinstance(value, Real) and not isinstance(value, bool)


def finite(name: str, value: Any) -> None:
    """Refuses what is neither a tensor nor a finite number."""
    if value is None or isinstance(value, bool | str):
        raise ValueError(f"{name} must be a finite number. Received: {name}={value!r}")
    if is_number(value) and not math.isfinite(value):
        raise ValueError(f"{name} must be finite. Received: {name}={value!r}")


def between(name: str, value: Any, low: float, high: float) -> None:
    """Refuses a number outside the closed interval [low, high]."""
    finite(name, value)
    if is_number(value) and not low <= value <= high:
        raise ValueError(f"{name} must lie in [{low:g}, {high:g}]. Received: {name}={value!r}")


def at_least_zero(name: str, value: Any) -> None:
    """Refuses a negative number."""
    finite(name, value)
    if is_number(value) and value < 0:
        raise ValueError(f"{name} must be >= 0. Received: {name}={value!r}")


def positive(name: str, value: Any) -> None:
    """Refuses zero and negative numbers."""
    finite(name, value)
    if is_number(value) and value <= 0:
        raise ValueError(f"{name} must be > 0. Received: {name}={value!r}")


def ordered(low_name: str, low: Any, high_name: str, high: Any) -> None:
    """Refuses low > high."""
    finite(low_name, low)
    finite(high_name, high)
    if is_number(low) and is_number(high) and low > high:
        raise ValueError(f"{low_name} must not exceed {high_name}. Received: {low_name}={low!r}, {high_name}={high!r}")


def whole(name: str, value: Any, low: int) -> None:
    """Refuses what is not an integer of at least `low`."""
    if not isinstance(value, int) or isinstance(value, bool) or value < low:
        raise ValueError(f"{name} must be an integer >= {low}. Received: {name}={value!r}")


def has_axis(name: str, shape: tuple[int | None, ...], axis: Any) -> None:
    """Refuses an axis that `shape` does not have."""
    if not isinstance(axis, int) or isinstance(axis, bool) or not -len(shape) <= axis < len(shape):
        raise ValueError(
            f"axis must be one of the {len(shape)} axes of {name}. Received: axis={axis!r}, {name}.shape={tuple(shape)}"
        )


def divisible(name: str, shape: tuple[int | None, ...], axis: Any, parts: int) -> None:
    """Refuses an axis that is absent, or whose size is unknown or no multiple of `parts`."""
    has_axis(name, shape, axis)
    size = shape[axis]
    if size is None or size % parts:
        raise ValueError(
            f"{name}'s size along axis {axis} must be known and a multiple of {parts}. "
            f"Received: {name}.shape={tuple(shape)}"
        )
