"""The Markdown of rule pages, as far as they use it, as blocks that a template prints: paragraphs, lists, code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Block:
    """kind: "p" (one item), "ul" (an item a point), "table" (an item a row, its cells joined by tabs) or "pre".

    An item is a list of (is code, text).
    """

    kind: str
    items: tuple[tuple[tuple[bool, str], ...], ...]


def blocks(text: str) -> list[Block]:
    """Return the blocks of a section."""
    return [_block(part) for part in _parts(text)]


def _parts(text: str) -> Iterator[str]:
    """Yield code between fences whole, everything else by blank lines and where a list begins."""
    for index, part in enumerate(re.split(r"^```.*$\n?", text, flags=re.MULTILINE)):
        if index % 2:
            yield f"```{part.rstrip()}"
        else:
            for paragraph in filter(None, map(str.strip, re.split(r"\n\s*\n", part))):
                lead, found, points = paragraph.partition("\n- ")
                yield from (paragraph,) if paragraph.startswith("- ") or not found else (lead, f"- {points}")


def _block(part: str) -> Block:
    if part.startswith("```"):
        return Block("pre", (((True, part[3:]),),))
    if part.startswith("- "):
        return Block("ul", tuple(_inline(item) for item in re.split(r"^- +", part, flags=re.MULTILINE)[1:]))
    return Block("p", (_inline(part),))


def _inline(text: str) -> tuple[tuple[bool, str], ...]:
    pieces = re.split(r"`([^`]+)`", " ".join(text.split()))
    return tuple((bool(index % 2), piece) for index, piece in enumerate(pieces) if piece)
