"""The stored JSON, object by object: every dict at every depth of every document, with its JSON pointer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from linter.rule import Subject

KERAS = frozenset(("keras", "tf_keras", "keras_nlp", "keras_hub", "keras_cv", "keras_act"))

EMPTY: Mapping[str, Any] = MappingProxyType({})


class Stored(NamedTuple):
    """One object of a document.

    `class_name` and `registered` are "" and `module` is None where it has none; `bare_name` comes without a
    registered package; `config` is empty where it is no object.
    """

    document: str
    pointer: str
    value: Mapping[str, Any]
    class_name: str
    bare_name: str
    module: str | None
    registered: str
    config: Mapping[str, Any]

    @property
    def place(self) -> str:
        """Document and pointer in one."""
        return f"{self.document}#{self.pointer}"

    @property
    def function(self) -> str:
        """The name of the function that it stands for, "" where it stands for none."""
        named = self.value.get("config")
        return named if self.class_name == "function" and isinstance(named, str) else ""


def of(model: Subject) -> tuple[Stored, ...]:
    """Return the objects of the model's documents, outermost first."""
    return model.once("documents", lambda: tuple(_walk(model.graph.documents)))


def _walk(documents: Mapping[str, Any]) -> Iterator[Stored]:
    for document, root in documents.items():
        pending: list[tuple[str, Any]] = [("", root)]
        while pending:
            pointer, value = pending.pop()
            if isinstance(value, dict):
                yield _stored(document, pointer, value)
                pending += [
                    (f"{pointer}/{_escaped(key)}", item)
                    for key, item in reversed(list(value.items()))
                    if isinstance(item, dict | list)
                ]
            elif isinstance(value, list):
                pending += [
                    (f"{pointer}/{i}", value[i])
                    for i in range(len(value) - 1, -1, -1)
                    if isinstance(value[i], dict | list)
                ]


def _stored(document: str, pointer: str, value: Mapping[str, Any]) -> Stored:
    name, module, registered = value.get("class_name"), value.get("module"), value.get("registered_name")
    config = value.get("config")
    name = name if isinstance(name, str) else ""
    return Stored(
        document,
        pointer,
        value,
        name,
        name.rpartition(">")[2],
        module if isinstance(module, str) else None,
        registered if isinstance(registered, str) else "",
        config if isinstance(config, dict) else EMPTY,
    )


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
