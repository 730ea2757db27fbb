"""GELU on PyTorch's CPU, compiled by Numba where that is installed: value and gradient in one pass each.

PyTorch's own GELU loses the digits of the tail; its kernels that keep them, one pass each, take longer (tests/bench).
For long tensors in training, since compiling takes its time, in float32, with the formula of `_normal`.
"""

import math
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np
import torch

from keras_act.functions._normal import MILLS, ROOT_TAU
from keras_act.functions._registry import Tensor

WORTH = 1 << 22  # elements
END = 14.4  # beyond, value and gradient are 0 in float32
SMALL = 2.0**-24  # the density at END is too small for a float32: it is kept over this
OCTAVE, HIGH = 2 * math.log(2), 1.38671875  # the second has few digits: times a whole number it is exact
ROUND = 1.5 * 2**23  # added to a float32 it leaves no digits after the point
EXP = [(-0.5) ** n / math.factorial(n) for n in range(8)]  # of exp(-r / 2)
Blocks = Iterable[tuple[Tensor, ...]]  # (out, x) or (out, upstream, x), flat and without gaps


def compiled(native: str, part: str, x: Tensor) -> Callable[[Blocks], None] | None:
    """What fills the first tensor of each block, in as many threads as PyTorch has; None where there is nothing."""
    if native != "gelu" or x.dtype != torch.float32 or x.numel() < WORTH:
        return None
    kernel = _gelu(part)
    return None if kernel is None else lambda blocks: _run(kernel, blocks)


def _run(kernel: Callable[..., None], blocks: Blocks) -> None:
    with ThreadPoolExecutor(torch.get_num_threads()) as pool:  # not kept: threads do not survive a fork
        list(pool.map(lambda block: kernel(*(t.detach().numpy() for t in block)), blocks))


@cache
def _gelu(part: str) -> Callable[..., None] | None:
    """Return the machine code of the "value" or "gradient"; None without a Numba that works here."""
    try:
        from numba import config, njit

        return None if config.DISABLE_JIT else _compile(njit, part)
    except Exception:  # none, one that NumPy is too new for, memory that may not be run: PyTorch's kernels do it
        return None


def _compile(njit: Callable[..., Any], part: str) -> Callable[..., None]:
    single = np.float32
    m0, m1, m2, m3, m4, m5, m6, m7, m8, m9 = (single(4 * SMALL * m) for m in MILLS)
    e0, e1, e2, e3, e4, e5, e6, e7 = map(single, EXP)
    zero, one, four, end, density = map(single, (0, 1, 4, END, SMALL / ROOT_TAU))
    per_octave, high, low, round_ = map(single, (1 / OCTAVE, HIGH, OCTAVE - HIGH, ROUND))
    bias = np.int32(round(127 - math.log2(SMALL)) << 23)

    def bell(a: Any) -> Any:
        """exp(-a^2 / 2) / SMALL below END, else 0."""
        square = a * a
        shifted = square * per_octave + round_  # its last bits are the octaves, as an integer
        octaves = shifted - round_
        r = (square - octaves * high) - octaves * low
        near = e0 + r * (e1 + r * (e2 + r * (e3 + r * (e4 + r * (e5 + r * (e6 + r * e7))))))
        power = np.int32(bias - (single(shifted).view(np.int32) << 23)).view(single)
        return near * power if a < end else zero

    def mills(a: Any) -> Any:
        """SMALL times the tail beyond a over exp(-a^2 / 2)."""
        share = one / (four + a)
        s = a * share
        upper = m5 + s * (m6 + s * (m7 + s * (m8 + s * m9)))
        return (m0 + s * (m1 + s * (m2 + s * (m3 + s * (m4 + s * upper))))) * share

    bell, mills = njit(inline="always")(bell), njit(inline="always")(mills)

    def value(out: Any, x: Any) -> None:
        for i in range(x.size):
            a = min(abs(x[i]), end)
            out[i] = max(x[i], zero) - a * (mills(a) * bell(a))

    def gradient(out: Any, upstream: Any, x: Any) -> None:
        for i in range(x.size):
            a = min(abs(x[i]), end)
            below = (mills(a) - a * density) * bell(a)  # the slope at -a
            out[i] = upstream[i] * (one - below if x[i] > 0 else below)

    # signed zeros and fused products are free; NaN and infinities are not, which "fast" mathematics would forget
    signature, function = {
        "value": ("void(f4[::1], f4[::1])", value),
        "gradient": ("void(f4[::1], f4[::1], f4[::1])", gradient),
    }[part]
    run: Callable[..., None] = njit(signature, nogil=True, error_model="numpy", fastmath={"contract", "nsz"})(function)
    return run
