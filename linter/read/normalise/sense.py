"""Whether a layer's arguments are what such arguments can be. A layer whose are not is left unanalysed.

After this, everything behind the reader may rely on the types of the arguments named here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

LARGEST = 2**63
COUNTS = frozenset(
    (
        "units",
        "filters",
        "input_dim",
        "output_dim",
        "num_heads",
        "key_dim",
        "value_dim",
        "n",
        "groups",
        "depth_multiplier",
    )
)
SIZES = frozenset(("kernel_size", "strides", "dilation_rate", "pool_size", "size", "cropping", "dims", "output_size"))
AXES = frozenset(("axis", "axes", "shared_axes"))
NUMBERS = frozenset(
    ("rate", "epsilon", "momentum", "alpha", "negative_slope", "max_value", "threshold", "theta", "stddev")
)
SWITCHES = frozenset(
    (
        "use_bias",
        "center",
        "return_sequences",
        "return_state",
        "go_backwards",
        "stateful",
        "unroll",
        "reset_after",
        "mask_zero",
        "unit_forget_bias",
        "keepdims",
    )
)
WORDS = frozenset(("data_format", "merge_mode", "mode"))


def senseless(config: Mapping[str, Any]) -> str:
    """Return what is wrong with a layer's arguments, "" where nothing is."""
    for key, value in config.items():
        check = _CHECKS.get(key)
        if check is not None and value is not None and not check(value):
            return f"its {key} is {_shown(value)}"
    return ""


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < LARGEST


def _sizes(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_sizes, value))
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < LARGEST


def _axes(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_axes, value))
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1000


def _number(value: Any) -> bool:
    if isinstance(value, Mapping):  # Keras 2.15 stores numbers of layers as objects
        return True
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _switch(value: Any) -> bool:
    return isinstance(value, bool | int)


def _word(value: Any) -> bool:
    return isinstance(value, str | int)


def _padding(value: Any) -> bool:
    return isinstance(value, str) or _sizes(value)


def _target(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(size is None or size == -1 or _sizes(size) for size in value)


_CHECKS: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys(COUNTS, _count),
    **dict.fromkeys(SIZES, _sizes),
    **dict.fromkeys(AXES, _axes),
    **dict.fromkeys(NUMBERS, _number),
    **dict.fromkeys(SWITCHES, _switch),
    **dict.fromkeys(WORDS, _word),
    "padding": _padding,
    "target_shape": _target,
}


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
