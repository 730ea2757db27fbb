"""Signal through depth, and fans: `python -m tests.bench.bench_initializers` writes two sections of the README.

Fifty layers of width 512, 64 inputs of N(0, 1): the second moment of each layer's pre-activation, median over the
seeds; then DepthwiseConv and Conv2DTranspose and what the formula says. Keras's own initializers stand beside.
"""

import time

import keras
import numpy as np
from keras import layers, ops

from keras_act import initializers
from keras_act.gains import gain
from tests.bench.section import put, setting, table

DEPTH, WIDTH, SEEDS, OWN_SEEDS = 50, 512, 50, 10
STABLE, SELF_GATED = ("relu", "leaky_relu", "elu", "selu", "tanh"), ("gelu", "silu", "mish")


def moments(activation: str, first: keras.Initializer, rest: keras.Initializer) -> list[float]:
    """The second moment of the pre-activation, layer by layer."""
    act, found = keras.activations.get(activation), []
    x = keras.random.normal((64, WIDTH), seed=int(np.random.randint(1 << 30)))
    for layer in range(DEPTH):
        x = ops.matmul(x, (rest if layer else first).clone()((WIDTH, WIDTH)))
        found.append(float(ops.mean(ops.square(x))))
        x = act(x)
    return found


def summary(runs: list[list[float]]) -> str:
    """Smallest and largest median over the layers, and the last one."""
    median = np.median(np.array(runs), axis=0)
    return f"{median.min():.2g} ... {median.max():.2g}, last {median[-1]:.2g}"


def depth_section() -> str:
    """The table of fifty layers."""
    start, rows = time.perf_counter(), []
    linear, theirs = initializers.He("linear"), (keras.initializers.HeNormal(), keras.initializers.GlorotUniform())
    for activation in STABLE + SELF_GATED:
        keras.utils.set_random_seed(0)
        exact = summary([moments(activation, linear, initializers.He(activation)) for _ in range(SEEDS)])
        own = [summary([moments(activation, k, k) for _ in range(OWN_SEEDS)]) for k in theirs]
        slope = gain(activation).length_slope
        rows.append([activation, f"{slope:.2f}", exact, *own])
    head = [
        "activation",
        "length-map slope",
        f"`He(activation)`, {SEEDS} seeds",
        f"Keras HeNormal, {OWN_SEEDS} seeds",
        f"GlorotUniform, {OWN_SEEDS} seeds",
    ]
    about = (
        f"Second moment of the pre-activation over {DEPTH} layers of width {WIDTH}, 64 inputs of N(0, 1): "
        "smallest and largest median over the layers, and the last. The ideal is 1 everywhere."
    )
    return "\n\n".join([about, table(head, rows), setting("bench_initializers", time.perf_counter() - start)])


def fans_section() -> str:
    """The table of depthwise and transposed convolutions."""
    start, rows = time.perf_counter(), []
    x = np.random.default_rng(0).standard_normal((16, 24, 24, 256)).astype("float32")
    kinds = {
        "DepthwiseConv2D(3), 256 channels": (
            "depthwise_conv",
            1,
            lambda k: layers.DepthwiseConv2D(3, depthwise_initializer=k),
        ),
        "Conv2DTranspose(32, 3) from 256": (
            "conv_transpose",
            1,
            lambda k: layers.Conv2DTranspose(32, 3, kernel_initializer=k),
        ),
        "Conv2DTranspose(32, 4, strides=2) from 256": (
            "conv_transpose",
            2,
            lambda k: layers.Conv2DTranspose(32, 4, strides=2, kernel_initializer=k),
        ),
    }
    for name, (kind, strides, make) in kinds.items():
        cells = []
        own = initializers.He("linear", layer=kind, strides=strides)
        for initializer in (own, keras.initializers.LecunNormal()):
            found = []
            for seed in range(5):
                keras.utils.set_random_seed(seed)
                y = ops.convert_to_numpy(make(initializer.clone())(x))[:, 4:-4, 4:-4]
                found.append(float((y**2).mean()))
            cells.append(f"{np.median(found):.3g} ({min(found):.3g} ... {max(found):.3g})")
        rows.append([name, "1", *cells])
    about = (
        "Second moment of the output for inputs of N(0, 1) away from the borders, median (range) of 5 seeds, gain 1:"
    )
    head = ["layer", "formula", '`He("linear", layer=...)`', "Keras LecunNormal"]
    return "\n\n".join([about, table(head, rows), setting("bench_initializers", time.perf_counter() - start)])


def main() -> None:
    """Writes both sections."""
    put("fans", fans_section())
    put("depth", depth_section())


if __name__ == "__main__":
    main()
