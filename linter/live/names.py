"""What rebuilt layers are called: as in the file wherever Keras takes that."""

from __future__ import annotations

from collections import Counter

from linter.graph import ModelGraph, Node


class Names:
    """The names of one model, each given once."""

    def __init__(self, graph: ModelGraph) -> None:
        self._graph = graph
        self._given: Counter[str] = Counter()

    def new(self, path: str) -> str:
        """Return a name for a layer that no other one has."""
        name = accepted(path)
        self._given[name] += 1
        return name if self._given[name] == 1 else f"{name}__{self._given[name]}"

    def around(self, node: Node, path: str) -> list[str]:
        """Return the names of a layer and of each TimeDistributed around it.

        They are the file's, where the wrappers hold this layer alone: not where they hold a model, of which each layer
        is wrapped by itself.
        """
        depth = 0 if node.op == "Activation" else node.wrappers.count("TimeDistributed")
        parts = path.split("/")
        outermost = "/".join(parts[: len(parts) - depth])
        if not depth or not outermost:
            return [self.new(path)]
        inside = (other.layer for other in self._graph.nodes if other.layer.startswith(f"{outermost}/"))
        if all(f"{layer}/".startswith(f"{path}/") for layer in inside):
            return [*map(accepted, reversed(parts[-depth:])), self.new(outermost)]
        name = self.new(path)
        return [name, *(f"{name}_each{turn or ''}" for turn in range(depth))]


def accepted(path: str) -> str:
    """Return a name that Keras accepts for a layer."""
    return "".join(c if c.isalnum() or c in "_-." else "_" for c in path) or "layer"
