"""IRNN beside a tanh RNN on the adding problem: `python -m tests.bench.show_irnn [steps]` writes its README section.

Two numbers among 50 are marked; the target is their sum. To say 1 always has the squared error 1/6 = 0.167: below that,
a network has learnt to remember over dozens of steps. Runs on JAX where it is installed: its loops are the fastest
here.
"""

import importlib.util
import os
import sys
import time

if importlib.util.find_spec("jax"):
    os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
from keras import layers

from keras_act.initializers import IRNN
from tests.bench.section import put, setting, table

LENGTH, UNITS, BATCH, SEEDS = 50, 100, 32, (0, 1, 2, 3, 4)
NAMES = {"irnn": "SimpleRNN, ReLU, `IRNN()`", "tanh": "SimpleRNN, tanh, Keras's defaults"}


def problem(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Sequences (count, LENGTH, 2) of numbers and marks, one mark in each half, and the sums of the marked numbers."""
    generator = np.random.default_rng(seed)
    x = np.zeros((count, LENGTH, 2), np.float32)
    x[:, :, 0] = generator.uniform(size=(count, LENGTH))
    rows = np.arange(count)
    x[rows, generator.integers(0, LENGTH // 2, count), 1] = 1
    x[rows, generator.integers(LENGTH // 2, LENGTH, count), 1] = 1
    return x, (x[:, :, 0] * x[:, :, 1]).sum(axis=1, keepdims=True)


def recurrent(kind: str) -> layers.Layer:
    """The layer: ReLU and identity with a tiny input kernel, or Keras's default tanh and orthogonal kernel."""
    if kind == "tanh":
        return layers.SimpleRNN(UNITS)
    small = keras.initializers.RandomNormal(stddev=0.001)
    return layers.SimpleRNN(UNITS, activation="relu", kernel_initializer=small, recurrent_initializer=IRNN())


def errors(kind: str, seed: int, steps: int) -> tuple[float, float]:
    """Squared errors on 2 000 fresh sequences after a third of the training, and after all of it."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((LENGTH, 2)), recurrent(kind), layers.Dense(1)])
    rate = keras.optimizers.schedules.CosineDecay(1e-3, steps)  # without a decay both end on a random spike
    model.compile(keras.optimizers.Adam(rate, clipnorm=1.0), "mse")
    fresh, found = problem(2000, 10_000 + seed), []
    for part, share in enumerate((steps // 3, steps - steps // 3)):
        model.fit(*problem(share * BATCH, 10 * seed + part), batch_size=BATCH, epochs=1, verbose=0)
        found.append(float(model.evaluate(*fresh, batch_size=500, verbose=0)))
    return found[0], found[1]


def cell(values: tuple[float, ...]) -> str:
    """Median and every seed."""
    return f"{np.median(values):.4f} ({', '.join(f'{value:.4f}' for value in values)})"


def main(steps: int = 12_000) -> None:
    """Trains both kinds with all seeds and writes the section."""
    start, rows = time.perf_counter(), []
    for kind, name in NAMES.items():
        early, late = zip(*(errors(kind, seed, steps) for seed in SEEDS), strict=True)
        rows.append([name, cell(early), cell(late)])
    head = ["network", f"squared error after {steps // 3} steps, median (seeds)", f"after {steps}"]
    about = (
        f"Adding problem of length {LENGTH}, {UNITS} units, {steps} steps of Adam (1e-3, falling to 0 "
        f"by a cosine, clipped at 1, batches of {BATCH}), {len(SEEDS)} seeds; to say 1 always has 0.1667."
    )
    put("irnn", "\n\n".join([about, table(head, rows), setting("show_irnn", time.perf_counter() - start)]))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
