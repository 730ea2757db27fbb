"""A stored model in the making: its documents and tensors with what a fix has changed so far. Knows no file format
beyond where things lie."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from linter.graph import ModelGraph, Node, Weight

if TYPE_CHECKING:
    import numpy as np

REAL = ("<f2", "<f4", "<f8")
DOCUMENTS = {"keras": "config.json", "h5": "model_config"}


class CannotFixError(ValueError):
    """Why something cannot be fixed; one line."""


@dataclass(frozen=True, slots=True)
class Gone:
    """A layer that was taken out: its place in the document, and its name there."""

    pointer: str
    name: str


@dataclass(slots=True)
class Draft:
    """What is to be written. Tensors are known by the path under which they are stored."""

    format: str
    config: Any
    training: Any
    """The compiled part: `compile_config`, which stands in `config`, or the document `training_config`; or None."""
    original: Any
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, graph: ModelGraph) -> Draft:
        """Return the draft of a model as it is stored; raises CannotFixError for a format that is not edited."""
        if graph.format not in DOCUMENTS or DOCUMENTS[graph.format] not in graph.documents:
            raise CannotFixError(
                f"a model of format {graph.format!r} is not edited in place: `keras-lint convert` first"
            )
        original = graph.documents[DOCUMENTS[graph.format]]
        config = deepcopy(original)
        training = config.get("compile_config") if graph.format == "keras" else graph.documents.get("training_config")
        return cls(graph.format, config, training if graph.format == "keras" else deepcopy(training), original)

    @property
    def changed(self) -> bool:
        """Whether anything is to be written."""
        return bool(self.done)

    @property
    def touches_weights(self) -> bool:
        """Whether the optimizer's state no longer fits the weights."""
        return bool(self.arrays or self.dropped)

    def at(self, pointer: str) -> Any:
        """Return what stands at a JSON pointer."""
        found = self.config
        for token in tokens(pointer):
            found = found[int(token)] if isinstance(found, list) else found[token]
        return found

    def layer(self, node: Node) -> dict[str, Any]:
        """Return the stored object of a node's layer; raises CannotFixError where it has none."""
        try:
            found = self.at(node.pointer)
        except (KeyError, IndexError, ValueError, TypeError):
            found = None
        if not isinstance(found, dict) or not isinstance(found.get("config"), dict):
            raise CannotFixError(f"{node.layer}: its configuration is not where it should be")
        return found

    def settings(self, node: Node) -> dict[str, Any]:
        """Return the stored configuration of a node's layer."""
        config: dict[str, Any] = self.layer(node)["config"]
        return config

    def value(self, weight: Weight) -> np.ndarray:
        """Return a tensor as it is now, in double precision."""
        from linter.analysis.statistics import whole

        if weight.name in self.arrays:
            return self.arrays[weight.name]
        if weight.dtype not in REAL:
            raise CannotFixError(f"{weight.name}: values of type {weight.dtype} are not edited")
        return whole(weight).reshape(weight.shape)

    def put(self, weight: Weight, array: np.ndarray) -> None:
        """Change a tensor."""
        self.arrays[weight.name] = array

    def add_beside(self, weight: Weight, role: str, array: np.ndarray) -> None:
        """Store a new tensor after `weight`, the layer's last one."""
        place, _, leaf = weight.name.rpartition("/")
        new = str(int(leaf) + 1) if leaf.isdecimal() else leaf.replace("kernel", role)
        self.arrays[f"{place}/{new}"] = array

    def drop(self, weight: Weight) -> None:
        """Take a tensor out."""
        self.arrays.pop(weight.name, None)
        self.dropped.append(weight.name)

    def tell(self, text: str) -> None:
        """Note what was done."""
        self.done.append(text)

    def refuse(self, text: object) -> None:
        """Note what cannot be done, and why."""
        self.refused.append(str(text))


def tokens(pointer: str) -> list[str]:
    """Return the parts of a JSON pointer."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def prefixes(pointer: str) -> Iterator[str]:
    """Yield the pointers of what a place is inside of, from the outermost in, and the place itself."""
    parts = pointer.split("/")
    for end in range(2, len(parts) + 1):
        yield "/".join(parts[:end])
