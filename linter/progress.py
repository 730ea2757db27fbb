"""A progress bar on a terminal, for runs that take long enough to want one. Nothing at all elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

MANY_FILES = 5
LARGE_BYTES = 500_000_000


class Steps(NamedTuple):
    """What is to be called with each finished path, and with the number of samples that a run on data has done."""

    finished: Callable[[Path], None] = lambda path: None
    sampled: Callable[[int], None] = lambda done: None


@contextmanager
def advancing(paths: Sequence[Path], data: str | None = None) -> Iterator[Steps]:
    """Yield what shows the progress of a run over `paths`, on `data` if there are any."""
    if not sys.stderr.isatty() or not (data or _long(paths)):
        yield Steps()
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
        yield Steps(
            lambda path: bar.update(task, advance=1, description=path.name),
            lambda done: bar.update(task, description=f"{done:,} samples run"),
        )


def _long(paths: Sequence[Path]) -> bool:
    if len(paths) >= MANY_FILES or any(path.is_dir() for path in paths):
        return True
    return sum(path.stat().st_size for path in paths if path.is_file()) >= LARGE_BYTES
