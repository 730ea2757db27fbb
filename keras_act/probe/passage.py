"""One pass of a batch through an activation, with its mask and its axes. It judges and reduces nothing."""

from dataclasses import dataclass
from typing import Any

from keras import ops

Tensor = Any


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """One pass through a site.

    Attributes:
        input: Pre-activation, shape (samples, .., units); None where it runs inside a loop.
        output: What the activation made of it; its shape may differ (CReLU, GLU).
        mask: True at valid positions, shape (samples, ..): the leading axes of `output`; None where all are valid.
        axis: The unit axis of `output`.
    """

    input: Tensor | None
    output: Tensor
    mask: Tensor | None
    axis: int

    @property
    def positions(self) -> tuple[int, ...]:
        """The axes of positions: all but those of samples and of units."""
        return tuple(axis for axis in range(1, len(self.output.shape)) if axis != self.axis)

    def with_fitting_mask(self) -> "Passage":
        """The same with a mask that broadcasts to the output, of size 1 along the units; without one that cannot."""
        mask = self.mask
        if mask is None:
            return self
        sizes = [size for at, size in enumerate(self.output.shape) if at != self.axis]
        fits = len(mask.shape) <= len(sizes) and all(
            one is None or other is None or one == other for one, other in zip(mask.shape, sizes, strict=False)
        )
        if not fits:
            return Passage(self.input, self.output, None, self.axis)
        for _ in range(len(sizes) - len(mask.shape)):
            mask = ops.expand_dims(mask, -1)
        return Passage(self.input, self.output, ops.expand_dims(ops.cast(mask, "bool"), self.axis), self.axis)

    def kept(self, x: Tensor, otherwise: float) -> Tensor:
        """`x`, of the output's shape, with another number at masked positions."""
        return x if self.mask is None else ops.where(self.mask, x, ops.cast(otherwise, x.dtype))

    def over_positions(self, x: Tensor) -> Tensor:
        """The sum of `x`, of the output's shape, over all positions of a sample: shape (samples, units)."""
        return x if len(x.shape) == 2 else ops.sum(x, axis=self.positions)
