"""SavedModel graphs -> defects SEC009: operations that run code or touch files, in the graph, its functions, and graphs
hidden in strings.

One pass over the raw bytes finds every place where a message names such an operation, however deep it is wrapped; only
the graphs and functions around those places are then looked at. A model in which only the saver names any costs little
more than that pass.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from linter.graph import Defect
from linter.read import saved_model_ops as ops
from linter.read.errors import UnreadableError
from linter.read.protobuf import Span, Wire
from linter.read.saved_model_judge import Judge, Offence
from linter.read.tf_graph import NOWHERE, GraphNode, Region, functions

MAX_DEFECTS = 50

_NAMES = (
    rb"(?:[\x04-\x30]|[\x84-\xb0]\x80{0,8}\x00)("
    + b"|".join(name.encode() for name in sorted(ops.ALL, key=len, reverse=True))
    + rb")"
)
OPERATIONS = (re.compile(rb"\x12" + _NAMES), re.compile(rb"\x92\x80{0,8}\x00" + _NAMES))
"""Field 2 of a NodeDef with one of the names, in every spelling that protobuf's numbers have."""
FUNCTION_ATTRIBUTES = 5


def defects(wire: Wire) -> list[Defect]:
    """Return what the graphs of a saved_model.pb do that a model has no need to."""
    places = sorted(match.span(1) for pattern in OPERATIONS for match in pattern.finditer(wire.data))
    found = _Found()
    if places:
        for meta in wire.spans((0, len(wire.data)), 2):
            _meta_graph(wire, meta, places, found)
    return found.defects()


def _meta_graph(wire: Wire, meta: Span, places: Sequence[Span], found: _Found) -> None:
    if not _within(places, meta):
        return
    regions: list[Region] = []
    for graph in wire.spans(meta, 2):
        regions += [Region(wire, "", graph, 1), *functions(wire, graph)]
    judge = Judge(wire, meta, regions)
    for region in regions:
        for place in _within(places, region.span):
            node = _holder(region, place)
            if node is not None and node.op_span[0] == place[0]:
                if node.op in ops.ALL and (offence := judge.offence(region, node)):
                    found.add(node.op, region, node, offence)
            elif _is_hidden(region, node, place):
                name, where = wire.text(place), f"{node.op} {node.name!r}" if node else "an attribute"
                aim = _aim_of_hidden(judge, region, node, place) if node else None
                found.add(name, region, node, Offence(ops.ALL[name], aim, where))


def _aim_of_hidden(judge: Judge, region: Region, holder: GraphNode, place: Span) -> str | None:
    """Return what an operation in a graph in a string of `holder` is aimed at, where the string is just that."""
    wire = judge.wire
    try:
        value = region.attribute(holder, "value")
        tensor = wire.only(value, 8) if value else None
        graphs = _within_spans(wire.spans(tensor, 8), place) if tensor else ()
        for graph in graphs:
            for inner in (Region(wire, "", graph, 1), *functions(wire, graph)):
                node = _holder(inner, place)
                if node is not None:
                    return judge.aim(inner, node)
    except UnreadableError:  # the string is something else, or damaged
        pass
    return None


def _within_spans(spans: Iterable[Span], place: Span) -> list[Span]:
    return [span for span in spans if span[0] <= place[0] < span[1]]


def _is_hidden(region: Region, node: GraphNode | None, place: Span) -> bool:
    """Whether the place is an operation in a graph that is the value of an attribute: a name stands before it, as in
    every stored node.
    """
    data, start = region.wire.data, place[0]
    name = data[place[0] : place[1]].decode()
    if name not in ops.ALWAYS and name not in ops.ASSET_READERS and name not in ops.SAVER:
        return False
    if node is None and (not region.function or not _attribute_of_function(region, place)):
        return False
    tag = data.rfind(b"\x12", max(0, start - 12), start)
    return any(data[tag - size - 2] == 0x0A and data[tag - size - 1] == size for size in range(1, min(128, tag - 1)))


def _attribute_of_function(region: Region, place: Span) -> bool:
    spans = region.wire.spans(region.span, FUNCTION_ATTRIBUTES)
    return bool(_within_spans(spans, place))


def _holder(region: Region, place: Span) -> GraphNode | None:
    """Return the node whose message holds `place`."""
    starts = [node.span[0] for node in region.nodes]
    index = bisect_right(starts, place[0]) - 1
    node = region.nodes[index] if index >= 0 else None
    return node if node is not None and node.span != NOWHERE and place[1] <= node.span[1] else None


def _within(places: Sequence[Span], span: Span) -> list[Span]:
    return list(places[bisect_left(places, (span[0], 0)) : bisect_left(places, (span[1], 0))])


@dataclass(slots=True)
class _Found:
    """Offences, those that differ only in the function counted together: every function is stored once for each of its
    traces.
    """

    places: dict[tuple[str, Offence], list[tuple[str, str]]] = field(default_factory=dict)

    def add(self, op: str, region: Region, node: GraphNode | None, offence: Offence) -> None:
        self.places.setdefault((op, offence), []).append((region.function, node.name if node else ""))

    def defects(self) -> list[Defect]:
        return list(self._defects())

    def _defects(self) -> Iterator[Defect]:
        for count, ((op, offence), places) in enumerate(self.places.items()):
            if count == MAX_DEFECTS:
                yield Defect("SEC009", f"{len(self.places) - count} more kinds of such operations are in the graph")
                return
            function, node = places[0]
            where = f"function {function!r}" if function else "the graph"
            others = len({name for name, _ in places}) - 1
            more = f" and {others} more function{'s' if others > 1 else ''}" if others else ""
            pointer = f"saved_model.pb/{function}/{node}" if function else f"saved_model.pb/{node}"
            yield Defect(
                "SEC009",
                f"{op} in {where}{more}{offence.text()}",
                pointer=pointer,
                measured={"operations": float(len(places))},
            )
