"""Catches the tensors that pass through a model's activations while it is called. It judges and reduces nothing.

A tap replaces an attribute of one instance for the time of one call and puts it back, so that any model works:
functional, sequential, subclassed, nested. Compiled functions keep what was caught when they were traced.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import keras
from keras.src.backend import get_keras_mask  # masks hang on tensors, and Keras has no public way to ask for them

from keras_act.probe.passage import Passage
from keras_act.probe.sites import Kind, Site, Sites

Tensor = Any
MISSING = object()


class Recorder:
    """Collects the passages of one call of a model."""

    def __init__(self, sites: Sites) -> None:
        self.sites = sites
        self.skipped: dict[str, str] = {}
        self._caught: list[tuple[Site, Tensor, Tensor, Tensor]] = []
        self._step_mask: Tensor = None
        self._blocked = 0

    def catch(self, site: Site, before: Tensor, after: Tensor, mask: Tensor = None) -> None:
        """Notes a pass, unless tensors cannot leave the loop that it happens in."""
        if self._blocked:
            self.skipped[site.name] = "inside TimeDistributed over a length that is not fixed"
        else:
            self._caught.append((site, before, after, self._step_mask if mask is None else mask))

    def passages(self) -> dict[str, list[Passage]]:
        """Site name to its passes. Call it when the model has returned: masks are set on outputs late."""
        result: dict[str, list[Passage]] = {}
        for site, before, after, mask in self._caught:
            mask = get_keras_mask(after) if mask is None else mask
            axis = site.axis if site.axis is not None else 1 if len(after.shape) in self.sites.channels_first else -1
            passage = Passage(before, after, mask, axis % len(after.shape))
            result.setdefault(site.name, []).append(passage)
        return result

    @contextmanager
    def taps(self) -> Iterator[None]:
        """Catches what passes through the sites inside the `with` block."""
        with ExitStack() as stack:
            for site in self.sites.found:
                stack.enter_context(TAPS[site.kind](self, site))
            for loop in self.sites.loops:
                stack.enter_context(self._stepping(loop))
            yield

    @contextmanager
    def _stepping(self, loop: Any) -> Iterator[None]:
        """Inside TimeDistributed: each step's own mask; over a length that is not fixed, nothing may be caught."""
        original, inner = loop.call, loop.layer.call

        def call(inputs: Tensor, training: Any = None, mask: Tensor = None) -> Tensor:
            steps = iter(range(inputs.shape[1] or 0))

            def step(*args: Any, **kwargs: Any) -> Tensor:
                self._step_mask = None if mask is None or self._blocked else mask[:, next(steps)]
                return inner(*args, **kwargs)

            self._blocked += inputs.shape[1] is None
            try:
                with swapped(loop.layer, "call", step):
                    return original(inputs, training=training, mask=mask)
            finally:
                self._blocked -= inputs.shape[1] is None
                self._step_mask = None

        with swapped(loop, "call", call):
            yield


def _fused(recorder: Recorder, site: Site) -> Any:
    activation = site.owner.activation

    def tapped(z: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        y = activation(z, *args, **kwargs)
        recorder.catch(site, z, y)
        return y

    return swapped(site.owner, "activation", tapped)


def _call(recorder: Recorder, site: Site) -> Any:
    call = site.owner.call

    def tapped(*args: Any, **kwargs: Any) -> Tensor:
        y = call(*args, **kwargs)
        recorder.catch(site, args[0] if args else next(iter(kwargs.values())), y)
        return y

    return swapped(site.owner, "call", tapped)


def _state(recorder: Recorder, site: Site) -> Any:
    call = site.owner.call

    def tapped(*args: Any, mask: Tensor = None, **kwargs: Any) -> Any:
        y = call(*args, mask=mask, **kwargs)
        state = y[0] if isinstance(y, (list, tuple)) else y
        recorder.catch(site, None, state, mask if site.owner.return_sequences else None)
        return y

    return swapped(site.owner, "call", tapped)


def _distributed(recorder: Recorder, site: Site) -> Any:
    call, inner = site.owner.call, site.owner.layer
    activation = inner.activation

    def tapped(inputs: Tensor, training: Any = None, mask: Tensor = None) -> Tensor:
        with swapped(inner, "activation", keras.activations.linear):
            z = call(inputs, training=training, mask=mask)
        y = activation(z)
        recorder.catch(site, z, y, mask)
        return y

    return swapped(site.owner, "call", tapped)


TAPS: dict[Kind, Callable[[Recorder, Site], Any]] = {
    Kind.FUSED: _fused,
    Kind.CALL: _call,
    Kind.STATE: _state,
    Kind.DISTRIBUTED: _distributed,
}


@contextmanager
def swapped(owner: Any, name: str, value: Any) -> Iterator[None]:
    """Shadows an attribute of one instance, past Keras's and PyTorch's tracking of attributes."""
    own = vars(owner)
    before = own.get(name, MISSING)
    own[name] = value
    try:
        yield
    finally:
        if before is MISSING:
            del own[name]
        else:
            own[name] = before
