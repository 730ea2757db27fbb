"""An unpacked `.keras` that was zipped with its folder: where the model's own files lie in the archive."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from linter.read.discover import KERAS_CONFIG, KERAS_WEIGHTS

if TYPE_CHECKING:
    from linter.read.archive import Archive
    from linter.read.source import Source


class Inside(NamedTuple):
    """The files of one folder of an archive, by their names in it; `root` ends in a slash."""

    archive: Archive
    root: str
    members: frozenset[str]

    def read(self, name: str, limit: int) -> bytes:
        """Return a file whole; raises UnreadableError where it is longer than `limit` bytes."""
        return self.archive.read(self.root + name, limit)

    def member(self, name: str) -> Source:
        """Return a file as a source."""
        return self.archive.member(self.root + name)


def inside(archive: Archive, root: str) -> Inside:
    """Return the files of a folder."""
    names = (name.removeprefix(root) for name in archive.members if name.startswith(root))
    return Inside(archive, root, frozenset(names))


def top(names: Collection[str]) -> str:
    """Return the one folder in an archive that holds a model, with a slash; "" where none does."""
    roots = [name.removesuffix(KERAS_CONFIG) for name in names if name.endswith(f"/{KERAS_CONFIG}")]
    held = [root for root in roots if root.count("/") == 1 and any(root + name in names for name in KERAS_WEIGHTS)]
    return held[0] if len(held) == 1 else ""
