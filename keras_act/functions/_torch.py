"""PyTorch on the CPU: long tensors in blocks that stay in the cache, by PyTorch's own kernels where these are exact.

With `_torch_kernels` and `_torch_compiled` the one place that knows a backend. Eager PyTorch runs a formula operation
by operation, each a pass over memory; TensorFlow and JAX fuse them. What else comes (a GPU, a tensor being traced,
second derivatives) takes the formula.
"""

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch

from keras_act.functions._registry import Tensor
from keras_act.functions._torch_compiled import compiled
from keras_act.functions._torch_kernels import KERNELS, LEARNT, NEVER, WHOLE

BLOCK = 1 << 18  # elements: a few of such blocks fit into a core's cache
LONG = 1 << 22  # for a single pass over memory, which gains nothing from the cache, but loses where threads meet
HALVES = (torch.float16, torch.bfloat16)
FLOATS = (*HALVES, torch.float32, torch.float64)


def in_blocks(
    value: Callable[..., Tensor], gradient: Callable[..., Tensor], native: str, numbers: tuple[Any, ...]
) -> tuple[Callable[..., Tensor], Callable[..., Tensor]]:
    """The two, elementwise functions of tensors of one shape, block by block where that helps.

    Args:
        value: The formula of x, for any backend.
        gradient: That of (upstream, x), the same x.
        native: A name in KERNELS, or "" for none.
        numbers: The function's hyper-parameters.
    """
    kernel = KERNELS.get(native)
    low = kernel.low(*numbers) if kernel else NEVER
    inside: list[bool] = []  # whether x lies where the kernel is right, by blocks: looked at once for both

    def run(part: str, plain: Callable[..., Tensor], *tensors: Tensor) -> Tensor:
        if not _suits(tensors[-1], at_least=BLOCK + 1 if low == NEVER else 1):
            return plain(*tensors)
        x = _dense(tensors[-1])
        laid = [t if t.stride() == x.stride() else torch.empty_like(x).copy_(t) for t in tensors[:-1]]
        out = torch.empty_like(x)
        if tensors[-1].requires_grad and (fill := compiled(native, part, x)):
            fill(_blocks(-(-x.numel() // torch.get_num_threads()), out, *laid, x))
            return out
        right = kernel is not None and low != NEVER and (part in kernel.safe or (bool(inside) and all(inside)))
        size = LONG if kernel and part in kernel.single and x.dtype not in HALVES else BLOCK
        for to, *block in _blocks(size, out, *laid, x):
            wide = [t.float() if t.dtype in HALVES else t for t in block]
            if kernel and not right:
                inside.append(_within(wide[-1], low, kernel.high))
            if kernel and (right or inside[-1]):
                _write(getattr(kernel, part), to, wide, numbers)
            else:
                to.copy_(plain(*block))
        return out

    return partial(run, "value", value), partial(run, "gradient", gradient)


def with_learnt(plain: Callable[..., Any], native: str, part: str) -> Callable[..., Any]:
    """`plain`, a function of x and of tensors that broadcast to it, by PyTorch's own kernel where that is as right.

    Args:
        plain: The formula, for any backend: of (x, *learnt), or of (upstream, x, *learnt).
        native: A name in LEARNT; without one it is the formula.
        part: "value" or "gradient".
    """
    if native not in LEARNT:
        return plain
    value, gradient = LEARNT[native]
    kernel, at = (value, 0) if part == "value" else (gradient, 1)

    def run(*tensors: Tensor) -> Any:
        x = tensors[at]
        if not _suits(x, at_least=1) or any(t.dtype != x.dtype for t in tensors) or x.dtype in HALVES:
            return plain(*tensors)
        found = kernel(*tensors)
        return plain(*tensors) if found is None else found

    return run


def own(native: str, x: Tensor) -> Callable[..., Any] | None:
    """PyTorch's own function with its own gradient, where both are taken as they are; else None."""
    return WHOLE.get(native) if isinstance(x, torch.Tensor) and x.dtype == torch.float32 else None


def _suits(x: Tensor, at_least: int) -> bool:
    """Whether `x` is an ordinary tensor in main memory that nobody differentiates or traces."""
    if type(x) is not torch.Tensor or x.device.type != "cpu" or x.dtype not in FLOATS or x.numel() < at_least:
        return False
    return not (torch.is_grad_enabled() or torch.compiler.is_compiling() or torch.jit.is_tracing() or transformed())


def transformed() -> bool:
    """Whether a transform of `torch.func` (grad, vmap, jvp ..) runs."""
    return bool(torch._C._are_functorch_transforms_active())  # what torch.autograd.Function asks; nothing public tells


def _dense(x: Tensor) -> Tensor:
    """`x` without gaps in memory, its axes in whatever order."""
    return x if torch.empty_like(x, device="meta").stride() == x.stride() else x.contiguous()


def _blocks(size: int, *tensors: Tensor) -> Iterator[tuple[Tensor, ...]]:
    """The blocks of the tensors, side by side, in the order of memory."""
    flat = (t.as_strided((t.numel(),), (1,), t.storage_offset()).split(size) for t in tensors)
    return zip(*flat, strict=True)


def _within(x: Tensor, low: float, high: float) -> bool:
    """Whether all of `x` lies within [low, high]; False if one is NaN."""
    if low == NEVER:
        return False
    if high == math.inf:
        return low <= float(torch.amin(x))
    smallest, largest = torch.aminmax(x)
    return low <= float(smallest) and float(largest) <= high


def _write(compute: Callable[..., Any], to: Tensor, tensors: list[Tensor], numbers: tuple[Any, ...]) -> None:
    if to.dtype == tensors[-1].dtype:
        compute(to, *tensors, *numbers)
    else:
        to.copy_(compute(torch.empty_like(tensors[-1]), *tensors, *numbers))
