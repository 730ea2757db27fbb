"""A progress bar on a terminal, for runs that take long enough to want one. Nothing at all elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

MANY_FILES = 5
LARGE_BYTES = 500_000_000


@contextmanager
def advancing(paths: Sequence[Path]) -> Iterator[Callable[[Path], None]]:
    """Yield what is to be called with each finished path."""
    if not sys.stderr.isatty() or not _long(paths):
        yield lambda path: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    with Progress(
        SpinnerColumn(),
        TextColumn("{task.completed} linted, {task.description}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda path: bar.update(task, advance=1, description=path.name)


def _long(paths: Sequence[Path]) -> bool:
    if len(paths) >= MANY_FILES or any(path.is_dir() for path in paths):
        return True
    return sum(path.stat().st_size for path in paths if path.is_file()) >= LARGE_BYTES
