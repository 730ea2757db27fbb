"""Writes all tables and pictures of keras_act/README.md: `python -m tests.bench.readme [section ...]`.

Without arguments everything is made anew (many minutes, mostly training); with names of sections only these.
"""

import importlib
import subprocess
import sys
import time

from keras_act.gains import NAMES, gain
from tests.bench.gallery import PICTURES
from tests.bench.gallery import main as draw_gallery
from tests.bench.section import put, setting, table

# section -> module whose main() writes it
COMMANDS = {
    "depth": "bench_initializers",
    "fans": "bench_initializers",
    "he_glorot": "show_he_glorot",
    "irnn": "show_irnn",
    "born_dead": "show_born_dead",
}


def gallery() -> None:
    """Pictures with their captions."""
    draw_gallery()
    shown = [f"![{caption}](gallery/{name}.png)\n\n*{caption}.*" for name, (caption, _) in PICTURES.items()]
    put("gallery", "\n\n".join([*shown, "`python -m tests.bench.gallery`"]))


def gains() -> None:
    """The table of gains, every known activation with its defaults."""
    rows = []
    for name in NAMES:
        g = gain(name)
        numbers = (g.mean, g.power, g.slope_power, g.forward, g.backward)
        slope = f"{g.length_slope:.3f}{' (unstable)' if g.unstable else ''}"
        rows.append([f"`{name}`", *(f"{round(v, 9) + 0.0:.7g}" for v in numbers), slope, g.source])
    head = ["activation", "E f", "E f^2", "E f'^2", "forward gain", "backward gain", "length-map slope", "from"]
    put("gains", "\n\n".join([table(head, rows), "Under N(0, 1). `python -m tests.bench.readme gains`"]))


def recycle() -> None:
    """Networks that lose units, with and without RecycleDeadUnits."""
    start = time.perf_counter()
    made = importlib.import_module("tests.bench.show_recycling").table()
    put("recycle", f"{made}\n\n{setting('show_recycling', time.perf_counter() - start)}")


def main(*wanted: str) -> None:
    """Makes the sections that are wanted, or all."""
    makers = {"gallery": gallery, "gains": gains, "recycle": recycle}
    known = {*makers, *COMMANDS}
    if not set(wanted) <= known:
        raise SystemExit(f"sections are {', '.join(sorted(known))}. Received: {' '.join(wanted)}")
    chosen = set(wanted) or known
    for name, make in makers.items():
        if name in chosen:
            make()
    for module in dict.fromkeys(module for section, module in COMMANDS.items() if section in chosen):
        subprocess.run([sys.executable, "-m", f"tests.bench.{module}"], check=True)  # each may choose its backend


if __name__ == "__main__":
    main(*sys.argv[1:])
