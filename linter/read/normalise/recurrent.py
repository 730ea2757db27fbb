"""Recurrent layers out of their wrappers: cells as the layers of their names, and the states that they return."""

from __future__ import annotations

from dataclasses import replace

from linter.graph import Edge
from linter.read.normalise import names
from linter.read.normalise.spec import LayerSpec


def cells_of(layer: LayerSpec, path: str, wrapped: tuple[str, ...]) -> list[tuple[LayerSpec, str, tuple[str, ...]]]:
    """Return the cells of an RNN, lowest first, with their paths and wrappers."""
    out = []
    for key, part in layer.parts.items():
        if part.op == "StackedRNNCells":
            around = (*wrapped, part.class_name)
            out += [
                (cell, f"{path}/{part.name}/{cell.name}", (*around, cell.class_name)) for cell in part.parts.values()
            ]
        elif key.startswith("cell"):
            out.append((part, f"{path}/{part.name}", (*wrapped, part.class_name)))
    return out


def recurrent(cell: LayerSpec, wrapper: LayerSpec, sequences: bool) -> LayerSpec:
    """A cell inside RNN(...) is the recurrent layer of its name."""
    kept = {key: wrapper.config.get(key, False) for key in ("return_state", "go_backwards", "stateful", "unroll")}
    return replace(
        cell, op=names.CELLS.get(cell.op, cell.op), config={**cell.config, **kept, "return_sequences": sequences}
    )


def states_of(layer: LayerSpec, outputs: tuple[Edge, ...]) -> tuple[Edge, ...]:
    """The states that a recurrent layer returns after its sequence."""
    if not layer.config.get("return_state") or not outputs:
        return ()
    return outputs[1:] or tuple(replace(outputs[0], tensor=1 + k) for k in range(names.STATES.get(layer.op, 0)))
