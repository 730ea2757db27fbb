"""What every activation layer is to be tested with: one entry per class, and variants worth their own."""

from dataclasses import dataclass, field
from typing import Any

import keras

import keras_act as ka


@dataclass(frozen=True)
class Entry:
    """A layer class with arguments, an input shape without the batch, and what is special about it."""

    layer: type
    arguments: dict[str, Any] = field(default_factory=dict)
    shape: tuple[int, ...] = (6,)
    weights: int = 0
    output: tuple[int, ...] | None = None  # None: that of the input

    @property
    def name(self) -> str:
        return "-".join([self.layer.__name__, *(f"{k}={v}" for k, v in self.arguments.items())])

    @property
    def keeps_shape(self) -> bool:
        return self.output is None

    def __call__(self, **kwargs: Any) -> keras.layers.Layer:
        return self.layer(**self.arguments, **kwargs)


ENTRIES = [
    *(
        Entry(getattr(ka, n))
        for n in ("ReLU", "ReLU6", "ReLUSquared", "SELU", "SiLU", "Mish", "TeLU", "LiSHT", "SparsePlus")
    ),
    *(Entry(getattr(ka, n)) for n in ("Sigmoid", "Tanh", "TanhShrink", "GELU", "RReLU")),
    Entry(ka.ClippedReLU, {"max_value": 2.0}),
    Entry(ka.LeakyReLU, {"negative_slope": 0.2}),
    Entry(ka.ShiftedReLU, {"a": 0.5}),
    Entry(ka.ELU, {"alpha": 0.5}),
    Entry(ka.CELU, {"alpha": 0.5}),
    Entry(ka.GELU, {"approximate": True}),
    Entry(ka.Softplus, {"sharpness": 2.0}),
    Entry(ka.HardSigmoid, {"slope": 0.2}),
    Entry(ka.HardTanh, {"max_value": 2.0}),
    Entry(ka.HardShrink, {"upper": 0.25}),
    Entry(ka.SoftShrink, {"upper": 0.25}),
    Entry(ka.RReLU, {"lower": 0.1, "upper": 0.2, "seed": 3}),
    Entry(ka.Swish, {"beta": 2.0}),
    Entry(ka.Swish, {"learnable": True}, weights=1),
    Entry(ka.Swish, {"learnable": True, "axis": -1}, weights=1),
    Entry(ka.Squareplus, {"b": 1.0}),
    Entry(ka.Squareplus, {"learnable": True}, weights=1),
    Entry(ka.Snake, {"frequency": 2.0}),
    Entry(ka.Snake, {"learnable": True, "axis": -1}, weights=1),
    Entry(ka.PReLU, weights=1),
    Entry(ka.PReLU, {"shared_axes": []}, shape=(4, 6), weights=1),
    Entry(ka.PReLU, {"shared_axes": [-1]}, shape=(4, 6), weights=1),
    Entry(ka.StarReLU, weights=2),
    Entry(ka.XIELU, weights=2),
    Entry(ka.ACONC, weights=3),
    Entry(ka.SMU, weights=1),
    Entry(ka.DyT, weights=3),
    Entry(ka.GLU, output=(3,)),
    Entry(ka.ReGLU, output=(3,)),
    Entry(ka.GEGLU, output=(3,)),
    Entry(ka.SwiGLU, {"axis": 1}, output=(3,)),
    Entry(ka.CReLU, output=(12,)),
    Entry(ka.Maxout, {"pieces": 3}, output=(2,)),
    Entry(ka.MultivariateSoftplus, shape=(4, 6), output=(4,)),
    Entry(ka.MultivariateSoftplus, {"axis": 1, "keepdims": True}, shape=(4, 6), output=(1, 6)),
    Entry(ka.MaxoutDense, {"units": 5, "pieces": 3}, weights=2, output=(5,)),
    Entry(ka.MaxoutConv1D, {"filters": 2, "kernel_size": 2}, shape=(4, 3), weights=2, output=(3, 2)),
    Entry(ka.MaxoutConv2D, {"filters": 2, "kernel_size": 2}, shape=(4, 4, 3), weights=2, output=(3, 3, 2)),
    Entry(ka.MaxoutConv3D, {"filters": 2, "kernel_size": 2}, shape=(3, 3, 3, 1), weights=2, output=(2, 2, 2, 2)),
]
