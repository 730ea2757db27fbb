"""Networks that are constant from the start: `python -m tests.bench.show_born_dead` writes its README section.

Thousands of narrow deep ReLU networks at once: an EinsumDense whose kernels hold one copy per network draws them with
the very initializers of this package. A network is born dead if its last hidden layer gives the same values for every
input.
"""

import math
import time

import keras
import numpy as np
from keras import layers

from keras_act.initializers import He, SmallBias, rai_
from tests.bench.section import put, setting, table

DEPTH, WIDTHS, NETWORKS, SEED = 10, (2, 3, 4, 5, 6, 8, 10), 20_000, 0


def bounds(width: int) -> tuple[float, float]:
    """Lu et al.: lower and upper bound on P(born dead) for one input, symmetric kernels and zero biases."""
    one, n = 2.0**-width, width
    a, b = 1 - one, 1 - 2 * one - (n - 1) * one * one
    lower = (
        1
        - a ** (DEPTH - 2)
        + (1 - 2 * one) * (1 - one) / (1 + (n - 1) * 2 * one) * (b ** (DEPTH - 2) - a ** (DEPTH - 2))
    )
    return lower, 1 - (1 - one) ** (DEPTH - 1)


def hidden(kind: str, fan_in: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Kernels (NETWORKS, fan_in, width) and biases (NETWORKS, width)."""
    layer = layers.EinsumDense(
        "bni,nio->bno",
        (NETWORKS, width),
        bias_axes="no",
        kernel_initializer=He("relu", input_axes=[1], output_axes=[2]),
        bias_initializer=SmallBias(0.1) if kind == "bias" else "zeros",
    )
    layer.build((None, NETWORKS, fan_in))
    if kind == "rai":
        rai_(layer)
    return tuple(np.asarray(keras.ops.convert_to_numpy(w), np.float64) for w in (layer.kernel, layer.bias))


def share_dead(kind: str, width: int) -> float:
    """The share of networks that are constant on [-sqrt 3, sqrt 3]; in double precision, where small slopes count."""
    x = np.broadcast_to(np.linspace(-math.sqrt(3), math.sqrt(3), 41)[:, None], (NETWORKS, 41, 1))
    for layer in range(DEPTH - 1):
        kernel, bias = hidden(kind, 1 if layer == 0 else width, width)
        x = np.maximum(x @ kernel + bias[:, None], 0)
    return float((np.ptp(x, axis=1).max(axis=1) == 0).mean())


def main() -> None:
    """Simulates all kinds and widths and writes the section."""
    start, rows = time.perf_counter(), []
    keras.utils.set_random_seed(SEED)
    for width in WIDTHS:
        shares = [share_dead(kind, width) for kind in ("he", "bias", "rai")]
        rows.append([width, *(f"{bound:.4f}" for bound in bounds(width)), *(f"{share:.4f}" for share in shares)])
    head = ["width", "lower bound", "upper bound", "He, bias 0", "He, `SmallBias(0.1)`", "`rai_`"]
    error = math.sqrt(0.25 / NETWORKS)
    about = (
        f"Share of networks that are constant from the start: one input, {DEPTH - 1} hidden ReLU layers, {NETWORKS} "
        f"networks each (standard error at most {error:.4f}), seed {SEED}. "
        "Bounds for symmetric kernels and zero biases: Lu et al., arXiv:1903.06733."
    )
    put("born_dead", "\n\n".join([about, table(head, rows), setting("show_born_dead", time.perf_counter() - start)]))


if __name__ == "__main__":
    main()
