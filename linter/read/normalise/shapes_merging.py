"""Output shapes of layers that take several tensors: merges, attention, both directions of a Bidirectional."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from linter.graph import Shape
from linter.read.normalise import names
from linter.read.normalise.shapes_functions import tensor_shape
from linter.read.normalise.shapes_plain import Shapes, known


def _merged(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    """Broadcast; a number or a constant tensor may be among the arguments of a function such as add."""
    constants = [tensor_shape(value) for value in config.get("call", {}).values()]
    shapes = [*inputs, *(shape for shape in constants if shape is not None)]
    if not shapes:
        return None
    stated = [shape for shape in shapes if shape is not None]
    if len(stated) < len(shapes):
        return None
    rank = max(map(len, stated))
    padded = [(*(1,) * (rank - len(shape)), *shape) for shape in stated]
    return tuple(_broadcast(sizes) for sizes in zip(*padded, strict=True))


def _broadcast(sizes: tuple[int | None, ...]) -> int | None:
    most = max(size or 0 for size in sizes)
    return None if None in sizes and most <= 1 else most


def _concatenated(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    stated = [shape for shape in inputs if shape is not None]
    if len(stated) < len(inputs) or not stated:
        return None
    axis = config.get("axis", config.get("call", {}).get("axis", -1)) % len(stated[0])
    sizes = [shape[axis] for shape in stated]
    out = list(stated[0])
    out[axis] = None if None in sizes else sum(size for size in sizes if size is not None)
    return tuple(out)


def _dot(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    one, two = inputs[0], inputs[1]
    if one is None or two is None:
        return None
    axes = config["axes"]
    left, right = (axes, axes) if isinstance(axes, int) else axes
    left, right = left % len(one), right % len(two)
    out = (*(s for i, s in enumerate(one) if i != left), *(s for i, s in enumerate(two) if i not in (0, right)))
    return out if len(out) > 1 else (*out, 1)


def _attention(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    query, declared = known(inputs), config.get("output_shape")
    if declared is None:
        return query
    return (*query[:-1], *(declared if isinstance(declared, list | tuple) else [declared]))


def _simple_attention(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    query, value = inputs[0], inputs[1] if len(inputs) > 1 else None
    return (*query[:-1], value[-1]) if query and value else None


def _bidirectional(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    one, two = inputs[0], inputs[1]
    if one is None or two is None:
        return None
    if config["merge_mode"] == "concat":
        return (*one[:-1], None if one[-1] is None or two[-1] is None else one[-1] + two[-1])
    return one


MAKERS: dict[str, Callable[[Mapping[str, Any], Shapes], Shape | None]] = {
    **dict.fromkeys((*names.MERGES, *names.ELEMENTWISE.values(), "Divide"), _merged),
    "Concatenate": _concatenated,
    "Dot": _dot,
    "MultiHeadAttention": _attention,
    "GroupQueryAttention": _attention,
    "Attention": _simple_attention,
    "AdditiveAttention": _simple_attention,
    "BidirectionalMerge": _bidirectional,
}
