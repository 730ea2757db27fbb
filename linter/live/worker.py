"""The child's side: one request in, one observation out. Confined before Keras is imported; not trusted."""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from linter.observation import Observation
    from linter.options import Limits

Emit = Callable[[Mapping[str, Any]], None]


def run(request: Mapping[str, Any], emit: Emit) -> dict[str, Any]:
    """Return an Observation as plain values.

    request: model, data (places); limits (of `linter.options.Limits`); modules, trust, generators, paths to import
        from.
    Raises ValueError, UnreadableError or CannotRebuildError with one clear line.
    """
    sys.path += request.get("paths", [])
    from linter.options import Limits

    limits = Limits(**request["limits"])
    advance = _telling(emit)
    if request.get("trust"):
        with _uncollected():
            from linter.live.trusted import observe_trusted

        seen = observe_trusted(request, limits, advance)
    else:
        seen = _rebuilt(request, limits, advance)
    told: dict[str, Any] = _plain(asdict(seen))
    return told


def _rebuilt(request: Mapping[str, Any], limits: Limits, advance: Callable[[int], None]) -> Observation:
    from linter.live.expecting import expected_of
    from linter.live.samples import match, open_samples
    from linter.observation import Observation
    from linter.read import read

    graph = read(Path(request["model"]), limits)
    samples = open_samples(request["data"], expected_of(graph), generators=bool(request.get("generators")))
    matched = match(samples, expected_of(graph))
    if matched.mismatches:
        return Observation(samples=0, mismatches=matched.mismatches)
    with _uncollected():  # Keras takes seconds to load: not for data that do not fit
        from linter.live.custom import admitted
        from linter.live.observe import observe
        from linter.live.rebuild import rebuild

    rebuilt = rebuild(graph, admitted(tuple(request.get("modules", ()))))
    return observe(graph, rebuilt, samples, matched, limits, advance)


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Import without collecting garbage, of which modules have none; what they hold is never looked at again."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _telling(emit: Emit) -> Callable[[int], None]:
    return lambda done: emit({"done": done})


def _plain(value: Any) -> Any:
    """Return `value` as JSON can hold it: what is not finite becomes the greatest number there is."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not -sys.float_info.max <= value <= sys.float_info.max:
        return -sys.float_info.max if value < 0 else sys.float_info.max
    return value
