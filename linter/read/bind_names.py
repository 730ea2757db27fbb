"""Weights of legacy `.h5`: one group a layer, tensors by names such as dense_1/kernel:0, in the order of
`layer.weights`.

Order and names are two witnesses. The order is taken where no name speaks against it; then the names alone; what is
left goes by order again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from linter.graph import Weight
from linter.read import low_rank
from linter.read.bound import Bound
from linter.read.hdf5 import Tree
from linter.read.keras_1 import modern
from linter.read.normalise.layout import fits
from linter.read.normalise.spec import LayerSpec, ModelSpec
from linter.read.shared import share
from linter.read.slots import Listing, Slot, listing

OWN = "top_level_model_weights"
ROLES: Mapping[str, tuple[str, ...]] = {
    "kernel": ("kernel", "depthwise_kernel", "W", "_kernel"),
    "bias": ("bias", "b"),
    "recurrent_kernel": ("recurrent_kernel", "U"),
    "embeddings": ("embeddings", "W"),
    "moving_mean": ("moving_mean", "running_mean"),
    "moving_variance": ("moving_variance", "running_std", "running_variance"),
    "alpha": ("alpha", "alphas"),
    "packed_kernel": ("kernel",),
    "packed_embeddings": ("embeddings",),
    "vector_u": ("vector_u", "sn_u", "u"),
}
"""What a variable's last name may be; a role that is not listed goes by its own name only. `running_std` holds the
variance, whatever its name."""

Named = tuple[str, Weight]


def bind(spec: ModelSpec, tree: Tree, root: str, version: str) -> Bound:
    """Return the layers' weights below group `root`; `version` is the Keras that wrote them."""
    bound = Bound()
    claimed: set[str] = set()
    for layer in spec.layers:
        group = f"{root}/{layer.name}" if root else layer.name
        stored = listed_tensors(tree, group)
        claimed.update(f"{group}/{name.strip('/')}" for name, _ in stored)
        if stored:
            slots = listing(layer, layer.name)
            place(slots, modern(layer, stored, version), bound)
            low_rank.merge(slots.layers, bound)
    group = f"{root}/{OWN}" if root else OWN
    own = listed_tensors(tree, group)
    claimed.update(f"{group}/{name.strip('/')}" for name, _ in own)
    bound.put("", dict(own))
    prefix = f"{root}/" if root else ""
    bound.surplus += [
        w for path, w in tree.weights.items() if path.startswith(prefix) and path not in claimed and not _aside(path)
    ]
    share(spec, bound)
    return bound


def listed_names(attributes: Mapping[str, Any], name: str) -> list[str]:
    """Return an attribute that lists names, joined where it is split as name0, name1 ..."""
    values = attributes.get(name)
    if values is None:
        chunks: list[Any] = []
        while f"{name}{len(chunks)}" in attributes:
            chunks.append(attributes[f"{name}{len(chunks)}"])
        values = [item for chunk in chunks for item in (chunk if isinstance(chunk, list) else [chunk])]
    items = values if isinstance(values, list) else [values]
    texts = (item.decode("utf-8", "backslashreplace") if isinstance(item, bytes) else item for item in items)
    return [text.replace("\\", "/") for text in texts if isinstance(text, str)]


def listed_tensors(tree: Tree, group: str) -> list[Named]:
    """Return the tensors of a group in stored order; those it lists but lacks are left out."""
    listed = dict.fromkeys(listed_names(tree.attributes.get(group, {}), "weight_names"))
    found = ((name, tree.weights.get(f"{group}/{name.strip('/')}")) for name in listed)
    return [(name, weight) for name, weight in found if weight is not None]


def _aside(path: str) -> bool:
    return "optimizer_weights" in path.split("/", 2)[:2] or path.startswith("optimizer")


def place(slots: Listing, stored: Sequence[Named], bound: Bound) -> None:
    """Put each stored tensor where it belongs; those that belong nowhere become surplus."""
    if not slots.unknown and len(stored) == len(slots.slots) and _agree(slots.slots, stored):
        for slot, (_, weight) in zip(slots.slots, stored, strict=True):
            bound.put(slot.path, {slot.variable.role: weight})
        return
    free, rest = _by_name(slots, stored, bound)
    if rest and slots.unknown:
        _to_foreign(slots, rest, bound)
    elif rest:
        _by_order(free, rest, bound)


def _agree(slots: Sequence[Slot], stored: Iterable[Named]) -> bool:
    """Whether no name and no shape contradicts the order."""
    scopes = {name for slot in slots for name in slot.scopes}
    for slot, (name, weight) in zip(slots, stored, strict=True):
        if not (plays(slot, name) and fits(weight.shape, slot.variable.shape)):
            return False
        if not (scopes & set(name.split("/")[:-1])) <= set(slot.scopes):
            return False
    return True


def _by_name(slots: Listing, stored: Sequence[Named], bound: Bound) -> tuple[list[Slot], list[Named]]:
    """Match by layer name and role; return the slots and tensors that are left."""
    free: dict[str, list[Slot]] = {}
    for slot in slots.slots:
        free.setdefault(slot.scopes[-1], []).append(slot)
    rest: list[Named] = []
    matched: dict[int, Weight] = {}
    for name, weight in stored:
        parts = name.split("/")
        candidates = [slot for part in dict.fromkeys(parts) for slot in free.get(part, ()) if plays(slot, name)]
        if not candidates:
            rest.append((name, weight))
            continue
        best = max(
            candidates, key=lambda slot: (fits(weight.shape, slot.variable.shape), len(set(slot.scopes) & set(parts)))
        )
        free[best.scopes[-1]].remove(best)
        matched[id(best)] = weight
    for slot in slots.slots:  # roles in Keras's order, whatever the order of the names
        if id(slot) in matched:
            bound.put(slot.path, {slot.variable.role: matched[id(slot)]})
    return [slot for slot in slots.slots if id(slot) not in matched], rest


def _to_foreign(slots: Listing, rest: Iterable[Named], bound: Bound) -> None:
    """Give what is left to the layers whose code is not known, by their names."""
    for name, weight in rest:
        parts = set(name.split("/"))
        path, _, scopes = max(slots.unknown, key=lambda item: len(set(item[2]) & parts))
        below = [part for part in name.split("/") if part not in scopes]
        bound.put(path, {"/".join(below).removesuffix(":0") or name: weight})


def _by_order(free: Sequence[Slot], rest: Sequence[Named], bound: Bound) -> None:
    for slot, (_, weight) in zip(free, rest, strict=False):
        bound.put(slot.path, {slot.variable.role: weight})
    bound.surplus += [weight for _, weight in rest[len(free) :]]


def plays(slot: Slot, name: str) -> bool:
    """Whether a stored tensor's last name can be that of the slot's variable."""
    tail = plain_tail(name, slot.layer)
    role = slot.variable.role
    if tail in ROLES.get(role, (role,)):
        return True
    projection, _, part = role.rpartition("_")
    scopes = {"output": ("output", "attention_output")}.get(projection, (projection,))
    return part == tail and any(scope in name.split("/") for scope in scopes)


def plain_tail(name: str, layer: LayerSpec) -> str:
    """Return a tensor's last name without TensorFlow's output number and counter and without Keras 1's layer name."""
    tail = name.rpartition("/")[2].partition(":")[0]
    for prefix in (f"{layer.name}_", f"{layer.name.rpartition('/')[2]}_"):
        tail = tail.removeprefix(prefix)
    return re.sub(r"_\d+$", "", tail)
