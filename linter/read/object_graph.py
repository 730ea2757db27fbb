"""The two trees of objects in a SavedModel: what Python held (saved_model.pb) and where its variables are stored (the
checkpoint).

They are walked in step, by the names of attributes: the first knows which object is which layer, the second which
variable has which key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from linter.read.protobuf import BYTES, Span, Wire

VALUE = "VARIABLE_VALUE"
CHECKPOINT_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"


@dataclass(frozen=True, slots=True)
class Place:
    """One object: its number in the checkpoint and, where it is there too, in the saved graph."""

    stored: int
    saved: int | None = None


class Objects:
    """A tree of objects in protobuf: TrackableObjectGraph, or SavedObjectGraph, whose nodes begin alike."""

    def __init__(self, wire: Wire, span: Span) -> None:
        """Find the nodes; raises UnreadableError where they are damaged or past the limit."""
        self.wire = wire
        self.nodes = tuple(wire.spans(span, 1))
        self._children: dict[int, Mapping[str, int]] = {}

    def children(self, node: int) -> Mapping[str, int]:
        """Return the objects that `node` holds, by attribute."""
        if node not in self._children:
            self._children[node] = dict(self._named(node)) if 0 <= node < len(self.nodes) else {}
        return self._children[node]

    def _named(self, node: int) -> Iterator[tuple[str, int]]:
        for reference in self.wire.spans(self.nodes[node], 1):
            target, name = 0, ""
            for number, kind, value, end in self.wire.fields(reference):
                if number == 1 and kind != BYTES:
                    target = value
                elif number == 2 and kind == BYTES:
                    name = self.wire.text((value, end))
            yield name, target

    def key(self, node: int) -> str | None:
        """Return the checkpoint's key of a variable; None where the node is none."""
        if not 0 <= node < len(self.nodes):
            return None
        for attribute in self.wire.spans(self.nodes[node], 2):
            if self.wire.text(self.wire.only(attribute, 1)) == VALUE:
                return self.wire.text(self.wire.only(attribute, 3))
        return None

    def metadata(self) -> Iterator[tuple[int, str, Span]]:
        """Yield (number, identifier, range of the JSON) of the Keras objects in a SavedObjectGraph, as TensorFlow <=
        2.4 stores them.
        """
        for number, span in enumerate(self.nodes):
            user = self.wire.only(span, 4)
            if user is None:
                continue
            identifier = self.wire.text(self.wire.only(user, 1))
            stored = self.wire.only(user, 3)
            if identifier.startswith("_tf_keras_") and stored is not None and stored[1] > stored[0]:
                yield number, identifier, stored


@dataclass(frozen=True, slots=True)
class Pair:
    """Both trees."""

    stored: Objects
    saved: Objects | None

    def root(self) -> Place:
        """Return the model itself."""
        return Place(0, 0)

    def child(self, place: Place, *names: str) -> Place | None:
        """Return what hangs at `place` under the attributes `names`, one after another."""
        for name in names:
            target = self.stored.children(place.stored).get(name)
            if target is None:
                return None
            beside = self.saved.children(place.saved).get(name) if self.saved and place.saved is not None else None
            place = Place(target, beside)
        return place

    def children(self, place: Place) -> Iterator[tuple[str, Place]]:
        """Yield all that hangs at `place`."""
        for name in self.stored.children(place.stored):
            found = self.child(place, name)
            if found is not None:
                yield name, found
