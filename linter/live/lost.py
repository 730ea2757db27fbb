"""What of a model's layers a rebuilt one does not have, in words: settings that act in training, and structure."""

from __future__ import annotations

from collections.abc import Iterator

from linter.graph import Initializer, ModelGraph, Node
from linter.live.penalties import is_penalty, penalty

KEPT = frozenset(("TimeDistributed", "Bidirectional"))
"""Wrappers that a rebuilt model has too."""


def lost(graph: ModelGraph) -> Iterator[str]:
    """Yield one line for each thing that is not carried over."""
    first: dict[str, Node] = {}
    for node in graph.nodes:
        first.setdefault(node.layer, node)  # a layer, not the activation that was split off from it
    nodes = first.values()
    if any(node.layer.count("/") > len(node.wrappers) for node in nodes):
        yield "nesting: the layers of inner models stand side by side"
    wrappers = {wrapper: None for node in nodes for wrapper in node.wrappers if wrapper not in KEPT}
    for wrapper in wrappers:
        around = ", ".join(repr(node.layer) for node in nodes if wrapper in node.wrappers)
        yield f"{wrapper}, the wrapper of {around}"
    for node in nodes:
        yield from _settings(node)


def _settings(node: Node) -> Iterator[str]:
    for key, value in node.config.items():
        if isinstance(value, Initializer):
            if value.kind == "unknown":
                yield f"{key} {value} of {node.layer!r}, which is not Keras's own"
        elif key == "stateful" and value:
            yield f"stateful of {node.layer!r}: it starts each batch anew"
        elif value and is_penalty(key) and penalty(key, value) is None:
            yield f"{key} of {node.layer!r}, which Keras has not, or not with these settings"
