"""This run: what the command line says beside what to judge. A leaf."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of `keras-lint check`. `jobs` 0 means one a core."""

    paths: tuple[Path, ...]
    data: str | None = None
    format: str = "text"
    output: Path | None = None
    baseline: Path | None = None
    write_baseline: Path | None = None
    modules: tuple[str, ...] = ()
    trust: bool = False
    isolate: bool = False
    sandbox: str = "auto"
    jobs: int = 1
    config: Path | None = None
    generators: bool = True
    """Whether `data` may name a function that makes them; never over HTTP."""
    digest: bool = False
    """Whether the report is to hold the files' SHA-256."""
