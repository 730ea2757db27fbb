"""All variables of a layer and of what is inside it, in the order of `layer.weights`: what a legacy file stores as one
flat list.

Keras lists the trained variables of everything inside first, then the others; all of a frozen layer count as others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from linter.read import low_rank
from linter.read.normalise import names
from linter.read.normalise.layout import Variable, variables
from linter.read.normalise.spec import LayerSpec


class Slot(NamedTuple):
    """A place for one stored tensor: the path of its layer, its variable, and the names that Keras may put into the
    tensor's name."""

    path: str
    layer: LayerSpec
    variable: Variable
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """The slots of a layer, trained ones and others; `complete` where no foreign code is among them."""

    trained: tuple[Slot, ...] = ()
    others: tuple[Slot, ...] = ()
    unknown: tuple[tuple[str, LayerSpec, tuple[str, ...]], ...] = ()

    @property
    def slots(self) -> tuple[Slot, ...]:
        """All of them, in Keras's order."""
        return (*self.trained, *self.others)

    @property
    def layers(self) -> dict[str, LayerSpec]:
        """The layers that the slots belong to, by path."""
        return {slot.path: slot.layer for slot in self.slots}

    def __add__(self, more: Listing) -> Listing:
        return Listing((*self.trained, *more.trained), (*self.others, *more.others), (*self.unknown, *more.unknown))

    def frozen(self) -> Listing:
        """The same of a layer that is not trained."""
        return replace(self, trained=(), others=self.slots)


def listing(layer: LayerSpec, path: str, scopes: tuple[str, ...] = ()) -> Listing:
    """Return the slots of the layer at `path`; `scopes` are the names of what it is inside of."""
    scopes = (*scopes, layer.name)
    found = _own(layer, path, scopes)
    for part, place, names_of_part in _inside(layer, path):
        found = found + listing(part, place, (*scopes, *names_of_part))
    return found.frozen() if layer.config.get("trainable") is False else found


def _own(layer: LayerSpec, path: str, scopes: tuple[str, ...]) -> Listing:
    if layer.inner is not None and not layer.inner.opaque:
        return Listing()
    made = variables(layer)
    if made is None or layer.inner is not None:
        return Listing(unknown=((path, layer, scopes),))
    slots = [Slot(path, layer, variable, scopes) for variable in low_rank.with_updates(made, layer.config)]
    return Listing(tuple(s for s in slots if s.variable.trained), tuple(s for s in slots if not s.variable.trained))


def _inside(layer: LayerSpec, path: str) -> Iterator[tuple[LayerSpec, str, tuple[str, ...]]]:
    """Yield what a layer holds, its path as the flattener names it, and further names that Keras gives it."""
    if layer.inner is not None:
        for inner in layer.inner.layers:
            if inner.op != "InputLayer":
                yield inner, f"{path}/{inner.name}", ()
    elif layer.op == "Bidirectional":
        forward = layer.parts.get("layer")
        if forward is not None:
            yield forward, f"{path}/forward_layer", (f"forward_{forward.name}",)
            yield layer.parts.get("backward_layer", forward), f"{path}/backward_layer", (f"backward_{forward.name}",)
    elif layer.op in names.WRAPPERS:
        for part in layer.parts.values():
            yield part, f"{path}/{part.name}", ()
    if layer.activation_layer is not None:
        yield layer.activation_layer, path if layer.op == "Activation" else f"{path}.activation", ()
