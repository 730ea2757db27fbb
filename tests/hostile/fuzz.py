"""Fuzzing: `python -m tests.hostile.fuzz [--inputs N] [--seed S] [--jobs J]` mutates valid models and lints every one.

A crash, a hang, memory past the limit, a file opened outside the scratch folder, a socket, a program started or a
module imported is a failure, and is printed with the seed that makes it again. The share of inputs that got past each
stage (container, configuration, weights, rules) is printed, by format.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.hostile import models, mutations

SECONDS = 10.0
MEMORY_MIB = 1024
STAGES = ("container", "config", "weights", "rules")
WATCHED = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.system",
    "os.posix_spawn",
    "ctypes.dlopen",
    "marshal.loads",
    "pickle.",
)


@dataclass
class Tally:
    """What a run saw."""

    inputs: Counter[str] = field(default_factory=Counter)
    past: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    peak_mib: float = 0.0
    slowest: float = 0.0


class Watcher:
    """An audit hook that notes what no static lint may do."""

    def __init__(self, scratch: Path) -> None:
        self.scratch, self.on, self.seen = str(scratch), False, set[str]()
        self.roots = (
            self.scratch,
            sys.prefix,
            sys.base_prefix,
            str(Path(__file__).parents[2]),
            "/dev/",
            "/proc/",
            "/sys/",
        )
        sys.addaudithook(self._hook)

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.on:
            return
        if event == "open" and isinstance(args[0], str | bytes):
            path = os.fsdecode(args[0])
            if not os.path.abspath(path).startswith(self.roots):
                self.seen.add(f"opened {path!r}")
        elif event == "marshal.loads" and _importing():
            return  # Python's own modules are stored that way
        elif event.startswith(WATCHED):
            self.seen.add(event)
        elif (
            event == "import"
            and args[0] not in sys.modules
            and not str(args[0]).startswith(("linter", "numpy", "h5py", "encodings"))
        ):
            self.seen.add(f"imported {args[0]}")


def _importing() -> bool:
    """Whether the call comes from Python's import of a module, seen from an audit hook."""
    frame = sys._getframe(2)
    return frame.f_code.co_filename.startswith("<frozen importlib")


class Bases:
    """Valid models to start from: made once a process, and small."""

    def __init__(self, folder: Path) -> None:
        self.of = models.load(folder)

    def mutated(self, seed: int, scratch: Path) -> tuple[str, Path]:
        """Write the input of a seed; return its format and place."""
        random = Random(seed)
        format = random.choices(("keras", "h5", "saved_model"), (6, 3, 1))[0]
        base = random.choice(self.of[format])
        if format == "saved_model":
            folder = scratch / "saved_model"
            for name, content in mutations.saved_model(base, random).items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(content)
            return format, folder
        path = scratch / f"model.{format}"
        change = mutations.keras_file if format == "keras" else mutations.h5_file
        path.write_bytes(change(base["model"], random))
        return format, path


def run(seeds: range, folder: Path, progress: Callable[[int], None] = lambda seed: None) -> Tally:
    """Lint the inputs of `seeds`, made from the models in `folder`, one after another, in this process."""
    import hashlib  # noqa: F401 - what the linter imports late is imported here
    import secrets  # noqa: F401
    from shutil import rmtree

    from linter.api import lint

    tally, bases = Tally(), Bases(folder)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as made:
        scratch = Path(made)
        watcher = Watcher(scratch)
        stage = _stages()
        for warm in range(3):
            lint(bases.mutated(warm, scratch)[1])
        for seed in seeds:
            progress(seed)
            rmtree(scratch / "saved_model", ignore_errors=True)
            format, path = bases.mutated(seed, scratch)
            stage.clear()
            started = time.monotonic()
            faulthandler.dump_traceback_later(3 * SECONDS, exit=True)
            watcher.on = True
            try:
                report = lint(path)
                problem = next((f"rule {f.code}: {f.message}" for m in report.models for f in m.failures), "")
            except Exception as error:
                problem = f"{type(error).__name__}: {error}"
            finally:
                watcher.on = False
                faulthandler.cancel_dump_traceback_later()
            took = time.monotonic() - started
            tally.slowest = max(tally.slowest, took)
            tally.inputs[format] += 1
            for name in stage:
                tally.past[f"{format} {name}"] += 1
            for what in (problem, f"took {took:.1f} s" if took > SECONDS else "", *watcher.seen):
                if what:
                    tally.failures.append(f"seed {seed} ({format}): {what}")
            watcher.seen.clear()
    tally.peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return tally


