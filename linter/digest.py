"""SHA-256 of a model: of a file's bytes, or of a SavedModel's files by name."""

from __future__ import annotations

import hashlib
from pathlib import Path


def sha256(path: Path) -> str:
    """Return the hexadecimal digest; raises OSError."""
    if not path.is_dir():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    whole = hashlib.sha256()
    for item in sorted(p for p in path.rglob("*") if p.is_file() and not p.is_symlink()):
        whole.update(f"{item.relative_to(path).as_posix()}\0{sha256(item)}\0".encode("utf-8", "surrogateescape"))
    return whole.hexdigest()
