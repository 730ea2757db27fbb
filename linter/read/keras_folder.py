"""An unpacked `.keras`: the members of the archive as files of a folder, as `model.save(path, zipped=False)` writes it
and the Hugging Face Hub keeps it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from linter.graph import ModelGraph
from linter.options import Limits
from linter.read import keras_v3
from linter.read.errors import UnreadableError
from linter.read.source import FileSource, Source


class Folder(NamedTuple):
    """Files of one folder by name. Links are followed: a clone from the Hub consists of them."""

    root: Path
    members: frozenset[str]

    def read(self, name: str, limit: int) -> bytes:
        """Return a file whole; raises UnreadableError where it is longer than `limit` bytes, OSError."""
        with open(self.root / name, "rb") as file:
            data = file.read(limit + 1)
        if len(data) > limit:
            raise UnreadableError(f"{name} has more than {limit:,} bytes, which is past the limit")
        return data

    def member(self, name: str) -> Source:
        """Return a file as a source; raises OSError."""
        return FileSource(self.root / name)


def read(root: Path, limits: Limits) -> ModelGraph:
    """Return the model in a folder; raises UnreadableError where there is none, OSError."""
    return keras_v3.read_files(Folder(root, _listing(root, limits)), limits)


def _listing(root: Path, limits: Limits) -> frozenset[str]:
    names = set()
    with os.scandir(root) as entries:
        for seen, entry in enumerate(entries):
            if seen >= limits.max_members:
                raise UnreadableError(
                    f"the folder holds more than {limits.max_members:,} files, which is past the limit `max_members`"
                )
            if entry.is_file():
                names.add(entry.name)
    return frozenset(names)
