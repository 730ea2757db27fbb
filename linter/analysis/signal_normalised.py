"""What normalisations do to the signal: whatever comes in, they fix the mean square of what goes out."""

from __future__ import annotations

from linter.analysis.signal_affine import bias, positions_of
from linter.analysis.signal_state import State
from linter.graph import Node
from linter.rule import Subject

PER_SAMPLE = frozenset(("LayerNormalization", "GroupNormalization", "RMSNormalization", "UnitNormalization"))


def normalised(model: Subject, node: Node, before: State | None, fresh: bool) -> tuple[State, float | None]:
    """Return what a normalisation puts out, whatever comes in, and its backward factor where the input is known."""
    scale = bias(model, node, fresh, "scale" if node.op == "RMSNormalization" else "gamma", 1.0)
    shift = bias(model, node, fresh, "beta", 0.0)
    centered = node.op not in ("RMSNormalization", "UnitNormalization") and not node.config.get("rms_scaling")
    kept, ratio, divisor = 1.0, 0.0, 0.0
    if before is not None:
        common = before.shared if node.op == "BatchNormalization" else before.mean**2 if centered else 0.0
        variance = max(before.second - common, 0.0)
        divisor = variance + _epsilon(node)
        kept = variance / divisor if variance > 0 else 0.0
        if node.op in PER_SAMPLE and before.second > common:
            ratio = max(before.shared - common, 0.0) / (before.second - common)
    gain = scale.second
    if node.op == "UnitNormalization":
        width = node.shape[-1] if node.shape else None
        gain = 1 / width if width else 1.0
    second = gain * kept + shift.second
    shared = gain * kept * ratio + shift.second
    covariance = max(shared - shift.mean**2, 0.0)
    law = (None, shift.mean, second - shift.mean**2, covariance)
    width = node.shape[-1] if node.shape else None
    positions = positions_of(node.shape, node)
    profile = before.profile if before is not None and node.op in ("BatchNormalization", "GroupNormalization") else ()
    made = State(second, shift.mean, shared, width=width or 1, positions=positions, law=law, profile=profile, held=True)
    return made, gain / divisor if divisor > 0 else None


def _epsilon(node: Node) -> float:
    value = node.config.get("epsilon", 1e-3)
    return max(float(value), 0.0) if isinstance(value, int | float) else 1e-3
