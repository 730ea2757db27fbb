"""PyTorch's own kernels for the functions it has, where they are right in value and gradient.

They fill `out` and see float32 or float64 without gaps. A kernel that cancels (the gradients of sigmoid, tanh and GELU)
is called with what does not.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from keras_act.functions._numerics import NEAR, SERIES, SHORT_SERIES
from keras_act.functions._registry import Tensor

aten = torch.ops.aten
FINITE, ANY, NEVER = 3e38, -math.inf, math.inf
KERAS_SIGMOID = (1 / 6, 0.5, 0.0, 1.0)  # slope, offset and limits of the hard sigmoid that PyTorch has, too
STEEP, CUBIC = 2 * math.sqrt(2 / math.pi), 0.044715  # of the tanh form of GELU


class Kernel(NamedTuple):
    """PyTorch's way to a function, as right as the formula for low <= x <= high, NaN not included."""

    value: Callable[..., Any]  # (out, x, *numbers)
    gradient: Callable[..., Any]  # (out, upstream, x, *numbers)
    low: Callable[..., float] = lambda *numbers: ANY  # of its numbers; NEVER if it has other ones than these
    high: float = math.inf
    safe: tuple[str, ...] = ("value",)  # the parts that are right everywhere, at NaN and infinities too
    single: tuple[str, ...] = ("value", "gradient")  # the parts that are one pass over memory


def _sigmoid_gradient(out: Tensor, flow: Tensor, x: Tensor) -> Tensor:
    gate = torch.abs(x, out=out).neg_().sigmoid_()  # the slope is even; at -|x| nothing cancels
    return aten.sigmoid_backward.grad_input(flow, gate, grad_input=out)


def _tanh_gradient(out: Tensor, flow: Tensor, x: Tensor) -> Tensor:
    gate = torch.abs(x, out=out).mul_(-2).sigmoid_()
    return aten.sigmoid_backward.grad_input(flow, gate, grad_input=out).mul_(4)


def _tanh_shrink(out: Tensor, x: Tensor) -> Tensor:
    torch.sub(x, torch.tanh(x, out=out), out=out)
    square = torch.square(x).clamp_(max=1)
    series = SERIES if x.dtype == torch.float64 else SHORT_SERIES
    total = torch.mul(square, series[-1])
    for coefficient in series[-2::-1]:
        total.add_(coefficient).mul_(square)
    # torch.where costs as much as all the rest; these two kernels keep a number where |x| >= NEAR, where |x| < NEAR
    below = NEAR * (1 - torch.finfo(x.dtype).eps / 2)
    aten.hardshrink_backward.grad_input(out, x, below, grad_input=out)
    bend = aten.hardtanh_backward.grad_input(total.mul_(x), x, -NEAR, NEAR, grad_input=square)
    return out.add_(bend)


def _gelu(out: Tensor, x: Tensor) -> Tensor:
    return torch.mul(x, -math.sqrt(0.5), out=out).erfc_().mul_(0.5).mul_(x)


def _gelu_gradient(out: Tensor, flow: Tensor, x: Tensor) -> Tensor:
    bump = torch.square(x).mul_(-0.5).exp_().mul_(x)
    torch.mul(x, -math.sqrt(0.5), out=out).erfc_().mul_(0.5)  # 1 + erf, as PyTorch has it, cancels from -4 down
    return out.add_(bump, alpha=1 / math.sqrt(2 * math.pi)).mul_(flow)


def _gelu_tanh(out: Tensor, x: Tensor) -> Tensor:
    return torch.mul(x, x, out=out).mul_(STEEP * CUBIC).add_(STEEP).mul_(x).sigmoid_().mul_(x)


def _gelu_tanh_gradient(out: Tensor, flow: Tensor, x: Tensor) -> Tensor:
    z = torch.square(x).mul_(STEEP * CUBIC).add_(STEEP).mul_(x)
    third = torch.add(z, x, alpha=-2 / 3 * STEEP)  # of x dz/dx
    gate = z.sigmoid_()
    return aten.sigmoid_backward.grad_input(third, gate, grad_input=out).mul_(3).add_(gate).mul_(flow)


def _snake(out: Tensor, x: Tensor, a: float) -> Tensor:
    return torch.mul(x, a, out=out).sin_().square_().div_(a).add_(x)


def _snake_gradient(out: Tensor, flow: Tensor, x: Tensor, a: float) -> Tensor:
    angle = torch.mul(x, a)
    return torch.sin(angle, out=out).add_(angle.cos_()).square_().mul_(flow)


def _hard(out: Tensor, x: Tensor, slope: float, offset: float, low: float, high: float) -> Tensor:
    if (slope, offset, low, high) == KERAS_SIGMOID:
        return aten.hardsigmoid.out(x, out=out)
    line = x if (slope, offset) == (1, 0) else torch.mul(x, slope, out=out).add_(offset)
    return torch.clamp(line, low, high, out=out)


