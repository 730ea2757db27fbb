"""Cost of a run on data beside `model.predict`: python -m tests.bench.bench_live [MODEL...].

A model is saved, read, rebuilt and observed as `check --data` does it, in this process; `model.predict` runs the same
model on the same data. Ratios are medians over alternating pairs, of wall time and of processor time, the second of
which other work on the machine disturbs less. Then the start of the confined process, and memory by number of samples.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from linter.live.observe import Observer
from linter.live.rebuild import Rebuilt, rebuild
from linter.live.run import Request, observe
from linter.live.samples import Column, Expected, Samples, match, open_samples
from linter.live.samples.columns import sliced
from linter.options import Limits
from linter.read import read
from tests.bench.bench_probe import conv_net, dense_net, mobile_net

PAIRS = 9
LIMIT, GROWTH = 1.15, 1.10
PEAK_AT = (1_000, 100_000)
UNLIMITED = Limits(max_samples=1 << 40, max_seconds=1e9)


def rebuilt_of(model: Any, folder: Path) -> tuple[Any, Rebuilt]:
    """Save a model; return the graph of the file and what is rebuilt from it."""
    model.save(folder / "model.keras")
    graph = read(folder / "model.keras", Limits())
    return graph, rebuild(graph)


def expected_of(rebuilt: Rebuilt) -> list[Expected]:
    """Return what the model takes."""
    pairs = zip(rebuilt.inputs, rebuilt.model.inputs, strict=True)
    return [Expected(name, tuple(tensor.shape), str(tensor.dtype)) for name, tensor in pairs]


def observing(graph: Any, rebuilt: Rebuilt, data: Any) -> Callable[[], object]:
    """Return what observes the model on data in memory, again and again."""
    columns = {"": Column(tuple(data.shape[1:]), data.dtype.name)}
    samples = Samples("memory", columns, len(data), lambda size: sliced({"": data}, len(data), size))
    matched, observer = match(samples, expected_of(rebuilt)), Observer(graph, rebuilt)
    return lambda: observer.run(samples, matched, UNLIMITED)


def cost(run: Callable[[], object]) -> tuple[float, float]:
    """Wall and processor seconds of one call."""
    wall, processor = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - wall, time.process_time() - processor


def ratios(make: Callable[[], tuple[Any, Any]]) -> list[tuple[float, float]]:
    """Wall and processor ratios of observing to predicting, a pair at a time."""
    keras.utils.set_random_seed(0)
    model, data = make()
    with tempfile.TemporaryDirectory() as folder:
        graph, rebuilt = rebuilt_of(model, Path(folder))
    observed = observing(graph, rebuilt, data)

    def predicted() -> object:
        return rebuilt.model.predict(data, verbose=0)

    observed(), predicted()
    found = []
    for pair in range(PAIRS):
        first, second = (observed, predicted) if pair % 2 else (predicted, observed)
        costs = {run: cost(run) for run in (first, second)}
        found.append(tuple(a / b for a, b in zip(costs[observed], costs[predicted], strict=True)))
    return found


def speed(chosen: Sequence[str]) -> str:
    """All ratios as a table."""
    lines = [f"| observed / predicted, {keras.backend.backend()} | wall (limit {LIMIT}) | processor |", "|---|--:|--:|"]
    for make in (conv_net, dense_net, mobile_net):
        if not chosen or make.__name__ in chosen:
            cells = [
                f"{statistics.median(column):.2f} ({min(column):.2f} to {max(column):.2f})"
                for column in zip(*ratios(make), strict=True)
            ]
            lines.append(f"| {make.__name__}, {PAIRS} pairs | {' | '.join(cells)} |")
    return "\n".join(lines)


def start_up() -> str:
    """How long the confined process takes for a run on one sample."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)]).save(place / "model.keras")
        np.save(place / "data.npy", np.zeros((1, 4), "float32"))
        wall, _ = cost(lambda: observe(Request(place / "model.keras", str(place / "data.npy"), Limits())))
    return f"start-up: a confined run on one sample takes {wall:.1f} s"


def memory() -> str:
    """Peak memory by number of samples, each in a process of its own."""
    few, many = (_peak_elsewhere(count) for count in PEAK_AT)
    return (
        f"peak memory: {few / 1e6:.0f} MB for {PEAK_AT[0]:,} samples, {many / 1e6:.0f} MB for {PEAK_AT[1]:,}: "
        f"{many / few:.2f} (limit {GROWTH})"
    )


def _peak_elsewhere(count: int) -> int:
    command = [sys.executable, "-m", "tests.bench.bench_live", "--peak", str(count)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1])


def peak(count: int) -> int:
    """Bytes that this process needed at most, to observe 8 x 512 units on `count` samples of a file."""
    hidden = [keras.layers.Dense(512, activation="relu") for _ in range(8)]
    model = keras.Sequential([keras.Input((512,)), *hidden, keras.layers.Dense(10)])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "data.npy")
        array = np.lib.format.open_memmap(path, "w+", np.float32, (count, 512))
        del array  # zeros do
        graph, rebuilt = rebuilt_of(model, Path(folder))
        samples = open_samples(str(path), expected_of(rebuilt), generators=False)
        seen = Observer(graph, rebuilt).run(samples, match(samples, expected_of(rebuilt)), UNLIMITED)
    assert seen.samples == count
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peak"]:
        print(peak(int(sys.argv[2])))
    else:
        print(speed(sys.argv[1:]))
        print(start_up())
        print(memory())
