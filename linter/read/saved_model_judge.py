"""Whether one operation of a SavedModel is in its place: the saver's own, an asset's reader, or neither."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from linter.read import saved_model_ops as ops
from linter.read.protobuf import Span, Wire
from linter.read.tf_graph import GraphNode, Region

LEAVES = re.compile(r"^(?:/.|\\\\|[A-Za-z]:[\\/])|(?:^|[\\/])\.\.(?:[\\/]|$)|^[A-Za-z][A-Za-z0-9+.-]*://")
"""A path that is absolute, climbs out of its folder, or has a scheme."""
MAX_PATH = 200
DETAILS = (
    "token",
    "target_name",
    "call_target_name",
    "memory_region_name",
    "debug_urls",
    "debug_ops_spec",
    "output_stream",
    "output_file_path",
)
"""Attributes that tell what an operation is aimed at."""


@dataclass(frozen=True, slots=True)
class Offence:
    """What an operation does that it has no business to do."""

    does: str
    path: str | None = None
    hidden: str = ""
    """The node in whose strings the graph is hidden that holds the operation."""
    why: str = ""

    def text(self) -> str:
        """Return the rest of a sentence that began with the operation's name and place."""
        hidden = f", in a graph hidden in {self.hidden}," if self.hidden else ""
        path = f": {self.path[:MAX_PATH]!r}" if self.path else ""
        return f"{hidden} {self.does}{path}" + (f" ({self.why})" if self.why else "")


class Judge:
    """Judges the operations of one meta graph."""

    def __init__(self, wire: Wire, meta: Span, regions: Sequence[Region]) -> None:
        """Judge in the light of the saver, the assets and the constants of `meta`."""
        self.wire, self.meta, self.regions = wire, meta, regions

    def offence(self, region: Region, node: GraphNode) -> Offence | None:
        """Return what is wrong about `node`; None where it is in its place."""
        op = node.op
        if op in ops.ALWAYS:
            return self._always(region, node)
        if op in ops.SAVER:
            return self._saver(region, node)
        if op in ops.ASSET_READERS:
            return self._asset(region, node)
        if op in ops.CACHES:
            path = self._path(region, node, 1)
            return Offence(ops.CACHES[op], path) if path != "" else None
        if op in ops.DEBUGGERS:
            targets = [*region.strings(node, "debug_urls"), *region.strings(node, "debug_ops_spec")]
            return Offence(ops.DEBUGGERS[op], targets[0]) if any("://" in target for target in targets) else None
        if op in ops.PRINTERS:
            stream = next(iter(region.strings(node, "output_stream")), "")
            return Offence(ops.PRINTERS[op], stream) if stream and stream not in ops.STREAMS else None
        module = region.attribute(node, "module")
        calls_back = module is not None and self.wire.data.find(b"callback", *module) >= 0
        return Offence(ops.MODULES[op]) if calls_back else None

    def _always(self, region: Region, node: GraphNode) -> Offence:
        does, aim = ops.ALWAYS[node.op], self.aim(region, node) if node.op != "DatasetFromGraph" else None
        if aim is None and does in ("reads files", "writes files") and self.outside:
            return Offence(does, why=f"the graph holds the path {self.outside[0][:MAX_PATH]!r}")
        return Offence(does, aim)

    def _saver(self, region: Region, node: GraphNode) -> Offence | None:
        does = ops.SAVER[node.op]
        path = self._path(region, node, 1 if node.op == "MergeV2Checkpoints" else 0)
        if path and LEAVES.search(path):
            return Offence(does, path)
        if region.function and region.function not in self.saver_functions:
            return Offence(does, path, why="it is not called by the model's saver alone")
        return None if self.saver else Offence(does, path, why="the model declares no saver")

    def _asset(self, region: Region, node: GraphNode) -> Offence | None:
        does = ops.ASSET_READERS[node.op]
        inputs = region.inputs(node)
        tensor = inputs[0 if node.op == "ReadFile" else 1] if len(inputs) > (node.op != "ReadFile") else ""
        origin = region.origin(tensor)
        if origin is not None and not region.function and origin.name in self.assets:
            return None
        path = region.text(origin) if origin is not None and origin.op == "Const" else None
        if path is not None:
            return Offence(does, path) if LEAVES.search(path) or node.op == "ReadFile" else None
        if origin is not None and origin.op not in ("Placeholder", "PlaceholderWithDefault"):
            return Offence(does, why="the path is computed")
        if self.outside:  # an argument: some caller's constant, perhaps
            return Offence(does, self.outside[0], why="or another path that its caller gives")
        return None if self.assets else Offence(does, why="the path is given at run time")

    def _path(self, region: Region, node: GraphNode, index: int) -> str | None:
        inputs = region.inputs(node)
        return region.constant(inputs[index]) if index < len(inputs) else None

    def aim(self, region: Region, node: GraphNode) -> str | None:
        """Return the constant, or the attribute, that tells what the operation is aimed at."""
        texts = (region.constant(tensor) for tensor in region.inputs(node))
        stated = (text for name in DETAILS for text in region.strings(node, name))
        return next((text for text in (*texts, *stated) if text), None)

    @cached_property
    def saver(self) -> Mapping[str, GraphNode | None]:
        """Names of the nodes that SaverDef declares, and the nodes."""
        found = {}
        for saver in self.wire.spans(self.meta, 3):
            for number in (2, 3):
                name = self.wire.text(self.wire.only(saver, number)).partition(":")[0]
                if name:
                    found[name] = next(
                        (r.by_name[name] for r in self.regions if not r.function and name in r.by_name), None
                    )
        return found

    @cached_property
    def saver_functions(self) -> frozenset[str]:
        """Functions that only the saver's nodes call."""
        graph = [region for region in self.regions if not region.function]
        called = {region.called(node): node for region in graph for node in self.saver.values() if node is not None}
        return frozenset(name for name, node in called.items() if name and not self._called_elsewhere(name, node))

    def _called_elsewhere(self, name: str, caller: GraphNode) -> bool:
        """Whether another node names the function, too."""
        raw = name.encode()
        if len(raw) > 127:
            return True
        own = next((region.span for region in self.regions if region.function == name), (0, 0))
        allowed = (caller.span, own)
        mentions = re.finditer(re.escape(bytes([len(raw)]) + raw), self.wire.data)
        return any(not any(start <= m.start() < end for start, end in allowed) for m in mentions)

    @cached_property
    def assets(self) -> frozenset[str]:
        """Names of the nodes that the loader feeds with the assets' paths."""
        return frozenset(self._assets())

    def _assets(self) -> Iterator[str]:
        for asset in self.wire.spans(self.meta, 6):
            tensor = self.wire.only(asset, 1)
            if tensor is not None:
                yield self.wire.text(self.wire.only(tensor, 1)).partition(":")[0]

    @cached_property
    def outside(self) -> tuple[str, ...]:
        """Constant strings, anywhere, that are paths out of the model's folder."""
        found = []
        for region in self.regions:
            for node in region.nodes:
                if node.op == "Const" and (region.function or node.name not in self.assets):
                    text = region.text(node)
                    if text is not None and LEAVES.search(text):
                        found.append(text)
        return tuple(found)
