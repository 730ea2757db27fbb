"""Which canonical operation a stored class is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from linter.read.normalise import names, ours, values

MERGE_MODES = {
    "sum": "Add",
    "mul": "Multiply",
    "concat": "Concatenate",
    "ave": "Average",
    "max": "Maximum",
    "min": "Minimum",
    "dot": "Dot",
    "cos": "Dot",
}
OPERATIONS = {
    "add": "Add",
    "addv2": "Add",
    "__operators__.add": "Add",
    "math.add": "Add",
    "subtract": "Subtract",
    "math.subtract": "Subtract",
    "multiply": "Multiply",
    "math.multiply": "Multiply",
    "mul": "Multiply",
    "sub": "Subtract",
    "realdiv": "Divide",
    "divide": "Divide",
    "true_divide": "Divide",
    "math.divide": "Divide",
    "maximum": "Maximum",
    "math.maximum": "Maximum",
    "minimum": "Minimum",
    "math.minimum": "Minimum",
    "math.truediv": "Divide",
    "concat": "Concatenate",
    "concatv2": "Concatenate",
    "concatenate": "Concatenate",
    "reshape": "Reshape",
    "transpose": "Transpose",
    "squeeze": "Squeeze",
    "expand_dims": "ExpandDims",
    "matmul": "MatMul",
    "linalg.matmul": "MatMul",
    "einsum": "Einsum",
    "mean": "Mean",
    "math.reduce_mean": "Mean",
    "sum": "Sum",
    "math.reduce_sum": "Sum",
    "max": "Max",
    "math.reduce_max": "Max",
    "get_item": "GetItem",
    "__operators__.getitem": "GetItem",
    "slicing_op_lambda": "GetItem",
    "flip": "Flip",
    "stack": "Stack",
    "split": "Split",
    "cast": "Cast",
    "any": "Any",
    "all": "All",
    "min": "Min",
    "math.reduce_min": "Min",
    "prod": "Prod",
    "var": "Var",
    "std": "Std",
    "logsumexp": "Logsumexp",
    "pad": "Pad",
    "repeat": "Repeat",
    "tile": "Tile",
    "one_hot": "OneHot",
    "normalize": "Normalize",
}
"""Functions applied to symbolic tensors, which Keras 2 stores as TFOpLambda and Keras 3 under a module keras...ops."""

OPERATION_ACTIVATIONS = names.words(
    """
    relu relu6 leaky_relu elu selu celu gelu silu softplus softsign sigmoid tanh softmax log_softmax hard_sigmoid
    hard_silu hard_tanh hard_shrink mish log_sigmoid squareplus soft_shrink sparse_plus sparsemax tanh_shrink
    threshold exp glu
    """
)


def operation(
    class_name: str, module: str | None, registered: Any, config: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    """Return the canonical op of a stored layer and its configuration under Keras 3 names."""
    if isinstance(module, str) and ".ops." in module and names.is_keras_module(module):
        return _function(values.snake(class_name), config)
    if class_name in ("TFOpLambda", "SlicingOpLambda"):
        return _function(str(config.get("function", class_name)), config)
    if class_name == "TensorFlowOpLayer":
        return _function(_node_op(config), config)
    if class_name == "Merge":
        op = MERGE_MODES.get(str(config.get("mode")), "Unknown")
        return op, {**config, "axis": config.get("concat_axis", -1)}
    if ours.is_ours(registered):
        return ours.operation(class_name, config)
    foreign = isinstance(registered, str) and ">" in registered and not registered.startswith(("keras>", "Keras>"))
    if foreign or not names.is_keras_module(module):
        return "Unknown", dict(config)
    op, settings = _builtin(names.RENAMED.get(class_name, class_name), config)
    if (
        op == "Unknown" and module is None and class_name[:1].isupper()
    ):  # legacy files of Keras 3 hold functions without their module
        return _function(values.snake(class_name), config)
    return op, settings


def _builtin(op: str, config: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    settings = names.canonical_arguments(op, config)
    if op == "Highway" or op == "MaxoutDense":
        return "Unknown", settings
    if op in names.ACTIVATION_LAYERS:
        return "Activation", settings
    if op in names.MODELS or isinstance(config.get("layers"), list):
        return "Model", settings
    return (op if op in names.KNOWN else "Unknown"), settings


def _function(name: str, config: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    bare = name.lower()
    for prefix in ("tf.", "compat.v1.", "nn.", "keras.activations."):
        bare = bare.removeprefix(prefix)
    plain = bare.removeprefix("math.")
    if plain in OPERATION_ACTIVATIONS:
        return "Activation", {**config, "activation": plain}
    op = OPERATIONS.get(bare) or names.ELEMENTWISE.get(values.snake(plain).replace("_", ""), "Unknown")
    return op, dict(config)


def _node_op(config: Mapping[str, Any]) -> str:
    definition = config.get("node_def")
    if isinstance(definition, str):
        try:
            definition = json.loads(definition)
        except ValueError:
            return ""
    return str(definition.get("op", "")) if isinstance(definition, Mapping) else ""
