"""Output shapes of functions on symbolic tensors: keras.ops of Keras 3, TFOpLambda of Keras 2, both with their
arguments anywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from linter.graph import Shape
from linter.read.normalise.shapes_plain import Shapes, filled, known


def tensor_shape(value: Any) -> Shape | None:
    """Return the shape of a constant that was given to a function: a number's is (), a stored tensor's its own; None
    for anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return ()
    if not isinstance(value, Mapping) or value.get("class_name") != "__tensor__":
        return None
    config = value.get("config")
    item = config.get("value") if isinstance(config, Mapping) else None
    sizes: list[int | None] = []
    while isinstance(item, list):
        sizes.append(len(item))
        item = item[0] if item else None
    return tuple(sizes)


def _argument(config: Mapping[str, Any], *names: str) -> Any:
    """Return the first of `names` that the configuration or the call has."""
    call = config.get("call", {})
    return next((found[name] for found in (config, call) for name in names if found.get(name) is not None), None)


def _axes(value: Any, rank: int) -> list[int]:
    if value is None:
        return list(range(rank))
    return [axis % rank for axis in (value if isinstance(value, list | tuple) else [value])]


def _reduced(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    first = known(inputs)
    axes = _axes(_argument(config, "axis", "1"), len(first))
    keep = bool(_argument(config, "keepdims", "2"))
    return tuple(1 if axis in axes else size for axis, size in enumerate(first) if keep or axis not in axes)


def _transposed(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    first, axes = known(inputs), _argument(config, "axes", "perm", "1")
    return tuple(first[axis] for axis in axes) if axes is not None else first[::-1]


def _expanded(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    first = known(inputs)
    axis = _argument(config, "axis", "1")
    at = axis % (len(first) + 1)
    return (*first[:at], 1, *first[at:])


def _squeezed(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    first, axis = known(inputs), _argument(config, "axis", "1")
    if axis is None or axis == []:
        return tuple(size for size in first if size != 1) if None not in first[1:] else None
    return tuple(size for i, size in enumerate(first) if i not in _axes(axis, len(first)))


def _reshaped(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    first = known(inputs)
    if "target_shape" in config:  # the layer
        return (first[0], *filled(config["target_shape"], first[1:]))
    target = _argument(config, "newshape", "shape", "1")
    if target[0] in (-1, None):  # the batch, unless another axis took part of it
        return (first[0], *(size if size != -1 else None for size in target[1:]))
    return filled(target, first)


def _multiplied(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    one = known(inputs)
    two = inputs[1] if len(inputs) > 1 else tensor_shape(_argument(config, "1", "b"))
    if two is None or len(two) < 2 or len(one) < 2:
        return None
    wide = two[-2] if _argument(config, "transpose_b") else two[-1]
    tall = one[-1] if _argument(config, "transpose_a") else one[-2]
    longer = one if len(one) >= len(two) else two
    return (*longer[:-2], tall, wide)


def _indexed(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    """Numbers drop an axis, slices cut one, an ellipsis stands for all that are left."""
    first, keys = known(inputs), _argument(config, "1", "slice_spec", "key")
    keys = keys if isinstance(keys, list) else [keys]
    out: list[int | None] = []
    axis = 0
    for i, key in enumerate(keys):
        if _is_ellipsis(key):
            rest = len(first) - axis - (len(keys) - i - 1)
            out += first[axis : axis + rest]
            axis += rest
        elif isinstance(key, int):
            axis += 1
        else:
            out.append(_cut(first[axis], key))
            axis += 1
    return (*out, *first[axis:])


def _is_ellipsis(key: Any) -> bool:
    return key == "..." or (isinstance(key, Mapping) and key.get("class_name") == "__ellipsis__")


def _cut(size: int | None, key: Mapping[str, Any]) -> int | None:
    found = key.get("config", key)
    if found.get("start") is None and found.get("stop") is None and found.get("step") is None:
        return size
    return (
        None
        if size is None
        else len(range(*slice(found.get("start"), found.get("stop"), found.get("step")).indices(size)))
    )


def _stacked(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    first, axis = known(inputs), _argument(config, "axis") or 0
    at = axis % (len(first) + 1)
    return (*first[:at], len(inputs), *first[at:])


MAKERS: dict[str, Callable[[Mapping[str, Any], Shapes], Shape | None]] = {
    **dict.fromkeys(("Mean", "Sum", "Max", "Min", "Any", "All", "Prod", "Var", "Std", "Logsumexp"), _reduced),
    "Transpose": _transposed,
    "ExpandDims": _expanded,
    "Squeeze": _squeezed,
    "Reshape": _reshaped,
    "MatMul": _multiplied,
    "GetItem": _indexed,
    "Stack": _stacked,
}
