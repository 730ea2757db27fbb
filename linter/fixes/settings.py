"""Arguments of layers in a stored configuration: activations and initializers, written as the document writes them."""

from __future__ import annotations

from typing import Any

from linter.fixes.draft import CannotFixError, Draft
from linter.graph import Node


def set_activation(draft: Draft, node: Node, name: str) -> None:
    """Give a node another activation: one within a layer, one that is a layer, or a layer that had none.

    Raises CannotFixError where that would leave weights without a use.
    """
    if node.weights and node.op == "Activation":
        raise CannotFixError(f"{node.layer}: its activation has weights of its own")
    if node.op != "Activation":
        _put(draft.settings(node), "activation", name)
    elif node.name != node.layer and not node.name.startswith(f"{node.layer}#"):
        _put(draft.at(node.pointer.rpartition("/")[0]), "activation", name)
    elif draft.layer(node)["class_name"] == "Activation":
        _put(draft.settings(node), "activation", name)
    else:
        stored = draft.layer(node)
        kept = {key: value for key, value in stored["config"].items() if key in ("name", "trainable", "dtype")}
        stored.update(class_name="Activation", config={**kept, "activation": name})


def _put(config: dict[str, Any], key: str, value: Any) -> None:
    if not isinstance(config, dict) or key not in config:
        raise CannotFixError(f"its configuration has no {key}")
    config[key] = value


def initializer(draft: Draft, node: Node, class_name: str, **config: Any) -> dict[str, Any]:
    """Return an initializer as the document that the node stands in writes it."""
    made: dict[str, Any] = {"class_name": class_name, "config": config}
    if "module" in draft.layer(node):
        made = {"module": "keras.initializers", **made, "registered_name": None}
    return made
