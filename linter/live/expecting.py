"""What a model takes, told from its graph alone: so that data that do not fit are refused before Keras is loaded."""

from __future__ import annotations

from linter.graph import ModelGraph
from linter.live.samples import Expected


def expected_of(graph: ModelGraph) -> tuple[Expected, ...]:
    """Return the inputs in the stored model's order; raises ValueError where the file does not say their shapes."""
    found = []
    for node in graph.nodes:
        if node.op == "InputLayer":
            if node.shape is None:
                raise ValueError(f"the file does not say what shape its input {node.layer!r} has")
            found.append(Expected(node.layer, (None, *node.shape[1:]), _dtype(node.config.get("dtype"), node.dtype)))
    if not found:
        told = (*(item.reason for item in graph.unanalysed), "it has no inputs")
        raise ValueError(f"the model cannot be rebuilt: {told[0]}")
    layers = {node.name: node.layer for node in graph.nodes}
    order = {layers.get(name, name): place for place, name in enumerate(graph.inputs)}
    return tuple(sorted(found, key=lambda item: order.get(item.name, len(order))))


def _dtype(stored: object, otherwise: str) -> str:
    return stored if isinstance(stored, str) else otherwise
