"""Weights of `.keras` and `.weights.h5`: paths such as layers/dense_1/vars/0, made of class names and counters.

Keras walks the model's attributes when it saves: `layers/<class in snake case>[_<n>]` for the n-th layer of a class,
then the attribute's name for whatever a layer holds (`cell`, `forward_layer`, `query_dense` ...), then `vars/<i>`. The
layer's own name appears, if at all, as an attribute.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from linter.graph import Weight
from linter.read.bound import Bound, with_roles
from linter.read.hdf5 import Tree
from linter.read.normalise import names, values
from linter.read.normalise.spec import LayerSpec, ModelSpec
from linter.read.shared import share

PROJECTIONS = ("query", "key", "value", "output")
NOT_WEIGHTS = (
    "optimizer",
    "metrics",
    "_loss_tracker",
    "loss_tracker",
    "_metrics",
    "_compile_metrics",
    "compile_metrics",
)


def bind(spec: ModelSpec, tree: Tree, version: str = "") -> Bound:
    """Return the layers' weights in a tree of stored variables; `version` is the Keras that wrote it."""
    binder = _Binder(tree, counts_shared=not version.startswith("2"))
    binder.model(spec, "", "")
    binder.finish()
    share(spec, binder.bound)
    return binder.bound


class _Binder:
    def __init__(self, tree: Tree, counts_shared: bool) -> None:
        self.bound = Bound()
        self.counts_shared = counts_shared
        self.attributes = tree.attributes
        self.groups: dict[str, dict[int, Weight]] = {}
        self.children: dict[str, set[str]] = {}
        for path, weight in tree.weights.items():
            group, _, leaf = path.rpartition("/")
            parent, _, last = group.rpartition("/")
            if last == "vars" or group == "vars":
                self.groups.setdefault(parent if last == "vars" and parent else "", {})[_index(leaf)] = weight
            self._ancestors(group)
        self.taken: set[str] = set()

    def _ancestors(self, group: str) -> None:
        while group:
            parent, _, last = group.rpartition("/")
            siblings = self.children.setdefault(parent, set())
            if last in siblings:
                return
            siblings.add(last)
            group = parent

    def model(self, spec: ModelSpec, place: str, prefix: str) -> None:
        """Bind the layers of a model that is stored at `place`."""
        folders = [_join(place, name) for name in ("layers", "_layer_checkpoint_dependencies")]
        folder = next((f for f in folders if f in self.children), folders[0])
        by_name = self._named(folder)
        counter: Counter[str] = Counter()
        for layer in spec.layers:
            if layer.op == "InputLayer" and spec.sequential:
                continue  # Sequential.layers leaves it out
            stem = values.snake(values.bare_name(layer.class_name if layer.inner is None else layer.inner.class_name))
            if layer.repeated and not self.counts_shared:
                continue  # stored where it occurred first
            number = counter[stem]
            counter[stem] += 1
            group = _join(folder, f"{stem}_{number}" if number else stem)
            if layer.name in by_name and self._name(group) != layer.name:
                group = by_name[layer.name]
            self.layer(layer, group, f"{prefix}{layer.name}")

    def _named(self, folder: str) -> dict[str, str]:
        groups = [_join(folder, child) for child in self.children.get(folder, ())]
        return {name: group for group in groups if (name := self._name(group))}

    def _name(self, group: str) -> str:
        name = self.attributes.get(_join(group, "vars"), {}).get("name")
        return name.decode("utf-8", "replace") if isinstance(name, bytes) else name if isinstance(name, str) else ""

    def layer(self, layer: LayerSpec, group: str, path: str) -> None:
        """Bind what a layer that is stored at `group` holds."""
        if layer.inner is not None and not layer.inner.opaque:
            return self.model(layer.inner, group, f"{path}/")
        if layer.op in names.WRAPPERS:
            return self._wrapper(layer, group, path)
        if layer.op in ("MultiHeadAttention", "GroupQueryAttention"):
            return self._attention(group, path)
        if layer.op == "Unknown":
            return self._everything(group, path)
        own = f"{group}/cell" if layer.op in names.RECURRENT else group
        self.bound.put(path, with_roles(layer, self._take(own)))
        if layer.activation_layer is not None:
            held = f"{group}/activation"
            where = path if layer.op == "Activation" else f"{path}.activation"
            self.bound.put(where, with_roles(layer.activation_layer, self._take(held)))
        return None

    def _wrapper(self, layer: LayerSpec, group: str, path: str) -> None:
        if layer.op == "Bidirectional":
            for key in ("forward_layer", "backward_layer"):
                part = layer.parts.get(key, layer.parts.get("layer"))
                if part is not None:
                    self.layer(part, f"{group}/{key}", f"{path}/{key}")
            return
        own = list(self._take(group))
        if layer.op == "SpectralNormalization":
            own = own[-1:]  # the kernel is the layer's
        self.bound.put(path, with_roles(layer, own))
        counter: Counter[str] = Counter()
        for key, part in layer.parts.items():
            place = f"{group}/{key}"
            if key.startswith("cell") and key != "cell":
                stem = values.snake(part.class_name)
                place = f"{group}/cells/{stem}_{counter[stem]}" if counter[stem] else f"{group}/cells/{stem}"
                counter[stem] += 1
            self.layer(part, place, f"{path}/{part.name}")

    def _attention(self, group: str, path: str) -> None:
        for role in PROJECTIONS:
            for place in (f"{group}/{role}_dense", f"{group}/_{role}_dense"):
                found = list(self._take(place))
                roles = (f"{role}_kernel", f"{role}_bias")
                self.bound.put(path, dict(zip(roles, found, strict=False)))

    def _everything(self, group: str, path: str) -> None:
        """All variables at and below `group`, by their place: the layer's code is not known."""
        for place in sorted(p for p in self.groups if p == group or p.startswith(f"{group}/")):
            below = place[len(group) :].strip("/")
            found = {(f"{below}/{i}" if below else str(i)): weight for i, weight in enumerate(self._take(place))}
            self.bound.put(path, {} if is_state(place) else found)

    def _take(self, place: str) -> Iterator[Weight]:
        self.taken.add(place)
        found = self.groups.get(place, {})
        return (found[i] for i in sorted(found))

    def finish(self) -> None:
        """Note what nobody claimed."""
        for place, found in self.groups.items():
            if _aside(place):
                if place == "optimizer" and 0 in found and not found[0].shape:
                    self.bound.iterations = _scalar(found[0])
            elif place not in self.taken and place and not is_state(place):
                self.bound.surplus += found.values()


def _aside(place: str) -> bool:
    """Whether this is a compiled model's optimizer or metrics: the model's own, or those of one inside it."""
    parts = place.split("/")
    return any(
        part in NOT_WEIGHTS and before not in ("layers", "_layer_checkpoint_dependencies")
        for before, part in zip(("", *parts), parts, strict=False)
    )


def is_state(place: str) -> bool:
    """Random generators' states are stored beside weights and are none."""
    return place.endswith("seed_generator") or "/seed_generators/" in place or place.startswith("seed_generators")


def _scalar(weight: Weight) -> int | None:
    for piece in weight.chunks():
        return int(piece[0]) if len(piece) else None
    return None


def _index(leaf: str) -> int:
    return int(leaf) if leaf.isdecimal() and len(leaf) < 7 else -1


def _join(place: str, name: str) -> str:
    return f"{place}/{name}" if place else name


def roots(attributes: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the groups at the top."""
    return tuple(sorted({path.split("/")[0] for path in attributes if path}))
