"""initialize_: every kernel of a model gets the gain of the activation that feeds it, found from the model's graph."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from keras_act.initializers.draw import distribution_name, draw, fresh
from keras_act.initializers.feed import Feed, calls
from keras_act.initializers.he import MODES
from keras_act.initializers.slots import Slot, slots_of


@dataclass(frozen=True, slots=True)
class Choice:
    """What initialize_ did with one kernel.

    Fields:
        layer: name of the layer (the inner one of a wrapper or an attention layer).
        kernel: path of the variable.
        fed_by: the activation whose gain was taken.
        fan: the fan that was divided by: fan_in, fan_out, or both weighted for "fan_avg".
        deviation: standard deviation of the new kernel.
        note: what was assumed, if anything.
    """

    layer: str
    kernel: str
    fed_by: str
    fan: float
    deviation: float
    note: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All choices, and the layers with weights that were left as they were (recurrent, normalising, custom ones)."""

    choices: tuple[Choice, ...]
    left: tuple[str, ...]

    def __str__(self) -> str:
        """A table for people."""
        rows = [(c.kernel, c.fed_by, f"{c.fan:g}", f"{c.deviation:.4g}", c.note) for c in self.choices]
        head = ("kernel", "fed by", "fan", "deviation", "")
        widths = [max(len(row[i]) for row in (head, *rows)) for i in range(5)]
        lines = [
            "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in (head, *rows)
        ]
        return "\n".join([*lines, *([f"left as they were: {', '.join(self.left)}"] if self.left else [])])


def initialize_(
    model: Any, mode: str = "fan_in", distribution: str = "truncated_normal", seed: int | None = None
) -> Plan:
    """Draws every kernel of a model anew, each for the activation that feeds it; biases stay.

    The graph is walked from the inputs: dropout, reshaping, padding, pooling change nothing; behind a normalisation,
    a sum of
    branches or an unknown layer the feed counts as linear (gain 1); a concatenation has the mean power of its parts;
    nested models
    are opened. Kernels of Dense, EinsumDense, attention, embedding and convolution layers of every kind are set with
    the fans
    they really have; recurrent layers, whose stability is a matter of the recurrent kernel (see `IRNN`), are left
    alone.

    Args:
        model: A built functional or sequential model; changed in place.
        mode: "fan_in", "fan_out" or "fan_avg", see `He`.
        distribution: "truncated_normal", "untruncated_normal" or "uniform".
        seed: None (anew at each call) or an integer.

    Returns:
        A Plan: what was chosen for each kernel and why; print it.

    Raises:
        ValueError: the model has no graph (subclassed, not built), or an argument is unknown.

    >>> model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(16, "gelu"), keras.layers.Dense(1)])
    >>> [choice.fed_by for choice in initialize_(model).choices]
    ['linear', 'gelu']
    """
    if mode not in MODES:
        raise ValueError(f"mode must be one of {', '.join(MODES)}. Received: mode={mode!r}")
    distribution = distribution_name(distribution)
    feeds: dict[int, tuple[Any, list[Feed]]] = {}
    for layer, arrived in calls(model):
        feeds.setdefault(id(layer), (layer, []))[1].extend(arrived[:1])
    choices: list[Choice] = []
    left: list[str] = []
    start = fresh(seed)
    for layer, arrived in feeds.values():
        slots = slots_of(layer) if layer.weights else []
        if layer.weights and not slots:
            left.append(layer.name)
        for slot in slots:
            feed = Feed("linear", note="inside the layer") if slot.inner else _mean(arrived)
            choices.append(_fill(slot, feed, mode, distribution, start + len(choices)))
    return Plan(tuple(choices), tuple(left))


def _fill(slot: Slot, feed: Feed, mode: str, distribution: str, seed: int) -> Choice:
    forward, backward = slot.layout.fan_in * feed.power, slot.layout.fan_out * feed.slope_power
    weight = {"fan_in": forward, "fan_out": backward, "fan_avg": (forward + backward) / 2}[mode]
    slot.kernel.assign(draw(slot.layout.shape, distribution, 1.0 / weight, seed, slot.kernel.dtype))
    fans = {"fan_in": slot.layout.fan_in, "fan_out": slot.layout.fan_out, "fan_avg": weight}
    return Choice(slot.owner.name, slot.kernel.path, feed.name, fans[mode], math.sqrt(1.0 / weight), feed.note)


def _mean(feeds: Iterable[Feed]) -> Feed:
    """What feeds a layer that is used several times: the mean."""
    feeds = list(feeds) or [Feed("linear")]
    if len({feed.name for feed in feeds}) == 1:
        return feeds[0]
    names = " and ".join(dict.fromkeys(feed.name for feed in feeds))
    power = sum(feed.power for feed in feeds) / len(feeds)
    return Feed(names, power, sum(feed.slope_power for feed in feeds) / len(feeds), "shared")
