"""The JSON that Keras 2 stores beside each of its objects, in keras_metadata.pb or, up to TensorFlow 2.4, within the
graph's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from linter.graph import Defect
from linter.options import Limits
from linter.read import strict_json
from linter.read.errors import UnreadableError
from linter.read.object_graph import Objects
from linter.read.protobuf import Span, Wire

NOT_KERAS = (
    "exported for serving: it holds a TensorFlow graph and no Keras layers; "
    "check the .keras or .h5 file that it was exported from"
)


def beside(wire: Wire, limits: Limits) -> Metadata:
    """Return what keras_metadata.pb holds."""
    found = Metadata(wire.name, limits)
    for node in wire.spans((0, len(wire.data)), 1):
        span = wire.only(node, 5)
        if span is not None:
            path, identifier = wire.text(wire.only(node, 3)), wire.text(wire.only(node, 4))
            found.add(wire, wire.value(node, 2), path, identifier, span)
    return found


def within(wire: Wire, saved: Objects | None, limits: Limits) -> Metadata:
    """Return what the objects in saved_model.pb hold themselves."""
    found = Metadata(wire.name, limits)
    for number, identifier, span in saved.metadata() if saved else ():
        found.add(wire, number, "", identifier, span)
    return found


@dataclass(slots=True)
class Metadata:
    """The JSON of every Keras object, by its number in the saved graph."""

    name: str
    """Of the file."""
    limits: Limits
    found: dict[int, Any] = field(default_factory=dict)
    paths: dict[int, str] = field(default_factory=dict)
    identifiers: dict[int, str] = field(default_factory=dict)
    defects: list[Defect] = field(default_factory=list)
    broken: dict[int, str] = field(default_factory=dict)

    def add(self, wire: Wire, number: int, path: str, identifier: str, span: Span) -> None:
        """Parse the JSON of one object."""
        name = f"{wire.name} ({path or f'object {number}'})"
        self.identifiers[number] = identifier
        self.paths[number] = path or str(number)
        try:
            self.found[number], odd = strict_json.parse(wire.data[span[0] : span[1]], name, self.limits)
            self.defects += odd
        except UnreadableError as error:
            self.broken[number] = str(error)
            if number:
                self.defects.append(Defect("SEC010", str(error), pointer=name))

    @property
    def names(self) -> Mapping[int, str]:
        """Names of the layers by object."""
        return {
            i: value["name"]
            for i, value in self.found.items()
            if isinstance(value, Mapping) and isinstance(value.get("name"), str)
        }

    def root(self) -> Mapping[str, Any]:
        """Return the model's own JSON; raises UnreadableError where the root is no Keras model."""
        if 0 in self.broken:
            raise UnreadableError(self.broken[0])
        if not self.identifiers:
            raise UnreadableError(NOT_KERAS)
        value = self.found.get(0)
        if not isinstance(value, Mapping) or self.identifiers[0] == "_tf_keras_layer":
            raise UnreadableError(
                f"what was saved is no Keras model, though it holds {len(self.identifiers)} Keras objects; "
                "save the model itself as .keras"
            )
        return value

    def documents(self) -> dict[str, Any]:
        """Return the documents for rules: the model's, how it was compiled, and objects with another configuration than
        the one in the model's.
        """
        out: dict[str, Any] = {}
        known: dict[Any, list[Any]] = {}
        root = self.found.get(0)
        if isinstance(root, Mapping):
            out = self._of_model(root)
            for item in _dicts(root.get("config")):
                known.setdefault(_label(item), []).append(plain(item.get("config")))
        for number, value in self.found.items():
            seen = isinstance(value, Mapping) and plain(value.get("config")) in known.get(_label(value), ())
            if value is not root and not seen:
                out[f"{self.name}/{self.paths[number]}"] = value
        return out

    def _of_model(self, root: Mapping[str, Any]) -> dict[str, Any]:
        again = root.get("model_config")
        repeats = isinstance(again, Mapping) and plain(again.get("config")) == plain(root.get("config"))
        left_out = ("training_config", "model_config") if repeats else ("training_config",)
        out: dict[str, Any] = {self.name: {key: value for key, value in root.items() if key not in left_out}}
        if isinstance(root.get("training_config"), Mapping):
            out["training_config"] = root["training_config"]
        return out


def plain(value: Any) -> Any:
    """Return JSON without what only SavedModels write into it: tuples as objects, numbers of shared objects."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    if value.get("class_name") in ("__tuple__", "TensorShape") and isinstance(value.get("items"), list):
        return [plain(item) for item in value["items"]]
    return {key: plain(item) for key, item in value.items() if key != "shared_object_id"}


def _dicts(value: Any) -> Iterator[Mapping[str, Any]]:
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, Mapping):
            yield item
        pending += item.values() if isinstance(item, Mapping) else item if isinstance(item, list) else ()


def _label(item: Mapping[str, Any]) -> tuple[str, str]:
    config = item.get("config")
    return str(item.get("class_name")), str(config.get("name")) if isinstance(config, Mapping) else ""
