"""lsuv_: layer-sequential unit variance, the gain found from data instead of theory."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from keras import ops

from keras_act.functions._check import positive
from keras_act.functions._registry import Tensor
from keras_act.initializers.draw import fresh
from keras_act.initializers.orthogonal import Orthogonal
from keras_act.initializers.slots import Slot, slots_of


@dataclass(frozen=True, slots=True)
class Scaling:
    """What lsuv_ did to one layer: the deviation of its pre-activation before, and the factor on its kernel."""

    layer: str
    before: float
    factor: float


def lsuv_(
    model: Any, data: Any, target: float = 1.0, orthogonal: bool = True, seed: int | None = None
) -> tuple[Scaling, ...]:
    """Scales each kernel, first to last, so that its pre-activation has the target's standard deviation on a batch of
    data.

    Needs no theory of the activations and no graph, so it suits self-gated activations in deep plain networks (where
    the exact gain is unstable), and subclassed models. One pass over the data does it: a layer's output is scaled
    together with its kernel before the next layer sees it, which the paper reaches by iterating. Biases count and are
    left as they are.

    Args:
        model: Any built model; its layers with a kernel and an activation (Dense, EinsumDense, convolutions of every
        kind) are changed in place, in the order in which the model calls them; a layer called twice counts by its first
        call. data: A batch that the model can be called on: array, tensor, or what else its `call` takes. Some hundred
        samples. target: The standard deviation to reach, over samples, positions and units together, > 0. orthogonal:
        Whether to draw orthonormal kernels first, as the paper does; False scales the present ones. seed: For these;
        None or an integer.

    Returns:
        A Scaling per layer, in the order of the calls. A layer whose kernel has no effect at all on this data keeps it
        (factor 1).

    Raises:
        ValueError: a target that is not positive, a model without such layers, data on which a pre-activation is not
        finite, or a bias that varies by more than the target already.

    >>> model = keras.Sequential([keras.Input((8,)), *(keras.layers.Dense(8, "silu") for _ in range(3))])
    >>> len(lsuv_(model, keras.random.normal((256, 8), seed=1)))
    3

    Source: Mishkin and Matas, All you need is a good init, arXiv:1511.06422.
    """
    positive("target", target)
    slots, done, failed, start = _scalable(model), dict[int, Scaling](), list[str](), fresh(seed)
    if orthogonal:
        for place, slot in enumerate(slots):
            slot.kernel.assign(Orthogonal(seed=start + place).fill(slot.layout, slot.kernel.dtype))

    def listener(slot: Slot) -> Callable[[Tensor], Tensor]:
        def listen(x: Tensor) -> Tensor:
            if id(slot) in done or failed:
                return x
            try:
                done[id(slot)], x = _scale(slot, x, target)
            except ValueError as error:  # raised here, Keras would wrap it in a report of its own
                failed.append(str(error))
            return x

        return listen

    with _taps([(slot, listener(slot)) for slot in slots]):
        model(data, training=False)
    if failed:
        raise ValueError(failed[0])
    return tuple(done.values())


def _scalable(model: Any) -> list[Slot]:
    """The last kernel of every layer whose activation can be listened at."""
    found: dict[int, Slot] = {}
    for layer in model._flatten_layers(include_self=False):
        if hasattr(layer, "activation") and layer.built:
            found.update((id(slot.owner), slot) for slot in slots_of(layer))
    if not found:
        raise ValueError(f"the model has no built layer with a kernel and an activation. Received: {model.name!r}")
    return list(found.values())


def _scale(slot: Slot, x: Tensor, target: float) -> tuple[Scaling, Tensor]:
    """Scales the kernel, and the pre-activation x as if it had been scaled before."""
    bias = _spread(slot, len(x.shape))
    whole = np.asarray(ops.convert_to_numpy(ops.cast(x, "float32")), np.float64)
    fixed = np.broadcast_to(np.asarray(ops.convert_to_numpy(bias), np.float64), whole.shape)
    factor = _factor(whole - fixed, fixed, target)
    if factor is None:
        why = f"cannot reach a deviation of {target}" if np.isfinite(whole).all() else "is not finite"
        raise ValueError(
            f"the pre-activation of layer {slot.owner.name!r} {why}. "
            f"Received: a deviation of {whole.std()} on this data, {fixed.std()} of it from the bias"
        )
    slot.kernel.assign(ops.multiply(slot.kernel, factor))
    bias = ops.cast(bias, x.dtype)
    return Scaling(slot.owner.name, float(whole.std()), factor), (x - bias) * factor + bias


def _factor(moving: Any, fixed: Any, target: float) -> float | None:
    """s > 0 with Var(s moving + fixed) = target^2: 1 if nothing moves, None where there is none or x is not finite."""
    a, c = float(moving.var()), float(fixed.var()) - target**2
    b = float(((moving - moving.mean()) * (fixed - fixed.mean())).mean())
    if a == 0.0:
        return 1.0
    root = b * b - a * c
    factor = (math.sqrt(root) - b) / a if root >= 0.0 else math.nan
    return factor if 0.0 < factor < math.inf else None


def _spread(slot: Slot, rank: int) -> Tensor:
    """The bias, shaped so that it broadcasts to a pre-activation of that rank; 0 where there is none."""
    if slot.bias is None:
        return ops.zeros(())
    bias = ops.cast(slot.bias, "float32")
    first = getattr(slot.owner, "data_format", "channels_last") == "channels_first"
    return ops.reshape(bias, (-1, *(1,) * (rank - 2))) if first else bias


@contextmanager
def _taps(listeners: list[tuple[Slot, Callable[[Tensor], Tensor]]]) -> Iterator[None]:
    """Puts a listener before the activation of each layer, and the layers back as they were afterwards.

    The attribute is set behind Keras's back: a built layer's tracker is locked and refuses new layers.
    """
    before: list[tuple[Any, bool, Any]] = []
    try:
        for slot, listen in listeners:
            own, activation = vars(slot.owner), slot.owner.activation
            before.append((own, "activation" in own, activation))
            own["activation"] = _tap(activation, listen)
        yield
    finally:
        for own, had, activation in before:
            if had:
                own["activation"] = activation
            else:
                del own["activation"]


def _tap(activation: Callable[[Tensor], Tensor], listen: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    def tapped(x: Tensor) -> Tensor:
        x = listen(x)
        return x if activation is None else activation(x)

    return tapped
