"""Variables of normalisations, attention and learnt activations: from configuration and input shape, in Keras's
order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from linter.graph import Shape
from linter.read.normalise.variable import Variable

Maker = Callable[[Mapping[str, Any], Shape], tuple[Variable, ...]]


def _normalised(config: Mapping[str, Any], inputs: Shape) -> Shape:
    axis = config.get("axis", -1)
    axes = axis if isinstance(axis, list | tuple) else [axis]
    try:
        return tuple(inputs[a] for a in sorted(axes, key=lambda a: a % max(len(inputs), 1)))
    except (IndexError, TypeError):
        return (None,) * len(axes)


def _scale_and_center(config: Mapping[str, Any], shape: Shape) -> tuple[Variable, ...]:
    gamma = (Variable("gamma", shape=shape),) if config.get("scale", True) else ()
    beta = (Variable("beta", shape=shape),) if config.get("center", True) else ()
    return (*gamma, *beta)


def _batch_normalization(config: Mapping[str, Any], inputs: Shape) -> tuple[Variable, ...]:
    shape = _normalised(config, inputs)
    moving = (Variable("moving_mean", False, shape), Variable("moving_variance", False, shape))
    return (*_scale_and_center(config, shape), *moving)


def _layer_normalization(config: Mapping[str, Any], inputs: Shape) -> tuple[Variable, ...]:
    shape = _normalised(config, inputs)
    if config.get("rms_scaling"):
        return (Variable("gamma", shape=shape),)
    return _scale_and_center(config, shape)


def _group_normalization(config: Mapping[str, Any], inputs: Shape) -> tuple[Variable, ...]:
    return _scale_and_center(config, _normalised(config, inputs))


def _rms_normalization(config: Mapping[str, Any], inputs: Shape) -> tuple[Variable, ...]:
    return (Variable("scale", shape=_normalised(config, inputs)),)


def _normalization(config: Mapping[str, Any], inputs: Shape) -> tuple[Variable, ...]:
    if config.get("mean") is not None and config.get("variance") is not None:
        return ()
    axis = config.get("axis", -1)
    shape = () if axis is None else _normalised(config, inputs)
    return (Variable("mean", False, shape), Variable("variance", False, shape), Variable("count", False, ()))


def _multi_head_attention(config: Mapping[str, Any], inputs: Shape) -> tuple[Variable, ...]:
    heads, key_dim = config.get("num_heads"), config.get("key_dim")
    value_dim = config.get("value_dim") or key_dim
    target = config.get("output_shape")
    target = [target] if isinstance(target, int) else target
    width = inputs[-1] if inputs else None
    last: Shape = tuple(target) if isinstance(target, list | tuple) else (width,)
    sizes = {"query": (width, heads, key_dim), "key": (None, heads, key_dim), "value": (None, heads, value_dim)}
    return _projections(config, {**sizes, "output": (heads, value_dim, *last)})


def _group_query_attention(config: Mapping[str, Any], inputs: Shape) -> tuple[Variable, ...]:
    size, many, few = config.get("head_dim"), config.get("num_query_heads"), config.get("num_key_value_heads")
    width = inputs[-1] if inputs else None
    sizes = {"query": (width, many, size), "key": (None, few, size), "value": (None, few, size)}
    return _projections(config, {**sizes, "output": (many, size, width)})


def _projections(config: Mapping[str, Any], kernels: Mapping[str, Shape]) -> tuple[Variable, ...]:
    """A kernel each, and a bias over what it puts out: all axes but the first, or the first two of the output
    projection."""
    out: list[Variable] = []
    for role, shape in kernels.items():
        out.append(Variable(f"{role}_kernel", shape=shape))
        if config.get("use_bias", True):
            out.append(Variable(f"{role}_bias", shape=shape[2 if role == "output" else 1 :]))
    return tuple(out)


def _attention(config: Mapping[str, Any], inputs: Shape) -> tuple[Variable, ...]:
    return (Variable("scale", shape=()),) if config.get("use_scale") else ()


def _additive_attention(config: Mapping[str, Any], inputs: Shape) -> tuple[Variable, ...]:
    return (Variable("scale", shape=(inputs[-1] if inputs else None,)),) if config.get("use_scale", True) else ()


def _prelu(config: Mapping[str, Any], inputs: Shape) -> tuple[Variable, ...]:
    shared = config.get("shared_axes")
    shape = list(inputs[1:])
    for axis in shared if isinstance(shared, list | tuple) else ():
        if isinstance(axis, int) and 1 <= axis <= len(shape):
            shape[axis - 1] = 1
    known = bool(inputs) and not any(isinstance(axis, int) and axis < 0 for axis in shared or ())
    return (Variable("alpha", shape=tuple(shape) if known else None),)


def _spectral(config: Mapping[str, Any], inputs: Shape) -> tuple[Variable, ...]:
    return (Variable("vector_u", False),)


MAKERS: dict[str, Maker] = {
    "BatchNormalization": _batch_normalization,
    "LayerNormalization": _layer_normalization,
    "GroupNormalization": _group_normalization,
    "RMSNormalization": _rms_normalization,
    "Normalization": _normalization,
    "MultiHeadAttention": _multi_head_attention,
    "GroupQueryAttention": _group_query_attention,
    "Attention": _attention,
    "AdditiveAttention": _additive_attention,
    "Activation": _prelu,
    "SpectralNormalization": _spectral,
}
