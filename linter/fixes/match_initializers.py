"""INI201, INI202, INI203: kernels are told to start as the activation that follows asks for."""

from __future__ import annotations

from math import sqrt
from typing import Any, ClassVar, final

from linter.analysis.kernels import Kernel
from linter.finding import Finding, Safety
from linter.fixes.draft import CannotFixError, Draft
from linter.fixes.repair import Repair
from linter.fixes.settings import initializer
from linter.graph import Initializer
from linter.rule import Subject


@final
class MatchInitializers(Repair):
    """He for rectifiers, LeCun for SELU, the gain of their own for others. Weights that are still at their start are
    scaled to the new one; trained ones stay."""

    name: ClassVar = "match-initializers"
    codes: ClassVar = ("INI201", "INI202", "INI203")
    safety: ClassVar = Safety.UNSAFE

    def apply(self, model: Subject, finding: Finding | None, draft: Draft) -> None:
        from linter.analysis import kernels

        for node in model.graph.nodes:
            kernel = kernels.main(model, node)
            if finding and kernel and kernel.node is node and node.layer in finding.layers:
                try:
                    _change(model, draft, kernel, *_wanted(model, kernel, finding.code))
                except CannotFixError as error:
                    draft.refuse(error)


def _wanted(model: Subject, kernel: Kernel, code: str) -> tuple[str, float]:
    """Return the kind of start and its gain."""
    from linter.analysis import gains

    if code == "INI201":
        return "He", sqrt(2)
    if code == "INI203":
        return "Lecun", 1.0
    gain = next((gain for gain in gains.of(model) if gain.kernel is kernel), None)
    wanted = (gain.followed or gain.fed) if gain else None
    if wanted is None:
        raise CannotFixError(f"{kernel.node.layer}: no gain is known for what follows it")
    return "Orthogonal" if kernel.initializer and kernel.initializer.kind == "orthogonal" else "Scaled", wanted


def _change(model: Subject, draft: Draft, kernel: Kernel, kind: str, gain: float) -> None:
    node, config = kernel.node, draft.settings(kernel.node)
    part = kernel.role.rpartition("_")[0]
    keys = (f"{kernel.role}_initializer", f"{part}_initializer", "depthwise_initializer")
    key = next((key for key in keys if key in config), None)
    if key is None or kernel.initializer is None:
        raise CannotFixError(f"{node.layer}: its configuration does not say how its kernel starts")
    shape = "uniform" if kernel.initializer.parameters.get("distribution") == "uniform" else "normal"
    made: Any = initializer(draft, node, f"{kind}{shape.capitalize()}", seed=None)
    if kind == "Orthogonal":
        made = initializer(draft, node, kind, gain=gain, seed=None)
    elif kind == "Scaled":
        drawn = "uniform" if shape == "uniform" else "truncated_normal"
        made = initializer(draft, node, "VarianceScaling", scale=gain**2, mode="fan_in", distribution=drawn, seed=None)
    scaled = _scale(model, draft, kernel, gain)
    config[key] = made
    told = f"{made['class_name']}, a gain of {gain:.3g}{', and so do its stored weights' if scaled else ''}"
    draft.tell(f"{node.layer}: {kernel.role} starts as {told}")


def _scale(model: Subject, draft: Draft, kernel: Kernel, gain: float) -> bool:
    """Bring a kernel that is still at its start to the new one."""
    from linter.analysis import freshness

    if kernel.weight is None or kernel.initializer is None or not freshness.starting(model):
        return False
    before = _variance(kernel.initializer, kernel)
    if before:
        fan = kernel.fans[0][0] if kernel.initializer.kind != "orthogonal" else 1.0
        draft.put(kernel.weight, draft.value(kernel.weight) * sqrt(gain**2 / fan / before))
    return bool(before)


def _variance(start: Initializer, kernel: Kernel) -> float | None:
    """Return the variance that an initializer draws with; the square of its gain for an orthogonal one."""
    from linter.analysis.starts import second_moment

    if start.kind == "orthogonal":
        return float(start.parameters.get("gain", 1.0)) ** 2
    return second_moment(start, kernel.shape, kernel.fans) if kernel.shape else None
