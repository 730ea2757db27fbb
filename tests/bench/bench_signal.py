"""Predicted signal against real initialisations in Keras: python -m tests.bench.bench_signal [DRAWS] [--only CASE]
[--seed N].

Prints, for plain, residual and normalised networks of depth 2 to 50, the mean log second moment over the draws with
its 99 % interval, the predicted one, and by how much the prediction misses the centre.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import exp, sqrt
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

DEPTHS = (2, 10, 30, 50)
BATCH = 1024
"""Values of a unit that BatchNormalization takes its moments of: theory takes them for endless."""
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

    def __str__(self) -> str:
        """Return its name in the table."""
        return f"{self.kind} {self.block} {self.activation} {self.initializer}"


Logs = dict[int, list[float]]
"""Log second moments, one a draw, by depth."""


class Network:
    """A case in Keras's own layers, one depth of which is run after another on kernels that come from outside."""

    def __init__(self, case: Case) -> None:
        """Build the layers that all depths share."""
        import keras

        self.case = case
        mlp = case.kind == "mlp"
        shape = (case.width,) if mlp else (case.side, case.side, case.width)
        batch = BATCH // (1 if mlp else case.side**2) if case.block == "batch" else 1
        self.shape = (batch, *shape)
        self.layer = (
            keras.layers.Dense(case.width) if mlp else keras.layers.Conv2D(case.width, kernel_size=3, padding="same")
        )
        self.layer.build((None, *shape))
        norm = {"batch": keras.layers.BatchNormalization, "layer": keras.layers.LayerNormalization}.get(case.block)
        self.normal = norm() if norm else None
        if self.normal is not None:
            self.normal.build((None, *shape))
        self.act = keras.activations.get(case.activation)

    def step(self, x: Any, kernel: Any) -> Any:
        """Return what comes out of one depth with this kernel."""
        self.layer.kernel.assign(kernel)
        h = self.layer(x)
        if self.normal is not None:
            h = self.normal(h, training=True)
        h = self.act(h)
        return x + h if self.case.block == "residual" else h


def truths(cases: Sequence[Case], depths: tuple[int, ...], draws: int, seed: int = 0) -> dict[Case, Logs]:
    """Return the log second moments after each depth, one a draw, by case: all of one kind, width and initializer.

    The cases see the same kernels, for drawing them is most of the work; each sees `draws` independent networks.
    """
    import keras
    import numpy as np

    keras.utils.set_random_seed(seed)
    networks = [Network(case) for case in cases]
    start = keras.initializers.get(cases[0].initializer)
    random = np.random.default_rng(seed)
    out: dict[Case, Logs] = {case: {depth: [] for depth in depths} for case in cases}
    for _ in range(draws):
        drawn = {one.shape: random.normal(size=one.shape).astype("float32") for one in networks}
        states = [keras.ops.convert_to_tensor(drawn[one.shape]) for one in networks]
        for depth in range(1, max(depths) + 1):
            fresh = type(start).from_config({**start.get_config(), "seed": int(random.integers(1 << 31))})
            kernel = fresh(networks[0].layer.kernel.shape)
            states = [one.step(x, kernel) for one, x in zip(networks, states, strict=True)]
            for case, x in zip(cases, states, strict=True):
                if depth in out[case]:
                    out[case][depth].append(float(np.log(np.mean(np.asarray(x, dtype=np.float64) ** 2))))
    return out


def truth(case: Case, depths: tuple[int, ...], draws: int, seed: int = 0) -> Logs:
    """Return the log second moments after each depth, one a draw, from Keras's own layers."""
    return truths([case], depths, draws, seed)[case]


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


def groups(chosen: Iterable[Case]) -> list[list[Case]]:
    """Return the cases that can share their kernels, together."""
    found: dict[tuple[str, str], list[Case]] = {}
    for case in chosen:
        found.setdefault((case.kind, case.initializer), []).append(case)
    return list(found.values())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("draws", nargs="?", type=int, default=50)
    parser.add_argument("--only", default="", help="a part of a case's name")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    print(f"{'case':34} depth  measured (99 %)     predicted   off    inside")
    for group in groups(case for case in cases() if given.only in str(case)):
        for case, real in truths(group, DEPTHS, given.draws, given.seed).items():
            print("\n".join(rows(case, real)), flush=True)


def rows(case: Case, real: Logs) -> Iterator[str]:
    """Yield a line a depth: measured beside predicted, and the spread over draws beside the predicted one."""
    guess = predicted(case, DEPTHS)
    for depth in DEPTHS:
        center, half = interval(real[depth])
        value, doubt, claimed = guess[depth]
        miss = exp(abs(value - center)) - 1
        mark = "yes" if abs(value - center) <= half else "no"
        claim = "" if claimed else " (not claimed)"
        yield (
            f"{case!s:34} {depth:5}  {center:8.3f} +- {half:.3f}  {value:9.3f}  {100 * miss:5.1f} %  "
            f"{mark}{claim} sd {doubt:.3f}/{half * sqrt(len(real[depth])) / 2.68:.3f}"
        )


if __name__ == "__main__":
    main()
