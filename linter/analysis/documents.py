"""The stored JSON, object by object: every dict at every depth of every document, with its JSON pointer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from linter.rule import Subject

KERAS = frozenset(("keras", "tf_keras", "keras_nlp", "keras_hub", "keras_cv", "keras_act"))


class Stored(NamedTuple):
    """One object of a document."""

    document: str
    pointer: str
    value: Mapping[str, Any]

    @property
    def place(self) -> str:
        """Document and pointer in one."""
        return f"{self.document}#{self.pointer}"

    @property
    def class_name(self) -> str:
        """Its `class_name`, "" where it has none."""
        name = self.value.get("class_name")
        return name if isinstance(name, str) else ""

    @property
    def bare_name(self) -> str:
        """Its `class_name` without a registered package."""
        return self.class_name.rpartition(">")[2]

    @property
    def module(self) -> str | None:
        """Its `module`, None where it has none."""
        module = self.value.get("module")
        return module if isinstance(module, str) else None

    @property
    def registered(self) -> str:
        """Its `registered_name`, "" where it has none."""
        name = self.value.get("registered_name")
        return name if isinstance(name, str) else ""

    @property
    def config(self) -> Mapping[str, Any]:
        """Its `config`, empty where it is no object."""
        config = self.value.get("config")
        return config if isinstance(config, Mapping) else {}

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
            if isinstance(value, Mapping):
                yield Stored(document, pointer, value)
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


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
