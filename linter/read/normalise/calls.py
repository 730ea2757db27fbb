"""Call edges in every dialect: Keras 1 and 2 lists, Keras 2 keyword arguments, Keras 3 `__keras_tensor__` objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from linter.graph import Shape
from linter.read.normalise import names as known
from linter.read.normalise.spec import Call, TensorRef

ATTENTION = ("", "value", "key", "query_mask", "value_mask", "key_mask", "attention_mask")
POSITIONS = {"MultiHeadAttention": ATTENTION, "GroupQueryAttention": ATTENTION}
"""What a layer's arguments are called; the first has no name."""
FIRST = frozenset(("inputs", "query", "sequences", "sequence", "x"))


def calls(stored: Any, op: str = "") -> tuple[Call, ...]:
    """Return one Call an entry of `inbound_nodes` of a layer of kind `op`."""
    if not isinstance(stored, list):
        return ()
    return tuple(_named(call, op) for entry in stored if (call := _call(entry)) is not None)


def _call(entry: Any) -> Call | None:
    if isinstance(entry, dict):
        return _keras_3(entry)
    if isinstance(entry, list) and entry:
        return _keras_2([entry] if isinstance(entry[0], str) else entry)
    return None


def _named(call: Call, op: str) -> Call:
    """Give positional arguments the names they have, so that both ways of passing them are one."""
    if op in POSITIONS:
        table = {str(i): name for i, name in enumerate(POSITIONS[op])}
        tensors = tuple(ref._replace(argument=table.get(ref.argument, ref.argument)) for ref in call.tensors)
        return call._replace(tensors=tensors)
    if op in known.RECURRENT or op in ("Bidirectional", "RNN"):  # Keras 2 lists the states after the sequence
        tensors = tuple(
            ref._replace(argument="initial_state") if i and ref.argument in ("", "1") else ref
            for i, ref in enumerate(call.tensors)
        )
        return call._replace(tensors=tensors)
    return call


def _keras_3(entry: dict[str, Any]) -> Call:
    tensors: list[TensorRef] = []
    constants: dict[str, Any] = {}
    args, kwargs = entry.get("args"), entry.get("kwargs")
    named = [("" if i == 0 else str(i), value) for i, value in enumerate(args if isinstance(args, list) else [])]
    keywords = kwargs.items() if isinstance(kwargs, dict) else ()
    named += [("" if key in FIRST and not named else str(key), value) for key, value in keywords]
    for argument, value in named:
        found = list(_history(value, argument))
        tensors += found
        if not found and value is not None:
            constants[argument] = value
    return Call(tuple(tensors), constants, history=True)


def _history(value: Any, argument: str) -> Iterator[TensorRef]:
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, list):
            pending.extend(reversed(item))
        elif isinstance(item, dict):
            if item.get("class_name") == "__keras_tensor__":
                config = item.get("config")
                settings = config if isinstance(config, dict) else {}
                if reference := _reference(settings.get("keras_history"), argument):
                    yield reference._replace(shape=_sizes(settings.get("shape")))
            elif item.get("class_name") != "__tensor__":
                pending.extend(reversed(list(item.values())))


def _sizes(value: Any) -> Shape | None:
    if not isinstance(value, list) or not all(size is None or type(size) is int for size in value):
        return None
    return tuple(value)


def _keras_2(entry: list[Any]) -> Call | None:
    tensors: list[TensorRef] = []
    constants: dict[str, Any] = {}
    for position, item in enumerate(entry):
        if not isinstance(item, list) or not item:
            continue
        if item[0] == "_CONSTANT_VALUE":
            constants[str(position)] = item[2] if len(item) > 2 else None
        elif reference := _reference(item, ""):
            tensors.append(reference)
        kwargs = item[3] if len(item) > 3 and isinstance(item[3], dict) else {}
        for key, value in kwargs.items():
            found = list(_listed(value, str(key)))
            tensors += found
            if not found and value is not None:
                constants[str(key)] = value
    return Call(tuple(tensors), constants)


def _listed(value: Any, argument: str) -> Iterator[TensorRef]:
    """Yield the tensors in a Keras 2 keyword argument: [name, int, int], at any depth of lists and dicts."""
    reference = _reference(value, argument) if isinstance(value, list) and len(value) in (3, 4) else None
    if reference:
        yield reference
    elif isinstance(value, list | dict):
        for item in value if isinstance(value, list) else value.values():
            yield from _listed(item, argument)


def references(stored: Any) -> tuple[TensorRef, ...]:
    """Return `input_layers` or `output_layers`: one reference, a list of them, or a structure that holds them."""
    return tuple(_listed(stored, ""))


def names(stored: Any) -> tuple[str, ...]:
    """Return the keys of `output_layers` where each of them is one output; else nothing."""
    if not isinstance(stored, dict) or not all(_reference(value, "") for value in stored.values()):
        return ()
    return tuple(str(key) for key in stored)


def _reference(item: Any, argument: str) -> TensorRef | None:
    if not (isinstance(item, list) and len(item) >= 3 and isinstance(item[0], str)):
        return None
    call, tensor = item[1], item[2]
    if type(call) is not int or type(tensor) is not int:
        return None
    return TensorRef(item[0], call, tensor, argument)
