"""A SavedModel's folder: which files it holds, and what in it points elsewhere. Links that leave the folder are noted
and never followed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from linter.graph import Defect
from linter.options import Limits
from linter.read import tensor_bundle
from linter.read.errors import UnreadableError

GRAPH, TEXT_GRAPH, METADATA = "saved_model.pb", "saved_model.pbtxt", "keras_metadata.pb"
INDEX = Path("variables", "variables.index")
OWN = ("variables", "assets", "assets.extra")
CODE = (".py", ".pyc", ".so", ".dll", ".dylib", ".exe", ".sh", ".bat", ".pkl", ".pickle")


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder and what its listing shows. `files` are regular files within it, by their path in it."""

    root: Path
    files: frozenset[str]
    defects: tuple[Defect, ...]

    def has(self, *parts: str) -> bool:
        """Whether there is such a file, safe to open."""
        return "/".join(parts) in self.files

    def checkpoint(self, limits: Limits) -> tensor_bundle.Bundle:
        """Return the stored variables; raises UnreadableError, OSError."""
        return tensor_bundle.read(self.root / INDEX.with_suffix(""), limits)

    def read(self, name: str, limits: Limits) -> bytes:
        """Return a file whole; raises UnreadableError past `max_graph_bytes` or `max_unpacked_bytes`."""
        most = min(limits.max_unpacked_bytes, limits.max_graph_bytes)
        with open(self.root / name, "rb") as file:
            data = file.read(most + 1)
        if len(data) > most:
            raise UnreadableError(f"{name} has more than {most:,} bytes, which is past the limit")
        return data


def listing(root: Path, limits: Limits) -> Folder:
    """Return what a SavedModel's folder holds; other files and folders beside its own are left alone."""
    files: set[str] = set()
    defects: list[Defect] = []
    inside = root.resolve()
    pending = [("", 0)]
    seen = 0
    while pending:
        place, depth = pending.pop()
        if depth > limits.max_folder_depth:
            most = limits.max_folder_depth
            raise UnreadableError(f"{place!r} is nested more than {most} folders deep (`max_folder_depth`)")
        for entry in sorted(os.scandir(root / place), key=lambda e: e.name):
            seen += 1
            if seen > limits.max_members:
                raise UnreadableError(
                    f"the folder holds more than {limits.max_members:,} files, which is past the limit `max_members`"
                )
            name = f"{place}/{entry.name}" if place else entry.name
            if entry.is_symlink() and not _stays(root / name, inside):
                defects.append(_link(root / name, name))
            elif entry.is_dir():
                if (depth or name in OWN) and not entry.is_symlink():
                    pending.append((name, depth + 1))
            elif stat.S_ISREG(entry.stat().st_mode):
                files.add(name)
    defects += code_among(sorted(files))
    return Folder(root, frozenset(files), tuple(defects))


def code_among(names: Iterable[str]) -> Iterator[Defect]:
    """Yield a defect for each file in the folders of a SavedModel that is no data."""
    for name in names:
        if "/" in name and name.lower().endswith(CODE):
            yield Defect("SEC006", f"{name!r} is code or a pickle among the files of the model", pointer=name)


def _stays(path: Path, inside: Path) -> bool:
    try:
        return path.resolve(strict=True).is_relative_to(inside)
    except (OSError, RuntimeError):  # dangling, or a loop
        return False


def _link(path: Path, name: str) -> Defect:
    target = os.fsencode(os.readlink(path)).decode("utf-8", "backslashreplace")
    return Defect(
        "SEC006",
        f"{name!r} is a symbolic link out of the model's folder, to {target[:200]!r}: loading the model would read it",
        pointer=name,
    )


def what_else(root: Path) -> str:
    """Return one line that says what a folder without a SavedModel is."""
    names = sorted(os.listdir(root))
    if TEXT_GRAPH in names:
        return f"a SavedModel in text form ({TEXT_GRAPH}), which is not read; save it again, which writes {GRAPH}"
    found = ", ".join(names[:5]) or "nothing"
    return f"a folder without a model: no {GRAPH} in it (it holds {found})"
