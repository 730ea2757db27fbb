"""A SavedModel's folder as a zip, for where only a file can be sent: the same files, read where they lie in the
archive, under the same rules as a `.keras` file's. Nothing is unpacked to disk.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from linter.graph import Defect
from linter.options import Limits
from linter.read import tensor_bundle
from linter.read.archive import Archive
from linter.read.saved_model_folder import GRAPH, INDEX, code_among
from linter.read.source import Source


def top(names: Collection[str]) -> str | None:
    """Return the one folder in an archive that holds a SavedModel, "" for the archive itself; None where none does."""
    found = [name.removesuffix(GRAPH) for name in names if name == GRAPH or name.endswith(f"/{GRAPH}")]
    return found[0] if len(found) == 1 and found[0].count("/") <= 1 else None


@dataclass(frozen=True, slots=True)
class Zipped:
    """The files of a SavedModel in an archive; `root` is the folder's name in it, with a slash, or ""."""

    archive: Archive
    root: str

    @property
    def defects(self) -> tuple[Defect, ...]:
        """What an honest archive of a SavedModel never has."""
        inside = (name.removeprefix(self.root) for name in self.archive.members)
        return (*self.archive.defects, *code_among(sorted(inside)))

    def has(self, *parts: str) -> bool:
        """Whether there is such a file."""
        return self.root + "/".join(parts) in self.archive.members

    def read(self, name: str, limits: Limits) -> bytes:
        """Return a file whole; raises UnreadableError past `max_graph_bytes` or `max_unpacked_bytes`."""
        return self.archive.read(self.root + name, min(limits.max_unpacked_bytes, limits.max_graph_bytes))

    def checkpoint(self, limits: Limits) -> tensor_bundle.Bundle:
        """Return the stored variables; raises UnreadableError."""
        return tensor_bundle.read(INDEX.with_suffix(""), limits, self._source)

    def _source(self, path: Path) -> Source | None:
        return self.archive.member(self.root + path.as_posix()) if self.has(*path.parts) else None
