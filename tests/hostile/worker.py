"""One process of the fuzzer: makes the inputs of a range of seeds, lints and reports each, and counts what it saw.

`python -m tests.hostile.worker MODELS PLACE SEED COUNT`. While it runs PLACE holds the seed it is at; in the end its
tally. An input that takes too much processor time ends the process (SIGPROF).
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any

from tests.hostile import models, mutations, stages
from tests.hostile.tally import Tally
from tests.hostile.watch import Watcher

SECONDS = 10.0
FORMATS = {"keras": 10, "h5": 5, "saved_model": 3, "weights": 2}
"""Format -> how often it is drawn."""
MOST_MEMORY = 4 << 30
"""Bytes of address space: what asks for more fails at once, and is a crash."""
MEMORY_DISK = Path("/dev/shm")


class Inputs:
    """Mutated models by seed, in a scratch folder."""

    def __init__(self, folder: Path, scratch: Path) -> None:
        self.bases, self.scratch = models.load(folder), scratch
        self.held: set[str] = set()

    def made(self, seed: int) -> tuple[str, Path]:
        """Write the input of a seed; return its format and place."""
        random = Random(seed)
        format = random.choices(list(FORMATS), list(FORMATS.values()))[0]
        base = random.choice(self.bases[format])
        if format != "saved_model":
            path = self.scratch / f"model.{format}"
            path.write_bytes(mutations.BY_FORMAT[format](base["model"], random))
            return format, path
        path = self.scratch / "saved_model"
        wanted = mutations.saved_model(base, random)
        for name, content in wanted.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(content)
        for name in self.held - wanted.keys():
            (path / name).unlink()
        self.held = set(wanted)
        return format, path


def run(seeds: range, folder: Path, place: Path | None = None) -> Tally:
    """Lint the inputs of `seeds`, made from the models in `folder`, one after another, in this process."""
    import secrets  # noqa: F401 - what NumPy's generators import late is imported here

    from linter.api import lint
    from linter.reporters import REPORTERS

    tally = Tally()
    disk = MEMORY_DISK if MEMORY_DISK.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir=disk) as made:
        inputs, watcher, past = Inputs(folder, Path(made)), Watcher(Path(made)), stages.noted()
        for warm in range(20):
            report = lint(inputs.made(warm)[1])
        for render in REPORTERS.values():  # what is imported late is imported here
            render(report)
        renders = list(REPORTERS.values())
        at = open(place, "wb", buffering=0) if place else None  # noqa: SIM115 - closed with the process
        for seed in seeds:
            if at:
                os.pwrite(at.fileno(), b"%20d" % seed, 0)
            format, path = inputs.made(seed)
            past.clear()
            problem, took = _linted(lambda path=path: lint(path), renders[seed % len(renders)], watcher)  # type: ignore[misc]
            tally.inputs[format] += 1
            tally.past.update(f"{format} {stage}" for stage in past)
            tally.slowest = max(tally.slowest, took)
            tally.crashes += bool(problem)
            tally.hangs += took > SECONDS
            said = (problem, f"took {took:.1f} s" if took > SECONDS else "", *sorted(watcher.seen))
            tally.failures += [f"seed {seed} ({format}): {what}" for what in said if what]
            watcher.seen.clear()
    tally.peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return tally


def _linted(lint: Any, render: Any, watcher: Watcher) -> tuple[str, float]:
    """Lint and report; return what crashed, if anything, and the processor time."""
    started = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, 3 * SECONDS)
    watcher.on = True
    try:
        report = lint()
        render(report).encode()
        problem = next((f"rule {f.code}: {f.message}" for m in report.models for f in m.failures), "")
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
    finally:
        watcher.on = False
        signal.setitimer(signal.ITIMER_PROF, 0)
    return problem, time.process_time() - started


if __name__ == "__main__":
    bases, place, seed, count = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    found = run(range(int(seed), int(seed) + int(count)), Path(bases), Path(place))
    Path(place).write_text(json.dumps(vars(found)))
