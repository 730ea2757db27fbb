"""Puts a result into keras_act/README.md, between the markers of its section: commands write results, nobody types."""

import platform
import re
from collections.abc import Sequence
from pathlib import Path

README = Path(__file__).parents[2] / "keras_act" / "README.md"


def put(name: str, text: str) -> None:
    """Replaces what stands between `<!-- name -->` and `<!-- /name -->`, and prints it."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before = README.read_text()
    if begin not in before or end not in before:
        raise ValueError(f"keras_act/README.md has no section {begin} ... {end}")
    after = re.sub(
        f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: f"{begin}\n{text.strip()}\n{end}", before, flags=re.DOTALL
    )
    README.write_text(after)
    print(text.strip())


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def setting(command: str, seconds: float) -> str:
    """One line that says how a result was made."""
    import keras

    stack = f"Keras {keras.__version__}, {keras.backend.backend()}, Python {platform.python_version()}"
    return f"`python -m tests.bench.{command}`: {seconds:.0f} s on the CPU, {stack}."
