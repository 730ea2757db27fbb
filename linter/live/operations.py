"""Functions applied to tensors, by canonical name: what Keras stores for `x / 2` or `keras.ops.mean(x)`.

Each is called by the signature of its namesake in `keras.ops`; an argument that is not understood is an error, never
left out.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import accumulate
from typing import Any

import keras

from linter.graph import Node
from linter.live.construct import CannotRebuildError
from linter.read.normalise.names import ACTIVATION_LAYERS, MERGES, words
from linter.read.normalise.values import snake

PLAIN = words(
    """
    Absolute Add All Any Average Cast Ceil Clip Concatenate Cos Divide Einsum Equal Erf ExpandDims Expm1 Flip Floor
    GetItem Greater GreaterEqual Less LessEqual Log Log1p LogicalAnd LogicalNot LogicalOr Logsumexp Matmul Max Maximum
    Mean Min Minimum Multiply Negative Normalize NotEqual OneHot Pad Power Prod Reciprocal Repeat Reshape Round Rsqrt
    Sign Sin Split Sqrt Square Squeeze Stack Std Subtract Sum Tile Transpose Var Where
    """
)
FUNCTIONS = {name: snake(name) for name in PLAIN} | {
    "Abs": "absolute",
    "MatMul": "matmul",
    "Pow": "power",
    "IsFinite": "isfinite",
    "IsNan": "isnan",
}
LISTS = frozenset(("Concatenate", "Stack"))
"""Functions whose first argument is a list of tensors."""
ALIASES = {
    "x": "x1",
    "y": "x2",
    "a": "x1",
    "b": "x2",
    "perm": "axes",
    "shape": "newshape",
    "reduction_indices": "axis",
    "keep_dims": "keepdims",
    "slice_spec": "key",
    "num_or_size_splits": "indices_or_sections",
    "paddings": "pad_width",
    "depth": "num_classes",
    "multiples": "repeats",
    "clip_value_min": "x_min",
    "clip_value_max": "x_max",
}
"""What Keras 2, after TensorFlow, calls what keras.ops calls otherwise."""


def is_operation(node: Node) -> bool:
    """Whether a node is a function of tensors rather than the layer of the same name.

    A layer takes its tensors as one list and has nothing but them.
    """
    if node.op == "Activation":
        return activation(node) is not None
    if node.op not in FUNCTIONS:
        return False
    if node.op in MERGES:
        apart = any(edge.argument not in ("", "mask") for edge in node.inputs)
        return apart or len(node.inputs) == 1 or bool(node.config.get("call", {}).keys() - {"training", "mask"})
    return node.op != "Reshape" or "target_shape" not in node.config


def activation(node: Node) -> Callable[[Any], Any] | None:
    """Return the function of an activation that was called with parameters of its own, as `gelu(x, approximate=True)`;
    None for any other.
    """
    known = node.activation.name if node.activation else ""
    if node.activation is None or ">" in node.activation.spelling or node.class_name in ACTIVATION_LAYERS:
        return None
    if not hasattr(keras.ops, known):
        return None
    names = _parameters(known)[1:]
    given = {key: value for key, value in node.config.items() if key in names and value is not None}
    for argument, value in node.config.get("call", {}).items():
        place = _place(argument, ("x", *names), value)
        if place:
            given[place] = value
    return partial(getattr(keras.ops, known), **given) if given else None


def apply(node: Node, tensors: Sequence[Any]) -> Any:
    """Return the result of an operation node; raises CannotRebuildError where its arguments are not understood."""
    try:
        if node.op == "Activation":
            function = activation(node)
            assert function is not None
            return function(tensors[0])
        given = _bound(node, tensors)
        if node.op == "Einsum":
            return keras.ops.einsum(node.config["subscripts"], *tensors)
        if node.op == "GetItem":
            return given["x"][given["key"]]
        return getattr(keras.ops, FUNCTIONS[node.op])(**given)
    except (LookupError, TypeError, ValueError) as error:
        told = (str(error).strip() or type(error).__name__).splitlines()[0][:150]
        raise CannotRebuildError(f"{node.class_name} cannot be applied: {told}") from None


def _bound(node: Node, tensors: Sequence[Any]) -> dict[str, Any]:
    """Return the arguments of the function, by name."""
    if node.op == "Einsum":
        return {}
    names = ("x", "key") if node.op == "GetItem" else _parameters(FUNCTIONS[node.op])
    constants: Mapping[str, Any] = node.config.get("call", {})
    bound = {key: _value(value) for key, value in node.config.items() if key in names and value is not None}
    for argument, value in constants.items():
        place = _place(argument, names, value)
        if place:
            bound[place] = _value(value)
    loose = [tensor for edge, tensor in zip(node.inputs, tensors, strict=True) if not edge.argument]
    for edge, tensor in zip(node.inputs, tensors, strict=True):
        if edge.argument:
            bound[_place(edge.argument, names, tensor)] = tensor
    if node.op in LISTS:
        bound[names[0]] = loose
    else:
        free = [name for name in names if name not in bound]
        bound |= dict(zip(free, loose, strict=False))
    if node.op == "Split" and "num_or_size_splits" in constants and isinstance(bound["indices_or_sections"], tuple):
        bound["indices_or_sections"] = list(accumulate(bound["indices_or_sections"]))[:-1]  # sizes, not borders
    return bound


def _parameters(function: str) -> tuple[str, ...]:
    return tuple(inspect.signature(getattr(keras.ops, function)).parameters)


def _place(argument: str, names: Sequence[str], value: Any) -> str:
    """Return the parameter that a stored argument is for; "" for one that says nothing."""
    if not argument or argument.isdecimal():
        return names[int(argument or 0)]
    found = argument if argument in names else ALIASES.get(argument, "")
    if found in names:
        return found
    if argument == "name" or value is None or value is False:
        return ""
    raise ValueError(f"its argument {argument!r} is not understood")


def _value(value: Any) -> Any:
    """Return a stored constant as Python has it; lists become tuples, as sizes, axes and keys are to be."""
    if isinstance(value, list | tuple):
        return tuple(map(_value, value))
    if value == "...":
        return Ellipsis
    if not isinstance(value, Mapping):
        return value
    kind, found = value.get("class_name"), value.get("config", value)
    if kind == "__ellipsis__":
        return Ellipsis
    if kind == "__slice__" or "start" in value:
        return slice(found.get("start"), found.get("stop"), found.get("step"))
    if kind in ("__tensor__", "__numpy__"):
        return keras.ops.convert_to_tensor(found["value"], dtype=found.get("dtype"))
    if kind == "DTypePolicy":
        return found["name"]
    if kind == "__tuple__":
        return tuple(map(_value, value["items"]))
    raise ValueError(f"a constant of the kind {str(kind)[:40]!r} is not understood")
