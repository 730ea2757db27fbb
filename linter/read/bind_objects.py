"""Weights of a SavedModel: objects by attribute (kernel, cell, forward_layer ...), walked beside the layers of the
configuration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from linter.graph import Weight
from linter.read.bound import Bound
from linter.read.normalise import names
from linter.read.normalise.layout import variables
from linter.read.normalise.spec import LayerSpec, ModelSpec
from linter.read.object_graph import Pair, Place
from linter.read.tensor_bundle import Bundle
from linter.read.weights import StoredWeight

ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "kernel": ("kernel", "depthwise_kernel"),
    "mean": ("adapt_mean", "mean"),
    "variance": ("adapt_variance", "variance"),
}
"""Role -> the attributes that may hold it, the first that is there being it; any other role is its attribute."""
PROJECTIONS = ("query", "key", "value", "output")
LISTS = frozenset(
    ("variables", "trainable_variables", "non_trainable_variables", "regularization_losses", "keras_api", "signatures")
)
"""Attributes under which variables hang a second time, or which hold none."""
NOT_WEIGHTS = LISTS | {
    "optimizer",
    "metrics",
    "compiled_metrics",
    "compiled_loss",
    "loss_tracker",
    "save_counter",
    "_random_generator",
    "_rng",
}
LAYER = re.compile(r"layer-(\d{1,7})")
ITERATIONS = ("iter", "_iterations", "iterations")


def bind(spec: ModelSpec, pair: Pair, layer_names: Mapping[int, str], bundle: Bundle) -> Bound:
    """Return the layers' weights; `layer_names` are those of the Keras objects, by their number in the saved graph."""
    binder = _Binder(pair, layer_names, bundle)
    root = pair.root()
    if not spec.opaque:
        binder.model(spec, root, "")
    binder.finish(root)
    return binder.bound


class _Binder:
    def __init__(self, pair: Pair, layer_names: Mapping[int, str], bundle: Bundle) -> None:
        self.pair, self.layer_names, self.bundle = pair, layer_names, bundle
        self.bound = Bound()
        self.handles: dict[int, Weight | None] = {}
        self.taken: set[int] = set()

    def model(self, spec: ModelSpec, place: Place, prefix: str) -> None:
        """Bind the layers of the model at `place`."""
        numbered = {
            int(found[1]): child for name, child in self.pair.children(place) if (found := LAYER.fullmatch(name))
        }
        named = {
            name: child
            for child in numbered.values()
            if (name := self.layer_names.get(-1 if child.saved is None else child.saved))
        }
        layers = [layer for layer in spec.layers if not (spec.sequential and layer.op == "InputLayer")]
        for index, layer in enumerate(layers):
            child = named.get(layer.name) if named else numbered.get(index)
            if child is not None:
                self.layer(layer, child, f"{prefix}{layer.name}")

    def layer(self, layer: LayerSpec, place: Place, path: str) -> None:
        """Bind what the layer at `place` holds."""
        if layer.inner is not None and not layer.inner.opaque:
            return self.model(layer.inner, place, f"{path}/")
        if layer.op in names.WRAPPERS:
            return self._wrapper(layer, place, path)
        if layer.op in ("MultiHeadAttention", "GroupQueryAttention"):
            return self._attention(place, path)
        if layer.inner is not None or layer.op == "Unknown":
            return self.bound.put(path, dict(self._below(place)))
        self._own(layer, place, path)
        if layer.activation_layer is not None:
            held = self.pair.child(place, "activation")
            if held is not None:
                self._own(layer.activation_layer, held, path if layer.op == "Activation" else f"{path}.activation")
        return None

    def _own(self, layer: LayerSpec, place: Place, path: str) -> None:
        """Bind the variables of one plain layer, under the names of their roles; any other under its attribute's."""
        if layer.op in names.RECURRENT:
            place = self.pair.child(place, "cell") or place
        found = {
            name: weight for name, child in self.pair.children(place) if (weight := self._weight(child)) is not None
        }
        for variable in variables(layer) or ():
            held = [found.pop(name) for name in ATTRIBUTES.get(variable.role, (variable.role,)) if name in found]
            if held:
                self.bound.put(path, {variable.role: held[0]})
        self.bound.put(path, found)

    def _wrapper(self, layer: LayerSpec, place: Place, path: str) -> None:
        self._own(layer, place, path)
        for key, part in layer.parts.items():
            for attributes, name in _places(layer, key, part):
                child = self.pair.child(place, *attributes)
                if child is not None:
                    self.layer(part, child, f"{path}/{name}")

    def _attention(self, place: Place, path: str) -> None:
        for role in PROJECTIONS:
            dense = self.pair.child(place, f"_{role}_dense")
            for part in ("kernel", "bias") if dense is not None else ():
                child = self.pair.child(dense, part) if dense is not None else None
                weight = self._weight(child) if child is not None else None
                if weight is not None:
                    self.bound.put(path, {f"{role}_{part}": weight})

    def _below(self, place: Place) -> Iterator[tuple[str, Weight]]:
        """Yield all variables at and below `place` that nobody has, by their path."""
        pending, seen = [("", place)], set()
        while pending:
            path, at = pending.pop()
            if at.stored in seen:
                continue
            seen.add(at.stored)
            fresh = at.stored not in self.taken
            weight = self._weight(at)
            if weight is not None and fresh:
                yield path, weight
            children = [
                (f"{path}/{name}" if path else name, child)
                for name, child in self.pair.children(at)
                if name not in NOT_WEIGHTS
            ]
            pending += reversed(children)

    def _weight(self, place: Place) -> Weight | None:
        """Return the variable at `place`, one handle however many layers share it; None where there is none."""
        if place.stored not in self.handles:
            key = self.pair.stored.key(place.stored)
            self.handles[place.stored] = self.bundle.weight(key) if key is not None else None
        self.taken.add(place.stored)
        return self.handles[place.stored]

    def finish(self, root: Place) -> None:
        """Note what nobody claimed, and the optimizer's steps."""
        for path, weight in self._below(root):
            named = (
                weight
                if not isinstance(weight, StoredWeight)
                else StoredWeight(path, weight.shape, weight.dtype, weight.source, weight.offset)
            )
            self.bound.surplus.append(named)
        for name in ITERATIONS:
            counter = self.pair.child(root, "optimizer", name)
            steps = self._weight(counter) if counter is not None else None
            if steps is not None and not steps.shape:
                self.bound.iterations = next((int(piece[0]) for piece in steps.chunks() if len(piece)), None)


def _places(layer: LayerSpec, key: str, part: LayerSpec) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the attributes at which a wrapper's part hangs, and the name that its path gets."""
    if layer.op == "Bidirectional":
        if key == "layer":
            yield ("forward_layer",), "forward_layer"
        if key == "backward_layer" or "backward_layer" not in layer.parts:
            yield ("backward_layer",), "backward_layer"
    elif key.startswith("cell") and key != "cell":
        yield ("cells", key.removeprefix("cell")), part.name
        yield ("cell", "cells", key.removeprefix("cell")), part.name
    else:
        yield (key,), part.name
