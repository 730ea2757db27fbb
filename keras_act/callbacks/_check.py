"""What the callbacks accept: each check says what was received."""

from typing import Any


def checked_every(every: Any) -> int:
    """A number of epochs. Raises ValueError unless it is a positive integer."""
    if not isinstance(every, int) or isinstance(every, bool) or every < 1:
        raise ValueError(f"every must be a positive number of epochs. Received: {every!r}")
    return every


def checked_share(name: str, value: Any) -> float:
    """A share. Raises ValueError unless it is a number in [0, 1]."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise ValueError(f"{name} must be a share in [0, 1]. Received: {value!r}")
    return float(value)


def checked_data(data: Any) -> Any:
    """Data that can be read again each epoch. Raises ValueError for None and for generators."""
    if data is None or hasattr(data, "__next__"):
        raise ValueError(
            f"data must be arrays, or an iterable of batches that can be read again each epoch. Received: {data!r}"
        )
    return data
