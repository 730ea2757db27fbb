"""The units of each layer as a run on data saw them; calls of a shared layer are taken together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from linter.activations import facts
from linter.analysis import outputs
from linter.observation import Units
from linter.rule import Subject


class LayerUnits(NamedTuple):
    """One activation of one layer, over all its calls."""

    layer: str
    activation: str
    samples: int
    positions: int
    fired: tuple[int, ...]
    fired_positions: tuple[int, ...]
    saturated: tuple[int, ...]
    absolute: tuple[float, ...]
    can_die: bool
    """Whether the activation has a side on which it is flat and (nearly) zero."""
    saturating: bool
    is_output: bool

    @property
    def units(self) -> int:
        """How many there are."""
        return len(self.fired)

    @property
    def silent(self) -> tuple[int, ...]:
        """Those that fired on no sample, in no call."""
        return tuple(i for i, count in enumerate(self.fired) if count == 0)

    @property
    def bound(self) -> float:
        """Upper 95 % bound on the firing rate of a unit that never fired: 1 - 0.05^(1/n), about 3/n."""
        return float(1 - 0.05 ** (1 / self.samples)) if self.samples else 1.0


class Affected(NamedTuple):
    """Units of one model that have something in common, in layers in which enough of them have it."""

    units: Mapping[str, tuple[int, ...]]
    layers: tuple[LayerUnits, ...]

    @property
    def told(self) -> str:
        """Return "12 of 64 tanh units"."""
        kinds = "/".join(dict.fromkeys(layer.activation for layer in self.layers))
        return f"{sum(map(len, self.units.values()))} of {sum(layer.units for layer in self.layers)} {kinds} units"

    @property
    def share(self) -> float:
        """The greatest share of a layer."""
        return max(len(self.units[layer.layer]) / layer.units for layer in self.layers)

    @property
    def samples(self) -> int:
        """On how many samples that was seen."""
        return self.layers[0].samples


def affected(model: Subject, pick: Callable[[LayerUnits], tuple[int, ...]], over: float) -> Affected | None:
    """Return the units that `pick` chooses, in layers in which they are more than the share `over`; None without."""
    picked = [(layer, pick(layer)) for layer in layers_of(model)]
    enough = [(layer, units) for layer, units in picked if len(units) > over * layer.units]
    if not enough:
        return None
    return Affected({layer.layer: units for layer, units in enough}, tuple(layer for layer, _ in enough))


def layers_of(model: Subject) -> tuple[LayerUnits, ...]:
    """Return the observed activations, by layer, in the model's order."""
    return model.once("units", lambda: _layers(model))


def _layers(model: Subject) -> tuple[LayerUnits, ...]:
    assert model.observation is not None
    ends = {output.acting.name for output in outputs.of(model) if output.acting is not None}
    calls: dict[str, list[tuple[str, Units]]] = {}
    for name, found in model.observation.units.items():
        calls.setdefault(found.layer, []).append((name, found))
    known = {node.name: facts(node.activation) for node in model.graph.nodes if node.activation is not None}
    out = []
    for layer, listed in calls.items():
        name, first = listed[0]
        seen = [found for _, found in listed if len(found.fired) == len(first.fired)]
        fact = known.get(name)
        dying = fact is not None and fact.elementwise and not fact.saturates and fact.low > -0.5 and fact.high > 1
        out.append(
            LayerUnits(
                layer=layer,
                activation=first.activation,
                samples=max(found.samples for found in seen),
                positions=sum(found.positions for found in seen),
                fired=_sum([found.fired for found in seen]),
                fired_positions=_sum([found.fired_positions for found in seen]),
                saturated=_sum([found.saturated for found in seen]),
                absolute=_absolute(seen),
                can_die=dying or fact is None,
                saturating=fact is not None and fact.saturates,
                is_output=any(name in ends for name, _ in listed),
            )
        )
    return tuple(out)


def _absolute(calls: list[Units]) -> tuple[float, ...]:
    """Return each unit's mean absolute output over the positions of all calls."""
    rows = [found for found in calls if found.absolute]
    whole = sum(found.positions for found in rows) or 1
    weighted = [tuple(value * found.positions / whole for value in found.absolute) for found in rows]
    return tuple(map(sum, zip(*weighted, strict=True))) if weighted else ()


def _sum(rows: list[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*rows, strict=True)))
