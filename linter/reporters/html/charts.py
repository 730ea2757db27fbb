"""Numbers of a report as geometry that a template draws: the signal over depth, the units of each layer, histograms."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from linter.finding import LayerRow, ModelReport

WIDTH, HEIGHT, LEFT, TOP = 720, 220, 64, 12
NAMES, NAME_WIDTH, CHARACTER = 18, 110, 6.4
"""Height of the line of names below the chart, greatest width that is kept for one, and width of a character."""
CELLS = 512
"""Cells of a unit map; where a layer has more units, a cell stands for several."""
COLUMNS = 64
KINDS = {
    "DED401": "dead",
    "DED402": "dead",
    "DED408": "disconnected",
    "DED403": "likely",
    "DED404": "saturated",
    "DED407": "duplicate",
    "DED406": "dormant",
    "DED405": "linear",
}
"""What a finding says of its units, the gravest first."""


@dataclass(frozen=True, slots=True)
class Point:
    """A value in the chart."""

    x: float
    y: float
    layer: str
    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """A layer below the chart; of a name that is too long the end, which is what tells Keras's names apart."""

    x: float
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class SignalChart:
    """Second moments over depth on a logarithmic scale: `ticks` are (y, power of ten)."""

    predicted: tuple[Point, ...]
    sampled: tuple[Point, ...]
    ticks: tuple[tuple[float, int], ...]
    healthy: tuple[float, float]
    """Upper edge and height of the band from 1e-3 to 1e3, as far as it is in sight."""
    names: tuple[Name, ...]
    width: int = WIDTH
    height: int = HEIGHT + NAMES
    left: int = LEFT


def signal_chart(model: ModelReport) -> SignalChart | None:
    """Return the chart; None where there is nothing to draw a line through."""
    values = [value for row in model.signal for value in (row.predicted, row.sampled) if _drawable(value)]
    if len(model.signal) < 2 or not values:
        return None
    low = min(-1, *(math.floor(math.log10(value)) for value in values if value))
    high = max(1, *(math.ceil(math.log10(value)) for value in values if value))

    def y(exponent: float) -> float:
        return round(TOP + (high - exponent) / (high - low) * (HEIGHT - 2 * TOP), 1)

    step = (WIDTH - LEFT - TOP) / (len(model.signal) - 1)

    def points(named: Iterable[tuple[str, float | None]]) -> tuple[Point, ...]:
        return tuple(
            Point(round(LEFT + at * step, 1), y(math.log10(value)), layer, value)
            for at, (layer, value) in enumerate(named)
            if value is not None and _drawable(value)
        )

    every = max(1, (high - low) // 6)
    upper, lower = y(min(high, 3)), y(max(low, -3))
    return SignalChart(
        points((row.layer, row.predicted) for row in model.signal),
        points((row.layer, row.sampled) for row in model.signal),
        tuple((y(exponent), exponent) for exponent in range(low, high + 1, every)),
        (upper, round(max(lower - upper, 0), 1)),
        _names([row.layer for row in model.signal], step),
    )


def _names(layers: list[str], step: float) -> tuple[Name, ...]:
    """Return names below the chart, of every so many layers that they do not touch; none goes past its edge."""
    every = math.ceil(min((max(map(len, layers)) + 2) * CHARACTER, NAME_WIDTH) / step)
    room = int(every * step / CHARACTER) - 1
    places = ((round(LEFT + at * step, 1), layers[at]) for at in range(0, len(layers), every))
    return tuple(
        Name(x, "end", _ending(layer, room // 2))
        if x + room * CHARACTER / 2 > WIDTH
        else Name(x, "middle", _ending(layer, room))
        for x, layer in places
    )


def _ending(text: str, room: int) -> str:
    return text if len(text) <= room else f"…{text[1 - room :]}"


def _drawable(value: float | None) -> bool:
    return value is not None and math.isfinite(value) and value > 0


@dataclass(frozen=True, slots=True)
class Cell:
    """One unit, or several; `kind` is "" where nothing is said against it."""

    x: int
    y: int
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class UnitMap:
    """The units of a layer as cells in rows."""

    row: LayerRow
    cells: tuple[Cell, ...]
    columns: int
    lines: int
    kinds: tuple[str, ...]


def unit_maps(model: ModelReport) -> list[UnitMap]:
    """Return the map of every layer of which something is known by unit."""
    said = _said(model)
    return [_map(row, said.get(row.path, {})) for row in model.layers if row.units and (row.dead or row.path in said)]


def _said(model: ModelReport) -> dict[str, dict[int, str]]:
    """Return layer -> unit -> what is said of it."""
    found: dict[str, dict[int, str]] = {}
    for row in model.layers:
        if row.dead:
            found[row.path] = dict.fromkeys(row.worst[: row.dead], "dead")
    for code, kind in KINDS.items():
        for finding in model.findings:
            for layer, units in finding.units.items() if finding.code == code else ():
                for unit in units:
                    found.setdefault(layer, {}).setdefault(unit, kind)
    return found


def _map(row: LayerRow, said: dict[int, str]) -> UnitMap:
    units = row.units or 0
    each = max(1, math.ceil(units / CELLS))
    kinds: dict[int, list[str]] = {}
    for unit, kind in said.items():
        if 0 <= unit < units:
            kinds.setdefault(unit // each, []).append(kind)
    cells = tuple(_cell(at, each, units, kinds.get(at, [])) for at in range(math.ceil(units / each)))
    order = list(dict.fromkeys(KINDS.values()))
    present = tuple(sorted({cell.kind for cell in cells if cell.kind}, key=order.index))
    return UnitMap(row, cells, min(len(cells), COLUMNS), math.ceil(len(cells) / COLUMNS), present)


def _cell(at: int, each: int, units: int, kinds: list[str]) -> Cell:
    order = list(dict.fromkeys(KINDS.values()))
    kind = min(kinds, key=order.index, default="")
    last = min(units, (at + 1) * each) - 1
    which = f"unit {at * each}" if last == at * each else f"units {at * each} to {last}"
    return Cell(
        at % COLUMNS, at // COLUMNS, kind, f"{which}: {len(kinds)} {kind}" if each > 1 and kind else f"{which}: {kind}"
    )


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bars of (x, y, width, height, count) in a box of 100 x 40."""

    row: LayerRow
    bars: tuple[tuple[float, float, float, float, int], ...]


def histograms(model: ModelReport) -> list[Histogram]:
    """Return the histogram of every layer that has one."""
    return [Histogram(row, _bars(row.histogram)) for row in model.layers if any(row.histogram)]


def _bars(bins: tuple[int, ...]) -> tuple[tuple[float, float, float, float, int], ...]:
    width, top = 100 / len(bins), max(bins)
    heights = [max(round(40 * count / top, 2), 0.5 if count else 0.0) for count in bins]
    return tuple(
        (round(at * width, 2), round(40 - height, 2), round(width * 0.9, 2), height, count)
        for at, (count, height) in enumerate(zip(bins, heights, strict=True))
    )
