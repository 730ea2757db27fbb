"""The parent's side of a run on data: starts the confined child, watches it, checks what it says. Imports no Keras."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from linter.confine import ConfinedError, Mode, Policy, run_child
from linter.live import backend
from linter.live.errors import RunError
from linter.observation import Observation
from linter.options import Limits
from linter.read.discover import linked

TARGET = "linter.live.worker:run"
START_SECONDS = 120.0
"""For importing a backend and compiling, on top of the run's own time."""
GIB = 1 << 30
MAX_ANSWER = 256 << 20


@dataclass(frozen=True, slots=True)
class Request:
    """What to run on what. `generators`, `modules` and `trust` are the command line's alone."""

    model: Path
    data: str
    limits: Limits
    sandbox: str = "auto"
    modules: tuple[str, ...] = ()
    trust: bool = False
    generators: bool = False


def observe(request: Request, advance: Callable[[int], None] = lambda done: None) -> Observation:
    """Return what the model did on the data; raises RunError."""
    from linter import schema

    environment = {"KERAS_BACKEND": backend.installed(), **backend.ONEDNN}
    data = request.data if request.generators and not Path(request.data).exists() else os.path.abspath(request.data)
    own = request.generators or request.modules
    job = {
        "model": os.path.abspath(request.model),
        "data": data,
        "limits": asdict(request.limits),
        "modules": list(request.modules),
        "trust": request.trust,
        "generators": request.generators,
        "paths": [os.getcwd()] if own else [],
    }
    policy = _policy(request, data)
    try:
        outcome = run_child(TARGET, job, policy, environment=environment, on_event=lambda event: advance(_done(event)))
    except ConfinedError as error:
        raise RunError(_told(error)) from None
    return replace(schema.observation(outcome.result), sandbox=outcome.layers)


def _policy(request: Request, data: str) -> Policy:
    size = _size(request.model)
    own = request.generators or request.modules
    return Policy(
        mode=Mode(request.sandbox),
        seconds=request.limits.max_seconds + START_SECONDS,
        memory=4 * GIB + 4 * size,
        address_space=24 * GIB + 8 * size,
        output=MAX_ANSWER,
        open_files=1024,
        read=(
            os.path.abspath(request.model),
            *linked(request.model),
            data,
            *_packages(),
            *((os.getcwd(),) if own else ()),
        ),
    )


def _packages() -> list[str]:
    """Return where our layers lie: in an editable installation, outside of Python's own folders."""
    spec = find_spec("keras_act")
    return list(spec.submodule_search_locations or ()) if spec else []


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(item.stat().st_size for item in path.rglob("*") if item.is_file())
    return path.stat().st_size


def _done(event: Mapping[str, Any]) -> int:
    done = event.get("done")
    return done if isinstance(done, int) else 0


def _told(error: ConfinedError) -> str:
    """Return the error as one line; what the child raised comes without its class."""
    text = str(error)
    kind, found, rest = text.partition(": ")
    known = ("DataError", "UnreadableError", "NotAModelError", "CannotRebuildError", "ValueError")
    return rest if found and kind in known else text
