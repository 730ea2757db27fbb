"""Cost of `observe` beside `model.predict` on the same model and data: python -m tests.bench.bench_probe [MODEL...].

Median over alternating pairs of the ratio of wall times, after one warm-up of each. Needs a quiet machine.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from keras import layers as L

from keras_act.probe import observe

PAIRS = 9
LIMITS = {"firing": 1.15, "full": 2.0}


def conv_net() -> tuple[keras.Model, np.ndarray]:
    """VGG-like, 32x32x3, 1 024 samples."""
    model = keras.Sequential([keras.Input((32, 32, 3))])
    for filters in (32, 64, 128):
        for _ in range(2):
            model.add(L.Conv2D(filters, 3, padding="same", activation="relu"))
        model.add(L.MaxPooling2D())
    for layer in (L.Flatten(), L.Dense(128, activation="relu"), L.Dense(10, activation="softmax")):
        model.add(layer)
    return model, samples(1024, 32, 32, 3)


def dense_net() -> tuple[keras.Model, np.ndarray]:
    """8 x 512, 16 384 samples."""
    hidden = [L.Dense(512, activation="relu") for _ in range(8)]
    return keras.Sequential([keras.Input((512,)), *hidden, L.Dense(10, activation="softmax")]), samples(16384, 512)


def mobile_net() -> tuple[keras.Model, np.ndarray]:
    """MobileNet, 96x96x3, 512 samples: many cheap depthwise layers, so the statistics weigh more."""
    return keras.applications.MobileNet((96, 96, 3), weights=None), samples(512, 96, 96, 3)


def samples(*shape: int) -> np.ndarray:
    """Normal noise."""
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def seconds(run: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def ratio(model: keras.Model, data: np.ndarray, which: str) -> tuple[float, float, float]:
    """(median, lowest, highest) ratio of observe to predict."""

    def predict() -> object:
        return model.predict(data, verbose=0)

    def observed() -> object:
        return observe(model, data, which)

    predict(), observed()
    ratios = []
    for pair in range(PAIRS):
        if pair % 2:
            base = seconds(predict)
            ratios.append(seconds(observed) / base)
        else:
            cost = seconds(observed)
            ratios.append(cost / seconds(predict))
    return statistics.median(ratios), min(ratios), max(ratios)


def table(chosen: Sequence[str] = ()) -> str:
    """All ratios as a markdown table."""
    head = " | ".join(f"{which} (limit {limit})" for which, limit in LIMITS.items())
    lines = [f"| observe / predict, {keras.backend.backend()}, median (lowest to highest) of {PAIRS} | {head} |"]
    lines.append("|---|---|---|")
    for make in (conv_net, dense_net, mobile_net):
        if not chosen or make.__name__ in chosen:
            keras.utils.set_random_seed(0)
            model, data = make()
            cells = ["{:.2f} ({:.2f} to {:.2f})".format(*ratio(model, data, which)) for which in LIMITS]
            lines.append(f"| {make.__name__} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(sys.argv[1:]))