def _hard_gradient(
    out: Tensor, flow: Tensor, x: Tensor, slope: float, offset: float, low: float, high: float
) -> Tensor:
    if (slope, offset, low, high) == KERAS_SIGMOID and x.dtype == torch.float32:  # its sixth is a float32's
        return aten.hardsigmoid_backward.grad_input(flow, x, grad_input=out)
    ends = (low - offset) / slope, (high - offset) / slope
    aten.hardtanh_backward.grad_input(flow, x, *ends, grad_input=out)
    return out if slope == 1 else out.mul_(slope)


def _symmetric(lower: float, upper: float) -> float:
    return ANY if lower == -upper else NEVER


KERNELS = {
    "relu": Kernel(
        lambda out, x: torch.clamp_min(x, 0, out=out),
        lambda out, flow, x: aten.threshold_backward.grad_input(flow, x, 0, grad_input=out),
    ),
    "threshold": Kernel(
        lambda out, x, a: aten.threshold.out(x, -a, -a, out=out),
        lambda out, flow, x, a: aten.threshold_backward.grad_input(flow, x, -a, grad_input=out),
    ),
    "clipped_relu": Kernel(
        lambda out, x, top: aten.hardtanh.out(x, 0, top, out=out),
        lambda out, flow, x, top: aten.hardtanh_backward.grad_input(flow, x, 0, top, grad_input=out),
    ),
    "leaky_relu": Kernel(
        lambda out, x, slope: aten.leaky_relu.out(x, slope, out=out),
        lambda out, flow, x, slope: aten.leaky_relu_backward.grad_input(flow, x, slope, False, grad_input=out),
    ),
    "hard": Kernel(_hard, _hard_gradient),
    "hard_shrink": Kernel(
        lambda out, x, lower, upper: aten.hardshrink.out(x, upper, out=out),
        lambda out, flow, x, lower, upper: aten.hardshrink_backward.grad_input(flow, x, upper, grad_input=out),
        _symmetric,
    ),
    "soft_shrink": Kernel(
        lambda out, x, lower, upper: aten.softshrink.out(x, upper, out=out),
        lambda out, flow, x, lower, upper: aten.softshrink_backward.grad_input(flow, x, upper, grad_input=out),
        _symmetric,
    ),
    "elu": Kernel(
        lambda out, x, above, depth, width: aten.elu.out(x, depth / above, above, 1 / width, out=out),
        lambda out, flow, x, above, depth, width: aten.elu_backward.grad_input(
            flow, depth / above, above, 1 / width, False, x, grad_input=out
        ),
        lambda above, depth, width: -80 * width,
    ),
    "silu": Kernel(
        lambda out, x, beta: aten.silu.out(x, out=out),
        lambda out, flow, x, beta: aten.silu_backward.grad_input(flow, x, grad_input=out),
        lambda beta: -80.0 if beta == 1 else NEVER,
        FINITE,
        safe=(),
    ),
    "softplus": Kernel(
        lambda out, x, k: aten.softplus.out(x, k, 40, out=out),
        lambda out, flow, x, k: aten.softplus_backward.grad_input(flow, x, k, 40, grad_input=out),
        lambda k: -80 / k,
        safe=(),
    ),
    "mish": Kernel(
        lambda out, x: aten.mish.out(x, out=out),
        lambda out, flow, x: out.copy_(aten.mish_backward(flow, x)),
        lambda: -80.0,
        FINITE,
        safe=(),
        single=("value",),
    ),
    "sigmoid": Kernel(
        lambda out, x: torch.sigmoid(x, out=out), _sigmoid_gradient, safe=("value", "gradient"), single=("value",)
    ),
    "tanh": Kernel(
        lambda out, x: torch.tanh(x, out=out), _tanh_gradient, safe=("value", "gradient"), single=("value",)
    ),
    "tanh_shrink": Kernel(_tanh_shrink, lambda out, flow, x: torch.tanh(x, out=out).square_().mul_(flow), single=()),
    "gelu": Kernel(_gelu, _gelu_gradient, lambda: -12.0, FINITE, (), ()),
    "gelu_tanh": Kernel(_gelu_tanh, _gelu_tanh_gradient, lambda: -9.0, 1e10, (), ()),
    "snake": Kernel(_snake, _snake_gradient, lambda a: -1e9 if a < 1e20 else NEVER, 1e9, (), ()),
}


def _prelu_gradient(flow: Tensor, x: Tensor, alpha: Tensor) -> tuple[Tensor, Tensor] | None:
    by_x, by_alpha = aten._prelu_kernel_backward(flow, x, alpha)
    by_alpha = by_alpha.sum_to_size(alpha.shape)
    return (by_x, by_alpha) if by_alpha.isfinite().all() else None  # not, where x is NaN, of which by_x knows nothing


WHOLE: dict[str, Callable[..., Any]] = {"sigmoid": torch.sigmoid, "tanh": torch.tanh}
"""What is PyTorch's altogether in float32: its gradient is taken of the value, which it keeps in the input's place, and
in the tails is off by up to a rounding of 1. What is exact there takes longer (tests/bench)."""

LEARNT: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "leaky_relu": (aten._prelu_kernel, _prelu_gradient),
}
"""Values and gradients of functions whose parameters are tensors; None: the formula must do it."""
