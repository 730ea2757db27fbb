"""Shapes of activations that mix features: gated units halve an axis, Maxout divides it, CReLU doubles it."""

from __future__ import annotations

from linter.graph import Activation, Shape

HALVING = frozenset(("glu", "reglu", "geglu", "swiglu"))


def resized(activation: Activation | None, shape: Shape | None) -> Shape | None:
    """Return what an activation makes of a shape; None where that cannot be."""
    if activation is None or shape is None:
        return shape
    name, given = activation.name, activation.parameters
    axis = given.get("axis", -1)
    if name not in HALVING | {"crelu", "maxout", "multivariate_softplus"}:
        return shape
    if not isinstance(axis, int) or not -len(shape) <= axis < len(shape):
        return None
    at = axis % len(shape)
    if name == "multivariate_softplus":
        return (*shape[:at], *((1,) if given.get("keepdims") else ()), *shape[at + 1 :])
    pieces = given.get("pieces", 2)
    size, divisor = shape[at], 2 if name in HALVING else pieces if name == "maxout" else 1
    if size is not None and isinstance(divisor, int) and divisor > 0:
        size = size * 2 if name == "crelu" else size // divisor
    return (*shape[:at], size, *shape[at + 1 :])