def _stages() -> set[str]:
    """Note, in the set that is returned, which stages of reading an input gets past."""
    from linter.commands import lint as verb
    from linter.read import keras_v3, legacy_h5, saved_model
    from linter.read.normalise import assemble

    past: set[str] = set()

    def noting(owner: Any, name: str, *stages: str) -> None:
        original = getattr(owner, name)

        def noted(*args: Any, **named: Any) -> Any:
            past.update(stages)
            return original(*args, **named)

        setattr(owner, name, noted)

    for reader in (keras_v3, legacy_h5, saved_model):
        noting(reader, "parse", "container")
    noting(assemble, "graph", "config", "weights")
    audit = verb.audit

    def audited(graph: Any, *args: Any, **named: Any) -> Any:
        if graph.nodes:
            past.add("rules")
        return audit(graph, *args, **named)

    verb.audit = audited
    return past


def main() -> int:
    """Run in processes of their own, print what was seen, and return 1 on any failure."""
    parser = argparse.ArgumentParser(prog="fuzz")
    parser.add_argument("--inputs", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--models", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        return _work(given.seed, given.inputs, given.models, given.worker)
    tally = Tally()
    for part in _parts(given.seed, given.inputs, given.jobs):
        tally.inputs += part.inputs
        tally.past += part.past
        tally.failures += part.failures
        tally.peak_mib = max(tally.peak_mib, part.peak_mib)
        tally.slowest = max(tally.slowest, part.slowest)
    _print(tally)
    return int(bool(tally.failures) or tally.peak_mib > MEMORY_MIB)


def _work(seed: int, inputs: int, folder: Path, place: Path) -> int:
    """One worker: its place holds the seed it is at, at its end its tally."""
    tally = run(range(seed, seed + inputs), folder, lambda at: place.write_text(str(at)) and None)
    place.write_text(json.dumps({**vars(tally)}))
    return 0


def _parts(seed: int, inputs: int, jobs: int, size: int = 5000) -> Iterator[Tally]:
    """Yield the tallies of workers; one that dies is a failure at the seed it was at.

    And the rest of its part goes on.
    """
    waiting = [(start, min(size, seed + inputs - start)) for start in range(seed, seed + inputs, size)][::-1]
    running: list[tuple[subprocess.Popen[bytes], Path, int, int]] = []
    with tempfile.TemporaryDirectory() as folder:
        bases = Path(folder) / "models"
        subprocess.run([sys.executable, "-m", "tests.hostile.models", str(bases)], check=True, capture_output=True)
        while waiting or running:
            while waiting and len(running) < jobs:
                start, count = waiting.pop()
                place = Path(folder) / str(start)
                command = [sys.executable, "-m", "tests.hostile.fuzz", "--worker", str(place)]
                command += ["--models", str(bases), "--seed", str(start), "--inputs", str(count)]
                process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                running.append((process, place, start, count))
            for item in [item for item in running if item[0].poll() is not None]:
                running.remove(item)
                process, place, start, count = item
                if process.returncode == 0:
                    stored = json.loads(place.read_text())
                    part = Tally(
                        Counter(stored["inputs"]),
                        Counter(stored["past"]),
                        stored["failures"],
                        stored["peak_mib"],
                        stored["slowest"],
                    )
                    print(
                        f"{start + count - seed:>8} inputs, {len(part.failures)} failures in the last part",
                        file=sys.stderr,
                    )
                    yield part
                    continue
                at = int(place.read_text()) if place.exists() else start
                if at + 1 < start + count:
                    waiting.append((at + 1, start + count - at - 1))
                yield Tally(Counter({"lost": 1}), failures=[f"seed {at}: the process ended with {process.returncode}"])
            time.sleep(0.2)


def _print(tally: Tally) -> None:
    total = sum(tally.inputs.values())
    print(
        f"{total:,} mutated files, {len(tally.failures)} failures; "
        f"slowest {tally.slowest:.2f} s, peak memory {tally.peak_mib:.0f} MiB"
    )
    for format, count in sorted(tally.inputs.items()):
        shares = ", ".join(f"{stage} {tally.past[f'{format} {stage}'] / count:.1%}" for stage in STAGES)
        print(f"  {format}: {count:,} inputs; past {shares}")
    reached = sum(tally.past[f"{format} rules"] for format in tally.inputs)
    print(f"  all: {reached / max(total, 1):.1%} reached the rules")
    for failure in tally.failures[:50]:
        print(f"  {failure}")


if __name__ == "__main__":
    sys.exit(main())
