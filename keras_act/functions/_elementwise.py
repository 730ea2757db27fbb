"""Applies a formula with its own derivative: half precision runs in float32, and only the input is kept for later.

It must not know any activation: a formula comes as plain functions of tensors.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast

import keras
from keras import ops

from keras_act.functions._check import is_number
from keras_act.functions._registry import Tensor

Formula = Callable[..., Tensor]  # (x, *parameters) -> tensor of x's shape
_efficient: ContextVar[bool] = ContextVar("memory_efficient", default=True)


@contextmanager
def memory_efficient(enabled: bool) -> Iterator[None]:
    """Switches the memory-saving gradients on or off for the functions and layers called inside the `with` block.

    On (the default), a function stores its input only and recomputes the rest in the backward pass; the derivative at
    a kink is the documented one on every backend. JAX cannot differentiate such a function in forward mode (`jax.jvp`,
    `jax.jacfwd`, `jax.hessian`): switch it off for that. Off, the backend differentiates the same formula itself, keeps
    what it likes, and decides on its own at kinks and at NaN; inside PyTorch's transforms (`torch.func`) it is off.

    >>> with memory_efficient(False):
    ...     round(float(silu(1.0)), 4)
    0.7311
    """
    token = _efficient.set(enabled)
    try:
        yield
    finally:
        _efficient.reset(token)


def _transformed() -> bool:
    """Whether a transform of PyTorch runs, which refuses functions that bring their own gradient."""
    if keras.backend.backend() != "torch":
        return False
    from keras_act.functions import _torch

    return _torch.transformed()


def as_float(x: Tensor) -> Tensor:
    """`x` as a tensor of a floating dtype; integers and booleans become `keras.config.floatx()`."""
    x = ops.convert_to_tensor(x)
    return x if "float" in keras.backend.standardize_dtype(x.dtype) else ops.cast(x, keras.config.floatx())


def widen(x: Tensor) -> Tensor:
    """`x` in the dtype to compute in: float32 for float16 and bfloat16, else its own."""
    return ops.cast(x, working_dtype(x))


def working_dtype(x: Tensor) -> str:
    """float32 for float16 and bfloat16, else `x`'s own dtype."""
    dtype = cast(str, keras.backend.standardize_dtype(x.dtype))
    return dtype if dtype in ("float32", "float64") else "float32"


def with_gradient(forward: Formula, backward: Formula, *tensors: Tensor) -> Tensor:
    """`forward(*tensors)`, differentiated by `backward(upstream, *tensors)`, which gives one gradient per tensor.

    Both see the tensors as they came and keep nothing else. Without the memory-saving gradients it is `forward` alone.
    """
    symbolic = any(isinstance(t, keras.KerasTensor) for t in tensors)
    if symbolic or not _efficient.get() or _transformed():
        return forward(*tensors)

    def value_and_gradient(*tensors: Tensor) -> tuple[Tensor, Callable[..., Any]]:
        def gradient(*args: Tensor, upstream: Tensor = None) -> Any:
            (upstream,) = args if upstream is None else (upstream,)  # PyTorch passes it by name, the others by position
            return backward(upstream, *tensors)

        return forward(*tensors), gradient

    return ops.custom_gradient(value_and_gradient)(*tensors)


def elementwise(formula: Formula, slopes: Sequence[Formula], x: Tensor, *parameters: Any, native: str = "") -> Tensor:
    """`formula(x, *parameters)` in `x`'s dtype, with the derivatives `slopes`.

    Args:
        formula: Sees float32 or float64.
        slopes: Derivative by `x`, then, for parameters that may be tensors, by each parameter. They are differentiated
            themselves for second derivatives.
        x: Tensor of any shape.
        parameters: Numbers (constants) or tensors that broadcast to `x`'s shape and receive gradients.
        native: The kernel of PyTorch that may take the place of both on the CPU, a name in `_torch`.
    """
    x = as_float(x)
    parameters = tuple(float(p) if is_number(p) else p for p in parameters)
    for p in parameters[len(slopes) - 1 :]:
        if not is_number(p):
            raise ValueError(f"this hyper-parameter is fixed and must be a number. Received: {p!r}")
    learnt = [
        ops.convert_to_tensor(p) * 1 for p in parameters if not is_number(p)
    ]  # * 1: TensorFlow wants no variables
    by_learnt = [slope for slope, p in zip(slopes[1:], parameters, strict=False) if not is_number(p)]

    def arguments(x: Tensor, *learnt: Tensor) -> list[Any]:
        """Tensors in the working dtype, constants back in their places."""
        rest = [ops.cast(t, working_dtype(x)) for t in learnt]
        return [widen(x), *(p if is_number(p) else rest.pop(0) for p in parameters)]

    def forward(*tensors: Tensor) -> Tensor:
        return ops.cast(formula(*arguments(*tensors)), tensors[0].dtype)

    def backward(upstream: Tensor, *tensors: Tensor) -> Any:
        flow, seen = widen(upstream), arguments(*tensors)
        by_x = ops.cast(flow * slopes[0](*seen), tensors[0].dtype)
        rest = [_fold(flow * slope(*seen), t) for slope, t in zip(by_learnt, tensors[1:], strict=True)]
        return (by_x, *rest) if rest else by_x

    if keras.backend.backend() == "torch":
        from keras_act.functions import _torch  # there PyTorch is imported, and nowhere else

        if own := _torch.own(native, x):
            return own(x)
        if learnt:
            forward = _torch.with_learnt(forward, native, "value")
            backward = _torch.with_learnt(backward, native, "gradient")
        else:
            forward, backward = _torch.in_blocks(forward, backward, native, parameters)
    return with_gradient(forward, backward, x, *learnt)


def _fold(gradient: Tensor, like: Tensor) -> Tensor:
    """Sums `gradient` over the axes along which `like` was broadcast, then takes on its dtype."""
    extra = len(gradient.shape) - len(like.shape)
    shared = [i + extra for i, n in enumerate(like.shape) if n == 1]
    if shared:
        gradient = ops.sum(gradient, axis=shared, keepdims=True)
    if extra:
        gradient = ops.sum(gradient, axis=list(range(extra)))
    return ops.cast(gradient, like.dtype)
