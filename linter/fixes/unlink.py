"""Taking a layer out of a stored configuration: what read it now reads what it read."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from linter.fixes.draft import CannotFixError, Draft, Gone, prefixes
from linter.graph import ModelGraph, Node

STARTS = ("batch_input_shape", "batch_shape")
"""What the first layer of an old Sequential model says of the model's input."""


def unlink(draft: Draft, graph: ModelGraph, node: Node) -> None:
    """Take the layer of `node` out; its one input takes its place everywhere. Raises CannotFixError, draft unchanged.

    The layer's entry in the list stays as None until `sweep`, so that pointers hold.
    """
    parent, _, place = node.pointer.rpartition("/")
    stored, layers = draft.layer(node), draft.at(parent) if parent else None
    if node.wrappers or not isinstance(layers, list) or is_shared(graph, node.layer):
        raise CannotFixError(f"{node.layer}: it is wrapped or used more than once")
    if _is_named_output(graph, draft, node):
        raise CannotFixError(f"{node.layer}: the compiled losses know the output by its name")
    name, index = str(stored["config"].get("name", stored.get("name"))), int(place)
    if stored.get("inbound_nodes"):
        _bypass(draft.at(parent.rpartition("/")[0]), name, _only_reference(node, stored["inbound_nodes"]))
    else:
        _hand_on(stored["config"], layers[index + 1 :])
    layers[index] = None
    draft.gone.append(Gone(node.pointer, name))
    for weight in node.weights.values():
        draft.drop(weight)


def sweep(draft: Draft) -> None:
    """Close the gaps that layers left."""
    for parent in {gone.pointer.rpartition("/")[0] for gone in draft.gone}:
        layers = draft.at(parent)
        layers[:] = [layer for layer in layers if layer is not None]


def is_shared(graph: ModelGraph, layer: str) -> bool:
    """Whether a layer is called more than once."""
    return sum(node.layer == layer and not _is_fused(node) for node in graph.nodes) > 1


def _is_fused(node: Node) -> bool:
    return node.op == "Activation" and node.name.startswith(f"{node.layer}.activation")


def _is_named_output(graph: ModelGraph, draft: Draft, node: Node) -> bool:
    losses = draft.training.get("loss") if isinstance(draft.training, dict) else None
    named = isinstance(losses, dict) and "class_name" not in losses
    return named and any(edge.source == node.name for edge in graph.outputs)


def _only_reference(node: Node, inbound: Any) -> Any:
    found = list(references(inbound))
    if len(found) != 1:
        raise CannotFixError(f"{node.layer}: it has {len(found)} inputs, expected one")
    return deepcopy(found[0])


def references(stored: Any) -> Any:
    """Yield the tensors that a call names: [layer, call, output, ...], bare or as `__keras_tensor__`."""
    if isinstance(stored, dict):
        if stored.get("class_name") == "__keras_tensor__":
            yield stored
            return
        stored = list(stored.values())
    if _is_history(stored):
        yield stored
    elif isinstance(stored, list):
        for item in stored:
            yield from references(item)


def _is_history(stored: Any) -> bool:
    return (
        isinstance(stored, list)
        and len(stored) >= 3
        and isinstance(stored[0], str)
        and all(isinstance(item, int) and not isinstance(item, bool) for item in stored[1:3])
    )


def _bypass(model: dict[str, Any], name: str, source: Any) -> None:
    """Let everything in a functional model that reads the layer `name` read `source`."""
    history = source["config"]["keras_history"] if isinstance(source, dict) else source
    for layer in model["layers"]:
        for found in references(layer.get("inbound_nodes")) if layer else ():
            if isinstance(found, dict) and found["config"]["keras_history"][0] == name:
                found["config"] = deepcopy(source["config"])
            elif isinstance(found, list) and found[0] == name:
                found[:3] = history[:3]
    for found in references(model.get("output_layers")):
        if found[0] == name:
            found[:3] = history[:3]


def _hand_on(config: dict[str, Any], after: list[Any]) -> None:
    """Give the input shape that an old Sequential's first layer states to the next one."""
    heir = next((layer for layer in after if layer), None)
    for key in STARTS:
        if heir and config.get(key) is not None:
            heir["config"].setdefault(key, config[key])


def forget_shape(draft: Draft, node: Node) -> None:
    """Take out what a layer was built for: Keras builds it anew when it is called."""
    inside = entry(node.pointer)
    for pointer in prefixes(node.pointer):
        stored = draft.at(pointer)
        if pointer.startswith(inside) and isinstance(stored, dict):
            stored.pop("build_config", None)


def entry(pointer: str) -> str:
    """Return the pointer of the innermost entry of a list of layers that a place is in."""
    parts = pointer.split("/")
    last = max(i for i, part in enumerate(parts) if part.isdecimal())
    return "/".join(parts[: last + 1])
