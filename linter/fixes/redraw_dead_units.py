"""DED401: units that never fired on the sample are drawn anew, and what takes them hardly hears them at first."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, final
from zlib import crc32

from linter.finding import Finding, Safety
from linter.fixes.draft import CannotFixError, Draft
from linter.fixes.passage import passage
from linter.fixes.removal import host
from linter.fixes.remove_dead_units import maker
from linter.fixes.repair import Repair
from linter.graph import Node
from linter.rule import Subject

if TYPE_CHECKING:
    import numpy as np

QUIET = 1e-6
"""What outgoing weights are scaled to: they would be zero, were units without any not taken for disconnected ones."""


@final
class RedrawDeadUnits(Repair):
    """Incoming weights as He draws them, no bias, outgoing ones all but zero: training can use the unit again."""

    name: ClassVar = "redraw-dead-units"
    codes: ClassVar = ("DED401",)
    safety: ClassVar = Safety.UNSAFE
    needs_data: ClassVar = True

    def apply(self, model: Subject, finding: Finding | None, draft: Draft) -> None:
        seen: set[str] = set()
        for node in model.graph.nodes:
            if finding and node.op == "Activation" and node.layer in finding.units and node.layer not in seen:
                seen.add(node.layer)
                try:
                    _redraw(model, draft, host(model, maker(model, node)), finding.units[node.layer])
                except CannotFixError as error:
                    draft.refuse(error)


def _redraw(model: Subject, draft: Draft, node: Node, units: tuple[int, ...]) -> None:
    import numpy as np

    kernel = draft.value(node.weights["kernel"])
    random = np.random.default_rng(crc32(kernel.tobytes()))  # the same for the same file, another after a redraw
    way = passage(model, draft, node, np.full(kernel.shape[-1], np.nan), {})
    places = list(units)
    fan = kernel[..., 0].size
    kernel[..., places] = random.normal(0, np.sqrt(2 / fan), (*kernel.shape[:-1], len(places)))
    draft.put(node.weights["kernel"], kernel)
    if "bias" in node.weights:
        bias = draft.value(node.weights["bias"])
        bias[places] = 0.0
        draft.put(node.weights["bias"], bias)
    for target, flow in way.ends:
        _quieten(draft, target, np.flatnonzero(np.isin(flow.unit, places)), random)
    draft.tell(f"{node.layer}: {len(places)} dead {'unit' if len(places) == 1 else 'units'} drawn anew")


def _quieten(draft: Draft, node: Node, rows: np.ndarray, random: np.random.Generator) -> None:
    import numpy as np

    kernel = draft.value(node.weights["kernel"])
    fan = kernel[..., 0].size
    drawn = random.normal(0, np.sqrt(1 / fan), (*kernel.shape[:-2], len(rows), kernel.shape[-1]))
    kernel[..., rows, :] = QUIET * drawn
    draft.put(node.weights["kernel"], kernel)
