"""RecycleDeadUnits on a network that loses units: python -m tests.bench.show_recycling

A ReLU network learns a sequence of tasks: each time, random labels for new random inputs, the setting in which networks
are known to lose units. Its learning rate is high, so units die. Everything but the callback is the same.
"""

import os
import statistics
from dataclasses import dataclass

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from keras import layers as L

from keras_act import RecycleDeadUnits
from keras_act.probe import observe

SEEDS = range(5)
TASKS, EPOCHS, SAMPLES, FEATURES, CLASSES = 10, 12, 512, 16, 8
LEARNING_RATE = 0.01


@dataclass(frozen=True, slots=True)
class Run:
    """What one network came to.

    Attributes:
        dead: Share of hidden units that fire on no sample, after the last task.
        first, last: Training accuracy at the end of the first and of the last task.
    """

    dead: float
    first: float
    last: float


def run(seed: int, recycle: bool) -> Run:
    """Trains one network on all tasks."""
    keras.utils.set_random_seed(seed)
    hidden = [L.Dense(64, activation="relu", kernel_initializer="he_normal") for _ in range(3)]
    model = keras.Sequential([keras.Input((FEATURES,)), *hidden, L.Dense(CLASSES)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(LEARNING_RATE), loss, metrics=["accuracy"])
    random, accuracies = np.random.default_rng(seed), []
    x = np.zeros(
        (SAMPLES, FEATURES), "float32"
    )  # one array, filled anew for each task: the callback sees the present one
    callbacks = [RecycleDeadUnits(x, seed=seed, until=EPOCHS - 3, batch_size=SAMPLES)] if recycle else []
    for _ in range(TASKS):
        x[:] = random.normal(size=x.shape)
        y = random.integers(CLASSES, size=SAMPLES)
        fitted = model.fit(x, y, epochs=EPOCHS, batch_size=32, verbose=0, callbacks=callbacks)
        accuracies.append(fitted.history["accuracy"][-1])
    return Run(observe(model, x, batch_size=SAMPLES).silent_share, accuracies[0], accuracies[-1])


def table() -> str:
    """Median and range over the seeds, as a markdown table."""
    lines = [
        f"Random labels, {TASKS} tasks in a row; {len(SEEDS)} seeds: median (lowest to highest).",
        "",
        f"| 3 x 64 ReLU, Adam {LEARNING_RATE} | dead units at the end | accuracy, first task | accuracy, last task |",
        "|---|---|---|---|",
    ]
    for name, recycle in (("as it is", False), ("with `RecycleDeadUnits`", True)):
        runs = [run(seed, recycle) for seed in SEEDS]
        cells = [spread([getattr(one, what) for one in runs]) for what in ("dead", "first", "last")]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def spread(values: list[float]) -> str:
    """Median and range in per cent."""
    return f"{statistics.median(values):.0%} ({min(values):.0%} to {max(values):.0%})"


if __name__ == "__main__":
    print(table())
