"""Output shapes of layers that move windows over space: convolutions, pooling, padding, resizing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from linter.graph import Shape
from linter.read.normalise.shapes_plain import Shapes, known

Maker = Callable[[Mapping[str, Any], Shapes], Shape | None]


def _tuple(value: Any, rank: int) -> tuple[int, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,) * rank


def _spatial(config: Mapping[str, Any], first: Shape) -> tuple[bool, Shape, int | None]:
    """Return (channels first?, spatial sizes, channels)."""
    if config.get("data_format") == "channels_first":
        return True, first[2:], first[1]
    return False, first[1:-1], first[-1]


def _assembled(leading: bool, batch: int | None, sizes: Sequence[int | None], channels: Any) -> Shape:
    width = channels if isinstance(channels, int) else None
    return (batch, width, *sizes) if leading else (batch, *sizes, width)


def _windowed(size: int | None, window: int, stride: int, padding: str, dilation: int = 1) -> int | None:
    if size is None:
        return None
    if padding in ("same", "causal"):
        return -(-size // stride)
    return (size - (dilation * (window - 1) + 1)) // stride + 1


def _convolution(config: Mapping[str, Any], first: Shape, channels: Any) -> Shape:
    leading, sizes, _ = _spatial(config, first)
    rank = len(sizes)
    windows, strides = _tuple(config["kernel_size"], rank), _tuple(config.get("strides", 1), rank)
    dilations = _tuple(config.get("dilation_rate", 1), rank)
    padding = str(config.get("padding", "valid"))
    out = [_windowed(*args[:3], padding, args[3]) for args in zip(sizes, windows, strides, dilations, strict=True)]
    return _assembled(leading, first[0], out, channels)


def _conv(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    return _convolution(config, known(inputs), config["filters"])


def _depthwise(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    first = known(inputs)
    channels = _spatial(config, first)[2]
    return _convolution(config, first, channels * config.get("depth_multiplier", 1) if channels else None)


def _conv_lstm(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    first = known(inputs)
    frame = _convolution(config, (first[0], *first[2:]), config["filters"])
    return (frame[0], *(first[1:2] if config.get("return_sequences") else ()), *frame[1:])


def _conv_transpose(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    first = known(inputs)
    leading, sizes, _ = _spatial(config, first)
    rank = len(sizes)
    windows, strides = _tuple(config["kernel_size"], rank), _tuple(config.get("strides", 1), rank)
    extra, dilations = _tuple(config.get("output_padding"), rank), _tuple(config.get("dilation_rate", 1), rank)
    same = config.get("padding", "valid") == "same"
    spread = [window + (window - 1) * (dilation - 1) for window, dilation in zip(windows, dilations, strict=True)]
    out = [_spread(*args, same) for args in zip(sizes, spread, strides, extra, strict=True)]
    return _assembled(leading, first[0], out, config["filters"])


def _spread(size: int | None, window: int, stride: int, extra: int | None, same: bool) -> int | None:
    """A transposed window's size: Keras pads by itself unless it is told what to add."""
    if size is None:
        return None
    if extra is None:
        return size * stride if same else size * stride + max(window - stride, 0)
    return (size - 1) * stride + window - 2 * (window // 2 if same else 0) + extra


def _pool(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    first = known(inputs)
    leading, sizes, channels = _spatial(config, first)
    windows = _tuple(config.get("pool_size", 2), len(sizes))
    strides = _tuple(config.get("strides") or windows, len(sizes))
    padding = str(config.get("padding", "valid"))
    out = [_windowed(*args, padding) for args in zip(sizes, windows, strides, strict=True)]
    return _assembled(leading, first[0], out, channels)


def _adaptive_pool(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    first = known(inputs)
    leading, sizes, channels = _spatial(config, first)
    return _assembled(leading, first[0], _tuple(config.get("output_size"), len(sizes)), channels)


def _global_pool(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    first = known(inputs)
    leading, sizes, channels = _spatial(config, first)
    return _assembled(leading, first[0], (1,) * len(sizes) if config.get("keepdims") else (), channels)


def _pairs(value: Any, rank: int) -> list[tuple[int, int]]:
    """Return what is added before and after each axis: given once, by axis, or by axis and side."""
    if rank == 1 and isinstance(value, list | tuple) and len(value) == 2:
        return [(value[0], value[1])]
    items: tuple[Any, ...] = _tuple(value, rank)
    return [(item[0], item[1]) if isinstance(item, list | tuple) else (item, item) for item in items]


def _resized(key: str, sign: int) -> Maker:
    def make(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
        first = known(inputs)
        leading, sizes, channels = _spatial(config, first)
        pairs = _pairs(config[key], len(sizes))
        out = [None if n is None else n + sign * (a + b) for n, (a, b) in zip(sizes, pairs, strict=True)]
        return _assembled(leading, first[0], out, channels)

    return make


def _upsampled(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    first = known(inputs)
    leading, sizes, channels = _spatial(config, first)
    factors = _tuple(config.get("size", 2), len(sizes))
    out = [None if n is None else n * f for n, f in zip(sizes, factors, strict=True)]
    return _assembled(leading, first[0], out, channels)


def _image(config: Mapping[str, Any], inputs: Shapes) -> Shape | None:
    *lead, _, _, channels = known(inputs)
    if config.get("data_format") == "channels_first":
        *lead, channels, _, _ = known(inputs)
        return (*lead, channels, config["height"], config["width"])
    return (*lead, config["height"], config["width"], channels)


MAKERS: dict[str, Maker] = {
    **dict.fromkeys(("Resizing", "CenterCrop", "RandomCrop"), _image),
    **{f"ConvLSTM{n}D": _conv_lstm for n in (1, 2, 3)},
    **{f"Conv{n}D": _conv for n in (1, 2, 3)},
    **{f"SeparableConv{n}D": _conv for n in (1, 2)},
    **{f"LocallyConnected{n}D": _conv for n in (1, 2)},
    **{f"Conv{n}DTranspose": _conv_transpose for n in (1, 2, 3)},
    **{f"DepthwiseConv{n}D": _depthwise for n in (1, 2)},
    **{f"{kind}Pooling{n}D": _pool for kind in ("Max", "Average") for n in (1, 2, 3)},
    **{f"Global{kind}Pooling{n}D": _global_pool for kind in ("Max", "Average") for n in (1, 2, 3)},
    **{f"Adaptive{kind}Pooling{n}D": _adaptive_pool for kind in ("Max", "Average") for n in (1, 2, 3)},
    **{f"ZeroPadding{n}D": _resized("padding", 1) for n in (1, 2, 3)},
    **{f"Cropping{n}D": _resized("cropping", -1) for n in (1, 2, 3)},
    **{f"UpSampling{n}D": _upsampled for n in (1, 2, 3)},
}
