"""What a confined process may do and use, and how its end is told. A leaf: plain data that travels as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

GIB = 1 << 30
SCRATCH = "keras-lint-scratch-"
"""How the name of a folder begins that lies among the temporary ones and is in use for the length of one job."""


class Mode(StrEnum):
    """How much confinement is wanted."""

    AUTO = "auto"
    """Every layer that the system has; the result names those that are missing."""
    REQUIRE = "require"
    """As auto, and nothing runs unless limits, files and network are all confined."""
    OFF = "off"
    """A process of its own, and nothing more."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Bounds of one confined job."""

    mode: Mode = Mode.AUTO
    seconds: float = 60.0
    """Wall time of the whole job; the processors' time is bounded by as much of each of them."""
    memory: int = GIB
    """Bytes resident; looked at many times a second."""
    address_space: int = 4 * GIB
    """Bytes mapped; an allocation past it fails at once."""
    output: int = 64 << 20
    """Bytes of all answers together."""
    noise: int = 1 << 20
    """Bytes on standard output and standard error together."""
    file_size: int = GIB
    """Bytes of any file written."""
    open_files: int = 256
    """File descriptors."""
    read: tuple[str, ...] = ()
    """Files and folders that may be read, beside those of Python itself."""
    scratch: str = ""
    """The one folder that may be written to; "" for none."""
    user: int | None = None
    """Where the process has root's rights: the user number to go on as."""

    def to_json(self) -> dict[str, Any]:
        """Return this policy as JSON."""
        return {**asdict(self), "mode": self.mode.value, "read": list(self.read)}


def from_json(stored: Mapping[str, Any]) -> Policy:
    """Return the policy in what `to_json` gave."""
    known = {field.name for field in fields(Policy)}
    given = {key: value for key, value in stored.items() if key in known}
    return Policy(**{**given, "mode": Mode(given.get("mode", "auto")), "read": tuple(given.get("read", ()))})


class Reason(StrEnum):
    """Why a confined job gave no result."""

    TIME = "time"
    MEMORY = "memory"
    OUTPUT = "output"
    CRASH = "crash"
    """It ended without an answer, or answered nonsense."""
    FAILED = "failed"
    """The work itself raised an exception."""
    SANDBOX = "sandbox"
    """The mode is `require` and the system cannot confine."""


class ConfinedError(Exception):
    """A confined job that gave no result; `reason` says why, `noise` is the beginning of what it printed."""

    def __init__(self, reason: Reason, message: str, noise: str = "") -> None:
        """Say what happened."""
        super().__init__(message)
        self.reason, self.noise = reason, noise


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a confined job gave. `layers` are those of `confine`."""

    result: Any
    layers: tuple[str, ...] = ()
    noise: str = ""
