"""A TensorFlow graph or function in its protobuf: nodes, their inputs, attributes and constants, read when asked.

Must not know what any operation is good or bad for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from linter.read.protobuf import BYTES, Span, Wire

MAX_HOPS = 16
NOWHERE: Span = (-1, -1)


@dataclass(frozen=True, slots=True)
class GraphNode:
    """One NodeDef: where its message lies, where its operation is named, and its name."""

    name: str
    op: str
    op_span: Span
    span: Span


@dataclass
class Region:
    """The nodes of a graph, or of a function in its library; `function` is "" for the graph itself."""

    wire: Wire
    function: str
    span: Span
    number: int
    """Field that holds the nodes: 1 of GraphDef, 3 of FunctionDef."""
    _texts: dict[str, str | None] = field(default_factory=dict)

    @cached_property
    def nodes(self) -> tuple[GraphNode, ...]:
        """All nodes, as stored."""
        return tuple(_node(self.wire, span) for span in self.wire.spans(self.span, self.number))

    @cached_property
    def by_name(self) -> dict[str, GraphNode]:
        """Nodes by name."""
        return {node.name: node for node in self.nodes}

    def inputs(self, node: GraphNode) -> list[str]:
        """Return the names of the tensors that `node` takes, control inputs left out."""
        texts = (self.wire.text(span) for span in self.wire.spans(node.span, 3))
        return [text for text in texts if not text.startswith("^")]

    def attribute(self, node: GraphNode, name: str) -> Span | None:
        """Return the range of the AttrValue called `name`."""
        for entry in self.wire.spans(node.span, 5):
            if self.wire.text(self.wire.only(entry, 1)) == name:
                return self.wire.only(entry, 2)
        return None

    def strings(self, node: GraphNode, name: str) -> list[str]:
        """Return the strings of an attribute: its one, or its list of them."""
        value = self.attribute(node, name)
        if value is None:
            return []
        listed = (span for part in self.wire.spans(value, 1) for span in self.wire.spans(part, 2))
        return [self.wire.text(span) for span in (*self.wire.spans(value, 2), *listed)]

    def called(self, node: GraphNode) -> str:
        """Return the function that `node` calls by its attribute `f`; "" where there is none."""
        value = self.attribute(node, "f")
        target = self.wire.only(value, 10) if value else None
        return self.wire.text(self.wire.only(target, 1)) if target else ""

    def constant(self, tensor: str) -> str | None:
        """Return the string that reaches a node as `tensor`, where it is a constant; None for arguments and what is
        computed.
        """
        node = self.origin(tensor)
        return self.text(node) if node is not None and node.op == "Const" else None

    def origin(self, tensor: str) -> GraphNode | None:
        """Return the node that `tensor` comes from, past Identity; None for an argument of the function."""
        for _ in range(MAX_HOPS):
            node = self.by_name.get(tensor.partition(":")[0])
            if node is None or node.op != "Identity":
                return node
            tensor = next(iter(self.inputs(node)), "")
        return None

    def text(self, node: GraphNode) -> str | None:
        """Return the first string in a Const; None where it holds none."""
        if node.name not in self._texts:
            self._texts[node.name] = next(self._texts_of(node), None)
        return self._texts[node.name]

    def _texts_of(self, node: GraphNode) -> Iterator[str]:
        value = self.attribute(node, "value")
        tensor = self.wire.only(value, 8) if value else None
        if tensor is None or self.wire.value(tensor, 1) != 7:
            return
        for span in self.wire.spans(tensor, 8):
            yield self.wire.text(span)
        for start, end in self.wire.spans(
            tensor, 4
        ):  # lengths, then the strings one after another: of one string, a single length
            yield self.wire.text((min(start + 1, end), end))


def _node(wire: Wire, span: Span) -> GraphNode:
    name = op = NOWHERE
    for number, kind, start, end in wire.fields(span):
        if kind == BYTES:
            if number == 1:
                name = (start, end)
            elif number == 2:
                op = (start, end)
    return GraphNode(_text(wire, name), _text(wire, op), op, span)


def _text(wire: Wire, span: Span) -> str:
    return wire.text(span) if span is not NOWHERE else ""


def functions(wire: Wire, graph: Span) -> Iterator[Region]:
    """Yield the functions of a graph's library."""
    for library in wire.spans(graph, 2):
        for span in wire.spans(library, 1):
            signature = wire.only(span, 1)
            yield Region(wire, wire.text(wire.only(signature, 1)) if signature else "", span, 3)
