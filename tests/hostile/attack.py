"""One hostile model and its benign twin, which differs from it in one thing."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.hostile import base


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link in a folder."""

    target: str


Folder = Mapping[str, "bytes | Link"]
"""A SavedModel's files by their path in it."""
Content = bytes | Folder


@dataclass(frozen=True, slots=True)
class Attack:
    """A hostile model. `twin` is the benign one; None where an ordinary saved model is. No suffix: a folder."""

    name: str
    code: str
    suffix: str
    hostile: Callable[[], Content]
    twin: Callable[[], Content] | None = None

    def benign(self) -> Content:
        """The twin's content."""
        return (self.twin or (base.keras_file if self.suffix == ".keras" else base.h5_file))()


def put(content: Content, path: Path) -> Path:
    """Write a file or a folder; return its path."""
    if isinstance(content, bytes):
        path.write_bytes(content)
        return path
    for name, item in content.items():
        place = path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(item, Link):
            os.symlink(item.target, place)
        else:
            place.write_bytes(item)
    return path
