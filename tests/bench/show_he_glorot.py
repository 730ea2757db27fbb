"""He beside Glorot in a network of 30 ReLU layers: `python -m tests.bench.show_he_glorot` writes its README section.

Two intertwined spirals, 30 hidden layers of width 64 without normalisation or shortcuts, 400 steps of SGD on the whole
set.
"""

import time

import keras
import numpy as np
from keras import layers

from keras_act.initializers import Glorot, initialize_
from tests.bench.section import put, setting, table

DEPTH, WIDTH, STEPS, SEEDS = 30, 64, 400, (0, 1, 2, 3, 4)


def spirals(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Points (count, 2) of two spirals of one and a half turns, scaled to unit second moment, and their labels."""
    generator = np.random.default_rng(seed)
    label = generator.integers(0, 2, count)
    turn = np.sqrt(generator.uniform(size=count)) * 3 * np.pi
    x = np.stack([np.cos(turn + np.pi * label), np.sin(turn + np.pi * label)], axis=1) * turn[:, None]
    x = x + generator.normal(0, 0.2, x.shape)
    return (x / np.sqrt((x**2).mean())).astype("float32"), label.astype("float32")[:, None]


def network(kind: str) -> keras.Model:
    """The network with Glorot's kernels, or with He's gain of what feeds each kernel."""
    hidden = [layers.Dense(WIDTH, "relu", kernel_initializer=Glorot()) for _ in range(DEPTH)]
    model = keras.Sequential([keras.Input((2,)), *hidden, layers.Dense(1, kernel_initializer=Glorot())])
    if kind == "he":
        initialize_(model)
    return model


def accuracy(kind: str, seed: int) -> tuple[float, float]:
    """Accuracy on fresh points after training, and the deviation of the logits before it."""
    keras.utils.set_random_seed(seed)
    model = network(kind)
    (x, y), (x_test, y_test) = spirals(500, seed), spirals(500, 1000 + seed)
    spread = float(np.std(model.predict(x_test, batch_size=500, verbose=0)))
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.01, momentum=0.9), loss)
    model.fit(x, y, batch_size=len(x), epochs=STEPS, verbose=0)
    logits = model.predict(x_test, batch_size=500, verbose=0)
    return float(np.mean((logits > 0) == (y_test > 0.5))), spread


def main() -> None:
    """Trains all kinds with all seeds and writes the section."""
    start, rows = time.perf_counter(), []
    names = {"he": "He: `initialize_(model)`", "glorot": "Glorot, Keras's default"}
    for kind, name in names.items():
        results = [accuracy(kind, seed) for seed in SEEDS]
        reached, spread = zip(*results, strict=True)
        low, high = min(reached), max(reached)
        rows.append([name, f"{np.median(reached):.3f}", f"{low:.3f} ... {high:.3f}", f"{np.median(spread):.1e}"])
    head = ["kernels", "test accuracy, median", "range", "deviation of the logits at the start"]
    about = (
        f"Two spirals, {DEPTH} ReLU layers of width {WIDTH}, {STEPS} steps of SGD (0.01, momentum 0.9); "
        f"seeds {SEEDS[0]} to {SEEDS[-1]}."
    )
    put("he_glorot", "\n\n".join([about, table(head, rows), setting("show_he_glorot", time.perf_counter() - start)]))


if __name__ == "__main__":
    main()
