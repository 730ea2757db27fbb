"""Speed and accuracy of the activations as tables of ratios within one run: `python tests/bench/bench_activations.py`.

Speed: forward and backward on 4096 x 4096 float32, in units of one copy of that tensor, beside Keras's function of the
same name (TensorFlow and JAX, compiled by XLA) or PyTorch's (eager). KERAS_BACKEND chooses the backend, `--size`,
`--rounds` and `--only` make it shorter, `--accuracy` prints the worst float32 error per function instead.
"""

import argparse
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).parents[2]))

import keras
import numpy as np

import keras_act

BACKEND = keras.backend.backend()
RECTIFIERS = ["relu", "relu6", "clipped_relu", "leaky_relu", "prelu", "prelu_learnt", "rrelu", "shifted_relu"]
RECTIFIERS += ["relu_squared", "star_relu"]
BOUNDED = ["hard_sigmoid", "hard_tanh", "hard_shrink", "soft_shrink"]
SMOOTH = ["elu", "celu", "selu", "gelu", "gelu_tanh", "silu", "swish", "softplus", "squareplus", "sparse_plus"]
SMOOTH += ["mish", "telu", "lisht", "sigmoid", "tanh", "tanh_shrink", "snake", "xielu", "dyt", "acon_c", "smu"]
SPECIAL = {
    "prelu": lambda x: keras_act.prelu(x, alpha=0.25),
    "prelu_learnt": keras_act.prelu,
    "gelu_tanh": lambda x: keras_act.gelu(x, approximate=True),
}


def parameters(name: str, size: int) -> list[Any]:
    """What is learnt beside x, and differentiated by: the slopes of PReLU, one per channel."""
    return [keras.ops.full((size,), 0.25)] if name == "prelu_learnt" else []


def ours(name: str) -> Callable[..., Any]:
    """The package's function of that name."""
    return SPECIAL.get(name) or getattr(keras_act, name)


def theirs(name: str, size: int) -> Callable[..., Any] | None:
    """Keras's function of the same name; on PyTorch, PyTorch's."""
    if BACKEND == "torch":
        return _torch_function(name)
    if name == "gelu_tanh":
        return lambda x: keras.activations.gelu(x, approximate=True)
    if name == "leaky_relu":
        return lambda x: keras.activations.leaky_relu(x, negative_slope=0.01)
    if name == "prelu_learnt":
        return _keras_prelu(size)
    return getattr(keras.activations, name, None)


def _keras_prelu(size: int) -> Callable[..., Any]:
    layer = keras.layers.PReLU()
    layer.build((None, size))
    return lambda x, alpha: layer.stateless_call([alpha], [], x)[0]


def _torch_function(name: str) -> Callable[..., Any] | None:
    import torch
    import torch.nn.functional as F  # its usual name

    special = {
        "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
        "hard_sigmoid": F.hardsigmoid,
        "hard_tanh": F.hardtanh,
        "hard_shrink": F.hardshrink,
        "soft_shrink": F.softshrink,
        "tanh_shrink": F.tanhshrink,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "prelu": lambda x: F.leaky_relu(x, 0.25),
        "prelu_learnt": F.prelu,
        "clipped_relu": F.relu6,
    }
    return special.get(name) or getattr(F, name, None)


