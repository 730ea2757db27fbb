"""Units taken out of a layer, and with them their part of everything that they go through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from linter.fixes.draft import CannotFixError, Draft
from linter.fixes.passage import SUMS, VECTORS, Flow, Passage, passage
from linter.fixes.unlink import entry, forget_shape, is_shared, references
from linter.graph import Node
from linter.rule import Subject

if TYPE_CHECKING:
    import numpy as np


def host(model: Subject, layer: str) -> Node:
    """Return the node of a layer whose units can be cut; raises CannotFixError."""
    node = next((node for node in model.graph.nodes if node.layer == layer and node.op in SUMS), None)
    if node is None or is_shared(model.graph, layer) or set(node.wrappers) - {"TimeDistributed"}:
        raise CannotFixError(f"{layer}: no plain Dense or convolution that is used once")
    plain = "kernel" in node.weights and set(node.weights) <= {"kernel", "bias"}
    if not plain or node.config.get("groups", 1) not in (1, None) or node.config.get("data_format") == "channels_first":
        raise CannotFixError(f"{layer}: its kernel is not of the kind that is cut")
    return node


def remove(
    model: Subject,
    draft: Draft,
    node: Node,
    wanted: tuple[int, ...],
    silent: Mapping[str, tuple[int, ...]] | None = None,
) -> None:
    """Take those of the `wanted` units out of `node` that nothing needs; one is left whatever is wanted.

    silent: see `passage`. Raises CannotFixError, the draft unchanged, where none can go.
    """
    import numpy as np

    way = passage(model, draft, node, _constants(draft, node), silent or {})
    needless = way.needless(draft)
    cut = np.array([unit for unit in wanted if needless[unit]], dtype=int)
    if len(cut) == len(needless):
        cut = cut[1:]
    if not len(cut):
        raise CannotFixError(f"{node.layer}: none of its units can be shown to be needless")
    _shrink(model, draft, node, way, cut)
    kind = "unit" if len(cut) == 1 else "units"
    draft.tell(f"{node.layer}: {len(cut)} {kind} removed, {len(needless) - len(cut)} are left")
    if len(cut) < len(wanted):
        draft.refuse(f"{node.layer}: {len(wanted) - len(cut)} more cannot be taken out of what reads them")


def _constants(draft: Draft, node: Node) -> np.ndarray:
    """Return the values of units to which no weight leads; NaN for all others."""
    import numpy as np

    kernel = draft.value(node.weights["kernel"])
    bias = draft.value(node.weights["bias"]) if "bias" in node.weights else np.zeros(kernel.shape[-1])
    found: np.ndarray = np.where((kernel != 0).any(axis=tuple(range(kernel.ndim - 1))), np.nan, bias)
    return found


def _shrink(model: Subject, draft: Draft, node: Node, way: Passage, cut: np.ndarray) -> None:
    import numpy as np

    for weight in node.weights.values():
        draft.put(weight, np.delete(draft.value(weight), cut, axis=-1))
    settings = draft.settings(node)
    settings["units" if node.op == "Dense" else "filters"] -= len(cut)
    _resized(draft, node, len(cut))
    for target, flow in way.through:
        places = np.flatnonzero(np.isin(flow.unit, cut))
        for role, weight in target.weights.items():
            if role in VECTORS or role == "alpha":
                draft.put(weight, np.delete(draft.value(weight), places, axis=-1))
        times = (target.shape[-1] or 0) // len(flow.unit) if target.shape else 1
        _resized(draft, target, len(places) * max(times, 1))
    for target, flow in way.ends:
        _cut_rows(draft, target, flow, cut)


def _cut_rows(draft: Draft, node: Node, flow: Flow, cut: np.ndarray) -> None:
    """Take the rows of units out of a kernel; what constant ones added goes into the bias."""
    import numpy as np

    places = np.flatnonzero(np.isin(flow.unit, cut))
    kernel = draft.value(node.weights["kernel"])
    constant = np.nan_to_num(flow.constant[places])
    added = constant @ kernel[..., places, :].reshape(-1, len(places), kernel.shape[-1]).sum(axis=0)
    if added.any():  # not where the rows are zeros: then there need be no bias
        draft.put(node.weights["bias"], draft.value(node.weights["bias"]) + added)
    draft.put(node.weights["kernel"], np.delete(kernel, places, axis=-2))
    forget_shape(draft, node)


def _resized(draft: Draft, node: Node, fewer: int) -> None:
    """Let the document say nothing wrong of the sizes around a node."""
    forget_shape(draft, node)
    place = entry(node.pointer)
    parent = place.rpartition("/")[0].rpartition("/")[0]
    inner = draft.at(parent) if parent else None
    name = draft.at(place).get("config", {}).get("name")
    for layer in inner.get("layers", ()) if isinstance(inner, dict) else ():
        for found in references(layer.get("inbound_nodes")):
            if isinstance(found, dict) and found["config"]["keras_history"][0] == name:
                _narrow(found["config"], fewer)


def _narrow(tensor: dict[str, Any], fewer: int) -> None:
    shape = tensor.get("shape")
    if isinstance(shape, list) and shape and isinstance(shape[-1], int):
        shape[-1] -= fewer
