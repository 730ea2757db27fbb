"""What processes do in their own time is waited for; at the end not for ever, but long: the machine may be busy."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

END_SECONDS = 300.0
PAUSE_SECONDS = 0.05
Seen = TypeVar("Seen")


def until(look: Callable[[], Seen], told: Callable[[], str] = str) -> Seen:
    """Look until what is seen counts as true, and return it; raises AssertionError with what is `told` at the end."""
    deadline = time.monotonic() + END_SECONDS
    while not (seen := look()):
        assert time.monotonic() < deadline, told()
        time.sleep(PAUSE_SECONDS)
    return seen