def step(function: Callable[..., Any], x: Any, seed: Any, learnt: Sequence[Any] = ()) -> Callable[[], None]:
    """One forward and backward pass, by x and what is learnt, as a call that returns when it is done."""
    if BACKEND == "tensorflow":
        import tensorflow as tf

        @tf.function(jit_compile=True)
        def both(seed: Any, *inputs: Any) -> Any:
            with tf.GradientTape() as tape:
                tape.watch(inputs)
                y = function(*inputs)
            return y, tape.gradient(y, inputs, seed)

        return lambda: both(seed, x, *learnt)[1][0][0, 0].numpy()
    if BACKEND == "jax":
        import jax

        def vjp(last: Any, seed: Any, *inputs: Any) -> Any:
            y, pull = jax.vjp(function, *inputs)
            return y, pull(seed)

        # over the last turn's results: memory fresh from the system costs more than any of these functions
        both = jax.jit(vjp, donate_argnums=0, keep_unused=True)
        last = [None]

        def turn() -> None:
            last[0] = jax.block_until_ready(both(last[0] or vjp((), seed, x, *learnt), seed, x, *learnt))

        return turn
    import torch

    leaves = [t.clone().requires_grad_(True) for t in (x, *learnt)]

    def run() -> None:
        torch.autograd.grad(function(*leaves), leaves, seed)
        if x.is_cuda:
            torch.cuda.synchronize()

    return run


def copy_step(x: Any) -> Callable[[], Any]:
    """One copy of the tensor: the unit."""
    if BACKEND == "torch" and x.is_cuda:
        import torch

        target = torch.empty_like(x)
        return lambda: (target.copy_(x), torch.cuda.synchronize())
    source = np.asarray(keras.ops.convert_to_numpy(x))
    target = np.empty_like(source)
    return lambda: np.copyto(target, source)


def alternate(steps: list[Callable[[], Any]], rounds: int) -> list[list[float]]:
    """Seconds of each, measured in turns so that a noisy moment hits all of them, none always after the same one."""
    for s in steps:
        s()
    times: list[list[float]] = [[] for _ in steps]
    order = list(zip(steps, times, strict=True))
    shuffled = random.Random(0)
    for _ in range(rounds):
        shuffled.shuffle(order)
        for s, seconds in order:
            start = time.perf_counter()
            s()
            seconds.append(time.perf_counter() - start)
    return times


def ratio(one: list[float], other: list[float]) -> float:
    """The median over the turns of one's time in units of the other's."""
    return statistics.median(a / b for a, b in zip(one, other, strict=True))


def speed(names: list[str], size: int, rounds: int) -> None:
    """Prints the table of speed ratios."""
    drawn = np.random.default_rng(0)
    x = keras.ops.convert_to_tensor(drawn.normal(size=(size, size)).astype("float32"))
    seed = keras.ops.convert_to_tensor(drawn.normal(size=(size, size)).astype("float32"))
    print(f"{BACKEND}, {size} x {size} float32, forward + backward, median of {rounds}")
    print(f"{'function':14} {'copies':>7} {'theirs':>7} {'ratio':>6}")
    for name in names:
        peer = theirs(name, size)
        learnt = parameters(name, size)
        steps = [copy_step(x), *(step(function, x, seed, learnt) for function in (ours(name), peer) if function)]
        unit, mine, *rest = alternate(steps, rounds)
        line = f"{name:14} {ratio(mine, unit):7.2f}"
        other = f" {ratio(rest[0], unit):7.2f} {ratio(mine, rest[0]):6.2f}" if rest else "       -      -"
        print(line + other, flush=True)


def accuracy() -> None:
    """Prints, per function, the worst float32 error and its share of what is allowed."""
    from tests.keras_act.oracle import CASES
    from tests.keras_act.test_float32 import worst_error

    print(f"{BACKEND}: worst float32 error over +-1e-30 ... 1e30")
    print(f"{'function':20} {'ulp, well-conditioned':>22} {'share of the limit':>19} {'at x':>12}")
    for case in CASES:
        w = worst_error(case)
        print(f"{case.name:20} {w.ulp:22.2f} {w.share:19.2f} {w.at:12.4g}")


def main() -> None:
    """Reads the arguments and prints one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=4096)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--only", nargs="*", default=RECTIFIERS + BOUNDED + SMOOTH)
    parser.add_argument("--accuracy", action="store_true")
    arguments = parser.parse_args()
    if arguments.accuracy:
        accuracy()
    else:
        speed(arguments.only, arguments.size, arguments.rounds)


if __name__ == "__main__":
    main()
