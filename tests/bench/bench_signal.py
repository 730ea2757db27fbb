"""Predicted signal against real initialisations in Keras: python -m tests.bench.bench_signal [draws].

Prints, for plain, residual and normalised networks of depth 2 to 50, the mean log second moment over the draws with
its 99 % interval, the predicted one, and by how much the prediction misses the centre.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

DEPTHS = (2, 10, 30, 50)
ACTIVATIONS = {
    "relu": "he_normal",
    "leaky_relu": "he_normal",
    "elu": "he_normal",
    "selu": "lecun_normal",
    "gelu": "he_normal",
    "tanh": "glorot_uniform",
}


@dataclass(frozen=True)
class Case:
    """One architecture: `kind` is mlp or cnn, `block` plain, residual, batch or layer (normalised)."""

    kind: str
    block: str
    activation: str
    initializer: str
    width: int
    depth: int
    side: int = 8


def truth(case: Case, depths: tuple[int, ...], draws: int, seed: int = 0) -> dict[int, list[float]]:
    """Return the log second moments after each depth, one a draw, from Keras's own layers."""
    import keras
    import numpy as np

    keras.utils.set_random_seed(seed)
    mlp = case.kind == "mlp"
    shape = (case.width,) if mlp else (case.side, case.side, case.width)
    batch = 64 if case.block == "batch" else 1
    start = keras.initializers.get(case.initializer)
    make: Any = keras.layers.Dense if mlp else keras.layers.Conv2D
    options = {} if mlp else {"kernel_size": 3, "padding": "same"}
    layer = make(case.width, **options)
    layer.build((None, *shape))
    norm = {"batch": keras.layers.BatchNormalization, "layer": keras.layers.LayerNormalization}.get(case.block)
    normal = norm() if norm else None
    if normal is not None:
        normal.build((None, *shape))
    act = keras.activations.get(case.activation)
    random = np.random.default_rng(seed)
    out: dict[int, list[float]] = {depth: [] for depth in depths}
    for _ in range(draws):
        x = keras.ops.convert_to_tensor(random.normal(size=(batch, *shape)).astype("float32"))
        for depth in range(1, max(depths) + 1):
            fresh = type(start).from_config({**start.get_config(), "seed": int(random.integers(1 << 31))})
            layer.kernel.assign(fresh(layer.kernel.shape))
            h = layer(x)
            if normal is not None:
                h = normal(h, training=True)
            h = act(h)
            x = x + h if case.block == "residual" else h
            if depth in out:
                out[depth].append(float(np.log(np.mean(np.asarray(x, dtype=np.float64) ** 2))))
    return out


def predicted(case: Case, depths: tuple[int, ...]) -> dict[int, tuple[float, float, bool]]:
    """Return (mean log, its standard deviation over draws, whether it is claimed) after each depth."""
    from linter import build
    from linter.analysis import signal
    from linter.rule import Subject

    start = build.input(*((case.width,) if case.kind == "mlp" else (case.side, case.side, case.width)))
    x = start()
    ends = []
    for _ in range(max(depths)):
        made = build.dense if case.kind == "mlp" else build.conv
        h = made(case.width, kernel_initializer=case.initializer)(x)
        if case.block in ("batch", "layer"):
            h = (build.batch_normalization() if case.block == "batch" else build.layer_normalization())(h)
        h = build.activation(case.activation)(h)
        x = build.add()(x, h) if case.block == "residual" else h
        ends.append(x)
    model = build.model(start, x)
    subject = Subject(model.graph())
    found = signal.of(subject)
    last = "Add" if case.block == "residual" else "Activation"
    nodes = [node for node in subject.graph.nodes if node.op == last]
    out = {}
    for depth in depths:
        state = found.forward[nodes[depth - 1].name]
        out[depth] = (state.log, state.doubt, found.claimed(nodes[depth - 1]) is not None)
    return out


def cases(width: int = 1024, channels: int = 256) -> Iterator[Case]:
    """Yield what is compared."""
    for kind, size in (("mlp", width), ("cnn", channels)):
        for block in ("plain", "residual", "batch", "layer"):
            for activation, initializer in ACTIVATIONS.items():
                yield Case(kind, block, activation, initializer, size, max(DEPTHS))


def interval(values: list[float]) -> tuple[float, float]:
    """Return mean and half-width of its 99 % interval (Student's t, 2.68 for 50 draws)."""
    from statistics import fmean, stdev

    return fmean(values), 2.68 * stdev(values) / sqrt(len(values))


def main() -> None:
    """Print the table."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    only = sys.argv[2] if len(sys.argv) > 2 else ""
    print(f"{'case':34} depth  measured (99 %)     predicted   off    inside")
    for case in cases():
        name = f"{case.kind} {case.block} {case.activation} {case.initializer}"
        if only and only not in name:
            continue
        real, guess = truth(case, DEPTHS, draws), predicted(case, DEPTHS)
        for depth in DEPTHS:
            center, half = interval(real[depth])
            value, doubt, claimed = guess[depth]
            miss = exp(abs(value - center)) - 1
            mark = "yes" if abs(value - center) <= half else "no"
            claim = "" if claimed else " (not claimed)"
            print(
                f"{name:34} {depth:5}  {center:8.3f} +- {half:.3f}  {value:9.3f}  {100 * miss:5.1f} %  "
                f"{mark}{claim} sd {doubt:.3f}/{half * sqrt(len(real[depth])) / 2.68:.3f}",
                flush=True,
            )


if __name__ == "__main__":
    main()


__all__ = ["Case", "cases", "interval", "log", "predicted", "truth"]
